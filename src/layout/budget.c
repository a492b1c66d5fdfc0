/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * budget.c - how much room there is, and the message when there is none.
 */
#include "layout/assign.h"

#include <stdio.h>
#include <string.h>

static bool is_port(const struct pci_bus *bus)
{
	return bus->model == PCI_MODEL_PCIE_ROOT_PORT ||
	       bus->model == PCI_MODEL_PCIE_SWITCH_DOWNSTREAM_PORT;
}

static void count_packed(struct layout_budget *budget, const struct pci_slot *slot)
{
	unsigned busy = slot->used | slot->gone;

	if (busy && !(slot->aggregate & PCI_TYPE_ENDPOINT))
		return;
	budget->packed += PCI_FUNCTION_MAX;
	budget->free_packed += PCI_FUNCTION_MAX - (unsigned)__builtin_popcount(busy);
}

static void count_bus(struct layout_budget *budget, const struct pci_bus *bus)
{
	bool conventional = bus->flags & PCI_AUTO && bus->flags & PCI_TYPE_PCI;

	for (unsigned s = bus->min_slot; s <= bus->max_slot; s++) {
		const struct pci_slot *slot = &bus->slot[s];

		budget->kept += (unsigned)__builtin_popcount(slot->gone & ~slot->used & 0xff);
		if (conventional) {
			budget->slots++;
			budget->free_slots += !(slot->used | slot->gone);
		} else if (is_port(bus)) {
			count_packed(budget, slot);
			budget->ports++;
			budget->free_ports += !(slot->used | slot->gone);
		}
	}
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Free functions of bus 0 that ports could still have. */
static unsigned port_places(const struct pci_bus *root)
{
	unsigned places = 0;

	for (unsigned s = root->min_slot; s <= root->max_slot; s++) {
		const struct pci_slot *slot = &root->slot[s];
		unsigned busy = slot->used | slot->gone;

		if (!busy || slot->aggregate & PCI_TYPE_ROOT_PORT)
			places += PCI_FUNCTION_MAX - (unsigned)__builtin_popcount(busy);
	}
	return places;
}

void budget_count(struct layout *layout)
{
	struct layout_budget *budget = &layout->budget;
	const struct pci_set *set = &layout->set;
	unsigned indexes = PCI_BUS_MAX - set->count;

	*budget = (struct layout_budget){0};
	for (unsigned i = 0; i < set->count; i++)
		count_bus(budget, set->bus[i]);
	if (set->bus[0]->model == PCI_MODEL_PCIE_ROOT)
		budget->more_ports = least(port_places(set->bus[0]), indexes);
	budget->more_packed = PCI_FUNCTION_MAX * budget->more_ports;
	/*
	 * k new bridges take k slots and bring 31 each. libvirt's dry run gives slots to devices
	 * first, and no bridge is added for a bridge, so the last one must leave k slots over:
	 * beyond 30 bridges it cannot.
	 */
	if (budget->slots)
		budget->more_slots = 30 * least(30, indexes);
	else if (budget->more_ports && indexes >= 2)
		budget->more_slots = 31 + 30 * least(30, indexes - 2);
}

const char *layout_budget_text(const struct layout *layout, struct arena *arena)
{
	const struct layout_budget *budget = &layout->budget;
	struct text text = {.arena = arena};

	if (budget->ports || budget->more_ports)
		text_fmt(&text, "PCI Express ports: %u, %u of them free; %u more can be added.\n",
			 budget->ports, budget->free_ports, budget->more_ports);
	if (layout->algorithm == ALGORITHM_PACKED_1)
		text_fmt(&text,
			 "Packed places behind them: %u, %u of them free; %u more can be added.\n",
			 budget->packed, budget->free_packed, budget->more_packed);
	if (budget->slots || budget->more_slots)
		text_fmt(&text,
			 "Conventional slots: %u, %u of them free; bridges can add up to %u.\n",
			 budget->slots, budget->free_slots, budget->more_slots);
	if (budget->kept)
		text_fmt(&text, "Kept for removed devices: %u.\n", budget->kept);
	return text_str(&text);
}

/* The symbol that makes more or fewer devices of the kind. */
static const char *count_symbol(const struct vm_dev *dev)
{
	struct arena *arena = dev->vm->arena;

	if (dev->repeats)
		return arena_fmt(arena, "%s_REPEAT (%u)", dev_symbol(dev, NULL), dev->repeats);
	if (dev->family->flags & FAMILY_SINGLE)
		return dev_symbol(dev, NULL);
	return arena_fmt(arena, "CONFIG_%s_COUNT", dev->family->sym);
}

/* The kinds that take the most places, the largest first; two of them are enough to act on. */
static void name_symbols(const struct vm *vm, struct text *text)
{
	const struct vm_dev *first = NULL, *second = NULL;
	unsigned most = 0, next = 0, here = 0;

	vm_for_each_dev(dev, vm->devs) {
		const struct vm_dev *after = dev->next;

		here += flags_of(vm, dev) != 0;
		if (after && after->family == dev->family &&
		    (dev->repeats == 0) == (after->repeats == 0) &&
		    (dev->repeats == 0 || after->slot == dev->slot))
			continue;
		if (here > most) {
			second = first;
			next = most;
			first = dev;
			most = here;
		} else if (here > next) {
			second = dev;
			next = here;
		}
		here = 0;
	}
	if (first)
		text_fmt(text, "%s", count_symbol(first));
	if (second)
		text_fmt(text, " or %s", count_symbol(second));
}

/* What makes room by itself: fewer devices, or several to a slot. */
static const char *fewer(struct pass *pass)
{
	struct text symbols = {.arena = pass->vm->arena};

	name_symbols(pass->vm, &symbols);
	return arena_fmt(pass->vm->arena,
			 "Lower %s, change the number of spare places (CONFIG_SPARE_PORTS_FIXED), "
			 "or configure PCI addresses by hand: functions 1 to 7 of a slot are used "
			 "only then.",
			 text_str(&symbols));
}

static void refuse(struct pass *pass, const struct vm_dev *dev, const char *what, const char *why,
		   const char *fix)
{
	struct err *err = err_list_new(pass->errs, ERR_CONFIG, "%s", what);

	pass->no_room = true;
	if (dev && !dev->added) {
		err_at(err, dev->at.file, dev->at.line);
		err_sym(err, "%s", dev_symbol(dev, NULL));
	}
	err_check(err, "pci-room");
	err_why(err, "%s", why);
	err_fix(err, "%s", fix);
}

static unsigned count_endpoints(const struct layout *layout)
{
	unsigned count = 0;

	for (size_t i = 0; i < layout->dev_count; i++)
		count += (layout->devs[i].flags & PCI_TYPE_ENDPOINT) != 0;
	return count;
}

static const char *one_line(struct arena *arena, const char *text)
{
	char *copy = arena_str(arena, text);

	for (char *p = copy; *p; p++) {
		if (*p == '\n')
			*p = p[1] ? ' ' : '\0';
	}
	return copy;
}

void budget_refuse(struct pass *pass, const struct layout_dev *rec, const struct err *found)
{
	struct arena *arena = pass->vm->arena;
	bool controller = !(rec->flags & PCI_TYPE_ENDPOINT);

	budget_count(pass->layout);
	refuse(pass, rec->dev, found->what,
	       arena_fmt(arena, "%s %u devices want a PCI place. %s", found->why,
			 count_endpoints(pass->layout),
			 one_line(arena, layout_budget_text(pass->layout, arena))),
	       controller && *found->fix ? found->fix : fewer(pass));
}

/* The controller for whose sake the buses below its index are there. */
static const struct vm_dev *highest(const struct vm *vm, unsigned bus)
{
	const struct vm_dev *found = NULL;

	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family->rank == RANK_PCI_CONTROLLER && dev->index > bus &&
		    (!found || dev->index > found->index))
			found = dev;
	}
	return found;
}

static const char *address_symbol(const struct vm_dev *dev)
{
	prop_for_each(row, dev->family->props)
	{
		if (row->kind == PROP_PCI)
			return dev_symbol(dev, row->name);
	}
	return dev_symbol(dev, NULL);
}

/* A bus number that is too high is the address's or the index's fault, not that of the devices. */
static const char *lower(struct pass *pass, const struct vm_dev *dev, unsigned bus)
{
	struct arena *arena = pass->vm->arena;

	if (dev && dev->family->rank == RANK_PCI_CONTROLLER && !dev->added && dev->index > bus)
		return arena_fmt(arena,
				 "Set %s to 0 to let kiln choose, or to at most %u: each index "
				 "below it that .config leaves out becomes a bus.",
				 dev_symbol(dev, "index"), bus - 1);
	if (dev && (dev->has_want || dev->has_want_bus) && dev->want.bus >= bus) {
		char text[64];

		(void)pci_suggest(&pass->layout->set, flags_of(pass->vm, dev), 3, text,
				  sizeof(text));
		return arena_fmt(arena,
				 "Clear %s to let kiln choose, or pick a free address: %s; each "
				 "bus below the one it names is made.",
				 address_symbol(dev), text);
	}
	return fewer(pass);
}

/* Buses that the set has and no controller makes. */
static unsigned missing_buses(const struct pass *pass)
{
	unsigned made = 0;

	vm_for_each_dev(dev, pass->vm->controllers)
		made += dev->family->rank == RANK_PCI_CONTROLLER;
	return pass->layout->set.count - made;
}

void budget_refuse_bus(struct pass *pass, unsigned bus, unsigned placed)
{
	const struct layout *layout = pass->layout;
	const struct vm_dev *above = layout->bus_for[bus] ? NULL : highest(pass->vm, bus);
	const char *whom = layout->bus_for[bus] ? layout->bus_for[bus]
			   : above              ? above->id
						: "the lock";
	const struct vm_dev *dev = above ? above : vm_find(pass->vm, whom);
	struct arena *arena = pass->vm->arena;
	const struct pci_model_info *model = &pci_models[layout->set.bus[bus]->model];

	budget_count(pass->layout);
	refuse(pass, dev,
	       arena_fmt(arena, "there is no place for pci.%u, the %s that %s needs", bus,
			 model->name, whom),
	       arena_fmt(arena,
			 "%u devices and %u spare place%s need %u more PCI controllers, and there "
			 "is room for %u of them. %s",
			 count_endpoints(layout), layout->spare, layout->spare == 1 ? "" : "s",
			 missing_buses(pass), placed,
			 one_line(arena, layout_budget_text(pass->layout, arena))),
	       lower(pass, dev, bus));
}
