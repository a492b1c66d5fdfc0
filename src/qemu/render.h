/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * render.h - one property tree, three renderings: a JSON argument, a key=value argument, QMP.
 *
 * In goes a struct node, out comes marked text (image/text.h): the marks of the tree's strings
 * stay marks, told how the loader must quote the fact where they stand. Nothing here knows which
 * syntax an option takes (qemu/caps.h) or in which order options come (qemu/argv.h).
 */
#ifndef KILN_QEMU_RENDER_H
#define KILN_QEMU_RENDER_H

#include "model/node.h"

/**
 * render_json() - the tree as compact JSON, for an argument or for QMP.
 * @arena: owns the text.
 * @tree: keys are written in their order, numbers unquoted.
 *
 * A string without key inside an object is a mark that stands for whole members (FIX_TAP); it is
 * written without quotes.
 */
const char *render_json(struct arena *arena, const struct node *tree);

/**
 * render_kv() - the tree as key=value.
 * @arena: owns the text.
 * @tree: an object. Commas in strings are doubled, truth values are on and off, a nested object is
 *        "key.sub=", an array "key.0=".
 * @head: the key that QEMU supplies itself for the first word ("driver" of -device), or NULL; it
 *        is left out where it is the tree's first key.
 *
 * A string without key is a mark that stands for whole members (FIX_TAP).
 */
const char *render_kv(struct arena *arena, const struct node *tree, const char *head);

#endif
