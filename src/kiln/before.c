/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * before.c - ask the engine again about each bus below the answer.
 */
#include "kiln/before.h"

#include <string.h>

/* Why a bus was passed over. */
enum reason { REASON_NONE, REASON_NOT_BY_ITSELF, REASON_TYPE, REASON_FULL };

struct list {
	struct arena *arena;
	const char **lines;
	size_t count, room;
};

/* Buses that follow each other and are alike. */
struct run {
	unsigned first, last;
	enum pci_model model;
	enum reason reason;
};

enum search { SEARCH_NONE, SEARCH_OWN_BUS, SEARCH_ALL };

static enum search search_of(const struct layout_dev *rec)
{
	switch (rec->rule) {
	case RULE_NEXT_SLOT:
	case RULE_SHARED_SLOT:
		return SEARCH_ALL;
	case RULE_CONFIGURED_BUS:
		return SEARCH_OWN_BUS;
	case RULE_NONE:
	case RULE_CONFIGURED:
	case RULE_SET: /* the slot was the first member's choice */
	case RULE_LOCKED:
	case RULE_CHIPSET:
	case RULE_GONE: /* other places were free before: they were kept */
	case RULE_LETTER:
	case RULE_CONFIGURED_CONTROLLER:
	case RULE_NEXT_PLACE:
	case RULE_COUNT:
		break;
	}
	return SEARCH_NONE;
}

static const char *type_words(unsigned flags)
{
	if (flags & PCI_TYPE_PCI)
		return "conventional PCI device";
	if (flags & PCI_TYPE_PCIE)
		return "PCI Express device";
	for (unsigned i = 0; i < PCI_MODEL_COUNT; i++) {
		if (pci_models[i].upstream & flags & PCI_TYPE_MASK)
			return pci_models[i].name;
	}
	return "such device";
}

static enum reason reason_of(const struct pci_set *set, unsigned bus, unsigned flags)
{
	if (pci_compatible(set, bus, flags, PCI_AUTOMATIC))
		return REASON_FULL;
	if (pci_compatible(set, bus, flags & ~PCI_AUTO, PCI_AUTOMATIC))
		return REASON_NOT_BY_ITSELF;
	return REASON_TYPE;
}

static void add(struct list *list, const char *line)
{
	if (list->count == list->room) {
		const char **old = list->lines;

		list->room = list->room ? list->room * 2 : 8;
		list->lines = arena_alloc(list->arena, list->room * sizeof(*old));
		if (old)
			memcpy(list->lines, old, list->count * sizeof(*old));
	}
	list->lines[list->count++] = line;
}

static void add_run(struct list *list, const struct run *run, unsigned flags)
{
	const char *buses = run->first == run->last ? arena_fmt(list->arena, "bus %02x", run->first)
						    : arena_fmt(list->arena, "buses %02x to %02x",
								run->first, run->last);
	const char *model = pci_models[run->model].name;

	switch (run->reason) {
	case REASON_NOT_BY_ITSELF:
		add(list, arena_fmt(list->arena,
				    "%s (%s): takes such a device only at a configured address",
				    buses, model));
		break;
	case REASON_TYPE:
		add(list, arena_fmt(list->arena, "%s (%s): takes no %s", buses, model,
				    type_words(flags)));
		break;
	case REASON_FULL:
		add(list, arena_fmt(list->arena, "%s (%s): no slot was free", buses, model));
		break;
	case REASON_NONE:
		break;
	}
}

/* The first function in use; NULL when the lock keeps the slot for a device that is gone. */
static const char *holder_of(const struct pci_slot *slot)
{
	for (unsigned f = 0; f < PCI_FUNCTION_MAX; f++) {
		if (slot->owner[f])
			return slot->owner[f]->name;
	}
	return NULL;
}

static void add_slots(struct list *list, const struct pci_bus *bus, const struct pci_addr *addr)
{
	unsigned first = bus->min_slot, end = addr->slot;
	const char *holder = holder_of(&bus->slot[first]);

	if (end == first)
		return;
	if (end > first + 1)
		add(list, arena_fmt(list->arena, "slots %02x to %02x of bus %02x: in use, or kept",
				    first, end - 1, addr->bus));
	else if (holder)
		add(list, arena_fmt(list->arena, "slot %02x of bus %02x: has %s in it", first,
				    addr->bus, holder));
	else
		add(list, arena_fmt(list->arena, "slot %02x of bus %02x: kept for a removed device",
				    first, addr->bus));
}

size_t before_list(const struct layout *layout, const struct layout_dev *rec,
		   const char *const **ret_lines)
{
	const struct pci_set *set = &layout->set;
	struct list list = {.arena = layout->vm->arena};
	struct run run = {0};
	enum search search = search_of(rec);

	*ret_lines = NULL;
	if (search == SEARCH_NONE)
		return 0;
	for (unsigned bus = 0; search == SEARCH_ALL && bus < rec->addr.bus; bus++) {
		enum reason reason = reason_of(set, bus, rec->flags);

		if (run.reason == reason && run.model == set->bus[bus]->model) {
			run.last = bus;
			continue;
		}
		add_run(&list, &run, rec->flags);
		run = (struct run){bus, bus, set->bus[bus]->model, reason};
	}
	add_run(&list, &run, rec->flags);
	add_slots(&list, set->bus[rec->addr.bus], &rec->addr);
	*ret_lines = list.lines;
	return list.count;
}
