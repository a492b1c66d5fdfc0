/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vsock.c - operation vsock: open the kernel's side of virtio sockets, for QEMU, whose user may not.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/host.h"

#define DEVICE "/dev/vhost-vsock"

static int device_open(const struct op_vsock *vsock, struct err *err)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	int failed = errno;

	if (fd >= 0)
		return fd;
	err_sys(err, ERR_HOST, failed, DEVICE);
	err_why(err,
		"The sockets of device \"%s\" end in the kernel of this host, in its module "
		"vhost_vsock.",
		vsock->owner);
	if (failed == EACCES || failed == EPERM)
		err_fix(err, "Run as root, or give this user the permission (ls -l " DEVICE ").");
	else
		err_fix(err, "modprobe vhost_vsock; in a container, pass the device on.");
	return -1;
}

static int acquire(struct host *host UNUSED, const struct op *op, struct err *err)
{
	int fd = device_open(&op->vsock, err);

	return fd < 0 ? -1 : host_fd_put(op->vsock.fd, fd, err);
}

static void check(struct host *host UNUSED, const struct op *op, struct findings *findings)
{
	struct err err;
	CLEANUP_FD int fd = device_open(&op->vsock, &err);

	if (fd < 0)
		findings_add(findings, &err);
}

const struct host_op host_vsock = {.acquire = acquire, .check = check};
