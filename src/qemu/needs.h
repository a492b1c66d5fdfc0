/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * needs.h - section NEEDS of an image: what its arguments need of QEMU.
 *
 * Read off the finished command line, so that no family has to say it and nothing can be forgotten. The
 * kinds are those of image/needs.h. What QEMU cannot be asked for (an option without a group, the
 * properties of a machine that cannot be made for trial) is left out.
 */
#ifndef KILN_QEMU_NEEDS_H
#define KILN_QEMU_NEEDS_H

#include "model/emit.h"

/**
 * needs_text() - the section.
 * @vm: complete.
 * @emit: with all arguments.
 *
 * Return: the text, in @emit's arena.
 */
const char *needs_text(const struct vm *vm, const struct emit *emit);

#endif
