/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cancel.c - operation cancel: open the file through which a command of a TPM of the host is cancelled.
 *
 * It is in sysfs and has the name of the device. A TPM 2.0 has none, and then /dev/null takes its
 * place, as libvirt does it: QEMU wants one, and guesses it from a path that it does not get.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ident.h"
#include "host/host.h"

/* Where the drivers of Linux have it; the second before 4.0. */
static const char *const folders[] = {"tpm", "misc"};

static int acquire(struct host *host UNUSED, const struct op *op, struct err *err)
{
	const char *slash = strrchr(op->cancel.path, '/');
	const char *name = slash ? slash + 1 : "";
	char path[128];
	int fd = -1;

	for (size_t i = 0; fd < 0 && i < ARRAY_SIZE(folders); i++) {
		if (!ident_is_valid(IDENT_FILE_NAME, name))
			break;
		(void)snprintf(path, sizeof(path), "/sys/class/%s/%s/device/cancel", folders[i],
			       name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
	}
	if (fd < 0)
		fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		return host_fd_put(op->cancel.fd, fd, err);
	err_sys(err, ERR_HOST, errno, "/dev/null");
	err_why(err, "It stands in for the file that cancels commands of the TPM %.200s.",
		op->cancel.path);
	err_fix(err, "Make it: mknod -m 666 /dev/null c 1 3.");
	return -1;
}

/* Whatever the TPM has, there is something to open. */
static void check(struct host *host UNUSED, const struct op *op UNUSED,
		  struct findings *findings UNUSED)
{
}

const struct host_op host_cancel = {.acquire = acquire, .check = check};
