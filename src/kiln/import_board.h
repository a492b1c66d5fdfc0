/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_board.h - the board of an import for which nobody named one.
 */
#ifndef KILN_KILN_IMPORT_BOARD_H
#define KILN_KILN_IMPORT_BOARD_H

#include "import/import.h"

/**
 * import_board_choose() - the one board that can have the guest, where the menu's default cannot.
 * @arena: owns the name.
 * @tree: folder with boards/.
 * @import: what was read.
 * @ret_list: all boards that fit, with ", " between them; "" where the default does.
 *
 * The default has x86_64 guests. Of the others fit those with the guest's architecture, and with KVM
 * those whose host has it too.
 *
 * Return: the name, or NULL: the default is right, or not exactly one fits.
 */
const char *import_board_choose(struct arena *arena, const char *tree, const struct import *import,
				const char **ret_list);

#endif
