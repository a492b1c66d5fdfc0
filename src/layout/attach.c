/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attach.c - hand out places on controllers: by lock, by configuration, by letter, by what is free.
 *
 * Knows no device and no model: what a controller offers stands in its class (model/device.h). USB,
 * whose hubs make it a tree, has its search in attach_usb.c.
 */
#include "layout/attaching.h"

#include <stdlib.h>
#include <string.h>

/* libvirt's order of devices on USB by their XML elements; it decides who gets which port. */
static const char *const usb_order[] = {
	"hub",   "hostdev",   "disk",   "interface", "controller",
	"input", "smartcard", "serial", "sound",     "redirdev",
};

static const char *place_row(const struct vm_dev *dev)
{
	prop_for_each(row, dev->family->props)
	{
		if (row->kind == PROP_PLACE && dev_applies(dev, row))
			return row->name;
	}
	return NULL;
}

static const struct lock_line *line_of(const struct attaching *at, const struct vm_dev *dev)
{
	const struct lock_line *line = lock_find(at->layout->lock, dev->id);

	return line && line->addr.type == dev->class->on ? line : NULL;
}

/* The place that .config gives; false when it gives none or the controller alone. */
static bool wants_place(const struct vm_dev *dev, struct dev_addr *ret_addr)
{
	bool whole;

	return dev->want_place && place_parse(dev->class->on, dev->want_place, ret_addr, &whole) &&
	       whole;
}

static bool wants_controller(const struct vm_dev *dev, struct dev_addr *ret_addr)
{
	bool whole;

	return dev->want_place && place_parse(dev->class->on, dev->want_place, ret_addr, &whole) &&
	       !whole;
}

/* ---- refusals --------------------------------------------------------------------------------- */

static const char *free_text(struct attaching *at, const struct dev_addr *addr)
{
	struct dev_addr found;

	if (attach_controller(at->vm, addr->type, place_controller(addr)) &&
	    attach_free(at, addr->type, place_controller(addr), ATTACH_WHOLE, &found))
		return place_text(at->vm->arena, &found);
	for (unsigned i = 0; i <= PLACE_CONTROLLER_MAX; i++) {
		if (attach_controller(at->vm, addr->type, i) &&
		    attach_free(at, addr->type, i, ATTACH_WHOLE, &found))
			return place_text(at->vm->arena, &found);
	}
	return NULL;
}

/* Name the other party of a clash with its symbol or line. */
static const char *tell_other(struct attaching *at, struct err *err,
			      const struct attach_taken *taken, const char *place)
{
	const struct vm_dev *dev = taken->dev;
	const struct lock *lock = at->layout->lock;
	const struct lock_line *line = lock_find(lock, dev->id);

	if (dev->want_place) {
		struct place other = dev_place(dev, place_row(dev));

		err_also(err, other.file, other.line);
		return arena_fmt(at->vm->arena, "%s (line %u) already has %s for %s.",
				 dev_symbol(dev, place_row(dev)), other.line, place, dev->id);
	}
	if (line && lock) {
		err_also(err, lock->path, line->line);
		return arena_fmt(at->vm->arena, "The lock %s (line %u) keeps %s for %s.",
				 lock->path, line->line, place, dev->id);
	}
	return arena_fmt(at->vm->arena, "%s is there.", dev->id);
}

static void refuse_configured(struct attaching *at, const struct vm_dev *dev,
			      const struct dev_addr *addr, const char *why)
{
	const struct attach_taken *taken = attach_at(at, addr);
	const char *text = place_text(at->vm->arena, addr), *other = free_text(at, addr);
	bool clash = taken && taken->dev && !why;
	struct err *err =
		dev_error(at->errs, dev, place_row(dev), "place-free",
			  clash ? "%s place %s is taken twice" : "there is no %s place %s",
			  place_noun(addr->type), text);

	err_why(err, "%s", clash ? tell_other(at, err, taken, text) : why);
	if (other)
		err_fix(err, "Clear %s to let kiln choose, or write a free place: %s.",
			dev_symbol(dev, place_row(dev)), other);
	else
		err_fix(err, "Clear %s to let kiln choose.", dev_symbol(dev, place_row(dev)));
}

static void refuse_locked(struct attaching *at, const struct vm_dev *dev,
			  const struct lock_line *line, const char *why)
{
	const struct lock *lock = at->layout->lock;
	const char *text = place_text(at->vm->arena, &line->addr);
	struct err *err = err_list_new(at->errs, ERR_CONFIG, "the lock has %s at %s place %s",
				       dev->id, place_noun(line->addr.type), text);
	const struct attach_taken *taken = attach_at(at, &line->addr);

	err_at(err, lock->path, line->line);
	err_check(err, "layout-lock");
	err_why(err, "%s", why ? why : tell_other(at, err, taken, text));
	err_fix(err,
		"Restore the line from version control, or let kiln choose anew with `make "
		"layout-update DEVICE=%s`.",
		dev->id);
}

static void refuse_move(struct attaching *at, const struct vm_dev *dev,
			const struct lock_line *line)
{
	const struct lock *lock = at->layout->lock;
	struct arena *arena = at->vm->arena;
	struct err *err = dev_error(at->errs, dev, place_row(dev), "layout-lock",
				    "%s would move from %s place %s to %s", dev->id,
				    place_noun(line->addr.type), place_text(arena, &line->addr),
				    dev->want_place);

	err_also(err, lock->path, line->line);
	err_why(err,
		"The lock %s (line %u) keeps %s there, because a running guest knows it there.",
		lock->path, line->line, dev->id);
	err_fix(err,
		"Clear %s, or move it on purpose: `make layout-update DEVICE=%s` for this one, "
		"`make layout-lock` for a new lock.",
		dev_symbol(dev, place_row(dev)), dev->id);
}

/* ---- places that stand ------------------------------------------------------------------------ */

/* Whether the device can have it: the controller is there, has it, and nobody else is on it. */
static bool fits(struct attaching *at, const struct dev_addr *addr, const char **ret_why)
{
	const struct attach_taken *taken;

	*ret_why = NULL;
	if (!attach_ensure(at, addr->type, place_controller(addr), ret_why) ||
	    !attach_offered(at, addr, ret_why))
		return false;
	taken = attach_at(at, addr);
	return !taken || !taken->dev;
}

static void take_locked(struct attaching *at, struct layout_attached *rec)
{
	const struct lock_line *line = line_of(at, rec->dev);
	const char *why;

	if (!line || line->gone)
		return;
	if (fits(at, &line->addr, &why))
		attach_store(at, rec, &line->addr, RULE_LOCKED);
	else
		refuse_locked(at, rec->dev, line, why);
}

static void take_configured(struct attaching *at, struct layout_attached *rec)
{
	const struct lock_line *line = line_of(at, rec->dev);
	struct dev_addr addr;
	const char *why;
	bool whole = wants_place(rec->dev, &addr);

	if (!whole && !wants_controller(rec->dev, &addr))
		return;
	if (line && !line->gone) {
		if (whole ? !place_same(&addr, &line->addr)
			  : place_controller(&addr) != place_controller(&line->addr))
			refuse_move(at, rec->dev, line);
		else if (whole)
			rec->rule = RULE_CONFIGURED;
		return;
	}
	if (!whole)
		return;
	if (fits(at, &addr, &why))
		attach_store(at, rec, &addr, RULE_CONFIGURED);
	else
		refuse_configured(at, rec->dev, &addr, why);
}

/* A device that comes back to the place kept for it takes another when that one will not do. */
static void take_back(struct attaching *at, struct layout_attached *rec)
{
	const struct lock_line *line = line_of(at, rec->dev);
	const char *why;

	if (!line || !line->gone || rec->dev->want_place)
		return;
	if (fits(at, &line->addr, &why))
		attach_store(at, rec, &line->addr, RULE_GONE);
	else
		rec->tried = arena_fmt(at->vm->arena,
				       "%s, kept for it in the lock, is not free or does not fit",
				       place_text(at->vm->arena, &line->addr));
}

/* ---- places that are found -------------------------------------------------------------------- */

/* Where libvirt puts the disk whose target has that letter; 0 when it has no such rule. */
static bool letter_place(const struct vm_dev *dev, const struct dev_offer *offer,
			 struct dev_addr *ret_addr)
{
	unsigned number;

	if (!dev->has_letter || !offer->letters)
		return false;
	number = dev->letter % offer->letters;
	*ret_addr = (struct dev_addr){.kind = ADDR_DRIVE, .type = dev->class->on};
	ret_addr->drive.controller = dev->letter / offer->letters;
	ret_addr->drive.bus = offer->buses > 1 ? number / offer->units : 0;
	ret_addr->drive.unit = offer->buses > 1 ? number % offer->units : number;
	return true;
}

static const char *taken_text(struct attaching *at, const struct dev_addr *addr, const char *why)
{
	const struct attach_taken *taken = attach_at(at, addr);
	const char *text = place_text(at->vm->arena, addr);

	if (why)
		return arena_fmt(at->vm->arena, "%s, which its letter gives: %s", text, why);
	if (!taken || !taken->dev)
		return arena_fmt(at->vm->arena,
				 "%s, which its letter gives, is kept for a removed "
				 "device",
				 text);
	return arena_fmt(at->vm->arena, "%s, which its letter gives, has %s on it", text,
			 taken->dev->id);
}

static bool take_letter(struct attaching *at, struct layout_attached *rec, unsigned *ret_controller)
{
	const struct vm_dev *any = attach_ensure(at, rec->dev->class->on, 0, &(const char *){NULL});
	struct dev_addr addr;
	const char *why;

	if (!any || !letter_place(rec->dev, any->class->offer, &addr))
		return false;
	*ret_controller = addr.drive.controller;
	if (fits(at, &addr, &why) && !attach_at(at, &addr)) {
		attach_store(at, rec, &addr, RULE_LETTER);
		return true;
	}
	rec->tried = taken_text(at, &addr, why);
	return false;
}

static bool take_free(struct attaching *at, struct layout_attached *rec, unsigned index,
		      unsigned which, enum layout_rule rule)
{
	struct dev_addr addr;

	if (!attach_free(at, rec->dev->class->on, index, which, &addr))
		return false;
	attach_store(at, rec, &addr, rule);
	if (which & ATTACH_GONE) {
		rec->rule = RULE_GONE;
		layout_note(at->layout,
			    arena_fmt(at->vm->arena,
				      "%s gets %s place %s, which was kept for a removed "
				      "device: nothing else is free.",
				      rec->dev->id, place_noun(addr.type),
				      place_text(at->vm->arena, &addr)));
	}
	return true;
}

static void take_next(struct attaching *at, struct layout_attached *rec)
{
	enum controller_type type = rec->dev->class->on;
	enum layout_rule rule = RULE_NEXT_PLACE;
	unsigned first = 0, end = PLACE_CONTROLLER_MAX + 1, which = ATTACH_USUAL;
	const char *why = NULL;
	struct dev_addr addr;

	if (wants_controller(rec->dev, &addr)) {
		first = place_controller(&addr);
		end = first + 1;
		rule = RULE_CONFIGURED_CONTROLLER;
		which = ATTACH_WHOLE;
	} else if (take_letter(at, rec, &first)) {
		return;
	}
	for (unsigned round = 0; round < 2; round++, which |= ATTACH_GONE) {
		for (unsigned i = first; i < end; i++) {
			if (!attach_ensure(at, type, i, &why))
				break;
			if (take_free(at, rec, i, which, rule))
				return;
		}
	}
	attach_refuse_room(at, rec->dev, why ? why : "Every place of it is taken.");
}

/* ---- all -------------------------------------------------------------------------------------- */

static unsigned usb_place(const struct vm_dev *dev)
{
	unsigned place = 0;

	while (place < ARRAY_SIZE(usb_order) && strcmp(usb_order[place], dev_element(dev)) != 0)
		place++;
	return place;
}

static int compare_recs(const void *a, const void *b)
{
	const struct layout_attached *x = a, *y = b;
	unsigned px = usb_place(x->dev), py = usb_place(y->dev);

	if (x->dev->class->on == CONTROLLER_USB && y->dev->class->on == CONTROLLER_USB && px != py)
		return px < py ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static size_t gather(struct attaching *at, enum controller_type type, struct layout_attached *recs)
{
	size_t count = 0;

	vm_for_each(dev, at->vm) {
		if (dev->class->on != type)
			continue;
		recs[count] = (struct layout_attached){.dev = dev, .order = count};
		recs[count].asked_by = dev_symbol(dev, dev->want_place ? place_row(dev) : NULL);
		if (dev->added)
			recs[count].asked_by = "the devices on it";
		count++;
	}
	qsort(recs, count, sizeof(*recs), compare_recs);
	return count;
}

static void keep_gone(struct attaching *at, enum controller_type type)
{
	const struct lock *lock = at->layout->lock;

	for (size_t i = 0; lock && i < lock->line_count; i++) {
		const struct lock_line *line = &lock->lines[i];

		if (line->addr.type != type)
			continue;
		const struct vm_dev *dev = vm_find(at->vm, line->id);

		if (line->gone || !dev || dev->class->on != type)
			attach_keep(at, &line->addr);
	}
}

/* A hub must be there before what sits behind it: by depth. */
static void take_standing(struct attaching *at, struct layout_attached *recs, size_t count,
			  void (*take)(struct attaching *at, struct layout_attached *rec))
{
	for (unsigned depth = 0; depth <= USB_DEPTH; depth++) {
		for (size_t i = 0; i < count; i++) {
			const struct lock_line *line = line_of(at, recs[i].dev);
			struct dev_addr addr;
			unsigned own = 0;

			if (wants_place(recs[i].dev, &addr))
				own = place_depth(&addr);
			else if (line)
				own = place_depth(&line->addr);
			if (own == depth && (!recs[i].rule || take == take_configured))
				take(at, &recs[i]);
		}
	}
}

static void assign_type(struct attaching *at, enum controller_type type)
{
	struct layout *layout = at->layout;
	struct layout_attached *recs = layout->attached + layout->attached_count;
	size_t before = at->errs->count, count = gather(at, type, recs);

	if (!count)
		return;
	layout->attached_count += count;
	keep_gone(at, type);
	take_standing(at, recs, count, take_locked);
	take_standing(at, recs, count, take_configured);
	take_standing(at, recs, count, take_back);
	/* Who has no place because of an error would be told of twice. */
	for (size_t i = 0; i < count && at->errs->count == before; i++) {
		if (!recs[i].rule)
			take_next(at, &recs[i]);
	}
}

static size_t count_all(const struct vm *vm)
{
	size_t count = 0;

	vm_for_each(dev, vm)
		count++;
	return count;
}

static bool is_wanted(const struct vm *vm)
{
	vm_for_each(dev, vm) {
		if (dev->class->on)
			return true;
	}
	return false;
}

static void make_room(struct attaching *at)
{
	const struct lock *lock = at->layout->lock;
	size_t most = count_all(at->vm) + (lock ? lock->line_count : 0);

	/* Readers and hubs that are added sit on a controller themselves. */
	most = 2 * most + 512;
	at->room = 1024;
	while (at->room < 2 * most)
		at->room *= 2;
	at->taken = arena_alloc(at->vm->arena, at->room * sizeof(*at->taken));
	at->layout->attached = arena_alloc(at->vm->arena, most * sizeof(*at->layout->attached));
}

/* libvirt gives a machine its USB controller before it looks who needs the others. */
static void ensure_usb(struct attaching *at)
{
	const char *why;

	vm_for_each(dev, at->vm) {
		if (dev->class->on == CONTROLLER_USB || dev->class->on == CONTROLLER_CCID) {
			(void)attach_ensure(at, CONTROLLER_USB, 0, &why);
			return;
		}
	}
}

void attach_assign(struct vm *vm, struct layout *layout, struct err_list *errs)
{
	/* libvirt's order of adding controllers; readers are USB devices, so USB comes last. */
	static const enum controller_type types[] = {
		CONTROLLER_SCSI, CONTROLLER_FDC,  CONTROLLER_IDE,
		CONTROLLER_SATA, CONTROLLER_CCID, CONTROLLER_USB,
	};
	struct attaching at = {.vm = vm, .layout = layout, .errs = errs};

	if (!is_wanted(vm))
		return;
	make_room(&at);
	ensure_usb(&at);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i] == CONTROLLER_USB)
			attach_usb_add_hubs(vm, layout);
		assign_type(&at, types[i]);
	}
}

const struct layout_attached *attach_find(const struct layout *layout, const struct vm_dev *dev)
{
	for (size_t i = 0; i < layout->attached_count; i++) {
		if (layout->attached[i].dev == dev)
			return &layout->attached[i];
	}
	return NULL;
}
