/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * registry.c - every machine; a new one is a file, a Kconfig entry and a line here. A refinement of a
 * machine stands behind it.
 */
#include "machines/machines.h"

const struct machine *const machine_table[] = {
	&machine_q35,          &machine_pc,           &machine_virt, &machine_microvm,
	&machine_microvm_acpi, &machine_microvm_pcie, NULL,
};
