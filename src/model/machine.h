/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.h - what a machine type is. One machines/NAME.c and machines/NAME.Kconfig each.
 */
#ifndef KILN_MODEL_MACHINE_H
#define KILN_MODEL_MACHINE_H

#include "model/vm.h"

struct chipset;

/**
 * struct machine - a machine of the guest.
 * @name: "q35".
 * @sym: Kconfig choice member: "MACHINE_Q35".
 * @type_prefix: of the versioned machine types: "pc-q35-".
 * @guest_arch: "x86_64".
 * @root_model: model of PCI controller 0: "pcie-root".
 * @expander_model: model of expander buses that it can have: "pcie-expander-bus"; NULL = none.
 * @chipset: built-in buses, reserved and preferred slots (model/chipset.h).
 */
struct machine {
	const char *name, *sym, *type_prefix, *guest_arch, *root_model, *expander_model;
	const struct chipset *chipset;
};

/** machine_table - every machine, ended by NULL; defined in machines/registry.c. */
extern const struct machine *const machine_table[];

#endif
