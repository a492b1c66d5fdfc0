/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_paths.h - checks on the files and devices of all disks together; for disk_checks.c alone.
 */
#ifndef KILN_DEVICES_DISK_PATHS_H
#define KILN_DEVICES_DISK_PATHS_H

#include "model/check.h"

/** disk_check_unique() - no file is the content of two disks when one of them may write. */
void disk_check_unique(const struct check *check, const struct vm *vm, struct err_list *errs);

/** disk_check_absolute() - a path on the target is absolute. */
void disk_check_absolute(const struct check *check, const struct vm *vm, struct err_list *errs);

#endif
