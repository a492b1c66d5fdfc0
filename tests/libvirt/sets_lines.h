/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets_lines.h - a layout as sorted lines: Kiln's from its model, libvirt's from domain XML.
 */
#ifndef KILN_TESTS_SETS_LINES_H
#define KILN_TESTS_SETS_LINES_H

#include <libxml/parser.h>

#include "sets_directed.h"

/* ---- what Kiln says -----------------------------------------------------------------------------
 * A line a device: "pci.1 00:01.0 multi pcie-root-port chassis=1 port=8". Ports of virtio-serial are
 * left out: libvirt 9.0 gives consoles none and lets QEMU count (seen).
 */

struct lines {
	const char *line[4096];
	size_t count;
};

static void add_line(struct lines *lines, const char *line)
{
	if (lines->count == sizeof(lines->line) / sizeof(lines->line[0]))
		DIE("too many lines\n");
	lines->line[lines->count++] = line;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The controllers of a set have one id: their model tells them apart. */
static const char *own_name(struct set *set, const struct vm_dev *dev)
{
	if (dev->family == &usb_family)
		return arena_fmt(&set->arena, "usb%u-%s", dev->index, dev->class->name);
	if (dev->family == &console_family)
		return arena_fmt(&set->arena, "serial%u", dev->slot);
	return dev->id;
}

static void own_target(struct text *text, const struct vm_dev *dev)
{
	const struct controller_pci *data = dev->data;

	text_fmt(text, " %s", dev->class->name);
	if (data->chassis)
		text_fmt(text, " chassis=%u port=%u", (unsigned)data->chassis,
			 (unsigned)data->port);
	if (data->chassis_nr)
		text_fmt(text, " chassisNr=%u", (unsigned)data->chassis_nr);
	if (data->bus_nr)
		text_fmt(text, " busNr=%u", (unsigned)data->bus_nr);
	if (data->hotplug_word && data->hotplug_word->xml)
		text_fmt(text, " hotplug=%s", data->hotplug_word->xml);
}

static const char *own_line(struct set *set, const struct vm_dev *dev)
{
	struct text text = {.arena = &set->arena};
	char addr[PCI_ADDR_TEXT];

	if (dev->addr.kind == ADDR_VIRTIO_MMIO)
		return arena_fmt(&set->arena, "%s mmio", own_name(set, dev));
	if (dev->addr.kind != ADDR_PCI)
		return NULL;
	text_fmt(&text, "%s %s%s", own_name(set, dev), pci_addr_text(&dev->addr.pci, addr),
		 dev->addr.multifunction == MULTI_ON ? " multi" : "");
	if (dev->family == &controller_pci_family)
		own_target(&text, dev);
	if (dev->family == &net_family && dev_uint(dev, dev_prop(&net_family, "acpi-index")))
		text_fmt(&text, " acpi=%u",
			 (unsigned)dev_uint(dev, dev_prop(&net_family, "acpi-index")));
	return text_str(&text);
}

static void own_lines(struct set *set, struct lines *lines)
{
	vm_for_each(dev, &set->vm) {
		const char *line = own_line(set, dev);

		if (line)
			add_line(lines, line);
	}
	qsort(lines->line, lines->count, sizeof(lines->line[0]), compare_lines);
}

/* ---- what libvirt says ------------------------------------------------------------------------- */

static const char *attr(struct set *set, const xmlNode *node, const char *name)
{
	xmlChar *value = node ? xmlGetProp(node, (const xmlChar *)name) : NULL;
	const char *copy = value ? arena_str(&set->arena, (const char *)value) : "";

	xmlFree(value);
	return copy;
}

static const xmlNode *child(const xmlNode *node, const char *name)
{
	for (const xmlNode *c = node->children; c; c = c->next) {
		if (c->type == XML_ELEMENT_NODE && strcmp((const char *)c->name, name) == 0)
			return c;
	}
	return NULL;
}

static unsigned number(struct set *set, const xmlNode *node, const char *name)
{
	return (unsigned)strtoul(attr(set, node, name), NULL, 0);
}

static unsigned disk_index(const char *target)
{
	unsigned index = 0;

	for (const char *p = target + 2; *p; p++)
		index = index * 26 + (unsigned)(*p - 'a') + 1;
	return index - 1;
}

/** element_rows - element, and the identity of its devices; %u stands for the position among them. */
static const struct {
	const char *element, *id;
} element_rows[] = {
	{"interface", "net%u"},    {"rng", "rng%u"},         {"video", "video%u"},
	{"sound", "sound%u"},      {"watchdog", "watchdog"}, {"shmem", "shmem%u"},
	{"iommu", "iommu"},        {"vsock", "vsock%u"},     {"input", "input%u"},
	{"filesystem", "fs%u"},    {"hostdev", "subsys%u"},  {"memory", "memory-device%u"},
	{"memballoon", "balloon"},
};

#define ELEMENT_COUNT (sizeof(element_rows) / sizeof(element_rows[0]))

/** struct ordinals - how many of each element there were. */
struct ordinals {
	unsigned of[ELEMENT_COUNT];
};

static const char *controller_name(struct set *set, const xmlNode *node)
{
	const char *type = attr(set, node, "type"), *index = attr(set, node, "index");

	if (strcmp(type, "pci") == 0)
		return arena_fmt(&set->arena, "pci.%s", index);
	if (strcmp(type, "usb") == 0)
		return arena_fmt(&set->arena, "usb%s-%s", index, attr(set, node, "model"));
	/* That of q35 is the chipset's. */
	if (strcmp(type, "sata") == 0 && is_q35(set) && strcmp(index, "0") == 0)
		return NULL;
	return arena_fmt(&set->arena, "%s%s", type, index);
}

static const char *name_of(struct set *set, const xmlNode *node, struct ordinals *at)
{
	const char *element = (const char *)node->name;
	const xmlNode *target = child(node, "target");

	if (strcmp(element, "controller") == 0)
		return controller_name(set, node);
	if (strcmp(element, "disk") == 0)
		return arena_fmt(&set->arena, "disk%u", disk_index(attr(set, target, "dev")));
	if (strcmp(element, "serial") == 0)
		return arena_fmt(&set->arena, "serial%s", attr(set, target, "port"));
	if (strcmp(element, "input") == 0 && strcmp(attr(set, node, "bus"), "virtio") != 0)
		return NULL;
	for (size_t i = 0; i < ELEMENT_COUNT; i++) {
		if (strcmp(element, element_rows[i].element) != 0)
			continue;
		const char *id = element_rows[i].id, *mark = strchr(id, '%');

		if (!mark)
			return id;
		return arena_fmt(&set->arena, "%.*s%u", (int)(mark - id), id, at->of[i]++);
	}
	return NULL;
}

static void target_text(struct set *set, struct text *text, const xmlNode *node)
{
	const xmlNode *target = child(node, "target");

	text_fmt(text, " %s", attr(set, node, "model"));
	if (!target)
		return;
	if (attr(set, target, "chassis")[0])
		text_fmt(text, " chassis=%u port=%u", number(set, target, "chassis"),
			 number(set, target, "port"));
	if (attr(set, target, "chassisNr")[0])
		text_fmt(text, " chassisNr=%u", number(set, target, "chassisNr"));
	if (attr(set, target, "busNr")[0])
		text_fmt(text, " busNr=%u", number(set, target, "busNr"));
	if (attr(set, target, "hotplug")[0])
		text_fmt(text, " hotplug=%s", attr(set, target, "hotplug"));
}

static void libvirt_line(struct set *set, struct lines *lines, const xmlNode *node,
			 struct ordinals *at)
{
	const char *name = name_of(set, node, at);
	const xmlNode *address = child(node, "address");
	struct text text = {.arena = &set->arena};
	struct pci_addr addr;
	char buf[PCI_ADDR_TEXT];

	if (!name || !address)
		return;
	if (strcmp(attr(set, address, "type"), "virtio-mmio") == 0)
		add_line(lines, arena_fmt(&set->arena, "%s mmio", name));
	if (strcmp(attr(set, address, "type"), "pci") != 0)
		return;
	addr = (struct pci_addr){
		.domain = (uint16_t)number(set, address, "domain"),
		.bus = (uint16_t)number(set, address, "bus"),
		.slot = (uint8_t)number(set, address, "slot"),
		.function = (uint8_t)number(set, address, "function"),
	};
	text_fmt(&text, "%s %s%s", name, pci_addr_text(&addr, buf),
		 strcmp(attr(set, address, "multifunction"), "on") == 0 ? " multi" : "");
	if (strncmp(name, "pci.", 4) == 0)
		target_text(set, &text, node);
	if (child(node, "acpi"))
		text_fmt(&text, " acpi=%u", number(set, child(node, "acpi"), "index"));
	add_line(lines, text_str(&text));
}

static bool libvirt_lines(struct set *set, const char *path, struct lines *lines)
{
	xmlDoc *doc = xmlReadFile(path, NULL, XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	const xmlNode *devices = doc ? child(xmlDocGetRootElement(doc), "devices") : NULL;
	struct ordinals at = {0};

	for (const xmlNode *node = devices ? devices->children : NULL; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE)
			libvirt_line(set, lines, node, &at);
	}
	xmlFreeDoc(doc);
	qsort(lines->line, lines->count, sizeof(lines->line[0]), compare_lines);
	return devices;
}

#endif
