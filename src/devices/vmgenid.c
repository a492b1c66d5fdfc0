/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmgenid.c - the generation of the machine: a number that a guest compares to notice that it was
 * restored or copied.
 */
#include "devices/registry.h"

#include "model/check.h"
#include "model/machine.h"

struct vmgenid {
	const char *uuid;
	const char *guid; /* what QEMU is told */
};

static const struct dev_class vmgenid_classes[] = {
	{.name = "vmgenid", .driver = "vmgenid", .where = WHERE_NONE},
	{0},
};

static const struct prop vmgenid_props[] = {
	{.name = "uuid",
	 .sym = "UUID",
	 .kind = PROP_STRING,
	 .rule = RULE(UUID),
	 .field = offsetof(struct vmgenid, uuid),
	 .xml = ""},
	{.name = "guid",
	 .kind = PROP_STRING,
	 .field = offsetof(struct vmgenid, guid),
	 .qemu = "guid"},
	{.name = "id", .kind = PROP_CONST, .text = "vmgenid0", .qemu = "id"},
	{0},
};

static void vmgenid_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct vmgenid *vmgenid = dev->data;

	(void)vm;
	vmgenid->guid = vmgenid->uuid ? vmgenid->uuid : "auto";
}

static void check_machine(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm_find(vm, vmgenid_family.name);

	if (!dev || vm->machine->flags & MACHINE_PC)
		return;
	struct err *err = dev_error(errs, dev, NULL, check->name,
				    "the machine %s has no generation", vm->machine->name);

	err_why(err, "The guest finds its number through the ACPI tables of a PC.");
	err_fix(err, "Set CONFIG_VMGENID=n, or choose CONFIG_MACHINE_PC or CONFIG_MACHINE_Q35.");
}

static const struct check vmgenid_checks[] = {
	{.name = "vmgenid-machine", .run = check_machine},
	{0},
};

const struct dev_family vmgenid_family = {
	.name = "vmgenid",
	.sym = "VMGENID",
	.max = 1,
	.size = sizeof(struct vmgenid),
	.flags = FAMILY_SINGLE,
	.rank = RANK_NONE,
	.xml = "genid",
	.under = "",
	.classes = vmgenid_classes,
	.props = vmgenid_props,
	.checks = vmgenid_checks,
	.prepare = vmgenid_prepare,
};
