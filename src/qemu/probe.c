/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe.c - QMP sessions without a machine; their answers as sorted lines.
 */
#include "qemu/probe.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/needs.h"
#include "qemu/capability.h"
#include "qemu/probe_session.h"
#include "qemu/schema.h"

#define PROBE_TIMEOUT_S 60
#define LINES_MAX       65536

/* ---- sessions ------------------------------------------------------------------------------- */

int probe_begin(struct probe *probe, const char *machine)
{
	const char *const args[] = {
		probe->qemu,
		"-machine",
		arena_fmt(probe->arena, "%s,accel=tcg", machine),
		"-nodefaults",
		"-no-user-config",
		"-display",
		"none",
		"-S",
		NULL,
	};

	probe->sessions++;
	return qmp_start(&probe->qmp, probe->arena, args, PROBE_TIMEOUT_S, probe->err);
}

json_t *probe_ask(struct probe *probe, const char *command, json_t *args)
{
	return qmp_command(&probe->qmp, command, args, probe->err);
}

int probe_add(struct probe *probe, const char *kind, const char *name)
{
	if (!name || !name[0] || probe->count == LINES_MAX) {
		(void)err_set(probe->err, ERR_HOST, "QEMU's list of %s is not as expected", kind);
		err_why(probe->err, "An entry has no name, or there are over %d of them.",
			LINES_MAX);
		err_fix(probe->err, "Probe a released QEMU of version 7.0 or newer.");
		return -1;
	}
	probe->lines[probe->count++] = arena_fmt(probe->arena, "%s %s", kind, name);
	return 0;
}

int probe_add_of(struct probe *probe, const char *kind, const char *owner, const char *name)
{
	return probe_add(probe, kind, name ? arena_fmt(probe->arena, "%s %s", owner, name) : NULL);
}

const char *probe_member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

bool probe_name_ends(const char *name, const char *end)
{
	size_t name_len = strlen(name), end_len = strlen(end);

	return name_len >= end_len && strcmp(name + name_len - end_len, end) == 0;
}

json_t *probe_list_types(struct probe *probe, const char *implements)
{
	return probe_ask(probe, "qom-list-types",
			 json_pack("{s:s, s:b}", "implements", implements, "abstract", 0));
}

static int ask_version(struct probe *probe)
{
	json_t *reply = probe_ask(probe, "query-version", NULL);
	const json_t *qemu = json_object_get(reply, "qemu");
	int result = -1;

	if (!reply)
		return -1;
	probe->major = (unsigned)json_number_value(json_object_get(qemu, "major"));
	probe->minor = (unsigned)json_number_value(json_object_get(qemu, "minor"));
	result = probe_add(probe, "version",
			   arena_fmt(probe->arena, "%u.%u.%d", probe->major, probe->minor,
				     (int)json_number_value(json_object_get(qemu, "micro"))));
	const char *package = probe_member(reply, "package");

	/* A build without a distribution's string has no such line. */
	if (result == 0 && package && package[0])
		result = probe_add(probe, "build", package);
	json_decref(reply);
	if (result < 0)
		return -1;
	reply = probe_ask(probe, "query-target", NULL);
	if (!reply)
		return -1;
	result = probe_add(probe, "arch", probe_member(reply, "arch"));
	json_decref(reply);
	return result;
}

static int ask_accels(struct probe *probe)
{
	json_t *reply = probe_list_types(probe, "accel"), *item;
	int result = reply ? 0 : -1;
	size_t i;

	json_array_foreach(reply, i, item)
	{
		const char *name = probe_member(item, "name");

		if (result == 0 && name && probe_name_ends(name, "-accel"))
			result = probe_add(probe, "accel",
					   arena_dup(probe->arena, name,
						     strlen(name) - strlen("-accel")));
	}
	json_decref(reply);
	return result;
}

static int ask_options(struct probe *probe)
{
	json_t *reply = probe_ask(probe, "query-command-line-options", NULL), *item, *parameter;
	int result = reply ? 0 : -1;
	size_t i, k;

	json_array_foreach(reply, i, item)
	{
		const char *name = probe_member(item, "option");

		/*
		 * Groups of -drive and others that were never an option have no name. QEMU has -sandbox where
		 * its kernel can filter for all threads at once: a fact of the host.
		 */
		if (!name || !name[0] || strcmp(name, "sandbox") == 0)
			continue;
		if (result == 0)
			result = probe_add(probe, "option", name);
		json_array_foreach(json_object_get(item, "parameters"), k, parameter)
		{
			if (result == 0)
				result = probe_add_of(probe, "option-parameter", name,
						      probe_member(parameter, "name"));
		}
	}
	json_decref(reply);
	return result;
}

/* ---- the schema ----------------------------------------------------------------------------- */

static int add_values(struct probe *probe, const json_t *schema, const char *kind, const char *path)
{
	json_t *item;
	int result = 0;
	size_t i;

	json_array_foreach(json_object_get(schema_find(schema, path), "values"), i, item)
	{
		if (result == 0)
			result = probe_add(probe, kind, json_string_value(item));
	}
	return result;
}

static int add_kinds(struct probe *probe, const json_t *schema)
{
#define KIND_ROW(kind, path) {kind, path},
	static const struct {
		const char *kind, *path;
	} kinds[] = {NEEDS_SCHEMA_KINDS(KIND_ROW)};
#undef KIND_ROW

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (add_values(probe, schema, kinds[i].kind, kinds[i].path) < 0)
			return -1;
	}
	return 0;
}

static int add_commands(struct probe *probe, const json_t *schema)
{
	const char *name;
	json_t *item;

	json_object_foreach((json_t *)(uintptr_t)schema, name, item)
	{
		const char *what = probe_member(item, "meta-type");

		if (what && strcmp(what, "command") == 0 && probe_add(probe, what, name) < 0)
			return -1;
		if (what && strcmp(what, "event") == 0 && probe_add(probe, what, name) < 0)
			return -1;
	}
	return 0;
}

static int compare_line(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts the lines; a type that stands in two categories of -device help is there twice. */
static void sort_lines(struct probe *probe)
{
	size_t kept = 0;

	qsort(probe->lines, probe->count, sizeof(*probe->lines), compare_line);
	for (size_t i = 0; i < probe->count; i++) {
		if (!kept || strcmp(probe->lines[i], probe->lines[kept - 1]) != 0)
			probe->lines[kept++] = probe->lines[i];
	}
	probe->count = kept;
}

/* @caps: what was found so far. */
static bool is_proven(const struct caps *caps, const json_t *schema, const struct capability *row)
{
	switch (row->proof) {
	case PROOF_SCHEMA:
		return schema_find(schema, row->what);
	case PROOF_LINE:
		return bsearch(&row->what, caps->lines, caps->count, sizeof(*caps->lines),
			       compare_line);
	case PROOF_SINCE:
		return capability_reached(caps, row->what);
	case PROOF_BEFORE:
		return !capability_reached(caps, row->what);
	}
	return false;
}

/* Last, because a row may be proven by any other line. */
static int add_features(struct probe *probe, const json_t *schema)
{
	struct caps caps = {
		.lines = probe->lines,
		.major = probe->major,
		.minor = probe->minor,
	};

	sort_lines(probe);
	caps.count = probe->count;
	for (const struct capability *row = capabilities; row->name; row++) {
		/* Added behind the sorted ones, so that the search goes on to work. */
		if (is_proven(&caps, schema, row) && probe_add(probe, "feature", row->name) < 0)
			return -1;
	}
	sort_lines(probe);
	return 0;
}

static int ask_schema(struct probe *probe, json_t **ret_schema)
{
	json_t *reply = probe_ask(probe, "query-qmp-schema", NULL);

	*ret_schema = schema_index(reply);
	if (!reply)
		return -1;
	json_decref(reply);
	if (add_kinds(probe, *ret_schema) < 0)
		return -1;
	return add_commands(probe, *ret_schema);
}

/* ---- the text --------------------------------------------------------------------------------- */

static void write_lines(const struct probe *probe, struct text *out)
{
	text_add(out, "# SPDX-License-Identifier: GPL-2.0-or-later\n"
		      "# What the QEMU of this board can do, as kiln probe asked it. Not edited by "
		      "hand.\n");
	for (size_t i = 0; i < probe->count; i++) {
		text_add(out, probe->lines[i]);
		text_add(out, "\n");
	}
}

static int ask_all(struct probe *probe)
{
	json_t *machines = NULL, *schema = NULL;
	int result = probe_begin(probe, "none");

	if (result == 0)
		result = ask_version(probe);
	if (result == 0)
		result = probe_machines(probe, &machines);
	if (result == 0)
		result = ask_schema(probe, &schema);
	if (result == 0)
		result = ask_accels(probe);
	if (result == 0)
		result = ask_options(probe);
	if (result == 0)
		result = probe_types(probe);
	qmp_stop(&probe->qmp);
	if (result == 0)
		result = probe_machine_properties(probe, machines);
	if (result == 0)
		result = add_features(probe, schema);
	qmp_stop(&probe->qmp);
	json_decref(machines);
	json_decref(schema);
	json_decref(probe->values);
	return result;
}

int probe_run(const char *qemu, struct text *ret_caps, struct err *err)
{
	struct probe probe = {.qemu = qemu, .arena = ret_caps->arena, .err = err};

	probe.qmp.fd = probe.qmp.log = -1;
	probe.lines = arena_alloc(probe.arena, LINES_MAX * sizeof(*probe.lines));
	if (ask_all(&probe) < 0) {
		err_ctx(err, "probing QEMU");
		return -1;
	}
	write_lines(&probe, ret_caps);
	return 0;
}

static bool left_out(const char *line)
{
	return strncmp(line, "build ", 6) == 0 || strncmp(line, "version ", 8) == 0;
}

size_t probe_compare(const struct caps *was, const struct caps *is, struct text *ret_diff)
{
	size_t a = 0, b = 0, differ = 0;

	while (a < was->count || b < is->count) {
		int order = 0;

		if (a == was->count)
			order = 1;
		else if (b == is->count)
			order = -1;
		else
			order = strcmp(was->lines[a], is->lines[b]);
		const char *line = order > 0 ? is->lines[b] : was->lines[a];

		if (order <= 0)
			a++;
		if (order >= 0)
			b++;
		if (order == 0 || left_out(line))
			continue;
		text_fmt(ret_diff, "%c %s\n", order < 0 ? '-' : '+', line);
		differ++;
	}
	return differ;
}
