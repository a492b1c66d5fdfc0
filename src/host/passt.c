/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * passt.c - operation passt: start the program that connects the guest to the network of an ordinary user,
 * with one end of a socket pair.
 *
 * In: the ports that it forwards, the interface whose addresses it gives the guest, the MTU. Out: the other end, for
 * QEMU. passt runs as QEMU's user and needs no right. It ends when QEMU lets go of the socket ("one-off",
 * passt(1)), and with this process, which becomes QEMU; nothing has to be released, and no interface of the
 * host belongs to the VM.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/ident.h"
#include "host/bridge.h"
#include "host/child.h"
#include "host/host.h"
#include "host/netlink.h"

#define ANSWER_MS 10000
#define LOG_BYTES 4096

/* Two arguments for each port; "tcp:1:1" is the shortest, with a comma. */
#define ARGS_OTHERS 16
#define ARGS_MAX    (ARGS_OTHERS + 2 * (SITE_VALUE_MAX / 8))

static int refuse(const struct op_passt *passt, struct err *err)
{
	err_why(err, "passt connects device \"%s\" to the network, and runs beside QEMU.",
		passt->owner);
	return -1;
}

static int refuse_errno(const struct op_passt *passt, int sys_errno, const char *what,
			struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "%s %.200s", what, passt->program);
	return refuse(passt, err);
}

static int program_check(const struct host *host, const struct op_passt *passt, struct err *err)
{
	int ret = ident_is_valid(IDENT_PATH, passt->program)
			  ? user_may(host->user, passt->program, USER_EXECUTE)
			  : -EINVAL;

	if (ret == 0)
		return 0;
	(void)refuse_errno(passt, -ret, "cannot run", err);
	err_fix(err, "Install it (on Debian: apt install passt), or compose with its path in "
		     "CONFIG_NETn_PASST.");
	return -1;
}

/* ---- its arguments ---------------------------------------------------------------------------- */

/*
 * "tcp:SPEC,udp:SPEC", SPEC as in passt(1). An option each: of several in one option passt is content
 * with some that it gets. Return: 0, or -1 for what is no such list.
 */
static int add_forwards(char *list, const char **args, unsigned *count)
{
	char *next = list;

	while (*next) {
		char *item = next;
		bool tcp = strncmp(item, "tcp:", 4) == 0;
		size_t len = strcspn(item, ",");

		if ((!tcp && strncmp(item, "udp:", 4) != 0) || len < 5 || *count + 2 >= ARGS_MAX)
			return -1;
		next += len + (item[len] == ',');
		item[len] = '\0';
		args[(*count)++] = tcp ? "--tcp-ports" : "--udp-ports";
		args[(*count)++] = item + 4;
	}
	return 0;
}

/* Its standard output is its "pid file", which it writes when all is done and it begins to serve. */
static const char *const *arguments(const struct op_passt *passt, struct err *err)
{
	static const char *args[ARGS_MAX];
	static char forwards[SITE_VALUE_MAX], mtu[12];
	unsigned count = 0;

	args[count++] = passt->program;
	args[count++] = "--foreground";
	args[count++] = "--quiet";
	args[count++] = "--fd";
	args[count++] = "3";
	_Static_assert(CHILD_SOCKET == 3, "the word above");
	args[count++] = "--pid";
	args[count++] = "/proc/self/fd/1";
	if (passt->interface[0]) {
		args[count++] = "--interface";
		args[count++] = passt->interface;
	}
	if (passt->log[0]) {
		args[count++] = "--log-file";
		args[count++] = passt->log;
	}
	if (passt->mtu) {
		(void)snprintf(mtu, sizeof(mtu), "%u", passt->mtu);
		args[count++] = "--mtu";
		args[count++] = mtu;
	}
	if (snprintf(forwards, sizeof(forwards), "%s", passt->forwards) >= (int)sizeof(forwards) ||
	    add_forwards(forwards, args, &count)) {
		err_set(err, ERR_HOST, "\"%.200s\" are no ports to forward", passt->forwards);
		(void)refuse(passt, err);
		err_fix(err, "Compose the image again.");
		return NULL;
	}
	args[count] = NULL;
	return args;
}

/* ---- the process ------------------------------------------------------------------------------ */

/* It cannot grow: what a passt that runs for years says goes to syslog, or to its own log. */
static int log_make(void)
{
	CLEANUP_FD int log = memfd_create("kiln-passt", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (log < 0 || ftruncate(log, LOG_BYTES) || fcntl(log, F_ADD_SEALS, F_SEAL_GROW))
		return -errno;
	return fd_take(&log);
}

/* Return: its process, or a negative errno. @ret_ready is the pipe that gets its number. */
static pid_t start(const struct host *host, const char *const *args, int socket, int log,
		   int *ret_ready)
{
	struct child child = {
		.program = args[0], .args = args, .user = host->user, .socket = socket, .log = log};
	CLEANUP_FD int writer = -1;
	int pipe[2];

	if (pipe2(pipe, O_CLOEXEC))
		return -errno;
	*ret_ready = pipe[0];
	child.out = writer = pipe[1];
	/* Through /proc the pipe is opened anew, and it belongs to who made it. */
	if (host->user->change && fchown(writer, host->user->uid, host->user->gid))
		return -errno;
	return child_start(&child);
}

/* Return: 0 it serves; -ENODATA it ended, or another negative errno. */
static int answer_wait(int ready)
{
	struct pollfd fds = {.fd = ready, .events = POLLIN};
	char pid[16];
	int ret;

	do {
		ret = poll(&fds, 1, ANSWER_MS);
	} while (ret < 0 && errno == EINTR);
	if (ret <= 0)
		return ret ? -errno : -ETIMEDOUT;
	return read(ready, pid, sizeof(pid)) > 0 ? 0 : -ENODATA;
}

/* Where the last line begins that it said: the one with which it ended. */
static off_t last_line(int log)
{
	char said[LOG_BYTES + 1] = "";
	ssize_t len = pread(log, said, LOG_BYTES, 0);
	char *end;

	said[len > 0 ? len : 0] = '\0';
	for (end = said + strlen(said); end > said && end[-1] == '\n'; end--)
		end[-1] = '\0';
	end = strrchr(said, '\n');
	return end ? end + 1 - said : 0;
}

static int answer_refuse(const struct op_passt *passt, int log, int failed, struct err *err)
{
	char said[CHILD_SAID_MAX];

	if (failed == -ENODATA)
		err_set(err, ERR_HOST, "%.200s ended: %s", passt->program,
			child_said(log, last_line(log), said));
	else
		err_sys(err, ERR_HOST, -failed, "no answer from %.200s", passt->program);
	(void)refuse(passt, err);
	if (passt->log[0])
		err_fix(err, "Read its log %.200s; QEMU's user must be able to write it.",
			passt->log);
	else
		err_fix(err, "Free the port, or forward another: those below 1024 are not an "
			     "ordinary user's. passt needs an interface with an address and a "
			     "default route (ip route).");
	return -1;
}

/* ---- the operation ---------------------------------------------------------------------------- */

static int serve(struct host *host, const struct op_passt *passt, const char *const *args,
		 struct err *err)
{
	CLEANUP_FD int ours = -1, theirs = -1, ready = -1, log = log_make();
	int ret, pair[2];
	pid_t pid;

	if (log < 0)
		return refuse_errno(passt, -log, "cannot make a memory file for", err);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return refuse_errno(passt, errno, "cannot make a socket pair for", err);
	ours = pair[0];
	theirs = pair[1];
	pid = start(host, args, theirs, log, &ready);
	if (pid < 0)
		return refuse_errno(passt, -pid, "cannot start", err);
	ret = answer_wait(ready);
	if (ret == 0)
		return host_fd_put(passt->fd, fd_take(&ours), err);
	(void)kill(pid, SIGKILL);
	(void)child_wait(pid);
	return answer_refuse(passt, log, ret, err);
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const char *const *args;

	if (program_check(host, &op->passt, err))
		return -1;
	args = arguments(&op->passt, err);
	return args ? serve(host, &op->passt, args, err) : -1;
}

static int interface_check(const struct op_passt *passt, struct err *err)
{
	struct net_link dev = {0};
	struct netlink nl;
	int ret;

	if (!passt->interface[0])
		return 0;
	if (netlink_begin(&nl, err))
		return -1;
	ret = netlink_link_get(&nl, passt->interface, &dev);
	netlink_close(&nl);
	if (ret == 0)
		return 0;
	err_sys(err, ERR_HOST, -ret, "no interface \"%.15s\"", passt->interface);
	(void)refuse(passt, err);
	err_fix(err, "Bind another by --set %s.passt-interface=.", passt->owner);
	return -1;
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	struct err err;

	if (program_check(host, &op->passt, &err) || !arguments(&op->passt, &err) ||
	    interface_check(&op->passt, &err))
		findings_add(findings, &err);
}

const struct host_op host_passt = {.acquire = acquire, .check = check};
