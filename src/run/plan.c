/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.c - stage acquire: the interpreter of the plan, and its undo stack.
 *
 * The operations themselves are in host/, one file each. What is filled here is undone here, in
 * reverse: descriptors are closed, records of the state file are released.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/proc.h"
#include "run/run.h"

/* Descriptors beside the slots: image, run directory, lock, and what a step opens for a moment. */
#define FD_SPARE 64

void plan_label(const struct run *run, const struct op *op, struct buf *buf)
{
	static const char *const policy[ACCEL_POLICY_COUNT] = {"kvm", "tcg", "auto"};
	const char *name = "";

	switch (op->code) {
	case OP_ACCEL:
		name = policy[op->accel.policy];
		break;
	case OP_BRIDGE:
		name = op->bridge.name;
		break;
	case OP_TAP:
		name = op->tap.name;
		break;
	case OP_FILE:
		name = op->file.path;
		break;
	case OP_PAYLOAD:
		name = run->img.payload[op->payload.index].name;
		break;
	case OP_MONITOR:
		name = op->monitor.name;
		break;
	case OP_COUNT:
		break;
	}
	buf_addf(buf, "%s \"%s\"", op_name(op->code), name);
}

static void step_context(const struct run *run, uint32_t step, const struct op *op, struct err *err)
{
	char text[300];
	struct buf label;

	buf_init(&label, text, sizeof(text));
	plan_label(run, op, &label);
	if (label.overflow)
		buf_add_str(&label, op_name(op->code));
	err_ctx(err, "%s: step %u of %u (%s)", run->img.path, step, run->img.op_count, text);
}

static int limit_raise(struct run *run, struct err *err)
{
	rlim_t need = FD_SLOT_BASE + run->img.fd_count + FD_SPARE;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return err_sys(err, ERR_HOST, errno, "getrlimit");
	if (limit.rlim_cur >= need)
		return 0;
	if (limit.rlim_max >= need) {
		limit.rlim_cur = need;
		if (!setrlimit(RLIMIT_NOFILE, &limit))
			return 0;
	}
	err_set(err, ERR_HOST, "the limit of open files is %llu, and the VM needs %llu",
		(unsigned long long)limit.rlim_max, (unsigned long long)need);
	err_why(err, "Each disk, queue and payload is a descriptor of QEMU (RLIMIT_NOFILE).");
	err_fix(err, "ulimit -n %llu, or LimitNOFILE=%llu in the unit.", (unsigned long long)need,
		(unsigned long long)need);
	return -1;
}

static int running_refuse(struct run *run, struct err *err)
{
	struct err ignored;

	/* Only to name the process; whoever runs it has written the file. */
	if (rundir_open(&run->dir, RUNDIR_TRY, &ignored) == 1)
		(void)!state_load(&run->state, run->dir.fd, &ignored);
	rundir_close(&run->dir);
	err_set(err, ERR_HOST, "VM \"%s\" is running already (process %ld)",
		run->img.meta[META_NAME], (long)run->state.pid);
	err_why(err, "%s/%s is locked by it; one name is one VM.", run->dir.path, LOCK_FILE);
	err_fix(err, "kiln-run down %s.", run->img.meta[META_NAME]);
	return -1;
}

/* Takes the run directory; what an earlier VM of the name left after a crash is cleaned first. */
static int directory_take(struct run *run, struct err *err)
{
	const char *vm = run->img.meta[META_NAME];
	int ret;

	if (rundir_locate(&run->dir, vm, err))
		return -1;
	ret = rundir_create(&run->dir, run->user.gid, err);
	if (ret)
		return ret < 0 ? -1 : running_refuse(run, err);
	ret = state_load(&run->state, run->dir.fd, err);
	if (ret > 0)
		ret = host_release_from(&run->host, 0, err);
	if (ret || rundir_empty(&run->dir, err)) {
		err_ctx(err, "cleaning after an earlier start of \"%s\"", vm);
		rundir_close(&run->dir);
		return -1;
	}
	state_clear(&run->state);
	(void)snprintf(run->state.vm, sizeof(run->state.vm), "%s", vm);
	if (ident_is_text(run->options->target, strlen(run->options->target)))
		(void)snprintf(run->state.image, sizeof(run->state.image), "%s",
			       run->options->target);
	run->state.pid = getpid();
	ret = proc_start_time(run->state.pid, &run->state.start);
	if (!ret)
		return 0;
	err_sys(err, ERR_HOST, -ret, "/proc/self/stat");
	err_why(err, "The start time of the process is recorded, to know it again.");
	err_fix(err, "Mount /proc.");
	return -1;
}

static int signal_pending(struct run *run)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	sigset_t pending;

	if (sigpending(&pending))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (sigismember(&pending, signals[i]) == 1)
			run->signal = signals[i];
	return run->signal;
}

int run_interrupted(struct run *run, struct err *err)
{
	if (!signal_pending(run))
		return 0;
	err_set(err, ERR_HOST, "%s: ended by signal %d (%s)", run->img.path, run->signal,
		strsignal(run->signal));
	err_why(err, "The signal came before QEMU ran.");
	err_fix(err, "Start the VM again.");
	return -1;
}

static int signals_block(struct run *run, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	if (sigprocmask(SIG_BLOCK, &set, &run->signal_mask))
		return err_sys(err, ERR_HOST, errno, "sigprocmask");
	return 0;
}

static int step_acquire(struct run *run, const struct op *op, struct err *err)
{
	struct undo *undo = &run->undo[run->undo_count++];

	undo->records = run->state.record_count;
	undo->fd_count = op_fd_count(op);
	undo->fd_first = undo->fd_count ? op_fd_first(op) : 0;
	if (host_op(op->code)->acquire(&run->host, op, err)) {
		step_context(run, run->undo_count, op, err);
		return -1;
	}
	if (run->host.notice[0])
		message_notice(run->host.notice);
	run->host.notice[0] = '\0';
	return run_interrupted(run, err);
}

/*
 * Should: take the run directory, do the steps of the plan in order, record what outlives us first.
 * Mustn't: leave anything when a step fails or a signal comes; touch anything not in the plan.
 */
int stage_acquire(struct run *run, struct err *err)
{
	struct img_cursor cursor = {0};
	struct op op;
	int ret;

	if (limit_raise(run, err) || signals_block(run, err) || directory_take(run, err))
		return -1;
	if (host_fd_reserve(&run->img.fd, run->img.fd_count, err) ||
	    host_fd_reserve(&run->dir.fd, run->img.fd_count, err) ||
	    host_fd_reserve(&run->dir.lock, run->img.fd_count, err) ||
	    state_save(&run->state, run->dir.fd, err))
		return -1;
	while ((ret = facts_op_next(&run->facts, &cursor, &op, err)) == 1)
		if (step_acquire(run, &op, err))
			return -1;
	if (ret || run->state.iface_count == 0)
		return ret;
	return state_save(&run->state, run->dir.fd, err);
}

static int undo_here(struct run *run, struct err *failure)
{
	int ret = 0;

	while (run->undo_count) {
		const struct undo *undo = &run->undo[--run->undo_count];
		struct err err;

		host_fd_drop(undo->fd_first, undo->fd_count);
		if (host_release_from(&run->host, undo->records, &err)) {
			*failure = err;
			ret = -1;
		}
	}
	if (ret)
		(void)!state_save(&run->state, run->dir.fd, &(struct err){0});
	else
		ret = rundir_remove(&run->dir, failure);
	return ret;
}

void run_undo(struct run *run, struct err *err)
{
	struct err failure;
	size_t len = strlen(err->fix);
	int ret;

	/* Without the lock nothing was begun, and what is there belongs to another start. */
	if (run->dir.lock < 0)
		return;
	ret = run->guard >= 0 ? guard_undo(run, &failure) : undo_here(run, &failure);
	if (!ret)
		(void)snprintf(err->fix + len, sizeof(err->fix) - len, "%sNothing was left behind.",
			       len ? " " : "");
	else
		(void)snprintf(err->fix + len, sizeof(err->fix) - len,
			       "%sLeft behind: %.200s; `kiln-run down %s` tries again.",
			       len ? " " : "", failure.what, run->img.meta[META_NAME]);
}
