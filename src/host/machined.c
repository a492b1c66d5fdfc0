/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machined.c - operation machined: have a program tell systemd-machined of the VM and its interfaces.
 *
 * A program of its own because it speaks D-Bus, with a library and a heap. The machine's leader is this
 * process, which becomes QEMU: what machined knows ends with it or with its unit, and nothing has to be
 * released. A host without machined, or without the program, is no reason not to start; it is said.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/host.h"
#include "host/proc.h"

/* Longer than an answer of systemd takes on a busy host; a start is never held up for more. */
#define ANSWER_MS 10000

#define NUMBER_MAX 12 /* bytes of a process id or an interface index, with a blank */

static void notice(struct host *host, const struct op_machined *machined, const char *what)
{
	(void)snprintf(host->notice, sizeof(host->notice),
		       "systemd-machined does not know this VM: %.128s: %.64s", machined->program,
		       what);
}

/*
 * It runs with the rights of this process, so a file that others could have written is not run. Return:
 * NULL, or why not.
 */
static const char *program_refuse(const char *program)
{
	struct stat st;

	if (access(program, X_OK) || stat(program, &st))
		return strerror(errno);
	if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return "others than root can write it";
	return NULL;
}

/* Becomes the program; what it says on standard error is for who started the VM. */
static void tell(const struct host *host, const struct op_machined *machined, pid_t leader)
{
	static char numbers[STATE_IFACE_MAX + 1][NUMBER_MAX];
	static const char *args[STATE_IFACE_MAX + 5];
	const struct state *state = host->state;
	sigset_t none;

	args[0] = machined->program;
	args[1] = state->vm;
	args[2] = machined->uuid;
	(void)snprintf(numbers[0], NUMBER_MAX, "%ld", (long)leader);
	args[3] = numbers[0];
	for (unsigned i = 0; i < state->iface_count; i++) {
		(void)snprintf(numbers[i + 1], NUMBER_MAX, "%d", state->ifaces[i].index);
		args[4 + i] = numbers[i + 1];
	}
	(void)sigemptyset(&none);
	if (!sigprocmask(SIG_SETMASK, &none, NULL) && !prctl(PR_SET_PDEATHSIG, SIGKILL) &&
	    getppid() == leader && !syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0))
		(void)execve(machined->program, (char *const *)(uintptr_t)args, environ);
	_exit(errno);
}

/* Return: how it ended, as waitpid(2) says it, or a negative errno. */
static int end_wait(pid_t child)
{
	CLEANUP_FD int pidfd = proc_pidfd(child);
	int status, late = pidfd < 0 || proc_pidfd_wait(pidfd, ANSWER_MS) != 1;

	if (late)
		(void)kill(child, SIGKILL);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return late ? -ETIMEDOUT : status;
}

static int acquire(struct host *host, const struct op *op, struct err *err UNUSED)
{
	const struct op_machined *machined = &op->machined;
	const char *refusal = program_refuse(machined->program);
	pid_t leader = getpid(), child;
	int status;

	if (refusal) {
		notice(host, machined, refusal);
		return 0;
	}
	child = _Fork();
	if (child == 0)
		tell(host, machined, leader);
	status = child < 0 ? -errno : end_wait(child);
	if (status < 0)
		notice(host, machined, strerror(-status));
	else if (status)
		notice(host, machined, "it ended with a failure");
	return 0;
}

static void check(struct host *host, const struct op *op, struct findings *findings UNUSED)
{
	const char *refusal = program_refuse(op->machined.program);

	if (refusal)
		notice(host, &op->machined, refusal);
}

const struct host_op host_machined = {.acquire = acquire, .check = check};
