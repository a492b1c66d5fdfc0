/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - the finished layout for people, for programs and for drawing.
 *
 * All three come from one walk over the buses, so they cannot disagree.
 */
#ifndef KILN_KILN_REPORT_H
#define KILN_KILN_REPORT_H

#include "layout/layout.h"

/** report_text() - the tree as people draw it, each device's path and rule, the budget. */
const char *report_text(const struct vm *vm, const struct layout *layout);

/**
 * report_json() - the layout for programs, with a final newline.
 *
 * An object: "format" 1, "machine", "algorithm", "firmware" (where it numbers the buses: seabios,
 * qboot, ovmf), "functions", "serial_ports", "transports", "budget", "notes".
 * Each of "functions", in the order of the tree:
 *	path     chain of slot.function from the root: "02.0/00.0"; what a guest sees, whatever the
 *	         firmware numbers its buses
 *	address  "01:00.0": bus is the index of the PCI controller
 *	driver   QEMU's type; of a built-in function its object's
 *	name     "net0", or what a built-in function is: "ISA bridge"
 *	id       identity; not of built-in functions, which have "built_in": true
 *	alias    QEMU id; a USB 2 companion has none and "anonymous": true
 *	bus      QEMU id of the bus that it sits on
 *	rule, asked_by, tried        how it got its address (layout.h)
 *	chipset    what the machine's table says of it
 *	asked_for  what was configured, when the bus had to be raised
 *	before     what a search passed over (before.h)
 *	lock       "kept" or "new", where there is a lock
 *	multifunction, chassis, port, chassis_nr, bus_nr    where they are written
 *	bus_numbers  of a PCI controller: what the guest counts the bus behind it as, by firmware;
 *	             a firmware that does not find the bus is left out
 * Each of "serial_ports": id, alias, driver, controller, port, asked_by, lock.
 * Each of "transports" that has a device: id, alias, driver, transport (its number), bus (QEMU's
 * name), address (where the guest sees it: "0xa003e00"), asked_by, lock.
 */
const char *report_json(const struct vm *vm, const struct layout *layout);

/** report_dot() - the tree for graphviz. */
const char *report_dot(const struct vm *vm, const struct layout *layout);

#endif
