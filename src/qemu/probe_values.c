/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_values.c - which properties of devices are numbers or truth values: JSON has to say so, and
 * key=value does not.
 *
 * A property of one name is of one kind nearly everywhere, so a line has its name alone: "property-number
 * vectors". Where devices differ, the device stands before it.
 */
#include <string.h>

#include "base/bug.h"
#include "qemu/probe_session.h"

static const char *kind_of(const char *type)
{
	if (strcmp(type, "bool") == 0)
		return "property-bool";
	if (strncmp(type, "uint", 4) == 0 || strncmp(type, "int", 3) == 0 ||
	    strcmp(type, "size") == 0)
		return "property-number";
	return "";
}

static json_t *member_new(json_t *object, const char *key, json_t *(*make)(void))
{
	json_t *found = json_object_get(object, key);

	if (found)
		return found;
	found = make();
	BUG_IF(json_object_set_new(object, key, found) != 0);
	return found;
}

void probe_note_value(struct probe *probe, const char *owner, const json_t *property)
{
	const char *name = probe_member(property, "name"), *type = probe_member(property, "type");

	if (!name || !type)
		return;
	if (!probe->values)
		probe->values = json_object();
	json_t *kinds = member_new(probe->values, name, json_object);
	json_t *owners = member_new(kinds, kind_of(type), json_array);

	BUG_IF(json_array_append_new(owners, json_string(owner)) != 0);
}

static int add_owners(struct probe *probe, const char *kind, const char *name, const json_t *owners)
{
	json_t *owner;
	int result = 0;
	size_t i;

	json_array_foreach(owners, i, owner)
	{
		if (result == 0)
			result = probe_add_of(probe, kind, json_string_value(owner), name);
	}
	return result;
}

int probe_values(struct probe *probe)
{
	const char *name, *kind;
	json_t *kinds, *owners;
	int result = 0;

	json_object_foreach(probe->values, name, kinds)
	{
		json_object_foreach(kinds, kind, owners)
		{
			if (result < 0 || !*kind)
				continue;
			result = json_object_size(kinds) == 1
					 ? probe_add(probe, kind, name)
					 : add_owners(probe, kind, name, owners);
		}
	}
	json_decref(probe->values);
	probe->values = NULL;
	return result;
}
