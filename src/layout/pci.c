/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci.c - buses and functions: compatible, valid, reserved, released.
 *
 * In: flags and addresses. Out: marks in the set, or an error. Searching and growing are in
 * pci_search.c. Knows no device: an owner is a name.
 */
#include "layout/pci.h"

#include <stdio.h>
#include <string.h>

static const char *const type_names[PCI_TYPE_COUNT] = {
	"a conventional PCI device",
	"a PCI Express device",
	"a pcie-root-port",
	"a pcie-switch-upstream-port",
	"a pcie-switch-downstream-port",
	"a dmi-to-pci-bridge",
	"a pcie-to-pci-bridge",
	"a pci-expander-bus",
	"a pcie-expander-bus",
	"a pci-bridge",
};

static const char *type_name(unsigned flags)
{
	for (unsigned i = 0; i < PCI_TYPE_COUNT; i++) {
		if (flags & (1u << i))
			return type_names[i];
	}
	return "a device that is not a PCI device";
}

const char *pci_addr_text(const struct pci_addr *addr, char *buf)
{
	int n = addr->domain ? snprintf(buf, PCI_ADDR_TEXT, "%04x:%02x:%02x.%x", addr->domain,
					addr->bus, addr->slot, addr->function)
			     : snprintf(buf, PCI_ADDR_TEXT, "%02x:%02x.%x", addr->bus, addr->slot,
					addr->function);

	if (n >= PCI_ADDR_TEXT)
		buf[PCI_ADDR_TEXT - 1] = '\0';
	return buf;
}

bool pci_addr_same(const struct pci_addr *a, const struct pci_addr *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->slot == b->slot &&
	       a->function == b->function;
}

void pci_set_bus(struct pci_set *set, unsigned index, enum pci_model model)
{
	if (!set->bus[index])
		set->bus[index] = arena_alloc(set->arena, sizeof(struct pci_bus));

	struct pci_bus *bus = set->bus[index];

	bus->model = model;
	bus->flags = pci_models[model].accepts;
	bus->min_slot = pci_models[model].min_slot;
	bus->max_slot = pci_models[model].max_slot;
	if (index >= set->count)
		set->count = index + 1;
}

void pci_fill_holes(struct pci_set *set)
{
	enum pci_model filler = PCI_MODEL_PCI_BRIDGE;

	for (unsigned i = 0; i < set->count; i++) {
		if (set->bus[i] && set->bus[i]->model == PCI_MODEL_PCIE_ROOT)
			filler = PCI_MODEL_PCIE_ROOT_PORT;
	}
	for (unsigned i = 0; i < set->count; i++) {
		if (!set->bus[i])
			pci_set_bus(set, i, filler);
	}
}

/*
 * Endpoints are the same to a bus when a person chose the address: any of them fits wherever
 * endpoints go at all, and a pci-bridge wherever a conventional device goes.
 */
bool pci_compatible(const struct pci_set *set, unsigned bus, unsigned flags, enum pci_origin origin)
{
	unsigned accepts = set->bus[bus]->flags;

	if (flags & PCI_INTEGRATED) {
		if (bus != 0)
			return false;
		accepts |= PCI_AUTO | PCI_TYPE_PCI;
	}
	if (origin == PCI_CONFIGURED) {
		if (accepts & PCI_TYPE_ENDPOINT)
			accepts |= PCI_TYPE_ENDPOINT;
		if (flags & PCI_TYPE_BRIDGE)
			flags |= PCI_TYPE_PCI;
	} else if ((flags & PCI_AUTO) && !(accepts & PCI_AUTO)) {
		return false;
	}
	if ((flags & PCI_HOTPLUG) && !(accepts & PCI_HOTPLUG))
		return false;
	return flags & accepts & PCI_TYPE_MASK;
}

static void fix_suggest(const struct pci_set *set, const struct pci_want *want, struct err *err)
{
	char text[128];

	if (pci_suggest(set, want->flags, 3, text, sizeof(text)))
		err_fix(err, "Clear the address to let kiln choose, or pick a free one: %s.", text);
	else if (pci_suggest_parent(set, want->flags, text, sizeof(text)))
		err_fix(err, "No bus has a place for it. Add %s.", text);
	else
		err_fix(err, "Switch it off: nothing that could be added has a place for it.");
}

static int refuse_connection(const struct pci_addr *addr, const struct pci_bus *bus,
			     const struct pci_want *want, struct err *err)
{
	char text[PCI_ADDR_TEXT];
	const char *model = pci_models[bus->model].name;

	pci_addr_text(addr, text);
	if (want->flags & PCI_INTEGRATED) {
		err_set(err, ERR_CONFIG, "%s cannot be at PCI address %s", want->owner->name, text);
		err_why(err, "It is an integrated device, and those are on bus 0 only.");
	} else if ((want->flags & PCI_HOTPLUG) && !(bus->flags & PCI_HOTPLUG)) {
		err_set(err, ERR_CONFIG, "%s cannot be hot-plugged at PCI address %s",
			want->owner->name, text);
		err_why(err, "Bus %u is the %s, which takes no hot-plugged devices.", addr->bus,
			model);
	} else if (want->origin == PCI_AUTOMATIC && (want->flags & PCI_AUTO) &&
		   !(bus->flags & PCI_AUTO)) {
		err_set(err, ERR_CONFIG, "%s cannot be at PCI address %s", want->owner->name, text);
		err_why(err,
			"Bus %u is the %s, which takes a device only when its address is configured.",
			addr->bus, model);
	} else {
		err_set(err, ERR_CONFIG, "%s cannot be plugged in at PCI address %s",
			want->owner->name, text);
		err_why(err, "It plugs in as %s, and bus %u is the %s, which does not take one.",
			type_name(want->flags), addr->bus, model);
	}
	return -1;
}

static int refuse(const struct pci_set *set, const struct pci_addr *addr,
		  const struct pci_want *want, struct err *err)
{
	char text[PCI_ADDR_TEXT];

	pci_addr_text(addr, text);
	if (addr->domain != 0) {
		err_set(err, ERR_CONFIG, "PCI address %s of %s is in PCI domain %u", text,
			want->owner->name, addr->domain);
		err_why(err, "The guest has PCI domain 0 only.");
		return -1;
	}
	if (addr->bus >= set->count) {
		err_set(err, ERR_CONFIG, "PCI address %s of %s is on bus %u, which does not exist",
			text, want->owner->name, addr->bus);
		if (set->count)
			err_why(err, "The PCI buses of this guest are 0 to %u.", set->count - 1);
		else
			err_why(err, "This machine has no PCI bus.");
		return -1;
	}

	const struct pci_bus *bus = set->bus[addr->bus];

	if (!pci_compatible(set, addr->bus, want->flags, want->origin))
		return refuse_connection(addr, bus, want, err);
	if (addr->slot < bus->min_slot || addr->slot > bus->max_slot) {
		err_set(err, ERR_CONFIG, "PCI address %s of %s has slot 0x%02x", text,
			want->owner->name, addr->slot);
		if (bus->min_slot == bus->max_slot)
			err_why(err, "Bus %u is the %s, whose only slot is 0x%02x.", addr->bus,
				pci_models[bus->model].name, bus->min_slot);
		else
			err_why(err, "Bus %u is the %s, whose slots are 0x%02x to 0x%02x.",
				addr->bus, pci_models[bus->model].name, bus->min_slot,
				bus->max_slot);
		return -1;
	}
	if (addr->function >= PCI_FUNCTION_MAX) {
		err_set(err, ERR_CONFIG, "PCI address %s of %s has function %u", text,
			want->owner->name, addr->function);
		err_why(err, "A PCI slot has functions 0 to 7.");
		return -1;
	}
	return 0;
}

int pci_validate(const struct pci_set *set, const struct pci_addr *addr,
		 const struct pci_want *want, struct err *err)
{
	if (refuse(set, addr, want, err) == 0)
		return 0;
	fix_suggest(set, want, err);
	return -1;
}

static int refuse_taken(const struct pci_set *set, const struct pci_addr *addr,
			const struct pci_want *want, struct err *err)
{
	const struct pci_owner *other = pci_owner_at(set, addr);
	char text[PCI_ADDR_TEXT];

	pci_addr_text(addr, text);
	err_set(err, ERR_CONFIG, "PCI address %s is taken twice, by %s and by %s", text,
		other->name, want->owner->name);
	err_why(err, "A PCI function holds one device, and %s has this one.", other->name);
	fix_suggest(set, want, err);
	return -1;
}

/* A port lets its kind in wherever it came from; an endpoint only where it was put by rule. */
static uint16_t who_may_join(const struct pci_want *want)
{
	if ((want->flags & PCI_AGGREGATE) &&
	    (want->origin == PCI_AUTOMATIC || !(want->flags & PCI_TYPE_ENDPOINT)))
		return want->flags & PCI_TYPE_MASK;
	return 0;
}

void pci_come_first(struct pci_set *set, const struct pci_addr *addr, const struct pci_want *want)
{
	struct pci_slot *slot = &set->bus[addr->bus]->slot[addr->slot];

	slot->aggregate = who_may_join(want);
}

static void take(struct pci_set *set, const struct pci_addr *addr, const struct pci_want *want)
{
	struct pci_slot *slot = &set->bus[addr->bus]->slot[addr->slot];

	if (!slot->used && who_may_join(want))
		slot->aggregate = who_may_join(want);
	slot->used |= (uint8_t)(1u << addr->function);
	slot->owner[addr->function] = want->owner;
}

static int grow_for(struct pci_set *set, struct pci_addr *addr, unsigned flags, struct err *err)
{
	if (!set->can_grow || addr->domain != 0 || addr->bus < set->count || set->count == 0)
		return 0;
	return pci_grow(set, addr, flags, err) < 0 ? -1 : 0;
}

int pci_reserve(struct pci_set *set, struct pci_addr *addr, const struct pci_want *want,
		struct err *err)
{
	struct pci_addr as_asked = *addr;

	if (grow_for(set, addr, want->flags, err))
		return -1;
	if (pci_validate(set, addr, want, err)) {
		/* The message must not speak of a bus that nobody wrote. */
		if (addr->bus != as_asked.bus)
			err_ctx(err,
				"bus %u is raised to %u, behind the port that the bridge needs",
				as_asked.bus, addr->bus);
		return -1;
	}
	if (pci_owner_at(set, addr))
		return refuse_taken(set, addr, want, err);
	take(set, addr, want);
	return 0;
}

int pci_reserve_slot(struct pci_set *set, struct pci_addr *addr, const struct pci_want *want,
		     struct err *err)
{
	struct pci_addr function;

	if (grow_for(set, addr, want->flags, err))
		return -1;
	function = *addr;
	for (function.function = 0; function.function < PCI_FUNCTION_MAX; function.function++) {
		if (pci_validate(set, &function, want, err))
			return -1;
		if (pci_owner_at(set, &function))
			return refuse_taken(set, &function, want, err);
	}
	for (function.function = 0; function.function < PCI_FUNCTION_MAX; function.function++)
		take(set, &function, want);
	return 0;
}

void pci_keep_gone(struct pci_set *set, const struct pci_addr *addr)
{
	if (addr->bus < set->count && addr->slot < PCI_SLOT_MAX &&
	    addr->function < PCI_FUNCTION_MAX)
		set->bus[addr->bus]->slot[addr->slot].gone |= (uint8_t)(1u << addr->function);
}

void pci_release(struct pci_set *set, const struct pci_addr *addr)
{
	struct pci_slot *slot = &set->bus[addr->bus]->slot[addr->slot];

	slot->used &= (uint8_t) ~(1u << addr->function);
	slot->owner[addr->function] = NULL;
	/* An earlier bus may have room again. */
	set->hint_count = 0;
}

bool pci_slot_free(const struct pci_set *set, unsigned bus, unsigned slot)
{
	return !set->bus[bus]->slot[slot].used;
}

const struct pci_owner *pci_owner_at(const struct pci_set *set, const struct pci_addr *addr)
{
	if (addr->bus >= set->count || addr->slot >= PCI_SLOT_MAX ||
	    addr->function >= PCI_FUNCTION_MAX)
		return NULL;
	return set->bus[addr->bus]->slot[addr->slot].owner[addr->function];
}

bool pci_bus_full(const struct pci_bus *bus)
{
	for (unsigned i = bus->min_slot; i <= bus->max_slot; i++) {
		if (!bus->slot[i].used)
			return false;
	}
	return true;
}
