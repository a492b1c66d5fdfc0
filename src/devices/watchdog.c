/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watchdog.c - a watchdog: what QEMU does when the guest stops patting it.
 *
 * libvirt's action "dump" is left out: it is libvirt that writes the dump.
 */
#include "devices/registry.h"

#include <string.h>

#include "model/check.h"
#include "model/machine.h"
#include "model/emit.h"

struct watchdog {
	const struct prop_word *action;
};

#define WATCHDOG_CHIPSET \
	(CLASS_OWN << 0) /* in the chipset of q35, where it only has to be let loose */

static const struct dev_class watchdog_classes[] = {
	{.name = "i6300esb", .sym = "I6300ESB", .driver = "i6300esb", .where = WHERE_PCI},
	{.name = "ib700", .sym = "IB700", .driver = "ib700", .where = WHERE_NONE},
	{.name = "itco", .sym = "ITCO", .where = WHERE_NONE, .flags = WATCHDOG_CHIPSET},
	{0},
};

static const struct prop_word action_words[] = {
	{.sym = "RESET", .xml = "reset", .qemu = "reset"},
	{.sym = "SHUTDOWN", .xml = "shutdown", .qemu = "shutdown"},
	{.sym = "POWEROFF", .xml = "poweroff", .qemu = "poweroff"},
	{.sym = "PAUSE", .xml = "pause", .qemu = "pause"},
	{.sym = "INJECT_NMI", .xml = "inject-nmi", .qemu = "inject-nmi"},
	{.sym = "NONE", .xml = "none", .qemu = "none"},
	{0},
};

static bool has_place(const struct vm_dev *dev)
{
	return dev->class->where != WHERE_NONE;
}

static const struct prop watchdog_props[] = {
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "action",
	 .sym = "ACTION",
	 .kind = PROP_ENUM,
	 .field = offsetof(struct watchdog, action),
	 .words = action_words,
	 .xml = "@action"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI, .when = has_place},
	{.name = "place", .kind = PROP_ADDRESS, .when = has_place},
	{0},
};

static void watchdog_after(const struct vm_dev *dev, struct emit *emit)
{
	const struct watchdog *watchdog = dev->data;

	if (dev->class->flags & WATCHDOG_CHIPSET)
		emit_text(emit, "-global", "ICH9-LPC.noreboot=off", 0);
	emit_text(emit, "-watchdog-action", watchdog->action->qemu, 0);
}

static void check_reset(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm_find(vm, watchdog_family.name);
	const struct prop_word *on_reboot = vm->guest.on_reboot;

	if (!dev || !on_reboot || !prop_word_is(on_reboot, "DESTROY"))
		return;
	if (strcmp(((const struct watchdog *)dev->data)->action->sym, "RESET") != 0)
		return;
	struct place other = dev_place(vm->guest_dev, "on-reboot");
	struct err *err = dev_error(errs, dev, "action", check->name,
				    "the watchdog would reset a machine that ends at a reset");

	err_also(err, other.file, other.line);
	err_why(err,
		"%s says that QEMU ends when the guest reboots, and a watchdog's reset is one.",
		dev_symbol(vm->guest_dev, "on-reboot"));
	err_fix(err, "Choose %s_POWEROFF, or let the guest reboot.", dev_symbol(dev, "action"));
}

static void check_chipset(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm_find(vm, watchdog_family.name);

	if (!dev || !(dev->class->flags & WATCHDOG_CHIPSET) ||
	    strcmp(vm->machine->name, "q35") == 0)
		return;
	struct err *err =
		dev_error(errs, dev, "model", check->name,
			  "the machine %s has no ICH9, and so no iTCO watchdog", vm->machine->name);

	err_why(err, "The iTCO is part of the chipset of q35.");
	err_fix(err, "Choose CONFIG_WATCHDOG_MODEL_I6300ESB, or CONFIG_MACHINE_Q35.");
}

static const struct check watchdog_checks[] = {
	{.name = "watchdog-reset", .run = check_reset},
	{.name = "watchdog-chipset", .run = check_chipset},
	{0},
};

const struct dev_family watchdog_family = {
	.name = "watchdog",
	.sym = "WATCHDOG",
	.max = 1,
	.size = sizeof(struct watchdog),
	.flags = FAMILY_SINGLE,
	.rank = RANK_WATCHDOG,
	.xml = "watchdog",
	.alias = "watchdog0",
	.classes = watchdog_classes,
	.props = watchdog_props,
	.checks = watchdog_checks,
	.after = watchdog_after,
};
