/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.c - run every check; the rules that hold for any row of any family.
 */
#include "model/check.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/place.h"
#include "model/vm.h"

static const char *string_of(const struct vm_dev *dev, const struct prop *row)
{
	return row->kind == PROP_STRING && dev_applies(dev, row) ? dev_string(dev, row) : NULL;
}

static void required_dev(const struct check *check, const struct vm_dev *dev, struct err_list *errs)
{
	prop_for_each(row, dev->family->props)
	{
		/* What is missing from one is missing from all that are alike. */
		if (!(row->flags & PROP_REQUIRED) || dev->repeat || !dev_applies(dev, row) ||
		    string_of(dev, row))
			continue;
		struct err *err =
			dev_error(errs, dev, row->name, check->name, "a value is missing");

		err_why(err, "%s cannot do without its %s as it is configured.",
			dev == dev->vm->guest_dev ? "The machine" : dev->id, row->name);
		err_fix(err, "Set %s.", dev_symbol(dev, row->name));
	}
}

static void check_required(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	required_dev(check, vm->guest_dev, errs);
	vm_for_each(dev, vm)
		required_dev(check, dev, errs);
}

static void form_dev(const struct check *check, const struct vm_dev *dev, struct err_list *errs)
{
	prop_for_each(row, dev->family->props)
	{
		const char *value = string_of(dev, row);

		if (!row->rule || !value || ident_is_valid((enum ident_kind)(row->rule - 1), value))
			continue;
		/* Only a number in it makes one value differ from that of the first. */
		if (dev->repeat && !(row->flags & PROP_REPEAT_FMT))
			continue;
		enum ident_kind kind = (enum ident_kind)(row->rule - 1);
		struct err *err = dev_error(errs, dev, row->name, check->name,
					    "\"%s\" is not a valid %s", value, ident_noun(kind));

		err_why(err, "%s", ident_rule(kind));
		err_fix(err, "Change %s to a value of that form.", dev_symbol(dev, row->name));
	}
}

static void check_form(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	form_dev(check, vm->guest_dev, errs);
	vm_for_each(dev, vm)
		form_dev(check, dev, errs);
}

/* One value of a row that must be unique, for sorting. */
struct unique_entry {
	const struct vm_dev *dev;
	const struct prop *row;
	const char *value;
	size_t order;
};

static int compare_unique(const void *a, const void *b)
{
	const struct unique_entry *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	int diff = strcasecmp(x->value, y->value);

	if (diff)
		return diff;
	return x->order < y->order ? -1 : 1;
}

static size_t collect_unique(const struct vm *vm, struct unique_entry *entries)
{
	size_t count = 0;

	vm_for_each(dev, vm) {
		prop_for_each(row, dev->family->props)
		{
			const char *value = string_of(dev, row);

			if (!(row->flags & PROP_UNIQUE) || !value)
				continue;
			if (entries)
				entries[count] = (struct unique_entry){dev, row, value, count};
			count++;
		}
	}
	return count;
}

/* Sorted, because an appliance may have 1,900 disks alike. */
static void check_unique(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	size_t count = collect_unique(vm, NULL);
	struct unique_entry *entries = arena_alloc(errs->arena, (count + 1) * sizeof(*entries));

	(void)collect_unique(vm, entries);
	qsort(entries, count, sizeof(*entries), compare_unique);
	for (size_t i = 1; i < count; i++) {
		const struct unique_entry *one = &entries[i - 1], *two = &entries[i];

		if (one->row != two->row || strcasecmp(one->value, two->value) != 0 ||
		    strstr(two->value, "%d"))
			continue;
		bool alike = two->dev->repeats && two->dev->family == one->dev->family &&
			     two->dev->slot == one->dev->slot;

		/* One mistake of a slot is said once. */
		if (alike && two->dev->repeat > 1)
			continue;
		struct place other = dev_place(one->dev, one->row->name);
		struct err *err = dev_error(errs, two->dev, two->row->name, check->name,
					    "\"%s\" is used twice", two->value);

		err_also(err, other.file, other.line);
		err_why(err, "%s has the same value, and each device needs one of its own.",
			one->dev->id);
		if (alike && !(two->row->flags & PROP_REPEAT_FMT))
			err_fix(err, "Clear %s, so that Kiln gives each of them its own.",
				dev_symbol(two->dev, two->row->name));
		else if (alike)
			err_fix(err, "Put %%d, which stands for the repeat number, into %s.",
				dev_symbol(two->dev, two->row->name));
		else
			err_fix(err, "Change one of the two, or leave it to Kiln.");
	}
}

static const char *known_names(const struct vm *vm, const struct dev_family *family)
{
	struct text text = {.arena = vm->arena};

	vm_for_each_dev(dev, vm->devs) {
		const char *name =
			dev->family == family ? dev_string(dev, dev_prop(family, "name")) : NULL;

		if (name)
			text_fmt(&text, "%s%s", text.len ? ", " : "", name);
	}
	return text_str(&text);
}

static void known_dev(const struct check *check, const struct vm_dev *dev, struct err_list *errs)
{
	prop_for_each(row, dev->family->props)
	{
		const char *name = row->refers ? string_of(dev, row) : NULL;

		if (!name || dev_referred(dev, row))
			continue;
		if (dev->repeat && !(row->flags & PROP_REPEAT_FMT))
			continue;
		const char *known = known_names(dev->vm, row->refers), *kind = row->refers->name;
		struct err *err = dev_error(errs, dev, row->name, check->name,
					    "there is no %s of the name \"%s\"", kind, name);

		if (*known)
			err_why(err, "These are configured: %s.", known);
		else
			err_why(err, "No %s is configured.", kind);
		err_fix(err, "Set %s to the name of one, or configure another: CONFIG_%s_COUNT.",
			dev_symbol(dev, row->name), row->refers->sym);
	}
}

static void check_known(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	known_dev(check, vm->guest_dev, errs);
	vm_for_each(dev, vm)
		known_dev(check, dev, errs);
}

static bool refers_to(const struct vm_dev *dev, const struct vm_dev *wanted)
{
	prop_for_each(row, dev->family->props)
	{
		if (row->refers == wanted->family && dev_referred(dev, row) == wanted)
			return true;
	}
	return false;
}

static bool is_referred(const struct vm *vm, const struct vm_dev *wanted)
{
	bool found = refers_to(vm->guest_dev, wanted);

	for (struct vm_dev *dev = vm_first(vm); dev && !found; dev = vm_next(vm, dev))
		found = refers_to(dev, wanted);
	return found;
}

static void check_used(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (!(dev->family->flags & FAMILY_REFERRED) || is_referred(vm, dev))
			continue;
		struct err *err =
			dev_error(errs, dev, NULL, check->name, "%s is used by nothing", dev->id);

		err_why(err,
			"A %s does nothing by itself; what has no effect is refused rather "
			"than ignored.",
			dev->family->name);
		err_fix(err, "Give its name to what needs it, or switch %s off.",
			dev_symbol(dev, NULL));
	}
}

static void refuse_order(const struct check *check, const struct vm_dev *dev,
			 const struct vm_dev *old, const struct prop *row, struct err_list *errs)
{
	bool alike = dev->family == old->family && dev->slot == old->slot;

	if (alike && dev->repeat > 1)
		return;
	struct place other = dev_place(old, row->name);
	struct err *err = dev_error(errs, dev, row->name, check->name,
				    "boot order %u is taken twice", (unsigned)dev_uint(dev, row));

	err_also(err, other.file, other.line);
	err_why(err, "%s has it too; the firmware tries devices one after the other.", old->id);
	if (alike)
		err_fix(err, "Set %s to 0, and boot from a device with a slot of its own.",
			dev_symbol(dev, row->name));
	else
		err_fix(err, "Give %s another number, or 0 for none.", dev_symbol(dev, row->name));
}

static void check_boot_order(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *taken[1000] = {NULL};

	vm_for_each_dev(dev, vm->devs) {
		const struct prop *row = dev_prop(dev->family, "boot-order");
		uint64_t order = row ? dev_uint(dev, row) : 0;

		if (!order || order >= ARRAY_SIZE(taken))
			continue;
		if (!taken[order]) {
			taken[order] = dev;
			continue;
		}
		refuse_order(check, dev, taken[order], row, errs);
	}
}

static void check_place(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each(dev, vm) {
		const struct prop *row = dev->family->props;
		struct dev_addr addr;
		bool whole;

		if (!dev->want_place || !dev->class->on || dev->repeat ||
		    place_parse(dev->class->on, dev->want_place, &addr, &whole))
			continue;
		while (row->kind != PROP_PLACE || !dev_applies(dev, row))
			row++;
		struct err *err = dev_error(errs, dev, row->name, check->name,
					    "\"%s\" is no place on a %s controller",
					    dev->want_place, place_noun(dev->class->on));

		err_why(err, "%s", place_form(dev->class->on));
		err_fix(err, "Write %s in that form, or \"\" to let Kiln choose.",
			dev_symbol(dev, row->name));
	}
}

static const struct check model_checks[] = {
	{.name = "value-required", .run = check_required},
	{.name = "value-form", .run = check_form},
	{.name = "value-unique", .run = check_unique},
	{.name = "reference-known", .run = check_known},
	{.name = "reference-used", .run = check_used},
	{.name = "boot-order-unique", .run = check_boot_order},
	{.name = "place-form", .run = check_place},
	{0},
};

static void run_table(const struct check *table, const struct vm *vm, struct err_list *errs)
{
	for (const struct check *check = table; check && check->name; check++)
		check->run(check, vm, errs);
}

void check_run_all(const struct vm *vm, struct err_list *errs)
{
	run_table(model_checks, vm, errs);
	run_table(vm->guest_dev->family->checks, vm, errs);
	for (const struct dev_family *const *family = vm->families; *family; family++)
		run_table((*family)->checks, vm, errs);
}
