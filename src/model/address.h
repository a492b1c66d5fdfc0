/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address.h - where a device sits, and what kind of place it asks for.
 */
#ifndef KILN_MODEL_ADDRESS_H
#define KILN_MODEL_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

/** struct pci_addr - bus is the index of the PCI controller, not the number the guest counts. */
struct pci_addr {
	uint16_t domain;
	uint16_t bus;
	uint8_t slot;
	uint8_t function;
};

enum multifunction { MULTI_DEFAULT, MULTI_ON, MULTI_OFF };

enum addr_kind {
	ADDR_NONE, /* no address, or none yet */
	ADDR_PCI,
	ADDR_VIRTIO_SERIAL, /* a port of a virtio-serial controller */
	ADDR_VIRTIO_MMIO, /* a virtio-mmio transport of the machine */
	ADDR_DRIVE, /* a place on a SCSI, IDE, SATA or floppy controller */
	ADDR_USB, /* a port of a USB controller, or of a hub behind one */
	ADDR_CCID, /* a slot of a smartcard reader */
	ADDR_KIND_COUNT,
};

/*
 * Types of controllers in the order in which they stand in the list of controllers and in the XML.
 * Slots are handed out along that list, and libvirt reads it from the XML (pci-rules.md section 3).
 */
enum controller_type {
	CONTROLLER_NONE, /* no controller */
	CONTROLLER_USB,
	CONTROLLER_SATA,
	CONTROLLER_SCSI,
	CONTROLLER_PCI,
	CONTROLLER_FDC,
	CONTROLLER_IDE,
	CONTROLLER_VIRTIO_SERIAL,
	CONTROLLER_CCID,
	CONTROLLER_TYPE_COUNT,
};

#define USB_DEPTH 4 /* numbers of a port: libvirt's limit, QEMU takes one more */
#define USB_PORTS 15 /* of one controller: an xHCI's most */

struct drive_addr {
	unsigned controller, bus, target, unit;
};

/** struct usb_addr - port "1.2" is @port {1, 2}: port 2 of the hub at port 1; 0 ends it. */
struct usb_addr {
	unsigned bus;
	unsigned char port[USB_DEPTH];
};

/**
 * struct dev_addr - the address of a device; @kind says which member holds.
 * @type: of ADDR_DRIVE, ADDR_USB and ADDR_CCID: of the controller; controllers are counted by type.
 */
struct dev_addr {
	enum addr_kind kind;
	enum controller_type type;
	struct pci_addr pci;
	enum multifunction multifunction;
	struct {
		unsigned controller, port; /* bus is always 0 */
	} serial;
	unsigned transport; /* of ADDR_VIRTIO_MMIO: N of QEMU's virtio-mmio-bus.N */
	struct drive_addr drive;
	struct usb_addr usb;
	struct {
		unsigned controller, slot;
	} ccid;
};

/*
 * How a device connects to PCI (pci-rules.md section 4). The layout turns it, with the machine and
 * QEMU's capabilities, into connection flags.
 */
enum pci_where {
	WHERE_NONE, /* not a PCI device */
	WHERE_PCI, /* conventional everywhere */
	WHERE_PCIE, /* PCI Express where the machine has it */
	WHERE_VIRTIO, /* as WHERE_PCIE where QEMU has (non-)transitional virtio devices */
	WHERE_BRIDGE, /* a PCI controller: by its model */
	WHERE_COUNT,
};

#endif
