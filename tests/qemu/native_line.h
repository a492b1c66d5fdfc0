/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native_line.h - a command line of QEMU as the things that it makes, each with its properties.
 */
#ifndef KILN_TESTS_NATIVE_LINE_H
#define KILN_TESTS_NATIVE_LINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIE(...)                                               \
	do {                                                   \
		(void)fprintf(stderr, "native: " __VA_ARGS__); \
		exit(2);                                       \
	} while (0)

/*
 * What is compared; the name of the first word, as it is written without "key=". A setting is there once,
 * and has no other name than its option.
 */
static const struct kind {
	const char *option, *first;
	bool setting;
} kinds[] = {
	{.option = "-device", .first = "driver"},
	{.option = "-object", .first = "qom-type"},
	{.option = "-netdev", .first = "type"},
	{.option = "-blockdev", .first = "driver"},
	{.option = "-chardev", .first = "backend"},
	{.option = "-fsdev", .first = "fsdriver"},
	{.option = "-audiodev", .first = "driver"},
	{.option = "-tpmdev", .first = "type"},
	{.option = "-vnc", .first = "vnc"},
	{.option = "-spice", .first = "display"},
	{.option = "-global", .first = "driver"},
	{.option = "-machine", .first = "type", .setting = true},
	{.option = "-accel", .first = "accel", .setting = true},
	{.option = "-cpu", .first = "model", .setting = true},
	{.option = "-m", .first = "size", .setting = true},
	{.option = "-smp", .first = "cpus", .setting = true},
	{.option = "-boot", .first = "order", .setting = true},
	{.option = "-rtc", .first = "base", .setting = true},
	{.option = "-overcommit", .first = "mem-lock", .setting = true},
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

struct pair {
	char *key, *value;
};

/**
 * struct thing - what an argument makes.
 * @name: its id, or its driver and its number among those.
 * @other: the same thing of the other line.
 */
struct thing {
	const struct kind *kind;
	char *name;
	struct pair *pairs;
	size_t count;
	struct thing *other;
};

struct line {
	struct thing *things;
	size_t count;
};

static void *more(void *list, size_t count, size_t size)
{
	void *grown = realloc(list, (count + 1) * size);

	if (!grown)
		DIE("out of memory\n");
	return grown;
}

static char *copy(const char *text, size_t len)
{
	char *result = strndup(text, len);

	if (!result)
		DIE("out of memory\n");
	return result;
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	if (!file || getdelim(&text, &room, '\0', file) < 0)
		DIE("%s cannot be read or is empty\n", path);
	(void)fclose(file);
	return text;
}

/* ---- properties ---------------------------------------------------------------------------------- */

static void add_pair(struct thing *thing, const char *key, const char *value)
{
	/* One word for each truth. */
	if (strcmp(value, "yes") == 0 || strcmp(value, "true") == 0)
		value = "on";
	else if (strcmp(value, "no") == 0 || strcmp(value, "false") == 0)
		value = "off";
	thing->pairs = more(thing->pairs, thing->count, sizeof(struct pair));
	thing->pairs[thing->count++] =
		(struct pair){copy(key, strlen(key)), copy(value, strlen(value))};
}

static const char *value_of(const struct thing *thing, const char *key)
{
	for (size_t i = 0; i < thing->count; i++) {
		if (strcmp(thing->pairs[i].key, key) == 0)
			return thing->pairs[i].value;
	}
	return NULL;
}

static void add_json(struct thing *thing, const char *prefix, json_t *value)
{
	const char *key;
	char name[256], text[32];
	json_t *inner;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		json_object_foreach(value, key, inner)
		{
			(void)snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix ? "." : "",
				       key);
			add_json(thing, name, inner);
		}
		break;
	case JSON_ARRAY:
		json_array_foreach(value, i, inner)
		{
			(void)snprintf(name, sizeof(name), "%s.%zu", prefix, i);
			add_json(thing, name, inner);
		}
		break;
	case JSON_STRING:
		add_pair(thing, prefix, json_string_value(value));
		break;
	case JSON_INTEGER:
		(void)snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT,
			       json_integer_value(value));
		add_pair(thing, prefix, text);
		break;
	case JSON_TRUE:
		add_pair(thing, prefix, "on");
		break;
	case JSON_FALSE:
		add_pair(thing, prefix, "off");
		break;
	case JSON_REAL:
	case JSON_NULL:
		DIE("unexpected JSON at %s\n", prefix);
	}
}

/* Marks in place of members, {tap:4} and {vhost:5}, are the descriptors that the loader puts there. */
static char *without_marks(const char *text)
{
	static const char tap[] = ",\"fd\":\"{fd}\"", vhost[] = ",\"vhost\":\"{vhost}\"";
	char *result = copy("", 0), *at;
	size_t len = 0;

	result = more(result, strlen(text) * 2 + 128, 1);
	for (at = result; *text; len++) {
		const char *members = strncmp(text, ",{tap:", 6) == 0     ? tap
				      : strncmp(text, ",{vhost:", 8) == 0 ? vhost
									  : NULL;

		if (!members) {
			*at++ = *text++;
			continue;
		}
		at = stpcpy(at, members);
		text = strchr(text, '}') + 1;
	}
	*at = '\0';
	return result;
}

static void parse_json(struct thing *thing, const char *text)
{
	char *clean = without_marks(text);
	json_error_t error;
	json_t *root = json_loads(clean, 0, &error);

	if (!root)
		DIE("%s: %s\n", error.text, clean);
	add_json(thing, "", root);
	json_decref(root);
	free(clean);
}

/* key=value,key=value; a comma in a value stands twice, and a word alone is the first or a truth. */
static void parse_words(struct thing *thing, const char *text)
{
	for (bool first = true; *text; first = false) {
		char *word = copy(text, strlen(text)), *to = word, *equals;

		for (; *text && (*text != ',' || text[1] == ','); text++) {
			text += *text == ',';
			*to++ = *text;
		}
		*to = '\0';
		text += *text == ',';
		equals = strchr(word, '=');
		if (equals)
			*equals = '\0';
		if (equals)
			add_pair(thing, word, equals + 1);
		else if (first)
			add_pair(thing, thing->kind->first, word);
		else
			add_pair(thing, word, "on");
		free(word);
	}
}

static const char *driver_of(const struct thing *thing)
{
	const char *driver = value_of(thing, thing->kind->first);

	return driver ? driver : "";
}

/* By id; without one by driver and what tells those apart: place, property, number. */
static void name_thing(struct line *line, struct thing *thing)
{
	const char *id = value_of(thing, "id"), *addr = value_of(thing, "addr");
	const char *bus = value_of(thing, "bus"), *property = value_of(thing, "property");
	unsigned number = 0;
	char name[512];

	if (!id)
		id = value_of(thing, "node-name");
	if (thing->kind->setting)
		id = thing->kind->option;
	for (size_t i = 0; i < line->count; i++)
		number += line->things[i].kind == thing->kind &&
			  strcmp(driver_of(&line->things[i]), driver_of(thing)) == 0;
	if (id)
		(void)snprintf(name, sizeof(name), "%s", id);
	else if (addr)
		(void)snprintf(name, sizeof(name), "%s at %s:%s", driver_of(thing), bus ? bus : "",
			       addr);
	else if (property)
		(void)snprintf(name, sizeof(name), "%s.%s", driver_of(thing), property);
	else
		(void)snprintf(name, sizeof(name), "%s %u", driver_of(thing), number);
	thing->name = copy(name, strlen(name));
}

static void add_argument(struct line *line, const char *option, const char *value)
{
	struct thing thing = {0};

	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (strcmp(option, kinds[i].option) == 0)
			thing.kind = &kinds[i];
	}
	if (!thing.kind)
		return;
	if (strncmp(value, "{\"", 2) == 0)
		parse_json(&thing, value);
	else
		parse_words(&thing, value);
	name_thing(line, &thing);
	line->things = more(line->things, line->count, sizeof(thing));
	line->things[line->count++] = thing;
}

/* ---- command lines -------------------------------------------------------------------------------- */

static void parse_ours(struct line *line, char *text)
{
	const char *option = "";

	for (char *at = strtok(text, "\n"); at; at = strtok(NULL, "\n")) {
		if (*at != '-')
			add_argument(line, option, at);
		option = *at == '-' ? at : "";
	}
}

/* The next word of a shell's command line, unquoted in its place; NULL at the end. */
static char *next_word(char **text)
{
	char *at = *text + strspn(*text, " \n\t"), *word = at, *to = at, quote = '\0';

	if (!*at)
		return NULL;
	for (; *at && (quote || !strchr(" \n\t", *at)); at++) {
		if (*at == '\\' && quote != '\'' && at[1])
			*to++ = *++at;
		else if (quote ? *at == quote : *at == '\'' || *at == '"')
			quote = (char)(quote ? '\0' : *at);
		else
			*to++ = *at;
	}
	*text = *at ? at + 1 : at;
	*to = '\0';
	return word;
}

static void parse_theirs(struct line *line, char *text)
{
	const char *option = "";

	for (char *word = next_word(&text); word; word = next_word(&text)) {
		if (*word != '-')
			add_argument(line, option, word);
		option = *word == '-' ? word : "";
	}
}

#endif
