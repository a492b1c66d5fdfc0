/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bus_numbers.c - how the guest's firmware counts the buses, and growth that leaves locked ones as
 * they are.
 *
 * In: controllers with addresses. Out: for each bus the number that the guest sees. Seen with QEMU
 * 7.2 (tests/firmware starts each firmware and asks it): bridges behind ports, switches, pci-bridges,
 * expanders.
 * SeaBIOS (1.16) walks the functions of a bus upward and numbers what is behind a bridge before it
 * goes on; then it looks for the expanders at each number above the last that it gave, and behind one
 * it goes on from the expander's own number. What comes out above 255 it cannot number, and hangs.
 * OVMF (edk2 2022.11) walks alike. An expander with something on it ends the range of the root before
 * it, and from the first bridge that finds no number in its range nothing more of that root is
 * numbered. It keeps no numbers for what is plugged in later: its PciHotPlugInit does so only where
 * QEMU's bus-reserve says how many, which Kiln never writes.
 * qboot walks downward, and finds nothing behind the bridges of an expander.
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
		bool occupied; /* something is on the bus */
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

static void tree_occupy(struct bus_tree *tree, unsigned bus)
{
	if (bus < PCI_BUS_MAX)
		tree->node[bus].occupied = true;
}

/* A walk in progress: the number that was given last, and the highest that there may be. */
struct count {
	const struct bus_tree *tree;
	enum firmware firmware;
	unsigned next, limit, short_of;
	short *numbers;
};

static void short_of(struct count *count, unsigned bus)
{
	if (!count->short_of)
		count->short_of = bus;
}

/* The expander with the lowest number above @number; 0 = none. */
static unsigned next_expander(const struct bus_tree *tree, unsigned number)
{
	unsigned found = 0;

	for (unsigned i = 1; i < tree->count; i++) {
		unsigned root = tree->node[i].root;

		if (tree->node[i].here && is_expander(tree->node[i].model) && root > number &&
		    (!found || root < tree->node[found].root))
			found = i;
	}
	return found;
}

/* Who answers on the bus behind the bridge @found: an expander that has the number answers first. */
static unsigned bus_behind(const struct count *count, unsigned found)
{
	unsigned expander = next_expander(count->tree, count->next - 1);

	if (count->firmware == FIRMWARE_SEABIOS && expander &&
	    count->tree->node[expander].root == count->next && count->tree->node[expander].occupied)
		return expander;
	return found;
}

/* Return: false when a bridge was left without a number; the walk then ends. */
static bool count_bus(struct count *count, unsigned bus)
{
	const struct bus_tree *tree = count->tree;
	bool upward = count->firmware != FIRMWARE_QBOOT;
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
			return true;
		last = best;
		/* A circle of addresses is refused elsewhere. */
		if (count->numbers[found] >= 0)
			continue;
		if (count->next >= count->limit) {
			short_of(count, found);
			return false;
		}
		count->numbers[found] = (short)++count->next;
		if (!count_bus(count, bus_behind(count, found)))
			return false;
	}
}

/* The last number of the root that begins at @number. */
static unsigned last_of_root(const struct bus_tree *tree, enum firmware firmware, unsigned number)
{
	unsigned next = number;

	while (firmware == FIRMWARE_OVMF && (next = next_expander(tree, next)) != 0) {
		bool bridge = tree->node[next].model == PCI_MODEL_PCI_EXPANDER_BUS;

		if (bridge || tree->node[next].occupied)
			return tree->node[next].root - 1;
		next = tree->node[next].root;
	}
	return PCI_BUS_MAX - 1;
}

/* An expander's buses. A pxb has a bridge of its own between its root and its slots. */
static void count_expander(struct count *count, unsigned bus)
{
	bool bridge = count->tree->node[bus].model == PCI_MODEL_PCI_EXPANDER_BUS;

	bool taken = count->next >= count->tree->node[bus].root;

	if (taken && count->tree->node[bus].occupied)
		short_of(count, bus);
	if (taken && count->firmware == FIRMWARE_SEABIOS) {
		count->numbers[bus] = (short)count->tree->node[bus].root;
		return;
	}
	count->next = count->tree->node[bus].root;
	count->limit = last_of_root(count->tree, count->firmware, count->next);
	if (!bridge)
		count->numbers[bus] = (short)count->next;
	if (count->firmware == FIRMWARE_QBOOT)
		return;
	if (bridge && count->next >= count->limit) {
		short_of(count, bus);
		return;
	}
	if (bridge)
		count->numbers[bus] = (short)++count->next;
	(void)count_bus(count, bus);
}

/* Return: the first bus that has no number of its own because there are too few; 0 = none. */
static unsigned count_all(const struct bus_tree *tree, enum firmware firmware, short *numbers)
{
	struct count count = {.tree = tree, .firmware = firmware, .numbers = numbers};
	unsigned bus = 0;

	for (unsigned i = 0; i < PCI_BUS_MAX; i++)
		numbers[i] = BUS_NUMBER_NONE;
	numbers[0] = 0;
	count.limit = last_of_root(tree, firmware, 0);
	(void)count_bus(&count, 0);
	while ((bus = next_expander(tree, bus ? tree->node[bus].root : 0)) != 0)
		count_expander(&count, bus);
	return count.short_of;
}

static void tree_now(const struct layout *layout, struct bus_tree *tree)
{
	memset(tree, 0, sizeof(*tree));
	for (size_t i = 0; i < layout->dev_count; i++) {
		const struct layout_dev *rec = &layout->devs[i];
		const struct controller_pci *data = rec->dev->data;

		if (!rec->fixed && rec->rule == RULE_NONE)
			continue;
		tree_occupy(tree, rec->addr.bus);
		if (rec->dev->family == &controller_pci_family)
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

		if (!line->gone && line->addr.kind == ADDR_PCI)
			tree_occupy(tree, line->addr.pci.bus);
		if (class)
			tree_add(tree, controller_bus_index(line->id), pci_model_find(class->name),
				 &line->addr.pci, 0);
	}
}

/* @name: in sentences. @word: in reports. @sym: member of the choice of firmware. */
static const struct {
	const char *name, *word, *sym;
} firmwares[FIRMWARE_COUNT] = {
	[FIRMWARE_SEABIOS] = {"SeaBIOS", "seabios", "SEABIOS"},
	[FIRMWARE_QBOOT] = {"qboot", "qboot", "QBOOT"},
	[FIRMWARE_OVMF] = {"OVMF", "ovmf", "OVMF"},
};

const char *layout_firmware_word(enum firmware firmware)
{
	return firmwares[firmware].word;
}

/* Where no firmware numbers the buses, growth takes the kernel's walk, which is SeaBIOS's. */
static enum firmware firmware_of(const struct vm *vm)
{
	for (enum firmware i = 0; i < FIRMWARE_COUNT; i++) {
		if (prop_word_is(vm->guest.firmware, firmwares[i].sym))
			return i;
	}
	return FIRMWARE_SEABIOS;
}

enum firmware layout_firmware(const struct vm *vm)
{
	enum firmware firmware = firmware_of(vm);

	/* Of a firmware of one's own nothing is known. */
	if (vm->guest.firmware && !prop_word_is(vm->guest.firmware, firmwares[firmware].sym))
		return FIRMWARE_COUNT;
	return vm->machine->flags & MACHINE_PC ? firmware : FIRMWARE_COUNT;
}

/* ---- growth ------------------------------------------------------------------------------------- */

static bool keeps_numbers(const struct bus_tree *tree, enum firmware firmware,
			  const struct bus_tree *locked, const short *before)
{
	short now[PCI_BUS_MAX];

	(void)count_all(tree, firmware, now);
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
	(void)count_all(&p.locked, p.firmware, p.before);
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
				      firmwares[firmware].name, count, first, (unsigned)now[first],
				      (unsigned)before[first]));
}

/* Seen: SeaBIOS hangs when it runs out at 255, and gives a number twice before that. */
static void tell_lack(struct vm *vm, struct layout *layout, enum firmware firmware, unsigned bus)
{
	static const char *const ends[FIRMWARE_COUNT] = {
		[FIRMWARE_SEABIOS] = "SeaBIOS then hangs, or gives a number twice",
		[FIRMWARE_QBOOT] = "qboot then gives a number twice",
		[FIRMWARE_OVMF] = "OVMF then leaves it and what follows out",
	};

	layout_note(layout,
		    arena_fmt(vm->arena,
			      "no bus number is left for pci.%u: numbers end at 255, and "
			      "those from an expander's bus_nr on are its own. %s. Give the "
			      "expander buses other numbers (PCIn_BUS_NR).",
			      bus, ends[firmware]));
}

void bus_numbers_count(struct vm *vm, struct layout *layout)
{
	enum firmware firmware = firmware_of(vm);
	unsigned lacking[FIRMWARE_COUNT];
	short before[PCI_BUS_MAX];
	struct bus_tree tree;

	tree_now(layout, &tree);
	for (unsigned i = 0; i < FIRMWARE_COUNT; i++)
		lacking[i] = count_all(&tree, (enum firmware)i, layout->bus_number[i]);
	if (layout_firmware(vm) != FIRMWARE_COUNT && lacking[firmware])
		tell_lack(vm, layout, firmware, lacking[firmware]);
	if (!layout->lock)
		return;
	tree_locked(layout->lock, &tree);
	(void)count_all(&tree, firmware, before);
	tell_changes(vm, layout, &tree, before, firmware);
}
