/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fixed.c - take the addresses that stand before any search: the lock's, then .config's.
 *
 * Configured addresses may add buses, so their order matters; it is libvirt's. A refusal is written
 * when all others have their places, so that the free addresses it names are free.
 */
#include "layout/assign.h"

#include <stdlib.h>
#include <string.h>

/* Place of a rank in the order in which libvirt looks at configured addresses. */
static const unsigned char walk[RANK_NONE + 1] = {
	[RANK_DISK] = 1,       [RANK_NET] = 2,       [RANK_SOUND] = 3,
	[RANK_HOSTDEV] = 4,    [RANK_VIDEO] = 5,     [RANK_PCI_CONTROLLER] = 6,
	[RANK_CONTROLLER] = 6, [RANK_SERIAL] = 7,    [RANK_INPUT] = 8,
	[RANK_FILESYSTEM] = 9, [RANK_WATCHDOG] = 10, [RANK_BALLOON] = 11,
	[RANK_RNG] = 12,       [RANK_SHMEM] = 13,    [RANK_MEMORY] = 14,
	[RANK_IOMMU] = 15,     [RANK_VSOCK] = 16,    [RANK_EXTRA] = 17,
	[RANK_NONE] = 18,
};

static int compare_walk(const void *a, const void *b)
{
	const struct layout_dev *x = *(struct layout_dev *const *)a;
	const struct layout_dev *y = *(struct layout_dev *const *)b;
	unsigned wx = walk[x->dev->family->rank], wy = walk[y->dev->family->rank];

	if (wx != wy)
		return wx < wy ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->position < y->position ? -1 : x->position > y->position;
}

static const char *address_row(const struct vm_dev *dev)
{
	prop_for_each(row, dev->family->props)
	{
		if (row->kind == PROP_PCI)
			return row->name;
	}
	return NULL;
}

/* Name the other party of a clash with its symbol or line. */
static void tell_other(struct err *err, const struct lock *lock, const struct pci_owner *other,
		       const char *addr)
{
	const struct layout_dev *rec = other->data;

	if (!rec) {
		err_why(err, "The machine has its %s at %s.", other->name, addr);
		return;
	}
	const struct lock_line *line = lock_find(lock, rec->dev->id);

	if (rec->dev->has_want) {
		struct place place = dev_place(rec->dev, address_row(rec->dev));

		err_also(err, place.file, place.line);
		err_why(err, "%s (line %u) already reserves %s; a PCI function holds one device.",
			dev_symbol(rec->dev, address_row(rec->dev)), place.line, addr);
	} else if (line && lock) {
		err_also(err, lock->path, line->line);
		err_why(err,
			"The lock %s (line %u) keeps %s for %s; a PCI function holds one device.",
			lock->path, line->line, addr, rec->dev->id);
	}
}

void fixed_refuse(struct pass *pass, const struct layout_dev *rec, const struct err *found)
{
	const struct lock *lock = pass->layout->lock;
	const struct lock_line *line = lock_find(lock, rec->dev->id);
	const struct pci_owner *other = pci_owner_at(&pass->layout->set, &rec->addr);
	char addr[PCI_ADDR_TEXT];
	struct err *err;

	if (rec->dev->has_want || rec->dev->has_want_bus) {
		err = dev_error(pass->errs, rec->dev, address_row(rec->dev), "pci-address", "%s",
				found->what);
	} else {
		err = err_list_new(pass->errs, ERR_CONFIG, "the lock cannot hold: %s", found->what);
		err_at(err, lock ? lock->path : NULL, line ? line->line : 0);
		err_check(err, "layout-lock");
	}
	err_why(err, "%s", found->why);
	err_fix(err, "%s", found->fix);
	if (other && pci_validate(&pass->layout->set, &rec->addr,
				  &(struct pci_want){rec->flags, rec->origin, &rec->owner},
				  &(struct err){.kind = ERR_NONE}) == 0)
		tell_other(err, lock, other, pci_addr_text(&rec->addr, addr));
	if (rec->dev->has_want || rec->dev->has_want_bus)
		return;
	if (rec->dev->added)
		err_fix(err, "Restore the lock from version control, or write it anew with `make "
			     "layout-lock`; devices then move.");
	else
		err_fix(err,
			"Undo the change of %s, or let kiln choose anew: `make layout-update "
			"DEVICE=%s`.",
			rec->dev->id, rec->dev->id);
}

static int reserve(struct pass *pass, struct layout_dev *rec, struct err *err)
{
	struct pci_want want = {.flags = rec->flags, .origin = rec->origin, .owner = &rec->owner};
	struct pci_set *set = &pass->layout->set;
	struct pci_addr addr = rec->addr;
	unsigned before = set->count;
	bool can_grow = set->can_grow;

	/* The lock lists the controllers that its devices need. */
	set->can_grow = can_grow && rec->dev->has_want;
	int ret = pci_reserve(set, &addr, &want, err);

	set->can_grow = can_grow;
	for (unsigned i = before; i < set->count; i++)
		pass->layout->bus_for[i] = rec->dev->id;
	if (ret)
		return -1;
	rec->raised |= addr.bus != rec->addr.bus;
	rec->addr = addr;
	if (rec->rule == RULE_GONE)
		rec->rule = RULE_LOCKED;
	return 0;
}

/* A device that comes back to the place kept for it takes another when that one will not do. */
static bool comes_back(struct layout_dev *rec)
{
	char addr[PCI_ADDR_TEXT];

	if (rec->rule != RULE_GONE)
		return false;
	rec->tried = arena_fmt(rec->dev->vm->arena,
			       "%s, kept for it in the lock, is not free or does not fit",
			       pci_addr_text(&rec->addr, addr));
	rec->fixed = false;
	rec->rule = RULE_NONE;
	return true;
}

static bool stands_before(const struct layout_dev *rec)
{
	return rec->fixed && !(rec->place && rec->place->flags & PLACE_REQUIRED);
}

enum round { ROUND_LOCKED, ROUND_CONFIGURED, ROUND_BACK, ROUND_COUNT };

static enum round round_of(const struct layout_dev *rec)
{
	if (rec->rule == RULE_GONE)
		return ROUND_BACK;
	return rec->dev->has_want ? ROUND_CONFIGURED : ROUND_LOCKED;
}

static bool has_chipset(const struct pci_set *set, struct pci_addr addr)
{
	for (addr.function = 0; addr.function < PCI_FUNCTION_MAX; addr.function++) {
		const struct pci_owner *owner = pci_owner_at(set, &addr);

		if (owner && !owner->data)
			return true;
	}
	return false;
}

/*
 * Who may join a slot is up to the first in it, in libvirt's order: also when the lock brought one of
 * them and .config the other, or it would depend on which of the two says an address.
 */
static void settle_slots(struct pass *pass, struct layout_dev *const *order, size_t count)
{
	struct pci_set *set = &pass->layout->set;

	for (size_t i = count; i-- > 0;) {
		const struct layout_dev *rec = order[i];
		struct pci_want want = {rec->flags, rec->origin, &rec->owner};

		if (pci_owner_at(set, &rec->addr) == &rec->owner && !has_chipset(set, rec->addr))
			pci_come_first(set, &rec->addr, &want);
	}
}

void fixed_reserve(struct pass *pass)
{
	struct layout *layout = pass->layout;
	struct layout_dev **order =
		arena_alloc(pass->vm->arena, (layout->dev_count + 1) * sizeof(struct layout_dev *));
	size_t count = 0, failed = 0;
	struct err err;

	for (size_t i = 0; i < layout->dev_count; i++) {
		if (stands_before(&layout->devs[i]))
			order[count++] = &layout->devs[i];
	}
	qsort(order, count, sizeof(struct layout_dev *), compare_walk);
	for (unsigned round = 0; round < ROUND_COUNT; round++) {
		for (size_t i = failed; i < count; i++) {
			if (round_of(order[i]) != round || reserve(pass, order[i], &err) == 0 ||
			    comes_back(order[i]))
				continue;
			/* To the front, in order: they are told of at the end. */
			struct layout_dev *rec = order[i];

			memmove(&order[failed + 1], &order[failed],
				(i - failed) * sizeof(struct layout_dev *));
			order[failed++] = rec;
		}
	}
	settle_slots(pass, order, count);
	for (size_t i = 0; i < failed; i++) {
		if (reserve(pass, order[i], &err))
			fixed_refuse(pass, order[i], &err);
	}
}
