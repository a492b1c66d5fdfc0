/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_limits.h - checks on the limits of disks; for disk_checks.c alone.
 */
#ifndef KILN_DEVICES_DISK_LIMITS_H
#define KILN_DEVICES_DISK_LIMITS_H

#include "model/check.h"

/** disk_check_limits() - a limit says something, and QEMU can hold it. */
void disk_check_limits(const struct check *check, const struct vm *vm, struct err_list *errs);

/** disk_check_group() - the disks of a group have the same limits. */
void disk_check_group(const struct check *check, const struct vm *vm, struct err_list *errs);

#endif
