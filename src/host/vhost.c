/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vhost.c - operation vhost: open the kernel's side of virtio networks once for each queue of an
 * interface, for QEMU, whose user may not.
 *
 * QEMU wants as many of these as it got queues, so that all are opened or none stays open.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/host.h"

#define DEVICE "/dev/vhost-net"

static const char *path_of(const struct op_vhost *vhost)
{
	return vhost->path[0] ? vhost->path : DEVICE;
}

/* Return: a descriptor, or a negative errno. */
static int device_open(const struct op_vhost *vhost)
{
	CLEANUP_FD int fd = open(path_of(vhost), O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	return S_ISCHR(st.st_mode) ? fd_take(&fd) : -ENODEV;
}

/* What to do about it, in a few words. */
static const char *remedy(int sys_errno)
{
	switch (sys_errno) {
	case EACCES:
	case EPERM:
		return "run as root, or give this user the permission";
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return "modprobe vhost_net; in a container, pass the device on";
	case EMFILE:
	case ENFILE:
		return "raise the limit of open files (LimitNOFILE= in the unit)";
	default:
		return "look for vhost in the kernel's log";
	}
}

static int refuse(const struct op_vhost *vhost, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "%s: %s", vhost->owner, path_of(vhost));
	err_why(err, "The kernel is to move the packets of this interface; the configuration "
		     "requires it.");
	err_fix(err, "To have it, %s; or compose with CONFIG_NETn_VHOST_PREFERRED.",
		remedy(sys_errno));
	return -1;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const struct op_vhost *vhost = &op->vhost;
	int fd = -1;

	for (uint32_t queue = 0; queue < vhost->queues; queue++) {
		fd = device_open(vhost);
		if (fd < 0)
			break;
		if (host_fd_put(vhost->fd + queue, fd, err))
			return -1;
	}
	if (fd >= 0)
		return 0;
	host_fd_drop(vhost->fd, vhost->queues);
	if (vhost->flags & VHOST_REQUIRED)
		return refuse(vhost, -fd, err);
	(void)snprintf(host->notice, sizeof(host->notice),
		       "%.32s: without vhost, QEMU moves the packets: %.64s: %s; to have it, %s",
		       vhost->owner, path_of(vhost), strerror(-fd), remedy(-fd));
	return host_fd_absent(host, vhost->fd, vhost->queues, err);
}

static void check(struct host *host UNUSED, const struct op *op, struct findings *findings)
{
	const struct op_vhost *vhost = &op->vhost;
	int fd = device_open(vhost);
	struct err err;

	if (fd >= 0) {
		(void)close(fd);
	} else if (vhost->flags & VHOST_REQUIRED) {
		(void)refuse(vhost, -fd, &err);
		findings_add(findings, &err);
	}
}

const struct host_op host_vhost = {.acquire = acquire, .check = check};
