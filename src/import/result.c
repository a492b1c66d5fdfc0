/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * result.c - the domain that is composed of the configuration, against the one that was read.
 *
 * The one place that says what was not taken over: whatever the composed domain does not repeat. A table
 * names what means nothing to the guest, each with its reason.
 */
#include <fnmatch.h>
#include <string.h>

#include <libxml/parser.h>

#include "import/argv/argv.h"
#include "import/items.h"

/**
 * struct meaning - a path below <domain> and why its loss changes nothing for the guest.
 * @value: that alone, which is what is so without the word; NULL = any.
 */
struct meaning {
	const char *path, *why, *value;
};

static const struct meaning meanings[] = {
	{"@id", "the number of a running guest", NULL},
	{"*/@xmlns*", "a name space", NULL},
	{"*/seclabel*", "the host's access control", NULL},
	{"uuid", "the composed image gives each unit its own", NULL},
	{"on_poweroff", "what the host does when the guest is off", NULL},
	{"on_crash", "what the host does when QEMU ends", NULL},
	{"on_lockfailure", "what the host's lock manager does", NULL},
	{"cpu/@check", "what libvirt checks before a start", NULL},
	{"cpu/@match", "what libvirt checks before a start", NULL},
	{"cpu/vendor", "what libvirt checks before a start", NULL},
	{"cpu/@mode", "libvirt's word for no CPU model", NULL},
	{"cpu/model/@fallback", "what libvirt does without that model", NULL},
	{"devices/emulator", "the board says which QEMU", NULL},
	{"devices/*/alias/@name", "libvirt's id of a running guest", NULL},
	{"devices/*/target/@dev", "the name is made anew, in the same order", NULL},
	{"devices/*/source/@index", "the number of a running guest's node", NULL},
	{"devices/controller/target/@port", "a number that Kiln counts itself", NULL},
	{"devices/console/target/@port", "a number that libvirt counts", NULL},
	{"os/kernel", "it is in the image, and on the target where the image has it", NULL},
	{"os/initrd", "it is in the image, and on the target where the image has it", NULL},
	{"sysinfo/@type", "nothing is in it", NULL},
	{"vcpu/@placement", "where QEMU's threads run", NULL},
	{"vcpu/@cpuset", "where QEMU's threads run", NULL},
	{"devices/interface/source/@portid", "a number of a running guest", NULL},
	{"devices/interface/link/@state", "a cable is plugged in unless one says otherwise", "up"},
	{"features/hyperv/@mode", "the features are listed", "custom"},
	{"devices/graphics/gl/@enable", "it is off unless one asks for it", "no"},
	{"os/bootmenu/@enable", "there is none unless one asks for it", "no"},
	{"devices/*/source/@tls", "it is off unless one asks for it", "no"},
	{"devices/interface/driver/@tx_queue_size", "QEMU makes 256 for all but vhost-user", NULL},
	{"devices/disk/@snapshot", "which disks libvirt's snapshots take", NULL},
	{"devices/disk/source/@startupPolicy", "without its file the guest does not start",
	 "mandatory"},
	{"devices/*/driver/@iommu", "it is off unless one asks for it", "off"},
	{"devices/*/driver/@ats", "it is off unless one asks for it", "off"},
	{"devices/*/driver/@packed", "it is off unless one asks for it", "off"},
};

/* What is lost for a reason of its own. */
static const struct meaning losses[] = {
	{"devices/interface/bandwidth/*/@floor",
	 "a share of a libvirt network, which libvirt keeps free on its bridge; kiln-run limits "
	 "interfaces alone",
	 NULL},
};

static const char *meaning_of(const struct meaning *table, size_t count, const char *path,
			      const char *value)
{
	for (size_t i = 0; i < count; i++) {
		if (fnmatch(table[i].path, path, 0) == 0 &&
		    (!table[i].value || strcmp(table[i].value, value) == 0))
			return table[i].why;
	}
	return NULL;
}

/* Told as one, a device that there is none of must not be held against another one's. */
static void set_aside(struct import *import)
{
	for (size_t i = 0; i < import->item_count; i++) {
		if (import->items[i].refused)
			xmlUnlinkNode(import->items[i].element.node);
	}
}

/* Words for QEMU itself are taken as they are; the composer only writes a device of them in its own form. */
static bool is_argument(const struct missed *missed)
{
	return tree_is(missed->node, "arg") && tree_is(missed->node->parent, "commandline");
}

/* What KVM alone offers a guest; QEMU's own CPU shows a guest nothing of it, whatever one asks for. */
static const char *const kvm_paths[] = {
	"features/hyperv/*",       "features/kvm/*",     "features/pvspinlock*",
	"features/ioapic/@driver", "features/apic/@eoi",
};
static const char *const kvm_timers[] = {"pit", "kvmclock", "hypervclock"};

static bool is_for_kvm(const struct import *import, const struct missed *missed, const char *path)
{
	const char *type = tree_attr(import->arena, import->root, "type");
	const char *timer = tree_is(missed->node, "timer")
				    ? tree_attr(import->arena, missed->node, "name")
				    : NULL;

	if (!type || strcmp(type, "qemu") != 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(kvm_paths); i++) {
		if (fnmatch(kvm_paths[i], path, 0) == 0)
			return true;
	}
	for (size_t i = 0; timer && i < ARRAY_SIZE(kvm_timers); i++) {
		if (strcmp(kvm_timers[i], timer) == 0)
			return true;
	}
	return false;
}

/* "q35" is the newest q35 that the board has, as for libvirt. */
static bool is_alias(const struct import *import, const char *path)
{
	return !import->version && strcmp(path, "os/type/@machine") == 0;
}

static struct import_item *item_of(const struct import *import, const xmlNode *node)
{
	for (; node && node->type == XML_ELEMENT_NODE; node = node->parent) {
		for (size_t i = 0; i < import->item_count; i++) {
			if (import->items[i].element.node == node)
				return &import->items[i];
		}
	}
	return NULL;
}

static bool is_address(const struct missed *missed)
{
	return missed->attr && tree_is(missed->node, "address");
}

/* The one thing that changes a configured address: a bus that is to be behind a port that is added. */
static bool is_raised(const struct import_item *item, const struct missed *missed)
{
	return item && item->addressed && item->in_config && is_address(missed) &&
	       strcmp((const char *)missed->attr->name, "bus") == 0;
}

static const char *why_lost(const struct import *import, const struct import_item *item,
			    const struct missed *missed, const char *path)
{
	const char *why = meaning_of(losses, ARRAY_SIZE(losses), path, "");

	if (why)
		return why;
	if (item && is_address(missed) && items_is_companion(import, item))
		return "the functions of one set of USB controllers share a slot";
	return item ? "Kiln has no setting of this device that says it"
		    : "Kiln has no setting or device that says it";
}

static void tell(struct import *import, const struct missed *missed)
{
	struct arena *arena = import->arena;
	const char *path = tree_path(arena, missed), *value = tree_value(arena, missed);
	const char *why = meaning_of(meanings, ARRAY_SIZE(meanings), path, value);
	const struct import_item *item = item_of(import, missed->node);
	const char *what = *value ? arena_fmt(arena, "%s \"%s\"", path, value) : path;

	if (is_alias(import, path))
		why = "it is the newest that the board has";
	if (is_for_kvm(import, missed, path))
		why = "KVM alone offers it to a guest, and this one runs without";
	if (is_raised(item, missed))
		why = "the bus comes behind a port that is added for it, for libvirt too";
	if (why)
		import_note(import, IMPORT_DROPPED, missed->node, what, why);
	else
		import_note(import, IMPORT_LOST, missed->node, what,
			    why_lost(import, item, missed, path));
}

/* A controller that Kiln would add is not quite the one of the file. */
static bool is_promoted(struct import *import, const struct missed *missed)
{
	struct import_item *item = item_of(import, missed->node);
	const char *index = item ? xml_attr_text(import->arena, item->element.node, "index") : NULL;

	if (!item || item->refused || item->was_promoted || tree_is(missed->node, "alias") ||
	    item->family->flags & FAMILY_INTERNAL || items_is_companion(import, item) ||
	    !(item->family->controller || item->family->flags & FAMILY_ADDED) ||
	    (item->family->rank == RANK_PCI_CONTROLLER && index && strcmp(index, "0") == 0))
		return false;
	if (item->in_config && item->family->rank != RANK_PCI_CONTROLLER)
		return false;
	if (!item->in_config && items_promote(import, item) < 0)
		return false;
	import->again = true;
	item->was_promoted = true;
	return true;
}

static unsigned count_ports(const struct import *import, xmlNodePtr root)
{
	xmlNodePtr devices = xml_find_element(root, "devices");
	unsigned count = 0;

	if (!devices)
		return 0;
	tree_for_each(node, devices)
	{
		const char *type = xml_attr_text(import->arena, node, "type");

		count += type && tree_is(node, "controller") && strcmp(type, "pci") == 0;
	}
	return count;
}

/* libvirt adds a spare port only with others; a domain that is complete gets none. */
static void check_spare(struct import *import, xmlNodePtr made)
{
	unsigned count = count_ports(import, import->root);

	if (import->no_spare || !count || count >= count_ports(import, made))
		return;
	for (size_t i = 0; i < import->item_count; i++) {
		if (items_is_missing(import, &import->items[i]))
			return;
	}
	import->no_spare = true;
	import->again = true;
}

/* A device of which there is none at all is one loss. */
static void tell_refused(struct import *import)
{
	for (size_t i = 0; i < import->item_count; i++) {
		const struct import_item *item = &import->items[i];
		const xmlNode *node = item->element.node;

		if (item->refused)
			import_note(import, IMPORT_LOST, node,
				    arena_fmt(import->arena, "<%s>", (const char *)node->name),
				    item->refused);
	}
}

/* Members of options that no row writes again. */
static void tell_facts(struct import *import, const xmlNode *node)
{
	const struct argv_item *item = argv_item(node);

	for (const struct argv_fact *fact = item->facts; fact; fact = fact->next) {
		const struct argv_option *from = argv_given(fact->from);

		if (!fact->found)
			import_note_at(import, IMPORT_LOST, from->word->at.line,
				       arena_fmt(import->arena, "%s: %s=%s", from->name, fact->key,
						 fact->value),
				       item->driver
					       ? "Kiln has no setting of this device that says it"
					       : "Kiln has no setting that says it");
	}
}

static void tell_argv(struct import *import)
{
	tell_facts(import, import->root);
	for (size_t i = 0; i < import->item_count; i++) {
		if (import->items[i].element.dev)
			tell_facts(import, import->items[i].element.node);
	}
}

void import_result(struct import *import, const char *xml)
{
	struct difference found = {.arena = import->arena};
	xmlDocPtr doc = xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET);
	xmlNodePtr made = doc ? xmlDocGetRootElement(doc) : NULL;

	tell_refused(import);
	set_aside(import);
	if (argv_item(import->root))
		tell_argv(import);
	else
		tree_compare(import->root, made, &found);
	for (const struct missed *missed = found.list; missed; missed = missed->next) {
		if (!is_argument(missed) && !is_promoted(import, missed))
			tell(import, missed);
	}
	if (made)
		check_spare(import, made);
	if (doc)
		xmlFreeDoc(doc);
}
