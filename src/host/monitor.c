/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor.c - operation monitor: a listening unix socket in the run directory, handed to QEMU.
 *
 * It listens before QEMU runs, so that a client can connect at once and nobody has to wait for a
 * file to appear.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/ident.h"
#include "host/host.h"

#define SOCKET_MODE 0660 /* its owner and the group of the user that QEMU runs as */

static int refuse(struct err *err, int sys_errno, const char *path)
{
	err_sys(err, ERR_HOST, sys_errno, "cannot make monitor socket %s", path);
	err_why(err, "The VM is stopped and asked through it.");
	err_fix(err, "Make the run directory writable, on a file system that takes sockets.");
	return -1;
}

static int address_fill(struct host *host, const struct op_monitor *monitor,
			struct sockaddr_un *address, struct err *err)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (!ident_is_valid(IDENT_FILE_NAME, monitor->name)) {
		err_set(err, ERR_IMAGE, "monitor \"%s\" is not a file name", monitor->name);
		err_why(err, "%s", ident_rule(IDENT_FILE_NAME));
		err_fix(err, "Correct the name and compose the image again.");
		return -1;
	}
	if (snprintf(address->sun_path, sizeof(address->sun_path), "%s/%s", host->dir->path,
		     monitor->name) < (int)sizeof(address->sun_path))
		return 0;
	err_set(err, ERR_HOST, "the path of the monitor socket %s/%s is too long", host->dir->path,
		monitor->name);
	err_why(err, "A unix socket's path has at most %zu bytes.", sizeof(address->sun_path) - 1);
	err_fix(err, "Point XDG_RUNTIME_DIR to a shorter path, or give the VM a shorter name.");
	return -1;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	struct sockaddr_un address;
	CLEANUP_FD int fd = -1;
	mode_t mask;
	int ret;

	if (address_fill(host, &op->monitor, &address, err))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return refuse(err, errno, address.sun_path);
	mask = umask(0777 & ~SOCKET_MODE);
	ret = bind(fd, (struct sockaddr *)&address, sizeof(address));
	(void)umask(mask);
	if (ret)
		return refuse(err, errno, address.sun_path);
	if ((host->user->change && chown(address.sun_path, (uid_t)-1, host->user->gid)) ||
	    listen(fd, 1)) {
		ret = errno;
		(void)unlink(address.sun_path);
		return refuse(err, ret, address.sun_path);
	}
	return host_fd_put(op->monitor.fd, fd_take(&fd), err);
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	struct sockaddr_un address;
	struct err err;

	if (address_fill(host, &op->monitor, &address, &err))
		findings_add(findings, &err);
}

const struct host_op host_monitor = {.acquire = acquire, .check = check};
