/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collect.c - who wants a PCI address, in which order, and who brings one: .config or the lock.
 *
 * Order is the family's rank, then list order for controllers and the index for others; never the
 * order of tables, of linking or of arguments.
 */
#include "layout/assign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare_uint(unsigned a, unsigned b)
{
	return (a > b) - (a < b);
}

static int compare_devs(const void *a, const void *b)
{
	const struct layout_dev *x = a, *y = b;
	int order = compare_uint(x->dev->family->rank, y->dev->family->rank);

	if (order == 0)
		order = compare_uint(x->order, y->order);
	return order ? order : compare_uint(x->position, y->position);
}

static const char *want_row(const struct vm_dev *dev)
{
	prop_for_each(row, dev->family->props)
	{
		if (row->kind == PROP_PCI)
			return row->name;
	}
	return NULL;
}

static void refuse_move(const struct lock *lock, const struct lock_line *line,
			const struct vm_dev *dev, struct err_list *errs)
{
	char wanted[PCI_ADDR_TEXT], locked[PCI_ADDR_TEXT];
	struct err *err;

	if (dev->has_want_bus)
		(void)snprintf(wanted, sizeof(wanted), "%02x:", dev->want.bus);
	else
		(void)pci_addr_text(&dev->want, wanted);
	pci_addr_text(&line->addr.pci, locked);
	err = dev_error(errs, dev, want_row(dev), "layout-lock",
			"%s would move from PCI address %s to %s", dev->id, locked, wanted);
	err_also(err, lock->path, line->line);
	err_why(err,
		"The lock %s (line %u) keeps %s at %s, because a running guest knows it there.",
		lock->path, line->line, dev->id, locked);
	err_fix(err,
		"Clear %s, or move it on purpose: `make layout-update DEVICE=%s` for this one, "
		"`make layout-lock` for a new lock.",
		dev_symbol(dev, want_row(dev)), dev->id);
}

static void fix_address(struct layout_dev *rec, const struct pci_addr *addr, enum pci_origin origin,
			enum layout_rule rule)
{
	rec->fixed = true;
	rec->addr = *addr;
	rec->origin = origin;
	rec->rule = rule;
}

/* Only the bus is configured, and the lock has the rest. */
static void find_on_bus(struct layout_dev *rec, const struct layout *layout,
			const struct lock_line *line, struct err_list *errs)
{
	const struct vm_dev *dev = rec->dev;
	bool same = line->addr.pci.bus == dev->want.bus;

	if (line->has_asked && line->asked.bus == dev->want.bus) {
		same = true;
		rec->raised = true;
	}
	if (same)
		fix_address(rec, &line->addr.pci, PCI_CONFIGURED,
			    line->gone ? RULE_GONE : RULE_LOCKED);
	else if (!line->gone)
		refuse_move(layout->lock, line, dev, errs);
}

static void find_fixed(struct layout_dev *rec, const struct layout *layout, struct err_list *errs)
{
	const struct vm_dev *dev = rec->dev;
	const struct lock_line *line = lock_find(layout->lock, dev->id);

	if (line && line->addr.kind != ADDR_PCI)
		line = NULL;
	if (dev->has_want_bus && line) {
		find_on_bus(rec, layout, line, errs);
		return;
	}
	if (!dev->has_want) {
		if (!line)
			return;
		fix_address(rec, &line->addr.pci, PCI_AUTOMATIC,
			    line->gone ? RULE_GONE : RULE_LOCKED);
		/* What the chipset or a set gives is not subject to the strict rule, locked or not. */
		if (chipset_offers(layout->vm->machine->chipset, dev, &line->addr.pci) ||
		    (dev->class->flags & CLASS_SET &&
		     line->addr.pci.function == dev->class->function))
			rec->origin = PCI_CONFIGURED;
		return;
	}
	rec->asked = dev->want;
	fix_address(rec, &dev->want, PCI_CONFIGURED, RULE_CONFIGURED);
	if (!line || line->gone || pci_addr_same(&line->addr.pci, &dev->want))
		return;
	if (line->has_asked && pci_addr_same(&line->asked, &dev->want)) {
		rec->addr = line->addr.pci;
		rec->raised = true;
		return;
	}
	refuse_move(layout->lock, line, dev, errs);
}

static const char *who_asked(const struct layout *layout, const struct vm_dev *dev)
{
	if (dev->family->rank == RANK_PCI_CONTROLLER && dev->added) {
		const char *whom = layout->bus_for[dev->index];

		return whom ? whom : "the lock";
	}
	if (dev->added)
		return "the devices on it";
	return dev_symbol(dev, dev->has_want || dev->has_want_bus ? want_row(dev) : NULL);
}

struct gathering {
	struct layout_dev *recs;
	size_t count;
};

static void gather(struct gathering *to, const struct vm *vm, const struct layout *layout,
		   struct vm_dev *list, struct err_list *errs)
{
	vm_for_each_dev(dev, list) {
		unsigned flags = flags_of(vm, dev);

		if (!flags)
			continue;
		struct layout_dev *rec = &to->recs[to->count];

		rec->dev = dev;
		rec->flags = flags;
		rec->order = list == vm->controllers ? 0 : dev->index;
		rec->position = (unsigned)to->count++;
		rec->asked_by = who_asked(layout, dev);
		rec->place = chipset_place_for(vm->machine->chipset, dev);
		find_fixed(rec, layout, errs);
	}
}

static size_t count_devs(const struct vm *vm)
{
	size_t count = 0;

	vm_for_each_dev(dev, vm->controllers)
		count++;
	vm_for_each_dev(dev, vm->devs)
		count++;
	return count;
}

/* What the chipset step gave in the dry run stays, and so does a bus that was raised. */
static void carry_over(const struct layout *layout, struct gathering *to)
{
	for (size_t i = 0; i < layout->dev_count; i++) {
		const struct layout_dev *old = &layout->devs[i];

		if (!old->stored && !old->raised)
			continue;
		for (size_t j = 0; j < to->count; j++) {
			struct layout_dev *rec = &to->recs[j];

			if (rec->dev != old->dev)
				continue;
			fix_address(rec, &old->addr, PCI_CONFIGURED, old->rule);
			rec->stored = old->stored;
			rec->raised = old->raised;
			rec->tried = old->tried;
		}
	}
}

void collect_devs(struct vm *vm, struct layout *layout, struct err_list *errs)
{
	struct gathering to = {
		.recs = arena_alloc(vm->arena, (count_devs(vm) + 1) * sizeof(struct layout_dev))};

	gather(&to, vm, layout, vm->controllers, errs);
	gather(&to, vm, layout, vm->devs, errs);
	carry_over(layout, &to);
	qsort(to.recs, to.count, sizeof(*to.recs), compare_devs);
	for (size_t i = 0; i < to.count; i++) {
		to.recs[i].owner.name = to.recs[i].dev->id;
		to.recs[i].owner.data = &to.recs[i];
	}
	layout->devs = to.recs;
	layout->dev_count = to.count;
}
