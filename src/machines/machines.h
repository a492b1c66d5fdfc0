/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machines.h - the machines by name, for the registry and for tests. Engines use machine_table.
 */
#ifndef KILN_MACHINES_MACHINES_H
#define KILN_MACHINES_MACHINES_H

#include "model/machine.h"

extern const struct machine machine_pc;
extern const struct machine machine_q35;

#endif
