/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drop.c - stage drop: become the user that QEMU runs as, with no capability left.
 *
 * Everything is read back from the kernel: a drop that is only believed is worse than none. The
 * order matters: groups need CAP_SETGID, so they go before the user id; the bounding set needs
 * CAP_SETPCAP, so it goes before that too; no_new_privs comes last, as nothing after it gains.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <unistd.h>

#include <linux/capability.h>

#include "base/fd.h"
#include "host/caps.h"
#include "run/run.h"

static int refuse(const struct user *user, int sys_errno, const char *what, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "cannot become user \"%s\": %s", user->name, what);
	err_why(err,
		"QEMU never runs as root; in a user namespace, uid %ld and gid %ld must be "
		"mapped.",
		(long)user->uid, (long)user->gid);
	err_fix(err, "Start kiln-run as the real root, or as an ordinary user.");
	return -1;
}

static int read_back(const struct user *user, struct err *err)
{
	gid_t groups[USER_GROUPS_MAX + 1], rgid, egid, sgid;
	uid_t ruid, euid, suid;
	int count = getgroups((int)ARRAY_SIZE(groups), groups);

	if (getresuid(&ruid, &euid, &suid) || ruid != user->uid || euid != user->uid ||
	    suid != user->uid)
		return refuse(user, EPERM, "the user ids are others than those set", err);
	if (getresgid(&rgid, &egid, &sgid) || rgid != user->gid || egid != user->gid ||
	    sgid != user->gid)
		return refuse(user, EPERM, "the group ids are others than those set", err);
	if (count < 0 || (unsigned)count != user->group_count)
		return refuse(user, EPERM, "the supplementary groups are others than those set",
			      err);
	/* The kernel keeps the list sorted, so each is looked for. */
	for (unsigned i = 0; i < user->group_count; i++) {
		int found = 0;

		for (int j = 0; j < count; j++)
			found |= groups[j] == user->groups[i];
		if (!found)
			return refuse(user, EPERM, "a supplementary group is missing", err);
	}
	return 0;
}

/*
 * Whoever has a terminal as its controlling one can put bytes into its input (TIOCSTI), as if root had
 * typed them into the shell. Signals of its keys go to the process group, and still arrive. The leader
 * of a session is left: when it ends, its terminal is hung up, and nobody reads from it any more.
 */
static int terminal_leave(struct err *err)
{
	CLEANUP_FD int fd = -1;

	if (getsid(0) == getpid())
		return 0;
	fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return 0;
	(void)ioctl(fd, TIOCNOTTY);
	(void)close(fd);
	fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return 0;
	err_set(err, ERR_HOST, "the controlling terminal cannot be given up");
	err_why(err, "QEMU could type into root's shell through it (TIOCSTI).");
	err_fix(err, "Start kiln-run without a terminal: setsid -w kiln-run up ...");
	return -1;
}

/*
 * Should: leave this process with the rights of the run user and not one more, for ever.
 * Mustn't: fail half-way and go on; go back; do anything else with the rights that are left.
 */
int stage_drop(struct run *run, struct err *err)
{
	const struct user *user = &run->user;

	if (user->change) {
		if (terminal_leave(err))
			return -1;
		/* Kept for the next lines only: the two that changing ids needs. */
		if (caps_keep(CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID), err))
			return -1;
		if (setgroups(user->group_count, user->groups))
			return refuse(user, errno, "setgroups", err);
		if (setresgid(user->gid, user->gid, user->gid))
			return refuse(user, errno, "setresgid", err);
		if (setresuid(user->uid, user->uid, user->uid))
			return refuse(user, errno, "setresuid", err);
		if (read_back(user, err))
			return -1;
	}
	if (caps_keep(0, err))
		return -1;
	return caps_no_new_privs(err);
}
