/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * together.c - places that depend on others: on the bus that .config names, in the slot of a set.
 *
 * In: a pass after its fixed and chipset addresses. Out: addresses, or errors.
 */
#include "layout/assign.h"

static void grew(struct pass *pass, const struct layout_dev *rec, unsigned grown)
{
	const struct pci_set *set = &pass->layout->set;

	for (unsigned i = set->count - grown; i < set->count; i++)
		pass->layout->bus_for[i] = rec->dev->id;
}

int bus_assign(struct pass *pass)
{
	int ret = 0;

	for (size_t i = 0; i < pass->layout->dev_count; i++) {
		struct layout_dev *rec = &pass->layout->devs[i];
		struct pci_want want = {rec->flags, PCI_CONFIGURED, &rec->owner};
		struct pci_found found;
		struct err err;

		if (!rec->dev->has_want_bus || rec->fixed)
			continue;
		if (pci_reserve_on_bus(&pass->layout->set, &want, rec->dev->want.bus, &found,
				       &err)) {
			rec->addr = found.addr;
			fixed_refuse(pass, rec, &err);
			ret = -1;
			continue;
		}
		grew(pass, rec, found.grown);
		rec->addr = found.addr;
		rec->fixed = true;
		rec->raised = found.addr.bus != rec->dev->want.bus;
		rec->rule = RULE_CONFIGURED_BUS;
	}
	return ret;
}

/*
 * Another of the set with an address. In the dry run only those that had one before the search count,
 * as with libvirt: there each of a new set takes a slot of its own.
 */
static const struct layout_dev *sibling(const struct pass *pass, const struct layout_dev *rec)
{
	for (size_t i = 0; i < pass->layout->dev_count; i++) {
		const struct layout_dev *other = &pass->layout->devs[i];
		bool placed = other->fixed || (pass->kind == PASS_REAL && other->rule != RULE_NONE);

		if (other != rec && placed && other->dev->family == rec->dev->family &&
		    other->dev->index == rec->dev->index && other->dev->class->flags & CLASS_SET)
			return other;
	}
	return NULL;
}

int set_assign(struct pass *pass, struct layout_dev *rec)
{
	const struct layout_dev *other = sibling(pass, rec);
	unsigned function = rec->dev->class->function;
	struct pci_want want = {rec->flags, PCI_CONFIGURED, &rec->owner};
	struct err err;

	if (!other)
		return dev_next(pass, rec, (int)function);
	rec->addr = other->addr;
	rec->addr.function = (uint8_t)function;
	rec->origin = PCI_CONFIGURED;
	if (pci_reserve(&pass->layout->set, &rec->addr, &want, &err)) {
		struct err *copy = dev_error(pass->errs, rec->dev, NULL, "pci-set", "%s", err.what);

		err_why(copy, "%s belongs to function %u of the slot of %s. %s", rec->dev->id,
			function, other->dev->id, err.why);
		err_fix(copy, "Keep that function free, or give %s another index.", rec->dev->id);
		return -1;
	}
	rec->rule = RULE_SET;
	rec->fixed = true;
	rec->stored = true;
	return 0;
}
