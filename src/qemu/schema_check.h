/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema_check.h - hold a value against a type of QEMU's QMP schema: members, words of an enumeration,
 * kinds of values.
 */
#ifndef KILN_QEMU_SCHEMA_CHECK_H
#define KILN_QEMU_SCHEMA_CHECK_H

#include <jansson.h>

#include "model/arena.h"

/* Whether a value was written as JSON or as key=value, in which all that is no object is a string. */
enum schema_form { SCHEMA_JSON, SCHEMA_TEXT };

/**
 * schema_from_text() - "user,id=n,a.b=c" as an object; two commas are one, a dot leads to a member.
 * @arena: for what is only needed here.
 * @text: the value of an option.
 * @head: the key of the first word when it has none, or NULL.
 *
 * Return: an object of objects and strings, to be released. A key that is there more than once, as some
 * lists are written, is there once.
 */
json_t *schema_from_text(struct arena *arena, const char *text, const char *head);

/**
 * schema_check() - check a value.
 * @arena: for the sentence.
 * @schema: of schema_index().
 * @type: an entity of it, by its name.
 * @form: how the value was written.
 * @value: the value.
 *
 * Return: NULL, or the first thing that is wrong, beginning with where: "cache.direkt: ...".
 */
const char *schema_check(struct arena *arena, const json_t *schema, const char *type,
			 enum schema_form form, const json_t *value);

#endif
