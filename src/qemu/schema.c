/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema.c - a path is followed word by word; types have numbers in place of names.
 */
#include "qemu/schema.h"

#include <stdio.h>
#include <string.h>

#include "base/bug.h"

#define PATH_MAX_BYTES 256

static const char *member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* A type by its name; of a list its element. */
static const json_t *entity(const json_t *schema, const char *name)
{
	const json_t *found = name ? json_object_get(schema, name) : NULL;

	while (found && member(found, "element-type"))
		found = json_object_get(schema, member(found, "element-type"));
	return found;
}

/* Of a list of objects the one whose @key is @value. */
static const json_t *pick(const json_t *list, const char *key, const char *value)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		const char *has = member(item, key);

		if (has && strcmp(has, value) == 0)
			return item;
	}
	return NULL;
}

static const json_t *with_word(const json_t *owner, const char *list, const char *word)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(owner, list), i, item)
	{
		if (json_is_string(item) && strcmp(json_string_value(item), word) == 0)
			return owner;
	}
	return NULL;
}

static const json_t *step(const json_t *schema, const json_t *at, const char *word)
{
	if (*word == '^')
		return with_word(at, "values", word + 1);
	if (*word == '$')
		return with_word(at, "features", word + 1);
	if (*word == '+')
		return entity(schema,
			      member(pick(json_object_get(at, "variants"), "case", word + 1),
				     "type"));
	if (strcmp(word, "arg-type") == 0 || strcmp(word, "ret-type") == 0)
		return entity(schema, member(at, word));
	return entity(schema, member(pick(json_object_get(at, "members"), "name", word), "type"));
}

json_t *schema_index(json_t *reply)
{
	json_t *schema = json_object(), *item;
	size_t i;

	json_array_foreach(reply, i, item)
	{
		if (member(item, "name"))
			(void)json_object_set(schema, member(item, "name"), item);
	}
	return schema;
}

const json_t *schema_find(const json_t *schema, const char *path)
{
	char copy[PATH_MAX_BYTES], *rest = copy;
	const json_t *at;

	BUG_IF(snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy));
	at = entity(schema, strsep(&rest, "/"));
	while (at && rest)
		at = step(schema, at, strsep(&rest, "/"));
	return at;
}
