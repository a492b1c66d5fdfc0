/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vnc.c - the VNC server that QEMU has built in; without it there is no display at all.
 *
 * In: rows VNC_*. Out: -vnc. QEMU opens the socket itself, because -vnc takes no descriptor.
 */
#include "devices/registry.h"

#include <string.h>

#include "devices/audio.h"
#include "devices/display.h"
#include "devices/listen.h"
#include "devices/tls.h"

struct vnc {
	struct display base;
	const struct prop_word *share;
	const char *display; /* QEMU's word for the address or the socket */
	bool automatic, automatic_websocket, tls, verify;
	uint64_t port, last_port, websocket, to, audio;
	const char *tls_id, *audiodev;
};

static const struct prop_word share_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "EXCLUSIVE", .xml = "allow-exclusive", .qemu = "allow-exclusive"},
	{.sym = "SHARED", .xml = "force-shared", .qemu = "force-shared"},
	{.sym = "IGNORE", .xml = "ignore", .qemu = "ignore"},
	{0},
};

static const struct dev_class vnc_classes[] = {
	{.name = "vnc", .where = WHERE_NONE},
	{0},
};

static const struct vnc *vnc_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool is_automatic(const struct vm_dev *dev)
{
	return display_is_tcp(dev) && vnc_of(dev)->automatic;
}

static bool has_automatic_websocket(const struct vm_dev *dev)
{
	return display_is_tcp(dev) && vnc_of(dev)->automatic_websocket;
}

static bool may_fix_websocket(const struct vm_dev *dev)
{
	return display_is_tcp(dev) && !vnc_of(dev)->automatic_websocket;
}

static bool has_tls(const struct vm_dev *dev)
{
	return vnc_of(dev)->tls;
}

#define PORT_FIRST 5900 /* of display 0: QEMU counts displays, libvirt ports */

#define FIELD(member) .field = offsetof(struct vnc, member)
#define OPTION        .option = "-vnc"
static const struct prop vnc_props[] = {
	{.name = "type", .kind = PROP_CONST, .text = "vnc", .xml = "@type"},
	{.name = "display", .kind = PROP_STRING, FIELD(display), OPTION, .qemu = "vnc"},
	{.name = "port",
	 .sym = "PORT",
	 .kind = PROP_UINT,
	 FIELD(port),
	 .xml = "@port",
	 .min = PORT_FIRST,
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
	 .min = PORT_FIRST,
	 .max = 65535,
	 .when = is_automatic},
	{.name = "to",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 FIELD(to),
	 OPTION,
	 .qemu = "to",
	 .when = is_automatic},
	{.name = "automatic-websocket",
	 .sym = "WEBSOCKET_AUTO",
	 .kind = PROP_BOOL,
	 FIELD(automatic_websocket),
	 OPTION,
	 .qemu = "websocket",
	 .when = display_is_tcp},
	{.name = "any-websocket",
	 .kind = PROP_CONST,
	 .text = "-1",
	 .xml = "@websocket",
	 .when = has_automatic_websocket},
	{.name = "websocket",
	 .sym = "WEBSOCKET_PORT",
	 .kind = PROP_UINT,
	 FIELD(websocket),
	 .xml = "@websocket",
	 OPTION,
	 .qemu = "websocket",
	 .max = 65535,
	 .when = may_fix_websocket},
	{.name = "share",
	 .sym = "SHARE",
	 .kind = PROP_ENUM,
	 FIELD(share),
	 .words = share_words,
	 .xml = "@sharePolicy",
	 OPTION,
	 .qemu = "share"},
	DISPLAY_PASSWORD_ROW("-vnc"),
	{.name = "tls", .sym = "TLS", .kind = PROP_BOOL, FIELD(tls)},
	DISPLAY_TLS_ROW(has_tls),
	{.name = "tls-verify",
	 .sym = "TLS_VERIFY",
	 .kind = PROP_BOOL,
	 FIELD(verify),
	 .when = has_tls},
	{.name = "tls-credentials",
	 .kind = PROP_STRING,
	 FIELD(tls_id),
	 OPTION,
	 .qemu = "tls-creds",
	 .when = has_tls},
	{.name = "audio",
	 .sym = "AUDIO",
	 .kind = PROP_UINT,
	 FIELD(audio),
	 .xml = "audio/@id",
	 .max = 8},
	{.name = "audiodev", .kind = PROP_STRING, FIELD(audiodev), OPTION, .qemu = "audiodev"},
	DISPLAY_ROWS,
	{0},
};
#undef FIELD

static void vnc_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct vnc *vnc = dev->data;

	if (display_is_unix(dev))
		vnc->display = arena_fmt(vm->arena, "unix:%s", vnc->base.socket);
	else
		vnc->display = arena_fmt(
			vm->arena,
			vnc->base.address && strchr(vnc->base.address, ':') ? "[%s]:%u" : "%s:%u",
			vnc->base.address, (unsigned)(vnc->port - PORT_FIRST));
	vnc->to = vnc->last_port >= PORT_FIRST ? vnc->last_port - PORT_FIRST : 0;
	vnc->tls_id = "vnc-tls-creds0";
	if (vnc->audio)
		vnc->audiodev = arena_fmt(vm->arena, "audio%u", (unsigned)vnc->audio);
}

static void add_credentials(struct emit *emit, const struct vnc *vnc)
{
	const struct tls tls = {
		.id = vnc->tls_id,
		.dir = vnc->base.tls_dir,
		.endpoint = "server",
		.verify = vnc->verify,
	};

	tls_emit(emit, &tls);
}

static void vnc_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct vnc *vnc = vnc_of(dev);

	if (has_tls(dev))
		add_credentials(emit, vnc);
	(void)emit_option(emit, dev, "-vnc");
	display_emit_keymap(dev, emit);
}

static const struct vm_dev *find_vnc(const struct vm *vm)
{
	return vm_find(vm, vnc_family.name);
}

static void check_range(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = find_vnc(vm);

	if (!dev || !is_automatic(dev) || vnc_of(dev)->last_port >= vnc_of(dev)->port)
		return;
	struct place other = dev_place(dev, "port");
	struct err *err = dev_error(errs, dev, "last-port", check->name,
				    "the last port to try is %u, the first %u",
				    (unsigned)vnc_of(dev)->last_port, (unsigned)vnc_of(dev)->port);

	err_also(err, other.file, other.line);
	err_why(err, "QEMU takes the first free port from %s upwards.", dev_symbol(dev, "port"));
	err_fix(err, "Set %s to %u or more.", dev_symbol(dev, "last-port"),
		(unsigned)vnc_of(dev)->port);
}

static void check_audio(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = find_vnc(vm);

	if (dev)
		audio_check(check, dev, "audio", vnc_of(dev)->audio, errs);
}

static const struct check vnc_checks[] = {
	{.name = "port-once", .run = listen_check},
	{.name = "vnc-port-range", .run = check_range},
	{.name = "vnc-audio", .run = check_audio},
	DISPLAY_CHECKS,
	{0},
};

const struct dev_family vnc_family = {
	.name = "vnc",
	.sym = "VNC",
	.max = 1,
	.size = sizeof(struct vnc),
	.flags = FAMILY_SINGLE | FAMILY_HOST,
	.rank = RANK_NONE,
	.xml = "graphics",
	.classes = vnc_classes,
	.props = vnc_props,
	.checks = vnc_checks,
	.prepare = vnc_prepare,
	.back = vnc_back,
};
