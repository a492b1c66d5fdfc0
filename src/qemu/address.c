/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address.c - what -device says about the place of a device.
 */
#include "qemu/address.h"

#include <string.h>

#include "base/bug.h"
#include "model/place.h"

void address_find_buses(const struct vm *vm, struct address_buses *buses)
{
	memset(buses, 0, sizeof(*buses));
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family->rank == RANK_PCI_CONTROLLER && dev->index < ADDRESS_BUSES)
			buses->dev[dev->index] = dev;
	}
}

static void add_pci_address(const struct address_buses *buses, struct arena *arena,
			    struct node *tree, const struct dev_addr *addr)
{
	BUG_IF(addr->pci.bus >= ADDRESS_BUSES || !buses->dev[addr->pci.bus]);
	node_add_string(arena, tree, "bus", buses->dev[addr->pci.bus]->alias);
	if (addr->multifunction != MULTI_DEFAULT)
		node_add_bool(arena, tree, "multifunction", addr->multifunction == MULTI_ON);
	node_add_string(arena, tree, "addr",
			addr->pci.function
				? arena_fmt(arena, "0x%x.0x%x", addr->pci.slot, addr->pci.function)
				: arena_fmt(arena, "0x%x", addr->pci.slot));
}

static void add_place(struct arena *arena, struct node *tree, const struct vm_dev *dev)
{
	struct place_prop props[PLACE_PROPS];
	size_t count = place_props(dev, props);

	node_add_string(arena, tree, "bus", place_bus(dev));
	for (size_t i = 0; i < count; i++) {
		if (props[i].text)
			node_add_string(arena, tree, props[i].name, props[i].text);
		else
			node_add_uint(arena, tree, props[i].name, props[i].number);
	}
}

void address_add(const struct address_buses *buses, struct arena *arena, struct node *tree,
		 const struct vm_dev *dev)
{
	const struct dev_addr *addr = &dev->addr;

	switch (addr->kind) {
	case ADDR_PCI:
		add_pci_address(buses, arena, tree, addr);
		break;
	case ADDR_VIRTIO_SERIAL:
		node_add_string(arena, tree, "bus",
				arena_fmt(arena, "virtio-serial%u.0", addr->serial.controller));
		node_add_uint(arena, tree, "nr", addr->serial.port);
		break;
	case ADDR_VIRTIO_MMIO:
		node_add_string(arena, tree, "bus",
				arena_fmt(arena, "virtio-mmio-bus.%u", addr->transport));
		break;
	case ADDR_DRIVE:
	case ADDR_USB:
	case ADDR_CCID:
		add_place(arena, tree, dev);
		break;
	case ADDR_NONE:
	case ADDR_KIND_COUNT:
		break;
	}
}
