/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slots.h - buses while QEMU's choice of places is followed; for slots.c, buses.c and ports.c.
 */
#ifndef KILN_IMPORT_ARGV_SLOTS_H
#define KILN_IMPORT_ARGV_SLOTS_H

#include "import/argv/place.h"
#include "layout/pci.h"
#include "model/address.h"

/* More devices than that are no guest of Kiln's, and time is bounded. */
#define SLOTS_DEVICES 1024
#define SLOTS_PORTS   32 /* of a virtio-serial bus, as QEMU has at most 31 and port 0 */
#define SLOTS_BUSES   6 /* of one AHCI */

/** struct slots_port - a port of USB that is free, as QEMU names it: "2.1". */
struct slots_port {
	const char *path;
	struct slots_port *next;
};

/** struct slots_unit - a place of SCSI that is taken. */
struct slots_unit {
	uint64_t channel, target, lun;
	struct slots_unit *next;
};

/** struct slots_dev - a device of a PCI bus whose slot is QEMU's choice. */
struct slots_dev {
	struct argv_option *option;
	struct slots_dev *next;
};

/**
 * struct slots_bus - a bus, or the buses of one controller of disks.
 * @owner: the -device that it belongs to; NULL = a part of the machine. @id: the owner's, or NULL.
 * @word, @first: where the owner has no id they are called "ide.6" and on; or NULL.
 * @type: what sits on it. @above: the bus that the owner is on; @order: that of creation.
 * @count: how many buses. @functions: of PCI, a bit for each function that is taken.
 * @units: of disks, a bit for each unit that is taken. @ports: of virtio-serial, those that are taken.
 * @free: of USB, in QEMU's order; @targets: of SCSI.
 * @model: of a PCI controller; @devs: what is on it.
 * @roots: nothing but bridges fits, and QEMU refuses others.
 */
struct slots_bus {
	struct argv_option *owner;
	const char *id, *word;
	enum controller_type type;
	struct slots_bus *above, *next;
	unsigned order, count, first;
	unsigned char functions[32], units[SLOTS_BUSES];
	bool ports[SLOTS_PORTS], roots;
	enum pci_model model;
	struct slots_dev *devs;
	struct slots_port *free;
	struct slots_unit *targets;
};

/** struct slots - all of them. @counts: of each type how many have no id, for their names. */
struct slots {
	struct argv *argv;
	struct slots_bus *buses;
	unsigned order, counts[CONTROLLER_TYPE_COUNT];
};

/** slots_bus_word() - QEMU's class of such a bus in small letters; NULL = it has no name by that. */
const char *slots_bus_word(enum controller_type type);

/** slots_add_bus() - @count buses of one device, which is on the bus @above; @owner NULL = of the machine. */
struct slots_bus *slots_add_bus(struct slots *slots, struct argv_option *owner,
				enum controller_type type, struct slots_bus *above, unsigned count);

/** slots_find_bus() - what bus= means, and the number of the bus among those of its owner; or NULL. */
struct slots_bus *slots_find_bus(struct slots *slots, const char *text, unsigned *ret_number);

/** slots_default_bus() - where a device without bus= goes, or NULL. */
struct slots_bus *slots_default_bus(struct slots *slots, enum controller_type type);

/** slots_member() - set a member of a -device that says none of it, as QEMU chooses it. */
void slots_member(struct slots *slots, struct argv_option *option, const char *key, unsigned value);

/** slots_offer() - what a controller offers when it is there: ports of USB. */
void slots_offer(struct slots *slots, struct slots_bus *bus, const char *driver,
		 const struct argv_option *option);

/** slots_usb() - a port for a device, and a hub in front of it where QEMU adds one. */
void slots_usb(struct slots *slots, struct slots_bus *bus, struct argv_option *option,
	       const char *driver);

/** slots_scsi() - target and unit. */
void slots_scsi(struct slots *slots, struct slots_bus *bus, struct argv_option *option);

/** slots_disk() - a unit on bus @number of IDE, of AHCI or of a floppy controller. */
void slots_disk(struct slots *slots, struct slots_bus *bus, unsigned number,
		struct argv_option *option);

/** slots_serial() - a port of virtio-serial. */
void slots_serial(struct slots *slots, struct slots_bus *bus, struct argv_option *option,
		  const char *driver);

#endif
