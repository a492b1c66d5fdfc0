/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk.h - what the files of the disk family share; nobody else includes it.
 *
 * disk.c has the models, disk_rows.c the rows, disk_node.c the graph of nodes, disk_checks.c the
 * rules; where the blocks come from is devices/storage.h.
 */
#ifndef KILN_DEVICES_DISK_H
#define KILN_DEVICES_DISK_H

#include "devices/registry.h"
#include "devices/storage.h"

/* Flags of classes: how the guest sees the disk. */
#define DISK_VIRTIO (CLASS_OWN << 0)
#define DISK_SCSI   (CLASS_OWN << 1)
#define DISK_IDE    (CLASS_OWN << 2)
#define DISK_SATA   (CLASS_OWN << 3)
#define DISK_FLOPPY (CLASS_OWN << 4)
#define DISK_USB    (CLASS_OWN << 5)
#define DISK_CDROM  (CLASS_OWN << 6)
#define DISK_LUN    (CLASS_OWN << 7) /* the guest's SCSI commands go to the source itself */

#define DISK_VHOST_USER (CLASS_OWN << 8) /* another program serves it, past QEMU's block layer */

#define DISK_BACKINGS 2

/* Limits of a disk: six counters, each with its rate, its burst and how long a burst may last. */
enum limit_part { LIMIT_RATE, LIMIT_BURST, LIMIT_LENGTH, LIMIT_PARTS };
enum limit_counter {
	LIMIT_TOTAL_BYTES,
	LIMIT_READ_BYTES,
	LIMIT_WRITE_BYTES,
	LIMIT_TOTAL_IOPS,
	LIMIT_READ_IOPS,
	LIMIT_WRITE_IOPS,
	LIMIT_COUNTERS,
};

/** struct disk_backing - what lies below a qcow2 disk. */
struct disk_backing {
	struct storage source;
	const struct prop_word *format;
};

struct disk {
	struct storage source;
	struct disk_backing backing[DISK_BACKINGS]; /* the first is below the disk, and so on */
	const struct prop_word *format, *cache, *aio, *discard, *detect_zeroes, *werror, *rerror;
	const char *serial, *luks_secret, *wwn, *vendor, *product, *throttle_group, *iothread,
		*device_id;
	const char *vhost_socket;
	bool read_only, luks, in_place, copy_on_read, shareable, removable, throttle;
	uint64_t vhost_reconnect, queues, queue_size, boot_order, logical_block, physical_block,
		io_size;
	uint64_t limit[LIMIT_COUNTERS][LIMIT_PARTS];
	/* What follows from these, for XML and -device. */
	const char *device, *bus, *target, *shown_model, *shown_path, *protocol, *secret_type;
	const char *shown_backing[DISK_BACKINGS];
	bool shown_read_only, write_through, cdrom;
	uint64_t wwn_number, rotation_rate;
};

extern const struct prop disk_props[];
extern const struct check disk_checks[];

/** struct disk_limit - names of a counter: its rows, XML's and QEMU's. */
struct disk_limit {
	const char *row, *qemu;
};

/** disk_limits - by enum limit_counter. */
extern const struct disk_limit disk_limits[LIMIT_COUNTERS];

/* What is wrong with one of those that are alike is wrong with all. */
#define for_each_disk(dev, vm)           \
	vm_for_each_dev(dev, (vm)->devs) \
		if ((dev)->family == &disk_family && !(dev)->repeat)

static inline const struct disk *disk_of(const struct vm_dev *dev)
{
	return dev->data;
}

/** disk_has_medium() - whether there is a source, and so a node for -device. */
bool disk_has_medium(const struct vm_dev *dev);

/** disk_backing_count() - how many backing files are configured. */
unsigned disk_backing_count(const struct disk *disk);

/** disk_throttled() - whether any limit is set. */
bool disk_throttled(const struct vm_dev *dev);

/** disk_group() - id of the object that has the limits: the named group, or the disk's own. */
const char *disk_group(struct arena *arena, const struct vm_dev *dev);

/** disk_node() - name of the topmost node, which -device has as its drive; NULL without a medium. */
const char *disk_node(const struct vm_dev *dev);

/** disk_back() - host operations, objects and the graph of nodes. */
void disk_back(const struct vm_dev *dev, struct emit *emit);

#endif
