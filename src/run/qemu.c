/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu.c - start the target's QEMU for questions: as the run user, without a machine, with a socket pair as
 * its monitor, so that nothing is left of it. It dies with its parent.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/proc.h"
#include "run/needs.h"

#define SESSION_MS  15000
#define MONITOR_FD  3
#define NOBODY      65534
#define REPLY_BYTES (2u << 20) /* the schema of QEMU 10.0 has 260,000 */

static char reply_buf[REPLY_BYTES];

/*
 * Where root has no run user, QEMU is nobody, who may use KVM as the run user could. That the image's user
 * is not there is a finding of its own.
 */
static void user_fill(struct user *user)
{
	struct stat st;

	if (geteuid() != 0 || user->change)
		return;
	*user = (struct user){.change = true, .uid = NOBODY, .gid = NOBODY};
	if (!stat("/dev/kvm", &st))
		user->groups[user->group_count++] = st.st_gid;
}

/* Return: only on failure. */
static void child_run(struct run *run, int monitor, const char *accel, pid_t parent)
{
	char machine[64];
	const char *const argv[] = {
		run->img.meta[META_QEMU],
		"-machine",
		machine,
		"-nodefaults",
		"-no-user-config",
		"-display",
		"none",
		"-S",
		"-chardev",
		"socket,id=kiln,fd=3",
		"-mon",
		"chardev=kiln,mode=control",
		NULL,
	};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct err ignored;

	(void)snprintf(machine, sizeof(machine), "none,accel=%s", accel);
	/* A question may kill QEMU, and leaves no dump behind. */
	if (null < 0 || setrlimit(RLIMIT_CORE, &(struct rlimit){0}) ||
	    (monitor == MONITOR_FD && fcntl(monitor, F_SETFD, 0)) ||
	    (monitor != MONITOR_FD && dup2(monitor, MONITOR_FD) < 0) || stage_drop(run, &ignored))
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			return;
	if (syscall(SYS_close_range, MONITOR_FD + 1, ~0U, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL) ||
	    getppid() != parent)
		return;
	(void)execve(argv[0], (char *const *)(uintptr_t)argv, exec_environment(run));
}

int qemu_begin(struct qemu_session *session, const char *accel)
{
	/* The child changes who it is, and works on a copy. */
	static struct run copy;
	pid_t parent = getpid();
	int pair[2], ret;

	session->count++;
	session->deadline = proc_now_ms() + SESSION_MS;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	copy = *session->run;
	user_fill(&copy.user);
	session->pid = fork();
	if (session->pid == 0) {
		child_run(&copy, pair[1], accel, parent);
		_exit(127);
	}
	ret = session->pid < 0 ? -errno : 0;
	(void)close(pair[1]);
	session->qmp =
		(struct qmp_client){.fd = pair[0], .buf = reply_buf, .size = sizeof(reply_buf)};
	if (!ret)
		ret = qmp_client_greet(&session->qmp, session->deadline);
	if (ret)
		qemu_end(session);
	return ret;
}

int qemu_ask(struct qemu_session *session, const char *command, const char *key, const char *value,
	     struct qmp_reply *ret_reply)
{
	char text[NEED_NAME_MAX + 160];

	if (key)
		(void)snprintf(text, sizeof(text),
			       "{\"execute\":\"%s\",\"arguments\":{\"%s\":\"%s\"}}\n", command, key,
			       value);
	else
		(void)snprintf(text, sizeof(text), "{\"execute\":\"%s\"}\n", command);
	return qmp_client_ask(&session->qmp, text, session->deadline, ret_reply);
}

void qemu_end(struct qemu_session *session)
{
	qmp_client_close(&session->qmp);
	if (session->pid > 0) {
		(void)kill(session->pid, SIGKILL);
		while (waitpid(session->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	session->pid = 0;
}
