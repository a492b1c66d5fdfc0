/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * together.c - functions of one chip: those of a family and index share a slot, each at its own
 * function (USB 2 controllers with their companions; pci-rules section 5).
 *
 * As in libvirt, the dry run does not remember where the first of them went unless it has a place
 * of its own, so each counts as a slot there, and a bridge can appear that nothing sits on (Q1).
 */
#include "layout/assign.h"

static bool has_address(const struct pass *pass, const struct layout_dev *rec)
{
	return rec->fixed || (pass->kind == PASS_REAL && rec->rule != RULE_NONE);
}

static const struct layout_dev *find_sibling(const struct pass *pass, const struct layout_dev *rec)
{
	for (size_t i = 0; i < pass->layout->dev_count; i++) {
		const struct layout_dev *other = &pass->layout->devs[i];

		if (other != rec && other->dev->family == rec->dev->family &&
		    other->dev->index == rec->dev->index && other->dev->class->flags & CLASS_SET &&
		    has_address(pass, other))
			return other;
	}
	return NULL;
}

int together_next(struct pass *pass, struct layout_dev *rec)
{
	const struct layout_dev *sibling = find_sibling(pass, rec);
	struct pci_want want = {rec->flags, PCI_CONFIGURED, &rec->owner};
	struct err err;

	if (!sibling)
		return dev_next(pass, rec, rec->dev->class->function);
	rec->addr = sibling->addr;
	rec->addr.function = rec->dev->class->function;
	if (pci_reserve(&pass->layout->set, &rec->addr, &want, &err)) {
		struct err *told =
			dev_error(pass->errs, rec->dev, NULL, "pci-together", "%s", err.what);

		err_why(told, "It shares the slot of %s. %s", sibling->dev->id, err.why);
		err_fix(told, "Free that function, or put the slot elsewhere: %s.",
			dev_symbol(rec->dev, "address"));
		return -1;
	}
	rec->rule = RULE_SHARED_SLOT;
	if (pass->kind == PASS_DRY && sibling->fixed)
		rec->fixed = rec->stored = true;
	return 0;
}
