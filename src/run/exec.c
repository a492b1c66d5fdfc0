/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exec.c - stage exec: hand the descriptors over and become QEMU.
 *
 * The one place where close-on-exec is taken off. Slot n of the image is descriptor FD_SLOT_BASE+n;
 * the lock of the run directory goes along, which is how everybody sees that the VM is alive.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/num.h"
#include "host/proc.h"
#include "run/run.h"

static int hand_over(int fd, struct err *err)
{
	if (!fcntl(fd, F_SETFD, 0))
		return 0;
	err_sys(err, ERR_HOST, errno, "descriptor %d", fd);
	err_why(err, "It should have been filled by a step of the plan.");
	err_fix(err, "This is a mistake in kiln-run; please report it.");
	return -1;
}

static int stray_close(void *arg, const char *name)
{
	const struct run *run = arg;
	char text[80];
	uint64_t fd;

	if (num_parse(name, 0, INT32_MAX, &fd) || fd <= STDERR_FILENO ||
	    fd == (uint64_t)run->dir.lock ||
	    (fd >= FD_SLOT_BASE && fd < FD_SLOT_BASE + run->img.fd_count) ||
	    (fcntl((int)fd, F_GETFD) & FD_CLOEXEC))
		return 0;
	(void)snprintf(text, sizeof(text), "closing descriptor %d, which QEMU must not inherit",
		       (int)fd);
	message_notice(text);
	(void)close((int)fd);
	return 0;
}

/* Nothing but the slots, the lock and 0 to 2 may pass; what else would is closed, and said. */
static int strays_close(struct run *run, struct err *err)
{
	CLEANUP_FD int dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = dir < 0 ? -errno : dir_walk(dir, stray_close, run);

	if (!ret)
		return 0;
	err_sys(err, ERR_HOST, -ret, "/proc/self/fd");
	err_why(err, "Open descriptors are listed before QEMU gets them.");
	err_fix(err, "Mount /proc.");
	return -1;
}

static int exec_refuse(const char *qemu, int sys_errno, struct err *err)
{
	err_sys(err, sys_errno == ENOENT ? ERR_NOT_FOUND : ERR_EXEC, sys_errno, "cannot execute %s",
		qemu);
	err_why(err, sys_errno == ENOENT ? "The file, or the interpreter that it names, is not "
					   "there."
					 : "The kernel refused to execute it.");
	err_fix(err, "Try `%s --version`.", qemu);
	return -1;
}

/*
 * Where the user was changed, QEMU gets a fixed environment: the caller's is root's, and says
 * things (LD_*, TMPDIR, XDG_*) that an unprivileged program should not believe.
 */
char *const *exec_environment(const struct run *run)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", home[] = "HOME=/",
		    lang[] = "LANG=C.UTF-8";
	static char *const clean[] = {path, home, lang, NULL};

	return run->user.change ? clean : environ;
}

/*
 * Should: clear close-on-exec of what QEMU gets, restore the signals, say that it is done, execute.
 * Mustn't: return with QEMU's descriptors closed, or with signals let through: the undo comes next.
 */
int stage_exec(struct run *run, struct err *err)
{
	struct err ignored;

	for (uint32_t slot = 0; slot < run->img.fd_count; slot++)
		if (hand_over(FD_SLOT_BASE + (int)slot, err))
			return -1;
	if (hand_over(run->dir.lock, err) || strays_close(run, err) || run_interrupted(run, err))
		return -1;
	if (run->user.change && chdir("/"))
		return err_sys(err, ERR_HOST, errno, "/");
	if (signals_restore(run, err))
		return -1;
	notify_ready();
	(void)execve(run->argv[0], run->argv, exec_environment(run));
	(void)exec_refuse(run->argv[0], errno, err);
	(void)!signals_hold(run, &ignored);
	return -1;
}
