/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beyond.c - the rows whose values a command line does not have, each with the reason.
 *
 * Not here: what another option says. A row stands here when no reader of a command line could know it.
 */
#include "import/beyond.h"

#include <string.h>

#include "machines/guest.h"

static const char a_unit[] = "each unit has its own";
static const char a_tap[] =
	"a tap or its descriptor does not say on which bridge it is, or who made it";
static const char a_network[] = "what the names of networks mean is the host's";
static const char a_port_of[] = "what its interface is on the host is done before QEMU starts";
static const char a_passt[] = "passt is told, and QEMU is not";
static const char a_port[] = "of a port that is chosen when QEMU starts only the choice is seen";
static const char a_socket[] = "a descriptor does not say where it was opened";
static const char a_time[] = "seconds since 1970 are what the clock shows, not how that came about";
static const char a_policy[] = "how places and names are chosen is Kiln's";
static const char a_host[] = "it is about the host";

/** struct beyond - a row of a family. */
static const struct beyond {
	const char *family, *row, *why;
} rows[] = {
	{"machine", "uuid", a_unit},
	{"machine", "title", "QEMU has one name of a guest"},
	{"machine", "accel", "what is taken on each target is one of two"},
	{"machine", "clock", a_time},
	{"machine", "clock-start", a_time},
	{"machine", "clock-adjustment", a_time},
	{"machine", "run-user", a_host},
	{"machine", "unit", a_unit},
	{"machine", "executable", a_host},
	{"machine", "bridge-helper", a_host},
	{"machine", "pci-policy", a_policy},
	{"machine", "cpu-placement", a_host},
	{"machine", "placement", "nodes that are chosen when QEMU starts are not there before"},
	{"machine", "policy", "nodes that are chosen when QEMU starts are not there before"},
	{"machine", "host-nodes", "nodes that are chosen when QEMU starts are not there before"},
	{"machine", "firmware-template", "what the variables were copied from is not in them"},
	{"net", "given-mac", a_unit},
	{"net", "mac-policy", a_unit},
	{"net", "kind", a_tap},
	{"net", "bridge", a_tap},
	{"net", "bridge-create", a_tap},
	{"net", "bridge-address", a_tap},
	{"net", "parent", a_tap},
	{"net", "direct-mode", a_tap},
	{"net", "network", a_network},
	{"network", "name", a_network},
	{"network", "kind", a_network},
	{"network", "bridge", a_network},
	{"network", "vlan", a_network},
	{"network", "trunk", a_network},
	{"network", "isolated", a_network},
	{"network", "parent", a_network},
	{"network", "mode", a_network},
	{"net", "tap", a_tap},
	{"net", "tap-device", a_tap},
	{"net", "vhost-device", a_tap},
	{"net", "tap-persistent", a_tap},
	{"net", "tap-by", a_tap},
	{"net", "tap-mac", a_tap},
	{"net", "bridge-helper", a_tap},
	{"net", "link", a_port_of},
	{"net", "vlan", a_port_of},
	{"net", "vlan-trunk", a_port_of},
	{"net", "vlan-first", a_port_of},
	{"net", "isolated", a_port_of},
	{"net", "learning", a_port_of},
	{"net", "flood", a_port_of},
	{"net", "neighbours", a_port_of},
	{"net", "inbound-average", a_port_of},
	{"net", "inbound-peak", a_port_of},
	{"net", "inbound-burst", a_port_of},
	{"net", "outbound-average", a_port_of},
	{"net", "outbound-peak", a_port_of},
	{"net", "outbound-burst", a_port_of},
	{"net", "mtu", "a virtio card alone is told"},
	{"net", "passt", a_passt},
	{"net", "passt-interface", a_passt},
	{"net", "passt-log", a_passt},
	{"net", "forwards", "passt is told of its ports, and QEMU is not"},
	{"net", "vhost", "a descriptor that is there does not say what is done without one"},
	{"vsock", "cid", a_unit},
	{"tpm", "type", "a socket does not say whose it is"},
	{"tpm", "path", "a socket does not say whose it is"},
	{"tpm", "version", "swtpm knows it, and QEMU does not"},
	{"tpm", "state", "swtpm knows it, and QEMU does not"},
	{"tpm", "program", "swtpm knows it, and QEMU does not"},
	{"secret", "name", "a secret is handed over without a name"},
	{"secret", "source", "a secret is handed over as a descriptor"},
	{"secret", "path", "a secret is handed over as a descriptor"},
	{"secret", "credential", "a secret is handed over as a descriptor"},
	{"secret", "form", "a newline at its end is cut off before"},
	{"console", "backend", a_socket},
	{"channel", "backend", a_socket},
	{"parallel", "backend", a_socket},
	{"vnc", "port", a_port},
	{"vnc", "automatic", a_port},
	{"vnc", "last-port", a_port},
	{"spice", "port", a_port},
	{"spice", "tls-port", a_port},
	{"spice", "automatic", a_port},
	{"spice", "last-port", a_port},
	{"cpu-feature", "policy", "whether a feature must be there is asked before QEMU starts"},
	{"hostdev", "scsi", "/dev/sgN does not say which SCSI device it was"},
	{"hostdev", "startup", "what is done without the device"},
};

static const struct prop *find_row(const struct dev_family *family, const char *name)
{
	prop_for_each(row, family->props)
	{
		if (row->sym && strcmp(row->name, name) == 0)
			return row;
	}
	return NULL;
}

static void add(struct text *text, const struct dev_family *family, const struct prop *row,
		const char *why)
{
	bool single = family->flags & FAMILY_SINGLE, machine = !*family->sym;

	if (!row)
		return;
	text_fmt(text, "%s%s%s%s%s %s\n", family->sym, single ? "" : "n", machine ? "" : "_",
		 row->sym, row->kind == PROP_ENUM || row->kind == PROP_CLASS ? "_*" : "", why);
}

const char *beyond_text(struct arena *arena, const struct dev_family *const *families)
{
	const struct dev_family *machine = guest_family(arena);
	struct text text = {.arena = arena};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(rows[i].family, machine->name) == 0)
			add(&text, machine, find_row(machine, rows[i].row), rows[i].why);
		for (const struct dev_family *const *entry = families; *entry; entry++) {
			if (strcmp(rows[i].family, (*entry)->name) == 0)
				add(&text, *entry, find_row(*entry, rows[i].row), rows[i].why);
		}
	}
	/* And with the name of a secret all that name it. */
	for (const struct dev_family *const *entry = families; *entry; entry++) {
		prop_for_each(row, (*entry)->props)
		{
			if (row->refers && strcmp(row->refers->name, "secret") == 0)
				add(&text, *entry, row, "a secret is handed over without a name");
		}
	}
	text_fmt(&text, "NETWORK_COUNT %s\n", a_network);
	return text_str(&text);
}
