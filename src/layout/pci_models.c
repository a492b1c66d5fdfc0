/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci_models.c - the connection table: what each PCI controller plugs into and what it takes.
 *
 * The only place where these facts stand. A row is what libvirt 9.0 and 11.3 do; a test flips rows
 * and expects the comparison with libvirt to fail.
 */
#include "layout/pci.h"

#include <string.h>

const struct pci_model_info pci_models[PCI_MODEL_COUNT] = {
	[PCI_MODEL_PCI_ROOT] =
		{
			.name = "pci-root",
			.accepts = PCI_TYPE_PCI | PCI_TYPE_BRIDGE | PCI_TYPE_PXB | PCI_AUTO |
				   PCI_HOTPLUG,
			.min_slot = 1,
			.max_slot = 31,
		},
	/* Without PCI_AUTO: endpoints come here only when a person or the chipset says so. */
	[PCI_MODEL_PCIE_ROOT] =
		{
			.name = "pcie-root",
			.accepts = PCI_TYPE_PCIE | PCI_TYPE_ROOT_PORT | PCI_TYPE_DMI |
				   PCI_TYPE_PXB_PCIE,
			.min_slot = 1,
			.max_slot = 31,
		},
	[PCI_MODEL_PCI_BRIDGE] =
		{
			.name = "pci-bridge",
			.upstream = PCI_TYPE_BRIDGE,
			.accepts = PCI_TYPE_PCI | PCI_TYPE_BRIDGE | PCI_AUTO | PCI_HOTPLUG,
			.min_slot = 1,
			.max_slot = 31,
		},
	[PCI_MODEL_DMI_TO_PCI_BRIDGE] =
		{
			.name = "dmi-to-pci-bridge",
			.upstream = PCI_TYPE_DMI,
			.accepts = PCI_TYPE_PCI | PCI_TYPE_BRIDGE,
			.min_slot = 0,
			.max_slot = 31,
		},
	[PCI_MODEL_PCIE_TO_PCI_BRIDGE] =
		{
			.name = "pcie-to-pci-bridge",
			.upstream = PCI_TYPE_PCIE_PCI,
			.accepts = PCI_TYPE_PCI | PCI_TYPE_BRIDGE | PCI_AUTO | PCI_HOTPLUG,
			.min_slot = 1,
			.max_slot = 31,
		},
	[PCI_MODEL_PCIE_ROOT_PORT] =
		{
			.name = "pcie-root-port",
			.upstream = PCI_TYPE_ROOT_PORT | PCI_AGGREGATE,
			.accepts = PCI_TYPE_PCIE | PCI_TYPE_UPSTREAM | PCI_TYPE_PCIE_PCI |
				   PCI_AUTO | PCI_HOTPLUG,
			.min_slot = 0,
			.max_slot = 0,
		},
	[PCI_MODEL_PCIE_SWITCH_UPSTREAM_PORT] =
		{
			.name = "pcie-switch-upstream-port",
			.upstream = PCI_TYPE_UPSTREAM,
			.accepts = PCI_TYPE_DOWN,
			.min_slot = 0,
			.max_slot = 31,
		},
	[PCI_MODEL_PCIE_SWITCH_DOWNSTREAM_PORT] =
		{
			.name = "pcie-switch-downstream-port",
			.upstream = PCI_TYPE_DOWN,
			.accepts = PCI_TYPE_PCIE | PCI_TYPE_UPSTREAM | PCI_TYPE_PCIE_PCI |
				   PCI_AUTO | PCI_HOTPLUG,
			.min_slot = 0,
			.max_slot = 0,
		},
	[PCI_MODEL_PCI_EXPANDER_BUS] =
		{
			.name = "pci-expander-bus",
			.upstream = PCI_TYPE_PXB,
			.accepts = PCI_TYPE_PCI | PCI_TYPE_BRIDGE | PCI_AUTO | PCI_HOTPLUG,
			.min_slot = 0,
			.max_slot = 31,
		},
	[PCI_MODEL_PCIE_EXPANDER_BUS] =
		{
			.name = "pcie-expander-bus",
			.upstream = PCI_TYPE_PXB_PCIE,
			.accepts = PCI_TYPE_ROOT_PORT | PCI_TYPE_DMI,
			.min_slot = 0,
			.max_slot = 31,
		},
};

enum pci_model pci_model_find(const char *name)
{
	for (unsigned i = 0; i < PCI_MODEL_COUNT; i++) {
		if (strcmp(pci_models[i].name, name) == 0)
			return (enum pci_model)i;
	}
	return PCI_MODEL_COUNT;
}
