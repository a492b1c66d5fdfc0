/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place.c - what -device says of the place of a device: the inverse of qemu/address.c.
 */
#include "import/argv/place.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "model/machine.h"
#include "model/place.h"

/* ---- buses -------------------------------------------------------------------------------------- */

static xmlNodePtr find_alias(const struct argv *argv, const char *id, size_t len)
{
	for (xmlNodePtr node = argv->devices->children; node; node = node->next) {
		const char *alias = xml_find(argv->arena, node, "alias/@name");

		if (alias && strncmp(alias, id, len) == 0 && !alias[len])
			return node;
	}
	return NULL;
}

unsigned place_index(const struct argv *argv, xmlNodePtr node)
{
	const char *text = xml_attr_text(argv->arena, node, "index");
	uint64_t index = 0;

	(void)(text && tree_number(text, &index));
	return (unsigned)index;
}

/* A controller that is part of the machine: its bus has a name of its own. */
static bool find_built_in(const struct argv *argv, const char *name, size_t len, struct bus *ret)
{
	for (const struct dev_family *const *entry = argv->import->families; *entry; entry++) {
		for (const struct dev_class *class = (*entry)->classes; class->name; class ++) {
			const struct dev_offer *offer = class->offer;

			if (!offer || !offer->bus || !(class->flags & CLASS_IMPLICIT) ||
			    strncmp(offer->bus, name, len) != 0 || offer->bus[len])
				continue;
			/* Of two that have buses of that name the machine has one. */
			for (const struct machine_controller *row =
				     argv->import->machine->controllers;
			     row && row->model; row++) {
				if (row->type != offer->type ||
				    strcmp(row->model, class->name) != 0)
					continue;
				ret->class = class;
				ret->type = offer->type;
				return true;
			}
		}
	}
	return false;
}

/* NAME or NAME.N; of PCI both are names. */
bool place_bus_find(const struct argv *argv, const char *text, struct bus *ret)
{
	const char *dot = strrchr(text, '.');
	size_t len = dot ? (size_t)(dot - text) : strlen(text);
	uint64_t number = 0;

	*ret = (struct bus){0};
	ret->node = find_alias(argv, text, strlen(text));
	/* Where the root is pcie.0 a bridge may have the other name, as on Proxmox. */
	if (!ret->node && (strcmp(text, "pci.0") == 0 || strcmp(text, "pcie.0") == 0)) {
		ret->pci = true;
		return true;
	}
	if (ret->node) {
		ret->index = place_index(argv, ret->node);
		ret->pci = argv_item(ret->node)->family->controller == CONTROLLER_PCI;
		if (ret->pci)
			return true;
	}
	if (dot && num_parse(dot + 1, 0, UINT32_MAX, &number) != 0)
		return false;
	ret->number = (unsigned)number;
	ret->node = find_alias(argv, text, len);
	if (!ret->node)
		return find_built_in(argv, text, len, ret);
	ret->index = place_index(argv, ret->node);
	ret->class = argv_item(ret->node)->class;
	ret->type = argv_item(ret->node)->family->controller;
	return true;
}

/* ---- addresses ---------------------------------------------------------------------------------- */

static xmlNodePtr add_address(xmlNodePtr node, const char *type)
{
	xmlNodePtr address = xml_child(node, "address");

	xml_attr(address, "type", type);
	return address;
}

/* Hexadecimal digits, with or without "0x", of a number below @limit. */
static bool hex_below(const char *text, size_t len, unsigned limit, unsigned *ret)
{
	uint64_t number;
	size_t prefix = len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 2 : 0;

	if (num_parse_hex(text + prefix, len - prefix, &number) != 0 || number >= limit)
		return false;
	*ret = (unsigned)number;
	return true;
}

/* "0x1f.0x2" and "1f.2" are hexadecimal; a number of JSON is slot * 8 + function. */
bool place_slot(const struct argv *argv, const struct node *tree, unsigned *slot,
		unsigned *function)
{
	const struct node *item = node_find(tree, "addr");
	const char *text = argv_peek(argv, tree, "addr");
	size_t dot = text ? strcspn(text, ".") : 0;

	*function = 0;
	if (!text)
		return false;
	if (item && item->kind == NODE_NUMBER) {
		uint64_t number;

		if (num_parse(text, 0, 255, &number) != 0)
			return false;
		*slot = (unsigned)number >> 3;
		*function = (unsigned)number & 7;
		return true;
	}
	return hex_below(text, dot, 32, slot) &&
	       (!text[dot] || hex_below(text + dot + 1, strlen(text + dot + 1), 8, function));
}

static void place_pci(struct argv *argv, xmlNodePtr node, struct node *tree, const struct bus *bus)
{
	const char *multi = argv_take(argv, tree, "multifunction");
	unsigned slot, function;
	xmlNodePtr address;

	if (!place_slot(argv, tree, &slot, &function))
		return;
	(void)argv_take(argv, tree, "addr");
	(void)argv_take(argv, tree, "bus");
	address = add_address(node, "pci");
	xml_attr(address, "domain", "0x0000");
	xml_attr_fmt(address, "bus", "0x%02x", bus->index);
	xml_attr_fmt(address, "slot", "0x%02x", slot);
	xml_attr_fmt(address, "function", "0x%x", function);
	if (multi && tree_truth(multi) >= 0)
		xml_attr(address, "multifunction", tree_truth(multi) ? "on" : "off");
}

static unsigned take_number(struct argv *argv, struct node *tree, const char *key)
{
	const char *text = key ? argv_take(argv, tree, key) : NULL;
	uint64_t number = 0;

	(void)(text && tree_number(text, &number));
	return (unsigned)number;
}

/* On a controller of disks: what its family's offer calls bus, target and unit. */
static void place_drive(struct argv *argv, xmlNodePtr node, struct node *tree,
			const struct bus *bus)
{
	const struct dev_offer *offer = bus->class ? bus->class->offer : NULL;
	xmlNodePtr address;
	unsigned part[3];

	if (!offer)
		return;
	part[0] = take_number(argv, tree, offer->bus_prop);
	part[1] = take_number(argv, tree, offer->target_prop);
	part[2] = take_number(argv, tree, offer->unit_prop);
	if (offer->suffix == SUFFIX_BUS)
		part[0] = bus->number;
	if (offer->suffix == SUFFIX_UNIT)
		part[2] = bus->number;
	/* QEMU lets all of them be 0 on its command line. */
	(void)(argv_take_if(argv, tree, "channel", "0") || argv_take_if(argv, tree, "lun", "0"));
	(void)argv_take(argv, tree, "bus");
	address = add_address(node, "drive");
	xml_attr_fmt(address, "controller", "%u", bus->index);
	xml_attr_fmt(address, "bus", "%u", part[0]);
	xml_attr_fmt(address, "target", "%u", part[1]);
	xml_attr_fmt(address, "unit", "%u", part[2]);
}

static void place_two(struct argv *argv, xmlNodePtr node, struct node *tree, const struct bus *bus,
		      const char *type, const char *first, const char *second, const char *prop)
{
	const char *text = argv_take(argv, tree, prop);
	xmlNodePtr address;

	(void)argv_take(argv, tree, "bus");
	if (!text)
		return;
	address = add_address(node, type);
	xml_attr_fmt(address, first, "%u", bus->index);
	xml_attr(address, second, text);
	if (strcmp(type, "virtio-serial") == 0)
		xml_attr(address, "bus", "0");
}

/* The bus that QEMU chose, of a device that may have no id. */
static bool find_owner(const struct argv *argv, const struct argv_option *option, struct bus *ret)
{
	for (xmlNodePtr node = argv->devices->children; node; node = node->next) {
		const struct argv_item *item = argv_item(node);

		if (!item || item->option != option->on)
			continue;
		*ret = (struct bus){.node = node,
				    .class = item->class,
				    .type = item->family->controller,
				    .index = place_index(argv, node),
				    .number = option->on_number};
		ret->pci = ret->type == CONTROLLER_PCI;
		return true;
	}
	return false;
}

bool place_bus_of(const struct argv *argv, const struct argv_option *option, struct bus *ret)
{
	const char *text = argv_peek(argv, option->tree, "bus");

	*ret = (struct bus){.pci = true};
	if (text)
		return place_bus_find(argv, text, ret);
	return !option->on || find_owner(argv, option, ret);
}

/* As libvirt calls them, and Kiln after it. */
static const char *bus_name(const struct argv *argv, const struct bus *bus)
{
	const char *root = argv->import->machine->root_model;

	if (bus->pci && !bus->node)
		return root && strcmp(root, "pcie-root") == 0 ? "pcie.0" : "pci.0";
	if (bus->pci)
		return arena_fmt(argv->arena, "pci.%u", bus->index);
	if (bus->type == CONTROLLER_USB && bus->node)
		return bus->index ? arena_fmt(argv->arena, "usb%u.0", bus->index) : "usb.0";
	if ((bus->type == CONTROLLER_SCSI || bus->type == CONTROLLER_VIRTIO_SERIAL) && bus->node)
		return arena_fmt(argv->arena, "%s%u.0",
				 bus->type == CONTROLLER_SCSI ? "scsi" : "virtio-serial",
				 bus->index);
	return NULL;
}

void place_rename(struct argv *argv, struct argv_option *option)
{
	const char *name = NULL;
	struct bus bus;

	if (place_bus_of(argv, option, &bus) &&
	    (!bus.pci || option->settled || argv_peek(argv, option->tree, "bus")))
		name = bus_name(argv, &bus);
	if (!name)
		return;
	(void)argv_take(argv, option->tree, "bus");
	node_add_string(argv->arena, option->tree, "bus", name);
	/* What else is in the slot says that. */
	if (bus.pci)
		(void)argv_take(argv, option->tree, "multifunction");
	option->settled = true;
}

void place_read(struct argv *argv, xmlNodePtr node, struct node *tree)
{
	const char *text = argv_peek(argv, tree, "bus");
	struct argv_item *item = argv_item(node);
	struct bus bus;

	if (text && strncmp(text, "virtio-mmio-bus.", 16) == 0) {
		(void)argv_take(argv, tree, "bus");
		(void)add_address(node, "virtio-mmio");
		argv->transports = true;
		return;
	}
	/* "virtio-net-device" needs no name of a bus to be on a transport. */
	if (!text && item->driver && strncmp(item->driver, "virtio-", 7) == 0 &&
	    strlen(item->driver) > 7 &&
	    strcmp(item->driver + strlen(item->driver) - 7, "-device") == 0) {
		(void)add_address(node, "virtio-mmio");
		argv->transports = true;
		return;
	}
	if (!place_bus_of(argv, item->option, &bus))
		return;
	if (item->family->rank == RANK_IOMMU && !text)
		bus.pci = argv_peek(argv, tree, "addr");
	if (!text && !item->option->on && item->class && item->class->on != CONTROLLER_NONE)
		bus = (struct bus){.type = item->class->on};
	if (bus.pci) {
		if (item->family->rank != RANK_MEMORY || text)
			place_pci(argv, node, tree, &bus);
		return;
	}
	switch (bus.type) {
	case CONTROLLER_USB:
		place_two(argv, node, tree, &bus, "usb", "bus", "port", "port");
		break;
	case CONTROLLER_VIRTIO_SERIAL:
		place_two(argv, node, tree, &bus, "virtio-serial", "controller", "port", "nr");
		break;
	case CONTROLLER_CCID:
		place_two(argv, node, tree, &bus, "ccid", "controller", "slot", "slot");
		break;
	case CONTROLLER_SCSI:
	case CONTROLLER_IDE:
	case CONTROLLER_SATA:
	case CONTROLLER_FDC:
		if (!text && bus.type == CONTROLLER_FDC)
			(void)find_built_in(argv, "floppy-bus", 10, &bus);
		if (text || item->option->on || bus.type == CONTROLLER_FDC)
			place_drive(argv, node, tree, &bus);
		break;
	case CONTROLLER_NONE:
	case CONTROLLER_PCI:
	case CONTROLLER_TYPE_COUNT:
		break;
	}
}
