/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * socket.c - operation socket: a unix socket at a path of the target, listening or connected, handed
 * to QEMU, whose user then needs no permission on it.
 *
 * A name on which we listened outlives us; it is recorded before it is made and removed at release,
 * unless somebody else listens on it by then. A name on which nobody listens is in the way of no one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <linux/capability.h>

#include "base/fd.h"
#include "base/ident.h"
#include "host/caps.h"
#include "host/host.h"
#include "host/path.h"

#define SOCKET_MODE 0660 /* its owner and the group of the user that QEMU runs as */

/** struct spot - a name in an open folder. */
struct spot {
	int dir;
	const char *path, *name;
};

static int refuse(const char *owner, const char *path, int sys_errno, const char *what,
		  struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "cannot %s %s", what, path);
	err_why(err, "It is the other end of device \"%s\".", owner);
	return -1;
}

static int path_check(const struct op_socket *socket, struct err *err)
{
	struct sockaddr_un address;

	if (ident_is_valid(IDENT_PATH, socket->path) &&
	    strlen(socket->path) < sizeof(address.sun_path))
		return 0;
	err_set(err, ERR_HOST, "\"%.200s\" is no path of a socket", socket->path);
	err_why(err, "%s A unix socket's has %zu bytes at most.", ident_rule(IDENT_PATH),
		sizeof(address.sun_path) - 1);
	err_fix(err, "Bind another path to device \"%s\", or compose the image with one.",
		socket->owner);
	return -1;
}

/* Through /proc, so that what was opened is meant and not what the path says by now. */
static void address_fill(struct sockaddr_un *address, int fd, const char *name)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	(void)snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d%s%s", fd,
		       *name ? "/" : "", name);
}

/* Return: a connected descriptor, or a negative errno. */
static int connect_to(int fd, const char *name)
{
	struct sockaddr_un address;
	CLEANUP_FD int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	address_fill(&address, fd, name);
	if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return fd_take(&client);
}

/* ---- connecting ------------------------------------------------------------------------------- */

static int connect_refuse(const struct op_socket *socket, int sys_errno, uid_t link_owner,
			  struct err *err)
{
	(void)refuse(socket->owner, socket->path, sys_errno, "connect to", err);
	if (link_owner != (uid_t)-1)
		err_fix(err,
			"Name the socket itself: a symbolic link of user %ld leads to it, and only "
			"root's are followed.",
			(long)link_owner);
	else
		err_fix(err,
			"Start the program that listens there first, bind another path by --set "
			"(`kiln-run show` lists the keys of %s), or compose with RECONNECT.",
			socket->owner);
	return -1;
}

/* Return: the socket's file, O_PATH, or -1. */
static int server_open(const struct op_socket *socket, struct err *err)
{
	struct stat st;
	uid_t owner;
	CLEANUP_FD int fd = path_open(socket->path, O_PATH | O_CLOEXEC, &owner);

	if (fd < 0)
		return connect_refuse(socket, -fd, owner, err);
	if (fstat(fd, &st))
		return connect_refuse(socket, errno, (uid_t)-1, err);
	if (!S_ISSOCK(st.st_mode))
		return connect_refuse(socket, ENOTSOCK, (uid_t)-1, err);
	return fd_take(&fd);
}

static int acquire_client(const struct op_socket *socket, struct err *err)
{
	CLEANUP_FD int file = server_open(socket, err);
	int fd;

	if (file < 0)
		return -1;
	fd = connect_to(file, "");
	if (fd < 0)
		return connect_refuse(socket, -fd, (uid_t)-1, err);
	(void)fcntl(fd, F_SETFL, 0);
	return host_fd_put(socket->fd, fd, err);
}

/* ---- listening -------------------------------------------------------------------------------- */

static int listen_refuse(const struct op_socket *socket, int sys_errno, struct err *err)
{
	(void)refuse(socket->owner, socket->path, sys_errno, "listen on", err);
	err_fix(err,
		"Make its folder where it is missing, and see what is at the path (ls -l "
		"%.200s); or bind another path by --set (`kiln-run show` lists the keys of %s).",
		socket->path, socket->owner);
	return -1;
}

/* Return: 0, or a negative errno. */
static int spot_open(const char *path, struct spot *ret_spot)
{
	char dir[IDENT_PATH_MAX];
	const char *slash = strrchr(path, '/');
	uid_t owner;

	(void)snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - path), path);
	ret_spot->path = path;
	ret_spot->name = slash + 1;
	ret_spot->dir = path_open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC, &owner);
	if (ret_spot->dir < 0)
		return ret_spot->dir;
	return ret_spot->name[0] ? 0 : -EISDIR;
}

/* Return: 0 the name is free, 1 a socket on which nobody listens, or a negative errno. */
static int spot_look(const struct spot *spot)
{
	struct stat st;
	int fd;

	if (fstatat(spot->dir, spot->name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = connect_to(spot->dir, spot->name);
	if (fd < 0)
		return fd == -ECONNREFUSED ? 1 : fd;
	(void)close(fd);
	return -EADDRINUSE;
}

/* Return: the listening socket, or a negative errno. */
static int spot_listen(const struct host *host, const struct spot *spot)
{
	struct sockaddr_un address;
	CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mode_t mask;
	int ret;

	if (fd < 0)
		return -errno;
	address_fill(&address, spot->dir, spot->name);
	mask = umask(0777 & ~SOCKET_MODE);
	ret = bind(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
	(void)umask(mask);
	if (ret)
		return ret;
	if ((host->user->change &&
	     fchownat(spot->dir, spot->name, (uid_t)-1, host->user->gid, AT_SYMLINK_NOFOLLOW)) ||
	    listen(fd, 1))
		return -errno;
	return fd_take(&fd);
}

static int acquire_server(struct host *host, const struct op_socket *socket, struct err *err)
{
	struct spot spot = {.dir = -1};
	int ret = spot_open(socket->path, &spot);
	CLEANUP_FD int dir = spot.dir;

	if (!ret)
		ret = spot_look(&spot);
	if (ret == 1)
		ret = unlinkat(dir, spot.name, 0) ? -errno : 0;
	if (ret)
		return listen_refuse(socket, -ret, err);
	if (host_record(host, OP_SOCKET, socket->path, err))
		return -1;
	ret = spot_listen(host, &spot);
	if (ret < 0)
		return listen_refuse(socket, -ret, err);
	return host_fd_put(socket->fd, ret, err);
}

/* ---- the operation ---------------------------------------------------------------------------- */

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	if (path_check(&op->socket, err))
		return -1;
	if (op->socket.flags & SOCKET_LISTEN)
		return acquire_server(host, &op->socket, err);
	return acquire_client(&op->socket, err);
}

/* Nobody is connected to: a program may take who comes for the VM. */
static void check(struct host *host UNUSED, const struct op *op, struct findings *findings)
{
	const struct op_socket *socket = &op->socket;
	struct spot spot = {.dir = -1};
	char folder[40];
	struct err err;
	int ret = path_check(socket, &err);

	if (!ret && !(socket->flags & SOCKET_LISTEN)) {
		CLEANUP_FD int file = server_open(socket, &err);

		ret = file < 0 ? -1 : 0;
	} else if (!ret) {
		ret = spot_open(socket->path, &spot);
		CLEANUP_FD int dir = spot.dir;

		(void)snprintf(folder, sizeof(folder), "/proc/self/fd/%d/", dir);
		if (!ret && faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS))
			ret = -errno;
		if (!ret)
			ret = spot_look(&spot);
		ret = ret < 0 ? listen_refuse(socket, -ret, &err) : 0;
	}
	if (ret)
		findings_add(findings, &err);
}

/* Whether the listener is the process that the state names, which may not have let go of it yet. */
static bool is_ours(const struct host *host, const struct spot *spot)
{
	CLEANUP_FD int fd = connect_to(spot->dir, spot->name);
	struct ucred peer = {0};
	socklen_t len = sizeof(peer);

	return fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	       peer.pid == host->state->pid;
}

static int release(struct host *host, const char *record, struct err *err)
{
	struct spot spot = {.dir = -1};
	int ret = spot_open(record, &spot);
	CLEANUP_FD int dir = spot.dir;

	if (!ret)
		ret = spot_look(&spot);
	if (ret == 1 || (ret == -EADDRINUSE && is_ours(host, &spot)))
		ret = unlinkat(dir, spot.name, 0) ? -errno : 0;
	/* Gone with its folder, or another's by now. */
	if (ret == 0 || ret == -ENOENT || ret == -EEXIST || ret == -EADDRINUSE || ret == -EAGAIN)
		return 0;
	err_sys(err, ERR_HOST, -ret, "cannot remove the socket %s", record);
	err_why(err, "It was made for the VM and should go with it.");
	err_fix(err, "rm %s.", record);
	return -1;
}

const struct host_op host_socket = {
	.acquire = acquire,
	.check = check,
	.release = release,
	.release_caps = CAP_BIT(CAP_DAC_OVERRIDE),
};
