/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qmp_client.c - a QMP client for `kiln-run down`. QEMU writes one object a line; the keys at its top say
 * what it is.
 */
#include "host/qmp_client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/json.h"
#include "host/proc.h"

static int wait_readable(int fd, int64_t deadline)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	int64_t left = deadline - proc_now_ms();
	int ret;

	/* Also where something is there to read: a QEMU that never stops talking must not hold us. */
	if (left <= 0)
		return -ETIMEDOUT;
	ret = poll(&poll_fd, 1, (int)left);
	if (ret < 0)
		return errno == EINTR ? 0 : -errno;
	return ret ? 0 : -ETIMEDOUT;
}

/* The next line goes to @line, which has QMP_LINE_MAX bytes. A longer one is no answer to us. */
static int line_read(struct qmp_client *qmp, char *line, int64_t deadline)
{
	for (;;) {
		char *newline = memchr(qmp->buf, '\n', qmp->len);
		ssize_t got;
		int ret;

		if (newline) {
			size_t len = (size_t)(newline - qmp->buf);

			memcpy(line, qmp->buf, len);
			line[len] = '\0';
			qmp->len -= len + 1;
			memmove(qmp->buf, newline + 1, qmp->len);
			return 0;
		}
		if (qmp->len == sizeof(qmp->buf))
			return -EMSGSIZE;
		ret = wait_readable(qmp->fd, deadline);
		if (ret)
			return ret;
		got = recv(qmp->fd, qmp->buf + qmp->len, sizeof(qmp->buf) - qmp->len, MSG_DONTWAIT);
		if (got == 0)
			return -ECONNRESET;
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (got > 0)
			qmp->len += (size_t)got;
	}
}

static int key_is(const char *line, const char *key)
{
	struct json_reader reader;
	struct json_token token;

	json_read(&reader, line, strlen(line));
	if (json_next(&reader, &token) != JSON_OBJECT)
		return 0;
	while (json_next(&reader, &token) == JSON_KEY) {
		if (json_equals(&token, key))
			return 1;
		if (json_skip(&reader, &token))
			return 0;
	}
	return 0;
}

int qmp_client_connect(struct qmp_client *qmp, const char *path, int64_t deadline)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char line[QMP_LINE_MAX];
	int ret;

	qmp->len = 0;
	/* Where the queue of the socket is full, a blocking connect(2) would wait for ever. */
	qmp->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (qmp->fd < 0)
		return -errno;
	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s", path) >=
	    (int)sizeof(address.sun_path))
		return -ENAMETOOLONG;
	if (connect(qmp->fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	ret = line_read(qmp, line, deadline);
	if (ret)
		return ret;
	if (!key_is(line, "QMP"))
		return -EPROTO;
	return qmp_client_command(qmp, "qmp_capabilities", deadline);
}

int qmp_client_command(struct qmp_client *qmp, const char *name, int64_t deadline)
{
	char text[128], line[QMP_LINE_MAX];
	int len = snprintf(text, sizeof(text), "{\"execute\":\"%s\"}\n", name);
	int ret;

	if (len >= (int)sizeof(text))
		return -EMSGSIZE;
	if (send(qmp->fd, text, (size_t)len, MSG_NOSIGNAL) != len)
		return -errno;
	for (;;) {
		ret = line_read(qmp, line, deadline);
		if (ret)
			return ret;
		if (key_is(line, "return"))
			return 0;
		if (key_is(line, "error"))
			return -EREMOTEIO;
	}
}

void qmp_client_close(struct qmp_client *qmp)
{
	if (qmp->fd >= 0)
		(void)close(qmp->fd);
	qmp->fd = -1;
}
