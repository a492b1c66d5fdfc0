/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bus_numbers.c - how the guest's firmware counts the buses, and growth that leaves locked ones as
 * they are.
 *
 * In: controllers with addresses. Out: for each bus the number that the guest sees. Seen by booting
 * Debian's kernel with QEMU 7.2: bridges behind ports, switches, pci-bridges, expanders.
 * SeaBIOS walks the functions of a bus upward and numbers what is behind a bridge before it goes on;
 * behind an expander it goes on from the expander's own number. After qboot the walk is downward, and
 * nothing is found behind the bridges of an expander.
 */
#include "layout/assign.h"

#include <string.h>

#include "model/controller.h"

/** struct bus_tree - per bus: where its controller is; @here false: none or not placed. */
struct bus_tree {
	struct {
		bool here;
		enum pci_model model;
		uint16_t bus;
		uint8_t devfn;
		unsigned root; /* bus number of an expander */
	} node[PCI_BUS_MAX];
	unsigned count;
};

static bool is_expander(enum pci_model model)
{
	return model == PCI_MODEL_PCI_EXPANDER_BUS || model == PCI_MODEL_PCIE_EXPANDER_BUS;
}

static void tree_add(struct bus_tree *tree, unsigned index, enum pci_model model,
		     const struct pci_addr *addr, unsigned root)
{
	if (index == 0 || index >= PCI_BUS_MAX || model == PCI_MODEL_COUNT)
		return;
	tree->node[index].here = true;
	tree->node[index].model = model;
	tree->node[index].bus = addr->bus;
	tree->node[index].devfn = (uint8_t)(addr->slot * PCI_FUNCTION_MAX + addr->function);
	tree->node[index].root = root;
	if (index >= tree->count)
		tree->count = index + 1;
}

/* A walk of one bus; @next is the number that was given last. */
static void count_bus(const struct bus_tree *tree, enum firmware firmware, unsigned bus,
		      unsigned *next, short *numbers)
{
	bool upward = firmware == FIRMWARE_SEABIOS;
	int last = upward ? -1 : PCI_SLOT_MAX * PCI_FUNCTION_MAX;

	for (;;) {
		int best = -1;
		unsigned found = 0;

		for (unsigned i = 1; i < tree->count; i++) {
			int devfn = tree->node[i].devfn;
			bool left = upward ? devfn > last : devfn < last;

			if (!tree->node[i].here || tree->node[i].bus != bus || !left ||
			    is_expander(tree->node[i].model))
				continue;
			if (best >= 0 && (upward ? devfn > best : devfn < best))
				continue;
			best = devfn;
			found = i;
		}
		if (best < 0)
			return;
		last = best;
		/* A circle of addresses is refused elsewhere. */
		if (numbers[found] >= 0)
			continue;
		numbers[found] = (short)++*next;
		count_bus(tree, firmware, found, next, numbers);
	}
}

static void count_all(const struct bus_tree *tree, enum firmware firmware, short *numbers)
{
	unsigned next = 0;

	for (unsigned i = 0; i < PCI_BUS_MAX; i++)
		numbers[i] = BUS_NUMBER_NONE;
	numbers[0] = 0;
	count_bus(tree, firmware, 0, &next, numbers);
	for (unsigned i = 1; i < tree->count; i++) {
		if (!tree->node[i].here || !is_expander(tree->node[i].model) || !tree->node[i].root)
			continue;
		next = tree->node[i].root;
		/* A pxb has a bridge of its own between its root and its slots. */
		if (tree->node[i].model == PCI_MODEL_PCIE_EXPANDER_BUS)
			numbers[i] = (short)next;
		else if (firmware == FIRMWARE_SEABIOS)
			numbers[i] = (short)++next;
		if (firmware == FIRMWARE_SEABIOS)
			count_bus(tree, firmware, i, &next, numbers);
	}
}

static void tree_now(const struct layout *layout, struct bus_tree *tree)
{
	memset(tree, 0, sizeof(*tree));
	for (size_t i = 0; i < layout->dev_count; i++) {
		const struct layout_dev *rec = &layout->devs[i];
		const struct controller_pci *data = rec->dev->data;

		if (rec->dev->family == &controller_pci_family &&
		    (rec->fixed || rec->rule != RULE_NONE))
			tree_add(tree, rec->dev->index, pci_model_find(rec->dev->class->name),
				 &rec->addr, (unsigned)data->bus_nr);
	}
}

/* The tree as the lock has it. */
static void tree_locked(const struct lock *lock, struct bus_tree *tree)
{
	memset(tree, 0, sizeof(*tree));
	for (size_t i = 0; lock && i < lock->line_count; i++) {
		const struct lock_line *line = &lock->lines[i];
		const struct dev_class *class = line->model ? controller_class(line->model) : NULL;

		if (class)
			tree_add(tree, controller_bus_index(line->id), pci_model_find(class->name),
				 &line->addr.pci, 0);
	}
}

static enum firmware firmware_of(const struct vm *vm)
{
	const struct prop_word *word = vm->guest.firmware;

	return prop_word_is(word, "QBOOT") ? FIRMWARE_QBOOT : FIRMWARE_SEABIOS;
}

/* ---- growth ------------------------------------------------------------------------------------- */

static bool keeps_numbers(const struct bus_tree *tree, enum firmware firmware,
			  const struct bus_tree *locked, const short *before)
{
	short now[PCI_BUS_MAX];

	count_all(tree, firmware, now);
	for (unsigned i = 1; i < locked->count; i++) {
		if (locked->node[i].here && before[i] >= 0 && now[i] != before[i])
			return false;
	}
	return true;
}

/* Whether a search could give this function: an empty slot's first, or a free one among its kind. */
static bool is_free(const struct pci_slot *slot, unsigned function, unsigned flags)
{
	unsigned busy = slot->used | slot->gone;

	if (!busy)
		return function == 0;
	return flags & PCI_AGGREGATE && slot->aggregate & flags && !(busy & (1u << function));
}

struct placing {
	const struct layout *layout;
	const struct layout_dev *rec;
	enum firmware firmware;
	struct bus_tree tree, locked;
	short before[PCI_BUS_MAX];
};

static bool suits(struct placing *p, const struct pci_addr *addr)
{
	tree_add(&p->tree, p->rec->dev->index, pci_model_find(p->rec->dev->class->name), addr, 0);
	return keeps_numbers(&p->tree, p->firmware, &p->locked, p->before);
}

static bool find_place(struct placing *p, struct pci_addr *ret_addr)
{
	const struct pci_set *set = &p->layout->set;

	for (unsigned b = 0; b < set->count; b++) {
		const struct pci_bus *bus = set->bus[b];

		if (!pci_compatible(set, b, p->rec->flags, PCI_AUTOMATIC))
			continue;
		for (unsigned s = bus->min_slot; s <= bus->max_slot; s++) {
			for (unsigned f = 0; f < PCI_FUNCTION_MAX; f++) {
				*ret_addr = (struct pci_addr){.bus = (uint16_t)b,
							      .slot = (uint8_t)s,
							      .function = (uint8_t)f};
				if (is_free(&bus->slot[s], f, p->rec->flags) && suits(p, ret_addr))
					return true;
			}
		}
	}
	return false;
}

bool bus_numbers_place(struct pass *pass, struct layout_dev *rec)
{
	struct layout *layout = pass->layout;
	struct pci_want want = {rec->flags, PCI_AUTOMATIC, &rec->owner};
	struct err err;

	if (pass->kind != PASS_REAL || !layout->lock || rec->dev->family != &controller_pci_family)
		return false;
	/* Large: not for the many devices that are no controllers. */
	struct placing p = {.layout = layout, .rec = rec, .firmware = firmware_of(pass->vm)};

	tree_locked(layout->lock, &p.locked);
	count_all(&p.locked, p.firmware, p.before);
	tree_now(layout, &p.tree);
	if (!find_place(&p, &rec->addr) || pci_reserve(&layout->set, &rec->addr, &want, &err))
		return false;
	rec->rule = rec->flags & PCI_AGGREGATE ? RULE_SHARED_SLOT : RULE_NEXT_SLOT;
	return true;
}

/* ---- what came of it ---------------------------------------------------------------------------- */

static bool is_occupied(const struct pci_bus *bus)
{
	for (unsigned s = 0; s < PCI_SLOT_MAX; s++) {
		if (bus->slot[s].used)
			return true;
	}
	return false;
}

static void tell_changes(struct vm *vm, struct layout *layout, const struct bus_tree *locked,
			 const short *before, enum firmware firmware)
{
	static const char *const names[FIRMWARE_COUNT] = {
		[FIRMWARE_SEABIOS] = "SeaBIOS",
		[FIRMWARE_QBOOT] = "qboot",
	};
	const short *now = layout->bus_number[firmware];
	unsigned count = 0, first = 0;

	for (unsigned i = 1; i < locked->count; i++) {
		if (!locked->node[i].here || before[i] < 0 || now[i] == before[i] ||
		    i >= layout->set.count || !is_occupied(layout->set.bus[i]))
			continue;
		first = count++ ? first : i;
	}
	if (count)
		layout_note(layout,
			    arena_fmt(vm->arena,
				      "with %s the guest counts %u of its buses anew, pci.%u as "
				      "bus %02x and not %02x: there was no other place for what "
				      "was added. Devices keep their paths, not their numbers.",
				      names[firmware], count, first, (unsigned)now[first],
				      (unsigned)before[first]));
}

void bus_numbers_count(struct vm *vm, struct layout *layout)
{
	enum firmware firmware = firmware_of(vm);
	short before[PCI_BUS_MAX];
	struct bus_tree tree;

	tree_now(layout, &tree);
	for (unsigned i = 0; i < FIRMWARE_COUNT; i++)
		count_all(&tree, (enum firmware)i, layout->bus_number[i]);
	if (!layout->lock)
		return;
	tree_locked(layout->lock, &tree);
	count_all(&tree, firmware, before);
	tell_changes(vm, layout, &tree, before, firmware);
}
