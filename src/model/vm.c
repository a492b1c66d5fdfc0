/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm.c - add devices and controllers to a machine, and find them again.
 */
#include "model/vm.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The format is a constant of a family or class with at most one %s. */
static const char *alias_format(struct arena *arena, const char *format, const char *number)
{
	const char *percent = format ? strstr(format, "%s") : NULL;

	if (!percent)
		return format;
	return arena_fmt(arena, "%.*s%s%s", (int)(percent - format), format, number, percent + 2);
}

/* Those alike come from the same lines of .config. */
static struct place *new_places(const struct vm *vm, const struct dev_family *family,
				const struct vm_dev *alike)
{
	size_t rows = 0;

	if (alike)
		return alike->prop_at;
	prop_for_each(row, family->props) rows++;
	return arena_alloc(vm->arena, (rows + 1) * sizeof(struct place));
}

static struct vm_dev *dev_new(struct vm *vm, const struct dev_family *family, const char *number,
			      const struct vm_dev *alike)
{
	struct vm_dev *dev = arena_alloc(vm->arena, sizeof(*dev));

	dev->family = family;
	dev->class = family->classes;
	dev->vm = vm;
	dev->data = family->size ? arena_alloc(vm->arena, family->size) : NULL;
	dev->prop_at = new_places(vm, family, alike);
	dev->id = arena_fmt(vm->arena, "%s%s", family->name, number);
	dev->number = number;
	dev->alias = alias_format(vm->arena, family->alias, number);
	return dev;
}

struct vm_dev *vm_first(const struct vm *vm)
{
	return vm->controllers ? vm->controllers : vm->devs;
}

struct vm_dev *vm_next(const struct vm *vm, const struct vm_dev *dev)
{
	return dev == vm->last_controller ? vm->devs : dev->next;
}

/* Behind @after; NULL = in front. */
static void controller_insert(struct vm *vm, struct vm_dev *dev, struct vm_dev *after)
{
	struct vm_dev **link = after ? &after->next : &vm->controllers;

	dev->next = *link;
	*link = dev;
	if (!dev->next)
		vm->last_controller = dev;
}

void vm_place_controller(struct vm *vm, struct vm_dev *dev)
{
	struct vm_dev *after = NULL;

	vm_for_each_dev(other, vm->controllers) {
		if (other->family->controller < dev->family->controller ||
		    (other->family->controller == dev->family->controller &&
		     other->index <= dev->index))
			after = other;
	}
	controller_insert(vm, dev, after);
}

static void device_append(struct vm *vm, struct vm_dev *dev)
{
	if (vm->last_dev && vm->last_dev->family == dev->family)
		dev->index = vm->last_dev->index + 1;
	if (vm->last_dev)
		vm->last_dev->next = dev;
	else
		vm->devs = dev;
	vm->last_dev = dev;
}

struct vm_dev *vm_add_dev(struct vm *vm, const struct dev_family *family, unsigned slot,
			  unsigned repeat, unsigned repeats)
{
	const char *number = "";

	if (repeats)
		number = arena_fmt(vm->arena, "%u.%u", slot, repeat);
	else if (!(family->flags & FAMILY_SINGLE))
		number = arena_fmt(vm->arena, "%u", slot);
	const struct vm_dev *last = vm->last_dev;
	bool alike = repeat && last && last->family == family && last->slot == slot;
	struct vm_dev *dev = dev_new(vm, family, number, alike ? last : NULL);

	dev->slot = slot;
	dev->repeat = repeat;
	dev->repeats = repeats;
	if (family->controller) {
		dev->index = slot;
		dev->has_index = true;
		vm_place_controller(vm, dev);
	} else {
		device_append(vm, dev);
	}
	return dev;
}

struct vm_dev *vm_add_companion(struct vm *vm, struct vm_dev *dev, const struct dev_class *class,
				const char *id)
{
	struct vm_dev *companion = dev_new(vm, dev->family, dev->number, NULL);

	companion->class = class;
	companion->id = id;
	companion->slot = dev->slot;
	companion->index = dev->index;
	companion->has_index = true;
	companion->at = dev->at;
	controller_insert(vm, companion, dev);
	return companion;
}

/* A controller is known by its QEMU id everywhere: "pci.3", "virtio-serial0". */
void vm_name_controller(struct vm_dev *dev)
{
	const char *format = dev->class->alias ? dev->class->alias : dev->family->alias;

	dev->number = arena_fmt(dev->vm->arena, "%u", dev->index);
	dev->alias = alias_format(dev->vm->arena, format, dev->number);
	if (dev->family->prepare)
		dev->family->prepare(dev->vm, dev);
	dev->id = dev->alias;
}

struct vm_dev *vm_add_controller(struct vm *vm, const struct dev_family *family,
				 const struct dev_class *class, unsigned index)
{
	struct vm_dev *dev = dev_new(vm, family, "", NULL);

	dev->class = class;
	dev->index = index;
	dev->has_index = true;
	dev->slot = index;
	vm_name_controller(dev);
	controller_insert(vm, dev, vm->last_controller);
	return dev;
}

struct vm_dev *vm_list_controller(struct vm *vm, const struct dev_family *family, unsigned slot)
{
	struct vm_dev *dev = dev_new(vm, family, arena_fmt(vm->arena, "%u", slot), NULL);

	dev->slot = slot;
	vm_place_controller(vm, dev);
	return dev;
}

void vm_assign_aliases(struct vm *vm)
{
	vm_for_each_dev(dev, vm->devs) {
		const char *format = dev->class->alias ? dev->class->alias : dev->family->alias;

		const char *number = dev->number;

		if (dev->class->flags & CLASS_FROM_ONE)
			number = arena_fmt(vm->arena, "%u", dev->slot + 1);
		dev->alias = alias_format(vm->arena, format, number);
	}
}

static struct vm_dev *find_in(struct vm_dev *list, const char *id)
{
	vm_for_each_dev(dev, list) {
		if (strcmp(dev->id, id) == 0)
			return dev;
	}
	return NULL;
}

struct vm_dev *vm_find(const struct vm *vm, const char *id)
{
	struct vm_dev *dev = find_in(vm->devs, id);

	return dev ? dev : find_in(vm->controllers, id);
}

const char *vm_payload_target(const struct vm *vm, const char *path)
{
	const char *slash = strrchr(path, '/');

	return arena_fmt(vm->arena, "%s/%s/%s", vm->guest.payload_prefix, vm->guest.name,
			 slash ? slash + 1 : path);
}

const char *vm_payload_path(const struct vm *vm, const char *path)
{
	if (path[0] == '/')
		return access(path, R_OK) == 0 ? path : NULL;
	/* Where there is no folder to look into, no call says why. */
	errno = ENOENT;
	for (const char *const *dir = vm->search; dir && *dir; dir++) {
		const char *full = arena_fmt(vm->arena, "%s/%s", *dir, path);

		if (access(full, R_OK) == 0)
			return full;
	}
	return NULL;
}
