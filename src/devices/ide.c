/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ide.c - the IDE and the floppy controller of a PC, which are spoken of when a drive is on them.
 *
 * There is one of each at most, and nobody configures it: model/machine.h says who has which.
 */
#include "devices/registry.h"

#include "model/controller.h"
#include "model/vm.h"

static const struct dev_offer offer_ide = {
	.type = CONTROLLER_IDE,
	.buses = 2,
	.targets = 1,
	.units = 2,
	.letters = 4,
	.bus = "ide",
	.suffix = SUFFIX_BUS,
	.unit_prop = "unit",
	.why = "The IDE controller has buses 0 and 1, target 0 and units 0 and 1.",
};

static const struct dev_class ide_classes[] = {
	{
		.name = "piix3-ide",
		.driver = "piix3-ide",
		.where = WHERE_PCI,
		.flags = CLASS_IMPLICIT,
		.offer = &offer_ide,
	},
	{0},
};

static const struct prop ide_props[] = {
	CONTROLLER_HEAD("ide"),
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

const struct dev_family ide_family = {
	.name = "ide",
	.sym = "IDE",
	.max = 1,
	.flags = FAMILY_INTERNAL,
	.rank = RANK_CONTROLLER,
	.controller = CONTROLLER_IDE,
	.xml = "controller",
	.alias = "ide%s",
	.classes = ide_classes,
	.props = ide_props,
};

static const struct dev_offer offer_fdc = {
	.type = CONTROLLER_FDC,
	.buses = 1,
	.targets = 1,
	.units = 2,
	.letters = 2,
	.bus = "floppy-bus",
	.unit_prop = "unit",
	.why = "The floppy controller has bus 0, target 0 and units 0 and 1.",
};

static const struct dev_class fdc_classes[] = {
	{.name = "isa-fdc", .driver = "isa-fdc", .offer = &offer_fdc},
	{
		.name = "built-in",
		.driver = "isa-fdc",
		.flags = CLASS_IMPLICIT,
		.offer = &offer_fdc,
	},
	{0},
};

static const struct prop fdc_props[] = {
	CONTROLLER_HEAD("fdc"),
	{0},
};

const struct dev_family fdc_family = {
	.name = "fdc",
	.sym = "FDC",
	.max = 1,
	.flags = FAMILY_INTERNAL,
	.rank = RANK_NONE,
	.controller = CONTROLLER_FDC,
	.xml = "controller",
	.alias = "fdc%s",
	.classes = fdc_classes,
	.props = fdc_props,
};
