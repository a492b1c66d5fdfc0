/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema_check.c - follow a value and its type together.
 *
 * A type is a builtin, an enumeration, an array, an alternate or an object; an object may have a tag,
 * whose value chooses a variant with further members (docs/devel/qapi-code-gen of QEMU, "Client JSON
 * Protocol introspection").
 */
#include "qemu/schema_check.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/bug.h"
#include "model/keyval.h"

struct checking {
	struct arena *arena;
	const json_t *schema;
	enum schema_form form;
};

static const char *check(const struct checking *with, const char *type, const json_t *value,
			 const char *where);

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static const json_t *pick(const json_t *list, const char *key, const char *value)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (strcmp(text_of(item, key), value) == 0)
			return item;
	}
	return NULL;
}

static bool is_text_of(const json_t *value, const char *const *words, const char *characters)
{
	const char *text = json_string_value(value);

	for (; text && words && *words; words++) {
		if (strcmp(*words, text) == 0)
			return true;
	}
	return text && characters && *text && isalnum((unsigned char)text[strlen(text) - 1]) &&
	       text[strspn(text, characters)] == '\0';
}

static bool is_builtin(const struct checking *with, const char *kind, const json_t *value)
{
	static const char *const switches[] = {"on",    "off", "yes", "no", "true",
					       "false", "y",   "n",   NULL};
	bool text = with->form == SCHEMA_TEXT;

	if (strcmp(kind, "string") == 0)
		return json_is_string(value);
	if (strcmp(kind, "boolean") == 0)
		return json_is_boolean(value) || (text && is_text_of(value, switches, NULL));
	if (strcmp(kind, "int") == 0)
		return json_is_integer(value) ||
		       (text && is_text_of(value, NULL, "-0123456789xabcdefABCDEFkKMGTPE"));
	if (strcmp(kind, "number") == 0)
		return json_is_number(value) || (text && is_text_of(value, NULL, "-.0123456789e"));
	if (strcmp(kind, "null") == 0)
		return json_is_null(value);
	return true;
}

static const char *check_enum(const struct checking *with, const json_t *entity,
			      const json_t *value, const char *where)
{
	const char *word = json_string_value(value);
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(entity, "values"), i, item)
	{
		if (word && strcmp(json_string_value(item), word) == 0)
			return NULL;
	}
	return arena_fmt(with->arena, "%s: \"%s\" is no word for it", where, word ? word : "");
}

static const char *check_array(const struct checking *with, const json_t *entity,
			       const json_t *value, const char *where)
{
	const char *type = text_of(entity, "element-type"), *fault = NULL, *key;
	json_t *item;
	size_t i;

	/* A list of texts is written by the same key again and again, one text at a time. */
	if (with->form == SCHEMA_TEXT && json_is_string(value))
		return NULL;
	if (with->form == SCHEMA_TEXT && json_is_object(value)) {
		json_object_foreach((json_t *)(uintptr_t)value, key, item)
		{
			if (!fault)
				fault = check(with, type, item,
					      arena_fmt(with->arena, "%s.%s", where, key));
		}
		return fault;
	}
	if (!json_is_array(value))
		return arena_fmt(with->arena, "%s: a list is wanted", where);
	json_array_foreach(value, i, item)
	{
		if (!fault)
			fault = check(with, type, item, arena_fmt(with->arena, "%s.%zu", where, i));
	}
	return fault;
}

/* The type that the object's tag chooses for the rest of it, or NULL. */
static const json_t *variant_of(const struct checking *with, const json_t *entity,
				const json_t *value)
{
	const char *tag = text_of(entity, "tag");
	const json_t *variant =
		pick(json_object_get(entity, "variants"), "case", text_of(value, tag));

	return *tag && variant ? json_object_get(with->schema, text_of(variant, "type")) : NULL;
}

static const json_t *find_member(const struct checking *with, const json_t *entity,
				 const json_t *value, const char *key)
{
	const json_t *member = NULL;

	for (; entity && !member; entity = variant_of(with, entity, value))
		member = pick(json_object_get(entity, "members"), "name", key);
	return member;
}

static const char *find_missing(const struct checking *with, const json_t *entity,
				const json_t *value)
{
	json_t *member;
	size_t i;

	for (; entity; entity = variant_of(with, entity, value)) {
		json_array_foreach(json_object_get(entity, "members"), i, member)
		{
			/* What may be missing has a default, if only null. */
			if (!json_object_get(member, "default") &&
			    !json_object_get(value, text_of(member, "name")))
				return text_of(member, "name");
		}
	}
	return NULL;
}

static const char *check_object(const struct checking *with, const json_t *entity,
				const json_t *value, const char *where)
{
	const char *gap = *where ? "." : "", *key, *missing;
	json_t *item;

	if (!json_is_object(value))
		return arena_fmt(with->arena, "%s: members are wanted", where);
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		const json_t *member = find_member(with, entity, value, key);
		const char *place = arena_fmt(with->arena, "%s%s%s", where, gap, key);
		const char *fault =
			member ? check(with, text_of(member, "type"), item, place)
			       : arena_fmt(with->arena, "%s: there is no such member", place);

		if (fault)
			return fault;
	}
	missing = find_missing(with, entity, value);
	return missing ? arena_fmt(with->arena, "%s%s%s: it is missing", where, gap, missing)
		       : NULL;
}

static const char *check_alternate(const struct checking *with, const json_t *entity,
				   const json_t *value, const char *where)
{
	const char *fault = NULL;
	json_t *member;
	size_t i;

	json_array_foreach(json_object_get(entity, "members"), i, member)
	{
		fault = check(with, text_of(member, "type"), value, where);
		if (!fault)
			break;
	}
	return fault;
}

static const char *check(const struct checking *with, const char *type, const json_t *value,
			 const char *where)
{
	const json_t *entity = json_object_get(with->schema, type);
	const char *meta = text_of(entity, "meta-type");

	if (strcmp(meta, "object") == 0)
		return check_object(with, entity, value, where);
	if (strcmp(meta, "alternate") == 0)
		return check_alternate(with, entity, value, where);
	if (strcmp(meta, "array") == 0)
		return check_array(with, entity, value, where);
	if (strcmp(meta, "enum") == 0)
		return check_enum(with, entity, value, where);
	if (is_builtin(with, text_of(entity, "json-type"), value))
		return NULL;
	return arena_fmt(with->arena, "%s: a value of the type %s is wanted", where,
			 text_of(entity, "json-type"));
}

const char *schema_check(struct arena *arena, const json_t *schema, const char *type,
			 enum schema_form form, const json_t *value)
{
	const struct checking with = {.arena = arena, .schema = schema, .form = form};

	return check(&with, type, value, "");
}

/* ---- key=value -------------------------------------------------------------------------------- */

/* Takes over @value. */
static void set(struct arena *arena, json_t *object, const char *key, size_t len, json_t *value)
{
	for (size_t first; (first = strcspn(key, ".")) < len; key += first + 1, len -= first + 1) {
		const char *name = arena_dup(arena, key, first);
		json_t *inner = json_object_get(object, name);

		if (!json_is_object(inner)) {
			inner = json_object();
			BUG_IF(json_object_set_new_nocheck(object, name, inner) != 0);
		}
		object = inner;
	}
	BUG_IF(json_object_set_new_nocheck(object, arena_dup(arena, key, len), value) != 0);
}

json_t *schema_from_text(struct arena *arena, const char *text, const char *head)
{
	json_t *object = json_object();

	for (const char *at = text; *at;) {
		size_t len = keyval_len(at), key_len = strcspn(at, "=");
		const char *key = at, *value = "on";

		if (key_len < len) {
			value = keyval_value(arena, at + key_len + 1, len - key_len - 1);
		} else if (at == text && head) {
			key = head;
			key_len = strlen(head);
			value = keyval_value(arena, at, len);
		} else {
			key_len = len;
		}
		set(arena, object, key, key_len, json_string_nocheck(value));
		at += len + (at[len] == ',');
	}
	return object;
}
