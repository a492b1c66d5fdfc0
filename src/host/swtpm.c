/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * swtpm.c - operation swtpm: start the TPM emulator beside QEMU, with one end of a socket pair.
 *
 * The emulator runs as QEMU's user, in a session of its own. It ends when QEMU lets go of it, and with
 * this process, which becomes QEMU: the kernel sees to that (PR_SET_PDEATHSIG), so that nothing has to be
 * released. Its state stays in its folder; it is the TPM's memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/ident.h"
#include "host/child.h"
#include "host/host.h"
#include "host/path.h"

#define STATE_MODE  0700
#define FOLDER_MODE 0755 /* of folders above it that are missing */
#define ANSWER_S    10

static int refuse(const struct op_swtpm *swtpm, int sys_errno, const char *what, const char *path,
		  struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "%s %s", what, path);
	err_why(err, "The TPM of device \"%s\" is emulated by swtpm, which runs beside QEMU.",
		swtpm->owner);
	return -1;
}

/* ---- the folder of its state ------------------------------------------------------------------ */

static int state_refuse(const struct op_swtpm *swtpm, int sys_errno, struct err *err)
{
	(void)refuse(swtpm, sys_errno, "cannot use the TPM's folder", swtpm->state, err);
	err_fix(err,
		"Give it to QEMU's user (chown), or bind another by --set %s.state=; symbolic links "
		"are followed only where they are root's.",
		swtpm->owner);
	return -1;
}

/* The folder @so_far, whose last name is @name; made below @above where it is missing. */
static int folder_enter(int above, const char *name, const char *so_far, mode_t mode, bool *made)
{
	uid_t owner;
	int fd = path_open(so_far, O_PATH | O_DIRECTORY | O_CLOEXEC, &owner);

	*made = false;
	if (fd != -ENOENT)
		return fd;
	if (mkdirat(above, name, mode))
		return -errno;
	*made = true;
	fd = openat(above, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Return: the folder, O_PATH, made where it was missing; or a negative errno. */
static int state_open(const char *path, bool *ret_made)
{
	char so_far[IDENT_PATH_MAX], part[IDENT_PATH_MAX];
	const char *name = path + strspn(path, "/");
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	*ret_made = false;
	while (fd >= 0 && *name) {
		size_t len = strcspn(name, "/");
		const char *rest = name + len + strspn(name + len, "/");
		CLEANUP_FD int above = fd;

		(void)snprintf(part, sizeof(part), "%.*s", (int)len, name);
		(void)snprintf(so_far, sizeof(so_far), "%.*s", (int)(name + len - path), path);
		fd = folder_enter(above, part, so_far, *rest ? FOLDER_MODE : STATE_MODE, ret_made);
		name = rest;
	}
	return fd;
}

/* A folder of somebody else is not taken from him. Return: 0, or a negative errno. */
static int state_own(int fd, const struct user *user, bool made)
{
	struct stat st;

	if (!user->change)
		return 0;
	if (made)
		return fchownat(fd, "", user->uid, user->gid, AT_EMPTY_PATH) ? -errno : 0;
	if (fstat(fd, &st))
		return -errno;
	return st.st_uid == user->uid ? 0 : -EACCES;
}

/* ---- the process ------------------------------------------------------------------------------ */

/* Standard error stays: what swtpm says is for who started the VM. Return: 0 or -errno. */
static int start(const struct host *host, const struct op_swtpm *swtpm, int socket)
{
	char state[IDENT_PATH_MAX + sizeof("dir=,mode=0600")];
	const char *args[] = {
		swtpm->program,           "socket", "--terminate", "--tpmstate", state, "--ctrl",
		"type=unixio,clientfd=3", NULL,     NULL};
	const struct child child = {.program = swtpm->program,
				    .args = args,
				    .user = host->user,
				    .socket = socket,
				    .out = -1,
				    .log = -1};
	pid_t pid;

	(void)snprintf(state, sizeof(state), "dir=%s,mode=0600", swtpm->state);
	if (swtpm->flags & SWTPM_2)
		args[ARRAY_SIZE(args) - 2] = "--tpm2";
	pid = child_start(&child);
	return pid < 0 ? (int)pid : 0;
}

/*
 * Ask for its capabilities, as QEMU will: command 1 of the control channel, numbers in network order
 * (swtpm_ioctls(3)). Return: 0 it answers, or a negative errno.
 */
static int ask(int fd)
{
	static const unsigned char command[4] = {0, 0, 0, 1};
	const struct timeval patience = {.tv_sec = ANSWER_S}, forever = {0};
	unsigned char answer[8];
	ssize_t got;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    send(fd, command, sizeof(command), MSG_NOSIGNAL) != sizeof(command))
		return -errno;
	do {
		got = recv(fd, answer, sizeof(answer), MSG_WAITALL);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if (got != sizeof(answer))
		return -EPIPE;
	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &forever, sizeof(forever)) ? -errno : 0;
}

/* ---- the operation ---------------------------------------------------------------------------- */

static int program_check(const struct host *host, const struct op_swtpm *swtpm, struct err *err)
{
	int ret;

	if (!ident_is_valid(IDENT_PATH, swtpm->program) ||
	    !ident_is_valid(IDENT_PATH, swtpm->state) || strchr(swtpm->state, ',')) {
		err_set(err, ERR_HOST, "\"%.200s\" cannot be the folder of a TPM", swtpm->state);
		err_why(err, "%s swtpm takes a comma for the end of it.", ident_rule(IDENT_PATH));
		err_fix(err, "Bind another folder by --set %s.state=.", swtpm->owner);
		return -1;
	}
	ret = user_may(host->user, swtpm->program, USER_EXECUTE);
	if (ret == 0)
		return 0;
	(void)refuse(swtpm, -ret, "cannot run", swtpm->program, err);
	err_fix(err, "Install it (on Debian: apt install swtpm), or compose with its path in "
		     "CONFIG_TPM_SWTPM.");
	return -1;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const struct op_swtpm *swtpm = &op->swtpm;
	CLEANUP_FD int folder = -1, ours = -1, theirs = -1;
	int ret, pair[2];
	bool made;

	if (program_check(host, swtpm, err))
		return -1;
	folder = state_open(swtpm->state, &made);
	ret = folder < 0 ? folder : state_own(folder, host->user, made);
	if (ret)
		return state_refuse(swtpm, -ret, err);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return refuse(swtpm, errno, "cannot make a socket pair for", swtpm->program, err);
	ours = pair[0];
	theirs = pair[1];
	ret = start(host, swtpm, theirs);
	if (ret)
		return refuse(swtpm, -ret, "cannot start", swtpm->program, err);
	(void)close(fd_take(&theirs));
	ret = ask(ours);
	if (ret) {
		(void)refuse(swtpm, -ret, "no answer from", swtpm->program, err);
		err_fix(err,
			"Read what it said above; another process may have the TPM's folder "
			"%.200s.",
			swtpm->state);
		return -1;
	}
	return host_fd_put(swtpm->fd, fd_take(&ours), err);
}

/* Whether the folder, or the one above in which it can be made, may be used. Return: 0 or -errno. */
static int state_look(const struct host *host, const char *path)
{
	char part[IDENT_PATH_MAX];
	struct stat st;
	char *slash;

	(void)snprintf(part, sizeof(part), "%s", path);
	if (stat(part, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			return -ENOTDIR;
		return !host->user->change || st.st_uid == host->user->uid ? 0 : -EACCES;
	}
	while (errno == ENOENT && (slash = strrchr(part, '/')) && slash != part) {
		*slash = '\0';
		if (stat(part, &st) == 0)
			return faccessat(AT_FDCWD, part, W_OK | X_OK, AT_EACCESS) ? -errno : 0;
	}
	return -errno;
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	struct err err;
	int ret = program_check(host, &op->swtpm, &err);

	if (!ret) {
		ret = state_look(host, op->swtpm.state);
		ret = ret ? state_refuse(&op->swtpm, -ret, &err) : 0;
	}
	if (ret)
		findings_add(findings, &err);
}

const struct host_op host_swtpm = {.acquire = acquire, .check = check};
