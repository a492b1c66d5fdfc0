/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chipset.h - which row of a machine's tables (model/chipset.h) speaks of a device.
 */
#ifndef KILN_LAYOUT_CHIPSET_H
#define KILN_LAYOUT_CHIPSET_H

#include <stdbool.h>

#include "model/chipset.h"
#include "model/device.h"

/** chipset_place_for() - the row that speaks of this device, or NULL. */
const struct chipset_place *chipset_place_for(const struct chipset *chipset,
					      const struct vm_dev *dev);

/** chipset_offers() - whether a row gives this device exactly this address. */
bool chipset_offers(const struct chipset *chipset, const struct vm_dev *dev,
		    const struct pci_addr *addr);

#endif
