/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parallel.c - parallel ports of a PC.
 */
#include "devices/registry.h"

#include "devices/chardev.h"
#include "model/check.h"
#include "model/machine.h"

struct parallel {
	struct chardev chardev;
	uint64_t port;
};

static const struct dev_class parallel_classes[] = {
	{.name = "isa-parallel", .driver = "isa-parallel", .where = WHERE_NONE},
	{0},
};

#define PORT .field = offsetof(struct parallel, port)
static const struct prop parallel_props[] = {
	CHARDEV_ROWS(parallel, chardev, "", chardev_port_words),
	CHARDEV_FILE_ROWS(parallel, chardev, ""),
	{.name = "target-port",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 PORT,
	 .xml = "target/@port"},
	CHARDEV_LOG_ROWS(parallel, chardev, ""),
	CHARDEV_ID_ROWS,
	{.name = "index",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS | PROP_COUNTED,
	 PORT,
	 .qemu = "index"},
	{0},
};
#undef PORT

static const struct chardev_use parallel_chardev = {
	.field = offsetof(struct parallel, chardev),
	.device = "parallel",
};

static void parallel_prepare(struct vm *vm, struct vm_dev *dev)
{
	(void)vm;
	/* The slot, not the position: parallel2 stays lp2 when parallel1 goes. */
	((struct parallel *)dev->data)->port = dev->slot;
	chardev_prepare(dev);
}

static void parallel_back(const struct vm_dev *dev, struct emit *emit)
{
	(void)chardev_emit(dev, emit);
}

static void check_machine(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &parallel_family || vm->machine->flags & MACHINE_PC)
			continue;
		struct err *err =
			dev_error(errs, dev, NULL, check->name,
				  "the machine %s has no parallel port", vm->machine->name);

		err_why(err, "Its firmware describes none to the guest, as that of a PC does.");
		err_fix(err, "Set CONFIG_PARALLEL_COUNT=0, or choose CONFIG_MACHINE_PC or "
			     "CONFIG_MACHINE_Q35.");
	}
}

static const struct check parallel_checks[] = {
	{.name = "parallel-machine", .run = check_machine},
	{0},
};

const struct dev_family parallel_family = {
	.name = "parallel",
	.sym = "PARALLEL",
	.max = 3,
	.size = sizeof(struct parallel),
	.rank = RANK_NONE,
	.xml = "parallel",
	.alias = "parallel%s",
	.classes = parallel_classes,
	.props = parallel_props,
	.checks = parallel_checks,
	.chardev = &parallel_chardev,
	.prepare = parallel_prepare,
	.back = parallel_back,
};
