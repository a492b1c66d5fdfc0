/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * node.c - build property trees in an arena.
 */
#include "model/node.h"

#include <string.h>

struct node *node_new(struct arena *arena, enum node_kind kind)
{
	struct node *node = arena_alloc(arena, sizeof(*node));

	node->kind = kind;
	return node;
}

struct node *node_add(struct arena *arena, struct node *parent, const char *key,
		      enum node_kind kind)
{
	struct node *node = node_new(arena, kind);

	node->key = key;
	if (parent->last_child)
		parent->last_child->next = node;
	else
		parent->child = node;
	parent->last_child = node;
	return node;
}

void node_add_string(struct arena *arena, struct node *parent, const char *key, const char *value)
{
	node_add(arena, parent, key, NODE_STRING)->string = value;
}

void node_add_number(struct arena *arena, struct node *parent, const char *key, const char *value)
{
	node_add(arena, parent, key, NODE_NUMBER)->string = value;
}

void node_add_uint(struct arena *arena, struct node *parent, const char *key, uint64_t value)
{
	node_add(arena, parent, key, NODE_UINT)->number = value;
}

void node_add_bool(struct arena *arena, struct node *parent, const char *key, bool value)
{
	node_add(arena, parent, key, NODE_BOOL)->yes = value;
}

void node_add_set(struct arena *arena, struct node *parent, const char *key, const char *set)
{
	node_add(arena, parent, key, NODE_SET)->string = set;
}

const struct node *node_find(const struct node *parent, const char *key)
{
	node_for_each(item, parent) {
		if (item->key && strcmp(item->key, key) == 0)
			return item;
	}
	return NULL;
}
