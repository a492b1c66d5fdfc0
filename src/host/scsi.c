/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scsi.c - operation scsi: find the generic SCSI device behind an address of the host, and open it.
 *
 * QEMU asks the file's name what it is, and opens it once more, so that a set of descriptors is not
 * enough: it gets /proc/self/fd/N, and its user needs the permission too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/host.h"
#include "host/proc.h"

#define SCSI_DEVICES "/sys/bus/scsi/devices"

struct node {
	char name[32]; /* "sg3"; "" = none */
};

static int node_take(void *arg, const char *name)
{
	struct node *node = arg;

	if (strncmp(name, "sg", 2) == 0 && !node->name[0])
		(void)snprintf(node->name, sizeof(node->name), "%.31s", name);
	return 0;
}

static int absent_refuse(const struct op_scsi *scsi, int sys_errno, struct err *err)
{
	char folder[96];

	(void)snprintf(folder, sizeof(folder), SCSI_DEVICES "/%s", scsi->name);
	if (access(folder, F_OK) == 0) {
		err_set(err, ERR_HOST, "%s: SCSI device %s has no generic node", scsi->owner,
			scsi->name);
		err_why(err,
			"The guest's commands reach it by /dev/sgN, which the kernel module sg "
			"makes.");
		err_fix(err, "modprobe sg.");
		return -1;
	}
	err_sys(err, ERR_HOST, sys_errno, "%s: the host has no SCSI device %s", scsi->owner,
		scsi->name);
	err_why(err, "The guest is to get it, and it is not in " SCSI_DEVICES ".");
	err_fix(err, "Find it with lsscsi, and bind the one that is meant: --set %s.scsi=ADDRESS.",
		scsi->owner);
	return -1;
}

static int node_find(const struct op_scsi *scsi, struct node *node, struct err *err)
{
	char folder[128];

	node->name[0] = '\0';
	(void)snprintf(folder, sizeof(folder), SCSI_DEVICES "/%s/scsi_generic", scsi->name);
	CLEANUP_FD int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret = dir < 0 ? -errno : dir_walk(dir, node_take, node);

	if (ret || !node->name[0])
		return absent_refuse(scsi, ret ? -ret : ENOENT, err);
	return 0;
}

static int open_refuse(const struct host *host, const struct op_scsi *scsi, const char *path,
		       int sys_errno, struct err *err)
{
	const char *user = host->user->name;

	err_sys(err, ERR_HOST, sys_errno, "%s: %s%s%s", scsi->owner, path,
		user[0] ? " as user " : "", user);
	err_why(err, "It is SCSI device %s, which kiln-run opens, and QEMU after it.", scsi->name);
	if (sys_errno == EACCES || sys_errno == EPERM)
		err_fix(err, "chown %s %s, or a udev rule that does so.", user[0] ? user : "USER",
			path);
	else
		err_fix(err, "See whether another program has it for itself: fuser -v %s.", path);
	return -1;
}

/* Return: a descriptor, or -1. */
static int device_open(const struct host *host, const struct op_scsi *scsi, struct err *err)
{
	bool read_only = scsi->flags & SCSI_READ_ONLY;
	struct node node;
	struct stat st;
	char path[48];
	int ret;

	/* It becomes a part of a path. */
	if (!ident_is_valid(IDENT_SCSI_HOST, scsi->name)) {
		err_set(err, ERR_IMAGE, "%s: \"%.64s\" is not a valid %s", scsi->owner, scsi->name,
			ident_noun(IDENT_SCSI_HOST));
		err_why(err, "%s", ident_rule(IDENT_SCSI_HOST));
		err_fix(err, "Correct it in the configuration and compose the image again.");
		return -1;
	}
	if (node_find(scsi, &node, err))
		return -1;
	(void)snprintf(path, sizeof(path), "/dev/%s", node.name);
	CLEANUP_FD int fd =
		open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st))
		return open_refuse(host, scsi, path, errno, err);
	if (!S_ISCHR(st.st_mode))
		return open_refuse(host, scsi, path, ENODEV, err);
	ret = user_may(host->user, path, read_only ? USER_READ : USER_READ_WRITE);
	if (ret)
		return open_refuse(host, scsi, path, -ret, err);
	return fd_take(&fd);
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	int fd = device_open(host, &op->scsi, err);

	return fd < 0 ? -1 : host_fd_put(op->scsi.fd, fd, err);
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	struct err err = {0};
	CLEANUP_FD int fd = device_open(host, &op->scsi, &err);

	if (fd < 0)
		findings_add(findings, &err);
}

const struct host_op host_scsi = {.acquire = acquire, .check = check};
