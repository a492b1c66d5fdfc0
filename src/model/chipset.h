/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chipset.h - what a machine has built in on bus 0, and which places it gives to whom.
 *
 * Types only: machines/NAME.c fills the tables, layout/places.c walks them. Families and models are named, so
 * that a table may speak of devices that this build has no family for.
 */
#ifndef KILN_MODEL_CHIPSET_H
#define KILN_MODEL_CHIPSET_H

#include <stdint.h>

/**
 * struct chipset_function - a function on bus 0 that the guest always sees.
 * @name: for reports and messages: "ISA bridge".
 * @driver: QEMU's type: "ICH9-LPC".
 * @flags: CHIPSET_*.
 */
struct chipset_function {
	uint8_t slot, function;
	const char *name, *driver;
	unsigned flags;
};

#define CHIPSET_YIELDS (1u << 0) /* a device with a required place here stands for it */
#define CHIPSET_ACPI   (1u << 1) /* absent, its place kept, in a machine without ACPI tables */

/* struct chipset_place flags */
#define PLACE_REQUIRED  (1u << 0) /* elsewhere is an error */
#define PLACE_FIRST     (1u << 1) /* only the first such device that wants an address; else each */
#define PLACE_PRIMARY   (1u << 2) /* only the family's first device, if it wants an address */
#define PLACE_SEARCH    (1u << 3) /* when taken: search now, before all other devices */
#define CHIPSET_CLASSES 3
#define CHIPSET_SLOTS   3

/**
 * struct chipset_place - a place on bus 0 that certain devices get.
 * @family: of the device: "video".
 * @classes: its models, ended by NULL; none = any model that is a PCI device.
 * @index: of a controller; ANY_INDEX = each.
 * @slots: tried in this order, ended by 0; a slot is taken only when it has no function in use.
 * @function: in that slot.
 * @flags: PLACE_*.
 * @why: the rule as a sentence, for errors and `kiln explain`.
 */
struct chipset_place {
	const char *family;
	const char *classes[CHIPSET_CLASSES];
	unsigned index;
	uint8_t slots[CHIPSET_SLOTS], function;
	unsigned flags;
	const char *why;
};

#define ANY_INDEX (~0u)

/**
 * struct chipset - both tables; each ends with a NULL name or family.
 * @places: required ones are served first; then those of controllers in the order of the list of
 *          controllers; then each row in table order.
 */
struct chipset {
	const struct chipset_function *functions;
	const struct chipset_place *places;
};

#endif
