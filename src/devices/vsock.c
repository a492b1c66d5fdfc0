/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vsock.c - virtio sockets: the guest talks to its host by numbers, without a network.
 */
#include "devices/registry.h"

#include <inttypes.h>
#include <string.h>

#include "image/text.h"
#include "model/check.h"
#include "model/emit.h"

/**
 * struct vsock - @cid: 0 = each unit has its own.
 * @guest_cid: what -device says: a number or a mark. @vhostfd: the descriptor, from the back hook.
 */
struct vsock {
	uint64_t cid;
	const char *shown_auto, *guest_cid, *vhostfd;
};

/* Neither QEMU 7.2 nor 10.0 has a transitional one, although libvirt has a word for it. */
static const struct dev_class vsock_classes[] = {
	VIRTIO_CLASS("virtio", "VIRTIO", "vhost-vsock-pci", WHERE_VIRTIO, 0, NULL),
	VIRTIO_CLASS("virtio-non-transitional", "VIRTIO_NON_TRANSITIONAL",
		     "vhost-vsock-pci-non-transitional", WHERE_VIRTIO, 0, NULL),
	{0},
};

#define FIELD(member) .field = offsetof(struct vsock, member)
static const struct prop vsock_props[] = {
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "auto", .kind = PROP_STRING, FIELD(shown_auto), .xml = "cid/@auto"},
	{.name = "cid",
	 .sym = "CID",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(cid),
	 .xml = "cid/@address",
	 .max = 4294967294},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "guest-cid", .kind = PROP_NUMBER, FIELD(guest_cid), .qemu = "guest-cid"},
	{.name = "vhostfd",
	 .kind = PROP_STRING,
	 .flags = PROP_DESCRIPTOR,
	 FIELD(vhostfd),
	 .qemu = "vhostfd"},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};
#undef FIELD

static void vsock_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct vsock *vsock = dev->data;
	char mark[MARK_MAX];

	vsock->shown_auto = vsock->cid ? "no" : "yes";
	if (vsock->cid) {
		vsock->guest_cid = arena_fmt(vm->arena, "%" PRIu64, vsock->cid);
		return;
	}
	text_mark(mark, FIX_CID, 0, 0, dev->id);
	vsock->guest_cid = arena_str(vm->arena, mark);
}

static void vsock_back(const struct vm_dev *dev, struct emit *emit)
{
	struct vsock *vsock = dev->data;
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_VSOCK;
	op.vsock.owner = dev->id;
	/* The number of a descriptor is known only when the plan has it. */
	vsock->vhostfd = emit_mark(emit, FIX_FD, emit_op(emit, &op), 0, "");
}

static void check_cid(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm_find(vm, vsock_family.name);
	uint64_t cid = dev ? ((const struct vsock *)dev->data)->cid : 0;

	if (!cid || cid > 2)
		return;
	struct err *err =
		dev_error(errs, dev, "cid", check->name, "CID %" PRIu64 " is no guest's", cid);

	err_why(err, "0 is the hypervisor, 1 the own machine and 2 the host (vsock(7)).");
	err_fix(err, "Set CONFIG_VSOCK_CID to 3 or more, or to 0 for one of the unit's own.");
}

static const struct check vsock_checks[] = {
	{.name = "vsock-cid", .run = check_cid},
	{0},
};

const struct dev_family vsock_family = {
	.name = "vsock",
	.sym = "VSOCK",
	.max = 1,
	.size = sizeof(struct vsock),
	.flags = FAMILY_SINGLE,
	.rank = RANK_VSOCK,
	.xml = "vsock",
	.alias = "vsock0",
	.classes = vsock_classes,
	.props = vsock_props,
	.checks = vsock_checks,
	.prepare = vsock_prepare,
	.back = vsock_back,
};
