/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * defaults_values.c - texts that libvirt takes as they are, and that Kiln or the guest has otherwise.
 *
 * Nothing here changes what the guest sees: a serial that is too long for its disk was never seen whole.
 */
#include "import/defaults.h"

#include <ctype.h>
#include <string.h>

#include "base/ident.h"
#include "model/machine.h"

/* xml_set() would add to a text. */
static void put(xmlNodePtr node, const char *path, const char *value)
{
	xmlNodeSetContent(xml_find_element(node, path), xml_chars(value));
}

static void change(struct import *import, xmlNodePtr node, const char *path, const char *value,
		   const char *why)
{
	const char *was = xml_find(import->arena, node, path);
	bool device = node != import->root;

	import_note(import, IMPORT_DROPPED, node,
		    arena_fmt(import->arena, "%s%s%s%s \"%s\"", device ? "devices/" : "",
			      device ? (const char *)node->name : "", device ? "/" : "", path, was),
		    why);
	put(node, path, value);
}

/* ---- names ---------------------------------------------------------------------------------------- */

/* A blank or a letter of another alphabet is a "-" in it; what a name may not begin with is left out. */
static const char *name_like(struct import *import, const char *text, size_t max)
{
	struct text name = {.arena = import->arena};
	bool gap = false;

	for (const char *at = text; *at && name.len < max; at++) {
		bool letter = (unsigned char)*at < 0x80 && isalnum((unsigned char)*at);

		if (!letter && (!name.len || !strchr("._-", *at))) {
			gap = name.len > 0;
			continue;
		}
		text_fmt(&name, "%s%c", gap && name.len + 1 < max ? "-" : "", *at);
		gap = false;
	}
	return name.len ? text_str(&name) : "guest";
}

#define NAME_MAX_LEN 63 /* ident.h: IDENT_VM_NAME */

static void domain_name(struct import *import)
{
	const char *name = xml_find(import->arena, import->root, "name");

	/* One that is longer is refused with its length. */
	if (!name || !*name || strlen(name) > NAME_MAX_LEN || ident_is_valid(IDENT_VM_NAME, name))
		return;
	change(import, import->root, "name", name_like(import, name, NAME_MAX_LEN),
	       arena_fmt(import->arena, "the image and its run directory are named %s",
			 name_like(import, name, NAME_MAX_LEN)));
}

/* libvirt's daemon keeps secrets by UUID and by any text; Kiln has a name and a file for each. */
static void secrets(struct import *import, xmlNodePtr node)
{
	tree_for_each(child, node)
	{
		const char *uuid = xml_attr_text(import->arena, child, "uuid");
		const char *usage = xml_attr_text(import->arena, child, "usage");
		const char *from = usage ? usage : uuid;
		const char *name = from;

		secrets(import, child);
		if (!tree_is(child, "secret") || !from)
			continue;
		if (!ident_is_valid(IDENT_NAME, from))
			name = name_like(import, from, NAME_MAX_LEN);
		else if (usage)
			continue;
		import_note(import, IMPORT_DROPPED, child,
			    arena_fmt(import->arena, "secret/@%s \"%s\"", usage ? "usage" : "uuid",
				      from),
			    arena_fmt(import->arena, "it is the secret %s here", name));
		(void)xmlUnsetProp(child, xml_chars("uuid"));
		(void)xmlUnsetProp(child, xml_chars("usage"));
		xml_attr(child, "usage", name);
	}
}

/* ---- disks ---------------------------------------------------------------------------------------- */

/* How much of a serial the guest sees: VIRTIO_BLK_ID_BYTES and ATA's; of SCSI what QEMU puts into page 0x80. */
#define SERIAL_SEEN      20
#define SERIAL_SEEN_SCSI 36

static void serial(struct import *import, xmlNodePtr disk)
{
	const char *bus = xml_find(import->arena, disk, "target/@bus");
	const char *text = xml_find(import->arena, disk, "serial");
	const char *target = xml_find(import->arena, disk, "target/@dev");
	bool scsi = bus ? strcmp(bus, "scsi") == 0 || strcmp(bus, "usb") == 0
			: target && strncmp(target, "sd", 2) == 0;
	size_t seen = scsi ? SERIAL_SEEN_SCSI : SERIAL_SEEN;

	if (text && strlen(text) > seen)
		change(import, disk, "serial", arena_dup(import->arena, text, seen),
		       arena_fmt(import->arena, "its first %zu bytes are all that a %s disk shows",
				 seen,
				 bus    ? bus
				 : scsi ? "scsi"
					: "virtio"));
}

static void wide_name(struct import *import, xmlNodePtr disk)
{
	const char *text = xml_find(import->arena, disk, "wwn");

	if (text && (strncmp(text, "0x", 2) == 0 || strncmp(text, "0X", 2) == 0))
		put(disk, "wwn", text + 2);
}

/* libvirt takes none but the domain's own for it, and QEMU shows that one anyway. */
static void same_uuid(struct import *import)
{
	xmlNodePtr node = xml_find_element(import->root, "sysinfo/system/entry[name=uuid]");
	xmlNodePtr parent = node ? node->parent : NULL;

	if (!node)
		return;
	import_note(import, IMPORT_DROPPED, node, "sysinfo/system/entry/@name \"uuid\"",
		    "it is the UUID of the guest, as everywhere");
	xmlUnlinkNode(node);
	xmlFreeNode(node);
	if (!xmlFirstElementChild(parent)) {
		xmlUnlinkNode(parent);
		xmlFreeNode(parent);
	}
}

static void empty_title(struct import *import)
{
	xmlNodePtr node = xml_find_element(import->root, "title");

	if (!node || xml_own_text(import->arena, node))
		return;
	xmlUnlinkNode(node);
	xmlFreeNode(node);
}

void defaults_values(struct import *import, xmlNodePtr devices)
{
	domain_name(import);
	empty_title(import);
	same_uuid(import);
	tree_for_each(node, devices)
	{
		if (!tree_is(node, "disk"))
			continue;
		serial(import, node);
		wide_name(import, node);
		secrets(import, node);
	}
}
