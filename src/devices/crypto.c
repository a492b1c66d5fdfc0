/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crypto.c - virtio crypto accelerators on QEMU's own library.
 *
 * The builtin back end has one queue (QEMU refuses more), so that is no property.
 */
#include "devices/registry.h"

#include "model/emit.h"

static const struct dev_class crypto_classes[] = {
	{
		.name = "virtio",
		.driver = "virtio-crypto-pci",
		/* libvirt 11 puts it on a conventional bus, also where there is PCI Express. */
		.where = WHERE_PCI,
	},
	{0},
};

static const struct prop crypto_props[] = {
	{.name = "model", .kind = PROP_CONST, .text = "virtio", .xml = "@model"},
	{.name = "type", .kind = PROP_CONST, .text = "qemu", .xml = "@type"},
	{.name = "backend", .kind = PROP_CONST, .text = "builtin", .xml = "backend/@model"},
	{.name = "queues", .kind = PROP_CONST, .text = "1", .xml = "backend/@queues"},
	{.name = "cryptodev", .kind = PROP_ALIAS, .text = "obj%s", .qemu = "cryptodev"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

static void crypto_back(const struct vm_dev *dev, struct emit *emit)
{
	struct node *object = emit_tree(emit, "-object", 0);

	node_add_string(emit->arena, object, "qom-type", "cryptodev-backend-builtin");
	node_add_string(emit->arena, object, "id", arena_fmt(emit->arena, "obj%s", dev->alias));
	node_add_uint(emit->arena, object, "queues", 1);
}

const struct dev_family crypto_family = {
	.name = "crypto",
	.sym = "CRYPTO",
	.max = 4,
	.rank = RANK_CRYPTO,
	.xml = "crypto",
	.alias = "crypto%s",
	.classes = crypto_classes,
	.props = crypto_props,
	.back = crypto_back,
};
