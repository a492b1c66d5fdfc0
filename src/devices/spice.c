/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spice.c - the SPICE server of QEMU: screen, sound, clipboard and USB of the viewer.
 *
 * In: rows SPICE_*. Out: -spice. QEMU opens its sockets itself.
 */
#include "devices/registry.h"

#include <string.h>

#include "devices/display.h"

enum channel {
	CHANNEL_MAIN,
	CHANNEL_DISPLAY,
	CHANNEL_INPUTS,
	CHANNEL_CURSOR,
	CHANNEL_PLAYBACK,
	CHANNEL_RECORD,
	CHANNEL_SMARTCARD,
	CHANNEL_USBREDIR,
	CHANNEL_COUNT,
};

struct spice {
	struct display base;
	const struct prop_word *mode, *mouse, *image, *jpeg, *zlib, *streaming;
	const struct prop_word *channel[CHANNEL_COUNT];
	const char *where, *render_node;
	const char *port_text, *tls_port_text; /* a number, or a mark */
	uint64_t port, tls_port, last_port;
	bool automatic;
	bool playback, copy_paste, no_copy_paste, transfer, no_transfer, gl;
};

static const struct prop_word mode_words[] = {
	{.sym = "ANY"},
	{.sym = "SECURE", .xml = "secure", .qemu = "tls-channel"},
	{.sym = "INSECURE", .xml = "insecure", .qemu = "plaintext-channel"},
	{0},
};

static const struct prop_word mouse_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "CLIENT", .xml = "client", .qemu = "on"},
	{.sym = "SERVER", .xml = "server", .qemu = "off"},
	{0},
};

static const struct prop_word image_words[] = {
	{.sym = "AUTO_GLZ", .xml = "auto_glz", .qemu = "auto_glz"},
	{.sym = "AUTO_LZ", .xml = "auto_lz", .qemu = "auto_lz"},
	{.sym = "QUIC", .xml = "quic", .qemu = "quic"},
	{.sym = "GLZ", .xml = "glz", .qemu = "glz"},
	{.sym = "LZ", .xml = "lz", .qemu = "lz"},
	{.sym = "OFF", .xml = "off", .qemu = "off"},
	{0},
};

static const struct prop_word wan_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "AUTO", .xml = "auto", .qemu = "auto"},
	{.sym = "NEVER", .xml = "never", .qemu = "never"},
	{.sym = "ALWAYS", .xml = "always", .qemu = "always"},
	{0},
};

static const struct prop_word streaming_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "FILTER", .xml = "filter", .qemu = "filter"},
	{.sym = "ALL", .xml = "all", .qemu = "all"},
	{.sym = "OFF", .xml = "off", .qemu = "off"},
	{0},
};

static const struct dev_class spice_classes[] = {{.name = "spice"}, {0}};

static const struct spice *spice_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool has_port(const struct vm_dev *dev)
{
	return display_is_tcp(dev) && spice_of(dev)->port;
}

static bool has_tls(const struct vm_dev *dev)
{
	return display_is_tcp(dev) && spice_of(dev)->tls_port;
}

static bool is_automatic(const struct vm_dev *dev)
{
	return display_is_tcp(dev) && spice_of(dev)->automatic;
}

static bool has_no_password(const struct vm_dev *dev)
{
	return !spice_of(dev)->base.password;
}

static bool has_gl(const struct vm_dev *dev)
{
	return spice_of(dev)->gl;
}

#define OPTION        .option = "-spice"
#define FIELD(member) .field = offsetof(struct spice, member)
#define CHANNEL(NAME, SYM)                                                       \
	{                                                                        \
		.name = "channel-" NAME, .sym = #SYM "_MODE", .kind = PROP_ENUM, \
		FIELD(channel[CHANNEL_##SYM]), .words = mode_words,              \
		.xml = "channel[name=" NAME "]/@mode", .when = display_is_tcp,   \
	}

static const struct prop spice_props[] = {
	{.name = "type", .kind = PROP_CONST, .text = "spice", .xml = "@type"},
	{.name = "port",
	 .sym = "PORT",
	 .kind = PROP_UINT,
	 FIELD(port),
	 .xml = "@port",
	 .max = 65535,
	 .when = display_is_tcp},
	{.name = "tls-port",
	 .sym = "TLS_PORT",
	 .kind = PROP_UINT,
	 FIELD(tls_port),
	 .xml = "@tlsPort",
	 .max = 65535,
	 .when = display_is_tcp},
	{.name = "automatic",
	 .sym = "AUTOPORT",
	 .kind = PROP_BOOL,
	 .flags = PROP_ALWAYS,
	 FIELD(automatic),
	 .xml = "@autoport",
	 .when = display_is_tcp},
	{.name = "last-port",
	 .sym = "LAST_PORT",
	 .kind = PROP_UINT,
	 FIELD(last_port),
	 .min = 1,
	 .max = 65535,
	 .when = is_automatic},
	{.name = "listening-port",
	 .kind = PROP_NUMBER,
	 FIELD(port_text),
	 OPTION,
	 .qemu = "port",
	 .when = has_port},
	{.name = "listening-tls-port",
	 .kind = PROP_NUMBER,
	 FIELD(tls_port_text),
	 OPTION,
	 .qemu = "tls-port",
	 .when = has_tls},
	{.name = "unix",
	 .kind = PROP_CONST,
	 .text = "on",
	 OPTION,
	 .qemu = "unix",
	 .when = display_is_unix},
	{.name = "where", .kind = PROP_STRING, FIELD(where), OPTION, .qemu = "addr"},
	{.name = "mode",
	 .sym = "MODE",
	 .kind = PROP_ENUM,
	 FIELD(mode),
	 .words = mode_words,
	 .xml = "@defaultMode",
	 .when = display_is_tcp},
	DISPLAY_ROWS,
	CHANNEL("main", MAIN),
	CHANNEL("display", DISPLAY),
	CHANNEL("inputs", INPUTS),
	CHANNEL("cursor", CURSOR),
	CHANNEL("playback", PLAYBACK),
	CHANNEL("record", RECORD),
	CHANNEL("smartcard", SMARTCARD),
	CHANNEL("usbredir", USBREDIR),
	{.name = "mouse",
	 .sym = "MOUSE",
	 .kind = PROP_ENUM,
	 FIELD(mouse),
	 .words = mouse_words,
	 .xml = "mouse/@mode",
	 OPTION,
	 .qemu = "agent-mouse"},
	DISPLAY_PASSWORD_ROW("-spice"),
	{.name = "no-password",
	 .kind = PROP_CONST,
	 .text = "on",
	 OPTION,
	 .qemu = "disable-ticketing",
	 .when = has_no_password},
	DISPLAY_TLS_ROW(has_tls),
	{.name = "x509-directory",
	 .kind = PROP_STRING,
	 FIELD(base.tls_dir),
	 OPTION,
	 .qemu = "x509-dir",
	 .when = has_tls},
	{.name = "image",
	 .sym = "IMAGE",
	 .kind = PROP_ENUM,
	 FIELD(image),
	 .words = image_words,
	 .xml = "image/@compression",
	 OPTION,
	 .qemu = "image-compression"},
	{.name = "jpeg",
	 .sym = "JPEG",
	 .kind = PROP_ENUM,
	 FIELD(jpeg),
	 .words = wan_words,
	 .xml = "jpeg/@compression",
	 OPTION,
	 .qemu = "jpeg-wan-compression"},
	{.name = "zlib",
	 .sym = "ZLIB",
	 .kind = PROP_ENUM,
	 FIELD(zlib),
	 .words = wan_words,
	 .xml = "zlib/@compression",
	 OPTION,
	 .qemu = "zlib-glz-wan-compression"},
	{.name = "playback",
	 .sym = "PLAYBACK",
	 .kind = PROP_BOOL,
	 .flags = PROP_ALWAYS | PROP_XML_ONOFF,
	 FIELD(playback),
	 .xml = "playback/@compression",
	 OPTION,
	 .qemu = "playback-compression"},
	{.name = "streaming",
	 .sym = "STREAMING",
	 .kind = PROP_ENUM,
	 FIELD(streaming),
	 .words = streaming_words,
	 .xml = "streaming/@mode",
	 OPTION,
	 .qemu = "streaming-video"},
	{.name = "copy-paste",
	 .sym = "COPY_PASTE",
	 .kind = PROP_BOOL,
	 .flags = PROP_ALWAYS,
	 FIELD(copy_paste),
	 .xml = "clipboard/@copypaste"},
	{.name = "no-copy-paste",
	 .kind = PROP_BOOL,
	 FIELD(no_copy_paste),
	 OPTION,
	 .qemu = "disable-copy-paste"},
	{.name = "file-transfer",
	 .sym = "FILE_TRANSFER",
	 .kind = PROP_BOOL,
	 .flags = PROP_ALWAYS,
	 FIELD(transfer),
	 .xml = "filetransfer/@enable"},
	{.name = "no-file-transfer",
	 .kind = PROP_BOOL,
	 FIELD(no_transfer),
	 OPTION,
	 .qemu = "disable-agent-file-xfer"},
	{.name = "gl",
	 .sym = "GL",
	 .kind = PROP_BOOL,
	 FIELD(gl),
	 .xml = "gl/@enable",
	 OPTION,
	 .qemu = "gl",
	 .when = display_is_unix},
	{.name = "render-node",
	 .sym = "RENDER_NODE",
	 .kind = PROP_STRING,
	 .rule = RULE(PATH),
	 FIELD(render_node),
	 .xml = "gl/@rendernode",
	 OPTION,
	 .qemu = "rendernode",
	 .when = has_gl},
	{.name = "seamless",
	 .kind = PROP_CONST,
	 .text = "on",
	 OPTION,
	 .qemu = "seamless-migration"},
	{0},
};
#undef FIELD

static const char *const channel_names[CHANNEL_COUNT] = {
	[CHANNEL_MAIN] = "main",           [CHANNEL_DISPLAY] = "display",
	[CHANNEL_INPUTS] = "inputs",       [CHANNEL_CURSOR] = "cursor",
	[CHANNEL_PLAYBACK] = "playback",   [CHANNEL_RECORD] = "record",
	[CHANNEL_SMARTCARD] = "smartcard", [CHANNEL_USBREDIR] = "usbredir",
};

/* Numbers of FIX_PORT; SPICE alone has such ports. */
enum { PORT_PLAIN, PORT_TLS };

static const char *port_text(const struct vm_dev *dev, unsigned index, uint64_t port)
{
	char mark[MARK_MAX];

	if (!is_automatic(dev))
		return arena_fmt(dev->vm->arena, "%u", (unsigned)port);
	text_mark(mark, FIX_PORT, index, (unsigned)port, "");
	return arena_str(dev->vm->arena, mark);
}

static void spice_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct spice *spice = dev->data;

	(void)vm;
	spice->where = display_is_unix(dev) ? spice->base.socket : spice->base.address;
	spice->port_text = port_text(dev, PORT_PLAIN, spice->port);
	spice->tls_port_text = port_text(dev, PORT_TLS, spice->tls_port);
	spice->no_copy_paste = !spice->copy_paste;
	spice->no_transfer = !spice->transfer;
}

static void choose_port(const struct vm_dev *dev, struct emit *emit, unsigned index, uint64_t first)
{
	const struct spice *spice = spice_of(dev);
	struct op op;

	if (!first)
		return;
	memset(&op, 0, sizeof(op));
	op.code = OP_PORT;
	op.port.owner = dev->id;
	op.port.address = spice->base.address;
	op.port.first = (uint32_t)first;
	op.port.last = (uint32_t)spice->last_port;
	op.port.index = index;
	(void)emit_op(emit, &op);
}

static void spice_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct spice *spice = spice_of(dev);

	if (is_automatic(dev)) {
		choose_port(dev, emit, PORT_PLAIN, spice->port);
		choose_port(dev, emit, PORT_TLS, spice->tls_port);
	}
	struct node *tree = emit_option(emit, dev, "-spice");

	if (spice->mode->qemu)
		node_add_string(emit->arena, tree, spice->mode->qemu, "default");
	for (unsigned i = 0; i < CHANNEL_COUNT; i++) {
		if (spice->channel[i]->qemu)
			node_add_string(emit->arena, tree, spice->channel[i]->qemu,
					channel_names[i]);
	}
	display_emit_keymap(dev, emit);
}

static const struct vm_dev *find_spice(const struct vm *vm)
{
	return vm_find(vm, spice_family.name);
}

static void check_ports(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = find_spice(vm);
	struct err *err;

	if (!dev || display_is_unix(dev) || spice_of(dev)->port || spice_of(dev)->tls_port)
		return;
	err = dev_error(errs, dev, "port", check->name, "SPICE has no port");
	err_why(err, "It listens on a port without TLS, on one with it, or on both.");
	err_fix(err, "Set %s or %s to a port.", dev_symbol(dev, "port"),
		dev_symbol(dev, "tls-port"));
}

static void check_range(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = find_spice(vm);
	const struct spice *spice = dev ? spice_of(dev) : NULL;

	if (!dev || !is_automatic(dev))
		return;
	bool tls = spice->tls_port > spice->port;
	uint64_t first = tls ? spice->tls_port : spice->port;
	/* Two that begin at the same need room for both. */
	uint64_t last = first + (spice->port == spice->tls_port);

	if (spice->last_port >= last)
		return;
	const char *row = tls ? "tls-port" : "port";
	struct place other = dev_place(dev, row);
	struct err *err = dev_error(errs, dev, "last-port", check->name,
				    "the last port to try is %u, the first %u",
				    (unsigned)spice->last_port, (unsigned)first);

	err_also(err, other.file, other.line);
	err_why(err, "The first free port is taken from %s upwards, one with TLS and one without.",
		dev_symbol(dev, row));
	err_fix(err, "Set %s to %u or more.", dev_symbol(dev, "last-port"), (unsigned)last);
}

static void check_mode(const struct check *check, const struct vm_dev *dev, const char *name,
		       const struct prop_word *mode, struct err_list *errs)
{
	const struct spice *spice = spice_of(dev);
	bool secure = prop_word_is(mode, "SECURE");
	struct err *err;

	if (!mode->qemu || (display_is_tcp(dev) && (secure ? spice->tls_port : spice->port)))
		return;
	err = dev_error(errs, dev, name, check->name, "there is no port %s TLS",
			secure ? "with" : "without");
	err_why(err, "Channels of that mode use it alone, and a viewer could not open them.");
	err_fix(err, "Set %s to a port, or %s_ANY.", dev_symbol(dev, secure ? "tls-port" : "port"),
		dev_symbol(dev, name));
}

static void check_modes(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = find_spice(vm);

	if (!dev)
		return;
	check_mode(check, dev, "mode", spice_of(dev)->mode, errs);
	for (unsigned i = 0; i < CHANNEL_COUNT; i++)
		check_mode(check, dev, arena_fmt(vm->arena, "channel-%s", channel_names[i]),
			   spice_of(dev)->channel[i], errs);
}

/* "The console already has an OpenGL context": QEMU's last words. */
static void check_gl(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = find_spice(vm), *egl = vm_find(vm, egl_family.name);

	if (!dev || !egl || !spice_of(dev)->gl)
		return;
	struct place other = dev_place(egl, NULL);
	struct err *err =
		dev_error(errs, dev, "gl", check->name, "two displays would draw with OpenGL");

	err_also(err, other.file, other.line);
	err_why(err, "%s is the other one, and a screen has one of them.", dev_symbol(egl, NULL));
	err_fix(err, "Clear %s, or %s.", dev_symbol(dev, "gl"), dev_symbol(egl, NULL));
}

static const struct check spice_checks[] = {
	{.name = "spice-gl", .run = check_gl},
	{.name = "spice-ports", .run = check_ports},
	{.name = "spice-port-range", .run = check_range},
	{.name = "spice-mode", .run = check_modes},
	{0},
};

const struct dev_family spice_family = {
	.name = "spice",
	.sym = "SPICE",
	.max = 1,
	.size = sizeof(struct spice),
	.flags = FAMILY_SINGLE | FAMILY_HOST,
	.rank = RANK_NONE,
	.xml = "graphics",
	.classes = spice_classes,
	.props = spice_props,
	.checks = spice_checks,
	.prepare = spice_prepare,
	.back = spice_back,
};
