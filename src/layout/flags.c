/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flags.c - from how a model connects (dev_class.where) to the engine's flags, by machine and QEMU.
 */
#include "layout/assign.h"

#include <string.h>

static unsigned express(const struct vm *vm)
{
	bool has = vm->machine->root_model && strcmp(vm->machine->root_model, "pcie-root") == 0;

	return (has ? PCI_TYPE_PCIE : PCI_TYPE_PCI) | PCI_AUTO;
}

static unsigned connection(const struct vm *vm, const struct vm_dev *dev)
{
	enum pci_model model;

	switch (dev->class->where) {
	case WHERE_PCI:
		return PCI_TYPE_PCI | PCI_AUTO;
	case WHERE_PCIE:
		return express(vm);
	case WHERE_VIRTIO:
		if (dev_on_mmio(dev))
			return 0;
		/* Without the split every virtio device is transitional, which is conventional. */
		if (caps_has(vm->board->caps, "device", "virtio-blk-pci-non-transitional"))
			return express(vm);
		return PCI_TYPE_PCI | PCI_AUTO;
	case WHERE_BRIDGE:
		model = pci_model_find(dev->class->name);
		return model == PCI_MODEL_COUNT ? 0 : pci_models[model].upstream;
	case WHERE_NONE:
	case WHERE_COUNT:
		break;
	}
	return 0;
}

unsigned flags_of(const struct vm *vm, const struct vm_dev *dev)
{
	unsigned flags = connection(vm, dev);

	if (flags && dev->class->flags & CLASS_INTEGRATED)
		return flags | PCI_INTEGRATED;
	/* A passed-through device is reset through its slot, so it has one of its own. */
	if (vm->guest.pci_packed && flags & PCI_TYPE_PCIE && dev->family->rank != RANK_HOSTDEV)
		flags |= PCI_AGGREGATE;
	return flags;
}
