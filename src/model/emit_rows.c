/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * emit_rows.c - the values of rows as members of a property tree.
 */
#include <string.h>

#include "model/emit.h"

static void add_string(struct arena *arena, struct node *tree, const char *key, const char *value)
{
	if (value)
		node_add_string(arena, tree, key, value);
}

/* A row that refers to another device says that one's QEMU id. */
static const char *string_of(const struct vm_dev *dev, const struct prop *row)
{
	const struct vm_dev *other = row->refers ? dev_referred(dev, row) : NULL;

	if (row->refers)
		return other ? other->alias : NULL;
	return dev_string(dev, row);
}

static void add_value(const struct vm_dev *dev, const struct prop *row, const char *key,
		      struct arena *arena, struct node *tree)
{
	switch (row->kind) {
	case PROP_BOOL:
		node_add_bool(arena, tree, key, dev_bool(dev, row));
		break;
	case PROP_UINT:
		node_add_uint(arena, tree, key, dev_uint(dev, row));
		break;
	case PROP_STRING:
		add_string(arena, tree, key, string_of(dev, row));
		break;
	case PROP_NUMBER:
		node_add_number(arena, tree, key, dev_string(dev, row));
		break;
	case PROP_ENUM:
		add_string(arena, tree, key, dev_word(dev, row)->qemu);
		break;
	case PROP_CLASS:
		add_string(arena, tree, key, dev->class->name);
		break;
	case PROP_CONST:
		add_string(arena, tree, key, row->text);
		break;
	case PROP_ALIAS:
		add_string(arena, tree, key, dev_alias_text(dev, row));
		break;
	case PROP_MADE:
		add_string(arena, tree, key, row->make(dev));
		break;
	case PROP_PCI:
	case PROP_PLACE:
	case PROP_ADDRESS:
	case PROP_KIND_COUNT:
		break;
	}
}

static bool is_written(const struct vm_dev *dev, const struct prop *row)
{
	if (row->flags & PROP_ALWAYS)
		return true;
	if (row->kind == PROP_BOOL)
		return dev_bool(dev, row);
	if (row->kind == PROP_UINT)
		return dev_uint(dev, row) != row->absent;
	if (row->kind == PROP_STRING)
		return dev_string(dev, row);
	return row->kind != PROP_ENUM || dev_word(dev, row)->qemu;
}

static struct node *find_or_add(struct arena *arena, struct node *tree, const char *key)
{
	for (struct node *item = tree->child; item; item = item->next) {
		if (strcmp(item->key, key) == 0)
			return item;
	}
	return node_add(arena, tree, key, NODE_OBJECT);
}

void emit_row(const struct vm_dev *dev, const struct prop *row, struct arena *arena,
	      struct node *tree)
{
	const char *key = row->qemu, *dot;

	if (!is_written(dev, row))
		return;
	while ((dot = strchr(key, '.'))) {
		tree = find_or_add(arena, tree, arena_dup(arena, key, (size_t)(dot - key)));
		key = dot + 1;
	}
	add_value(dev, row, key, arena, tree);
}

struct node *emit_option(struct emit *emit, const struct vm_dev *dev, const char *option)
{
	struct node *tree = emit_tree(emit, option, 0);

	prop_for_each(row, dev->family->props)
	{
		if (row->qemu && row->option && strcmp(row->option, option) == 0 &&
		    dev_applies(dev, row))
			emit_row(dev, row, emit->arena, tree);
	}
	return tree;
}
