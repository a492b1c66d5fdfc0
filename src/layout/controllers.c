/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * controllers.c - add controllers to the list whose order hands out slots.
 */
#include "layout/assign.h"

#include <string.h>

#include "model/controller.h"

static const char *const algorithm_names[ALGORITHM_COUNT] = {
	[ALGORITHM_LIBVIRT_9] = "libvirt-9",
	[ALGORITHM_LIBVIRT_11] = "libvirt-11",
	[ALGORITHM_PACKED_1] = "packed-1",
};

enum layout_algorithm layout_algorithm_find(const char *name)
{
	for (unsigned i = 0; i < ALGORITHM_COUNT; i++) {
		if (strcmp(algorithm_names[i], name) == 0)
			return (enum layout_algorithm)i;
	}
	return ALGORITHM_COUNT;
}

const char *layout_algorithm_name(enum layout_algorithm algorithm)
{
	return algorithm_names[algorithm];
}

/* Among its family by index: before the first with a larger one, else behind the last. */
static void move_beside(struct vm *vm, struct vm_dev *dev)
{
	struct vm_dev *before_last = NULL, *last = NULL, *smaller = NULL, *larger = NULL;

	vm_for_each_dev(other, vm->controllers) {
		if (other->next == dev)
			before_last = other;
		if (other == dev || other->family != dev->family || larger)
			continue;
		if (other->index > dev->index)
			larger = other;
		else
			last = other;
	}
	if (!before_last || (!larger && !last))
		return;
	before_last->next = NULL;
	vm->last_controller = before_last;
	vm_for_each_dev(other, vm->controllers) {
		if (larger && other->next == larger)
			smaller = other;
	}
	if (!larger)
		smaller = last;
	dev->next = smaller ? smaller->next : vm->controllers;
	if (smaller)
		smaller->next = dev;
	else
		vm->controllers = dev;
	if (!dev->next)
		vm->last_controller = dev;
}

struct vm_dev *controller_add(struct vm *vm, enum layout_algorithm algorithm,
			      const struct dev_family *family, const struct dev_class *class,
			      unsigned index)
{
	struct vm_dev *dev = vm_add_controller(vm, family, class, index);

	dev->added = true;
	if (algorithm != ALGORITHM_LIBVIRT_9)
		move_beside(vm, dev);
	return dev;
}

static void refuse_line(const struct lock *lock, const struct lock_line *line,
			struct err_list *errs)
{
	struct err *err =
		err_list_new(errs, ERR_CONFIG, "the lock has %s as a %s", line->id, line->model);

	err_at(err, lock->path, line->line);
	err_check(err, "layout-lock");
	err_why(err,
		"PCI controllers are named pci.N, N from 1 to %d, and have a model that this "
		"Kiln knows.",
		PCI_BUS_MAX - 1);
	err_fix(err, "Restore the line from version control, or write the lock anew with `make "
		     "layout-lock`.");
}

unsigned controller_bus_index(const char *id)
{
	unsigned index = 0;

	if (strncmp(id, "pci.", 4) != 0 || id[4] == '0')
		return 0;
	for (const char *p = id + 4; *p; p++) {
		if (*p < '0' || *p > '9' || index >= PCI_BUS_MAX)
			return 0;
		index = index * 10 + (unsigned)(*p - '0');
	}
	return index < PCI_BUS_MAX ? index : 0;
}

const char *controller_word(const struct vm_dev *dev)
{
	if (dev_class_find(dev->family, dev->class->name) == dev->class)
		return dev->class->name;
	return dev->class->driver;
}

const struct dev_class *controller_class(const char *word)
{
	const struct dev_class *class = dev_class_find(&controller_pci_family, word);

	if (class)
		return class;
	for (class = controller_pci_family.classes; class->name; class ++) {
		if (class->driver && strcmp(class->driver, word) == 0 &&
		    dev_class_find(&controller_pci_family, class->name) != class)
			return class;
	}
	return NULL;
}

void controller_add_locked(struct vm *vm, struct layout *layout, struct err_list *errs)
{
	const struct lock_line *by_index[PCI_BUS_MAX] = {NULL};
	const struct lock *lock = layout->lock;

	for (size_t i = 0; lock && i < lock->line_count; i++) {
		const struct lock_line *line = &lock->lines[i];

		if (!line->model)
			continue;
		unsigned index = controller_bus_index(line->id);

		if (index == 0 || !controller_class(line->model))
			refuse_line(lock, line, errs);
		else
			by_index[index] = line;
	}
	for (unsigned i = 1; i < PCI_BUS_MAX; i++) {
		if (by_index[i] && !vm_find(vm, by_index[i]->id))
			controller_add(vm, layout->algorithm, &controller_pci_family,
				       controller_class(by_index[i]->model), i);
	}
}
