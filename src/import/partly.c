/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * partly.c - a file that gives some devices an address and others none.
 *
 * libvirt takes such an address for asked for, and places the others as if nobody had run the guest
 * before. A lock would have them keep the guest's bus numbers, which puts them elsewhere. So the
 * addresses of such a file are configured; those of a complete one are the lock's.
 */
#include "import/items.h"

#include <string.h>

#include "import/places.h"
#include "model/machine.h"

static const char *address_type(const struct import *import, const struct import_item *item)
{
	return xml_find(import->arena, item->element.node, "address/@type");
}

static bool is_given(const struct import *import, const struct import_item *item)
{
	const char *type = address_type(import, item);

	return type && strcmp(type, "pci") == 0 && places_text(import, item);
}

bool items_is_missing(const struct import *import, const struct import_item *item)
{
	const struct vm_dev *dev = item->element.dev;

	if (item->refused || xml_find_element(item->element.node, "address"))
		return false;
	if (!item->in_config)
		return items_has_address(item->family) && !places_is_built_in(import, item) &&
		       !items_is_companion(import, item);
	if (!dev || dev->class->where == WHERE_NONE)
		return false;
	prop_for_each(row, dev->family->props)
	{
		if (row->kind == PROP_PCI && row->sym && dev_applies(dev, row))
			return true;
	}
	return false;
}

static bool is_partly(const struct import *import)
{
	bool given = false, missing = false;

	for (size_t i = 0; i < import->item_count; i++) {
		given |= is_given(import, &import->items[i]);
		missing |= items_is_missing(import, &import->items[i]);
	}
	return given && missing;
}

void items_configure_addresses(struct import *import)
{
	if (!is_partly(import))
		return;
	for (size_t i = 0; i < import->item_count; i++) {
		struct import_item *item = &import->items[i];

		if (item->refused || item->addressed || !is_given(import, item) ||
		    !items_has_address(item->family) || places_is_built_in(import, item) ||
		    items_is_companion(import, item))
			continue;
		if (!item->in_config) {
			if (!items_has_room(import, item) || items_promote(import, item) < 0)
				continue;
			import->again = true;
		}
		item->addressed = true;
	}
}
