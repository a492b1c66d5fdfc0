/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * defaults_source.c - where a disk's content is, as libvirt takes it and as Kiln says it.
 */
#include "import/defaults.h"

#include <string.h>

/* libvirt reads them in either place, and keeps the one where it found them. */
static void move_into_source(xmlNodePtr disk, xmlNodePtr source)
{
	static const char *const names[] = {"auth", "encryption"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		xmlNodePtr node = xml_find_element(disk, names[i]);

		if (!node || xml_find_element(source, names[i]))
			continue;
		xmlUnlinkNode(node);
		(void)xmlAddChild(source, node);
	}
}

/* libvirt writes down that QEMU decrypts, which it does unless another one is named. */
static void forget_engine(struct import *import, xmlNodePtr node)
{
	if (tree_is(node, "encryption") &&
	    strcmp(defaults_value(import, node, "@engine"), "qemu") == 0)
		defaults_unset(node, "engine");
	tree_for_each(child, node) forget_engine(import, child);
}

/* A word of libvirt's for no word. */
static void forget_default_words(struct import *import, xmlNodePtr driver)
{
	xmlAttrPtr next;

	for (xmlAttrPtr attr = driver->properties; attr; attr = next) {
		const char *name = (const char *)attr->name;
		/* NULL of one in a name space, which is no word of libvirt's. */
		const char *text = xml_attr_text(import->arena, driver, name);

		next = attr->next;
		if (text && strcmp(text, "default") == 0)
			defaults_unset(driver, name);
	}
}

#define POOL_FOLDER \
	"/var/lib/libvirt/images" /* where virt-install and virt-manager make the pool "default" */

/* Of another pool libvirt's daemon alone knows the folder. */
static void volume(struct import *import, xmlNodePtr disk, xmlNodePtr source)
{
	const char *name = defaults_value(import, source, "@volume");
	const char *path = arena_fmt(import->arena, POOL_FOLDER "/%s", name);

	if (strcmp(defaults_value(import, disk, "@type"), "volume") != 0 || !*name ||
	    strcmp(defaults_value(import, source, "@pool"), "default") != 0)
		return;
	import_note(import, IMPORT_DROPPED, source,
		    arena_fmt(import->arena, "devices/disk/source/@volume \"%s\"", name),
		    arena_fmt(import->arena, "of the pool \"default\" it is the file %s", path));
	defaults_unset(disk, "type");
	xml_attr(disk, "type", "file");
	defaults_unset(source, "pool");
	defaults_unset(source, "volume");
	xml_attr(source, "file", path);
}

void defaults_disk_source(struct import *import, xmlNodePtr disk)
{
	xmlNodePtr source = xml_find_element(disk, "source");
	xmlNodePtr driver = xml_find_element(disk, "driver");

	if (driver)
		forget_default_words(import, driver);
	if (source) {
		move_into_source(disk, source);
		volume(import, disk, source);
	}
	forget_engine(import, disk);
}
