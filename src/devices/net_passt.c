/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_passt.c - user networking with passt, which kiln-run starts.
 *
 * In: rows of net_passt.h, NETn_FORWARDS. Out: the operation that starts it, -netdev stream on a descriptor, and
 * in XML <portForward> for each port.
 */
#include "devices/net_passt.h"

#include <string.h>

#include "image/image.h"
#include "model/emit.h"
#include "model/vm.h"

const struct prop_word net_backend_words[] = {
	{.sym = "SLIRP"},
	{.sym = "PASST", .xml = "passt"},
	{0},
};

static void add_item(struct text *list, const char *item)
{
	text_fmt(list, "%s%s", list->len ? "," : "", item);
}

/* The last port of those from @first on. */
static const char *last_of(struct arena *arena, uint64_t first, const struct net_forward *forward)
{
	return arena_fmt(arena, "%u", (unsigned)(first + forward->count - 1));
}

void net_passt_prepare(struct vm *vm, struct vm_dev *dev, struct net *net)
{
	struct text protocols = {.arena = vm->arena}, addresses = protocols, ports = protocols,
		    ends = protocols, guests = protocols;
	const char *cursor = net->forwards;
	struct net_forward forward;
	unsigned count = 0;

	if (!net_is_passt(dev) || !cursor)
		return;
	while (net_forward_next(vm->arena, &cursor, &forward)) {
		add_item(&protocols, forward.protocol);
		/* An empty item is not written. */
		text_fmt(&addresses, "%s%s", count ? "," : "", forward.address);
		text_fmt(&ends, "%s%s", count++ ? "," : "",
			 forward.count > 1 ? last_of(vm->arena, forward.port, &forward) : "");
		add_item(&ports, arena_fmt(vm->arena, "%u", (unsigned)forward.port));
		add_item(&guests, arena_fmt(vm->arena, "%u", (unsigned)forward.guest));
	}
	if (!count)
		return;
	net->passt.protocols = text_str(&protocols);
	net->passt.addresses = text_str(&addresses);
	net->passt.ports = text_str(&ports);
	net->passt.ends = text_str(&ends);
	net->passt.guest_ports = text_str(&guests);
}

/* "2222", or of several "8000-8010". */
static const char *ports_text(struct arena *arena, uint64_t first,
			      const struct net_forward *forward)
{
	if (forward->count == 1)
		return arena_fmt(arena, "%u", (unsigned)first);
	return arena_fmt(arena, "%u-%s", (unsigned)first, last_of(arena, first, forward));
}

/* As image/ops.h has them; "tcp:127.0.0.1/2222:22" in the words of passt(1). */
static const char *forwards_text(const struct vm_dev *dev, struct arena *arena)
{
	const char *cursor = net_of(dev)->forwards ? net_of(dev)->forwards : "";
	struct text list = {.arena = arena};
	struct net_forward forward;

	while (net_forward_next(arena, &cursor, &forward))
		add_item(&list, arena_fmt(arena, "%s:%s%s%s:%s", forward.protocol, forward.address,
					  *forward.address ? "/" : "",
					  ports_text(arena, forward.port, &forward),
					  ports_text(arena, forward.guest, &forward)));
	return text_str(&list);
}

/* Option addr of -netdev stream, qapi/net.json and qapi/sockets.json; the server is passt. */
static void add_stream(const struct vm_dev *dev, struct emit *emit, unsigned flags,
		       const char *type, const char *key, const char *value)
{
	struct node *netdev = emit_tree(emit, "-netdev", flags);
	struct node *address;

	node_add_string(emit->arena, netdev, "type", "stream");
	address = node_add(emit->arena, netdev, "addr", NODE_OBJECT);
	node_add_string(emit->arena, address, "type", type);
	node_add_string(emit->arena, address, key, value);
	node_add_bool(emit->arena, netdev, "server", false);
	node_add_string(emit->arena, netdev, "id", arena_fmt(emit->arena, "host%s", dev->alias));
}

void net_passt_emit(const struct vm_dev *dev, struct emit *emit)
{
	const struct net_passt *passt = &net_of(dev)->passt;
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_PASST;
	op.passt.owner = dev->id;
	op.passt.program = passt->program;
	op.passt.forwards = forwards_text(dev, emit->arena);
	op.passt.interface = passt->interface ? emit_site_value(emit, dev, "passt-interface") : "";
	op.passt.log = passt->log ? passt->log : "";
	op.passt.mtu = (uint32_t)net_of(dev)->mtu;
	add_stream(dev, emit, ARG_LOADER_ONLY, "fd", "str",
		   emit_mark(emit, FIX_FD, emit_op(emit, &op), 0, ""));
	/* In a shell somebody else starts it, in the same folder. */
	add_stream(dev, emit, ARG_SHELL_ONLY, "unix", "path",
		   arena_fmt(emit->arena, "./%s-%s.passt", dev->vm->guest.name, dev->id));
}
