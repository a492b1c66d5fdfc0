/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address.h - the place of a device as properties of its -device: of every kind of address.
 */
#ifndef KILN_QEMU_ADDRESS_H
#define KILN_QEMU_ADDRESS_H

#include "model/node.h"
#include "model/vm.h"

#define ADDRESS_BUSES 256 /* index of a PCI controller: 0 to 255 */

/**
 * struct address_buses - the PCI controllers by index; the name of a bus is the id of its controller.
 * @dev: the controllers.
 * @added: whose -device is written.
 */
struct address_buses {
	const struct vm_dev *dev[ADDRESS_BUSES];
	bool added[ADDRESS_BUSES];
};

/** address_find_buses() - fill @buses from the list of controllers; nothing is written yet. */
void address_find_buses(const struct vm *vm, struct address_buses *buses);

/** address_add() - add the properties that put the device where the layout has it; none without. */
void address_add(const struct address_buses *buses, struct arena *arena, struct node *tree,
		 const struct vm_dev *dev);

#endif
