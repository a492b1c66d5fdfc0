/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.h - the TCP ports on which QEMU listens, of every family.
 */
#ifndef KILN_DEVICES_LISTEN_H
#define KILN_DEVICES_LISTEN_H

#include "model/check.h"

/** listen_check() - refuse a port on which two would listen; for the table of checks of one family. */
void listen_check(const struct check *check, const struct vm *vm, struct err_list *errs);

#endif
