/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chipset.c - which row of a machine's table speaks of a device. Pure look-up.
 */
#include "layout/chipset.h"

#include <string.h>

#include "model/vm.h"

static bool class_listed(const struct chipset_place *place, const struct vm_dev *dev)
{
	if (!place->classes[0])
		return dev->class->where != WHERE_NONE;
	for (unsigned i = 0; i < CHIPSET_CLASSES && place->classes[i]; i++) {
		if (strcmp(place->classes[i], dev->class->name) == 0)
			return true;
	}
	return false;
}

const struct chipset_place *chipset_place_for(const struct chipset *chipset,
					      const struct vm_dev *dev)
{
	if (!chipset)
		return NULL;
	for (const struct chipset_place *p = chipset->places; p && p->family; p++) {
		if (strcmp(p->family, dev->family->name) != 0 || !class_listed(p, dev))
			continue;
		if (p->index == ANY_INDEX || p->index == dev->index)
			return p;
	}
	return NULL;
}

bool chipset_offers(const struct chipset *chipset, const struct vm_dev *dev,
		    const struct pci_addr *addr)
{
	const struct chipset_place *place = chipset_place_for(chipset, dev);

	if (!place || addr->bus != 0 || addr->function != place->function)
		return false;
	for (unsigned i = 0; i < CHIPSET_SLOTS && place->slots[i]; i++) {
		if (place->slots[i] == addr->slot)
			return true;
	}
	return false;
}
