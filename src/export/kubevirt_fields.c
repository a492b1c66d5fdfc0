/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kubevirt_fields.c - take values out of XML by rows, and write a tree of JSON as YAML.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/num.h"
#include "export/kubevirt.h"
#include "import/tree.h"

/* An element that says nothing more goes, and so do those around it, up to the device. */
static void prune(struct arena *arena, xmlNodePtr node, xmlNodePtr top)
{
	while (node != top && !node->properties && !xml_own_text(arena, node)) {
		xmlNodePtr parent = node->parent;

		tree_for_each(child, node) return;
		xml_remove(node, NULL);
		node = parent;
	}
}

const char *kubevirt_take(struct arena *arena, xmlNodePtr node, const char *path)
{
	const char *value = xml_find(arena, node, path), *slash = strrchr(path, '/');
	xmlNodePtr element = xml_find_element(node, path);

	if (!value)
		return NULL;
	slash = slash ? slash + 1 : path;
	if (*slash == '@')
		xml_remove(element, slash + 1);
	else if (xml_own_text(arena, element))
		xml_replace(element, NULL, "");
	prune(arena, element, node);
	return value;
}

/* The word of KubeVirt's for @value; NULL: it has none. */
static const char *word_of(struct arena *arena, const char *words, const char *value)
{
	size_t len = strlen(value);

	if (!words)
		return value;
	words += *words == '!';
	while (*words) {
		size_t all = strcspn(words, " "), own = strcspn(words, " =");

		if (own == len && strncmp(words, value, len) == 0)
			return own == all ? value
					  : arena_dup(arena, words + own + 1, all - own - 1);
		words += all + (words[all] == ' ');
	}
	return NULL;
}

static json_t *value_of(const struct field *field, const char *word)
{
	uint64_t number;
	int truth = tree_truth(word);

	switch (field->kind) {
	case FIELD_WORD:
		return json_string(word);
	case FIELD_COUNT:
		return tree_number(word, &number) ? json_integer((json_int_t)number) : NULL;
	case FIELD_STATE:
		return truth >= 0 ? json_boolean(truth) : NULL;
	case FIELD_THERE:
		return json_true();
	case FIELD_EMPTY:
	case FIELD_NONE:
		break;
	}
	return json_object();
}

bool kubevirt_knows(struct arena *arena, xmlNodePtr node, const struct field *fields)
{
	for (const struct field *field = fields; field->xml; field++) {
		const char *value = field->words && *field->words == '!'
					    ? xml_find(arena, node, field->xml)
					    : NULL;

		if (value && !word_of(arena, field->words, value))
			return false;
	}
	return true;
}

void kubevirt_fields(struct arena *arena, xmlNodePtr node, const struct field *fields,
		     json_t *object)
{
	for (const struct field *field = fields; field->xml; field++) {
		const char *value = xml_find(arena, node, field->xml);
		const char *word = value ? word_of(arena, field->words, value) : NULL;
		json_t *json = word ? value_of(field, word) : NULL;

		if (!json)
			continue;
		(void)kubevirt_take(arena, node, field->xml);
		if (field->json)
			kubevirt_set(object, field->json, json);
		else
			json_decref(json);
	}
}

void kubevirt_set(json_t *object, const char *path, json_t *value)
{
	for (;;) {
		size_t len = strcspn(path, ".");
		char key[64];

		BUG_IF(len >= sizeof(key));
		memcpy(key, path, len);
		key[len] = '\0';
		if (!path[len]) {
			BUG_IF(json_object_set_new(object, key, value) != 0);
			return;
		}
		json_t *inner = json_object_get(object, key);

		if (!inner) {
			inner = json_object();
			BUG_IF(json_object_set_new(object, key, inner) != 0);
		}
		object = inner;
		path += len + 1;
	}
}

void kubevirt_list(json_t *object, const char *key, json_t *value)
{
	json_t *list = json_object_get(object, key);

	if (!list) {
		list = json_array();
		BUG_IF(json_object_set_new(object, key, list) != 0);
	}
	BUG_IF(json_array_append_new(list, value) != 0);
}

const char *kubevirt_label(struct arena *arena, const char *text)
{
	char *label = arena_str(arena, text);

	for (char *at = label; *at; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
		else if (!((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9')))
			*at = '-';
	}
	for (size_t len = strlen(label); len && label[len - 1] == '-';)
		label[--len] = '\0';
	return label;
}

/* ---- YAML ------------------------------------------------------------------------------------- */

static void add_value(const json_t *value, unsigned depth, struct text *out);

static void add_indent(unsigned depth, struct text *out)
{
	for (unsigned i = 0; i < depth; i++)
		text_add(out, "  ");
}

/* What JSON says in quotes YAML reads alike; so nothing is taken for a number or a date. */
static void add_scalar(const json_t *value, struct text *out)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	BUG_IF(!text);
	text_add(out, text);
	free(text);
	text_add(out, "\n");
}

static void add_member(const json_t *value, unsigned depth, struct text *out)
{
	if ((json_is_object(value) && !json_object_size(value)) ||
	    (json_is_array(value) && !json_array_size(value)) ||
	    !(json_is_object(value) || json_is_array(value))) {
		text_add(out, " ");
		add_scalar(value, out);
		return;
	}
	text_add(out, "\n");
	add_value(value, depth, out);
}

/* The first member of a list's item stands behind its dash. */
static void add_members(const json_t *object, unsigned depth, unsigned first, struct text *out)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		add_indent(first, out);
		first = depth;
		text_fmt(out, "%s:", key);
		add_member(value, depth + 1, out);
	}
}

static void add_value(const json_t *value, unsigned depth, struct text *out)
{
	size_t i;
	json_t *item;

	if (json_is_object(value)) {
		add_members(value, depth, depth, out);
		return;
	}
	json_array_foreach(value, i, item)
	{
		add_indent(depth, out);
		text_add(out, "- ");
		if (json_is_object(item) && json_object_size(item))
			add_members(item, depth + 1, 0, out);
		else
			add_scalar(item, out);
	}
}

void kubevirt_yaml(const json_t *value, struct text *out)
{
	add_value(value, 0, out);
}
