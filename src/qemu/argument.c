/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argument.c - key=value and JSON to trees.
 */
#include "qemu/argument.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/num.h"

static int set_fault(struct fault *fault, size_t at, const char *what)
{
	*fault = (struct fault){.what = what, .at = at};
	return -1;
}

/* ---- fields ------------------------------------------------------------------------------------- */

/* Bytes up to the comma that ends the field, doubled ones being part of it. */
static size_t field_length(const char *text)
{
	size_t len = 0;

	while (text[len]) {
		if (text[len] == ',' && text[len + 1] != ',')
			break;
		len += text[len] == ',' ? 2 : 1;
	}
	return len;
}

static const char *undouble(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);
	size_t to = 0;

	for (size_t i = 0; i < len; i++) {
		copy[to++] = text[i];
		i += text[i] == ',';
	}
	return copy;
}

int keywords_split(struct arena *arena, const char *text, enum keyword_rule rule,
		   struct keyword **ret, size_t *ret_count, struct fault *fault)
{
	size_t count = 1, at = 0;

	for (size_t i = field_length(text); text[i]; i += 1 + field_length(text + i + 1))
		count++;
	*ret = NULL;
	*ret_count = 0;
	if (count > ARGUMENT_WORDS_MAX)
		return set_fault(fault, 0, "more than 4096 fields between commas");
	struct keyword *list = arena_alloc(arena, count * sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		size_t len = field_length(text + at);
		const char *equals = memchr(text + at, '=', len);
		size_t key = equals ? (size_t)(equals - text) - at : len;

		list[i].at = at;
		list[i].key = undouble(arena, text + at, key);
		if (equals)
			list[i].value = undouble(arena, equals + 1, len - key - 1);
		else if (rule == KEYWORD_WITH_VALUE)
			return set_fault(fault, at, "a field without '='");
		if (equals && !key)
			return set_fault(fault, at, "a '=' without a key in front of it");
		at += len + 1;
	}
	*ret = list;
	*ret_count = count;
	return 0;
}

/* ---- key=value as a tree ------------------------------------------------------------------------ */

static struct node *find(struct node *parent, const char *key, size_t len)
{
	struct node *found = NULL;

	for (struct node *item = parent->child; item; item = item->next) {
		if (strncmp(item->key, key, len) == 0 && !item->key[len])
			found = item;
	}
	return found;
}

static int add_at(struct arena *arena, struct node *tree, const struct keyword *word,
		  const char *key, const char *value, struct fault *fault)
{
	const char *dot;
	unsigned depth = 0;

	while ((dot = strchr(key, '.')) && dot > key && dot[1]) {
		size_t len = (size_t)(dot - key);
		struct node *next = find(tree, key, len);

		if (++depth > ARGUMENT_DEPTH_MAX)
			return set_fault(fault, word->at, "a key with more than 32 dots");
		if (next && next->kind != NODE_OBJECT)
			return set_fault(fault, word->at, "a key that has a value and members");
		tree = next ? next : node_add(arena, tree, arena_dup(arena, key, len), NODE_OBJECT);
		key = dot + 1;
	}
	struct node *old = find(tree, key, strlen(key));

	if (old && old->kind == NODE_OBJECT)
		return set_fault(fault, word->at, "a key that has a value and members");
	node_add_string(arena, tree, key, value);
	return 0;
}

/* Members that are called 0, 1, 2 ... are an array. */
static void make_arrays(struct node *tree)
{
	size_t index = 0, numbered = 0;

	for (struct node *item = tree->child; item; item = item->next, index++) {
		uint64_t number;

		if (item->kind == NODE_OBJECT)
			make_arrays(item);
		numbered += num_parse(item->key, index, index, &number) == 0;
	}
	if (!index || numbered != index)
		return;
	tree->kind = NODE_ARRAY;
	for (struct node *item = tree->child; item; item = item->next)
		item->key = NULL;
}

static int read_keywords(struct arena *arena, const char *text, const char *head, struct node *tree,
			 struct fault *fault)
{
	struct keyword *list;
	size_t count;

	if (keywords_split(arena, text, KEYWORD_MAY_BE_ALONE, &list, &count, fault) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *key = list[i].key, *value = list[i].value;

		if (!value && !*key) {
			/* A comma at the end, and no text at all, say nothing. */
			if (i + 1 < count)
				return set_fault(fault, list[i].at, "nothing between two commas");
			break;
		}
		if (!value && i == 0 && head) {
			value = key;
			key = head;
		} else if (!value && strncmp(key, "no", 2) == 0 && key[2]) {
			value = "off";
			key += 2;
		} else if (!value) {
			value = "on";
		}
		if (add_at(arena, tree, &list[i], key, value, fault) < 0)
			return -1;
	}
	for (struct node *item = tree->child; item; item = item->next) {
		if (item->kind == NODE_OBJECT)
			make_arrays(item);
	}
	return 0;
}

/* ---- JSON ---------------------------------------------------------------------------------------- */

static const char *decode(struct arena *arena, const struct json_token *token)
{
	char *text = arena_alloc(arena, token->len + 1);

	return json_decode(token, text, token->len + 1) == 0 ? text : NULL;
}

static int add_scalar(struct arena *arena, struct node *parent, const char *key,
		      const struct json_token *token)
{
	const char *text;

	switch (token->event) {
	case JSON_STRING:
		text = decode(arena, token);
		if (!text)
			return -1;
		node_add_string(arena, parent, key, text);
		return 0;
	case JSON_NUMBER:
		node_add_number(arena, parent, key, arena_dup(arena, token->text, token->len));
		return 0;
	case JSON_TRUE:
	case JSON_FALSE:
		node_add_bool(arena, parent, key, token->event == JSON_TRUE);
		return 0;
	case JSON_NULL:
		/* As if the member were not there, says QEMU's input visitor. */
		node_add_string(arena, parent, key, NULL);
		return 0;
	case JSON_ERROR:
	case JSON_END:
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_CLOSE:
	case JSON_KEY:
	case JSON_EVENT_COUNT:
		break;
	}
	return -1;
}

static int read_json(struct arena *arena, const char *text, struct node *tree, struct fault *fault)
{
	struct node *open[JSON_DEPTH_MAX + 1] = {tree};
	struct json_reader reader;
	struct json_token token;
	const char *key = NULL;
	unsigned depth = 0;

	json_read(&reader, text, strlen(text));
	(void)json_next(&reader, &token);
	for (;;) {
		enum json_event event = json_next(&reader, &token);

		if (event == JSON_END)
			return 0;
		if (event == JSON_ERROR)
			return set_fault(fault, reader.at, "no JSON");
		if (event == JSON_CLOSE) {
			depth -= depth > 0;
			continue;
		}
		if (event == JSON_KEY) {
			key = decode(arena, &token);
			if (!key)
				return set_fault(fault, reader.at, "a key with a NUL in it");
			continue;
		}
		if (event == JSON_OBJECT || event == JSON_ARRAY) {
			struct node *next =
				node_add(arena, open[depth], key,
					 event == JSON_OBJECT ? NODE_OBJECT : NODE_ARRAY);

			open[++depth] = next;
		} else if (add_scalar(arena, open[depth], key, &token) < 0) {
			return set_fault(fault, reader.at, "a string with a NUL in it");
		}
		key = NULL;
	}
}

int argument_read(struct arena *arena, const char *text, const char *head, struct node **ret,
		  struct fault *fault)
{
	*ret = node_new(arena, NODE_OBJECT);
	if (*text == '{')
		return read_json(arena, text, *ret, fault);
	return read_keywords(arena, text, head, *ret, fault);
}

const char *argument_text(struct arena *arena, const struct node *node)
{
	if (!node)
		return NULL;
	switch (node->kind) {
	case NODE_STRING:
	case NODE_NUMBER:
	case NODE_SET:
		return node->string;
	case NODE_UINT:
		return arena_fmt(arena, "%" PRIu64, node->number);
	case NODE_BOOL:
		return node->yes ? "on" : "off";
	case NODE_OBJECT:
	case NODE_ARRAY:
	case NODE_KIND_COUNT:
		break;
	}
	return NULL;
}
