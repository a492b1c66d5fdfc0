/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.h - checks are a table and all of them run (DESIGN.md rule 6).
 *
 * The same tables serve the config path, the import path and the live path.
 */
#ifndef KILN_MODEL_CHECK_H
#define KILN_MODEL_CHECK_H

#include "model/errlist.h"

struct vm;

/**
 * struct check - a rule. A table ends with a NULL name.
 * @name: in brackets behind the message; each has a test that triggers it and one that does not.
 * @run: reports every offender in the VM, not the first alone.
 */
struct check {
	const char *name;
	void (*run)(const struct check *check, const struct vm *vm, struct err_list *errs);
};

/** check_run_all() - run the model's checks and those of every family. */
void check_run_all(const struct vm *vm, struct err_list *errs);

#endif
