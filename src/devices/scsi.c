/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scsi.c - SCSI controllers: the slot is libvirt's index.
 */
#include "devices/registry.h"

#include "model/controller.h"
#include "model/vm.h"

struct scsi {
	uint64_t queues, per_lun, max_sectors;
	const char *iothread;
};

#define CLASS_VIRTIO CLASS_OWN

/*
 * Limits of QEMU 7.2 and 10.0, by trial; libvirt puts seven disks on one, whatever the model, as units
 * of target 0.
 */
#define DISKS_OF_LIBVIRT 7

#define OFFER(TARGETS, UNITS, WHY)                                                            \
	{                                                                                     \
		.type = CONTROLLER_SCSI, .buses = 1, .targets = (TARGETS), .units = (UNITS),  \
		.letters = DISKS_OF_LIBVIRT, .bus_prop = "channel", .target_prop = "scsi-id", \
		.unit_prop = "lun", .why = (WHY)                                              \
	}

static const struct dev_offer offer_virtio = OFFER(
	256, 16384, "A virtio-scsi controller has bus 0, targets 0 to 255 and units 0 to 16383.");

static const struct dev_offer offer_lsisas1068 =
	OFFER(8, 2, "An lsisas1068 controller has bus 0, targets 0 to 7 and units 0 and 1.");

static const struct dev_offer offer_lsisas1078 =
	OFFER(64, 256, "An lsisas1078 controller has bus 0, targets 0 to 63 and units 0 to 255.");

static const struct dev_offer offer_vmpvscsi =
	OFFER(64, 1, "A vmpvscsi controller has bus 0, targets 0 to 63 and unit 0.");

/* libvirt's unit is the ID on the bus; the adapter itself has ID 7. */
static const struct dev_offer offer_lsilogic = {
	.type = CONTROLLER_SCSI,
	.buses = 1,
	.targets = 1,
	.units = 7,
	.letters = DISKS_OF_LIBVIRT,
	.unit_prop = "scsi-id",
	.why = "An lsilogic controller has bus 0, target 0 and units 0 to 6; 7 is itself.",
};

/* An adapter of a maker's, conventional PCI. */
#define ADAPTER(NAME, SYM, DRIVER, OFFERED)                                           \
	{                                                                             \
		.name = (NAME), .sym = (SYM), .driver = (DRIVER), .where = WHERE_PCI, \
		.offer = (OFFERED)                                                    \
	}

static const struct dev_class scsi_classes[] = {
	VIRTIO_CLASSES("virtio-scsi", "VIRTIO", "virtio-scsi", CLASS_VIRTIO, &offer_virtio),
	ADAPTER("lsilogic", "LSILOGIC", "lsi53c895a", &offer_lsilogic),
	ADAPTER("lsisas1068", "LSISAS1068", "mptsas1068", &offer_lsisas1068),
	ADAPTER("lsisas1078", "LSISAS1078", "megasas", &offer_lsisas1078),
	ADAPTER("vmpvscsi", "VMPVSCSI", "pvscsi", &offer_vmpvscsi),
	{0},
};

static bool is_virtio(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_VIRTIO;
}

#define FIELD(member) .field = offsetof(struct scsi, member)
static const struct prop scsi_props[] = {
	CONTROLLER_HEAD("scsi"),
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "iothread",
	 .sym = "IOTHREAD",
	 .kind = PROP_STRING,
	 FIELD(iothread),
	 .refers = &iothread_family,
	 .xml = "driver/@iothread",
	 .qemu = "iothread",
	 .when = is_virtio},
	{.name = "queues",
	 .sym = "QUEUES",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(queues),
	 .xml = "driver/@queues",
	 .qemu = "num_queues",
	 .max = 256,
	 .when = is_virtio},
	{.name = "per-lun",
	 .sym = "CMD_PER_LUN",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(per_lun),
	 .xml = "driver/@cmd_per_lun",
	 .qemu = "cmd_per_lun",
	 .max = 1024,
	 .when = is_virtio},
	{.name = "max-sectors",
	 .sym = "MAX_SECTORS",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(max_sectors),
	 .xml = "driver/@max_sectors",
	 .qemu = "max_sectors",
	 .max = 65535,
	 .when = is_virtio},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};
#undef FIELD

const struct dev_family scsi_family = {
	.name = "scsi",
	.sym = "SCSI",
	.max = 8,
	.size = sizeof(struct scsi),
	.flags = FAMILY_ADDED,
	.rank = RANK_CONTROLLER,
	.controller = CONTROLLER_SCSI,
	.xml = "controller",
	.alias = "scsi%s",
	.classes = scsi_classes,
	.props = scsi_props,
};
