/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostdev.h - what the files of the family of host devices share; nobody else includes it.
 *
 * hostdev.c has the models and the back ends, hostdev_rows.c the rows, hostdev_checks.c the rules.
 */
#ifndef KILN_DEVICES_HOSTDEV_H
#define KILN_DEVICES_HOSTDEV_H

#include "devices/registry.h"
#include "devices/storage.h"

/* What it is on the target. */
#define HOSTDEV_IS_PCI   (CLASS_OWN << 0)
#define HOSTDEV_IS_MDEV  (CLASS_OWN << 1)
#define HOSTDEV_IS_RAMFB (CLASS_OWN << 2)
#define HOSTDEV_IS_VHOST (CLASS_OWN << 3)
#define HOSTDEV_IS_SCSI  (CLASS_OWN << 4)
#define HOSTDEV_IS_ISCSI (CLASS_OWN << 5) /* a target that QEMU itself logs in to */
#define HOSTDEV_IS_USB   (CLASS_OWN << 6)

/** struct hostdev - @iscsi: of HOSTDEV_IS_ISCSI. What stands below a comment follows from the rest. */
struct hostdev {
	const char *host, *mdev, *wwpn, *rom_file, *scsi, *usb;
	const struct prop_word *display, *rom, *startup;
	uint64_t boot_order;
	bool ramfb, read_only, shareable;
	struct storage iscsi;
	/* The parts of @host, @scsi and @usb, as XML has them. */
	const char *domain, *bus, *slot, *function;
	const char *adapter, *scsi_bus, *scsi_target, *scsi_unit;
	const char *vendor, *product, *usb_bus, *usb_device;
	const char *protocol, *secret_type;
	uint64_t rom_bar; /* ROM_BAR_DEFAULT = not written */
	/* What -device says: marks. */
	const char *host_text, *sysfs_text, *rom_text, *vhost_text, *usb_text;
};

#define ROM_BAR_DEFAULT 2

extern const struct prop hostdev_props[];
extern const struct check hostdev_checks[];

static inline const struct hostdev *hostdev_of(const struct vm_dev *dev)
{
	return dev->data;
}

static inline bool hostdev_is(const struct vm_dev *dev, unsigned flags)
{
	return dev->class->flags & flags;
}

#endif
