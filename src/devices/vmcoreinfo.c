/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmcoreinfo.c - where a guest's kernel tells how its memory is laid out, for who dumps it from outside.
 */
#include "devices/registry.h"

static const struct dev_class vmcoreinfo_classes[] = {
	{.name = "vmcoreinfo", .driver = "vmcoreinfo", .where = WHERE_NONE},
	{0},
};

static const struct prop vmcoreinfo_props[] = {
	{.name = "state", .kind = PROP_CONST, .text = "on", .xml = "@state"},
	{0},
};

const struct dev_family vmcoreinfo_family = {
	.name = "vmcoreinfo",
	.sym = "VMCOREINFO",
	.max = 1,
	.flags = FAMILY_SINGLE,
	.rank = RANK_NONE,
	.xml = "vmcoreinfo",
	.under = "features",
	.classes = vmcoreinfo_classes,
	.props = vmcoreinfo_props,
};
