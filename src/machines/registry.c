/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * registry.c - every machine; a new one is a file, a Kconfig entry and a line here.
 */
#include "machines/machines.h"

const struct machine *const machine_table[] = {
	&machine_q35,
	&machine_pc,
	NULL,
};
