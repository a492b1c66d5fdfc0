/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * devices.c - walk the rows of every device and set their values at their XML paths.
 *
 * Knows no device. The order of the elements is libvirt's; addresses do not depend on it because
 * each one is written.
 */
#include "domain/devices.h"

#include <inttypes.h>
#include <string.h>

#include "base/vlan.h"
#include "domain/domain.h"
#include "model/machine.h"
#include "model/place.h"

/* Order of the elements as libvirt 9.0 writes them; what is not named comes last. */
static const char *const element_order[] = {
	"disk",    "controller", "filesystem", "interface", "smartcard", "serial",     "parallel",
	"console", "channel",    "input",      "tpm",       "graphics",  "sound",      "audio",
	"video",   "hostdev",    "redirdev",   "hub",       "watchdog",  "memballoon", "rng",
	"panic",   "shmem",      "memory",     "iommu",     "vsock",
};

static unsigned element_place(const struct vm_dev *dev)
{
	unsigned place = 0;

	while (place < ARRAY_SIZE(element_order) &&
	       strcmp(element_order[place], dev_element(dev)) != 0)
		place++;
	return place;
}

void domain_refuse(const struct vm_dev *dev, const char *prop_name, struct err_list *errs)
{
	struct err *err = dev_error(errs, dev, prop_name, "domain-text",
				    "the value cannot be written into the domain XML");

	err_why(err, "XML holds UTF-8 text without control characters.");
	err_fix(err, "Save the configuration as UTF-8, or use plain ASCII here.");
}

/* ---- the value of a row as XML text ----------------------------------------------------------- */

static const char *bool_text(const struct prop *row, bool yes)
{
	if (row->flags & PROP_XML_ONOFF)
		return yes ? "on" : "off";
	return yes ? "yes" : "no";
}

/* NULL: nothing is written. */
static const char *row_text(const struct vm_dev *dev, const struct prop *row)
{
	bool always = row->flags & PROP_ALWAYS;
	uint64_t number;

	switch (row->kind) {
	case PROP_BOOL:
		return dev_bool(dev, row) || always ? bool_text(row, dev_bool(dev, row)) : NULL;
	case PROP_UINT:
		number = dev_uint(dev, row);
		if (number == row->absent && !always)
			return NULL;
		if (row->flags & PROP_XML_KIB)
			number <<= 10;
		return arena_fmt(dev->vm->arena, "%" PRIu64, number);
	case PROP_STRING:
		return dev_string(dev, row);
	case PROP_ENUM:
		return dev_word(dev, row)->xml;
	case PROP_CLASS:
		return dev->class->name;
	case PROP_CONST:
		return row->text;
	case PROP_ALIAS:
		return dev_alias_text(dev, row);
	case PROP_MADE:
		return row->make(dev);
	case PROP_NUMBER:
	case PROP_PCI:
	case PROP_PLACE:
	case PROP_ADDRESS:
	case PROP_KIND_COUNT:
		break;
	}
	return NULL;
}

/* A truth that is an element of its own is there or not: <readonly/>. */
static bool is_flag_element(const struct prop *row)
{
	return row->kind == PROP_BOOL && !strchr(row->xml, '@');
}

const char *domain_row_path(const struct vm_dev *dev, const struct prop *row, xmlNodePtr *node)
{
	const char *path = row->xml, *percent = strstr(path, "%s");

	if (*path == '/') {
		*node = xmlDocGetRootElement((*node)->doc);
		path++;
	}
	if (!percent)
		return path;
	return arena_fmt(dev->vm->arena, "%.*s%s%s", (int)(percent - path), path, dev->number,
			 percent + 2);
}

const char *domain_item_path(struct arena *arena, const char *path, unsigned number)
{
	const char *percent = strstr(path, "%u");
	/* Elements of one name are counted from 1. */
	bool counted = percent > path && percent[-1] == '[';

	return arena_fmt(arena, "%.*s%u%s", (int)(percent - path), path, number + counted,
			 percent + 2);
}

static void add_item(const struct vm_dev *dev, const char *path, unsigned number, const char *text,
		     xmlNodePtr node)
{
	xml_set(node, domain_item_path(dev->vm->arena, path, number), text);
}

/* In XML there are no ranges. */
static void add_vlans(const struct vm_dev *dev, const char *path, const char *list, xmlNodePtr node)
{
	unsigned first, last, number = 0;

	while (vlan_next(&list, &first, &last) == 1)
		for (; first <= last; first++)
			add_item(dev, path, number++, arena_fmt(dev->vm->arena, "%u", first), node);
}

/* Each item at its own path, in which "%u" is its number. */
static void add_items(const struct vm_dev *dev, const struct prop *row, const char *path,
		      const char *text, xmlNodePtr node)
{
	if (row->rule == RULE(VLANS)) {
		add_vlans(dev, path, text, node);
		return;
	}
	for (unsigned i = 0; *text; i++) {
		size_t len = strcspn(text, ",");

		if (len)
			add_item(dev, path, i, arena_dup(dev->vm->arena, text, len), node);
		text += len + (text[len] == ',');
	}
}

static void add_row(const struct vm_dev *dev, const struct prop *row, xmlNodePtr node,
		    struct err_list *errs)
{
	const char *text = row_text(dev, row), *path;

	if (!text)
		return;
	path = domain_row_path(dev, row, &node);
	if (!xml_is_valid(text))
		domain_refuse(dev, row->name, errs);
	else if (row->flags & PROP_XML_LIST)
		add_items(dev, row, path, text, node);
	else if (!is_flag_element(row))
		xml_set(node, path, text);
	else if (dev_bool(dev, row))
		xml_set(node, path, NULL);
}

/* ---- addresses -------------------------------------------------------------------------------- */

static void add_pci(xmlNodePtr device, const struct dev_addr *addr)
{
	xmlNodePtr node = xml_child(device, "address");

	xml_attr(node, "type", "pci");
	xml_attr_fmt(node, "domain", "0x%04x", addr->pci.domain);
	xml_attr_fmt(node, "bus", "0x%02x", addr->pci.bus);
	xml_attr_fmt(node, "slot", "0x%02x", addr->pci.slot);
	xml_attr_fmt(node, "function", "0x%x", addr->pci.function);
	if (addr->multifunction != MULTI_DEFAULT)
		xml_attr(node, "multifunction", addr->multifunction == MULTI_ON ? "on" : "off");
}

static void add_drive(xmlNodePtr device, const struct drive_addr *drive)
{
	xmlNodePtr node = xml_child(device, "address");

	xml_attr(node, "type", "drive");
	xml_attr_fmt(node, "controller", "%u", drive->controller);
	xml_attr_fmt(node, "bus", "%u", drive->bus);
	xml_attr_fmt(node, "target", "%u", drive->target);
	xml_attr_fmt(node, "unit", "%u", drive->unit);
}

static void add_usb(struct arena *arena, xmlNodePtr device, const struct dev_addr *addr)
{
	xmlNodePtr node = xml_child(device, "address");

	xml_attr(node, "type", "usb");
	xml_attr_fmt(node, "bus", "%u", addr->usb.bus);
	xml_attr(node, "port", strchr(place_text(arena, addr), ':') + 1);
}

static void add_address(struct arena *arena, xmlNodePtr device, const struct dev_addr *addr)
{
	xmlNodePtr node;

	switch (addr->kind) {
	case ADDR_PCI:
		add_pci(device, addr);
		break;
	case ADDR_VIRTIO_SERIAL:
		node = xml_child(device, "address");
		xml_attr(node, "type", "virtio-serial");
		xml_attr_fmt(node, "controller", "%u", addr->serial.controller);
		xml_attr(node, "bus", "0");
		xml_attr_fmt(node, "port", "%u", addr->serial.port);
		break;
	case ADDR_VIRTIO_MMIO:
		/* libvirt has no word for the transport; QEMU would choose the one that is ours. */
		xml_attr(xml_child(device, "address"), "type", "virtio-mmio");
		break;
	case ADDR_DRIVE:
		add_drive(device, &addr->drive);
		break;
	case ADDR_USB:
		add_usb(arena, device, addr);
		break;
	case ADDR_CCID:
		node = xml_child(device, "address");
		xml_attr(node, "type", "ccid");
		xml_attr_fmt(node, "controller", "%u", addr->ccid.controller);
		xml_attr_fmt(node, "slot", "%u", addr->ccid.slot);
		break;
	case ADDR_NONE:
	case ADDR_KIND_COUNT:
		break;
	}
}

/* ---- devices ---------------------------------------------------------------------------------- */

void domain_add_rows(const struct vm_dev *dev, xmlNodePtr node, struct err_list *errs)
{
	prop_for_each(row, dev->family->props)
	{
		if (row->xml && dev_applies(dev, row))
			add_row(dev, row, node, errs);
	}
}

static void add_device(const struct vm_dev *dev, xmlNodePtr devices, struct err_list *errs)
{
	const char *element = dev_element(dev);
	bool placed = false;

	if (!*element)
		return;
	xmlNodePtr node = xml_child(devices, element);

	prop_for_each(row, dev->family->props) placed |=
		row->kind == PROP_ADDRESS && dev_applies(dev, row);
	domain_add_rows(dev, node, errs);
	if (dev->alias && !dev->family->under && !(dev->family->flags & FAMILY_UNNAMED))
		xml_set(node, "alias/@name", dev->alias);
	if (placed)
		add_address(dev->vm->arena, node, &dev->addr);
}

/* Without the element libvirt would add a USB controller. */
static void add_no_usb(xmlNodePtr devices)
{
	xmlNodePtr usb = xml_child(devices, "controller");

	xml_attr(usb, "type", "usb");
	xml_attr(usb, "index", "0");
	xml_attr(usb, "model", "none");
}

static bool has_controller(const struct vm *vm, enum controller_type type)
{
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family->controller == type && dev->index == 0)
			return true;
	}
	return false;
}

static void add_built_in(const struct vm *vm, xmlNodePtr devices)
{
	/* The SATA controller of the ICH9 is part of the chipset, with or without disks on it. */
	if (strcmp(vm->machine->name, "q35") != 0 || has_controller(vm, CONTROLLER_SATA))
		return;
	static const struct dev_addr ich9_sata = {.kind = ADDR_PCI,
						  .pci = {.slot = 0x1f, .function = 2}};
	xmlNodePtr sata = xml_child(devices, "controller");

	xml_attr(sata, "type", "sata");
	xml_attr(sata, "index", "0");
	add_address(vm->arena, sata, &ich9_sata);
}

static void add_controllers(const struct vm *vm, xmlNodePtr devices, struct err_list *errs)
{
	struct vm_dev *dev = vm->controllers;

	if (!has_controller(vm, CONTROLLER_USB))
		add_no_usb(devices);
	for (; dev && dev->family->controller == CONTROLLER_USB; dev = dev->next)
		add_device(dev, devices, errs);
	add_built_in(vm, devices);
	for (; dev; dev = dev->next)
		add_device(dev, devices, errs);
}

static bool has_element(const struct vm *vm, const char *name)
{
	vm_for_each_dev(dev, vm->devs) {
		if (strcmp(dev_element(dev), name) == 0)
			return true;
	}
	return false;
}

void domain_add_direct(const struct vm *vm, xmlNodePtr root, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family->under && !*dev->family->under)
			add_device(dev, root, errs);
	}
}

void domain_add_others(const struct vm *vm, xmlNodePtr root, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family->under && *dev->family->under)
			add_device(dev, xml_at(root, dev->family->under), errs);
	}
}

/* A hub behind another one comes after it, or libvirt does not find the other one. */
static void add_elements(const struct vm *vm, xmlNodePtr devices, unsigned place,
			 struct err_list *errs)
{
	bool is_hub = place < ARRAY_SIZE(element_order) && !strcmp(element_order[place], "hub");

	for (unsigned depth = is_hub ? 1 : 0; depth <= (is_hub ? USB_DEPTH : 0); depth++) {
		vm_for_each_dev(dev, vm->devs) {
			if (!dev->family->under && element_place(dev) == place &&
			    (!is_hub || place_depth(&dev->addr) == depth))
				add_device(dev, devices, errs);
		}
	}
}

void domain_add_devices(const struct vm *vm, xmlNodePtr root, struct err_list *errs)
{
	xmlNodePtr devices = xml_child(root, "devices");

	xml_text(devices, "emulator", vm->board->qemu);
	for (unsigned place = 0; place <= ARRAY_SIZE(element_order); place++) {
		const char *element = place < ARRAY_SIZE(element_order) ? element_order[place] : "";

		if (strcmp(element, "controller") == 0)
			add_controllers(vm, devices, errs);
		add_elements(vm, devices, place, errs);
	}
	/* Without the elements libvirt would add a video adapter and a balloon. */
	if (has_element(vm, "graphics") && !has_element(vm, "video"))
		xml_set(devices, "video/model/@type", "none");
	if (!has_element(vm, "memballoon"))
		xml_set(devices, "memballoon/@model", "none");
}

/* ---- metadata --------------------------------------------------------------------------------- */

/* Two words of a choice with the same spelling in XML: the later one needs saying. */
static bool is_ambiguous(const struct vm_dev *dev, const struct prop *row)
{
	const struct prop_word *chosen = dev_word(dev, row);

	for (const struct prop_word *word = row->words; word != chosen; word++) {
		if (word->xml && chosen->xml && strcmp(word->xml, chosen->xml) == 0)
			return true;
	}
	return false;
}

static bool is_shown(const struct vm_dev *dev, const char *value)
{
	prop_for_each(row, dev->family->props)
	{
		if (row->xml && row->kind == PROP_STRING && dev_applies(dev, row) &&
		    dev_string(dev, row) && strcmp(dev_string(dev, row), value) == 0)
			return true;
	}
	return false;
}

/* XML has it in parts, and they are rows of their own; the first part says whether they are there. */
static bool is_in_parts(const struct vm_dev *dev, const struct prop *row)
{
	if (!row->joined)
		return false;
	const char *part = row->joined + strspn(row->joined, "{");
	size_t len = strcspn(part, " }");

	prop_for_each(other, dev->family->props)
	{
		if (other->xml && strlen(other->xml) == len &&
		    strncmp(other->xml, part, len) == 0 && dev_applies(dev, other) &&
		    row_text(dev, other))
			return true;
	}
	return false;
}

/* What a configured row says beyond XML, or NULL. */
static const char *policy_text(const struct vm_dev *dev, const struct prop *row)
{
	if (!row->sym || !dev_applies(dev, row))
		return NULL;
	if (row->kind == PROP_ENUM && (!row->xml || is_ambiguous(dev, row)))
		return dev_word(dev, row)->sym;
	if (row->xml || is_in_parts(dev, row))
		return NULL;
	/* Values bound on the target may be paths of the build host (payload): not here. */
	if (row->flags & PROP_SITE)
		return NULL;
	if (row->kind == PROP_STRING)
		return dev_string(dev, row) && !is_shown(dev, dev_string(dev, row))
			       ? dev_string(dev, row)
			       : NULL;
	if (row->kind == PROP_BOOL || row->kind == PROP_UINT)
		return row_text(dev, row);
	return NULL;
}

static void add_policy(const struct vm_dev *dev, xmlNodePtr kiln, struct err_list *errs)
{
	xmlNodePtr node = xml_child(kiln, "device");

	xml_attr(node, "id", dev->id);
	if (dev->alias)
		xml_attr(node, "alias", dev->alias);
	prop_for_each(row, dev->family->props)
	{
		const char *text = policy_text(dev, row);

		if (text && !xml_is_valid(text))
			domain_refuse(dev, row->name, errs);
		else if (text)
			xml_attr(node, row->name, text);
	}
}

void domain_add_metadata(const struct vm *vm, xmlNodePtr root, struct err_list *errs)
{
	xmlNodePtr metadata = xml_child(root, "metadata");
	xmlNodePtr kiln = xml_child(metadata, "machine");

	xml_namespace(kiln, DOMAIN_NAMESPACE, "kiln");
	xml_attr(kiln, "board", vm->board->name);
	xml_attr(kiln, "layout", vm->board->layout_algorithm);
	xml_attr(kiln, "accel", vm->guest.accel->sym);
	xml_attr(kiln, "uuid", vm->guest.uuid ? "GIVEN" : "UNIT");
	/* Which controllers are somebody's own: the others would be added again. */
	vm_for_each_dev(dev, vm->controllers) {
		if (!dev->added && !(dev->class->flags & CLASS_IMPLICIT) && dev->alias)
			add_policy(dev, kiln, errs);
	}
	vm_for_each_dev(dev, vm->devs) {
		if (!(dev->family->flags & FAMILY_INTERNAL) && !dev->added)
			add_policy(dev, kiln, errs);
	}
}
