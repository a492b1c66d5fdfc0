/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_types.c - devices, objects, CPU models and machines, and the properties of each.
 *
 * The properties of a type are those of a trial instance, and QEMU has types whose making or ending
 * kills it without a machine, or while a module is missing. Then a new session goes on behind that
 * type: a device without an instance is left out, because -device would end in the same way.
 */
#include <string.h>

#include "qemu/probe_session.h"

#define SESSIONS_MAX 32

/*
 * The properties of a type, or null where QEMU dies of the question or says that there is no such
 * class. NULL: another failure.
 */
static json_t *ask_type(struct probe *probe, const char *command, const char *type)
{
	json_t *reply = probe_ask(probe, command, json_pack("{s:s}", "typename", type));

	if (reply || probe->sessions > SESSIONS_MAX)
		return reply;
	if (probe->qmp.pid > 0)
		return probe->qmp.refused ? json_null() : NULL;
	qmp_stop(&probe->qmp);
	return probe_begin(probe, "none") < 0 ? NULL : json_null();
}

/* A part of QEMU's object tree is a property too, which nobody sets. */
static bool is_part(const json_t *property)
{
	const char *type = probe_member(property, "type");

	return type && strncmp(type, "child<", 6) == 0;
}

static int add_properties(struct probe *probe, const char *kind, const char *owner,
			  const json_t *list)
{
	json_t *item;
	int result = 0;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (result == 0 && !is_part(item) &&
		    strcmp(probe_member(item, "name"), "type") != 0)
			result =
				owner ? probe_add_of(probe, kind, owner, probe_member(item, "name"))
				      : probe_add(probe, kind, probe_member(item, "name"));
	}
	return result;
}

/*
 * A machine of which Kiln writes properties: the newest of each family, which has the alias, and
 * microvm. The older ones of a family differ in defaults.
 */
static bool is_described(const json_t *machine)
{
	static const char *const families[] = {"pc-i440fx-", "pc-q35-", "virt-"};
	const char *name = probe_member(machine, "name");

	if (name && strcmp(name, "microvm") == 0)
		return true;
	for (size_t i = 0; name && i < ARRAY_SIZE(families); i++) {
		if (strncmp(name, families[i], strlen(families[i])) == 0)
			return probe_member(machine, "alias");
	}
	return false;
}

static int ask_machine(struct probe *probe, const json_t *machine)
{
	const char *name = probe_member(machine, "name");
	int result = probe_add(probe, "machine", name);

	if (result == 0 && json_is_true(json_object_get(machine, "deprecated")))
		result = probe_add(probe, "machine-deprecated", name);
	return result;
}

/*
 * An instance of a machine wants to be the machine (microvm of QEMU 7.2 dies otherwise), so it is asked
 * in a session of its own.
 */
static int describe_machine(struct probe *probe, const char *name)
{
	int result = probe_begin(probe, name);
	json_t *list = NULL;

	if (result == 0) {
		list = probe_ask(probe, "qom-list", json_pack("{s:s}", "path", "/machine"));
		result = list ? add_properties(probe, "machine-property", name, list) : -1;
	}
	json_decref(list);
	qmp_stop(&probe->qmp);
	return result;
}

int probe_machines(struct probe *probe, json_t **ret_machines)
{
	json_t *reply = probe_ask(probe, "query-machines", NULL), *item;
	int result = reply ? 0 : -1;
	size_t i;

	json_array_foreach(reply, i, item)
	{
		if (result == 0)
			result = ask_machine(probe, item);
	}
	*ret_machines = reply;
	return result;
}

int probe_machine_properties(struct probe *probe, const json_t *machines)
{
	json_t *item;
	int result = 0;
	size_t i;

	json_array_foreach(machines, i, item)
	{
		if (result == 0 && is_described(item))
			result = describe_machine(probe, probe_member(item, "name"));
	}
	return result;
}

static int ask_device(struct probe *probe, const char *name)
{
	/* CPUs are ask_cpus()'s. */
	if (probe_name_ends(name, "-cpu"))
		return 0;
	json_t *list = ask_type(probe, "device-list-properties", name), *item;
	int result = list ? 0 : -1;
	size_t i;

	if (result == 0 && json_is_array(list))
		result = probe_add(probe, "device", name);
	if (result == 0)
		result = add_properties(probe, "property", name, list);
	json_array_foreach(list, i, item)
	{
		probe_note_value(probe, name, item);
	}
	json_decref(list);
	return result;
}

/* What -device can make is told in no other way: lines name "e1000", bus PCI, desc "...". */
static int ask_devices(struct probe *probe)
{
	static const char start[] = "name \"";
	json_t *reply = probe_ask(probe, "human-monitor-command",
				  json_pack("{s:s}", "command-line", "device_add help"));
	const char *line = json_string_value(reply);
	int result = reply ? 0 : -1;

	for (; result == 0 && line && *line; line += strcspn(line, "\n"), line += *line != '\0') {
		if (strncmp(line, start, sizeof(start) - 1) != 0)
			continue;
		const char *name = line + sizeof(start) - 1;

		result = ask_device(probe, arena_dup(probe->arena, name, strcspn(name, "\"\n")));
	}
	json_decref(reply);
	return result;
}

static int ask_objects(struct probe *probe)
{
	json_t *reply = probe_list_types(probe, "user-creatable"), *item;
	int result = reply ? 0 : -1;
	size_t i;

	json_array_foreach(reply, i, item)
	{
		const char *name = probe_member(item, "name");

		if (result == 0)
			result = probe_add(probe, "object", name);
		if (result < 0)
			break;
		json_t *list = ask_type(probe, "qom-list-properties", name);

		result = list ? add_properties(probe, "object-property", name, list) : -1;
		json_decref(list);
	}
	json_decref(reply);
	return result;
}

/* What -cpu NAME,FEATURE=... may name: the model max has everything. */
static int ask_cpu_properties(struct probe *probe, const char *type)
{
	json_t *list = type ? ask_type(probe, "device-list-properties", type) : json_null();
	int result = list ? add_properties(probe, "cpu-property", NULL, list) : -1;

	json_decref(list);
	return result;
}

static int ask_cpus(struct probe *probe)
{
	json_t *reply = probe_ask(probe, "query-cpu-definitions", NULL), *item;
	int result = reply ? 0 : -1;
	size_t i;

	json_array_foreach(reply, i, item)
	{
		const char *name = probe_member(item, "name");

		if (result == 0)
			result = probe_add(probe, "cpu", name);
		if (result == 0 && json_is_true(json_object_get(item, "deprecated")))
			result = probe_add(probe, "cpu-deprecated", name);
		if (result == 0 && strcmp(name, "max") == 0)
			result = ask_cpu_properties(probe, probe_member(item, "typename"));
	}
	json_decref(reply);
	return result;
}

/* What -device help calls "bus PCI": which of it may be behind a port, and which makes a bus. */
static int ask_kind(struct probe *probe, const char *kind, const char *type)
{
	json_t *reply = probe_list_types(probe, type), *item;
	int result = reply ? 0 : -1;
	size_t i;

	json_array_foreach(reply, i, item)
	{
		if (result == 0)
			result = probe_add(probe, kind, probe_member(item, "name"));
	}
	json_decref(reply);
	return result;
}

int probe_types(struct probe *probe)
{
	if (ask_cpus(probe) < 0 || ask_objects(probe) < 0 ||
	    ask_kind(probe, "pci-express", "pci-express-device") < 0 ||
	    ask_kind(probe, "pci-bridge", "base-pci-bridge") < 0)
		return -1;
	return ask_devices(probe) < 0 ? -1 : probe_values(probe);
}
