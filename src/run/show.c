/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show.c - the command show: an image with the facts of this host. Changes nothing.
 */
#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
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

/* What the names of networks mean here, one line for each interface; in the plan above are names alone. */
static int networks_show(struct run *run, struct err *err)
{
	struct img_cursor cursor = {0};
	char line[1024];
	struct op op;
	struct buf buf;
	int ret;

	while ((ret = facts_op_next(&run->facts, &cursor, &op, err)) == 1) {
		if (op.code != OP_NETWORK || site_lacks(run, &op))
			continue;
		buf_init(&buf, line, sizeof(line));
		if (!host_op(OP_NETWORK)->acquire(&run->host, &op, err))
			plan_describe(run, &op, &buf);
		else if (err->at.line)
			buf_addf(&buf, "network \"%s\": %.200s:%u: %.300s", op.network.name,
				 err->at.file, err->at.line, err->what);
		else
			buf_addf(&buf, "network \"%s\": %.300s", op.network.name, err->what);
		buf_add_char(&buf, '\n');
		if (fd_write_all(STDOUT_FILENO, buf.data, buf.len))
			return err_sys(err, ERR_HOST, errno, "cannot write to standard output");
	}
	return ret;
}

int command_show(struct run *run, struct err *err)
{
	if (stage_open(run, err))
		return -1;
	run->facts.mode = FACTS_SHOW;
	accel_find(run);
	run->facts.accel = run->host.accel;
	argv_set_time(&run->facts);
	if (img_show(&run->facts, run->options->show, run->options->section, err))
		return -1;
	return run->options->show == SHOW_TEXT ? networks_show(run, err) : 0;
}
