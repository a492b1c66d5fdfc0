/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * values.c - read the rows of every item, and join those that are alike into one slot.
 *
 * An element whose kind (type, model, bus) no device of its family writes becomes none.
 */
#include <string.h>

#include "import/argv/argv.h"
#include "import/items.h"

/* Values that say what a device is; with another one it would be another device. */
static bool is_kind(const struct import_item *item, const struct missed *missed)
{
	static const char *const kinds[] = {"type", "model", "mode", "device", "bus"};
	const xmlNode *node = missed->node, *own = item->element.node;
	bool target = tree_is(node, "target") || tree_is(node, "model");

	if (!missed->attr || (node != own && !(target && node->parent == own)))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp((const char *)missed->attr->name, kinds[i]) == 0)
			return true;
	}
	return false;
}

static void refuse_kind(struct import *import, struct import_item *item,
			const struct missed *missed)
{
	const char *name = (const char *)item->element.node->name;

	item->refused =
		arena_fmt(import->arena, "Kiln has no %s with %s='%s'.", name,
			  (const char *)missed->attr->name, tree_value(import->arena, missed));
	item->in_config = false;
}

/* "disk-%d.img" of "disk-0.img" and "disk-1.img"; NULL when they do not differ in that alone. */
static const char *repeat_form(struct arena *arena, const char *first, const char *second)
{
	struct text text = {.arena = arena};

	if (!second || strlen(first) != strlen(second))
		return NULL;
	for (size_t i = 0; first[i]; i++) {
		if (first[i] == second[i])
			text_add_len(&text, first + i, 1);
		else if (first[i] == '0' && second[i] == '1')
			text_add(&text, "%d");
		else
			return NULL;
	}
	return text_str(&text);
}

/* A name that each of those alike has by itself is none of their slot's. */
static void forget_unique(struct import_item *first, const struct prop *row)
{
	struct vm_dev *dev = first->element.dev;

	if (!(row->flags & PROP_UNIQUE) || !row->sym || !argv_item(first->element.node))
		return;
	*(const char **)(void *)((char *)dev->data + row->field) = NULL;
	first->element.is_set[row - dev->family->props] = ROW_DEFAULT;
}

/* Those alike differ in their number: the first one's texts get it as "%d". */
static void join_repeats(struct import *import, struct import_item *first,
			 const struct import_item *second)
{
	struct vm_dev *dev = first->element.dev;

	prop_for_each(row, dev->family->props)
	{
		if (row->kind != PROP_STRING)
			continue;
		if (!(row->flags & PROP_REPEAT_FMT)) {
			forget_unique(first, row);
			continue;
		}
		const char **field = (const char **)(void *)((char *)dev->data + row->field);
		const char *other = dev_string(second->element.dev, row);
		const char *form = *field ? repeat_form(import->arena, *field, other) : NULL;

		if (form)
			*field = form;
	}
}

/* What a command line does not say of a device without which it is none. */
static void refuse_empty(struct import_item *item)
{
	const struct vm_dev *dev = item->element.dev;

	prop_for_each(row, dev->family->props)
	{
		if (!(row->flags & PROP_REQUIRED) || row->kind != PROP_STRING ||
		    !dev_applies(dev, row) || dev_string(dev, row))
			continue;
		item->refused =
			arena_fmt(dev->vm->arena, "the command line does not say what %s wants.",
				  dev_row_symbol(dev, row));
		item->in_config = false;
		return;
	}
}

static struct vm_dev *dev_of(struct vm_dev *list, const struct import_item *item)
{
	vm_for_each_dev(dev, list) {
		if (dev->family == item->family && dev->slot == item->slot &&
		    dev->repeat == item->repeat && !(dev->class->flags & CLASS_SET_COMPANION))
			return dev;
	}
	return NULL;
}

/* It is counted again when it is composed, and stands in the list where one without an index does. */
static void forget_index(struct element *element)
{
	size_t i = 0;

	prop_for_each(row, element->dev->family->props)
	{
		if (strcmp(row->name, "index") == 0)
			element->is_set[i] = ROW_DEFAULT;
		i++;
	}
}

static void read_item(struct import *import, struct import_item *item)
{
	struct difference found = {.arena = import->arena};

	item->element = (struct element){.node = item->element.node};
	item->element.dev = dev_of(import->vm->devs, item);
	if (!item->element.dev)
		item->element.dev = dev_of(import->vm->controllers, item);
	if (!item->element.dev)
		return;
	if (item->family->rank != RANK_PCI_CONTROLLER)
		item->element.dev->index = item->slot;
	element_read(&item->element, &found);
	if (item->counted)
		forget_index(&item->element);
	if (argv_item(item->element.node)) {
		refuse_empty(item);
		return;
	}
	for (const struct missed *missed = found.list; missed; missed = missed->next) {
		if (is_kind(item, missed)) {
			refuse_kind(import, item, missed);
			return;
		}
	}
}

void items_read(struct import *import)
{
	for (size_t i = 0; i < import->item_count; i++) {
		if (import->items[i].in_config)
			read_item(import, &import->items[i]);
	}
	for (size_t i = 0; i < import->item_count; i++) {
		struct import_item *item = &import->items[i];
		struct import_item *first = items_first(import, item->family, item->slot);

		if (item->in_config && item->repeats && item->repeat == 1 && first &&
		    first->repeat == 0 && first->element.dev && item->element.dev)
			join_repeats(import, first, item);
	}
}
