/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qmp_client.h - just enough of the QEMU machine protocol to stop a VM: commands without arguments, of
 * whose answers only success or failure counts.
 */
#ifndef KILN_HOST_QMP_CLIENT_H
#define KILN_HOST_QMP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

#define QMP_LINE_MAX 16384

/** struct qmp_client - a connection; @fd is -1 when there is none. */
struct qmp_client {
	int fd;
	size_t len;
	char buf[QMP_LINE_MAX];
};

/**
 * qmp_client_connect() - connect, read the greeting and leave capabilities negotiation.
 * @qmp: filled; closed by qmp_client_close(), also after a failure.
 * @path: of the socket.
 * @deadline: of proc_now_ms().
 *
 * Return: 0, or a negative errno; -ETIMEDOUT where another client holds the monitor, -EAGAIN
 * where so many wait for it that there is no room.
 */
int qmp_client_connect(struct qmp_client *qmp, const char *path, int64_t deadline) MUST_CHECK;

/**
 * qmp_client_command() - run a command without arguments; events are passed over.
 *
 * Return: 0, -EREMOTEIO when QEMU refused it, -ECONNRESET when QEMU ended, or another errno.
 */
int qmp_client_command(struct qmp_client *qmp, const char *name, int64_t deadline) MUST_CHECK;

/** qmp_client_close() - close the connection. */
void qmp_client_close(struct qmp_client *qmp);

#endif
