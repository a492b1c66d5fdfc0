/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * payload.c - operation payload: unpack a payload section into memory and hand it over; or hand over the image
 * file itself, of which QEMU reads a part.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/host.h"
#include "host/memfile.h"

static int refuse(const struct img_payload *payload, int sys_errno, const char *what,
		  struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "cannot %s payload \"%s\" (%llu bytes)", what,
		payload->name, (unsigned long long)payload->raw);
	err_why(err, "Kernel, firmware and disks of the image reach QEMU in memory files, which "
		     "need memory and a mounted /proc.");
	err_fix(err, "Free memory (free -m), and mount /proc where it is absent.");
	return -1;
}

static int size_refuse(const struct img_payload *payload, uint64_t limit, struct err *err)
{
	(void)refuse(payload, EFBIG, "unpack", err);
	err_why(err, "A file of this process may have %llu bytes (RLIMIT_FSIZE), also in memory.",
		(unsigned long long)limit);
	err_fix(err, "ulimit -f unlimited, or LimitFSIZE=infinity in the unit.");
	return -1;
}

/*
 * Opened anew: QEMU may set flags of its own on what it gets. The loader's descriptor leads to the very file that
 * was checked, whatever stands at its path meanwhile.
 */
static int image_open(const struct img *img, struct err *err)
{
	char path[32];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", img->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0)
		return fd;
	err_sys(err, ERR_HOST, errno, "cannot open %s again", img->path);
	err_why(err,
		"QEMU reads disks out of the image file itself, through a descriptor of its own.");
	err_fix(err, "Mount /proc where it is absent.");
	return -1;
}

static int unpack(struct host *host, const struct op *op, struct err *err)
{
	const struct img_payload *payload = &host->img->payload[op->payload.index];
	CLEANUP_FD int fd = memfd_create(payload->name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct rlimit limit = {0};
	int reader;

	if (fd < 0)
		return refuse(payload, errno, "make the memory file of", err);
	if (img_payload_copy(host->img, op->payload.index, fd, err)) {
		(void)getrlimit(RLIMIT_FSIZE, &limit);
		return err->sys_errno == EFBIG ? size_refuse(payload, limit.rlim_cur, err) : -1;
	}
	if (!(op->payload.flags & PAYLOAD_SEAL)) {
		if (lseek(fd, 0, SEEK_SET) < 0)
			return refuse(payload, errno, "rewind", err);
		return host_fd_put(op->payload.fd, fd_take(&fd), err);
	}
	reader = memfile_seal(fd);
	if (reader < 0)
		return refuse(payload, -reader, "seal", err);
	return host_fd_put(op->payload.fd, reader, err);
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	int fd;

	if (!(op->payload.flags & PAYLOAD_IN_PLACE))
		return unpack(host, op, err);
	fd = image_open(host->img, err);
	return fd < 0 ? -1 : host_fd_put(op->payload.fd, fd, err);
}

/* Unpacked to nowhere: its checksums are looked at, and no memory is needed. */
static void check(struct host *host, const struct op *op, struct findings *findings)
{
	const struct img_payload *payload = &host->img->payload[op->payload.index];
	CLEANUP_FD int fd = memfd_create(payload->name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	CLEANUP_FD int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	struct err err;
	int ret = 0;

	(void)getrlimit(RLIMIT_FSIZE, &limit);
	if (fd < 0)
		ret = refuse(payload, errno, "make the memory file of", &err);
	else if (op->payload.flags & PAYLOAD_IN_PLACE)
		ret = null < 0 ? 0 : img_payload_copy(host->img, op->payload.index, null, &err);
	else if (access("/proc/self/fd", X_OK))
		ret = refuse(payload, errno, "open read-only", &err);
	else if (limit.rlim_cur < payload->raw)
		ret = size_refuse(payload, limit.rlim_cur, &err);
	else if (null >= 0)
		ret = img_payload_copy(host->img, op->payload.index, null, &err);
	if (ret)
		findings_add(findings, &err);
}

const struct host_op host_payload = {.acquire = acquire, .check = check};
