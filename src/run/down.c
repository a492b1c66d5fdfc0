/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * down.c - the command down: ask the guest to power off, insist, and clean.
 *
 * Whether it is alive, and which process it is, says host/alive.h.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/alive.h"
#include "host/proc.h"
#include "run/run.h"

static void insist_notice(struct run *run, int asked)
{
	char text[200];

	if (asked)
		(void)snprintf(text, sizeof(text),
			       "%s cannot be asked to power off (%s); ending it", run->vm,
			       strerror(-asked));
	else
		(void)snprintf(text, sizeof(text),
			       "%s did not power off within %u seconds; ending QEMU", run->vm,
			       run->options->timeout);
	message_notice(text);
}

/* From the polite to the last means; each is followed by waiting for the end. */
static int stop(struct run *run, int pidfd)
{
	int64_t grace = (int64_t)run->options->timeout * 1000;
	struct qmp_reply ignored;
	int ret = 0;

	if (grace)
		ret = alive_ask(&run->dir, QMP_DOWN_SOCKET, "system_powerdown", &ignored);
	if (grace && !ret && alive_wait_end(&run->dir, pidfd, proc_now_ms() + grace))
		return 0;
	if (grace && alive_is(&run->dir))
		insist_notice(run, ret);
	return alive_end(&run->dir, QMP_DOWN_SOCKET, pidfd) ? 0 : -1;
}

static int stop_refuse(struct run *run, struct err *err)
{
	err_set(err, ERR_HOST, "VM \"%s\" does not end", run->vm);
	err_why(err, "Its lock %s/%s is still held; the recorded process is %ld.", run->dir.path,
		LOCK_FILE, (long)run->state.pid);
	err_fix(err, "Find who holds it: fuser -v %s/%s.", run->dir.path, LOCK_FILE);
	return -1;
}

static int unknown_end(struct run *run, struct err *err)
{
	if (run->options->if_exists)
		return 0;
	err_set(err, ERR_HOST, "there is no VM \"%s\"", run->vm);
	err_why(err, "%s does not exist: it never ran here, or it has been cleaned.",
		run->dir.path);
	err_fix(err, "ls %s lists the VMs of this user.", run->dir.base);
	return -1;
}

/* The lock is free, or the reaper has it for the moment that cleaning takes. */
static int clean(struct run *run, struct err *err)
{
	int64_t deadline = proc_now_ms() + ALIVE_SETTLE_MS;
	int ret;

	rundir_close(&run->dir);
	while ((ret = rundir_open(&run->dir, RUNDIR_TRY, err)) == 1) {
		rundir_close(&run->dir);
		if (proc_now_ms() >= deadline)
			return stop_refuse(run, err);
		alive_pause();
	}
	if (ret == 2)
		return 0;
	return ret ? -1 : host_clean(&run->host, err);
}

/*
 * The lock was free. A QEMU that was broken into can unlock it and live on; it is ended without being
 * asked. What stands in the state file it cannot change.
 */
static int dropped_end(struct run *run, struct err *err)
{
	CLEANUP_FD int pidfd = -1;
	int ret = state_load(&run->state, run->dir.fd, err);

	if (ret <= 0)
		return ret;
	pidfd = state_process(&run->state, STATE_END_MS);
	if (pidfd < 0)
		return 0;
	message_notice("QEMU runs without its lock, which it must have given up itself; ending it");
	(void)!proc_pidfd_signal(pidfd, SIGKILL);
	return proc_pidfd_wait(pidfd, ALIVE_QUIT_MS) == 1 ? 0 : stop_refuse(run, err);
}

/* The VM that was named, or the one of the image behind this program. */
static int name_find(struct run *run, struct err *err)
{
	run->vm = run->options->target;
	if (run->vm)
		return 0;
	if (image_open(run, err))
		return -1;
	run->vm = run->img.meta[META_NAME];
	return 0;
}

int command_down(struct run *run, struct err *err)
{
	int ret;

	run->host.dir = &run->dir;
	run->host.state = &run->state;
	if (name_find(run, err) || rundir_locate(&run->dir, run->vm, err))
		return -1;
	ret = rundir_open(&run->dir, RUNDIR_TRY, err);
	if (ret == 2)
		return unknown_end(run, err);
	if (ret < 0)
		return -1;
	if (ret == 0)
		return dropped_end(run, err) ? -1 : host_clean(&run->host, err);
	CLEANUP_FD int control = -1, pidfd = -1;

	/*
	 * kiln-ctl may be in the middle of something; it gets as long as the guest would. After that the
	 * VM is stopped all the same, by the monitor that is down's own.
	 */
	(void)alive_control_lock(&run->dir, proc_now_ms() + (int64_t)run->options->timeout * 1000,
				 &control);
	if (alive_process(&run->dir, &run->state, &pidfd, err))
		return -1;
	if (alive_is(&run->dir) && stop(run, pidfd))
		return stop_refuse(run, err);
	return clean(run, err);
}
