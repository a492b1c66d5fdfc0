/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attach_usb.c - the ports of a USB bus and of the hubs behind it.
 *
 * As libvirt 9: the lowest free port of the bus itself, then, hub by hub, the lowest of theirs; hubs
 * are added so that a port is left over.
 */
#include "layout/attaching.h"

#include <string.h>

#define HUB_PORTS 8 /* of usb-hub */
#define HUBS_MAX  200 /* added ones: their slots begin behind the configured */

bool attach_is_hub(const struct vm_dev *dev)
{
	return dev && !dev->family->controller && dev->class->offer &&
	       dev->class->offer->type == CONTROLLER_USB;
}

unsigned attach_usb_ports(const struct attaching *at, const struct dev_addr *hub)
{
	const struct vm_dev *dev = attach_controller(at->vm, CONTROLLER_USB, hub->usb.bus);

	if (place_depth(hub)) {
		const struct attach_taken *taken = attach_at(at, hub);

		dev = taken && attach_is_hub(taken->dev) ? taken->dev : NULL;
	}
	return dev ? dev->class->offer->ports(dev) : 0;
}

static bool find_below(const struct attaching *at, struct dev_addr *addr, unsigned which)
{
	unsigned ports = attach_usb_ports(at, addr), depth = place_depth(addr);

	for (unsigned port = 1; depth < USB_DEPTH && port <= ports; port++) {
		addr->usb.port[depth] = (unsigned char)port;
		const struct attach_taken *taken = attach_at(at, addr);

		if (!taken || (!taken->dev && which & ATTACH_GONE))
			return true;
	}
	for (unsigned port = 1; depth + 1 < USB_DEPTH && port <= ports; port++) {
		addr->usb.port[depth] = (unsigned char)port;
		if (find_below(at, addr, which))
			return true;
	}
	if (depth < USB_DEPTH)
		addr->usb.port[depth] = 0;
	return false;
}

bool attach_usb_free(const struct attaching *at, unsigned bus, unsigned which,
		     struct dev_addr *ret_addr)
{
	*ret_addr =
		(struct dev_addr){.kind = ADDR_USB, .type = CONTROLLER_USB, .usb = {.bus = bus}};
	return find_below(at, ret_addr, which);
}

/* ---- hubs ------------------------------------------------------------------------------------- */

static const struct dev_family *hub_family(const struct vm *vm)
{
	for (const struct dev_family *const *entry = vm->families; entry && *entry; entry++) {
		const struct dev_offer *offer = (*entry)->classes->offer;

		if (!(*entry)->controller && offer && offer->type == CONTROLLER_USB)
			return *entry;
	}
	return NULL;
}

static void add_hub(struct vm *vm, const struct dev_family *family, unsigned slot)
{
	struct vm_dev *hub = vm_add_dev(vm, family, slot, 0, 0);

	hub->added = true;
	if (family->prepare)
		family->prepare(vm, hub);
}

static void add_locked(struct vm *vm, const struct dev_family *family, const struct lock *lock)
{
	for (unsigned slot = family->max; slot < family->max + HUBS_MAX; slot++) {
		const char *id = arena_fmt(vm->arena, "%s%u", family->name, slot);
		const struct lock_line *line = lock_find(lock, id);

		if (line && !line->gone && line->addr.kind == ADDR_USB)
			add_hub(vm, family, slot);
	}
}

static void count(const struct vm *vm, size_t *ret_devs, size_t *ret_ports)
{
	*ret_devs = *ret_ports = 0;
	vm_for_each(dev, vm) {
		if (dev->class->on == CONTROLLER_USB)
			++*ret_devs;
		if (dev->class->offer && dev->class->offer->type == CONTROLLER_USB)
			*ret_ports += dev->class->offer->ports(dev);
	}
}

void attach_usb_add_hubs(struct vm *vm, struct layout *layout)
{
	const struct dev_family *family = hub_family(vm);
	size_t devs, ports, hubs = 0;

	if (!family || !caps_has(vm->board->caps, "device", family->classes->driver))
		return;
	add_locked(vm, family, layout->lock);
	count(vm, &devs, &ports);
	/* Without a controller a hub has no place either. */
	if (!ports)
		return;
	/* A hub takes a port and brings eight; one port is left over. */
	if (devs > ports)
		hubs = (devs - ports + 1 + HUB_PORTS - 2) / (HUB_PORTS - 1);
	for (unsigned slot = family->max; hubs && slot < family->max + HUBS_MAX; slot++) {
		if (vm_find(vm, arena_fmt(vm->arena, "%s%u", family->name, slot)))
			continue;
		add_hub(vm, family, slot);
		hubs--;
	}
}
