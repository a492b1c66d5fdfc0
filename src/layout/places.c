/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * places.c - the chipset step: built-in functions, required places, preferred places.
 *
 * Walks the machine's tables (chipset.h). Comes after configured addresses and before every search;
 * what it gives in the dry run stands in the real pass too.
 */
#include "layout/assign.h"

#include <string.h>

static bool is_taken(const struct pci_set *set, const struct pci_addr *addr)
{
	return pci_owner_at(set, addr) != NULL;
}

void chipset_reserve(struct pass *pass)
{
	const struct chipset *chipset = pass->vm->machine->chipset;
	struct pci_set *set = &pass->layout->set;
	struct err err;

	for (const struct chipset_function *f = chipset ? chipset->functions : NULL; f && f->name;
	     f++) {
		struct pci_owner *owner = arena_alloc(pass->vm->arena, sizeof(*owner));
		struct pci_want want = {PCI_TYPE_ENDPOINT, PCI_CONFIGURED, owner};
		struct pci_addr addr = {.slot = f->slot, .function = f->function};

		owner->name = f->name;
		/* The host bridge is outside the slots that can be handed out at all. */
		if (f->slot < set->bus[0]->min_slot)
			continue;
		if (pci_reserve(set, &addr, &want, &err))
			err_list_add(pass->errs, &err);
	}
}

static void yield(struct pass *pass, const struct pci_addr *addr)
{
	const struct chipset *chipset = pass->vm->machine->chipset;
	const struct pci_owner *owner = pci_owner_at(&pass->layout->set, addr);

	if (!owner || owner->data)
		return;
	for (const struct chipset_function *f = chipset->functions; f->name; f++) {
		if (f->slot == addr->slot && f->function == addr->function &&
		    f->flags & CHIPSET_YIELDS)
			pci_release(&pass->layout->set, addr);
	}
}

static int give(struct pass *pass, struct layout_dev *rec, const struct pci_addr *addr)
{
	struct pci_want want = {rec->flags, PCI_CONFIGURED, &rec->owner};
	struct err err;

	rec->addr = *addr;
	if (pci_reserve(&pass->layout->set, &rec->addr, &want, &err)) {
		err_list_add(pass->errs, &err);
		return -1;
	}
	rec->fixed = true;
	rec->stored = true;
	rec->origin = PCI_CONFIGURED;
	rec->rule = RULE_CHIPSET;
	return 0;
}

static int require(struct pass *pass, struct layout_dev *rec)
{
	struct pci_addr addr = {.slot = rec->place->slots[0], .function = rec->place->function};
	char asked[PCI_ADDR_TEXT], needed[PCI_ADDR_TEXT];
	enum layout_rule rule = rec->rule;

	if (rec->fixed && !pci_addr_same(&rec->addr, &addr)) {
		struct err *err = dev_error(pass->errs, rec->dev, NULL, "pci-built-in",
					    "%s cannot be at PCI address %s", rec->dev->id,
					    pci_addr_text(&rec->addr, asked));

		err_why(err, "%s", rec->place->why);
		err_fix(err, "Clear the address, or write %s.", pci_addr_text(&addr, needed));
		return -1;
	}
	yield(pass, &addr);
	if (give(pass, rec, &addr))
		return -1;
	if (rule != RULE_NONE)
		rec->rule = rule;
	return 0;
}

static void tell_tried(struct pass *pass, struct layout_dev *rec, unsigned slot)
{
	const char *owner = "another device";

	for (unsigned f = 0; f < PCI_FUNCTION_MAX; f++) {
		struct pci_addr addr = {.slot = (uint8_t)slot, .function = (uint8_t)f};

		if (is_taken(&pass->layout->set, &addr))
			owner = pci_owner_at(&pass->layout->set, &addr)->name;
	}
	rec->tried = arena_fmt(pass->vm->arena, "slot 00:%02x has %s in it (%s)", slot, owner,
			       rec->place->why);
}

static int prefer(struct pass *pass, struct layout_dev *rec)
{
	const struct chipset_place *place = rec->place;

	for (unsigned i = 0; i < CHIPSET_SLOTS && place->slots[i]; i++) {
		struct pci_addr addr = {.slot = place->slots[i], .function = place->function};

		if (pci_slot_free(&pass->layout->set, 0, addr.slot))
			return give(pass, rec, &addr);
		tell_tried(pass, rec, addr.slot);
	}
	if (!(place->flags & PLACE_SEARCH))
		return 0;
	if (dev_next(pass, rec, PCI_ANY_FUNCTION))
		return -1;
	/* libvirt's dry run forgets it and searches again with the others: one port more. */
	rec->fixed = pass->kind == PASS_REAL;
	return 0;
}

static bool is_controller(const struct layout_dev *rec)
{
	return rec->dev->family->rank == RANK_PCI_CONTROLLER ||
	       rec->dev->family->rank == RANK_CONTROLLER;
}

static int prefer_row(struct pass *pass, const struct chipset_place *place)
{
	for (size_t i = 0; i < pass->layout->dev_count; i++) {
		struct layout_dev *rec = &pass->layout->devs[i];

		if (rec->place != place || rec->fixed || is_controller(rec))
			continue;
		if (place->flags & PLACE_PRIMARY && rec->dev->index != 0)
			continue;
		if (prefer(pass, rec))
			return -1;
		if (place->flags & PLACE_FIRST)
			break;
	}
	return 0;
}

int chipset_assign(struct pass *pass)
{
	const struct chipset *chipset = pass->vm->machine->chipset;
	int ret = 0;

	for (size_t i = 0; i < pass->layout->dev_count; i++) {
		struct layout_dev *rec = &pass->layout->devs[i];

		if (rec->place && rec->place->flags & PLACE_REQUIRED && require(pass, rec))
			ret = -1;
	}
	for (size_t i = 0; i < pass->layout->dev_count && ret == 0; i++) {
		struct layout_dev *rec = &pass->layout->devs[i];

		if (rec->place && !rec->fixed && is_controller(rec) && prefer(pass, rec))
			ret = -1;
	}
	for (const struct chipset_place *p = chipset ? chipset->places : NULL;
	     p && p->family && ret == 0; p++) {
		if (!(p->flags & PLACE_REQUIRED) && prefer_row(pass, p))
			ret = -1;
	}
	return ret;
}
