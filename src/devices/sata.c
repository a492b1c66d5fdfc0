/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sata.c - SATA controllers beside the chipset's own: the slot is libvirt's index.
 *
 * Controller 0 of q35 is built in and in every domain XML; on i440fx 0 is a controller like others.
 */
#include "devices/registry.h"

#include <string.h>

#include "model/check.h"
#include "model/chipset.h"
#include "model/controller.h"
#include "model/machine.h"

#define OFFER                                                                        \
	.type = CONTROLLER_SATA, .buses = 1, .targets = 1, .units = 6, .letters = 6, \
	.suffix = SUFFIX_UNIT, .why = "A SATA controller has bus 0, target 0 and units 0 to 5."

static const struct dev_offer offer_ahci = {OFFER};
static const struct dev_offer offer_built_in = {OFFER, .bus = "ide"};

/* The second one is the chipset's, which is spoken of when something sits on it. */
static const struct dev_class sata_classes[] = {
	{.name = "ahci", .driver = "ich9-ahci", .where = WHERE_PCI, .offer = &offer_ahci},
	{
		.name = "built-in",
		.driver = "ich9-ahci",
		.where = WHERE_PCI,
		.flags = CLASS_IMPLICIT,
		.offer = &offer_built_in,
	},
	{0},
};

static bool is_added(const struct vm_dev *dev)
{
	return !(dev->class->flags & CLASS_IMPLICIT);
}

static const struct prop sata_props[] = {
	CONTROLLER_HEAD("sata"),
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id", .when = is_added},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

static bool is_built_in(const struct vm *vm, const struct vm_dev *dev)
{
	const struct chipset *chipset = vm->machine->chipset;

	for (const struct chipset_place *p = chipset ? chipset->places : NULL; p && p->family;
	     p++) {
		if (strcmp(p->family, dev->family->name) == 0 && p->index == dev->index)
			return true;
	}
	return false;
}

static void check_built_in(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family != &sata_family || !is_built_in(vm, dev))
			continue;
		struct err *err = dev_error(errs, dev, NULL, check->name,
					    "SATA controller %u is there already", dev->index);

		err_why(err, "Machine %s has it built in, whether something is on it or not.",
			vm->machine->name);
		err_fix(err, "Switch %s off; the next slot is another controller.",
			dev_symbol(dev, NULL));
	}
}

static const struct check sata_checks[] = {
	{.name = "sata-built-in", .run = check_built_in},
	{0},
};

const struct dev_family sata_family = {
	.name = "sata",
	.sym = "SATA",
	.max = 8,
	.flags = FAMILY_ADDED,
	.rank = RANK_CONTROLLER,
	.controller = CONTROLLER_SATA,
	.xml = "controller",
	.alias = "sata%s",
	.classes = sata_classes,
	.props = sata_props,
	.checks = sata_checks,
};
