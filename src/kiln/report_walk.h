/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_walk.h - every PCI function in the order of the tree; shared by the reports.
 */
#ifndef KILN_KILN_REPORT_WALK_H
#define KILN_KILN_REPORT_WALK_H

#include "layout/layout.h"

/**
 * struct report_function - a function that the guest sees.
 * @addr: where. @path: "02.0/00.0". @depth: 0 on the root bus.
 * @name: identity, or what a built-in function is. @driver: QEMU's type.
 * @rec: of a device; NULL of a built-in function.
 * @makes_bus: index of the bus behind it, or -1.
 * @occupied: something is on that bus. @last: nothing follows on its own bus. @parent: of the bus that it sits on, NULL on the root.
 */
struct report_function {
	struct pci_addr addr;
	const char *path, *name, *driver;
	const struct layout_dev *rec;
	const struct report_function *parent;
	int makes_bus;
	unsigned depth;
	bool last, occupied;
};

/** struct report_tree - @functions in the order of the tree. */
struct report_tree {
	struct report_function *functions;
	size_t count, room;
};

/** report_walk() - build the tree; lives in the machine's arena. */
struct report_tree *report_walk(const struct vm *vm, const struct layout *layout);

/** report_transports() - by transport which device is on it; @on has MMIO_TRANSPORTS_MAX. */
bool report_transports(const struct vm *vm, const struct vm_dev **on);

/** report_bus_alias() - QEMU id of the bus of that index. */
const char *report_bus_alias(const struct vm *vm, unsigned bus);

/** report_is_elsewhere() - whether it is a device that somebody wrote, and not in the layout. */
bool report_is_elsewhere(const struct vm_dev *dev);

#endif
