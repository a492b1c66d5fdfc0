/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * payload.c - operation payload: unpack a payload section into memory and hand it over.
 *
 * Sealed payload is opened anew for reading: QEMU would attach a write-sealed memfd read-write
 * and show the guest a writable disk that fails (qemu-facts.md, section 1).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/host.h"

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

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const struct img_payload *payload = &host->img->payload[op->payload.index];
	CLEANUP_FD int fd = memfd_create(payload->name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	char path[40];
	int reader;

	if (fd < 0)
		return refuse(payload, errno, "make the memory file of", err);
	if (img_payload_copy(host->img, op->payload.index, fd, err))
		return -1;
	if (!(op->payload.flags & PAYLOAD_SEAL)) {
		if (lseek(fd, 0, SEEK_SET) < 0)
			return refuse(payload, errno, "rewind", err);
		return host_fd_put(op->payload.fd, fd_take(&fd), err);
	}
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE))
		return refuse(payload, errno, "seal", err);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reader = open(path, O_RDONLY | O_CLOEXEC);
	if (reader < 0)
		return refuse(payload, errno, "open read-only", err);
	return host_fd_put(op->payload.fd, reader, err);
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	const struct img_payload *payload = &host->img->payload[op->payload.index];
	CLEANUP_FD int fd = memfd_create(payload->name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct err err;

	if (fd < 0)
		(void)refuse(payload, errno, "make the memory file of", &err);
	else if (access("/proc/self/fd", X_OK))
		(void)refuse(payload, errno, "open read-only", &err);
	else
		return;
	findings_add(findings, &err);
}

const struct host_op host_payload = {.acquire = acquire, .check = check};
