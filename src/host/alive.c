/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alive.c - look at the lock and at the recorded process; a signal is sent only to a process whose
 * start time is the recorded one.
 */
#include "host/alive.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "host/proc.h"

#define RETRY_NS 20000000L

void alive_pause(void)
{
	const struct timespec time = {.tv_nsec = RETRY_NS};

	(void)nanosleep(&time, NULL);
}

bool alive_is(const struct rundir *dir)
{
	struct rundir probe = *dir;
	struct err err;
	int ret;

	probe.fd = probe.lock = -1;
	ret = rundir_open(&probe, RUNDIR_LOOK, &err);
	rundir_close(&probe);
	return ret == 1;
}

bool alive_wait_end(const struct rundir *dir, int pidfd, int64_t deadline)
{
	int64_t left = deadline - proc_now_ms();

	if (pidfd >= 0 && proc_pidfd_wait(pidfd, left > 0 ? (int)left : 0) != 1)
		return false;
	while (alive_is(dir)) {
		if (proc_now_ms() >= deadline)
			return false;
		alive_pause();
	}
	return true;
}

int alive_process(const struct rundir *dir, struct state *state, int *ret_pidfd, struct err *err)
{
	int64_t deadline = proc_now_ms() + ALIVE_SETTLE_MS;

	*ret_pidfd = -1;
	while (alive_is(dir)) {
		if (state_load(state, dir->fd, err) < 0)
			return -1;
		*ret_pidfd = state_process(state, 0);
		if (*ret_pidfd >= 0 || proc_now_ms() >= deadline)
			break;
		alive_pause();
	}
	return 0;
}

int alive_ask(const struct rundir *dir, const char *socket, const char *command,
	      struct qmp_reply *ret_reply)
{
	static char buf[QMP_LINE_MAX];
	struct qmp_client qmp = {.buf = buf, .size = sizeof(buf)};
	char path[2 * RUNDIR_PATH_MAX];
	int64_t deadline = proc_now_ms() + ALIVE_ASK_MS;
	int ret;

	(void)snprintf(path, sizeof(path), "%s/%s", dir->path, socket);
	ret = qmp_client_connect(&qmp, path, deadline);
	if (!ret)
		ret = qmp_client_command(&qmp, command, deadline, ret_reply);
	qmp_client_close(&qmp);
	return ret;
}

bool alive_end(const struct rundir *dir, const char *socket, int pidfd)
{
	struct qmp_reply ignored;
	int ret = alive_ask(dir, socket, "quit", &ignored);

	/* QEMU may end before its answer is read. */
	if ((!ret || ret == -ECONNRESET) &&
	    alive_wait_end(dir, pidfd, proc_now_ms() + ALIVE_QUIT_MS))
		return true;
	for (int i = 0; pidfd >= 0 && i < 2; i++) {
		(void)!proc_pidfd_signal(pidfd, i ? SIGKILL : SIGTERM);
		if (alive_wait_end(dir, pidfd, proc_now_ms() + ALIVE_QUIT_MS))
			return true;
	}
	return !alive_is(dir);
}

int alive_control_lock(const struct rundir *dir, int64_t deadline, int *ret_fd)
{
	int fd = openat(dir->fd, QMP_LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	*ret_fd = fd;
	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (proc_now_ms() >= deadline)
			return -ETIMEDOUT;
		alive_pause();
	}
	return 0;
}
