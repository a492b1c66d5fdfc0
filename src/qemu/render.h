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

#include "image/text.h"
#include "model/node.h"

/**
 * render_json() - the tree as compact JSON, for an argument or for QMP.
 * @arena: owns the text.
 * @tree: keys are written in their order, numbers unquoted.
 *
 * A member whose value is the mark FIX_TAP, FIX_VHOST, FIX_NODES or FIX_PLACE is written as the mark alone, without key and quotes: the
 * fact is one or more whole members.
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
 * FIX_TAP, FIX_VHOST, FIX_NODES and FIX_PLACE are written as in render_json().
 */
const char *render_kv(struct arena *arena, const struct node *tree, const char *head);

/**
 * render_quote() - append a text without marks, quoted for where it stands.
 * @out: appended to.
 * @string: the text.
 * @len: its bytes.
 * @escape: where it stands.
 */
void render_quote(struct text *out, const char *string, size_t len, enum text_escape escape);

#endif
