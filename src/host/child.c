/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.c - start a program that works for the VM, with one end of a socket pair.
 *
 * In: struct child. Out: a process that is the program already, or why it could not become it: the first
 * error comes back through a pipe that exec closes. It must not give the program anything of this process
 * that is not asked for.
 */
#include "host/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/caps.h"

#define REPORT_FD (CHILD_SOCKET + 1)
#define ABOVE_FD  64 /* where descriptors are put aside, so that none is written over */

static int become(const struct user *user)
{
	struct err err;

	if (!user->change)
		return 0;
	if (setgroups(user->group_count, user->groups) ||
	    setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		return -1;
	return caps_keep(0, &err) || caps_no_new_privs(&err) ? -1 : 0;
}

/* What stays beside QEMU has its session, its folder and its rights, and its end. */
static int settle(const struct user *user, pid_t parent)
{
	if (setsid() < 0 || chdir("/") || become(user) || prctl(PR_SET_PDEATHSIG, SIGTERM))
		return -1;
	(void)umask(077);
	errno = ESRCH;
	return getppid() == parent ? 0 : -1;
}

static int descriptors_keep(const struct child *child, int report)
{
	CLEANUP_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int socket = fcntl(child->socket, F_DUPFD_CLOEXEC, ABOVE_FD);
	int kept = fcntl(report, F_DUPFD_CLOEXEC, ABOVE_FD);

	if (null < 0 || socket < 0 || kept < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(child->out < 0 ? null : child->out, STDOUT_FILENO) < 0 ||
	    (child->log >= 0 && dup2(child->log, STDERR_FILENO) < 0))
		return -1;
	if (dup2(socket, CHILD_SOCKET) < 0 || dup3(kept, REPORT_FD, O_CLOEXEC) < 0)
		return -1;
	return syscall(SYS_close_range, REPORT_FD + 1, ~0U, 0) ? -1 : 0;
}

/* Becomes the program, or says why not. */
static void become_program(const struct child *child, int report, pid_t parent)
{
	static const char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	struct sigaction usual = {.sa_handler = SIG_DFL};
	sigset_t none;
	int failed;

	(void)sigemptyset(&none);
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &usual, NULL);
	if (descriptors_keep(child, report) == 0 &&
	    (!child->user || settle(child->user, parent) == 0) &&
	    sigprocmask(SIG_SETMASK, &none, NULL) == 0)
		(void)execve(child->program, (char *const *)(uintptr_t)child->args,
			     (char *const *)(uintptr_t)env);
	failed = errno;
	(void)!write(REPORT_FD, &failed, sizeof(failed));
	_exit(1);
}

int child_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

pid_t child_start(const struct child *child)
{
	CLEANUP_FD int reader = -1;
	pid_t parent = getpid(), pid;
	int report[2], failed = 0;

	if (pipe2(report, O_CLOEXEC))
		return -errno;
	reader = report[0];
	pid = _Fork();
	if (pid == 0)
		become_program(child, report[1], parent);
	failed = pid < 0 ? errno : 0;
	(void)close(report[1]);
	if (pid < 0)
		return -failed;
	/* Nothing is read when exec closed the pipe. */
	if (fd_read_all(reader, &failed, sizeof(failed)) != sizeof(failed))
		return pid;
	(void)child_wait(pid);
	return failed ? -failed : -EIO;
}

const char *child_said(int log, off_t from, char said[static CHILD_SAID_MAX])
{
	ssize_t len = pread(log, said, CHILD_SAID_MAX - 1, from);

	said[len > 0 ? len : 0] = '\0';
	for (char *at = said; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = ' ';
	}
	for (size_t end = strlen(said); end && said[end - 1] == ' '; end--)
		said[end - 1] = '\0';
	return said[0] ? said : "it said nothing";
}
