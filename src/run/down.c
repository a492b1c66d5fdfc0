/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * down.c - the command down: ask the guest to power off, insist, and clean.
 *
 * Truth is the lock: as long as it is held the VM is alive, whatever the state file says. A signal
 * is sent only to a process whose start time is the recorded one.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/proc.h"
#include "host/qmp_client.h"
#include "run/run.h"

#define QMP_MS    2000 /* for the answer to a command */
#define QUIT_MS   5000 /* for the end after `quit`, and after SIGTERM */
#define RETRY_MS  20
#define RETRY_NS  (RETRY_MS * 1000000L)
#define REAPER_MS 5000 /* for the reaper, when it is cleaning at the same time */

static void pause_briefly(void)
{
	const struct timespec time = {.tv_nsec = RETRY_NS};

	(void)nanosleep(&time, NULL);
}

/*
 * kiln-ctl may be in the middle of something; it gets as long as the guest would. After that the
 * VM is stopped all the same, by the monitor that is down's own.
 */
static int control_lock(struct run *run, int64_t deadline)
{
	int fd =
		openat(run->dir.fd, QMP_LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && proc_now_ms() < deadline)
		pause_briefly();
	return fd;
}

static int is_alive(struct run *run)
{
	struct rundir probe = run->dir;
	struct err err;
	int ret;

	probe.fd = probe.lock = -1;
	ret = rundir_open(&probe, RUNDIR_LOOK, &err);
	rundir_close(&probe);
	return ret == 1;
}

static int wait_end(struct run *run, int pidfd, int64_t deadline)
{
	int64_t left = deadline - proc_now_ms();

	if (pidfd >= 0 && proc_pidfd_wait(pidfd, left > 0 ? (int)left : 0) != 1)
		return 0;
	while (is_alive(run)) {
		if (proc_now_ms() >= deadline)
			return 0;
		pause_briefly();
	}
	return 1;
}

static int ask_monitor(struct run *run, const char *command)
{
	static char buf[QMP_LINE_MAX];
	struct qmp_client qmp = {.buf = buf, .size = sizeof(buf)};
	char path[RUNDIR_PATH_MAX + sizeof(QMP_DOWN_SOCKET)];
	int64_t deadline = proc_now_ms() + QMP_MS;
	int ret;

	(void)snprintf(path, sizeof(path), "%s/%s", run->dir.path, QMP_DOWN_SOCKET);
	ret = qmp_client_connect(&qmp, path, deadline);
	if (!ret)
		ret = qmp_client_command(&qmp, command, deadline);
	qmp_client_close(&qmp);
	return ret;
}

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
	int ret = grace ? ask_monitor(run, "system_powerdown") : 0;

	if (grace && !ret && wait_end(run, pidfd, proc_now_ms() + grace))
		return 0;
	if (grace && is_alive(run))
		insist_notice(run, ret);
	ret = ask_monitor(run, "quit");
	/* QEMU may end before its answer is read. */
	if ((!ret || ret == -ECONNRESET) && wait_end(run, pidfd, proc_now_ms() + QUIT_MS))
		return 0;
	for (int i = 0; pidfd >= 0 && i < 2; i++) {
		(void)!proc_pidfd_signal(pidfd, i ? SIGKILL : SIGTERM);
		if (wait_end(run, pidfd, proc_now_ms() + QUIT_MS))
			return 0;
	}
	return is_alive(run) ? -1 : 0;
}

/*
 * The process behind the lock. Where none is recorded, or one that is gone, somebody cleans after it or
 * another `up` is about to write its own: a moment later there is a VM to stop or nothing to do.
 * Return: 0 with @ret_pidfd (-1: none was found), or -1.
 */
static int holder_find(struct run *run, int *ret_pidfd, struct err *err)
{
	int64_t deadline = proc_now_ms() + REAPER_MS;

	*ret_pidfd = -1;
	while (is_alive(run)) {
		if (state_load(&run->state, run->dir.fd, err) < 0)
			return -1;
		*ret_pidfd = state_process(&run->state, 0);
		if (*ret_pidfd >= 0 || proc_now_ms() >= deadline)
			break;
		pause_briefly();
	}
	return 0;
}

static int stop_refuse(struct run *run, struct err *err)
{
	err_set(err, ERR_HOST, "VM \"%s\" does not end", run->vm);
	err_why(err, "Its lock %s/%s is still held; the recorded process is %ld.", run->dir.path,
		LOCK_FILE, (long)run->state.pid);
	err_fix(err, "Find who holds it: fuser -v %s/%s.", run->dir.path, LOCK_FILE);
	return -1;
}

static int unknown_refuse(struct run *run, struct err *err)
{
	err_set(err, ERR_HOST, "there is no VM \"%s\"", run->vm);
	err_why(err, "%s does not exist: it never ran here, or it has been cleaned.",
		run->dir.path);
	err_fix(err, "ls %s lists the VMs of this user.", run->dir.base);
	return -1;
}

/* The lock is free, or the reaper has it for the moment that cleaning takes. */
static int clean(struct run *run, struct err *err)
{
	int64_t deadline = proc_now_ms() + REAPER_MS;
	int ret;

	rundir_close(&run->dir);
	while ((ret = rundir_open(&run->dir, RUNDIR_TRY, err)) == 1) {
		rundir_close(&run->dir);
		if (proc_now_ms() >= deadline)
			return stop_refuse(run, err);
		pause_briefly();
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
	return proc_pidfd_wait(pidfd, QUIT_MS) == 1 ? 0 : stop_refuse(run, err);
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
		return unknown_refuse(run, err);
	if (ret < 0)
		return -1;
	if (ret == 0)
		return dropped_end(run, err) ? -1 : host_clean(&run->host, err);
	CLEANUP_FD int control =
		control_lock(run, proc_now_ms() + (int64_t)run->options->timeout * 1000);
	CLEANUP_FD int pidfd = -1;

	if (holder_find(run, &pidfd, err))
		return -1;
	if (is_alive(run) && stop(run, pidfd))
		return stop_refuse(run, err);
	return clean(run, err);
}
