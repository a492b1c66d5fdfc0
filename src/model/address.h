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
	ADDR_KIND_COUNT,
};

/** struct dev_addr - the address of a device; @kind says which member holds. */
struct dev_addr {
	enum addr_kind kind;
	struct pci_addr pci;
	enum multifunction multifunction;
	struct {
		unsigned controller, port; /* bus is always 0 */
	} serial;
	unsigned transport; /* of ADDR_VIRTIO_MMIO: N of QEMU's virtio-mmio-bus.N */
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
