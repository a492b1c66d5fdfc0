/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oem.c - strings of table 11 of SMBIOS, which people use to tell a guest something.
 */
#include "devices/registry.h"

#include <string.h>

#include "model/check.h"
#include "model/emit.h"

struct oem {
	const char *text;
};

static const struct dev_class oem_classes[] = {
	{.name = "string", .where = WHERE_NONE},
	{0},
};

static const struct prop oem_props[] = {
	{.name = "text",
	 .sym = "TEXT",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI | PROP_REQUIRED,
	 .rule = RULE(TEXT),
	 .field = offsetof(struct oem, text),
	 .xml = ""},
	{0},
};

static void oem_prepare(struct vm *vm, struct vm_dev *dev)
{
	(void)dev;
	vm->guest.smbios.any = true;
}

static void oem_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct oem *oem = dev->data;
	struct node *tree = emit_tree(emit, "-smbios", 0);

	node_add_string(emit->arena, tree, "type", "11");
	node_add_string(emit->arena, tree, "value", oem->text ? oem->text : "");
}

const struct dev_family oem_family = {
	.name = "oem",
	.sym = "SMBIOS_OEM",
	.max = 32,
	.size = sizeof(struct oem),
	.rank = RANK_NONE,
	.xml = "entry",
	.under = "sysinfo[type=smbios]/oemStrings",
	.classes = oem_classes,
	.props = oem_props,
	.prepare = oem_prepare,
	.back = oem_back,
};
