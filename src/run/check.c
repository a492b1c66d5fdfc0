/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.c - the command check: everything that up would need, without acquiring; all findings at
 * once.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/run.h"

static void limits_check(struct run *run, struct findings *findings)
{
	struct err err;

	if (limit_files(run, LIMIT_LOOK, &err))
		findings_add(findings, &err);
}

static void plan_check(struct run *run, struct findings *findings)
{
	struct img_cursor cursor = {0};
	struct op op;
	struct err err;
	int ret;

	while ((ret = facts_op_next(&run->facts, &cursor, &op, &err)) == 1)
		if (!site_lacks(run, &op))
			host_op(op.code)->check(&run->host, &op, findings);
	if (ret)
		findings_add(findings, &err);
}

/* Whether the facts of this host fit into the command line. */
static void argv_check(struct run *run, struct findings *findings)
{
	char **argv;
	struct err err;

	argv = facts_argv(&run->facts, ARGV_EXEC, &err);
	if (!argv || limit_argv(run, argv, LIMIT_LOOK, &err))
		findings_add(findings, &err);
}

/* What up would do, in its order. Return: 0, or -1. */
static int steps_print(struct run *run, struct err *err)
{
	struct img_cursor cursor = {0};
	char text[SITE_VALUE_MAX + 64];
	struct op op;
	int ret;

	(void)snprintf(text, sizeof(text), "%s: ok, %u steps, %u descriptors\n", run->img.path,
		       run->img.op_count, run->img.fd_count);
	for (unsigned step = 1;; step++) {
		struct buf buf;

		if (fd_write_all(STDOUT_FILENO, text, strlen(text))) {
			err_sys(err, ERR_HOST, errno, "cannot write to standard output");
			err_why(err, "What was checked is said there.");
			err_fix(err, "Look where standard output goes.");
			return -1;
		}
		ret = facts_op_next(&run->facts, &cursor, &op, err);
		if (ret != 1)
			return ret;
		buf_init(&buf, text, sizeof(text));
		buf_addf(&buf, "%4u ", step);
		plan_describe(run, &op, &buf);
		buf_add_char(&buf, '\n');
	}
}

int command_check(struct run *run, struct err *err)
{
	static struct findings findings;
	char text[300];
	unsigned count;
	bool startable;

	if (stage_open(run, err))
		return -1;
	/* What is not bound is a finding of verify_all(); the others go on with "<key>". */
	run->facts.mode = FACTS_SHOW;
	startable = verify_all(run, &findings);
	limits_check(run, &findings);
	directory_check(run, &findings);
	plan_check(run, &findings);
	argv_check(run, &findings);
	for (unsigned i = 0; i < findings.count; i++)
		message_print(&findings.err[i]);
	if (findings.dropped) {
		(void)snprintf(text, sizeof(text), "and %u more", findings.dropped);
		message_notice(text);
	}
	count = findings.count + findings.dropped;
	/* All that stands above is about this host; QEMU speaks last, and of everything. */
	if (startable)
		count += needs_check(run);
	if (count) {
		err_set(err, ERR_HOST, "%s: %u finding%s", run->img.path, count,
			count == 1 ? "" : "s");
		err_why(err, "`up` would fail on this host.");
		err_fix(err, "Mend what stands above and check again.");
		return -1;
	}
	if (run->host.notice[0])
		message_notice(run->host.notice);
	return steps_print(run, err);
}
