/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * places.c - the addresses of the file as a lock (layout/lock.h).
 *
 * Every controller of PCI has its line, since others sit behind it; what has no address in the file has no
 * line, and is placed by the rules.
 */
#include <string.h>

#include "import/places.h"
#include "import/items.h"
#include "layout/layout.h"
#include "model/machine.h"
#include "model/place.h"

static bool number(const struct import *import, xmlNodePtr node, const char *name, unsigned max,
		   unsigned *ret)
{
	const char *text = xml_attr_text(import->arena, node, name);
	uint64_t value = 0;

	*ret = 0;
	if (!text)
		return true;
	if (!tree_number(text, &value) || value > max)
		return false;
	*ret = (unsigned)value;
	return true;
}

static const char *pci_place(const struct import *import, xmlNodePtr node)
{
	unsigned domain, bus, slot, function;

	if (!number(import, node, "domain", 0, &domain) ||
	    !number(import, node, "bus", PCI_BUS_MAX - 1, &bus) ||
	    !number(import, node, "slot", 31, &slot) ||
	    !number(import, node, "function", 7, &function) ||
	    !xml_attr_text(import->arena, node, "slot"))
		return NULL;
	return arena_fmt(import->arena, "pci %02x:%02x.%u", bus, slot, function);
}

static const char *drive_place(const struct import *import, const struct import_item *item,
			       xmlNodePtr node)
{
	const struct vm_dev *dev = item->element.dev;
	unsigned part[4];
	static const char *const names[] = {"controller", "bus", "target", "unit"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!number(import, node, names[i], 16383, &part[i]))
			return NULL;
	}
	return arena_fmt(import->arena, "%s %u:%u:%u:%u", place_type_name(dev->class->on), part[0],
			 part[1], part[2], part[3]);
}

static const char *two_places(const struct import *import, xmlNodePtr node, const char *word,
			      const char *first, const char *second)
{
	unsigned a;
	const char *b = xml_attr_text(import->arena, node, second);

	if (!number(import, node, first, PLACE_CONTROLLER_MAX, &a) || !b)
		return NULL;
	return arena_fmt(import->arena, "%s %u:%s", word, a, b);
}

/* The words of a line behind the identity; NULL = the file gives no place that the lock could keep. */
static const char *place_of(const struct import *import, const struct import_item *item)
{
	xmlNodePtr node = xml_find_element(item->element.node, "address");
	const char *type = node ? xml_attr_text(import->arena, node, "type") : NULL;

	if (!type)
		return NULL;
	if (strcmp(type, "pci") == 0)
		return pci_place(import, node);
	if (strcmp(type, "drive") == 0 && item->element.dev &&
	    item->element.dev->class->on != CONTROLLER_NONE)
		return drive_place(import, item, node);
	if (strcmp(type, "usb") == 0)
		return two_places(import, node, "usb", "bus", "port");
	if (strcmp(type, "virtio-serial") == 0)
		return two_places(import, node, "serial", "controller", "port");
	if (strcmp(type, "ccid") == 0)
		return two_places(import, node, "ccid", "controller", "slot");
	return NULL;
}

static bool is_pci_controller(const struct import_item *item)
{
	return item->family->rank == RANK_PCI_CONTROLLER;
}

static const char *id_of(const struct import *import, const struct import_item *item)
{
	struct arena *arena = import->arena;
	const struct dev_family *family = item->family;
	const char *text = xml_attr_text(arena, item->element.node, "index");
	const char *model = xml_attr_text(arena, item->element.node, "model");
	const struct dev_class *class = model ? dev_class_find(family, model) : NULL;
	uint64_t index;

	if (is_pci_controller(item))
		return text && tree_number(text, &index)
			       ? arena_fmt(arena, "pci.%u", (unsigned)index)
			       : NULL;
	if (class && class->flags & CLASS_SET_COMPANION)
		return arena_fmt(arena, "%s%u-%s", family->name, item->slot, class->name);
	if (item->element.dev)
		return item->element.dev->id;
	if (family->flags & FAMILY_SINGLE)
		return family->name;
	return arena_fmt(arena, "%s%u", family->name, item->slot);
}

bool places_is_built_in(const struct import *import, const struct import_item *item)
{
	const struct dev_family *family = item->family;
	const char *model = xml_attr_text(import->arena, item->element.node, "model");
	const struct dev_class *class = model ? dev_class_find(family, model) : NULL;

	if (item->element.dev && item->element.dev->class->flags & CLASS_IMPLICIT)
		return true;
	if (is_pci_controller(item))
		return class && class->flags & CLASS_IMPLICIT;
	return family->flags & FAMILY_INTERNAL;
}

static const char *slot_of(const struct import *import, const struct import_item *item)
{
	return is_pci_controller(item) && item->in_config
		       ? arena_fmt(import->arena, " slot %u", item->slot)
		       : "";
}

static const char *model_of(const struct import *import, const struct import_item *item)
{
	const char *model = xml_attr_text(import->arena, item->element.node, "model");
	const char *name = xml_find(import->arena, item->element.node, "model/@name");

	if (!is_pci_controller(item))
		return "";
	/* A model that two QEMU devices can be: the second has QEMU's name in the lock. */
	for (const struct dev_class *class = item->family->classes; name && class->name; class ++) {
		if (strcmp(class->driver ? class->driver : "", name) == 0 && model &&
		    dev_class_find(item->family, model) != class && strcmp(class->name, model) == 0)
			return arena_fmt(import->arena, " %s", name);
	}
	return model ? arena_fmt(import->arena, " %s", model) : "";
}

const char *places_text(const struct import *import, const struct import_item *item)
{
	const char *place = place_of(import, item);
	const char *space = place ? strchr(place, ' ') : NULL;

	return space ? space + 1 : NULL;
}

#define HEAD_LINES 3

const char *import_lock(struct import *import)
{
	struct text text = {.arena = import->arena};
	size_t line = HEAD_LINES;

	import->lock_items = arena_alloc(import->arena, (import->item_count + HEAD_LINES) *
								sizeof(struct import_item *));

	text_fmt(&text, "format %d\nalgorithm %s\nmachine %s\n", LOCK_FORMAT,
		 import->vm->board->layout_algorithm, import->vm->machine->name);
	for (size_t i = 0; i < import->item_count; i++) {
		struct import_item *item = &import->items[i];
		const char *place = place_of(import, item), *id = id_of(import, item);

		if (item->refused || item->addressed || !place || !id ||
		    places_is_built_in(import, item))
			continue;
		import->lock_items[line++] = item;
		text_fmt(&text, "device %s %s%s%s\n", id, place, model_of(import, item),
			 slot_of(import, item));
	}
	import->lock_count = line;
	text_add(&text, "end\n");
	return text_str(&text);
}
