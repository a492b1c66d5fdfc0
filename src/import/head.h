/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * head.h - what of a domain is no device: the machine and its settings.
 */
#ifndef KILN_IMPORT_HEAD_H
#define KILN_IMPORT_HEAD_H

#include "import/state.h"

/** head_machine() - find the machine of <os><type machine=...>. Return: 0, or -1 with an error. */
int head_machine(struct import *import) MUST_CHECK;

/** head_read() - read the rows of the machine, and what domain/ writes of it without rows. */
void head_read(struct import *import);

#endif
