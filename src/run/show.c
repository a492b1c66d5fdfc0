/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show.c - the command show: an image with the facts of this host. Changes nothing.
 */
#include <unistd.h>

#include "image/show.h"
#include "run/run.h"

/* What accelerator it would be; where KVM is demanded and absent, still what would be asked for. */
static void accel_find(struct run *run)
{
	struct img_cursor cursor = {0};
	struct op op;
	struct err ignored;

	if (user_find(run->img.meta[META_RUN_USER], &run->user, &ignored))
		run->user = (struct user){.uid = geteuid(), .gid = getegid()};
	while (facts_op_next(&run->facts, &cursor, &op, &ignored) == 1)
		if (op.code == OP_ACCEL && host_op(OP_ACCEL)->acquire(&run->host, &op, &ignored))
			run->host.accel = ACCEL_KVM;
}

int command_show(struct run *run, struct err *err)
{
	if (stage_open(run, err))
		return -1;
	run->facts.mode = FACTS_SHOW;
	accel_find(run);
	run->facts.accel = run->host.accel;
	argv_set_time(&run->facts);
	return img_show(&run->facts, run->options->show, run->options->section, err);
}
