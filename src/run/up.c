/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * up.c - the command up: the six stages, and undoing.
 */
#include "run/run.h"

int command_up(struct run *run, struct err *err)
{
	if (stage_open(run, err) || stage_verify(run, err))
		return -1;
	if (stage_acquire(run, err) || stage_fixup(run, err) || guard_start(run, err) ||
	    stage_drop(run, err) || stage_exec(run, err))
		run_undo(run, err);
	return -1;
}
