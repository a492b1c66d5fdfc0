/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place.c - write and read places on controllers; no rule about who gets which.
 */
#include "model/place.h"

#include <string.h>

#include "base/bug.h"
#include "base/num.h"
#include "model/vm.h"

static const struct {
	const char *name, *noun;
	enum addr_kind kind;
} types[CONTROLLER_TYPE_COUNT] = {
	[CONTROLLER_NONE] = {"none", "no", ADDR_NONE},
	[CONTROLLER_USB] = {"usb", "USB", ADDR_USB},
	[CONTROLLER_SATA] = {"sata", "SATA", ADDR_DRIVE},
	[CONTROLLER_SCSI] = {"scsi", "SCSI", ADDR_DRIVE},
	[CONTROLLER_PCI] = {"pci", "PCI", ADDR_PCI},
	[CONTROLLER_FDC] = {"fdc", "floppy", ADDR_DRIVE},
	[CONTROLLER_IDE] = {"ide", "IDE", ADDR_DRIVE},
	[CONTROLLER_VIRTIO_SERIAL] = {"virtio-serial", "virtio-serial", ADDR_VIRTIO_SERIAL},
	[CONTROLLER_CCID] = {"ccid", "smartcard", ADDR_CCID},
};

const char *place_type_name(enum controller_type type)
{
	return types[type].name;
}

const char *place_noun(enum controller_type type)
{
	return types[type].noun;
}

enum controller_type place_type_find(const char *name)
{
	for (unsigned i = 0; i < CONTROLLER_TYPE_COUNT; i++) {
		enum addr_kind kind = types[i].kind;
		bool holds = kind == ADDR_DRIVE || kind == ADDR_USB || kind == ADDR_CCID;

		if (holds && strcmp(types[i].name, name) == 0)
			return (enum controller_type)i;
	}
	return CONTROLLER_NONE;
}

unsigned place_controller(const struct dev_addr *addr)
{
	if (addr->kind == ADDR_USB)
		return addr->usb.bus;
	return addr->kind == ADDR_CCID ? addr->ccid.controller : addr->drive.controller;
}

unsigned place_depth(const struct dev_addr *addr)
{
	unsigned depth = 0;

	while (addr->kind == ADDR_USB && depth < USB_DEPTH && addr->usb.port[depth])
		depth++;
	return depth;
}

bool place_same(const struct dev_addr *a, const struct dev_addr *b)
{
	if (a->kind != b->kind || a->type != b->type || place_controller(a) != place_controller(b))
		return false;
	if (a->kind == ADDR_USB)
		return memcmp(a->usb.port, b->usb.port, USB_DEPTH) == 0;
	if (a->kind == ADDR_CCID)
		return a->ccid.slot == b->ccid.slot;
	return a->drive.bus == b->drive.bus && a->drive.target == b->drive.target &&
	       a->drive.unit == b->drive.unit;
}

static const char *port_text(struct arena *arena, const struct usb_addr *usb)
{
	struct text text = {.arena = arena};

	for (unsigned i = 0; i < USB_DEPTH && usb->port[i]; i++)
		text_fmt(&text, "%s%u", i ? "." : "", usb->port[i]);
	return text_str(&text);
}

const char *place_text(struct arena *arena, const struct dev_addr *addr)
{
	if (addr->kind == ADDR_USB)
		return arena_fmt(arena, "%u:%s", addr->usb.bus, port_text(arena, &addr->usb));
	if (addr->kind == ADDR_CCID)
		return arena_fmt(arena, "%u:%u", addr->ccid.controller, addr->ccid.slot);
	return arena_fmt(arena, "%u:%u:%u:%u", addr->drive.controller, addr->drive.bus,
			 addr->drive.target, addr->drive.unit);
}

/* Digits without a leading zero; moves *text behind them. */
static bool take(const char **text, unsigned max, unsigned *ret)
{
	size_t len = strspn(*text, "0123456789");
	uint64_t value;

	if (!len || (len > 1 && **text == '0') || num_parse_n(*text, len, 0, max, &value) != 0)
		return false;
	*ret = (unsigned)value;
	*text += len;
	return true;
}

static bool take_behind(const char **text, unsigned max, unsigned *ret)
{
	if (**text != ':')
		return false;
	++*text;
	return take(text, max, ret);
}

static bool parse_port(const char *text, struct usb_addr *ret)
{
	unsigned port;

	for (unsigned i = 0; i < USB_DEPTH; i++) {
		if (!take(&text, 255, &port) || !port)
			return false;
		ret->port[i] = (unsigned char)port;
		if (!*text)
			return true;
		if (*text++ != '.')
			return false;
	}
	return false;
}

bool place_parse(enum controller_type type, const char *text, struct dev_addr *ret_addr,
		 bool *ret_whole)
{
	struct dev_addr addr = {.kind = types[type].kind, .type = type};
	unsigned controller;

	if (!take(&text, PLACE_CONTROLLER_MAX, &controller) || *text != ':')
		return false;
	if (addr.kind == ADDR_USB)
		addr.usb.bus = controller;
	else if (addr.kind == ADDR_CCID)
		addr.ccid.controller = controller;
	else
		addr.drive.controller = controller;
	*ret_whole = text[1];
	if (*ret_whole && addr.kind == ADDR_USB) {
		if (!parse_port(text + 1, &addr.usb))
			return false;
	} else if (*ret_whole && addr.kind == ADDR_CCID) {
		if (!take_behind(&text, 255, &addr.ccid.slot) || *text)
			return false;
	} else if (*ret_whole) {
		if (!take_behind(&text, 255, &addr.drive.bus) ||
		    !take_behind(&text, 65535, &addr.drive.target) ||
		    !take_behind(&text, 65535, &addr.drive.unit) || *text)
			return false;
	}
	*ret_addr = addr;
	return true;
}

const char *place_form(enum controller_type type)
{
	if (types[type].kind == ADDR_USB)
		return "It is BUS:PORT, where BUS is the index of the USB controller and PORT a "
		       "number from 1, or such numbers with '.' between for a port of a hub, as in "
		       "0:1.2; BUS: alone leaves the port to Kiln.";
	if (types[type].kind == ADDR_CCID)
		return "It is CONTROLLER:SLOT, two numbers, as in 0:0; CONTROLLER: alone leaves the "
		       "slot to Kiln.";
	return "It is CONTROLLER:BUS:TARGET:UNIT, four numbers, as in 0:0:0:2; CONTROLLER: alone "
	       "leaves the rest to Kiln.";
}

static const struct dev_offer *offer_of(const struct vm_dev *dev)
{
	BUG_IF(!dev->controller || !dev->controller->class->offer);
	return dev->controller->class->offer;
}

const char *place_bus(const struct vm_dev *dev)
{
	const struct dev_offer *offer = offer_of(dev);
	const char *name = offer->bus ? offer->bus : dev->controller->alias;
	unsigned suffix = 0;

	if (offer->suffix == SUFFIX_BUS)
		suffix = dev->addr.drive.bus;
	else if (offer->suffix == SUFFIX_UNIT)
		suffix = dev->addr.drive.unit;
	return arena_fmt(dev->vm->arena, "%s.%u", name, suffix);
}

const char *place_pci_bus(const struct vm_dev *dev)
{
	const struct vm_dev *bus = dev->vm->controllers;

	while (bus && (bus->family->rank != RANK_PCI_CONTROLLER || bus->index != dev->addr.pci.bus))
		bus = bus->next;
	BUG_IF(!bus);
	return bus->alias;
}

size_t place_props(const struct vm_dev *dev, struct place_prop ret[PLACE_PROPS])
{
	const struct dev_offer *offer = offer_of(dev);
	const struct drive_addr *drive = &dev->addr.drive;
	size_t count = 0;

	if (dev->addr.kind == ADDR_USB) {
		const char *port = port_text(dev->vm->arena, &dev->addr.usb);

		ret[count++] = (struct place_prop){.name = "port", .text = port};
		return count;
	}
	if (offer->bus_prop)
		ret[count++] = (struct place_prop){.name = offer->bus_prop, .number = drive->bus};
	if (offer->target_prop)
		ret[count++] =
			(struct place_prop){.name = offer->target_prop, .number = drive->target};
	if (offer->unit_prop)
		ret[count++] = (struct place_prop){.name = offer->unit_prop, .number = drive->unit};
	return count;
}
