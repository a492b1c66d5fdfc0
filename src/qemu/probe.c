/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe.c - one QMP session without a machine; its answers as sorted lines.
 */
#include "qemu/probe.h"

#include <stdlib.h>
#include <string.h>

#include "qemu/qmp.h"

#define PROBE_TIMEOUT_S 60
#define LINES_MAX       8192

/*
 * Features: what a QEMU understands rather than contains. Proven by its QMP schema, as libvirt
 * does, never by its version: distributions carry patches back.
 */
enum proof {
	PROOF_COMMAND, /* the command @command is there */
	PROOF_FEATURE, /* ... and has the feature flag @detail */
	PROOF_VARIANTS, /* ... and its arguments differ by the member @detail: they are typed */
	PROOF_VALUE, /* ... and the member "type" of its arguments knows the value @detail */
};

static const struct feature {
	const char *name;
	enum proof proof;
	const char *command, *detail;
} features[] = {
	/* JSON for -device came in 6.2 and lost DEVICE_DELETED until 7.0 flagged the cure. */
	{"device-json", PROOF_FEATURE, "device_add", "json-cli-hotplug"},
	{"netdev-json", PROOF_VALUE, "netdev_add", "dgram"},
	{"object-json", PROOF_VARIANTS, "object-add", "qom-type"},
	{"set-action", PROOF_COMMAND, "set-action", NULL},
};

struct probe {
	struct qmp qmp;
	struct arena *arena;
	json_t *schema; /* name -> entity */
	const char **lines;
	size_t count;
	struct err *err;
};

static int line_add(struct probe *probe, const char *kind, const char *name)
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

static json_t *ask(struct probe *probe, const char *command, json_t *args)
{
	return qmp_command(&probe->qmp, command, args, probe->err);
}

static const char *member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int ask_version(struct probe *probe)
{
	json_t *reply = ask(probe, "query-version", NULL);
	const json_t *qemu = json_object_get(reply, "qemu");
	int result = -1;

	if (!reply)
		return -1;
	result = line_add(probe, "version",
			  arena_fmt(probe->arena, "%d.%d.%d",
				    (int)json_integer_value(json_object_get(qemu, "major")),
				    (int)json_integer_value(json_object_get(qemu, "minor")),
				    (int)json_integer_value(json_object_get(qemu, "micro"))));
	const char *package = member(reply, "package");

	/* A build without a distribution's string has no such line. */
	if (result == 0 && package && package[0])
		result = line_add(probe, "build", package);
	json_decref(reply);
	if (result < 0)
		return -1;
	reply = ask(probe, "query-target", NULL);
	if (!reply)
		return -1;
	result = line_add(probe, "arch", member(reply, "arch"));
	json_decref(reply);
	return result;
}

static int ask_machines(struct probe *probe)
{
	json_t *reply = ask(probe, "query-machines", NULL), *item;
	int result = reply ? 0 : -1;
	size_t i;

	json_array_foreach(reply, i, item)
	{
		const char *name = member(item, "name");

		if (result == 0)
			result = line_add(probe, "machine", name);
		if (result == 0 && json_is_true(json_object_get(item, "deprecated")))
			result = line_add(probe, "machine-deprecated", name);
	}
	json_decref(reply);
	return result;
}

/* Types of the object model below @implements; only those of which there can be one. */
static int ask_types(struct probe *probe, const char *kind, const char *implements)
{
	json_t *reply = ask(probe, "qom-list-types",
			    json_pack("{s:s, s:b}", "implements", implements, "abstract", 0));
	json_t *item;
	int result = reply ? 0 : -1;
	size_t i;

	json_array_foreach(reply, i, item)
	{
		if (result == 0)
			result = line_add(probe, kind, member(item, "name"));
	}
	json_decref(reply);
	return result;
}

static int ask_cpus(struct probe *probe)
{
	json_t *reply = ask(probe, "query-cpu-definitions", NULL), *item;
	int result = reply ? 0 : -1;
	size_t i;

	json_array_foreach(reply, i, item)
	{
		if (result == 0)
			result = line_add(probe, "cpu", member(item, "name"));
	}
	json_decref(reply);
	return result;
}

/* ---- the schema ------------------------------------------------------------------------------- */

static const json_t *entity(const struct probe *probe, const char *name)
{
	return name ? json_object_get(probe->schema, name) : NULL;
}

static bool array_has(const json_t *array, const char *value)
{
	json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		if (json_is_string(item) && strcmp(json_string_value(item), value) == 0)
			return true;
	}
	return false;
}

/* The type of a member of an object type. */
static const json_t *member_type(const struct probe *probe, const json_t *object, const char *name)
{
	const json_t *members = json_object_get(object, "members");
	json_t *item;
	size_t i;

	json_array_foreach(members, i, item)
	{
		const char *key = member(item, "name");

		if (key && strcmp(key, name) == 0)
			return entity(probe, member(item, "type"));
	}
	return NULL;
}

static bool proven(const struct probe *probe, const struct feature *feature)
{
	const json_t *command = entity(probe, feature->command);
	const json_t *args = entity(probe, member(command, "arg-type"));
	const char *tag = member(args, "tag");

	switch (feature->proof) {
	case PROOF_COMMAND:
		return command;
	case PROOF_FEATURE:
		return array_has(json_object_get(command, "features"), feature->detail);
	case PROOF_VARIANTS:
		return tag && strcmp(tag, feature->detail) == 0;
	case PROOF_VALUE:
		return array_has(json_object_get(member_type(probe, args, "type"), "values"),
				 feature->detail);
	}
	return false;
}

static int ask_schema(struct probe *probe)
{
	json_t *reply = ask(probe, "query-qmp-schema", NULL), *item;
	int result = reply ? 0 : -1;
	size_t i;

	probe->schema = json_object();
	json_array_foreach(reply, i, item)
	{
		const char *name = member(item, "name");

		if (name)
			(void)json_object_set(probe->schema, name, item);
	}
	json_decref(reply);
	for (i = 0; result == 0 && i < ARRAY_SIZE(features); i++) {
		if (proven(probe, &features[i]))
			result = line_add(probe, "feature", features[i].name);
	}
	/* Which network back ends there are depends on how QEMU was built. */
	const json_t *netdev = entity(probe, member(entity(probe, "netdev_add"), "arg-type"));
	const json_t *kinds = json_object_get(member_type(probe, netdev, "type"), "values");

	json_array_foreach(kinds, i, item)
	{
		if (result == 0)
			result = line_add(probe, "netdev", json_string_value(item));
	}
	return result;
}

/* ---- the text --------------------------------------------------------------------------------- */

static int compare_line(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_lines(struct probe *probe, struct text *out)
{
	text_add(out, "# SPDX-License-Identifier: GPL-2.0-or-later\n"
		      "# What the QEMU of this board can do, as kiln probe asked it. Not edited by "
		      "hand.\n");
	qsort(probe->lines, probe->count, sizeof(*probe->lines), compare_line);
	for (size_t i = 0; i < probe->count; i++) {
		if (i && strcmp(probe->lines[i], probe->lines[i - 1]) == 0)
			continue;
		text_add(out, probe->lines[i]);
		text_add(out, "\n");
	}
}

int probe_run(const char *qemu, struct text *ret_caps, struct err *err)
{
	const char *const args[] = {
		qemu,
		"-machine",
		"none,accel=tcg",
		"-nodefaults",
		"-no-user-config",
		"-display",
		"none",
		"-S",
		NULL,
	};
	struct probe probe = {.arena = ret_caps->arena, .err = err};
	int result;

	probe.lines = arena_alloc(probe.arena, LINES_MAX * sizeof(*probe.lines));
	result = qmp_start(&probe.qmp, probe.arena, args, PROBE_TIMEOUT_S, err);
	if (result == 0)
		result = ask_version(&probe);
	if (result == 0)
		result = ask_machines(&probe);
	if (result == 0)
		result = ask_types(&probe, "device", "device");
	if (result == 0)
		result = ask_types(&probe, "object", "user-creatable");
	if (result == 0)
		result = ask_cpus(&probe);
	if (result == 0)
		result = ask_schema(&probe);
	qmp_stop(&probe.qmp);
	json_decref(probe.schema);
	if (result < 0) {
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
