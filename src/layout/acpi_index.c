/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * acpi_index.c - tell of an ACPI index that the guest does not find.
 *
 * QEMU before 8 writes it into the tables only where it describes a slot for hot-plug, and there for function 0
 * alone: not on pcie.0, behind a port without hot-plug, on pci.0 without hot-plug, or below an expander bus. Seen
 * in the DSDT of 7.2; that of 10.0 has it everywhere.
 */
#include "layout/assign.h"

#include <string.h>

#include "model/controller.h"
#include "model/machine.h"

#define QEMU_EVERYWHERE 8

static const struct vm_dev *controller_of(const struct vm *vm, unsigned bus)
{
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family == &controller_pci_family && dev->index == bus)
			return dev;
	}
	return NULL;
}

static bool is_described(const struct vm *vm, const struct layout *layout, unsigned bus)
{
	if (bus == 0)
		return strcmp(vm->machine->root_model, "pci-root") == 0 &&
		       !prop_word_is(vm->guest.root_hotplug, "OFF");
	if (!(layout->set.bus[bus]->flags & PCI_HOTPLUG))
		return false;
	for (const struct vm_dev *dev; bus; bus = dev->addr.pci.bus) {
		enum pci_model model = layout->set.bus[bus]->model;

		dev = controller_of(vm, bus);
		if (!dev || model == PCI_MODEL_PCI_EXPANDER_BUS ||
		    model == PCI_MODEL_PCIE_EXPANDER_BUS)
			return false;
	}
	return true;
}

void acpi_index_tell(const struct vm *vm, struct layout *layout)
{
	for (size_t i = 0; i < layout->dev_count; i++) {
		const struct layout_dev *rec = &layout->devs[i];
		const struct prop *row = dev_prop(rec->dev->family, "acpi-index");
		char addr[PCI_ADDR_TEXT];

		if (vm->board->caps->major >= QEMU_EVERYWHERE || !row ||
		    !dev_applies(rec->dev, row) || !dev_uint(rec->dev, row) ||
		    (rec->addr.function == 0 && is_described(vm, layout, rec->addr.bus)))
			continue;
		layout_note(
			layout,
			arena_fmt(
				vm->arena,
				"%s has no effect: QEMU %s writes an ACPI index for function 0 of "
				"a slot with hot-plug alone, and %s is at %s.",
				dev_symbol(rec->dev, "acpi-index"), vm->board->caps->version,
				rec->dev->id, pci_addr_text(&rec->addr, addr)));
	}
}
