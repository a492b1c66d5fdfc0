/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock_check.c - whether the lock speaks of things that can exist in this machine's families.
 *
 * In: a lock that could be read, the machine, the families. Out: one error when the lock is another
 * machine's, else one for each line that nothing could ever match. Such a line would be taken for a
 * removed device's, and the device that it was meant for would move in silence. It decides nothing
 * about addresses.
 */
#include <string.h>

#include "base/num.h"
#include "layout/layout.h"
#include "layout/lock.h"
#include "model/machine.h"
#include "model/vm.h"

#define REPEAT_END 1900

static void refuse(const struct lock *lock, unsigned line, struct err_list *errs, const char *what,
		   const char *why)
{
	struct err *err = err_list_new(errs, ERR_CONFIG, "%s", what);

	err_at(err, lock->path, line);
	err_check(err, "layout-lock");
	err_why(err, "%s", why);
	err_fix(err, "Restore the line from version control.");
}

/* Digits without a leading zero, below @end; moves *text behind them. */
static bool take_number(const char **text, unsigned end)
{
	size_t len = strspn(*text, "0123456789");
	uint64_t value;

	if (!len || (len > 1 && **text == '0') || num_parse_n(*text, len, 0, end - 1, &value) < 0)
		return false;
	*text += len;
	return true;
}

/* "pci.12": a bus, never the root. */
static bool is_bus(const char *id)
{
	const char *rest = id + strlen("pci.");

	return strncmp(id, "pci.", strlen("pci.")) == 0 && *rest != '0' &&
	       take_number(&rest, PCI_BUS_MAX) && !*rest;
}

/* Whether @rest can stand behind the family's name: "", "2", "3.7", "0-ich9-uhci1". */
static bool is_number(const struct dev_family *family, const char *rest)
{
	if (family->flags & FAMILY_SINGLE)
		return !*rest;
	if (!take_number(&rest, family->flags & FAMILY_ADDED ? PCI_BUS_MAX : family->max))
		return false;
	if (*rest == '.' && (family->flags & FAMILY_REPEAT)) {
		rest++;
		return take_number(&rest, REPEAT_END) && !*rest;
	}
	/* What comes with a device has its model behind its identity. */
	return !*rest || (*rest == '-' && dev_class_find(family, rest + 1));
}

/* The family of an identity, whether or not the device is there: "net2", "disk3.7", "balloon". */
static const struct dev_family *family_of(const struct vm *vm, const char *id)
{
	for (const struct dev_family *const *entry = vm->families; *entry; entry++) {
		const struct dev_family *family = *entry;
		size_t len = strlen(family->name);

		if (family->rank == RANK_PCI_CONTROLLER
			    ? is_bus(id)
			    : strncmp(id, family->name, len) == 0 && is_number(family, id + len))
			return family;
	}
	return NULL;
}

static bool is_serial_controller(const char *id)
{
	static const char name[] = "virtio-serial";
	const char *rest = id + strlen(name);

	return strncmp(id, name, strlen(name)) == 0 && take_number(&rest, PCI_BUS_MAX) && !*rest;
}

static void check_line(const struct lock *lock, const struct lock_line *line, const struct vm *vm,
		       struct err_list *errs)
{
	struct arena *arena = errs->arena;
	bool bus = is_bus(line->id);

	if (!bus && !line->model && !is_serial_controller(line->id) && !family_of(vm, line->id)) {
		refuse(lock, line->line, errs,
		       arena_fmt(arena, "\"%s\" is no identity of a device", line->id),
		       "An identity is a family and its slot, as net2, disk3.7 or balloon, or a "
		       "controller's, as pci.4; the device that this line was meant for would "
		       "move.");
		return;
	}
	if (bus && !line->model && !line->gone) {
		refuse(lock, line->line, errs,
		       arena_fmt(arena, "the line of %s lacks the controller's model", line->id),
		       "A PCI controller's line is `device pci.N pci BB:SS.F MODEL`.");
		return;
	}
	if (line->gone || line->addr.kind != ADDR_PCI || !line->addr.pci.bus)
		return;
	const char *needs = arena_fmt(arena, "pci.%u", line->addr.pci.bus);
	const struct lock_line *behind = lock_find(lock, needs);

	if (!behind || behind->gone)
		refuse(lock, line->line, errs,
		       arena_fmt(arena, "%s is on the bus of %s, and the lock has no %s", line->id,
				 needs, needs),
		       "The lock lists every controller that its devices sit behind; without that "
		       "line another one would be put there.");
}

static const struct prop *pin_row(const struct vm *vm, const struct lock_pin *pin,
				  const struct dev_family **ret_family)
{
	const char *dot = strrchr(pin->key, '.');
	const struct dev_family *family = vm->guest_dev->family;

	if (dot)
		family = family_of(vm, arena_dup(vm->arena, pin->key, (size_t)(dot - pin->key)));
	*ret_family = family;
	const struct prop *row = family ? dev_prop(family, dot ? dot + 1 : pin->key) : NULL;

	return row && (row->flags & PROP_PIN) ? row : NULL;
}

static bool pin_has_value(const struct dev_family *family, const struct prop *row,
			  const char *value)
{
	if (row->kind == PROP_CLASS)
		return dev_class_find(family, value);
	if (row->kind != PROP_ENUM)
		return *value;
	for (const struct prop_word *word = row->words; word->sym; word++) {
		if (strcmp(word->sym, value) == 0)
			return true;
	}
	return false;
}

static void check_pin(const struct lock *lock, const struct lock_pin *pin, const struct vm *vm,
		      struct err_list *errs)
{
	const struct dev_family *family;
	const struct prop *row = pin_row(vm, pin, &family);

	if (!row)
		refuse(lock, pin->line, errs,
		       arena_fmt(errs->arena, "\"%s\" is nothing that can be pinned", pin->key),
		       "A pin is a value of the machine, as machine-version, or of a device, as "
		       "net2.model; the value that this line was meant for would follow its "
		       "default.");
	else if (!pin_has_value(family, row, pin->value))
		refuse(lock, pin->line, errs,
		       arena_fmt(errs->arena, "\"%s\" is no value of %s", pin->value, pin->key),
		       "A pin holds a value that the configuration could have.");
}

/* One error instead of one for each address that the other machine cannot have. */
static void refuse_machine(const struct lock *lock, const struct vm *vm, struct err_list *errs)
{
	struct err *err = err_list_new(errs, ERR_CONFIG,
				       "the lock is of the machine \"%s\", and this one is \"%s\"",
				       lock->machine, vm->machine->name);

	err_at(err, lock->path, lock->machine_line);
	err_check(err, "layout-lock");
	err_why(err, "Addresses are a machine's own: on another one the guest would find its "
		     "devices elsewhere, and some of them nowhere.");
	err_fix(err,
		"Choose the machine %s again. For a new guest, name a file that is not there yet in "
		"CONFIG_LAYOUT_LOCK and run `make layout-lock`.",
		lock->machine);
}

int lock_check(const struct lock *lock, const struct vm *vm, struct err_list *errs)
{
	size_t before = errs->count;

	if (lock->machine && strcmp(lock->machine, vm->machine->name) != 0) {
		refuse_machine(lock, vm, errs);
		return -1;
	}
	for (size_t i = 0; i < lock->line_count; i++)
		check_line(lock, &lock->lines[i], vm, errs);
	for (size_t i = 0; i < lock->pin_count; i++)
		check_pin(lock, &lock->pins[i], vm, errs);
	return errs->count == before ? 0 : -1;
}
