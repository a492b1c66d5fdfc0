/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reply.c - find things in QEMU's answers, which are read again for each question. No heap.
 */
#include <string.h>

#include "run/needs.h"

int reply_member(const struct reply_at *object, const char *key, struct reply_at *ret)
{
	struct reply_at at = *object;

	if (object->token.event != JSON_OBJECT)
		return 0;
	while (json_next(&at.reader, &at.token) == JSON_KEY) {
		bool found = json_equals(&at.token, key);

		(void)json_next(&at.reader, &at.token);
		if (found) {
			*ret = at;
			return 1;
		}
		if (json_skip(&at.reader, &at.token))
			return 0;
	}
	return 0;
}

int reply_return(const struct qmp_reply *reply, struct reply_at *ret)
{
	struct reply_at at;

	json_read(&at.reader, reply->text, reply->len);
	(void)json_next(&at.reader, &at.token);
	return reply_member(&at, "return", ret);
}

int reply_pick(const struct reply_at *list, const char *key, const char *value, const char *want,
	       struct reply_at *ret)
{
	struct reply_at at = *list;

	if (list->token.event != JSON_ARRAY)
		return 0;
	while (json_next(&at.reader, &at.token) == JSON_OBJECT) {
		bool found = false;

		ret->token = (struct json_token){.event = JSON_NULL};
		while (json_next(&at.reader, &at.token) == JSON_KEY) {
			bool is_key = json_equals(&at.token, key);
			bool is_wanted = want && json_equals(&at.token, want);

			(void)json_next(&at.reader, &at.token);
			if (is_wanted)
				*ret = at;
			if (is_key && at.token.event == JSON_STRING &&
			    json_equals(&at.token, value))
				found = true;
			if (json_skip(&at.reader, &at.token))
				return 0;
		}
		if (found)
			return 1;
	}
	return 0;
}

bool reply_lists(const struct reply_at *list, const char *word)
{
	struct reply_at at = *list;

	if (list->token.event != JSON_ARRAY)
		return false;
	while (json_next(&at.reader, &at.token) == JSON_STRING)
		if (json_equals(&at.token, word))
			return true;
	return false;
}

/* ---- the schema ------------------------------------------------------------------------------ */

#define TYPE_NAME_MAX  256
#define LIST_DEPTH_MAX 8 /* lists of lists */

/* A type or command by its name. Return: 1, or 0. */
static int named(const struct reply_at *schema, const char *name, struct reply_at *ret)
{
	struct reply_at type, at = *schema;

	while (json_next(&at.reader, &at.token) == JSON_OBJECT) {
		if (!reply_member(&at, "name", &type) || !json_equals(&type.token, name)) {
			if (json_skip(&at.reader, &at.token))
				return 0;
			continue;
		}
		*ret = at;
		return 1;
	}
	return 0;
}

/* The same; of a list its element. */
static int entity(const struct reply_at *schema, const char *name, struct reply_at *ret)
{
	char element[TYPE_NAME_MAX];
	struct reply_at type;
	int found = named(schema, name, ret);

	for (unsigned depth = 0; found && reply_member(ret, "element-type", &type); depth++) {
		if (depth == LIST_DEPTH_MAX || json_decode(&type.token, element, sizeof(element)))
			return 0;
		found = named(schema, element, ret);
	}
	return found;
}

static int entity_at(const struct reply_at *schema, const struct reply_at *name,
		     struct reply_at *ret)
{
	char text[TYPE_NAME_MAX];

	if (name->token.event != JSON_STRING || json_decode(&name->token, text, sizeof(text)))
		return 0;
	return entity(schema, text, ret);
}

static int step(const struct reply_at *schema, const char *word, struct reply_at *at)
{
	struct reply_at list, type;

	if (*word == '^')
		return reply_member(at, "values", &list) && reply_lists(&list, word + 1);
	if (*word == '$')
		return reply_member(at, "features", &list) && reply_lists(&list, word + 1);
	if (*word == '+')
		return reply_member(at, "variants", &list) &&
		       reply_pick(&list, "case", word + 1, "type", &type) &&
		       entity_at(schema, &type, at);
	if (!strcmp(word, "arg-type") || !strcmp(word, "ret-type"))
		return reply_member(at, word, &type) && entity_at(schema, &type, at);
	return reply_member(at, "members", &list) &&
	       reply_pick(&list, "name", word, "type", &type) && entity_at(schema, &type, at);
}

bool schema_has(const struct qmp_reply *reply, const char *path)
{
	char copy[NEED_NAME_MAX + 1], *rest = copy;
	struct reply_at schema, at;
	size_t len = strlen(path);

	if (len >= sizeof(copy) || !reply_return(reply, &schema) ||
	    schema.token.event != JSON_ARRAY)
		return false;
	memcpy(copy, path, len + 1);
	if (!entity(&schema, strsep(&rest, "/"), &at))
		return false;
	while (rest)
		if (!step(&schema, strsep(&rest, "/"), &at))
			return false;
	return true;
}
