/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argcheck.c - which option is held against what: a command of the QMP schema, the parameters of the
 * option, or the properties of a device.
 *
 * In the schema stands what a QMP command takes. Options whose key=value came before QMP have other words
 * than their command; those are held against what query-command-line-options lists of them.
 */
#include "kiln/argcheck.h"

#include <ctype.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "kiln/standin.h"
#include "qemu/schema.h"
#include "qemu/schema_check.h"

/*
 * @command: path to the type of its value; an older QEMU may lack it, and then nothing can be asked.
 * @head: key of the first word. @is_legacy: key=value has words of its own; @kinds: path to its first word.
 *
 * Not here: -fsdev, -tpmdev, -vnc and -spice, of which QEMU has no command that adds one; of -tpmdev the
 * kind is a word of query-tpm-types alone.
 */
static const struct option {
	const char *name, *command, *head;
	bool is_legacy;
	const char *kinds;
} options[] = {
	{"-blockdev", "blockdev-add/arg-type", "driver", false, NULL},
	{"-object", "object-add/arg-type", "qom-type", false, NULL},
	{"-netdev", "netdev_add/arg-type", "type", false, NULL},
	{"-audiodev", "query-audiodevs/ret-type", "driver", false, NULL},
	{"-chardev", NULL, "backend", true, "chardev-add/arg-type/backend/type"},
	{"-tpmdev", NULL, "type", true, "query-tpm-types/ret-type"},
};

/* What a character device of a kind must have; QEMU finds it missing only when it opens one. */
static const struct {
	const char *kind, *key;
} wanted[] = {
	{"file", "path"}, {"parallel", "path"}, {"pipe", "path"},      {"serial", "path"},
	{"udp", "port"},  {"spicevmc", "name"}, {"spiceport", "name"},
};

struct checked {
	struct qmp *qmp;
	struct arena *arena;
	json_t *schema, *groups;
	struct err *err;
};

static const char *member(const json_t *object, const char *key)
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
		if (strcmp(member(item, key), value) == 0)
			return item;
	}
	return NULL;
}

static bool is_word(const json_t *values, const char *word)
{
	json_t *item;
	size_t i;

	json_array_foreach(values, i, item)
	{
		if (strcmp(json_string_value(item), word) == 0)
			return true;
	}
	return false;
}

/* ---- key=value with words of its own --------------------------------------------------------- */

/* What QEMU's own reader of options would not take for that kind. */
static bool is_of_kind(const char *kind, const char *text)
{
	if (strcmp(kind, "boolean") == 0)
		return strcmp(text, "on") == 0 || strcmp(text, "off") == 0 ||
		       strcmp(text, "yes") == 0 || strcmp(text, "no") == 0;
	if (strcmp(kind, "number") == 0 || strcmp(kind, "size") == 0)
		return isdigit((unsigned char)*text);
	return true;
}

static const char *check_parameters(const struct checked *with, const struct option *option,
				    const json_t *value)
{
	const json_t *group = pick(with->groups, "option", option->name + 1);
	const json_t *parameters = json_object_get(group, "parameters");
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		const json_t *known = pick(parameters, "name", key);

		if (strcmp(key, "id") == 0 || strcmp(key, option->head) == 0)
			continue;
		/* One of -tpmdev has parameters that no list has. */
		if (json_array_size(parameters) == 0)
			return NULL;
		if (!known)
			return arena_fmt(with->arena, "%s: there is no such parameter", key);
		if (json_is_string(item) &&
		    !is_of_kind(member(known, "type"), json_string_value(item)))
			return arena_fmt(with->arena, "%s: \"%s\" is no %s", key,
					 json_string_value(item), member(known, "type"));
	}
	return NULL;
}

static const char *check_legacy(const struct checked *with, const struct option *option,
				const json_t *value)
{
	const char *kind = member(value, option->head);
	const json_t *kinds = json_object_get(schema_find(with->schema, option->kinds), "values");

	if (!is_word(kinds, kind))
		return arena_fmt(with->arena, "%s: \"%s\" is no word for it", option->head, kind);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		if (strcmp(option->name, "-chardev") == 0 && strcmp(wanted[i].kind, kind) == 0 &&
		    !json_object_get(value, wanted[i].key))
			return arena_fmt(with->arena, "%s: it is missing", wanted[i].key);
	}
	return check_parameters(with, option, value);
}

/* ---- devices that something stands in for ----------------------------------------------------- */

static const char *check_property(const struct checked *with, const json_t *properties,
				  const char *key, const json_t *value)
{
	const json_t *property = pick(properties, "name", key);
	const char *type = member(property, "type");

	if (strcmp(key, "driver") == 0 || strcmp(key, "id") == 0 || strcmp(key, "bus") == 0)
		return NULL;
	if (!property)
		return arena_fmt(with->arena, "%s: there is no such property", key);
	if (strcmp(type, "bool") == 0 && !json_is_boolean(value))
		return arena_fmt(with->arena, "%s: true or false is wanted", key);
	/* A place on a PCI bus is a text as well. */
	bool is_number = strncmp(type, "uint", 4) == 0 || strcmp(type, "size") == 0 ||
			 (strncmp(type, "int", 3) == 0 && strcmp(key, "addr") != 0);

	if (is_number && !json_is_integer(value))
		return arena_fmt(with->arena, "%s: a number is wanted", key);
	return NULL;
}

/* Return: 0, or -1 with the error set. */
static int check_device(const struct checked *with, const json_t *value, const char **ret_fault)
{
	const char *driver = member(value, "driver"), *key;
	json_t *properties, *item;

	/* What nothing stands in for QEMU has read itself. */
	if (!standin_driver(driver) && !json_object_get(value, "tpmdev"))
		return 0;
	properties = qmp_command(with->qmp, "device-list-properties",
				 json_pack("{s:s}", "typename", driver), with->err);
	if (!properties)
		return -1;
	json_object_foreach((json_t *)(uintptr_t)value, key, item)
	{
		if (!*ret_fault)
			*ret_fault = check_property(with, properties, key, item);
	}
	json_decref(properties);
	return 0;
}

/* ---- all -------------------------------------------------------------------------------------- */

static const char *check_command(const struct checked *with, const struct option *option,
				 enum schema_form form, const json_t *value)
{
	const json_t *type = schema_find(with->schema, option->command);

	return type ? schema_check(with->arena, with->schema, member(type, "name"), form, value)
		    : NULL;
}

/* Return: 0, or -1 with the error set; @ret_fault says what is wrong, if anything is. */
static int check_value(const struct checked *with, const char *name, const char *text,
		       const char **ret_fault)
{
	enum schema_form form = text[0] == '{' ? SCHEMA_JSON : SCHEMA_TEXT;
	const struct option *option = options;
	json_t *value;
	int ret = 0;

	while (option < options + ARRAY_SIZE(options) && strcmp(option->name, name) != 0)
		option++;
	bool is_known = option < options + ARRAY_SIZE(options);

	if (!is_known && (strcmp(name, "-device") != 0 || form != SCHEMA_JSON))
		return 0;
	value = form == SCHEMA_JSON ? json_loads(text, 0, NULL)
				    : schema_from_text(with->arena, text, option->head);
	if (!value)
		*ret_fault = "it is not JSON";
	else if (!is_known)
		ret = check_device(with, value, ret_fault);
	else if (option->is_legacy)
		*ret_fault = check_legacy(with, option, value);
	else
		*ret_fault = check_command(with, option, form, value);
	json_decref(value);
	return ret;
}

static int check_all(const struct checked *with, char *const *argv, struct text *lines,
		     size_t *count)
{
	for (size_t i = 1; argv[i]; i++) {
		const char *fault = NULL;

		if (check_value(with, argv[i - 1], argv[i], &fault) < 0)
			return -1;
		if (!fault)
			continue;
		text_fmt(lines, "%s %s: %s\n", argv[i - 1], argv[i], fault);
		++*count;
	}
	return 0;
}

int argcheck(struct qmp *qmp, char *const *argv, struct text *ret_lines, size_t *ret_count,
	     struct err *err)
{
	struct checked with = {.qmp = qmp, .arena = ret_lines->arena, .err = err};
	json_t *reply = qmp_command(qmp, "query-qmp-schema", NULL, err);
	int ret = -1;

	if (!reply)
		return -1;
	with.schema = schema_index(reply);
	json_decref(reply);
	with.groups = qmp_command(qmp, "query-command-line-options", NULL, err);
	if (with.groups)
		ret = check_all(&with, argv, ret_lines, ret_count);
	json_decref(with.groups);
	json_decref(with.schema);
	return ret;
}
