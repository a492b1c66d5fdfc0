/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.c - the command check: everything that up would need, without acquiring; all findings at
 * once.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/run.h"

#define FD_SPARE 64

static void limit_check(struct run *run, struct findings *findings)
{
	unsigned long long need = FD_SLOT_BASE + run->img.fd_count + FD_SPARE;
	struct rlimit limit;
	struct err err;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_max >= need)
		return;
	err_set(&err, ERR_HOST, "the limit of open files is %llu, and the VM needs %llu",
		(unsigned long long)limit.rlim_max, need);
	err_why(&err, "Each disk, queue and payload is a descriptor of QEMU (RLIMIT_NOFILE).");
	err_fix(&err, "ulimit -n %llu, or LimitNOFILE=%llu in the unit.", need, need);
	findings_add(findings, &err);
}

static void directory_check(struct run *run, struct findings *findings)
{
	const char *vm = run->img.meta[META_NAME];
	struct err err;

	if (rundir_locate(&run->dir, vm, &err)) {
		findings_add(findings, &err);
		return;
	}
	switch (rundir_open(&run->dir, RUNDIR_TRY, &err)) {
	case 1:
		err_set(&err, ERR_HOST, "VM \"%s\" is running already", vm);
		err_why(&err, "%s/%s is locked by it; one name is one VM.", run->dir.path,
			LOCK_FILE);
		err_fix(&err, "kiln-run down %s.", vm);
		__attribute__((fallthrough));
	case -1:
		findings_add(findings, &err);
		break;
	default:
		break;
	}
	rundir_close(&run->dir);
}

static void plan_check(struct run *run, struct findings *findings)
{
	struct img_cursor cursor = {0};
	struct op op;
	struct err err;
	int ret;

	while ((ret = facts_op_next(&run->facts, &cursor, &op, &err)) == 1)
		host_op(op.code)->check(&run->host, &op, findings);
	if (ret)
		findings_add(findings, &err);
}

/* Whether the facts of this host fit into the command line. */
static void argv_check(struct run *run, struct findings *findings)
{
	struct err err;

	if (!facts_argv(&run->facts, ARGV_EXEC, &err))
		findings_add(findings, &err);
}

int command_check(struct run *run, struct err *err)
{
	static struct findings findings;
	char text[300];

	if (stage_open(run, err))
		return -1;
	(void)snprintf(run->state.vm, sizeof(run->state.vm), "%s", run->img.meta[META_NAME]);
	/* What is not bound is one finding of verify_all(); the others go on with "<key>". */
	run->facts.mode = FACTS_SHOW;
	verify_all(run, &findings);
	limit_check(run, &findings);
	directory_check(run, &findings);
	plan_check(run, &findings);
	argv_check(run, &findings);
	for (unsigned i = 0; i < findings.count; i++)
		message_print(&findings.err[i]);
	if (findings.dropped) {
		(void)snprintf(text, sizeof(text), "and %u more", findings.dropped);
		message_notice(text);
	}
	if (findings.count) {
		err_set(err, ERR_HOST, "%s: %u finding%s", run->img.path,
			findings.count + findings.dropped,
			findings.count + findings.dropped == 1 ? "" : "s");
		err_why(err, "`up` would fail on this host.");
		err_fix(err, "Mend what stands above and check again.");
		return -1;
	}
	if (run->host.notice[0])
		message_notice(run->host.notice);
	(void)snprintf(text, sizeof(text), "%s: ok, %u steps, %u descriptors\n", run->img.path,
		       run->img.op_count, run->img.fd_count);
	return fd_write_all(STDOUT_FILENO, text, strlen(text))
		       ? err_set(err, ERR_HOST, "cannot write to standard output")
		       : 0;
}
