/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reaper.c - the process beside the one that becomes QEMU: undoes a start that fails after its
 * rights are gone, and cleans when QEMU has ended.
 *
 * It is forked twice, so that it is no child of QEMU, runs in a session of its own, holds no
 * descriptor of a device, and keeps only the capabilities that its releases need. A socket that
 * the exec closes tells it how the start went:
 *
 *   'u' read          the start failed: undo while the starter still holds the lock, answer, end
 *   end, QEMU runs    nothing to release: end; otherwise wait for QEMU's end, then clean
 *   end, QEMU is gone clean
 *
 * So no process stays where the plan has nothing to release (DESIGN.md, rule 8). The starter does not
 * wait until all this is prepared: what the reaper needs it has from the fork on, and on a busy host
 * the wait would cost more than the rest of the start. A reaper that cannot confine itself ends the VM.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/caps.h"
#include "host/proc.h"
#include "run/run.h"

#define ASK_UNDO 'u'

/*
 * The socket of a process that ends is closed a moment before its pidfd says so; and a QEMU that does
 * not like its command line ends within this time.
 */
#define EARLY_END_MS 100

#define LOCK_RETRIES  50
#define LOCK_RETRY_NS 20000000L

enum reaper_fd { REAPER_SOCKET = 3, REAPER_PIDFD = 4, REAPER_DIR = 5, REAPER_FD_COUNT = 6 };

/* What the reaper says when it has undone: @ret 0, or -1 with @err. */
struct answer {
	int ret;
	struct err err;
};

static uint64_t caps_needed(const struct state *state)
{
	uint64_t caps = 0;

	for (unsigned i = 0; i < state->record_count; i++)
		caps |= host_op(state->records[i].op)->release_caps;
	return caps;
}

/* Until the start has succeeded. */
static uint64_t caps_to_undo(const struct run *run)
{
	return run->host.made.path[0] ? HOST_UNMAKE_CAPS : 0;
}

static void answer_send(const struct answer *answer)
{
	(void)!send(REAPER_SOCKET, answer, sizeof(*answer), MSG_NOSIGNAL);
}

/* Moves the three descriptors that are needed to the front and closes all others. */
static int descriptors_keep(struct run *run, int socket, int pidfd)
{
	int kept[REAPER_FD_COUNT] = {
		[REAPER_SOCKET] = socket, [REAPER_PIDFD] = pidfd, [REAPER_DIR] = run->dir.fd};

	for (int i = REAPER_SOCKET; i < REAPER_FD_COUNT; i++) {
		kept[i] = fcntl(kept[i], F_DUPFD_CLOEXEC, 64);
		if (kept[i] < 0)
			return -errno;
	}
	for (int i = REAPER_SOCKET; i < REAPER_FD_COUNT; i++)
		if (dup3(kept[i], i, O_CLOEXEC) < 0)
			return -errno;
	run->dir.fd = REAPER_DIR;
	run->dir.lock = -1;
	run->img.fd = -1;
	return syscall(SYS_close_range, REAPER_FD_COUNT, ~0U, 0) ? -errno : 0;
}

/* The starter's standard output may be a pipe whose reader waits for its end. */
static int standard_leave(void)
{
	CLEANUP_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i <= STDERR_FILENO; i++)
		if (null < 0 || dup2(null, i) < 0)
			return -errno;
	return 0;
}

static int reaper_prepare(struct run *run, int socket, int pidfd, struct err *err)
{
	int ret = setsid() < 0 ? -errno : descriptors_keep(run, socket, pidfd);

	(void)prctl(PR_SET_NAME, "kiln-reaper", 0, 0, 0);
	if (ret)
		return err_sys(err, ERR_HOST, -ret, "preparing the reaper");
	if (chdir("/") || caps_keep(caps_needed(&run->state) | caps_to_undo(run), err))
		return err->kind ? -1 : err_sys(err, ERR_HOST, errno, "/");
	if (caps_no_new_privs(err))
		return -1;
	ret = standard_leave();
	return ret ? err_sys(err, ERR_HOST, -ret, "/dev/null") : 0;
}

/* The starter still holds the lock, so the directory is ours without taking it. */
static void undo_for_starter(struct run *run)
{
	struct answer answer = {0};

	answer.ret = host_release_from(&run->host, 0, &answer.err);
	if (!answer.ret)
		answer.ret = host_unmake(&run->host, &answer.err);
	if (answer.ret)
		(void)!state_save(&run->state, run->dir.fd, &(struct err){0});
	else
		answer.ret = rundir_remove(&run->dir, &answer.err);
	answer_send(&answer);
}

/* Whoever gets the lock first cleans: we, `down`, or the next `up`. What fails stays recorded. */
static void clean_after_end(struct run *run)
{
	const struct timespec pause = {.tv_nsec = LOCK_RETRY_NS};
	struct err err;
	int ret;

	/* `check` and `down` hold the lock for a moment when they look; a new VM keeps it. */
	for (int i = 0; i < LOCK_RETRIES; i++) {
		rundir_close(&run->dir);
		ret = rundir_open(&run->dir, RUNDIR_TRY, &err);
		if (ret == 0)
			(void)!host_clean(&run->host, &err);
		if (ret != 1)
			return;
		(void)nanosleep(&pause, NULL);
	}
}

static void reaper_run(struct run *run, int socket, int pidfd)
{
	struct err err = {0};
	ssize_t got;
	char ask;

	if (reaper_prepare(run, socket, pidfd, &err)) {
		message_print(&err);
		(void)!proc_pidfd_signal(REAPER_PIDFD, SIGTERM);
	}
	do {
		got = recv(REAPER_SOCKET, &ask, 1, 0);
	} while (got < 0 && errno == EINTR);
	if (got == 1 && ask == ASK_UNDO) {
		undo_for_starter(run);
		return;
	}
	if (caps_to_undo(run) && caps_keep(caps_needed(&run->state), &err))
		return;
	if (run->state.record_count == 0 && proc_pidfd_wait(REAPER_PIDFD, EARLY_END_MS) == 0)
		return;
	if (proc_pidfd_wait(REAPER_PIDFD, -1) == 1)
		clean_after_end(run);
}

static int answer_read(int socket, struct err *err)
{
	struct answer answer;
	ssize_t got;

	do {
		got = recv(socket, &answer, sizeof(answer), 0);
	} while (got < 0 && errno == EINTR);
	if (got == sizeof(answer) && !answer.ret)
		return 0;
	if (got == sizeof(answer)) {
		*err = answer.err;
		return -1;
	}
	err_set(err, ERR_HOST, "the reaper ended without an answer");
	err_why(err, "It cleans after the VM.");
	err_fix(err, "Look for a reason in the kernel's log (dmesg).");
	return -1;
}

static int fork_refuse(struct err *err, int sys_errno)
{
	err_sys(err, ERR_HOST, sys_errno, "cannot start the reaper");
	err_why(err, "A process beside QEMU cleans after it.");
	err_fix(err, "Raise the limit of processes (ulimit -u), and use Linux 5.4 or later.");
	return -1;
}

/*
 * The one in the middle only forks and ends, so it borrows our memory (vfork) and nothing of it is
 * copied for it. _Fork(): fork() without the handlers that exist for threads and a heap.
 */
static int fork_twice(struct run *run, int sockets[2], int pidfd)
{
	/* What is said against vfork() is that the parent waits; it waits for milliseconds less. */
	pid_t child = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */
	int status;

	if (child < 0)
		return -errno;
	if (child == 0) {
		pid_t reaper = _Fork(); /* NOLINT(clang-analyzer-unix.Vfork) */

		if (reaper == 0) {
			(void)close(sockets[0]);
			reaper_run(run, sockets[1], pidfd);
			_exit(0);
		}
		_exit(reaper < 0 ? 1 : 0);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EAGAIN;
}

int guard_start(struct run *run, struct err *err)
{
	CLEANUP_FD int pidfd = -1;
	int sockets[2], ret;

	if (!run->user.change && run->state.record_count == 0)
		return 0;
	if (caps_bound(err))
		return -1;
	pidfd = proc_pidfd(getpid());
	if (pidfd < 0)
		return fork_refuse(err, -pidfd);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return fork_refuse(err, errno);
	ret = fork_twice(run, sockets, pidfd);
	(void)close(sockets[1]);
	if (ret) {
		(void)close(sockets[0]);
		return fork_refuse(err, -ret);
	}
	run->guard = sockets[0];
	return host_fd_reserve(&run->guard, run->img.fd_count, err);
}

int guard_undo(struct run *run, struct err *err)
{
	char ask = ASK_UNDO;

	/* Taps go away with our descriptors, and a bridge is deleted when it has no ports. */
	host_fd_drop(0, run->img.fd_count);
	if (send(run->guard, &ask, 1, MSG_NOSIGNAL) != 1)
		return err_sys(err, ERR_HOST, errno, "the reaper cannot be asked");
	return answer_read(run->guard, err);
}
