/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk.c - disks, CD-ROM drives and floppies: their models, and what follows from their rows.
 */
#include "devices/disk.h"

#include <string.h>

#include "base/num.h"

/* A disk on a controller that is no PCI bus. */
#define DRIVE(NAME, SYM, DRIVER, FLAGS, ALIAS, ON)                                  \
	{                                                                           \
		.name = (NAME), .sym = (SYM), .driver = (DRIVER), .flags = (FLAGS), \
		.alias = (ALIAS), .on = (ON)                                        \
	}

static const struct dev_class disk_classes[] = {
	VIRTIO_CLASSES("virtio", "VIRTIO", "virtio-blk", CLASS_MULTI_QUEUE | DISK_VIRTIO, NULL),
	VIRTIO_CLASS("vhost-user", "VHOST_USER", "vhost-user-blk-pci", WHERE_VIRTIO,
		     DISK_VIRTIO | DISK_VHOST_USER, NULL),
	VIRTIO_CLASS("vhost-user-transitional", "VHOST_USER_TRANSITIONAL",
		     "vhost-user-blk-pci-transitional", WHERE_PCI, DISK_VIRTIO | DISK_VHOST_USER,
		     NULL),
	VIRTIO_CLASS("vhost-user-non-transitional", "VHOST_USER_NON_TRANSITIONAL",
		     "vhost-user-blk-pci-non-transitional", WHERE_VIRTIO,
		     DISK_VIRTIO | DISK_VHOST_USER, NULL),
	DRIVE("scsi", "SCSI", "scsi-hd", DISK_SCSI, "scsi-disk%s", CONTROLLER_SCSI),
	DRIVE("scsi-cdrom", "SCSI_CDROM", "scsi-cd", DISK_SCSI | DISK_CDROM, "scsi-disk%s",
	      CONTROLLER_SCSI),
	DRIVE("scsi-lun", "SCSI_LUN", "scsi-block", DISK_SCSI | DISK_LUN, "scsi-disk%s",
	      CONTROLLER_SCSI),
	DRIVE("ide", "IDE", "ide-hd", DISK_IDE, "ide-disk%s", CONTROLLER_IDE),
	DRIVE("ide-cdrom", "IDE_CDROM", "ide-cd", DISK_IDE | DISK_CDROM, "ide-disk%s",
	      CONTROLLER_IDE),
	DRIVE("sata", "SATA", "ide-hd", DISK_SATA, "sata-disk%s", CONTROLLER_SATA),
	DRIVE("sata-cdrom", "SATA_CDROM", "ide-cd", DISK_SATA | DISK_CDROM, "sata-disk%s",
	      CONTROLLER_SATA),
	DRIVE("floppy", "FLOPPY", "floppy", DISK_FLOPPY, "floppy%s", CONTROLLER_FDC),
	DRIVE("usb", "USB", "usb-storage", DISK_USB, "usb-disk%s", CONTROLLER_USB),
	{0},
};

/* Which element a bus has in XML, and how its targets begin: libvirt's names. */
static const struct {
	unsigned flag;
	const char *bus, *prefix;
} buses[] = {
	{DISK_VIRTIO, "virtio", "vd"}, {DISK_SCSI, "scsi", "sd"},  {DISK_SATA, "sata", "sd"},
	{DISK_USB, "usb", "sd"},       {DISK_FLOPPY, "fdc", "fd"}, {DISK_IDE, "ide", "hd"},
};

static size_t bus_of(const struct vm_dev *dev)
{
	size_t bus = 0;

	while (!(dev->class->flags & buses[bus].flag))
		bus++;
	return bus;
}

/* Position among the disks whose targets begin alike, in order of the slots. */
static unsigned letter_of(const struct vm *vm, const struct vm_dev *dev)
{
	const char *prefix = buses[bus_of(dev)].prefix;
	unsigned letter = 0;

	/* Those alike are counted, not walked: there may be 1,900 of them. */
	vm_for_each_dev(other, vm->devs) {
		if (other->family != &disk_family)
			continue;
		if (other->slot == dev->slot)
			break;
		letter += strcmp(buses[bus_of(other)].prefix, prefix) == 0;
	}
	return letter + dev->repeat;
}

/* vda, vdb, ... vdz, vdaa: as libvirt counts. */
static const char *target_name(struct arena *arena, const char *prefix, unsigned letter)
{
	char letters[16];
	size_t at = sizeof(letters);

	letters[--at] = '\0';
	for (unsigned n = letter + 1; n; n = (n - 1) / 26)
		letters[--at] = (char)('a' + (n - 1) % 26);
	return arena_fmt(arena, "%s%s", prefix, letters + at);
}

static const char *shown_path(const struct vm *vm, const struct storage *source)
{
	if (source->path && storage_is(source, "PAYLOAD"))
		return vm_payload_target(vm, source->path);
	return source->path;
}

static void prepare_source(struct vm *vm, struct vm_dev *dev, struct disk *disk)
{
	unsigned flags = storage_flags(&disk->source);

	if (!(flags & STORAGE_NETWORK) && storage_is_set(&disk->source))
		disk->shown_path = shown_path(vm, &disk->source);
	disk->protocol = storage_protocol(&disk->source);
	if (disk->source.auth_secret)
		disk->secret_type = storage_secret_type(&disk->source);
	for (unsigned i = 0; i < disk_backing_count(disk); i++)
		disk->shown_backing[i] = shown_path(vm, &disk->backing[i].source);
	disk->cdrom = dev->class->flags & DISK_CDROM;
	disk->shown_read_only = disk->read_only || disk->cdrom;
}

/* No word at all is the plain model; who serves it is not part of the model in XML. */
static const char *shown_model(struct vm *vm, const char *name)
{
	static const char served[] = "vhost-user";
	const char *end = strncmp(name, served, strlen(served)) == 0 ? name + strlen(served)
								     : name + strlen("virtio");

	return *end ? arena_fmt(vm->arena, "virtio%s", end) : NULL;
}

static void disk_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct disk *disk = dev->data;
	unsigned flags = dev->class->flags;
	size_t bus = bus_of(dev);
	unsigned letter = letter_of(vm, dev);

	if (flags & DISK_VIRTIO)
		disk->shown_model = shown_model(vm, dev->class->name);
	disk->device = "disk";
	if (flags & (DISK_CDROM | DISK_LUN | DISK_FLOPPY))
		disk->device = flags & DISK_CDROM ? "cdrom" : flags & DISK_LUN ? "lun" : "floppy";
	disk->bus = buses[bus].bus;
	dev->has_letter = dev->class->on != CONTROLLER_NONE;
	dev->letter = letter;
	disk->target = target_name(vm->arena, buses[bus].prefix, letter);
	disk->write_through = prop_word_is(disk->cache, "WRITETHROUGH") ||
			      prop_word_is(disk->cache, "DIRECTSYNC");
	prepare_source(vm, dev, disk);
	if (disk->wwn && num_parse_hex(disk->wwn, strlen(disk->wwn), &disk->wwn_number) != 0)
		disk->wwn_number = 0;
}

const struct dev_family disk_family = {
	.name = "disk",
	.sym = "DISK",
	.max = 64,
	.size = sizeof(struct disk),
	.flags = FAMILY_REPEAT,
	.rank = RANK_DISK,
	.xml = "disk",
	.alias = "virtio-disk%s",
	.classes = disk_classes,
	.props = disk_props,
	.checks = disk_checks,
	.prepare = disk_prepare,
	.back = disk_back,
};
