/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vnc.c - the VNC server that QEMU has built in; without it there is no display at all.
 *
 * In: rows VNC_*. Out: -vnc. QEMU opens the socket itself, because -vnc takes no descriptor.
 */
#include "devices/registry.h"

#include <string.h>
#include <sys/un.h>

#include "base/ident.h"
#include "model/check.h"
#include "model/emit.h"

struct vnc {
	const struct prop_word *listen, *share;
	const char *address, *socket;
	uint64_t port, websocket;
};

static const struct prop_word listen_words[] = {
	{.sym = "TCP", .xml = "address"},
	{.sym = "UNIX", .xml = "socket"},
	{0},
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

static bool is_unix(const struct vm_dev *dev)
{
	return prop_word_is(vnc_of(dev)->listen, "UNIX");
}

static bool is_tcp(const struct vm_dev *dev)
{
	return !is_unix(dev);
}

#define PORT_FIRST 5900 /* of display 0: QEMU counts displays, libvirt ports */

#define FIELD(member) .field = offsetof(struct vnc, member)
static const struct prop vnc_props[] = {
	{.name = "type", .kind = PROP_CONST, .text = "vnc", .xml = "@type"},
	{.name = "port",
	 .sym = "PORT",
	 .kind = PROP_UINT,
	 FIELD(port),
	 .xml = "@port",
	 .min = PORT_FIRST,
	 .max = 65535,
	 .when = is_tcp},
	{.name = "autoport", .kind = PROP_CONST, .text = "no", .xml = "@autoport", .when = is_tcp},
	{.name = "websocket",
	 .sym = "WEBSOCKET_PORT",
	 .kind = PROP_UINT,
	 FIELD(websocket),
	 .xml = "@websocket",
	 .max = 65535,
	 .when = is_tcp},
	{.name = "share",
	 .sym = "SHARE",
	 .kind = PROP_ENUM,
	 FIELD(share),
	 .words = share_words,
	 .xml = "@sharePolicy"},
	{.name = "listen",
	 .sym = "LISTEN",
	 .kind = PROP_ENUM,
	 FIELD(listen),
	 .words = listen_words,
	 .xml = "listen/@type"},
	{.name = "address",
	 .sym = "ADDRESS",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 FIELD(address),
	 .xml = "listen/@address",
	 .when = is_tcp},
	{.name = "socket",
	 .sym = "SOCKET",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(socket),
	 .xml = "listen/@socket",
	 .when = is_unix},
	{0},
};
#undef FIELD

static void vnc_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct vnc *vnc = vnc_of(dev);
	struct node *tree = emit_tree(emit, "-vnc", 0);
	const char *where;

	if (is_unix(dev))
		where = arena_fmt(emit->arena, "unix:%s", vnc->socket);
	else
		where = arena_fmt(emit->arena, "%s:%u", vnc->address,
				  (unsigned)(vnc->port - PORT_FIRST));
	node_add_string(emit->arena, tree, "vnc", where);
	if (is_tcp(dev) && vnc->websocket)
		node_add_uint(emit->arena, tree, "websocket", vnc->websocket);
	if (vnc->share->qemu)
		node_add_string(emit->arena, tree, "share", vnc->share->qemu);
}

static const struct vm_dev *find_vnc(const struct vm *vm)
{
	return vm_find(vm, vnc_family.name);
}

static void check_address(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = find_vnc(vm);

	if (!dev || is_unix(dev) || !vnc_of(dev)->address ||
	    ident_is_valid(IDENT_IPV4_NET, arena_fmt(vm->arena, "%s/32", vnc_of(dev)->address)))
		return;
	struct err *err = dev_error(errs, dev, "address", check->name, "\"%s\" is no IPv4 address",
				    vnc_of(dev)->address);

	err_why(err, "A name would have to be looked up when the machine starts, and could mean "
		     "another address each time.");
	err_fix(err, "Set %s to 127.0.0.1, or to four numbers from 0 to 255 with '.' between.",
		dev_symbol(dev, "address"));
}

static void check_ports(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = find_vnc(vm);

	if (!dev || is_unix(dev) || vnc_of(dev)->port != vnc_of(dev)->websocket)
		return;
	struct place other = dev_place(dev, "port");
	struct err *err = dev_error(errs, dev, "websocket", check->name, "port %u is taken twice",
				    (unsigned)vnc_of(dev)->port);

	err_also(err, other.file, other.line);
	err_why(err, "%s is the same: plain VNC and WebSockets each listen on a port of their own.",
		dev_symbol(dev, "port"));
	err_fix(err, "Set %s to another port, or 0 for none.", dev_symbol(dev, "websocket"));
}

static void check_socket(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
	const struct vm_dev *dev = find_vnc(vm);

	if (!dev || is_tcp(dev) || !vnc_of(dev)->socket || strlen(vnc_of(dev)->socket) <= max)
		return;
	struct err *err = dev_error(errs, dev, "socket", check->name, "the path has %zu bytes",
				    strlen(vnc_of(dev)->socket));

	err_why(err, "The path of a unix socket has at most %zu bytes (sun_path of unix(7)).", max);
	err_fix(err, "Shorten %s.", dev_symbol(dev, "socket"));
}

static const struct check vnc_checks[] = {
	{.name = "vnc-address", .run = check_address},
	{.name = "vnc-ports", .run = check_ports},
	{.name = "vnc-socket-length", .run = check_socket},
	{0},
};

const struct dev_family vnc_family = {
	.name = "vnc",
	.sym = "VNC",
	.max = 1,
	.size = sizeof(struct vnc),
	.flags = FAMILY_SINGLE,
	.rank = RANK_NONE,
	.xml = "graphics",
	.classes = vnc_classes,
	.props = vnc_props,
	.checks = vnc_checks,
	.back = vnc_back,
};
