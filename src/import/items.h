/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * items.h - which element is which device: family, slot, number among those alike.
 */
#ifndef KILN_IMPORT_ITEMS_H
#define KILN_IMPORT_ITEMS_H

#include "import/state.h"

/** items_find() - make @import->items. Return: 0, or -1 when a family has no room for them all. */
int items_find(struct import *import) MUST_CHECK;

/** items_read() - read the rows of every item; one whose kind is not there is refused. */
void items_read(struct import *import);

/** items_promote() - give a controller a slot of .config. Return: 0, or -1 when none is free. */
int items_promote(struct import *import, struct import_item *item) MUST_CHECK;

/**
 * items_is_companion() - whether another item stands for it: the functions of one set, such as the USB 2
 *                        controllers of ICH9, share an index and a slot.
 */
bool items_is_companion(const struct import *import, const struct import_item *item);

/** items_has_address() - whether .config can say where on PCI a device of the family is. */
bool items_has_address(const struct dev_family *family);

/** items_has_room() - whether items_promote() finds a slot. */
bool items_has_room(const struct import *import, const struct import_item *item);

/** items_is_missing() - whether a device that is to have a PCI address has none in the file. */
bool items_is_missing(const struct import *import, const struct import_item *item);

/**
 * items_configure_addresses() - where some have an address and others none, put those that are there
 *                               into the configuration.
 */
void items_configure_addresses(struct import *import);

/** items_count() - one more than the highest slot of a family. */
unsigned items_count(const struct import *import, const struct dev_family *family);

/** items_first() - the item of a family's slot that stands for all that are alike, or NULL. */
struct import_item *items_first(const struct import *import, const struct dev_family *family,
				unsigned slot);

/** items_repeats() - how many items that slot has; 0 where they have no numbers. */
unsigned items_repeats(const struct import *import, const struct dev_family *family, unsigned slot);

#endif
