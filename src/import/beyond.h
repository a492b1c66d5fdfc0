/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beyond.h - what a QEMU command line cannot say: one table, for people, for the manual page and for tests.
 */
#ifndef KILN_IMPORT_BEYOND_H
#define KILN_IMPORT_BEYOND_H

#include "model/vm.h"

/**
 * beyond_text() - the table, a symbol a line, with the reason.
 * @arena: owns the text.
 * @families: all families, ended by NULL.
 *
 * "NETn_BRIDGE" is of any slot, "NETn_KIND_*" any member of a choice.
 */
const char *beyond_text(struct arena *arena, const struct dev_family *const *families);

#endif
