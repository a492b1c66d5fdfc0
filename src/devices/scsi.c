/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scsi.c - SCSI controllers: the slot is libvirt's index.
 */
#include "devices/registry.h"

#include "model/vm.h"

struct scsi {
	uint64_t index, queues;
};

#define CLASS_VIRTIO CLASS_OWN

static const struct dev_class scsi_classes[] = {
	{
		.name = "virtio-scsi",
		.sym = "VIRTIO",
		.driver = "virtio-scsi-pci",
		.where = WHERE_VIRTIO,
		.flags = CLASS_VIRTIO,
	},
	{
		.name = "virtio-transitional",
		.sym = "VIRTIO_TRANSITIONAL",
		.driver = "virtio-scsi-pci-transitional",
		.where = WHERE_PCI,
		.flags = CLASS_VIRTIO,
	},
	{
		.name = "virtio-non-transitional",
		.sym = "VIRTIO_NON_TRANSITIONAL",
		.driver = "virtio-scsi-pci-non-transitional",
		.where = WHERE_VIRTIO,
		.flags = CLASS_VIRTIO,
	},
	{.name = "lsilogic", .sym = "LSILOGIC", .driver = "lsi53c895a", .where = WHERE_PCI},
	{.name = "lsisas1068", .sym = "LSISAS1068", .driver = "mptsas1068", .where = WHERE_PCI},
	{.name = "lsisas1078", .sym = "LSISAS1078", .driver = "megasas", .where = WHERE_PCI},
	{.name = "vmpvscsi", .sym = "VMPVSCSI", .driver = "pvscsi", .where = WHERE_PCI},
	{0},
};

static bool is_virtio(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_VIRTIO;
}

#define FIELD(member) .field = offsetof(struct scsi, member)
static const struct prop scsi_props[] = {
	{.name = "type", .kind = PROP_CONST, .text = "scsi", .xml = "@type"},
	{.name = "index", .kind = PROP_UINT, .flags = PROP_ALWAYS, FIELD(index), .xml = "@index"},
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "queues",
	 .sym = "QUEUES",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(queues),
	 .xml = "driver/@queues",
	 .qemu = "num_queues",
	 .max = 256,
	 .when = is_virtio},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};
#undef FIELD

static void scsi_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct scsi *scsi = dev->data;

	(void)vm;
	scsi->index = dev->index;
}

const struct dev_family scsi_family = {
	.name = "scsi",
	.sym = "SCSI",
	.max = 8,
	.size = sizeof(struct scsi),
	.rank = RANK_CONTROLLER,
	.controller = CONTROLLER_SCSI,
	.xml = "controller",
	.alias = "scsi%s",
	.classes = scsi_classes,
	.props = scsi_props,
	.prepare = scsi_prepare,
};
