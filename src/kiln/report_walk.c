/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_walk.c - from the engine's buses to a flat list in the order of the tree.
 */
#include "kiln/report_walk.h"

#include <string.h>

#include "model/controller.h"
#include "model/chipset.h"
#include "model/machine.h"

struct walk {
	const struct vm *vm;
	const struct layout *layout;
	struct report_tree *tree;
};

const char *report_bus_alias(const struct vm *vm, unsigned bus)
{
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family == &controller_pci_family && dev->index == bus)
			return dev->alias;
	}
	return "";
}

bool report_is_elsewhere(const struct vm_dev *dev)
{
	return dev->family->options && dev_driver(dev) && dev->addr.kind == ADDR_NONE;
}

bool report_transports(const struct vm *vm, const struct vm_dev **on)
{
	struct vm_dev *const lists[] = {vm->controllers, vm->devs};
	bool some = false;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		vm_for_each_dev(dev, lists[i]) {
			if (dev->addr.kind != ADDR_VIRTIO_MMIO)
				continue;
			on[dev->addr.transport] = dev;
			some = true;
		}
	}
	return some;
}

static const struct chipset_function *built_in(const struct walk *walk, unsigned slot,
					       unsigned function)
{
	const struct chipset *chipset = walk->vm->machine->chipset;

	for (const struct chipset_function *f = chipset ? chipset->functions : NULL; f && f->name;
	     f++) {
		if (f->slot != slot || f->function != function)
			continue;
		bool absent = f->flags & CHIPSET_ACPI && !walk->vm->guest.features.has_acpi;

		return absent ? NULL : f;
	}
	return NULL;
}

/* Where the buses and functions are counted first, so that pointers into the list stay good. */
static size_t count_functions(const struct pci_set *set)
{
	size_t count = PCI_FUNCTION_MAX;

	for (unsigned i = 0; i < set->count; i++) {
		for (unsigned s = 0; s < PCI_SLOT_MAX; s++)
			count += (size_t)__builtin_popcount(set->bus[i]->slot[s].used);
	}
	return count;
}

static const char *path_below(const struct walk *walk, const struct report_function *parent,
			      const struct pci_addr *addr)
{
	return arena_fmt(walk->vm->arena, "%s%s%02x.%x", parent ? parent->path : "",
			 parent ? "/" : "", addr->slot, addr->function);
}

static void walk_bus(struct walk *walk, unsigned bus, struct report_function *parent);

static struct report_function *add_function(struct walk *walk, const struct pci_addr *addr,
					    const struct report_function *parent)
{
	const struct pci_owner *owner = pci_owner_at(&walk->layout->set, addr);
	const struct layout_dev *rec = owner ? owner->data : NULL;
	const struct chipset_function *fixed =
		addr->bus == 0 && !rec ? built_in(walk, addr->slot, addr->function) : NULL;
	struct report_function *f;

	if (!rec && !fixed)
		return NULL;
	f = &walk->tree->functions[walk->tree->count++];
	*f = (struct report_function){
		.addr = *addr,
		.path = path_below(walk, parent, addr),
		.name = rec ? rec->dev->id : fixed->name,
		.driver = rec ? dev_driver(rec->dev) : fixed->driver,
		.rec = rec,
		.parent = parent,
		.makes_bus = -1,
		.depth = parent ? parent->depth + 1 : 0,
	};
	if (rec && rec->dev->family == &controller_pci_family) {
		f->makes_bus = (int)rec->dev->index;
		walk_bus(walk, rec->dev->index, f);
	}
	return f;
}

static void walk_bus(struct walk *walk, unsigned bus, struct report_function *parent)
{
	struct report_function *last = NULL;

	for (unsigned s = 0; s < PCI_SLOT_MAX; s++) {
		for (unsigned fn = 0; fn < PCI_FUNCTION_MAX; fn++) {
			struct pci_addr addr = {
				.bus = (uint16_t)bus, .slot = (uint8_t)s, .function = (uint8_t)fn};
			struct report_function *f = add_function(walk, &addr, parent);

			if (f)
				last = f;
		}
	}
	if (last)
		last->last = true;
	if (last && parent)
		parent->occupied = true;
}

struct report_tree *report_walk(const struct vm *vm, const struct layout *layout)
{
	struct report_tree *tree = arena_alloc(vm->arena, sizeof(*tree));
	struct walk walk = {.vm = vm, .layout = layout, .tree = tree};

	if (!layout->set.count)
		return tree;
	tree->room = count_functions(&layout->set);
	tree->functions = arena_alloc(vm->arena, tree->room * sizeof(*tree->functions));
	walk_bus(&walk, 0, NULL);
	return tree;
}
