/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.h - open a file of the host for a device; for the operations that do so.
 */
#ifndef KILN_HOST_FILE_H
#define KILN_HOST_FILE_H

#include <stdbool.h>

#include "base/err.h"
#include "image/ops.h"

/* Only acquiring may make the file of a log; looking must leave no trace. */
enum file_make { FILE_LOOK, FILE_MAKE };

/**
 * file_open() - open as the operation says, and see that it is what it should be.
 * @file: its descriptor field is not looked at.
 * @make: whether a log that is absent may be made.
 * @err: ERR_HOST; its sys_errno is ENOENT where the file is absent.
 *
 * Return: a close-on-exec descriptor, or -1.
 */
int file_open(const struct op_file *file, enum file_make make, struct err *err) MUST_CHECK;

/** file_can_make() - whether the file is absent and its folder may be written. */
bool file_can_make(const char *path);

#endif
