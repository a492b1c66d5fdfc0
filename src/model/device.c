/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device.c - look into a device by its family's rows; errors that know where a value stands.
 */
#include "model/device.h"

#include <stdarg.h>
#include <string.h>

#include "base/bug.h"
#include "model/machine.h"
#include "model/vm.h"

const char *dev_element(const struct vm_dev *dev)
{
	const char *element = dev->class->xml ? dev->class->xml : dev->family->xml;

	return element ? element : "";
}

/* Length of a driver's name without "-pci"; 0 when it does not end so. */
static size_t stem_of(const char *driver)
{
	static const char pci[] = "-pci";
	size_t len = driver ? strlen(driver) : 0, tail = sizeof(pci) - 1;

	return len > tail && strcmp(driver + len - tail, pci) == 0 ? len - tail : 0;
}

bool dev_on_mmio(const struct vm_dev *dev)
{
	const struct machine *machine = dev->vm->machine;

	return machine->mmio && dev->class->where == WHERE_VIRTIO && !dev->has_want &&
	       stem_of(dev->class->driver) && (!machine->root_model || dev->vm->guest.virtio_mmio);
}

const char *dev_driver(const struct vm_dev *dev)
{
	const char *driver = dev->class->driver;

	if (dev->class->flags & CLASS_LINE)
		return dev->vm->machine->serial->driver;
	if (!driver || !dev_on_mmio(dev))
		return driver;
	return arena_fmt(dev->vm->arena, "%.*s-device", (int)stem_of(driver), driver);
}

const struct prop *dev_prop(const struct dev_family *family, const char *name)
{
	prop_for_each(row, family->props)
	{
		if (*row->name == *name && strcmp(row->name, name) == 0)
			return row;
	}
	return NULL;
}

struct place dev_place(const struct vm_dev *dev, const char *prop_name)
{
	const struct prop *row = prop_name ? dev_prop(dev->family, prop_name) : NULL;

	if (row && dev->prop_at) {
		struct place place = dev->prop_at[row - dev->family->props];

		if (place.file)
			return place;
	}
	return dev->at;
}

const char *dev_symbol(const struct vm_dev *dev, const char *prop_name)
{
	return dev_row_symbol(dev, prop_name ? dev_prop(dev->family, prop_name) : NULL);
}

const char *dev_row_symbol(const struct vm_dev *dev, const struct prop *row)
{
	const struct dev_family *family = dev->family;
	const char *suffix = row && row->sym ? row->sym : "";

	struct arena *arena = dev->vm->arena;

	if (row && !row->sym && row->kind == PROP_PCI)
		suffix = row->text;

	if (!family->sym[0])
		return arena_fmt(arena, "CONFIG_%s", suffix);
	const char *gap = *suffix ? "_" : "";

	if (family->flags & FAMILY_SINGLE)
		return arena_fmt(arena, "CONFIG_%s%s%s", family->sym, gap, suffix);
	return arena_fmt(arena, "CONFIG_%s%u%s%s", family->sym, dev->slot, gap, suffix);
}

const struct dev_class *dev_class_find(const struct dev_family *family, const char *name)
{
	for (const struct dev_class *class = family->classes; class->name; class ++) {
		if (strcmp(class->name, name) == 0)
			return class;
	}
	return NULL;
}

bool dev_applies(const struct vm_dev *dev, const struct prop *row)
{
	return !row->when || row->when(dev);
}

static const void *field_at(const struct vm_dev *dev, const struct prop *row)
{
	return (const char *)dev->data + row->field;
}

bool dev_bool(const struct vm_dev *dev, const struct prop *row)
{
	return *(const bool *)field_at(dev, row);
}

uint64_t dev_uint(const struct vm_dev *dev, const struct prop *row)
{
	return *(const uint64_t *)field_at(dev, row);
}

const char *dev_string(const struct vm_dev *dev, const struct prop *row)
{
	return *(const char *const *)field_at(dev, row);
}

const struct prop_word *dev_word(const struct vm_dev *dev, const struct prop *row)
{
	return *(const struct prop_word *const *)field_at(dev, row);
}

bool prop_word_is(const struct prop_word *word, const char *sym)
{
	return word && *word->sym == *sym && strcmp(word->sym, sym) == 0;
}

static const char *name_of(const struct vm_dev *dev)
{
	const char *name = dev_string(dev, dev_prop(dev->family, "name"));

	return name ? name : "";
}

const struct vm_dev *dev_referred(const struct vm_dev *dev, const struct prop *row)
{
	const char *name = dev_applies(dev, row) ? dev_string(dev, row) : NULL;

	if (!name)
		return NULL;
	vm_for_each_dev(other, dev->vm->devs) {
		if (other->family == row->refers && strcmp(name_of(other), name) == 0)
			return other;
	}
	return NULL;
}

const char *dev_alias_text(const struct vm_dev *dev, const struct prop *row)
{
	const char *percent = strstr(row->text, "%s");

	BUG_IF(!percent);
	return arena_fmt(dev->vm->arena, "%.*s%s%s", (int)(percent - row->text), row->text,
			 dev->alias, percent + 2);
}

struct err *dev_error(struct err_list *errs, const struct vm_dev *dev, const char *prop_name,
		      const char *check, const char *fmt, ...)
{
	struct place place = dev_place(dev, prop_name);
	va_list args;

	va_start(args, fmt);
	struct err *err = err_list_new(errs, ERR_CONFIG, "%s", arena_vfmt(errs->arena, fmt, args));
	va_end(args);
	err_at(err, place.file, place.line);
	/* What Kiln added itself has no symbol to point at. */
	if (dev->added)
		err_sym(err, "%s", dev->id);
	else
		err_sym(err, "%s", dev_symbol(dev, prop_name));
	if (check)
		err_check(err, check);
	return err;
}

struct err *dev_second_error(struct err_list *errs, const struct vm_dev *dev, const char *check,
			     const struct vm_dev **ret_old)
{
	vm_for_each_dev(old, dev->vm->devs) {
		if (old == dev)
			break;
		if (old->family != dev->family || old->class != dev->class)
			continue;
		struct place place = dev_place(old, "model");
		struct err *err = dev_error(errs, dev, "model", check, "%s is a second \"%s\"",
					    dev->id, dev->class->name);

		err_also(err, place.file, place.line);
		*ret_old = old;
		return err;
	}
	return NULL;
}
