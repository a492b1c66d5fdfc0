/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chardev.c - the other end of a character device: -chardev and the operations that open things.
 *
 * kiln-run opens what has a path on the target, as root, so that QEMU's user needs no permission:
 * files, devices and unix sockets reach QEMU as descriptors. What QEMU can only open itself (FIFOs,
 * IP sockets, a unix socket that is tried again) is written as it is. Both can be bound on the target.
 */
#include "devices/chardev.h"

#include <string.h>

#include "devices/secret.h"
#include "devices/tls.h"
#include "image/image.h"

/* QEMU has two words for a device of the host; the family knows which is its own. */
#define WORD(SYM, XML, QEMU)                         \
	{                                            \
		.sym = SYM, .xml = XML, .qemu = QEMU \
	}
#define WORD_STDIO  WORD("STDIO", "stdio", "stdio")
#define WORD_PTY    WORD("PTY", "pty", "pty")
#define WORD_FILE   WORD("FILE", "file", "file")
#define WORD_PIPE   WORD("PIPE", "pipe", "pipe")
#define WORD_UNIX   WORD("UNIX", "unix", "socket")
#define WORD_TCP    WORD("TCP", "tcp", "socket")
#define WORD_UDP    WORD("UDP", "udp", "udp")
#define WORD_DEVICE WORD("DEVICE", "dev", NULL)
#define WORD_VC     WORD("VC", "vc", "vc")
#define WORD_NONE   WORD("NULL", "null", "null")
#define WORD_VMC    WORD("SPICEVMC", "spicevmc", "spicevmc")
#define WORDS_LINE                                                                              \
	WORD_STDIO, WORD_PTY, WORD_FILE, WORD_PIPE, WORD_UNIX, WORD_TCP, WORD_UDP, WORD_DEVICE, \
		WORD_VC, WORD_NONE

const struct prop_word chardev_line_words[] = {WORDS_LINE, {0}};

const struct prop_word chardev_agent_words[] = {
	WORDS_LINE,
	WORD_VMC,
	WORD("SPICEPORT", "spiceport", "spiceport"),
	{0},
};

const struct prop_word chardev_port_words[] = {
	WORD_PTY, WORD_FILE, WORD_UNIX, WORD_TCP, WORD_DEVICE, WORD_NONE, {0},
};

const struct prop_word chardev_socket_words[] = {WORD_UNIX, WORD_TCP, WORD_UDP, {0}};

const struct prop_word chardev_lent_words[] = {WORD_VMC, WORD_UNIX, WORD_TCP, {0}};

const struct prop_word chardev_mode_words[] = {
	{.sym = "LISTEN", .xml = "bind"},
	{.sym = "CONNECT", .xml = "connect"},
	{0},
};

const struct prop_word chardev_protocol_words[] = {
	{.sym = "RAW", .xml = "raw"},
	{.sym = "TELNET", .xml = "telnet"},
	{0},
};

/* ---- what a device has ------------------------------------------------------------------------ */

struct chardev *chardev_of(const struct vm_dev *dev)
{
	return (struct chardev *)(void *)((char *)dev->data + dev->family->chardev->field);
}

bool chardev_is_used(const struct vm_dev *dev)
{
	const struct chardev_use *use = dev->family->chardev;

	return use && (!use->when || use->when(dev));
}

bool chardev_is(const struct vm_dev *dev, const char *kind)
{
	return chardev_is_used(dev) && prop_word_is(chardev_of(dev)->kind, kind);
}

static bool is_unix(const struct vm_dev *dev)
{
	return chardev_is(dev, "UNIX");
}

bool chardev_is_file(const struct vm_dev *dev)
{
	return chardev_is(dev, "FILE");
}

bool chardev_is_tcp(const struct vm_dev *dev)
{
	return chardev_is(dev, "TCP");
}

bool chardev_has_tls(const struct vm_dev *dev)
{
	return chardev_is_tcp(dev) && chardev_of(dev)->tls;
}

bool chardev_is_udp(const struct vm_dev *dev)
{
	return chardev_is(dev, "UDP");
}

bool chardev_is_spice_port(const struct vm_dev *dev)
{
	return chardev_is(dev, "SPICEPORT");
}

bool chardev_is_ip(const struct vm_dev *dev)
{
	return chardev_is_tcp(dev) || chardev_is_udp(dev);
}

bool chardev_has_path(const struct vm_dev *dev)
{
	return chardev_is_file(dev) || chardev_is(dev, "PIPE") || is_unix(dev) ||
	       chardev_is(dev, "DEVICE");
}

bool chardev_may_listen(const struct vm_dev *dev)
{
	return is_unix(dev) || chardev_is_tcp(dev);
}

bool chardev_listens(const struct vm_dev *dev)
{
	return chardev_may_listen(dev) && prop_word_is(chardev_of(dev)->mode, "LISTEN");
}

bool chardev_may_retry(const struct vm_dev *dev)
{
	return chardev_may_listen(dev) && !chardev_listens(dev);
}

bool chardev_retries(const struct vm_dev *dev)
{
	return chardev_may_retry(dev) && chardev_of(dev)->reconnect;
}

bool chardev_has_log(const struct vm_dev *dev)
{
	return chardev_is_used(dev) && chardev_of(dev)->log;
}

void chardev_prepare(struct vm_dev *dev)
{
	struct chardev *chardev = chardev_of(dev);
	struct vm *vm = dev->vm;

	if (!chardev_is_used(dev))
		return;
	chardev->shown_path = chardev->path;
	if (is_unix(dev) && chardev_listens(dev) && !chardev->path)
		chardev->shown_path =
			arena_fmt(vm->arena, "/run/kiln/%s/%s", vm->guest.name, dev->id);
}

/* ---- the command line ------------------------------------------------------------------------- */

static struct node *add(struct emit *emit, const char *backend, const char *id, unsigned flags)
{
	struct node *tree = emit_tree(emit, "-chardev", flags);

	node_add_string(emit->arena, tree, "backend", backend);
	node_add_string(emit->arena, tree, "id", id);
	return tree;
}

/* The set has the descriptor's number, so that one mark says both. */
static const char *file_set(const struct vm_dev *dev, struct emit *emit, const char *prop_name,
			    uint32_t flags)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_FILE;
	op.file.owner = dev->id;
	op.file.path = emit_site_value(emit, dev, prop_name);
	op.file.flags = flags;
	uint32_t fd = emit_op(emit, &op);
	const char *number = emit_mark(emit, FIX_FD, fd, 0, "");

	emit_text(emit, "-add-fd", arena_fmt(emit->arena, "fd=%s,set=%s", number, number),
		  ARG_LOADER_ONLY);
	return emit_mark(emit, FIX_FDSET_PATH, fd, 0, "");
}

static uint32_t file_flags(bool append)
{
	return append ? FILE_APPEND : FILE_WRITE;
}

/* As an argument behind the others; @path: what file_set() gave, or NULL without a log. */
static void add_log(const struct vm_dev *dev, struct emit *emit, struct node *tree,
		    const char *path)
{
	if (!path)
		return;
	node_add_string(emit->arena, tree, "logfile", path);
	node_add_bool(emit->arena, tree, "logappend", chardev_of(dev)->log_append);
}

static void add_server(struct emit *emit, struct node *tree, bool listen)
{
	if (!listen)
		return;
	node_add_bool(emit->arena, tree, "server", true);
	node_add_bool(emit->arena, tree, "wait", false);
}

/* QEMU 9.2 brought milliseconds, and 10.2 takes nothing else. */
static void add_retry(const struct vm_dev *dev, struct emit *emit, struct node *tree)
{
	uint64_t seconds = chardev_of(dev)->reconnect;

	if (!chardev_retries(dev))
		return;
	if (caps_has(dev->vm->board->caps, "option-parameter", "chardev reconnect-ms"))
		node_add_uint(emit->arena, tree, "reconnect-ms", seconds * 1000);
	else
		node_add_uint(emit->arena, tree, "reconnect", seconds);
}

/* A listening socket in the run directory, or a path; both as a descriptor. */
static uint32_t socket_fd(const struct vm_dev *dev, struct emit *emit, const char *prop_name,
			  uint32_t flags)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	if (!prop_name) {
		op.code = OP_MONITOR;
		op.monitor.name = dev->id;
		return emit_op(emit, &op);
	}
	op.code = OP_SOCKET;
	op.socket.owner = dev->id;
	op.socket.path = emit_site_value(emit, dev, prop_name);
	op.socket.flags = flags;
	return emit_op(emit, &op);
}

/* Two arguments: a shell cannot hand over a socket, so QEMU opens it there; the run directory is the
 * loader's alone. */
static void add_socket(const struct vm_dev *dev, struct emit *emit, const char *id,
		       const char *prop_name, uint32_t flags, const char *log)
{
	bool listen = flags & SOCKET_LISTEN;
	uint32_t fd = socket_fd(dev, emit, prop_name, flags);
	struct node *tree = add(emit, "socket", id, ARG_LOADER_ONLY);

	node_add_string(emit->arena, tree, "fd", emit_mark(emit, FIX_FD, fd, 0, ""));
	add_server(emit, tree, listen);
	add_log(dev, emit, tree, log);
	tree = add(emit, prop_name ? "socket" : "null", id, ARG_SHELL_ONLY);
	if (prop_name) {
		node_add_string(emit->arena, tree, "path", emit_site_value(emit, dev, prop_name));
		add_server(emit, tree, listen);
	}
	add_log(dev, emit, tree, log);
}

void chardev_emit_socket(const struct vm_dev *dev, struct emit *emit, const char *id,
			 const char *prop_name, uint32_t flags)
{
	add_socket(dev, emit, id, prop_name, flags, NULL);
}

static void add_path_kind(const struct vm_dev *dev, struct emit *emit, const char *id,
			  const char *log)
{
	const struct chardev *chardev = chardev_of(dev);
	const char *backend = chardev->kind->qemu, *path;
	bool file = chardev_is_file(dev);

	if (file)
		path = file_set(dev, emit, "path", file_flags(chardev->append));
	else if (chardev_is(dev, "DEVICE"))
		path = file_set(dev, emit, "path", FILE_CHARACTER_DEVICE);
	else
		path = emit_site_value(emit, dev, "path");
	if (!backend)
		backend = dev->family->chardev->device;
	struct node *tree = add(emit, backend, id, 0);

	node_add_string(emit->arena, tree, "path", path);
	if (file)
		node_add_bool(emit->arena, tree, "append", chardev->append);
	add_retry(dev, emit, tree);
	add_log(dev, emit, tree, log);
}

/* Of a TCP socket; libvirt's name for the object. */
static const char *add_tls(const struct vm_dev *dev, struct emit *emit, const char *id)
{
	const struct chardev *chardev = chardev_of(dev);
	const struct tls tls = {
		.id = arena_fmt(emit->arena, "obj%s_tls0", id),
		.dir = chardev->tls_dir,
		.endpoint = chardev_listens(dev) ? "server" : "client",
		.verify = chardev->tls_verify,
		.key_secret = secret_id(dev, "tls-key"),
	};

	if (!chardev_has_tls(dev))
		return NULL;
	tls_emit(emit, &tls);
	return tls.id;
}

static void add_ip(const struct vm_dev *dev, struct emit *emit, const char *id, const char *log)
{
	const struct chardev *chardev = chardev_of(dev);
	struct arena *arena = emit->arena;
	const char *tls = add_tls(dev, emit, id);
	struct node *tree = add(emit, chardev->kind->qemu, id, 0);

	node_add_string(arena, tree, "host", emit_site_value(emit, dev, "host"));
	node_add_string(arena, tree, "port", emit_site_value(emit, dev, "port"));
	if (chardev->local_host)
		node_add_string(arena, tree, "localaddr", emit_site_value(emit, dev, "local-host"));
	if (chardev->local_port)
		node_add_string(arena, tree, "localport", emit_site_value(emit, dev, "local-port"));
	if (chardev_is_tcp(dev)) {
		if (prop_word_is(chardev->protocol, "TELNET"))
			node_add_bool(arena, tree, "telnet", true);
		add_server(emit, tree, chardev_listens(dev));
		add_retry(dev, emit, tree);
	}
	if (tls)
		node_add_string(arena, tree, "tls-creds", tls);
	add_log(dev, emit, tree, log);
}

const char *chardev_emit(const struct vm_dev *dev, struct emit *emit)
{
	if (!chardev_is_used(dev))
		return NULL;
	const struct chardev *chardev = chardev_of(dev);
	const char *id = arena_fmt(emit->arena, "char%s", dev->alias), *log = NULL;
	bool missing = chardev_has_path(dev) && !chardev->path;

	if (chardev->log)
		log = file_set(dev, emit, "log", file_flags(chardev->log_append));
	if (is_unix(dev) && !chardev_retries(dev)) {
		add_socket(dev, emit, id, missing ? NULL : "path",
			   chardev_listens(dev) ? SOCKET_LISTEN : 0, log);
	} else if (chardev_has_path(dev)) {
		add_path_kind(dev, emit, id, log);
	} else if (chardev_is_ip(dev)) {
		add_ip(dev, emit, id, log);
	} else {
		struct node *tree = add(emit, chardev->kind->qemu, id, 0);

		/* Ctrl-C belongs to the guest. */
		if (chardev_is(dev, "STDIO"))
			node_add_bool(emit->arena, tree, "signal", false);
		if (chardev_is(dev, "SPICEVMC"))
			node_add_string(emit->arena, tree, "name", dev->family->chardev->spice);
		if (chardev_is_spice_port(dev))
			node_add_string(emit->arena, tree, "name", chardev->spice_channel);
		add_log(dev, emit, tree, log);
	}
	return id;
}
