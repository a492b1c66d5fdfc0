/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argument.h - the value of one option, as a property tree: the inverse of render.h.
 *
 * key=value with doubled commas and dotted keys, or a JSON object. What a value means is nobody's business
 * here: of key=value all values are strings.
 */
#ifndef KILN_QEMU_ARGUMENT_H
#define KILN_QEMU_ARGUMENT_H

#include "base/attr.h"
#include "model/node.h"

#define ARGUMENT_DEPTH_MAX 32
#define ARGUMENT_WORDS_MAX 4096

/** struct keyword - a field of key=value. @value: NULL where the field has no '='. @at: its first byte. */
struct keyword {
	const char *key, *value;
	size_t at;
};

/** struct fault - what is wrong with a value, in plain words, and at which byte of it. */
struct fault {
	const char *what;
	size_t at;
};

/** enum keyword_rule - whether a field may be a key alone. */
enum keyword_rule { KEYWORD_WITH_VALUE, KEYWORD_MAY_BE_ALONE };

/**
 * keywords_split() - "a=1,b=x,,y" as fields, in order, with those that stand twice.
 * @arena: owns the fields.
 * @text: NUL-terminated. A field ends at a comma that is not doubled, its key at its first '='; in a value
 *        ",," is a comma. An empty text is one empty field.
 * @ret_count: how many there are; with it the returned fields.
 * @fault: set with -1: a field without '=', an empty key, too many fields.
 *
 * Return: 0, or -1 with @fault.
 */
int keywords_split(struct arena *arena, const char *text, enum keyword_rule rule,
		   struct keyword **ret, size_t *ret_count, struct fault *fault) MUST_CHECK;

/**
 * argument_read() - a value as a tree.
 * @head: the key that QEMU supplies for a first field without '=', or NULL.
 * @ret: an object. A field without '=' is "on" of its key, or with "no" in front "off" of the rest. Keys
 *       with dots are members of objects; numbered members make an array.
 *
 * Return: 0, or -1 with @fault.
 */
int argument_read(struct arena *arena, const char *text, const char *head, struct node **ret,
		  struct fault *fault) MUST_CHECK;

/** argument_text() - a scalar of a tree as text; "on" and "off" of a truth; NULL of an object, array, NULL. */
const char *argument_text(struct arena *arena, const struct node *node);

#endif
