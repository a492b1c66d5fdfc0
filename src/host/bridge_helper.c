/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge_helper.c - run QEMU's setuid program for a tap on a bridge, before there is a QEMU.
 *
 * In: the bridge and the program of an operation tap. Out: a descriptor of the tap that the program made,
 * named and put into the bridge as /etc/qemu/bridge.conf allows it. QEMU itself never runs it, so that it can
 * be started with spawn=deny. The tap dies with its descriptor, as every other one.
 */
#include "host/bridge_helper.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/if_tun.h>

#include "base/fd.h"
#include "base/ident.h"
#include "host/bridge.h"
#include "host/caps.h"
#include "host/child.h"

#define ANSWER_S   30
#define NUMBER_MAX 16

bool bridge_helper_is_wanted(const struct op_tap *tap)
{
	return tap->helper[0] && tap->bridge[0] && !caps_have(CAP_NET_ADMIN);
}

/* ---- errors ------------------------------------------------------------------------------------ */

static int refuse(const struct op_tap *tap, struct err *err)
{
	err_why(err,
		"This process may make no tap itself (CAP_NET_ADMIN), so that program makes one on "
		"bridge \"%s\" for device \"%s\".",
		tap->bridge, tap->owner);
	return -1;
}

static int program_refuse(const struct op_tap *tap, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "'%.200s' is not a suitable bridge helper", tap->helper);
	(void)refuse(tap, err);
	err_fix(err,
		"Install it (on Debian: apt install qemu-system-common), compose with its path in "
		"CONFIG_NETn_BRIDGE_HELPER, or run as root.");
	return -1;
}

static int answer_refuse(const struct op_tap *tap, int log, int sys_errno, int status,
			 struct err *err)
{
	char said[CHILD_SAID_MAX];

	if (sys_errno)
		err_sys(err, ERR_HOST, sys_errno, "no tap from %.200s: %s", tap->helper,
			child_said(log, 0, said));
	else if (WIFSIGNALED(status))
		err_set(err, ERR_HOST, "no tap from %.200s, which signal %d ended: %s", tap->helper,
			WTERMSIG(status), child_said(log, 0, said));
	else
		err_set(err, ERR_HOST, "no tap from %.200s, which exited with %d: %s", tap->helper,
			WEXITSTATUS(status), child_said(log, 0, said));
	(void)refuse(tap, err);
	err_fix(err,
		"Allow the bridge (\"allow %s\" in /etc/qemu/bridge.conf), give the program its right "
		"(chmod u+s), or run as root.",
		tap->bridge);
	return -1;
}

static int privilege_refuse(const struct op_tap *tap, struct err *err)
{
	err_set(err, ERR_HOST, "%.200s would get no privilege", tap->helper);
	(void)refuse(tap, err);
	err_fix(err, "Leave out NoNewPrivileges= of the unit, or what else set no_new_privs.");
	return -1;
}

/* ---- the process -------------------------------------------------------------------------------- */

/* The order of the arguments is libvirt's (behaviours F57). Return: its process, or a negative errno. */
static pid_t start(const struct op_tap *tap, int socket, int log)
{
	char bridge[IFNAMSIZ + sizeof("--br=")], number[NUMBER_MAX];
	const char *args[5] = {tap->helper};
	const struct child child = {
		.program = tap->helper, .args = args, .socket = socket, .out = -1, .log = log};
	unsigned count = 1;

	(void)snprintf(bridge, sizeof(bridge), "--br=%s", tap->bridge);
	(void)snprintf(number, sizeof(number), "--fd=%d", CHILD_SOCKET);
	if (tap->flags & TAP_VNET_HDR)
		args[count++] = "--use-vnet";
	args[count++] = bridge;
	args[count] = number;
	return child_start(&child);
}

/* ---- what it gives --------------------------------------------------------------------------------- */

/* Return: the descriptor; -ENODATA when it ended without one, or another negative errno. */
static int take(int socket)
{
	char byte;
	struct iovec iov = {.iov_base = &byte, .iov_len = 1};
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = control.room,
				 .msg_controllen = sizeof(control.room)};
	struct cmsghdr *head;
	ssize_t got;
	int fd;

	do {
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	head = CMSG_FIRSTHDR(&message);
	if (got == 0 || !head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS ||
	    head->cmsg_len != CMSG_LEN(sizeof(int)))
		return -ENODATA;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

/* The program has ended, or lets go, when nothing more comes. */
static int ended(int socket)
{
	char byte;
	ssize_t got;

	do {
		got = recv(socket, &byte, 1, 0);
	} while (got > 0 || (got < 0 && errno == EINTR));
	return got < 0 && errno == EAGAIN ? -ETIMEDOUT : 0;
}

/* It must be a tap; its name is asked of the descriptor, for the helper says none (F58). */
static int adopt(struct host *host, const struct op_tap *tap, int fd, struct err *err)
{
	struct ifreq request;
	struct net_link dev = {0};
	struct netlink nl;

	memset(&request, 0, sizeof(request));
	if (ioctl(fd, TUNGETIFF, &request) || !(request.ifr_flags & IFF_TAP)) {
		err_set(err, ERR_HOST, "%.200s gave something that is no tap", tap->helper);
		(void)refuse(tap, err);
		err_fix(err,
			"Name QEMU's own program in CONFIG_NETn_BRIDGE_HELPER, and compose again.");
		return -1;
	}
	request.ifr_name[IFNAMSIZ - 1] = '\0';
	if (netlink_begin(&nl, err))
		return -1;
	/* A tap of another network namespace has no index here, and that is no error. */
	if (!netlink_link_get(&nl, request.ifr_name, &dev))
		state_add_iface(host->state, tap->owner, request.ifr_name, dev.index);
	netlink_close(&nl);
	return 0;
}

/* Return: the descriptor, or -1 with @err. */
static int ask(const struct op_tap *tap, int ours, int theirs, int log, struct err *err)
{
	const struct timeval patience = {.tv_sec = ANSWER_S};
	CLEANUP_FD int fd = -1;
	pid_t child;
	int status, ret;

	if (setsockopt(ours, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		return answer_refuse(tap, log, errno, 0, err);
	child = start(tap, theirs, log);
	(void)close(theirs);
	if (child < 0)
		return program_refuse(tap, -child, err);
	fd = take(ours);
	ret = fd == -ETIMEDOUT ? fd : ended(ours);
	/* A setuid program cannot be ended from here; what hangs is left to who mends it. */
	if (ret)
		return answer_refuse(tap, log, -ret, 0, err);
	status = child_wait(child);
	if (fd < 0 || status)
		return answer_refuse(tap, log, fd < 0 && fd != -ENODATA ? -fd : 0, status, err);
	return fd_take(&fd);
}

int bridge_helper_tap(struct host *host, const struct op_tap *tap, struct err *err)
{
	CLEANUP_FD int ours = -1, log = -1, fd = -1;
	int pair[2];

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return privilege_refuse(tap, err);
	if (access(tap->helper, X_OK))
		return program_refuse(tap, errno, err);
	log = memfd_create("kiln-bridge-helper", MFD_CLOEXEC);
	if (log < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
		err_sys(err, ERR_HOST, errno, "cannot talk to %.200s", tap->helper);
		(void)refuse(tap, err);
		err_fix(err, "Raise the limit of open files (ulimit -n).");
		return -1;
	}
	ours = pair[0];
	fd = ask(tap, ours, pair[1], log, err);
	if (fd < 0 || adopt(host, tap, fd, err))
		return -1;
	return host_fd_put(tap->fd, fd_take(&fd), err);
}

void bridge_helper_check(const struct op_tap *tap, struct findings *findings)
{
	struct err err;

	if (access(tap->helper, X_OK))
		(void)program_refuse(tap, errno, &err);
	else if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		(void)privilege_refuse(tap, &err);
	else
		return;
	findings_add(findings, &err);
}
