/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machines.h - the machines by name, for the registry and for tests. Engines use machine_table.
 */
#ifndef KILN_MACHINES_MACHINES_H
#define KILN_MACHINES_MACHINES_H

#include "model/machine.h"

extern const struct machine machine_pc;
extern const struct machine machine_q35;
extern const struct machine machine_virt;

/* microvm without ACPI, with it, and with PCI Express too. */
extern const struct machine machine_microvm, machine_microvm_acpi, machine_microvm_pcie;

/** machine_isa_serial - the ISA serial lines of a PC; defined in pc.c. */
extern const struct machine_serial machine_isa_serial;

#endif
