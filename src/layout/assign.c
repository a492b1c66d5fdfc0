/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assign.c - the procedure (pci-rules section 6): a dry run that adds buses, then the real pass.
 *
 * In: devices and lock. Out: an address for each, or errors. The dry run hands out addresses only
 * to learn how many buses are needed; the controllers for them are then added and get their places
 * before all other devices, so the addresses of the real pass differ.
 */
#include "layout/assign.h"

#include <stdio.h>
#include <string.h>

#include "layout/attach.h"
#include "layout/mmio.h"
#include "model/controller.h"

static const char *const rule_names[RULE_COUNT] = {
	[RULE_NONE] = "none",
	[RULE_CONFIGURED] = "configured",
	[RULE_CONFIGURED_BUS] = "configured-bus",
	[RULE_LOCKED] = "locked",
	[RULE_CHIPSET] = "chipset",
	[RULE_NEXT_SLOT] = "next-slot",
	[RULE_SHARED_SLOT] = "shared-slot",
	[RULE_SET] = "set",
	[RULE_GONE] = "gone",
	[RULE_LETTER] = "letter",
	[RULE_CONFIGURED_CONTROLLER] = "configured-controller",
	[RULE_NEXT_PLACE] = "next-place",
};

const char *layout_rule_name(enum layout_rule rule)
{
	return rule_names[rule];
}

const struct layout_dev *layout_find(const struct layout *layout, const struct vm_dev *dev)
{
	for (size_t i = 0; i < layout->dev_count; i++) {
		if (layout->devs[i].dev == dev)
			return &layout->devs[i];
	}
	return NULL;
}

void layout_note(struct layout *layout, const char *text)
{
	if (layout->note_count == layout->note_room) {
		size_t room = layout->note_room ? layout->note_room * 2 : 8;
		const char **notes = arena_alloc(layout->vm->arena, room * sizeof(*notes));

		for (size_t i = 0; i < layout->note_count; i++)
			notes[i] = layout->notes[i];
		layout->notes = notes;
		layout->note_room = room;
	}
	layout->notes[layout->note_count++] = text;
}

static void note_gone(struct pass *pass, const struct layout_dev *rec)
{
	char addr[PCI_ADDR_TEXT];

	if (pass->kind == PASS_REAL)
		layout_note(
			pass->layout,
			arena_fmt(
				pass->vm->arena,
				"%s gets %s, which was kept for a removed device: nothing else is "
				"free.",
				rec->dev->id, pci_addr_text(&rec->addr, addr)));
}

static int next(struct pass *pass, const struct pci_want *want, int function,
		struct pci_found *ret_found, struct err *err)
{
	struct pci_set *set = &pass->layout->set;

	if (pci_reserve_next(set, want, function, ret_found, err))
		return -1;
	for (unsigned i = set->count - ret_found->grown; i < set->count; i++)
		pass->layout->bus_for[i] = want->owner->name;
	return 0;
}

int dev_next(struct pass *pass, struct layout_dev *rec, int function)
{
	struct pci_want want = {rec->flags, PCI_AUTOMATIC, &rec->owner};
	struct pci_found found;
	struct err err;

	if (bus_numbers_place(pass, rec))
		return 0;
	if (next(pass, &want, function, &found, &err)) {
		budget_refuse(pass, rec, &err);
		return -1;
	}
	rec->addr = found.addr;
	rec->rule = rec->flags & PCI_AGGREGATE ? RULE_SHARED_SLOT : RULE_NEXT_SLOT;
	if (found.took_gone) {
		rec->rule = RULE_GONE;
		note_gone(pass, rec);
	}
	return 0;
}

static void keep_gone(struct pass *pass)
{
	const struct lock *lock = pass->layout->lock;
	bool *here;

	if (!lock || !lock->line_count)
		return;
	here = arena_alloc(pass->vm->arena, lock->line_count * sizeof(*here));
	for (size_t i = 0; i < pass->layout->dev_count; i++) {
		const struct lock_line *line = lock_find(lock, pass->layout->devs[i].dev->id);

		if (line)
			here[line - lock->lines] = true;
	}
	for (size_t i = 0; i < lock->line_count; i++) {
		if (!here[i] && lock->lines[i].addr.kind == ADDR_PCI)
			pci_keep_gone(&pass->layout->set, &lock->lines[i].addr.pci);
	}
}

static void build_set(struct pass *pass)
{
	struct pci_set *set = &pass->layout->set;
	bool modern = caps_has(pass->vm->board->caps, "device", "pcie-pci-bridge");

	memset(set, 0, sizeof(*set));
	set->arena = pass->vm->arena;
	set->bridge = modern ? PCI_MODEL_PCIE_TO_PCI_BRIDGE : PCI_MODEL_DMI_TO_PCI_BRIDGE;
	set->take_gone = pass->take_gone;
	vm_for_each_dev(dev, pass->vm->controllers) {
		enum pci_model model = pci_model_find(dev->class->name);

		if (dev->family != &controller_pci_family || model == PCI_MODEL_COUNT)
			continue;
		pci_set_bus(set, dev->index, model);
		if (!((const struct controller_pci *)dev->data)->hotplug)
			set->bus[dev->index]->flags &= ~PCI_HOTPLUG;
	}
	pci_fill_holes(set);
	set->can_grow = pass->kind == PASS_DRY;
	if (set->can_grow)
		pass->layout->first_new = set->count;
}

static bool has_pcie_root(const struct layout *layout)
{
	return layout->set.bus[0]->model == PCI_MODEL_PCIE_ROOT;
}

static int dummy(struct pass *pass, const char *name)
{
	unsigned type = has_pcie_root(pass->layout) ? PCI_TYPE_PCIE : PCI_TYPE_PCI;
	struct pci_owner *owner = arena_alloc(pass->vm->arena, sizeof(*owner));
	struct pci_want want = {type | PCI_AUTO, PCI_AUTOMATIC, owner};
	struct pci_found found;
	struct err err;

	owner->name = name;
	if (next(pass, &want, PCI_ANY_FUNCTION, &found, &err) == 0) {
		pass->layout->spare++;
		return 0;
	}
	struct layout_dev rec = {.owner = *owner};

	budget_refuse(pass, &rec, &err);
	return -1;
}

/* A conventional guest keeps one slot, unless .config itself has filled every bus. */
static int spare_before(struct pass *pass)
{
	const struct pci_set *set = &pass->layout->set;

	if (!pass->vm->guest.spare_as_libvirt || has_pcie_root(pass->layout))
		return 0;
	for (unsigned i = 0; i < set->count; i++) {
		if (!pci_bus_full(set->bus[i]))
			return dummy(pass, "a spare slot");
	}
	return 0;
}

/*
 * One port where all ports are Kiln's own. Those from the lock count as added: a lock must not
 * switch the spare port off.
 */
static int spare_after(struct pass *pass)
{
	const struct guest *guest = &pass->vm->guest;
	struct layout *layout = pass->layout;

	if (!guest->spare_as_libvirt) {
		for (uint64_t i = 0; i < guest->spare_ports; i++) {
			if (dummy(pass, "a spare place"))
				return -1;
		}
		return 0;
	}
	if (!has_pcie_root(layout) || layout->configured_buses > 1 || layout->set.count <= 1)
		return 0;
	return dummy(pass, "the spare port");
}

static int assign_missing(struct pass *pass)
{
	for (size_t i = 0; i < pass->layout->dev_count; i++) {
		struct layout_dev *rec = &pass->layout->devs[i];
		int ret;

		if (rec->fixed)
			continue;
		if (rec->dev->class->flags & CLASS_SET)
			ret = set_assign(pass, rec);
		else
			ret = dev_next(pass, rec, PCI_ANY_FUNCTION);
		if (ret)
			return -1;
	}
	return 0;
}

static void mark_existing(const struct vm *vm, bool *exists)
{
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family == &controller_pci_family && dev->index < PCI_BUS_MAX)
			exists[dev->index] = true;
	}
}

/* A place for the controller of each bus that was added; the set may grow meanwhile. */
static int place_controllers(struct pass *pass)
{
	struct layout *layout = pass->layout;
	bool exists[PCI_BUS_MAX] = {false};
	unsigned placed = 0;

	mark_existing(pass->vm, exists);
	for (unsigned i = 1; i < layout->set.count; i++) {
		unsigned flags = pci_models[layout->set.bus[i]->model].upstream;
		struct pci_owner *owner;
		struct pci_found found;
		struct err err;

		if (exists[i])
			continue;
		owner = arena_alloc(pass->vm->arena, sizeof(*owner));
		owner->name = arena_fmt(pass->vm->arena, "pci.%u", i);
		struct pci_want want = {flags, PCI_AUTOMATIC, owner};

		if (next(pass, &want, PCI_ANY_FUNCTION, &found, &err)) {
			budget_refuse_bus(pass, i, placed);
			return -1;
		}
		placed++;
	}
	return 0;
}

static void add_controllers(struct vm *vm, struct layout *layout)
{
	const struct dev_family *family = &controller_pci_family;
	bool exists[PCI_BUS_MAX] = {false};

	mark_existing(vm, exists);
	for (unsigned i = 1; i < layout->set.count; i++) {
		const char *model = pci_models[layout->set.bus[i]->model].name;

		if (!exists[i])
			(void)controller_add(vm, layout->algorithm, family,
					     dev_class_find(family, model), i);
	}
}

static int run(struct pass *pass)
{
	size_t before = pass->errs->count;

	build_set(pass);
	keep_gone(pass);
	chipset_reserve(pass);
	fixed_reserve(pass);
	if (chipset_assign(pass) || bus_assign(pass) || pass->errs->count > before)
		return -1;
	if (pass->kind == PASS_REAL)
		return assign_missing(pass);
	if (spare_before(pass) || assign_missing(pass) || spare_after(pass))
		return -1;
	return place_controllers(pass);
}

static void add_root(struct vm *vm, enum layout_algorithm algorithm)
{
	const char *model = vm->machine->root_model;

	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family == &controller_pci_family && dev->index == 0)
			return;
	}
	if (model)
		controller_add(vm, algorithm, &controller_pci_family,
			       dev_class_find(&controller_pci_family, model), 0)
			->added = false;
}

/* Another policy would move everything, so a lock and .config must be of one mind. */
static int check_policy(const struct vm *vm, const struct layout *layout, struct err_list *errs)
{
	bool packed = layout->algorithm == ALGORITHM_PACKED_1;
	struct err *err;

	if (packed == vm->guest.pci_packed)
		return 0;
	err = dev_error(errs, vm->guest_dev, "pci-policy", "layout-lock",
			"the lock is of the algorithm %s, and .config wants %s",
			layout_algorithm_name(layout->algorithm),
			packed ? "libvirt's places" : "packed ones");
	err_also(err, layout->lock->path, 0);
	err_why(err, "The lock %s keeps each device where a running guest knows it.",
		layout->lock->path);
	err_fix(err,
		"Set CONFIG_PCI_POLICY_%s=y, or write the lock anew with `make layout-lock`; "
		"devices then move.",
		packed ? "PACKED" : "LIBVIRT");
	return -1;
}

static int choose_algorithm(struct vm *vm, struct layout *layout, struct err_list *errs)
{
	const char *name = layout->lock           ? layout->lock->algorithm
			   : vm->guest.pci_packed ? layout_algorithm_name(ALGORITHM_PACKED_1)
						  : vm->board->layout_algorithm;

	layout->algorithm = layout_algorithm_find(name);
	if (layout->algorithm != ALGORITHM_COUNT)
		return layout->lock ? check_policy(vm, layout, errs) : 0;

	struct err *err = err_list_new(errs, ERR_CONFIG, "the layout algorithm is \"%s\"", name);

	if (layout->lock)
		err_at(err, layout->lock->path, 0);
	err_check(err, "layout-algorithm");
	err_why(err,
		"This Kiln knows libvirt-9, libvirt-11 and packed-1; board %s or the lock says another.",
		vm->board->name);
	err_fix(err, "Use a Kiln that knows it, or name one of these in the board's description.");
	return -1;
}

static void count_configured(const struct vm *vm, struct layout *layout)
{
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family == &controller_pci_family && !dev->added &&
		    dev->index >= layout->configured_buses)
			layout->configured_buses = dev->index + 1;
	}
}

static void add_errors(struct err_list *to, const struct err_list *from)
{
	err_list_for_each(node, from) {
		err_list_add(to, &node->err);
	}
}

/*
 * How many buses are needed. A bus that is added may find no place for its own controller; when
 * places of removed devices are left, they are then handed out first.
 */
static int run_dry(struct vm *vm, struct layout *layout, struct err_list *errs)
{
	struct err_list first = {.arena = errs->arena};
	struct pass pass = {.kind = PASS_DRY, .vm = vm, .layout = layout, .errs = &first};

	collect_devs(vm, layout, &first);
	if (!first.count && run(&pass) == 0)
		return 0;
	if (pass.no_room && layout->budget.kept) {
		layout->dev_count = 0;
		layout->spare = 0;
		memset(layout->bus_for, 0, sizeof(layout->bus_for));
		pass = (struct pass){.vm = vm, .layout = layout, .errs = errs, .take_gone = true};
		collect_devs(vm, layout, errs);
		return run(&pass);
	}
	add_errors(errs, &first);
	return -1;
}

static int run_real(struct vm *vm, struct layout *layout, struct err_list *errs)
{
	struct pass pass = {.kind = PASS_REAL, .vm = vm, .layout = layout, .errs = errs};

	collect_devs(vm, layout, errs);
	return run(&pass);
}

int layout_assign(struct vm *vm, const struct lock *lock, struct layout *layout,
		  struct err_list *errs)
{
	size_t before = errs->count;

	memset(layout, 0, sizeof(*layout));
	layout->vm = vm;
	layout->lock = lock;
	if (choose_algorithm(vm, layout, errs))
		return -1;
	controller_list(vm, layout, errs);
	if (errs->count > before)
		return -1;
	add_root(vm, layout->algorithm);
	count_configured(vm, layout);
	attach_assign(vm, layout, errs);
	serial_assign(vm, layout, errs);
	mmio_assign(vm, layout, errs);
	controller_add_locked(vm, layout, errs);
	if (errs->count > before)
		return -1;
	if (vm->machine->root_model) {
		if (run_dry(vm, layout, errs))
			return -1;
		add_controllers(vm, layout);
		if (run_real(vm, layout, errs))
			return -1;
		number_all(vm, layout, errs);
		bus_numbers_count(vm, layout);
		/* Only of a tree has every bus a way to the root. */
		if (errs->count == before)
			acpi_index_tell(vm, layout);
		budget_count(layout);
	}
	controller_settle(vm);
	return errs->count > before ? -1 : 0;
}
