/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capability.c - the table, and how a row is looked up. To add one, add a line in order of its name and
 * run `make probe` (CONTRIBUTING.md, "Ask QEMU").
 */
#include "qemu/capability.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"

const struct capability capabilities[] = {
	/* JSON for -device came in 6.2 and lost DEVICE_DELETED until 7.0 flagged the cure. */
	{CAP_DEVICE_JSON, PROOF_SCHEMA, "device_add/$json-cli-hotplug"},
	/* QEMU had no way to be asked for it, and dropped it in 7.1. */
	{CAP_ENABLE_FIPS, PROOF_BEFORE, "7.1"},
	/* -netdev reads JSON since the release that brought this kind. */
	{CAP_NETDEV_JSON, PROOF_SCHEMA, "netdev_add/arg-type/type/^dgram"},
	/* Typed properties, and JSON with them, came together in 6.0. */
	{CAP_OBJECT_JSON, PROOF_SCHEMA, "object-add/arg-type/qom-type/^secret"},
	{"run-with", PROOF_LINE, "option run-with"},
	{"set-action", PROOF_SCHEMA, "set-action"},
	{0},
};

const char *const capability_kinds[] = {
	"accel",   "audiodev", "blockdev", "chardev", "device", "display", "feature",
	"machine", "netdev",   "object",   "option",  "tpm",    NULL,
};

const struct capability *capability_find(const char *name)
{
	for (const struct capability *row = capabilities; row->name; row++) {
		if (strcmp(row->name, name) == 0)
			return row;
	}
	return NULL;
}

bool capability_has(const struct caps *caps, const char *name)
{
	BUG_IF(!capability_find(name));
	return caps_has(caps, "feature", name);
}

bool capability_reached(const struct caps *caps, const char *version)
{
	char *rest;
	unsigned long major = strtoul(version, &rest, 10), minor;

	BUG_IF(*rest != '.');
	minor = strtoul(rest + 1, NULL, 10);
	return caps->major > major || (caps->major == major && caps->minor >= minor);
}
