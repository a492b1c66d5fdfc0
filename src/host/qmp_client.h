/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qmp_client.h - just enough of the QEMU machine protocol to stop a VM and to ask a QEMU what it has.
 */
#ifndef KILN_HOST_QMP_CLIENT_H
#define KILN_HOST_QMP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

#define QMP_LINE_MAX 16384

/**
 * struct qmp_client - a connection; @fd is -1 when there is none.
 * @buf: of the caller: what was read; a longer line than @size is no answer to us.
 * @len: bytes in it; @used: of these the line that was last returned, with its line feed.
 */
struct qmp_client {
	int fd;
	char *buf;
	size_t size, len, used;
};

/** struct qmp_reply - a line of QEMU: an object, without its line feed. */
struct qmp_reply {
	const char *text;
	size_t len;
};

/**
 * qmp_client_connect() - connect, read the greeting and leave capabilities negotiation.
 * @qmp: its @buf and @size are set; closed by qmp_client_close(), also after a failure.
 * @path: of the socket.
 * @deadline: of proc_now_ms().
 *
 * Return: 0, or a negative errno; -ETIMEDOUT where another client holds the monitor, -EAGAIN
 * where so many wait for it that there is no room.
 */
int qmp_client_connect(struct qmp_client *qmp, const char *path, int64_t deadline) MUST_CHECK;

/**
 * qmp_client_greet() - the same on a connected socket @qmp->fd.
 *
 * Return: as qmp_client_connect().
 */
int qmp_client_greet(struct qmp_client *qmp, int64_t deadline) MUST_CHECK;

/**
 * qmp_client_ask() - run a command; events are passed over.
 * @qmp: greeted.
 * @request: one object as JSON and a line feed.
 * @deadline: of proc_now_ms().
 * @ret_reply: the object that has the key "return"; valid until the next call.
 *
 * Return: 0, -EREMOTEIO when QEMU refused it, -ECONNRESET when QEMU ended, or another errno.
 */
int qmp_client_ask(struct qmp_client *qmp, const char *request, int64_t deadline,
		   struct qmp_reply *ret_reply) MUST_CHECK;

/**
 * qmp_client_command() - run a command without arguments.
 *
 * Return: as qmp_client_ask().
 */
int qmp_client_command(struct qmp_client *qmp, const char *name, int64_t deadline,
		       struct qmp_reply *ret_reply) MUST_CHECK;

/** qmp_client_close() - close the connection. */
void qmp_client_close(struct qmp_client *qmp);

#endif
