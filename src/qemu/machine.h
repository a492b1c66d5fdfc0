/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.h - the options of the machine itself; private to qemu/.
 */
#ifndef KILN_QEMU_MACHINE_H
#define KILN_QEMU_MACHINE_H

#include "model/emit.h"

/** machine_add() - name, firmware, -machine, accelerator, CPU, memory. */
void machine_add(const struct vm *vm, struct emit *emit);

/** machine_add_smbios() - texts of the SMBIOS tables. */
void machine_add_smbios(const struct vm *vm, struct emit *emit);

/** machine_add_start() - monitors, clock, and what the guest starts from. */
void machine_add_start(const struct vm *vm, struct emit *emit);

#endif
