/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device.h - what a device family is, and one device of a VM.
 *
 * A family is one devices/NAME.c with its tables and one devices/NAME.Kconfig. Engines (config,
 * layout, qemu, domain, plan) walk the tables and know no device.
 */
#ifndef KILN_MODEL_DEVICE_H
#define KILN_MODEL_DEVICE_H

#include "base/attr.h"
#include "model/address.h"
#include "model/errlist.h"
#include "model/prop.h"

struct vm;
struct emit;
struct check;
struct chardev_use;

/* How QEMU counts the buses of a controller, behind their common name. */
enum bus_suffix {
	SUFFIX_ZERO, /* one: "scsi0.0" */
	SUFFIX_BUS, /* by the bus of the address: "ide.1" */
	SUFFIX_UNIT, /* one for each unit: "sata1.4" */
};

/**
 * struct dev_offer - what a controller has room for that is no PCI bus; limits are QEMU's.
 * @type: of those that want to sit on it.
 * @buses, @targets, @units: how many each; the unit counts fastest. Not of USB.
 * @letters: how many disks libvirt puts on one, by the letters of their targets; 0 = no such rule.
 * @ports: of a USB controller or hub: how many it has.
 * @bus: QEMU's name of its buses when that is not its id: "ide".
 * @suffix: what stands behind it.
 * @bus_prop, @target_prop, @unit_prop: properties of -device for the rest of an address; NULL = a
 *      part that is always 0 or in the bus's name.
 * @why: what limits it, for errors: "An lsilogic has the units 0 to 6."
 */
struct dev_offer {
	enum controller_type type;
	unsigned buses, targets, units, letters;
	unsigned (*ports)(const struct vm_dev *dev);
	const char *bus;
	enum bus_suffix suffix;
	const char *bus_prop, *target_prop, *unit_prop;
	const char *why;
};

/**
 * struct dev_class - one model of a family. A table of classes ends with a NULL name.
 * @name: libvirt's name of the model ("virtio", "e1000e"); also in lock pins.
 * @sym: Kconfig choice member suffix behind "MODEL_" ("VIRTIO"); NULL when there is no choice.
 * @driver: QEMU device ("virtio-net-pci"); NULL when -device is not used for it.
 * @where: what it plugs into.
 * @flags: CLASS_*.
 * @function: of a CLASS_SET_*: the function that it has in the slot of its set.
 * @xml: element below <devices> when it is not the family's; NULL = the family's.
 * @alias: format of the QEMU id when it is not the family's; NULL = the family's.
 * @on: type of the controller that it sits on, in place of PCI; layout/ finds a place on one, and
 *      adds the controller when it is missing. Rows PROP_PLACE and PROP_ADDRESS belong to it.
 * @offer: what others find on it, if it is such a controller or a hub.
 */
struct dev_class {
	const char *name;
	const char *sym;
	const char *driver;
	enum pci_where where;
	unsigned flags;
	unsigned function;
	const char *xml;
	const char *alias;
	enum controller_type on;
	const struct dev_offer *offer;
};

/**
 * VIRTIO_CLASSES() - the three models of a virtio device, as they stand in a table of classes: plain,
 * transitional (conventional PCI, with the registers of before virtio 1.0), non-transitional.
 * @plain, @symbol: of the plain one; to the symbol of the others is added what they are.
 * @type: QEMU's device, without "-pci".
 * @class_flags, @offered: of all three.
 */
#define VIRTIO_CLASSES(plain, symbol, type, class_flags, offered)                        \
	VIRTIO_CLASS(plain, symbol, type "-pci", WHERE_VIRTIO, class_flags, offered),    \
		VIRTIO_CLASS("virtio-transitional", symbol "_TRANSITIONAL",              \
			     type "-pci-transitional", WHERE_PCI, class_flags, offered), \
		VIRTIO_CLASS("virtio-non-transitional", symbol "_NON_TRANSITIONAL",      \
			     type "-pci-non-transitional", WHERE_VIRTIO, class_flags, offered)

#define VIRTIO_CLASS(model, symbol, device, place, class_flags, offered)            \
	{                                                                           \
		.name = (model), .sym = symbol, .driver = device, .where = (place), \
		.flags = (class_flags), .offer = (offered)                          \
	}

#define CLASS_VNET_HDR    (1u << 0) /* its tap has IFF_VNET_HDR (behaviours F46) */
#define CLASS_MULTI_QUEUE (1u << 1) /* can have more than one queue */
#define CLASS_SERIAL_PORT (1u << 2) /* sits on a virtio-serial controller */
#define CLASS_IMPLICIT    (1u << 3) /* part of the machine: no -device is written */
#define CLASS_INTEGRATED  (1u << 4) /* on bus 0 only (virtio-iommu) */
/*
 * Controllers that share a slot, one function each, and an index (the USB 2 controllers of ICH9): one
 * is the master, the others are companions of it.
 */
#define CLASS_SET_MASTER     (1u << 5)
#define CLASS_SET_COMPANION  (1u << 6)
#define CLASS_SET            (CLASS_SET_MASTER | CLASS_SET_COMPANION)
#define CLASS_LINE           (1u << 7) /* the machine's own serial line (machine.h says which) */
#define CLASS_OBJECT         (1u << 8) /* @driver is an object type, written as -object */
#define CLASS_SERIAL_CHANNEL (1u << 9) /* a CLASS_SERIAL_PORT, but never port 0: a console's */
#define CLASS_FROM_ONE       (1u << 10) /* its QEMU id counts slots from 1, as libvirt does */
#define CLASS_OWN            (1u << 16) /* the first of the bits that a family gives its own meaning */

/*
 * Place of a family in the order in which missing addresses are handed out (pci-rules.md section
 * 5). Order is this rank, then the drive index or slot; never table, link or argument order.
 */
enum dev_rank {
	RANK_PCI_CONTROLLER = 1,
	RANK_FILESYSTEM,
	RANK_NET,
	RANK_SOUND,
	RANK_CONTROLLER,
	RANK_DISK,
	RANK_HOSTDEV,
	RANK_BALLOON,
	RANK_RNG,
	RANK_WATCHDOG,
	RANK_VIDEO,
	RANK_SHMEM,
	RANK_INPUT,
	RANK_SERIAL,
	RANK_IOMMU,
	RANK_VSOCK,
	RANK_MEMORY,
	RANK_CRYPTO,
	RANK_PANIC,
	RANK_EXTRA,
	RANK_NONE, /* never a PCI device */
};

#define FAMILY_REPEAT (1u << 0) /* SLOT_REPEAT makes many alike from one slot */
#define FAMILY_SINGLE \
	(1u << 1) /* at most one; symbols have no slot number: BALLOON, BALLOON_MODEL */
#define FAMILY_INTERNAL   (1u << 2) /* made by Kiln only: no Kconfig symbols */
#define FAMILY_CONTROLLER (1u << 3) /* stands in vm.controllers; a row "index", 0 = by rule */
#define FAMILY_EARLY      (1u << 6) /* its arguments come before those of all controllers and devices */
#define FAMILY_REFERRED   (1u << 7) /* one that no row refers to (struct prop's @refers) is refused */

#define FAMILY_UNNAMED (1u << 10) /* its XML element has no <alias>, says libvirt's schema */
#define FAMILY_HOST \
	(1u << 9) /* the host's side alone: `kiln diff` tells a change, and breaks on none */
#define FAMILY_ADDED (1u << 4) /* Kiln adds some by itself; their numbers may be @max and above */

/** struct dev_option - an option as somebody wrote it; @value NULL = none. A NULL @option ends a list. */
struct dev_option {
	const char *option, *value;
};

/**
 * struct dev_family - a kind of device.
 * @name: identity prefix and lock key: "net" -> net0.
 * @sym: Kconfig prefix: "NET" -> NET_COUNT, NET0, NET0_MODEL_VIRTIO.
 * @max: slots; DISK0 .. DISKmax-1.
 * @size: bytes of the family's struct behind vm_dev.data.
 * @flags: FAMILY_*.
 * @rank: see enum dev_rank.
 * @controller: its devices are controllers, in the list of controllers; unless FAMILY_CONTROLLER, the
 *              slot is the index.
 * @xml: element below <devices>: "interface"; NULL = not part of the guest, and in no XML.
 * @under: path of the element below <domain> in which its elements stand, when that is not <devices>:
 *         "cpu/numa"; such a family is no device, and its arguments stand with the machine's own.
 * @alias: QEMU id: format with one %s for the number part of the identity ("0", "3.1"); NULL = none.
 * @classes: models; the first is the default.
 * @props: rows in the order in which -device writes them.
 * @checks: the family's own checks; ended by a NULL name; may be NULL.
 * @chardev: where the other end of its devices is a character back end (devices/chardev.h); or NULL.
 * @prepare: after reading: what follows from other values and a row cannot say (default MAC).
 * @back: adds the back end's arguments (-netdev, -blockdev, -object, -chardev) and host operations;
 *        built once, for the command line now and for hot-plug later. May be NULL.
 * @after: arguments behind its -device: what sits on it (codecs of a sound card), an option that goes
 *         with it. May be NULL.
 * @options: in place of rows, its whole command line, after the layout; in XML <qemu:commandline>. May be
 *           NULL.
 */
struct dev_family {
	const char *name;
	const char *sym;
	unsigned max;
	size_t size;
	unsigned flags;
	enum dev_rank rank;
	enum controller_type controller;
	const char *xml;
	const char *under;
	const char *alias;
	const struct dev_class *classes;
	const struct prop *props;
	const struct check *checks;
	const struct chardev_use *chardev;
	void (*prepare)(struct vm *vm, struct vm_dev *dev);
	void (*back)(const struct vm_dev *dev, struct emit *emit);
	void (*after)(const struct vm_dev *dev, struct emit *emit);
	const struct dev_option *(*options)(const struct vm_dev *dev);
};

/**
 * struct vm_dev - one device.
 * @family: its kind; @class: its model.
 * @slot: Kconfig slot; @repeat: number among those alike, 0 .. @repeats-1; @repeats is 0 when the
 *        slot has no REPEAT (identity "net2"), else how many ("disk3.0", "disk3.1", ...).
 * @id: identity "net2"; @alias: QEMU id "net2", "virtio-disk0"; NULL = it has none.
 * @number: the number part of both: "2", "3.0", "" for a FAMILY_SINGLE.
 * @at: where .config switches it on; @prop_at: where each row's value stands, as @family->props.
 * @data: the family's struct.
 * @want: configured PCI address, if @has_want; its bus alone, if @has_want_bus.
 * @want_place: configured place on a controller, "0:0:0:2", or NULL; its form is that of the class.
 * @has_letter, @letter: a disk whose target has that letter (sdc = 2) sits where libvirt puts it;
 *      without, where there is room.
 * @addr: the address; filled by layout/.
 * @controller: the controller or hub that it sits on; filled by layout/.
 * @index: of a controller (PCI, virtio-serial, ...); for disks the drive index: position among
 *         the VM's disks in order of (slot, repeat).
 * @has_index: of a controller: @index is given, not yet to be found.
 * @added: Kiln added it (a root port, a bridge, a virtio-serial controller).
 * @vm: back pointer.
 */
struct vm_dev {
	const struct dev_family *family;
	const struct dev_class *class;
	unsigned slot, repeat, repeats;
	const char *id, *alias, *number;
	struct place at, *prop_at;
	void *data;
	bool has_want, has_want_bus;
	struct pci_addr want;
	const char *want_place;
	bool has_letter;
	unsigned letter;
	struct dev_addr addr;
	const struct vm_dev *controller;
	unsigned index;
	bool has_index, added;
	struct vm *vm;
	struct vm_dev *next;
};

/** dev_element() - the XML element of the device: its class's, else its family's, else "". */
const char *dev_element(const struct vm_dev *dev);

/**
 * dev_on_mmio() - whether the device sits on a virtio-mmio transport, not on PCI.
 *
 * So does every virtio device where the machine has transports and was told to use them, or has no
 * PCI. Exceptions are a configured PCI address, and a model that QEMU has for PCI alone (virtio-vga:
 * its name does not end in "-pci").
 */
bool dev_on_mmio(const struct vm_dev *dev);

/**
 * dev_driver() - QEMU's device for it, on this machine: the class's, or "virtio-net-device" in place
 * of "virtio-net-pci" on a transport. NULL when -device is not used for it.
 */
const char *dev_driver(const struct vm_dev *dev);

/** dev_prop() - the row of that name, or NULL. */
const struct prop *dev_prop(const struct dev_family *family, const char *name);

/** dev_place() - where the value of that row stands; the device's own place when it has none. */
struct place dev_place(const struct vm_dev *dev, const char *prop_name);

/** dev_symbol() - "CONFIG_NET0_QUEUES" for the row of that name, or "CONFIG_NET0" for NULL. */
const char *dev_symbol(const struct vm_dev *dev, const char *prop_name);

/** dev_row_symbol() - the same of a row that is at hand; NULL for the device. */
const char *dev_row_symbol(const struct vm_dev *dev, const struct prop *row);

/** dev_class_find() - the class of that libvirt name, or NULL. */
const struct dev_class *dev_class_find(const struct dev_family *family, const char *name);

/** dev_applies() - whether a row applies to this device. */
bool dev_applies(const struct vm_dev *dev, const struct prop *row);

/* Typed access to a field of dev->data by row. */
bool dev_bool(const struct vm_dev *dev, const struct prop *row);
uint64_t dev_uint(const struct vm_dev *dev, const struct prop *row);
const char *dev_string(const struct vm_dev *dev, const struct prop *row);
const struct prop_word *dev_word(const struct vm_dev *dev, const struct prop *row);

/** prop_word_is() - whether a choice stands at the member of that suffix; a NULL @word is at none. */
bool prop_word_is(const struct prop_word *word, const char *sym);

/**
 * dev_referred() - the device that a row with @refers names.
 *
 * Return: NULL when the row is empty or does not apply, or when there is no such device, which the
 * check "reference-known" refuses.
 */
const struct vm_dev *dev_referred(const struct vm_dev *dev, const struct prop *row);

/** dev_alias_text() - the text of a PROP_ALIAS row: its format with the device's alias. */
const char *dev_alias_text(const struct vm_dev *dev, const struct prop *row);

/** dev_error() - start an error about a property: place and symbol are filled in. */
struct err *dev_error(struct err_list *errs, const struct vm_dev *dev, const char *prop_name,
		      const char *check, const char *fmt, ...) PRINTF(5, 6);

/**
 * dev_second_error() - an error where one of the same family and model stands before a device.
 * @check: name of the check.
 * @ret_old: the one before; set with the error.
 *
 * Return: the error, which lacks why and fix; NULL when there is none before.
 */
struct err *dev_second_error(struct err_list *errs, const struct vm_dev *dev, const char *check,
			     const struct vm_dev **ret_old);

#endif
