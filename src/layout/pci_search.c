/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci_search.c - find a free place, add buses where there is none, suggest addresses.
 *
 * Each search gives the first place from bus 0 upward, as if there were no memory. The hints only
 * leave out buses that the same search has already found unfit or full: places are only taken
 * between two releases, so a bus left out stays unfit or full.
 */
#include "layout/pci.h"

#include <stdio.h>
#include <string.h>

enum gone_rule { GONE_KEEP, GONE_TAKE };

static bool find_on_bus(const struct pci_bus *bus, unsigned flags, int function,
			enum gone_rule rule, struct pci_addr *ret_addr)
{
	for (unsigned i = bus->min_slot; i <= bus->max_slot; i++) {
		const struct pci_slot *slot = &bus->slot[i];
		unsigned busy = slot->used | (rule == GONE_KEEP ? slot->gone : 0u);
		int found = -1;

		if (!busy) {
			found = function == PCI_ANY_FUNCTION ? 0 : function;
		} else if ((flags & PCI_AGGREGATE) && (slot->aggregate & flags)) {
			if (function != PCI_ANY_FUNCTION)
				found = busy & (1u << function) ? -1 : function;
			else if (busy != 0xff)
				found = __builtin_ctz(~busy);
		}
		if (found >= 0) {
			ret_addr->slot = (uint8_t)i;
			ret_addr->function = (uint8_t)found;
			return true;
		}
	}
	return false;
}

/* A full table of hints only costs time: the search then begins at bus 0. */
static unsigned *hint_for(struct pci_set *set, unsigned flags)
{
	for (unsigned i = 0; i < set->hint_count; i++) {
		if (set->hint[i].flags == flags)
			return &set->hint[i].bus;
	}
	if (set->hint_count == PCI_HINT_MAX)
		return NULL;
	set->hint[set->hint_count].flags = flags;
	set->hint[set->hint_count].bus = 0;
	return &set->hint[set->hint_count++].bus;
}

/*
 * libvirt searches twice, first among the buses of the device's isolation group, then among empty
 * ones of any group. Outside pSeries every group is 0 and the second round finds nothing new.
 */
static bool find(struct pci_set *set, unsigned flags, int function, enum gone_rule rule,
		 struct pci_addr *ret_addr)
{
	unsigned *hint = NULL;

	if (function == PCI_ANY_FUNCTION && rule == GONE_KEEP)
		hint = hint_for(set, flags);
	for (unsigned i = hint ? *hint : 0; i < set->count; i++) {
		if (hint)
			*hint = i;
		if (!pci_compatible(set, i, flags, PCI_AUTOMATIC))
			continue;
		if (find_on_bus(set->bus[i], flags, function, rule, ret_addr)) {
			ret_addr->domain = 0;
			ret_addr->bus = (uint16_t)i;
			return true;
		}
	}
	return false;
}

static int refuse_search(const struct pci_set *set, const struct pci_want *want, struct err *err)
{
	struct err grown = *err;

	err_set(err, ERR_CONFIG, "there is no free PCI place for %s", want->owner->name);
	/* What pci_grow() said is the reason why there is no place, and it knows what to add. */
	if (set->can_grow && grown.kind != ERR_NONE) {
		err_why(err, "%s", grown.why);
		err_fix(err, "%s", grown.fix);
		return -1;
	}
	err_why(err, "Every slot of every bus that takes such a device is in use.");
	err_fix(err,
		"Switch off devices, or configure PCI addresses by hand: functions 1 to 7 of a "
		"slot are used only then.");
	return -1;
}

int pci_reserve_next(struct pci_set *set, const struct pci_want *want, int function,
		     struct pci_found *ret_found, struct err *err)
{
	struct pci_found found = {0};

	if (set->count == 0) {
		err_set(err, ERR_CONFIG, "%s needs a PCI bus", want->owner->name);
		err_why(err, "This machine has no PCI bus.");
		err_fix(err, "Choose a machine with PCI.");
		return -1;
	}
	err->kind = ERR_NONE;
	if (find(set, want->flags, function, GONE_KEEP, &found.addr))
		goto take;
	if (set->take_gone && find(set, want->flags, function, GONE_TAKE, &found.addr)) {
		found.took_gone = true;
		goto take;
	}
	if (set->can_grow) {
		struct pci_addr addr = {.bus = (uint16_t)set->count};
		int grown = pci_grow(set, &addr, want->flags, err);

		if (grown > 0) {
			found.grown = (unsigned)grown;
			found.addr = addr;
			found.addr.slot = (uint8_t)set->bus[addr.bus]->min_slot;
			if (function != PCI_ANY_FUNCTION)
				found.addr.function = (uint8_t)function;
			goto take;
		}
	}
	if (!find(set, want->flags, function, GONE_TAKE, &found.addr))
		return refuse_search(set, want, err);
	found.took_gone = true;
take:
	err->kind = ERR_NONE;
	*ret_found = found;
	return pci_reserve(set, &ret_found->addr, want, err);
}

static const char *first_owner(const struct pci_bus *bus)
{
	for (unsigned s = bus->min_slot; s <= bus->max_slot; s++) {
		for (unsigned f = 0; f < PCI_FUNCTION_MAX; f++) {
			if (bus->slot[s].owner[f])
				return bus->slot[s].owner[f]->name;
		}
	}
	return "none";
}

int pci_reserve_on_bus(struct pci_set *set, const struct pci_want *want, unsigned bus,
		       struct pci_found *ret_found, struct err *err)
{
	struct pci_addr *addr = &ret_found->addr;
	char text[128];

	*ret_found = (struct pci_found){.addr = {.bus = (uint16_t)bus}};
	if (bus >= set->count && set->can_grow) {
		int grown = pci_grow(set, addr, want->flags, err);

		if (grown < 0)
			return -1;
		ret_found->grown = (unsigned)grown;
	}
	if (addr->bus < set->count) {
		const struct pci_bus *on = set->bus[addr->bus];

		addr->slot = (uint8_t)on->min_slot;
		ret_found->took_gone =
			!find_on_bus(on, want->flags, PCI_ANY_FUNCTION, GONE_KEEP, addr);
		if (ret_found->took_gone && pci_bus_full(on)) {
			err_set(err, ERR_CONFIG, "PCI bus %u has no free slot for %s", addr->bus,
				want->owner->name);
			err_why(err, "Each slot of bus %u, the %s, has a device in it, such as %s.",
				addr->bus, pci_models[on->model].name, first_owner(on));
			if (pci_suggest(set, want->flags, 3, text, sizeof(text)))
				err_fix(err, "Name another bus, or a free address: %s.", text);
			else
				err_fix(err, "Name another bus, or none.");
			return -1;
		}
		if (ret_found->took_gone)
			(void)find_on_bus(on, want->flags, PCI_ANY_FUNCTION, GONE_TAKE, addr);
	}
	return pci_reserve(set, addr, want, err);
}

static bool accepts_anywhere(const struct pci_set *set, unsigned type)
{
	for (unsigned i = 0; i < set->count; i++) {
		if (set->bus[i]->flags & type)
			return true;
	}
	return false;
}

static int refuse_growth(const struct pci_set *set, unsigned flags, struct err *err)
{
	char place[128];
	enum pci_model plug = PCI_MODEL_COUNT;
	struct {
		char text[256];
		size_t len;
	} onto = {.len = 0};

	for (unsigned i = 0; i < PCI_MODEL_COUNT; i++) {
		if (pci_models[i].upstream & flags & PCI_TYPE_MASK)
			plug = (enum pci_model)i;
		if (!(pci_models[i].accepts & flags & PCI_TYPE_MASK) ||
		    onto.len >= sizeof(onto.text))
			continue;
		onto.len += (size_t)snprintf(onto.text + onto.len, sizeof(onto.text) - onto.len,
					     "%s%s", onto.len ? ", " : "", pci_models[i].name);
	}
	err_set(err, ERR_CONFIG, "no bus can be added for %s",
		plug == PCI_MODEL_COUNT ? "such a device" : pci_models[plug].name);
	if (onto.len)
		err_why(err, "It plugs into %s; none is free, and kiln adds none by itself.",
			onto.text);
	else
		err_why(err, "It is not a PCI device.");
	if (pci_suggest(set, flags, 3, place, sizeof(place)))
		err_fix(err, "Configure a free address: %s.", place);
	else if (pci_suggest_parent(set, flags, place, sizeof(place)))
		err_fix(err, "Add %s.", place);
	else
		err_fix(err, "Switch it off: nothing that could be added has a place for it.");
	return -1;
}

int pci_grow(struct pci_set *set, struct pci_addr *addr, unsigned flags, struct err *err)
{
	unsigned first = set->count, next = first, add = addr->bus - first + 1u;
	enum pci_model model;
	bool conventional_start = false;

	if (addr->bus < set->count)
		return 0;
	if (flags & PCI_TYPE_PCI) {
		model = PCI_MODEL_PCI_BRIDGE;
		conventional_start = !accepts_anywhere(set, PCI_TYPE_BRIDGE);
	} else if (flags & (PCI_TYPE_PCIE | PCI_TYPE_UPSTREAM)) {
		model = PCI_MODEL_PCIE_ROOT_PORT;
	} else {
		return refuse_growth(set, flags, err);
	}
	/* With exactly one bus asked for, the device goes behind what must come before it. */
	if (conventional_start && add == 1) {
		add++;
		addr->bus++;
	}
	if (first + add > PCI_BUS_MAX) {
		err_set(err, ERR_CONFIG, "PCI bus %u cannot be added", first + add - 1);
		err_why(err, "A guest has at most %d PCI controllers, with indexes 0 to %d.",
			PCI_BUS_MAX, PCI_BUS_MAX - 1);
		err_fix(err, "Switch off devices, or use a lower bus number.");
		return -1;
	}
	if (conventional_start && set->bridge == PCI_MODEL_DMI_TO_PCI_BRIDGE) {
		pci_set_bus(set, next++, PCI_MODEL_DMI_TO_PCI_BRIDGE);
	} else if (conventional_start) {
		/* The port is the bridge's: nothing else may take it during the dry run. */
		pci_set_bus(set, next, PCI_MODEL_PCIE_ROOT_PORT);
		set->bus[next++]->flags = PCI_TYPE_PCIE_PCI;
		pci_set_bus(set, next++, PCI_MODEL_PCIE_TO_PCI_BRIDGE);
	}
	while (next < first + add)
		pci_set_bus(set, next++, model);
	return (int)(next - first);
}

/* The first address on a bus that growth would add. */
static bool grown_address(const struct pci_set *set, unsigned flags, struct pci_addr *ret_addr)
{
	unsigned bus = set->count;

	if (!set->can_grow)
		return false;
	*ret_addr = (struct pci_addr){0};
	if (flags & PCI_TYPE_PCI) {
		bus += accepts_anywhere(set, PCI_TYPE_BRIDGE) ? 0 : 1;
		ret_addr->slot = 1;
	} else if (!(flags & (PCI_TYPE_PCIE | PCI_TYPE_UPSTREAM))) {
		return false;
	}
	ret_addr->bus = (uint16_t)bus;
	return bus < PCI_BUS_MAX;
}

/** struct suggesting - addresses written so far. */
struct suggesting {
	char *text;
	size_t size, len;
	unsigned count, most;
};

static bool suggest(struct suggesting *to, const struct pci_addr *addr)
{
	char text[PCI_ADDR_TEXT];
	size_t room = to->size - to->len;
	int n = snprintf(to->text + to->len, room, "%s%s", to->len ? ", " : "",
			 pci_addr_text(addr, text));

	if (n < 0 || (size_t)n >= room) {
		to->text[to->len] = '\0';
		return false;
	}
	to->len += (size_t)n;
	return ++to->count < to->most;
}

/* Free slots; or the free functions of slots that are in use and not kept for what is gone. */
enum suggest_what { SUGGEST_SLOTS, SUGGEST_FUNCTIONS };

static bool suggest_slot(struct suggesting *to, const struct pci_bus *bus, struct pci_addr *addr,
			 enum suggest_what what)
{
	const struct pci_slot *slot = &bus->slot[addr->slot];

	addr->function = 0;
	if (what == SUGGEST_SLOTS)
		return (slot->used | slot->gone) || suggest(to, addr);
	for (; addr->function < PCI_FUNCTION_MAX; addr->function++) {
		/* A function without a function 0 in its slot is never found by a guest. */
		if (!(slot->used & 1u) || ((slot->used | slot->gone) & (1u << addr->function)))
			continue;
		if (!suggest(to, addr))
			return false;
	}
	return true;
}

static void suggest_all(const struct pci_set *set, unsigned flags, unsigned end,
			struct suggesting *to, enum suggest_what what)
{
	for (unsigned i = 0; i < set->count && i < end; i++) {
		const struct pci_bus *bus = set->bus[i];
		struct pci_addr addr = {.bus = (uint16_t)i};

		if (!pci_compatible(set, i, flags, PCI_CONFIGURED))
			continue;
		for (unsigned s = bus->min_slot; s <= bus->max_slot; s++) {
			addr.slot = (uint8_t)s;
			if (!suggest_slot(to, bus, &addr, what))
				return;
		}
	}
}

unsigned pci_suggest_below(const struct pci_set *set, unsigned flags, unsigned end, unsigned most,
			   char *text, size_t size)
{
	struct suggesting to = {.text = text, .size = size, .most = most};
	struct pci_addr addr;

	suggest_all(set, flags, end, &to, SUGGEST_SLOTS);
	if (to.count == 0 && end > set->count && grown_address(set, flags, &addr))
		(void)suggest(&to, &addr);
	if (to.count == 0)
		suggest_all(set, flags, end, &to, SUGGEST_FUNCTIONS);
	return to.count;
}

unsigned pci_suggest(const struct pci_set *set, unsigned flags, unsigned most, char *text,
		     size_t size)
{
	return pci_suggest_below(set, flags, PCI_BUS_MAX + 1, most, text, size);
}

/*
 * Whether the free places for a parent are all on buses of the kind that the device itself makes: one of
 * them may be its own, and the parent would sit behind its child.
 */
static bool behind_child(const struct pci_set *set, unsigned flags, unsigned upstream)
{
	bool found = false;

	for (unsigned i = 0; i < set->count; i++) {
		const struct pci_bus *bus = set->bus[i];

		if (!pci_compatible(set, i, upstream, PCI_CONFIGURED) || pci_bus_full(bus))
			continue;
		if (!(pci_models[bus->model].upstream & flags & PCI_TYPE_MASK))
			return false;
		found = true;
	}
	return found;
}

bool pci_suggest_parent(const struct pci_set *set, unsigned flags, char *text, size_t size)
{
	struct pci_addr addr = {.bus = (uint16_t)set->count};
	char free_at[PCI_ADDR_TEXT], above[PCI_ADDR_TEXT];

	for (unsigned i = 0; i < PCI_MODEL_COUNT && set->count < PCI_BUS_MAX; i++) {
		const struct pci_model_info *model = &pci_models[i];

		/* A root is there already, and is full; another one must have a place itself. */
		if (!model->upstream || !(model->accepts & flags & PCI_TYPE_MASK) ||
		    !pci_suggest(set, model->upstream, 1, above, sizeof(above)))
			continue;
		if (behind_child(set, flags, model->upstream)) {
			(void)snprintf(text, size,
				       "a pcie-root-port and, at an address behind it, a %s",
				       model->name);
			return true;
		}
		addr.slot = (uint8_t)model->min_slot;
		(void)snprintf(text, size, "a %s; as PCI controller %u it has %s free", model->name,
			       addr.bus, pci_addr_text(&addr, free_at));
		return true;
	}
	return false;
}
