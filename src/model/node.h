/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * node.h - a property tree: what a -device, -object, -netdev or -blockdev says.
 *
 * One tree, several renderings (qemu/render.h): a JSON argument, a key=value argument, QMP. Keys
 * keep the order in which they were added. Strings may hold marks (image/text.h).
 */
#ifndef KILN_MODEL_NODE_H
#define KILN_MODEL_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/arena.h"

/* NODE_SET: numbers, in @string as base/numset.h reads them; an array in JSON, ranges in key=value. */
enum node_kind {
	NODE_STRING,
	NODE_NUMBER,
	NODE_UINT,
	NODE_BOOL,
	NODE_SET,
	NODE_OBJECT,
	NODE_ARRAY,
	NODE_KIND_COUNT,
};

/** struct node - a value with its key; @key is NULL in arrays and at the top. */
struct node {
	const char *key;
	enum node_kind kind;
	const char *string;
	uint64_t number;
	bool yes;
	struct node *child, *last_child, *next;
};

#define node_for_each(item, parent) \
	for (const struct node *item = (parent)->child; item; item = item->next)

/** node_new() - an empty object or array at the top. */
struct node *node_new(struct arena *arena, enum node_kind kind);

/** node_add() - add an object or array to @parent and return it; @key is NULL in an array. */
struct node *node_add(struct arena *arena, struct node *parent, const char *key,
		      enum node_kind kind);

/** node_add_string() - add a string; copied by reference, so it must outlive the tree. */
void node_add_string(struct arena *arena, struct node *parent, const char *key, const char *value);

/** node_add_number() - add digits, or a mark that becomes such; as node_add_string(). */
void node_add_number(struct arena *arena, struct node *parent, const char *key, const char *value);

/** node_add_uint() - add a number. */
void node_add_uint(struct arena *arena, struct node *parent, const char *key, uint64_t value);

/** node_add_bool() - add a truth value. */
void node_add_bool(struct arena *arena, struct node *parent, const char *key, bool value);

/** node_add_set() - add a set of numbers: "0-1,3". */
void node_add_set(struct arena *arena, struct node *parent, const char *key, const char *set);

/** node_find() - the child of that key, or NULL. */
const struct node *node_find(const struct node *parent, const char *key);

#endif
