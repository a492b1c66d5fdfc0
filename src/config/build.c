/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build.c - walk the families and fill the model from the configuration.
 *
 * In: struct cfg, the families' tables. Out: board, machine, devices in the order of families,
 * slots and repeats. It knows no family; COUNT, REPEAT and the switches have the same names in all.
 */
#include "config/build.h"

#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "config/rows.h"
#include "model/machine.h"

const char *config_board_file(struct arena *arena, const char *const *trees, const char *board,
			      const char *name)
{
	for (; *trees; trees++) {
		const char *path = arena_fmt(arena, "%s/boards/%s/%s", *trees, board, name);

		if (access(path, R_OK) == 0)
			return path;
	}
	return NULL;
}

/* The members of the choice of boards are the folders' own; asking for them makes them read. */
static void read_board_members(const struct cfg *cfg)
{
	cfg_for_each(sym, cfg) {
		if (sym->in_choice && !strncmp(sym->name, "BOARD_", strlen("BOARD_")))
			(void)cfg_find(cfg, sym->name);
	}
}

const char *config_board(const struct cfg *cfg, const char *const *trees, struct board *ret_board,
			 struct err_list *errs)
{
	const struct cfg_sym *qemu = cfg_find(cfg, "BOARD_QEMU");
	struct err *err;

	read_board_members(cfg);
	*ret_board = (struct board){
		.name = cfg_string(cfg, "BOARD_NAME"),
		.host_arch = cfg_string(cfg, "HOST_ARCH"),
		.guest_arch = cfg_string(cfg, "GUEST_ARCH"),
		.qemu = cfg_string(cfg, "BOARD_QEMU"),
		.layout_algorithm = cfg_string(cfg, "BOARD_LAYOUT_ALGORITHM"),
	};
	if (!ident_is_valid(IDENT_PATH, ret_board->qemu)) {
		err = err_list_new(errs, ERR_CONFIG, "\"%s\" is not a valid %s", ret_board->qemu,
				   ident_noun(IDENT_PATH));
		if (qemu)
			err_at(err, qemu->at.file, qemu->at.line);
		err_sym(err, "CONFIG_BOARD_QEMU");
		err_check(err, "board-qemu");
		err_why(err, "%s It is executed on the target.", ident_rule(IDENT_PATH));
		err_fix(err, "Set CONFIG_BOARD_QEMU, on Debian to /usr/bin/qemu-system-x86_64.");
		return NULL;
	}
	const char *caps = config_board_file(cfg->arena, trees, ret_board->name, "qemu.caps");

	if (caps)
		return caps;
	err = err_list_new(errs, ERR_CONFIG, "board \"%s\" has no file qemu.caps", ret_board->name);
	err_at(err, cfg->file, 0);
	err_check(err, "board-caps");
	err_why(err, "Without it Kiln does not know what the board's QEMU can do.");
	err_fix(err,
		"Run `kiln probe QEMU --board %s --output DIR` with that QEMU and put the files "
		"into boards/%s/.",
		ret_board->name, ret_board->name);
	return NULL;
}

static int choose_machine(struct vm *vm, const struct cfg *cfg, struct err_list *errs)
{
	/* All are asked for, so that each counts as read. */
	for (const struct machine *const *entry = machine_table; *entry; entry++) {
		if (cfg_yes(cfg, (*entry)->sym))
			vm->machine = *entry;
	}
	if (vm->machine)
		return 0;
	struct err *err = err_list_new(errs, ERR_CONFIG, "no machine is chosen");

	err_at(err, cfg->file, 0);
	err_check(err, "config-choice");
	err_why(err, "A guest needs one of the machines, and the Kconfig tree offers none for this "
		     "board.");
	err_fix(err, "Choose another board, or set CONFIG_MACHINE_Q35=y.");
	return -1;
}

static void read_rows(struct vm_dev *dev, const struct cfg *cfg, struct err_list *errs)
{
	prop_for_each(row, dev->family->props)
	{
		if (row->sym)
			row_read(cfg, dev, row, errs);
	}
}

/* Only after all rows are read: whether one applies may depend on any other. */
static void check_applies(const struct vm_dev *dev, const struct cfg *cfg, struct err_list *errs)
{
	prop_for_each(row, dev->family->props)
	{
		const struct cfg_sym *sym = row->sym ? row_chosen(cfg, dev, row) : NULL;
		bool choice = row->kind == PROP_ENUM || row->kind == PROP_CLASS;
		struct err *err;

		if (row->sym && !sym && choice && dev_applies(dev, row)) {
			err = dev_error(errs, dev, row->name, "config-choice",
					"no member of the choice is set");
			err_why(err,
				"%s applies to %s as it is configured, and the Kconfig tree "
				"offers no member of it.",
				row->name, dev->id);
			err_fix(err, "Use the Kconfig tree of this kiln: make kconfig-tree.");
			continue;
		}
		if (!sym || sym->at_default || !sym->visible || dev_applies(dev, row))
			continue;
		err = dev_error(errs, dev, row->name, "config-unused", "\"%s\" has no effect here",
				sym->value);
		err_why(err,
			"As %s is configured, %s does not apply to it; what has no effect is "
			"refused rather than ignored.",
			dev->id, row->name);
		err_fix(err, "Delete the line of CONFIG_%s, or change what it depends on.",
			sym->name);
	}
}

/* A number that is not a row: COUNT and REPEAT. */
static unsigned read_number(const struct cfg *cfg, const char *name, unsigned max,
			    struct err_list *errs)
{
	const struct cfg_sym *sym = cfg_find(cfg, name);
	uint64_t value = 0;

	if (!sym || !*sym->value || num_parse(sym->value, 0, max, &value) == 0)
		return (unsigned)value;
	struct err *err =
		err_list_new(errs, ERR_CONFIG, "%s is not between 0 and %u", sym->value, max);

	err_at(err, sym->at.file ? sym->at.file : cfg->file, sym->at.line);
	err_sym(err, "CONFIG_%s", name);
	err_check(err, "config-range");
	err_why(err, "That is how many there can be.");
	err_fix(err, "Set CONFIG_%s to a number in the range.", name);
	return 0;
}

/* Where a device is switched on: its own line, else the line of what gates it, else the file. */
static struct place switch_place(const struct cfg *cfg, const char *name, const char *gate)
{
	const struct cfg_sym *sym = cfg_find(cfg, name);

	if (!sym || !sym->at.file)
		sym = cfg_find(cfg, gate);
	if (sym && sym->at.file)
		return sym->at;
	return (struct place){cfg->file, 0};
}

static size_t count_rows(const struct vm_dev *dev)
{
	size_t rows = 0;

	prop_for_each(row, dev->family->props) rows++;
	return rows;
}

/* Those alike differ in their number alone, which only some strings show. */
static void read_alike(struct vm_dev *dev, const struct vm_dev *first,
		       const struct prop *const *numbered, const struct cfg *cfg,
		       struct err_list *errs)
{
	if (dev->family->size)
		memcpy(dev->data, first->data, dev->family->size);
	dev->class = first->class;
	dev->has_want_bus = first->has_want_bus;
	dev->want = first->want;
	dev->want_place = first->want_place;
	for (; *numbered; numbered++)
		row_read(cfg, dev, *numbered, errs);
}

/* The rows in which those alike differ. */
static const struct prop *const *numbered_rows(const struct cfg *cfg, const struct vm_dev *first)
{
	const struct prop **rows, **end;

	end = rows = arena_alloc(cfg->arena, (count_rows(first) + 1) * sizeof(*rows));
	prop_for_each(row, first->family->props)
	{
		const struct cfg_sym *sym = row->sym && row->flags & PROP_REPEAT_FMT
						    ? row_chosen(cfg, first, row)
						    : NULL;

		if (sym && strchr(sym->value, '%'))
			*end++ = row;
	}
	return rows;
}

static void add_device(struct vm *vm, const struct dev_family *family, unsigned slot,
		       unsigned repeats, struct place at, const struct cfg *cfg,
		       struct err_list *errs)
{
	const struct prop *const *numbered = NULL;
	const struct vm_dev *first = NULL;

	for (unsigned repeat = 0; repeat < (repeats ? repeats : 1); repeat++) {
		struct vm_dev *dev = family->flags & FAMILY_CONTROLLER
					     ? vm_list_controller(vm, family, slot)
					     : vm_add_dev(vm, family, slot, repeat, repeats);
		size_t before = errs->count;

		dev->at = at;
		if (repeat) {
			read_alike(dev, first, numbered, cfg, errs);
		} else {
			first = dev;
			read_rows(dev, cfg, errs);
			check_applies(dev, cfg, errs);
			numbered = numbered_rows(cfg, dev);
		}
		/* What is wrong with one is wrong with all that are alike. */
		if (errs->count > before)
			return;
	}
}

#define REPEAT_MAX 1900

/* Each device takes two arguments at the least, so more cannot be started; said before they are made. */
#define DEVICES_MAX (ARGV_MAX / 2)

static bool has_room(size_t *room, unsigned repeats, const char *name, struct place at,
		     struct err_list *errs)
{
	unsigned count = repeats ? repeats : 1;

	if (count <= *room) {
		*room -= count;
		return true;
	}
	struct err *err = err_list_new(errs, ERR_CONFIG, "more than %d devices", DEVICES_MAX);

	err_at(err, at.file, at.line);
	err_sym(err, "CONFIG_%s", name);
	err_check(err, "device-count");
	err_why(err, "A command line has at most %d arguments, and a device takes two or more.",
		ARGV_MAX);
	err_fix(err, "Lower CONFIG_%s_REPEAT or that of other slots.", name);
	return false;
}

static void add_slots(struct vm *vm, const struct dev_family *family, const struct cfg *cfg,
		      size_t *room, struct err_list *errs)
{
	struct arena *arena = vm->arena;
	const char *gate = arena_fmt(arena, "%s_COUNT", family->sym);
	unsigned count = read_number(cfg, gate, family->max, errs);

	for (unsigned slot = 0; slot < count; slot++) {
		const char *name = arena_fmt(arena, "%s%u", family->sym, slot);
		unsigned repeats = 0;

		if (!cfg_yes(cfg, name))
			continue;
		if (family->flags & FAMILY_REPEAT)
			repeats = read_number(cfg, arena_fmt(arena, "%s_REPEAT", name), REPEAT_MAX,
					      errs);
		struct place at = switch_place(cfg, name, gate);

		if (!has_room(room, repeats, name, at, errs))
			return;
		add_device(vm, family, slot, repeats, at, cfg, errs);
	}
}

static void add_family(struct vm *vm, const struct dev_family *family, const struct cfg *cfg,
		       size_t *room, struct err_list *errs)
{
	if (family->flags & FAMILY_INTERNAL)
		return;
	if (!(family->flags & FAMILY_SINGLE)) {
		add_slots(vm, family, cfg, room, errs);
		return;
	}
	if (cfg_yes(cfg, family->sym))
		add_device(vm, family, 0, 0, switch_place(cfg, family->sym, family->sym), cfg,
			   errs);
}

int config_build(struct vm *vm, const struct cfg *cfg, struct err_list *errs)
{
	size_t before = errs->count, room = DEVICES_MAX;

	if (choose_machine(vm, cfg, errs) != 0)
		return -1;
	vm->guest_dev->at = (struct place){cfg->file, 0};
	read_rows(vm->guest_dev, cfg, errs);
	check_applies(vm->guest_dev, cfg, errs);
	for (const struct dev_family *const *family = vm->families; *family; family++)
		add_family(vm, *family, cfg, &room, errs);
	return errs->count == before ? 0 : -1;
}

static bool is_pinned(const struct vm_dev *dev, const struct prop *row)
{
	return (row->flags & PROP_PIN) && row->sym && dev_applies(dev, row);
}

static const char *pin_key(const struct vm_dev *dev, const struct prop *row)
{
	if (dev == dev->vm->guest_dev)
		return row->name;
	return arena_fmt(dev->vm->arena, "%s.%s", dev->id, row->name);
}

static size_t add_pins(const struct vm_dev *dev, struct config_pin *pins)
{
	size_t count = 0;

	prop_for_each(row, dev->family->props)
	{
		const char *value = is_pinned(dev, row) ? config_row_text(dev, row) : "";

		/* A text that is not there is no line of the lock: nothing of it is seen. */
		if (*value)
			pins[count++] =
				(struct config_pin){.key = pin_key(dev, row), .value = value};
	}
	return count;
}

size_t config_pins(const struct vm *vm, struct config_pin **ret_pins)
{
	size_t room = count_rows(vm->guest_dev), count;

	vm_for_each(dev, vm)
		room += count_rows(dev);
	*ret_pins = arena_alloc(vm->arena, room * sizeof(**ret_pins));
	count = add_pins(vm->guest_dev, *ret_pins);
	vm_for_each(dev, vm)
		count += add_pins(dev, *ret_pins + count);
	return count;
}

static void apply_pin(struct vm_dev *dev, const struct prop *row, const struct cfg *cfg,
		      const char *pinned, struct text *told, struct err_list *errs)
{
	const char *value = config_row_text(dev, row);
	const struct cfg_sym *sym = row_chosen(cfg, dev, row);

	if (!pinned || !strcmp(pinned, value))
		return;
	if (sym && sym->at_default && row_set_text(dev, row, pinned) == 0) {
		/* A choice of the default and a default that was moved look alike in .config. */
		text_fmt(told,
			 "note: %s is at its default, \"%s\", and the lock keeps \"%s\"; `make "
			 "layout-update DEVICE=%s` takes the default.\n",
			 dev_row_symbol(dev, row), value, pinned, pin_key(dev, row));
		return;
	}
	struct err *err = dev_error(errs, dev, row->name, "lock-pin",
				    "\"%s\" differs from the pinned \"%s\"", value, pinned);

	err_why(err, "The layout lock keeps %s, because the guest would notice the change.",
		pin_key(dev, row));
	err_fix(err,
		"Go back to \"%s\", or accept the change for the guest: "
		"`make layout-update DEVICE=%s`.",
		pinned, pin_key(dev, row));
}

int config_apply_pins(struct vm *vm, const struct cfg *cfg,
		      const char *(*pin)(const void *arg, const char *key), const void *arg,
		      struct text *ret_told, struct err_list *errs)
{
	size_t before = errs->count;

	prop_for_each(row, vm->guest_dev->family->props)
	{
		if (is_pinned(vm->guest_dev, row))
			apply_pin(vm->guest_dev, row, cfg, pin(arg, pin_key(vm->guest_dev, row)),
				  ret_told, errs);
	}
	vm_for_each(dev, vm) {
		prop_for_each(row, dev->family->props)
		{
			if (is_pinned(dev, row))
				apply_pin(dev, row, cfg, pin(arg, pin_key(dev, row)), ret_told,
					  errs);
		}
	}
	return errs->count == before ? 0 : -1;
}

void config_prepare(struct vm *vm)
{
	if (vm->guest_dev->family->prepare)
		vm->guest_dev->family->prepare(vm, vm->guest_dev);
	/* Controllers whose index is found by rule are prepared when they have it. */
	vm_for_each(dev, vm) {
		if (dev->family->prepare && !(dev->family->flags & FAMILY_CONTROLLER))
			dev->family->prepare(vm, dev);
	}
}
