/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service.h - what starts and stops the VM on its target: a unit of systemd, or a script for busybox's init.
 */
#ifndef KILN_KILN_SERVICE_H
#define KILN_KILN_SERVICE_H

#include "kiln/output.h"
#include "model/vm.h"
#include "plan/plan.h"

/**
 * service_write() - write the file that CONFIG_HOST_INIT asks for, or none.
 * @out: where it belongs.
 * @vm: the VM.
 * @plan: for the credentials that the loader will read.
 * @err: ERR_HOST when writing failed.
 *
 * Return: 0, or -1.
 */
int service_write(struct output *out, const struct vm *vm, const struct plan *plan,
		  struct err *err) MUST_CHECK;

#endif
