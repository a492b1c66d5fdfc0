/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * items.c - find the devices of a domain and give them slots.
 *
 * A family is known by its element, and by the words that its rows always write there. The slot is that
 * of the QEMU id where the file has one of the family's form, so that what Kiln or libvirt called
 * "net2" stays net2; else the lowest that is free, in the order of the file.
 */
#include "import/argv/argv.h"
#include "import/items.h"

#include <string.h>

#include "base/num.h"
#include "import/defaults.h"
#include "model/machine.h"
#include "model/place.h"

/* ---- families ----------------------------------------------------------------------------------- */

static bool has_element(const struct dev_family *family, const xmlNode *node)
{
	if (family->xml && tree_is(node, family->xml))
		return true;
	for (const struct dev_class *class = family->classes; class->name; class ++) {
		if (class->xml && tree_is(node, class->xml))
			return true;
	}
	return false;
}

/* Words that any device of the family has: <controller type='scsi'>. */
static bool has_words(struct arena *arena, const struct dev_family *family, xmlNodePtr node)
{
	prop_for_each(row, family->props)
	{
		if (row->kind != PROP_CONST || !row->xml || row->xml[0] != '@' || row->when)
			continue;
		const char *text = xml_attr_text(arena, node, row->xml + 1);

		if (text && strcmp(text, row->text) != 0 && strcmp(row->name, "managed") != 0)
			return false;
	}
	return true;
}

static const struct dev_family *family_of(const struct import *import, xmlNodePtr node,
					  const char *under)
{
	if (argv_item(node))
		return argv_item(node)->family;
	for (const struct dev_family *const *entry = import->families; *entry; entry++) {
		const struct dev_family *family = *entry;
		bool same_place =
			under ? family->under && strcmp(family->under, under) == 0 : !family->under;

		if (same_place && has_element(family, node) &&
		    has_words(import->arena, family, node))
			return family;
	}
	return NULL;
}

static void add_item(struct import *import, xmlNodePtr node, const struct dev_family *family)
{
	if (import->item_count == import->item_room) {
		size_t room = import->item_room ? import->item_room * 2 : 64;
		struct import_item *more = arena_alloc(import->arena, room * sizeof(*more));

		if (import->item_count)
			memcpy(more, import->items, import->item_count * sizeof(*more));
		import->items = more;
		import->item_room = room;
	}
	import->items[import->item_count++] =
		(struct import_item){.element.node = node,
				     .family = family,
				     .slot = ~0u,
				     .counted = defaults_counted(node)};
}

/* ---- slots -------------------------------------------------------------------------------------- */

/* The number part of a QEMU id of the family's form: "2" of "net2", "3.1" of "virtio-disk3.1". */
static const char *alias_number(const struct dev_class *class, const struct dev_family *family,
				const char *alias)
{
	const char *form = class->alias ? class->alias : family->alias;
	const char *percent = form ? strstr(form, "%s") : NULL;
	size_t len = percent ? (size_t)(percent - form) : 0;

	return percent && strncmp(alias, form, len) == 0 ? alias + len : NULL;
}

static bool parse_slot(struct import_item *item, const struct dev_class *class, const char *text)
{
	size_t len = strspn(text, "0123456789");
	uint64_t slot, repeat = 0;
	bool first = class->flags & CLASS_FROM_ONE, dot = text[len] == '.';

	unsigned max =
		item->family->flags & FAMILY_ADDED ? PLACE_CONTROLLER_MAX : item->family->max - 1;

	if (num_parse_n(text, len, first, max + first, &slot) < 0)
		return false;
	if (dot && (!(item->family->flags & FAMILY_REPEAT) ||
		    num_parse(text + len + 1, 0, 1899, &repeat) < 0))
		return false;
	if (!dot && text[len])
		return false;
	item->slot = (unsigned)slot - first;
	item->repeat = (unsigned)repeat;
	item->repeats = dot;
	return true;
}

static bool is_taken(const struct import *import, const struct import_item *item)
{
	for (size_t i = 0; i < import->item_count; i++) {
		const struct import_item *other = &import->items[i];

		if (other != item && other->family == item->family && other->slot == item->slot &&
		    !(other->repeats && item->repeats && other->repeat != item->repeat))
			return true;
	}
	return false;
}

static void slot_by_alias(struct import *import, struct import_item *item)
{
	const struct dev_family *family = item->family;
	const char *alias = xml_find(import->arena, item->element.node, "alias/@name");

	for (const struct dev_class *class = family->classes; alias && class->name; class ++) {
		const char *number = alias_number(class, family, alias);

		if (number && parse_slot(item, class, number)) {
			if (!is_taken(import, item))
				return;
			item->slot = ~0u;
		}
	}
}

static bool takes_number(const struct import *import, const struct import_item *item, uint64_t *ret)
{
	const struct dev_family *family = item->family;
	const char *key =
		family->controller && !(family->flags & FAMILY_CONTROLLER) ? "index" : "id";
	const char *text;

	if (!family->controller && !family->under && strcmp(family->name, "audio") != 0)
		return false;
	text = xml_attr_text(import->arena, item->element.node, key);
	return text && tree_number(text, ret);
}

/* A controller's slot is its index, a cell's its number; an I/O thread and an audio back end count from 1. */
static void slot_by_number(struct import *import, struct import_item *item)
{
	const struct dev_class *class = item->family->classes;
	bool from_one = class->flags & CLASS_FROM_ONE || strcmp(item->family->name, "audio") == 0 ||
			strcmp(item->family->name, "iothread") == 0;
	uint64_t number;

	if (item->family->flags & FAMILY_CONTROLLER || !takes_number(import, item, &number) ||
	    number < from_one || number - from_one >= item->family->max)
		return;
	item->slot = (unsigned)(number - from_one);
}

static bool find_lowest(const struct import *import, struct import_item *item)
{
	for (item->slot = 0; item->slot < item->family->max; item->slot++) {
		if (!is_taken(import, item))
			return true;
	}
	return false;
}

static int slot_lowest(struct import *import, struct import_item *item)
{
	if (find_lowest(import, item))
		return 0;

	struct err *err = err_list_new(import->errs, ERR_CONFIG, "more than %u of <%s> (%s)",
				       item->family->max, (const char *)item->element.node->name,
				       item->family->name);

	err_at(err, import->path, (unsigned)xmlGetLineNo(item->element.node));
	err_check(err, "import-room");
	err_why(err, "The menu has %u slots for them.", item->family->max);
	err_fix(err, "Take devices out of the file, and give those that are alike one slot with "
		     "CONFIG_..._REPEAT afterwards.");
	return -1;
}

bool items_is_companion(const struct import *import, const struct import_item *item)
{
	const char *model = xml_attr_text(import->arena, item->element.node, "model");
	const struct dev_class *class = model ? dev_class_find(item->family, model) : NULL;

	return class && class->flags & CLASS_SET_COMPANION;
}

/* Whether controller 0 of that kind is a part of the machine. */
static bool has_built_in(const struct machine *machine, const struct dev_family *family)
{
	const struct machine_controller *row = machine->controllers;

	for (; row && row->model; row++) {
		const struct dev_class *class =
			row->type == family->controller ? dev_class_find(family, row->model) : NULL;

		if (class && class->flags & CLASS_IMPLICIT)
			return true;
	}
	return false;
}

static bool is_root(const struct import *import, const xmlNode *node)
{
	const char *model =
		tree_is(node, "controller")
			? xml_attr_text(import->arena, (xmlNodePtr)(uintptr_t)node, "model")
			: NULL;

	return model && import->machine->root_model &&
	       strcmp(model, import->machine->root_model) == 0;
}

/*
 * libvirt 9 puts what it adds at the end of the list of controllers, and the root is the first of them;
 * libvirt 11 sorts by type, and then it makes no difference.
 */
static bool is_behind_root(const struct import *import, const struct import_item *item)
{
	for (const xmlNode *node = item->element.node; node; node = node->prev) {
		if (is_root(import, node))
			return true;
	}
	return false;
}

static bool sits_on(const struct import *import, const xmlNode *device, const char *type,
		    const char *index)
{
	xmlNodePtr address = xml_find_element((xmlNodePtr)(uintptr_t)device, "address");
	const char *kind = address ? xml_attr_text(import->arena, address, "type") : NULL;
	const char *number = NULL;

	if (kind && strcmp(kind, type) == 0)
		number = xml_attr_text(import->arena, address, "controller");
	return number && strcmp(number, index) == 0;
}

/* Without anybody on it, Kiln has no reason to add it. */
static bool is_used(const struct import *import, const struct import_item *item)
{
	const char *type = xml_attr_text(import->arena, item->element.node, "type");
	const char *index = xml_attr_text(import->arena, item->element.node, "index");

	/* A drive's address does not say on which kind of controller. */
	if (!type || !index ||
	    (item->family->controller != CONTROLLER_VIRTIO_SERIAL &&
	     item->family->controller != CONTROLLER_CCID))
		return true;
	for (size_t i = 0; i < import->item_count; i++) {
		if (sits_on(import, import->items[i].element.node, type, index))
			return true;
	}
	return false;
}

/* What Kiln adds by itself, at the address that the lock keeps, needs no lines. */
static bool is_own(const struct import *import, const struct import_item *item)
{
	const struct dev_family *family = item->family;

	if (family->flags & FAMILY_INTERNAL || items_is_companion(import, item))
		return true;
	if (!item->slot && has_built_in(import->machine, family))
		return true;
	if (family->flags & FAMILY_ADDED && item->slot >= family->max)
		return true;
	/* Without an address the lock could not say that it is there. */
	if (family->rank == RANK_PCI_CONTROLLER && !is_root(import, item->element.node) &&
	    !xml_find_element(item->element.node, "address"))
		return false;
	/* A command line has every controller; one that says more than its place is not Kiln's own. */
	if (argv_item(item->element.node))
		return family->rank == RANK_PCI_CONTROLLER && !argv_item(item->element.node)->facts;
	return family->controller && is_behind_root(import, item) && is_used(import, item);
}

static int give_slots(struct import *import)
{
	for (size_t i = 0; i < import->item_count; i++)
		slot_by_number(import, &import->items[i]);
	for (size_t i = 0; i < import->item_count; i++) {
		if (import->items[i].slot == ~0u)
			slot_by_alias(import, &import->items[i]);
	}
	for (size_t i = 0; i < import->item_count; i++) {
		struct import_item *item = &import->items[i];

		/* The lock says where they are; few need a slot (items_promote()). */
		if (item->family->rank == RANK_PCI_CONTROLLER && is_own(import, item))
			item->slot = ~0u;
		else if (item->slot == ~0u && slot_lowest(import, item) < 0)
			return -1;
	}
	return 0;
}

bool items_has_room(const struct import *import, const struct import_item *item)
{
	struct import_item probe = *item;

	return item->slot < item->family->max || find_lowest(import, &probe);
}

bool items_has_address(const struct dev_family *family)
{
	prop_for_each(row, family->props)
	{
		if ((row->kind == PROP_PCI || row->kind == PROP_PLACE) && row->sym)
			return true;
	}
	return false;
}

static const char *address_type(const struct import *import, const struct import_item *item)
{
	const char *type = xml_find(import->arena, item->element.node, "address/@type");

	return type ? type : "";
}

/* Where virtio devices are on transports, one on PCI is there because it was told to be. */
static bool is_told(const struct import *import, const struct import_item *item)
{
	return import->transports && item->family->rank != RANK_PCI_CONTROLLER &&
	       strcmp(address_type(import, item), "pci") == 0;
}

int items_promote(struct import *import, struct import_item *item)
{
	if (item->slot >= item->family->max && slot_lowest(import, item) < 0)
		return -1;
	item->in_config = true;
	item->addressed = is_told(import, item);
	return 0;
}

/* ---- the walk ----------------------------------------------------------------------------------- */

static void find_devices(struct import *import, xmlNodePtr devices)
{
	tree_for_each(node, devices)
	{
		const char *model = xml_attr_text(import->arena, node, "model");
		const struct dev_family *family;

		if (!model)
			model = xml_find(import->arena, node, "model/@type");
		/* "There is none": what is not in .config is not there. */
		if (model && strcmp(model, "none") == 0)
			continue;
		if (tree_is(node, "emulator"))
			continue;
		family = family_of(import, node, NULL);
		if (family)
			add_item(import, node, family);
	}
}

static bool is_of(const xmlNode *node, const struct dev_family *family)
{
	const struct argv_item *item = argv_item(node);

	return item ? item->family == family : has_element(family, node);
}

static void find_others(struct import *import)
{
	for (const struct dev_family *const *entry = import->families; *entry; entry++) {
		const char *under = (*entry)->under;
		xmlNodePtr place = under ? xml_find_element(import->root, under) : NULL;

		if (!place)
			continue;
		tree_for_each(node, place)
		{
			if (is_of(node, *entry))
				add_item(import, node, *entry);
		}
	}
}

int items_find(struct import *import)
{
	xmlNodePtr devices = xml_find_element(import->root, "devices");

	if (devices)
		find_devices(import, devices);
	find_others(import);
	if (give_slots(import) < 0)
		return -1;
	for (size_t i = 0; i < import->item_count; i++)
		import->transports |=
			strcmp(address_type(import, &import->items[i]), "virtio-mmio") == 0;
	for (size_t i = 0; i < import->item_count; i++) {
		struct import_item *item = &import->items[i];

		item->in_config = !is_own(import, item);
		item->addressed = item->in_config && is_told(import, item);
	}
	return 0;
}

unsigned items_count(const struct import *import, const struct dev_family *family)
{
	unsigned count = 0;

	for (size_t i = 0; i < import->item_count; i++) {
		const struct import_item *item = &import->items[i];

		if (item->in_config && item->family == family && item->slot >= count)
			count = item->slot + 1;
	}
	return count;
}

struct import_item *items_first(const struct import *import, const struct dev_family *family,
				unsigned slot)
{
	struct import_item *found = NULL;

	for (size_t i = 0; i < import->item_count; i++) {
		struct import_item *item = &import->items[i];

		if (item->in_config && item->family == family && item->slot == slot &&
		    (!found || item->repeat < found->repeat))
			found = item;
	}
	return found;
}

unsigned items_repeats(const struct import *import, const struct dev_family *family, unsigned slot)
{
	unsigned count = 0;

	for (size_t i = 0; i < import->item_count; i++) {
		const struct import_item *item = &import->items[i];

		if (item->in_config && item->family == family && item->slot == slot &&
		    item->repeats && item->repeat >= count)
			count = item->repeat + 1;
	}
	return count;
}
