/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * indexes.c - the list of configured controllers: its order, missing indexes, what cannot be.
 *
 * In: controllers in the order of .config, the lock. Out: the same in libvirt's order, each with its
 * index and name; or errors. Decides no address.
 */
#include "layout/assign.h"

#include <string.h>

#include "model/controller.h"

static bool is_pci(const struct vm_dev *dev)
{
	return dev->family == &controller_pci_family;
}

/* ---- the order of the list ---------------------------------------------------------------------- */

/** struct listing - controllers as an array while they are put in order. */
struct listing {
	struct vm_dev **devs;
	size_t count;
};

/*
 * Where libvirt puts a controller that it reads: behind those of its family with a smaller index and
 * before those with a larger one; the master of a set before its companions; without an index behind
 * the last of its family. A new family goes to the end.
 */
static size_t insert_at(const struct listing *list, const struct vm_dev *dev)
{
	size_t at = list->count;
	bool found = false;

	for (size_t i = list->count; i-- > 0;) {
		const struct vm_dev *other = list->devs[i];
		bool same = other->has_index && other->index == dev->index;

		if (other->family != dev->family)
			continue;
		if (!dev->has_index)
			return i + 1;
		if ((other->has_index && other->index > dev->index) ||
		    (same && other->class->flags & CLASS_SET_COMPANION &&
		     !(dev->class->flags & CLASS_SET_COMPANION)))
			at = i;
		else if (!found)
			at = i + 1;
		found = true;
	}
	return at;
}

static void list_in_order(struct vm *vm, struct listing *list)
{
	size_t count = 0;

	vm_for_each_dev(dev, vm->controllers)
		count++;
	list->devs = arena_alloc(vm->arena, (count + 1) * sizeof(struct vm_dev *));
	vm_for_each_dev(dev, vm->controllers) {
		size_t at = insert_at(list, dev);

		memmove(&list->devs[at + 1], &list->devs[at],
			(list->count - at) * sizeof(struct vm_dev *));
		list->devs[at] = dev;
		list->count++;
	}
	vm->controllers = count ? list->devs[0] : NULL;
	vm->last_controller = count ? list->devs[count - 1] : NULL;
	for (size_t i = 0; i < count; i++)
		list->devs[i]->next = list->devs[i + 1];
}

/* Stable: a set of USB controllers, all of one index, stays as it is. */
void controller_settle(struct vm *vm)
{
	struct vm_dev *next, *dev = vm->controllers;

	vm->controllers = NULL;
	vm->last_controller = NULL;
	for (; dev; dev = next) {
		next = dev->next;
		vm_place_controller(vm, dev);
	}
}

/* ---- indexes ------------------------------------------------------------------------------------ */

static const struct vm_dev *holder(const struct listing *list, const struct dev_family *family,
				   unsigned index)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct vm_dev *dev = list->devs[i];

		if (dev->family == family && dev->has_index && dev->index == index)
			return dev;
	}
	return NULL;
}

/* "pci.4" of the lock is somebody's bus: also when nobody in .config speaks of it. */
static bool is_locked(const struct vm *vm, const struct lock *lock, const struct dev_family *family,
		      unsigned index)
{
	const char *percent = strstr(family->alias, "%s");

	return percent &&
	       lock_find(lock, arena_fmt(vm->arena, "%.*s%u", (int)(percent - family->alias),
					 family->alias, index));
}

static const struct lock_line *lock_slot(const struct lock *lock, unsigned slot)
{
	for (size_t i = 0; lock && i < lock->line_count; i++) {
		if (lock->lines[i].has_slot && lock->lines[i].slot == slot)
			return &lock->lines[i];
	}
	return NULL;
}

/* One of a set without an index joins the set before it, if that lacks its model. */
static bool join_set(const struct listing *list, size_t at, unsigned *ret_index)
{
	const struct vm_dev *dev = list->devs[at], *before = NULL;

	if (!(dev->class->flags & CLASS_SET))
		return false;
	for (size_t i = at; i-- > 0 && !before;) {
		if (list->devs[i]->family == dev->family)
			before = list->devs[i];
	}
	if (!before || !(before->class->flags & CLASS_SET) || !before->has_index)
		return false;
	for (size_t i = 0; i < list->count; i++) {
		if (list->devs[i]->family == dev->family && list->devs[i]->class == dev->class &&
		    list->devs[i]->has_index && list->devs[i]->index == before->index)
			return false;
	}
	*ret_index = before->index;
	return true;
}

static unsigned find_index(const struct vm *vm, const struct layout *layout,
			   const struct listing *list, size_t at)
{
	const struct vm_dev *dev = list->devs[at];
	const struct lock_line *line =
		is_pci(dev) && !dev->added ? lock_slot(layout->lock, dev->slot) : NULL;
	/* PCI controller 0 is the machine's own. */
	unsigned index = is_pci(dev) ? 1 : 0;

	if (line && controller_bus_index(line->id) &&
	    !holder(list, dev->family, controller_bus_index(line->id)))
		return controller_bus_index(line->id);
	if (join_set(list, at, &index))
		return index;
	while (holder(list, dev->family, index) || is_locked(vm, layout->lock, dev->family, index))
		index++;
	return index;
}

/* ---- what cannot be ----------------------------------------------------------------------------- */

static unsigned free_index(const struct vm *vm, const struct layout *layout,
			   const struct listing *list, const struct vm_dev *dev)
{
	unsigned index = is_pci(dev) ? 1 : 0;

	while (holder(list, dev->family, index) || is_locked(vm, layout->lock, dev->family, index))
		index++;
	return index;
}

static void check_twice(const struct vm *vm, const struct layout *layout,
			const struct listing *list, size_t at, struct err_list *errs)
{
	const struct vm_dev *dev = list->devs[at];

	for (size_t i = 0; i < at; i++) {
		const struct vm_dev *other = list->devs[i];

		if (other->family != dev->family || other->index != dev->index)
			continue;
		if (dev->class->flags & CLASS_SET && other->class->flags & CLASS_SET &&
		    dev->class != other->class)
			continue;
		struct place place = dev_place(other, "index");
		struct err *err = dev_error(errs, dev, "index", "controller-index",
					    "index %u is taken twice", dev->index);

		err_also(err, place.file, place.line);
		err_why(err, "%s, a %s, has it too; an index names one bus.",
			dev_symbol(other, NULL), other->class->name);
		err_fix(err, "Set %s to 0 to let kiln choose, or to a free one: %u.",
			dev_symbol(dev, "index"), free_index(vm, layout, list, dev));
		return;
	}
}

static bool is_root(const struct vm_dev *dev)
{
	return strcmp(dev->class->name, "pci-root") == 0 ||
	       strcmp(dev->class->name, "pcie-root") == 0;
}

static void check_root(const struct vm *vm, const struct vm_dev *dev, struct err_list *errs)
{
	const char *model = vm->machine->root_model;
	struct err *err;

	if (dev->index == 0 && model && strcmp(dev->class->name, model) != 0) {
		err = dev_error(errs, dev, "index", "controller-root", "PCI controller 0 is a %s",
				dev->class->name);
		err_why(err, "Controller 0 of machine %s is its %s.", vm->machine->name, model);
		err_fix(err, "Give it another index: the lowest free one is used for 0.");
	} else if (dev->index != 0 && is_root(dev)) {
		err = dev_error(errs, dev, "index", "controller-root", "PCI controller %u is a %s",
				dev->index, dev->class->name);
		err_why(err, "A machine has one root, and it is controller 0, which kiln adds.");
		err_fix(err, "Choose another model, such as %s.",
			vm->machine->root_model && strcmp(vm->machine->root_model, "pcie-root") == 0
				? "pcie-root-port"
				: "pci-bridge");
	}
	if (is_root(dev) && (dev->has_want || dev->has_want_bus)) {
		err = dev_error(errs, dev, "pci-address", "controller-root",
				"the %s has a PCI address", dev->class->name);
		err_why(err, "A root is plugged into nothing, so it has no address.");
		err_fix(err, "Clear the address.");
	}
}

static void check_expander(const struct vm *vm, const struct vm_dev *dev, struct err_list *errs)
{
	const char *has = vm->machine->expander_model;
	struct err *err;

	if (!strstr(dev->class->name, "expander-bus") || (has && !strcmp(has, dev->class->name)))
		return;
	err = dev_error(errs, dev, "model", "controller-expander", "%s has no %s",
			vm->machine->name, dev->class->name);
	if (has)
		err_why(err, "The expander bus of machine %s is the %s.", vm->machine->name, has);
	else
		err_why(err, "Machine %s has no expander buses.", vm->machine->name);
	err_fix(err, has ? "Choose %s." : "Switch the controller off.", has);
}

static void check_high(const struct vm_dev *dev, struct err_list *errs)
{
	struct err *err;

	if (dev->index < PCI_BUS_MAX)
		return;
	err = dev_error(errs, dev, "index", "controller-index", "index %u is too high", dev->index);
	err_why(err, "PCI controllers have indexes up to %d.", PCI_BUS_MAX - 1);
	err_fix(err, "Set %s to 0, or switch other controllers off.", dev_symbol(dev, "index"));
}

/* The lock says that the bus is another kind of controller, or that the slot made another bus. */
static void check_lock(const struct layout *layout, const struct vm_dev *dev, struct err_list *errs)
{
	const struct lock_line *line = lock_find(layout->lock, dev->id);
	const struct lock_line *slot = lock_slot(layout->lock, dev->slot);
	struct err *err = NULL;

	if (line && line->model && strcmp(line->model, controller_word(dev)) != 0) {
		err = dev_error(errs, dev, "model", "layout-lock",
				"%s would turn from a %s into a %s", dev->id, line->model,
				controller_word(dev));
		err_why(err, "The lock %s (line %u) keeps what a running guest knows.",
			layout->lock->path, line->line);
	} else if (slot && strcmp(slot->id, dev->id) != 0) {
		line = slot;
		err = dev_error(errs, dev, "index", "layout-lock", "%s would become %s", slot->id,
				dev->id);
		err_why(err, "The lock %s (line %u) knows this controller as %s.",
			layout->lock->path, line->line, line->id);
	}
	if (!err)
		return;
	err_also(err, layout->lock->path, line->line);
	err_fix(err, "Undo the change, use another slot for a new controller, or write the lock "
		     "anew with `make layout-lock`; devices then move.");
}

void controller_list(struct vm *vm, struct layout *layout, struct err_list *errs)
{
	struct listing list = {NULL, 0};
	const struct prop *row;

	vm_for_each_dev(dev, vm->controllers) {
		row = dev_prop(dev->family, "index");
		if (dev->has_index || !row || !(dev->family->flags & FAMILY_CONTROLLER))
			continue;
		dev->index = (unsigned)dev_uint(dev, row);
		dev->has_index = dev->index != 0;
	}
	list_in_order(vm, &list);
	for (size_t i = 0; i < list.count; i++) {
		struct vm_dev *dev = list.devs[i];

		if (!dev->has_index) {
			dev->index = find_index(vm, layout, &list, i);
			dev->has_index = true;
		}
		if (dev->family->flags & FAMILY_CONTROLLER)
			vm_name_controller(dev);
	}
	for (size_t i = 0; i < list.count; i++) {
		const struct vm_dev *dev = list.devs[i];

		check_twice(vm, layout, &list, i, errs);
		if (!is_pci(dev))
			continue;
		check_root(vm, dev, errs);
		check_expander(vm, dev, errs);
		check_high(dev, errs);
		check_lock(layout, dev, errs);
	}
}
