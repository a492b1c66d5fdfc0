/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keyval.h - the parts of QEMU's "key=value,key=value", in which two commas are one of a value.
 */
#ifndef KILN_MODEL_KEYVAL_H
#define KILN_MODEL_KEYVAL_H

#include "model/arena.h"

/** keyval_len() - bytes up to the comma that ends the first part, or to the end. */
size_t keyval_len(const char *text);

/** keyval_value() - @len bytes of a value with single commas. */
const char *keyval_value(struct arena *arena, const char *text, size_t len);

#endif
