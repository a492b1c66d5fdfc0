/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.h - open a file of the target by the rules of operation file, for others that read one.
 */
#ifndef KILN_HOST_FILE_H
#define KILN_HOST_FILE_H

#include <stdbool.h>

#include "base/err.h"
#include "image/ops.h"

/* Only acquiring may make the file of a log; looking must leave no trace. */
enum file_make { FILE_LOOK, FILE_MAKE };

/**
 * file_open() - open what an operation names, and see that it is of the kind that it wants.
 * @file: its path, its flags, and who wants it; the slot is not looked at.
 * @make: whether a missing log may be made.
 * @err: ERR_HOST; ERR_IMAGE for a path that is none.
 *
 * Return: a descriptor, or -1.
 */
int file_open(const struct op_file *file, enum file_make make, struct err *err) MUST_CHECK;

/** file_can_make() - whether the file is absent and its folder may be written. */
bool file_can_make(const char *path);

#endif
