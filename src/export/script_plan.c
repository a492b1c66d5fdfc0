/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * script_plan.c - the plan of an image for people: what kiln-run does before QEMU starts, with the
 * commands that do it by hand.
 */
#include <string.h>

#include "base/num.h"
#include "export/script.h"

/* A text with marks, as text_next() takes it apart again. */
static const char *keep_marks(void *arg, struct img_text text, struct err *err UNUSED)
{
	struct text out = {.arena = arg};
	char mark[MARK_MAX];
	struct segment seg;

	while (img_text_next(&text, &seg)) {
		if (seg.kind == FIX_LITERAL) {
			text_add_len(&out, seg.text, seg.len);
			continue;
		}
		text_mark(mark, seg.kind, seg.a, seg.b, arena_dup(arg, seg.text, seg.len));
		text_add(&out, mark);
	}
	return text_str(&out);
}

/* What facts_op_next() gives is good until its next call. */
static void keep_texts(struct arena *arena, struct op *op)
{
	size_t count;
	const struct op_field *fields = op_fields(op->code, &count);

	for (size_t i = 0; i < count; i++) {
		const char *text;

		if (fields[i].kind != FIELD_TEXT)
			continue;
		memcpy(&text, (const char *)op + fields[i].offset, sizeof(text));
		text = arena_str(arena, text);
		memcpy((char *)op + fields[i].offset, &text, sizeof(text));
	}
}

int script_ops(struct script *script, struct err *err)
{
	const struct facts *facts = script->export->facts;
	struct arena *arena = script->export->arena;
	struct img_cursor marked = {0}, shown = {0};

	script->ops = arena_alloc(arena, (facts->img->op_count + 1) * sizeof(*script->ops));
	for (; script->op_count < facts->img->op_count; script->op_count++) {
		struct script_op *each = &script->ops[script->op_count];

		if (img_op_next(facts->img, &marked, keep_marks, arena, &each->op, err) < 0 ||
		    facts_op_next(facts, &shown, &each->shown, err) < 0)
			return -1;
		keep_texts(arena, &each->shown);
		if (each->op.code == OP_ATTACH)
			script_attach(script, each);
	}
	return 0;
}

const struct script_op *script_op_of(const struct script *script, unsigned slot)
{
	for (size_t i = 0; i < script->op_count; i++) {
		const struct op *op = &script->ops[i].op;
		uint32_t count = op_fd_count(op);

		if (count && slot >= op_fd_first(op) && slot < op_fd_first(op) + count)
			return &script->ops[i];
	}
	return NULL;
}

/* ---- what is told of each ------------------------------------------------------------------------ */

static void tell(struct script *script, const char *what, const char *why)
{
	export_note(script->export, EXPORT_LEFT, what, why);
}

static void tell_nothing(struct script *script UNUSED, const struct op *op UNUSED)
{
}

static void tell_bridge(struct script *script, const struct op *op)
{
	const struct op_bridge *bridge = &op->bridge;
	struct arena *arena = script->export->arena;
	struct text how = {.arena = arena};

	if (!(bridge->flags & BRIDGE_CREATE)) {
		tell(script, arena_fmt(arena, "bridge %s", bridge->name), "it must be there");
		return;
	}
	text_fmt(&how, "ip link add %s type bridge; ", bridge->name);
	if (bridge->address[0])
		text_fmt(&how, "ip addr add %s dev %s; ", bridge->address, bridge->name);
	text_fmt(&how, "ip link set %s up", bridge->name);
	tell(script, arena_fmt(arena, "bridge %s", bridge->name), text_str(&how));
}

void script_made(struct script *script, const char *variable, const char *owner, const char *how)
{
	text_fmt(&script->checks,
		 "[ -e \"/sys/class/net/$%s\" ] ||\n\tabsent \"the interface $%s of %s\" %s\n",
		 variable, variable, owner, script_quote(script->export->arena, how));
}

const char *script_macvtap(struct script *script, const struct op_macvtap *macvtap)
{
	/* ip(8) has libvirt's words, but for one. */
	const char *mode = macvtap->mode == MACVTAP_PASSTHROUGH ? "passthru"
								: macvtap_mode_word(macvtap->mode);
	const char *name = strchr(macvtap->name, '%') ? "NAME" : macvtap->name;

	/* The address is the unit's, which the script alone knows. */
	return arena_fmt(
		script->export->arena,
		"ip link add link %s name %s address MAC type macvtap mode %s; ip link set %s up",
		macvtap->parent, name, mode, name);
}

static void tell_macvtap(struct script *script, const struct op *op)
{
	tell(script, arena_fmt(script->export->arena, "macvtap of %s", op->macvtap.owner),
	     script_macvtap(script, &op->macvtap));
}

static void tell_tap(struct script *script, const struct op *op)
{
	const struct op_tap *tap = &op->tap;
	struct arena *arena = script->export->arena;
	struct text how = {.arena = arena};
	const char *name = strchr(tap->name, '%') ? "NAME" : tap->name;

	text_fmt(&how, "ip tuntap add dev %s mode tap%s%s user ACCOUNT; ip link set %s ", name,
		 tap->flags & TAP_VNET_HDR ? " vnet_hdr" : "",
		 tap->flags & TAP_MULTI_QUEUE ? " multi_queue" : "", name);
	if (tap->bridge[0])
		text_fmt(&how, "master %s ", tap->bridge);
	text_add(&how, "up");
	tell(script, arena_fmt(arena, "interface of %s", tap->owner), text_str(&how));
	script_made(script, script_fact(script, tap->owner, "tap", NULL, NULL), tap->owner,
		    text_str(&how));
}

/* The interface of that device by its name in the plan; @ret_own: whether it is the guest's own end. */
static const char *iface_name(const struct script *script, const char *owner, bool *ret_own)
{
	const char *name = NULL;

	*ret_own = false;
	for (size_t i = 0; !name && i < script->op_count; i++) {
		const struct op *op = &script->ops[i].shown;

		if (op->code == OP_TAP && strcmp(op->tap.owner, owner) == 0)
			name = op->tap.name;
		*ret_own = op->code == OP_MACVTAP && strcmp(op->macvtap.owner, owner) == 0;
		if (*ret_own)
			name = op->macvtap.name;
	}
	return !name || strchr(name, '%') ? "NAME" : name;
}

/* As kiln-run takes it: without a number a second's worth, and never less than the largest packet. */
static uint32_t bucket_kib(const uint32_t limit[static 3])
{
	uint64_t kib = limit[2] ? limit[2] : limit[0] * 1000ull / 1024;

	return kib < 66 ? 66 : (uint32_t)kib;
}

static void tell_limit(struct script *script, const char *what, const char *device, bool leaves,
		       const uint32_t limit[static 3])
{
	struct text how = {.arena = script->export->arena};

	if (!limit[0])
		return;
	if (leaves) {
		text_fmt(&how,
			 "tc qdisc add dev %s root handle 1: htb default 1; "
			 "tc class add dev %s parent 1: classid 1:1 htb rate %ukbps",
			 device, device, limit[0]);
		if (limit[1])
			text_fmt(&how, " ceil %ukbps", limit[1]);
		if (limit[2])
			text_fmt(&how, " burst %ukb", limit[2]);
	} else {
		text_fmt(&how,
			 "tc qdisc add dev %s ingress; tc filter add dev %s parent ffff: protocol "
			 "all u32 match u32 0 0 police rate %ukbps burst %ukb mtu 66kb",
			 device, device, limit[0], bucket_kib(limit));
		if (limit[1])
			text_fmt(&how, " peakrate %ukbps", limit[1]);
		text_add(&how, " drop");
	}
	tell(script, what, text_str(&how));
}

static void tell_shape(struct script *script, const struct op *op)
{
	const struct op_shape *shape = &op->shape;
	const uint32_t in[] = {shape->in_rate, shape->in_peak, shape->in_burst};
	const uint32_t out[] = {shape->out_rate, shape->out_peak, shape->out_burst};
	struct arena *arena = script->export->arena;
	bool own;
	const char *device = iface_name(script, shape->owner, &own);

	tell_limit(script, arena_fmt(arena, "limit of what %s gets", shape->owner), device, !own,
		   in);
	tell_limit(script, arena_fmt(arena, "limit of what %s sends", shape->owner), device, own,
		   out);
}

/* Consoles and the like in kiln-run's own folder; its two monitors nobody misses. */
static void tell_monitor(struct script *script, const struct op *op)
{
	if (strncmp(op->monitor.name, "qmp", 3) != 0)
		export_note(
			script->export, EXPORT_LOST,
			arena_fmt(script->export->arena, "socket of %s", op->monitor.name),
			"it is in the folder of kiln-run, and here leads nowhere: give it a path");
}

static void tell_secret(struct script *script, const struct op *op)
{
	if (op->secret.form == SECRET_LINE)
		tell(script, arena_fmt(script->export->arena, "secret in %s", op->secret.source),
		     "a line feed at its end belongs to it here; kiln-run leaves it out");
}

static void tell_listener(struct script *script, const char *path, const char *owner)
{
	tell(script, arena_fmt(script->export->arena, "socket %s of %s", path, owner),
	     "somebody must listen there");
}

static void tell_socket(struct script *script, const struct op *op)
{
	if (!(op->socket.flags & SOCKET_LISTEN))
		tell_listener(script, op->socket.path, op->socket.owner);
}

static void tell_reach(struct script *script, const struct op *op)
{
	if (!(op->reach.flags & REACH_LISTEN))
		tell_listener(script, op->reach.path, op->reach.owner);
}

static void tell_store(struct script *script, const struct op *op)
{
	struct arena *arena = script->export->arena;
	const struct img *img = script->export->facts->img;
	const char *from =
		op->store.payload ? img->payload[op->store.payload - 1].name : op->store.template;
	const char *path = script_quote(arena, op->store.path);

	tell(script, arena_fmt(arena, "%s of %s", op->store.path, op->store.owner),
	     arena_fmt(arena, "where it is not there it begins as a copy: cp %s %s",
		       script_quote(arena, from), path));
}

static void tell_memory(struct script *script, const struct op *op)
{
	struct arena *arena = script->export->arena;

	if (op->memory.flags & MEMORY_LOCKED)
		tell(script, "memory", "all of it is locked: ulimit -l unlimited");
	else if (op->memory.lock_mib)
		tell(script, "memory",
		     arena_fmt(arena, "devices of the host lock %u MiB of it: ulimit -l %llu",
			       op->memory.lock_mib, (unsigned long long)op->memory.lock_mib << 10));
	if (op->memory.flags & MEMORY_ADVICE)
		tell(script, "NUMA nodes", "kiln-run chooses them; here the kernel does: numactl");
}

static void tell_hostdev(struct script *script, const struct op *op)
{
	struct arena *arena = script->export->arena;

	tell(script, arena_fmt(arena, "%s of the host, %s", op->hostdev.name, op->hostdev.owner),
	     op->hostdev.kind == HOSTDEV_PCI
		     ? "the driver vfio-pci must have it, and its IOMMU group in /dev/vfio be QEMU's"
		     : "it must be made, and its group in /dev/vfio be QEMU's");
}

static void tell_vsock(struct script *script, const struct op *op)
{
	tell(script, op->vsock.owner, "QEMU opens /dev/vhost-vsock itself: modprobe vhost_vsock");
}

static void tell_vhost(struct script *script, const struct op *op)
{
	if (op->vhost.flags & VHOST_REQUIRED)
		tell(script, arena_fmt(script->export->arena, "vhost of %s", op->vhost.owner),
		     "QEMU opens /dev/vhost-net itself: modprobe vhost_net");
}

static void tell_swtpm(struct script *script, const struct op *op)
{
	struct arena *arena = script->export->arena;
	const char *state = op->swtpm.state;

	tell(script, arena_fmt(arena, "TPM emulator of %s", op->swtpm.owner),
	     arena_fmt(arena, "start it before: %s socket%s --tpmstate %s --ctrl %s --terminate &",
		       op->swtpm.program, op->swtpm.flags & SWTPM_2 ? " --tpm2" : "",
		       script_quote(arena, arena_fmt(arena, "dir=%s", state)),
		       script_quote(arena, arena_fmt(arena, "type=unixio,path=%s/socket", state))));
}

/* "tcp:SPEC,udp:SPEC", as image/ops.h has it. */
static const char *passt_ports(struct arena *arena, const char *list)
{
	struct text text = {.arena = arena};

	while (*list) {
		size_t len = strcspn(list, ",");

		text_fmt(&text, " -%c %.*s", *list, (int)len - 4, list + 4);
		list += len + (list[len] == ',');
	}
	return text_str(&text);
}

/* Its socket is where QEMU looks for it (devices/net_passt.c). */
static void tell_passt(struct script *script, const struct op *op)
{
	struct arena *arena = script->export->arena;
	const struct op_passt *passt = &op->passt;
	const char *name = script->export->facts->img->meta[META_NAME];
	struct text how = {.arena = arena};

	text_fmt(&how, "start it before, as the user that QEMU has: %s%s --socket %s",
		 passt->program, passt_ports(arena, passt->forwards),
		 script_quote(arena, arena_fmt(arena, "./%s-%s.passt", name, passt->owner)));
	if (passt->interface[0])
		text_fmt(&how, " --interface %s", passt->interface);
	if (passt->mtu)
		text_fmt(&how, " --mtu %u", passt->mtu);
	if (passt->log[0])
		text_fmt(&how, " --log-file %s", script_quote(arena, passt->log));
	text_add(&how, " --one-off");
	tell(script, arena_fmt(arena, "passt of %s", passt->owner), text_str(&how));
}

static void tell_port(struct script *script, const struct op *op)
{
	tell(script, arena_fmt(script->export->arena, "port of %s", op->port.owner),
	     arena_fmt(script->export->arena,
		       "kiln-run looks for a free one from %u to %u; here it is the first",
		       op->port.first, op->port.last));
}

typedef void tell_fn(struct script *script, const struct op *op);

/* What has no row is told by its name alone. */
static tell_fn *const tells[OP_COUNT] = {
	[OP_ACCEL] = tell_nothing,
	[OP_FILE] = tell_nothing,
	[OP_PAYLOAD] = tell_nothing,
	[OP_SCSI] = tell_nothing,
	[OP_USB] = tell_nothing,
	[OP_CANCEL] = tell_nothing,
	[OP_BRIDGE] = tell_bridge,
	[OP_TAP] = tell_tap,
	[OP_MONITOR] = tell_monitor,
	[OP_SECRET] = tell_secret,
	[OP_SOCKET] = tell_socket,
	[OP_REACH] = tell_reach,
	[OP_STORE] = tell_store,
	[OP_MEMORY] = tell_memory,
	[OP_HOSTDEV] = tell_hostdev,
	[OP_VSOCK] = tell_vsock,
	[OP_VHOST] = tell_vhost,
	[OP_SWTPM] = tell_swtpm,
	[OP_PORT] = tell_port,
	[OP_MACVTAP] = tell_macvtap,
	[OP_PASST] = tell_passt,
	[OP_SHAPE] = tell_shape,
	[OP_NETWORK] = script_tell_network,
};

void script_tell(struct script *script)
{
	for (size_t i = 0; i < script->op_count; i++) {
		const struct op *op = &script->ops[i].shown;

		if (tells[op->code])
			tells[op->code](script, op);
		else
			tell(script, arena_fmt(script->export->arena, "%s", op_name(op->code)),
			     "kiln-run makes it; `kiln show` prints the step");
	}
}
