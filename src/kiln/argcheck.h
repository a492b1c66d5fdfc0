/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argcheck.h - the arguments that QEMU did not parse, because something stood in, held against what that
 * QEMU says of itself.
 */
#ifndef KILN_KILN_ARGCHECK_H
#define KILN_KILN_ARGCHECK_H

#include "qemu/qmp.h"

/**
 * argcheck() - check the baked arguments.
 * @qmp: the QEMU that was started with what stands in for them.
 * @argv: the baked ones, ended by NULL.
 * @ret_lines: a line for each that is wrong is appended.
 * @ret_count: how many are wrong.
 *
 * Return: 0, or -1 with @err when QEMU does not answer.
 */
int argcheck(struct qmp *qmp, char *const *argv, struct text *ret_lines, size_t *ret_count,
	     struct err *err) MUST_CHECK;

#endif
