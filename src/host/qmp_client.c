/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qmp_client.c - a QMP client. QEMU writes one object a line; the keys at its top say
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

/* The next line, which stays in the buffer until it is asked for another. */
static int line_read(struct qmp_client *qmp, struct qmp_reply *line, int64_t deadline)
{
	*line = (struct qmp_reply){.text = qmp->buf};
	qmp->len -= qmp->used;
	memmove(qmp->buf, qmp->buf + qmp->used, qmp->len);
	qmp->used = 0;
	for (size_t seen = 0;;) {
		char *newline = memchr(qmp->buf + seen, '\n', qmp->len - seen);
		ssize_t got;
		int ret;

		if (newline) {
			*line = (struct qmp_reply){qmp->buf, (size_t)(newline - qmp->buf)};
			qmp->used = line->len + 1;
			return 0;
		}
		if (qmp->len == qmp->size)
			return -EMSGSIZE;
		seen = qmp->len;
		ret = wait_readable(qmp->fd, deadline);
		if (ret)
			return ret;
		got = recv(qmp->fd, qmp->buf + qmp->len, qmp->size - qmp->len, MSG_DONTWAIT);
		if (got == 0)
			return -ECONNRESET;
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (got > 0)
			qmp->len += (size_t)got;
	}
}

static int key_is(const struct qmp_reply *line, const char *key)
{
	struct json_reader reader;
	struct json_token token;

	json_read(&reader, line->text, line->len);
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

	/* Where the queue of the socket is full, a blocking connect(2) would wait for ever. */
	qmp->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (qmp->fd < 0)
		return -errno;
	if (snprintf(address.sun_path, sizeof(address.sun_path), "%s", path) >=
	    (int)sizeof(address.sun_path))
		return -ENAMETOOLONG;
	if (connect(qmp->fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return qmp_client_greet(qmp, deadline);
}

int qmp_client_greet(struct qmp_client *qmp, int64_t deadline)
{
	struct qmp_reply line;
	int ret;

	qmp->len = qmp->used = 0;
	ret = line_read(qmp, &line, deadline);
	if (ret)
		return ret;
	if (!key_is(&line, "QMP"))
		return -EPROTO;
	return qmp_client_command(qmp, "qmp_capabilities", deadline, &line);
}

int qmp_client_ask(struct qmp_client *qmp, const char *request, int64_t deadline,
		   struct qmp_reply *ret_reply)
{
	size_t len = strlen(request);
	int ret;

	if (send(qmp->fd, request, len, MSG_NOSIGNAL) != (ssize_t)len)
		return errno == EPIPE ? -ECONNRESET : -errno;
	for (;;) {
		ret = line_read(qmp, ret_reply, deadline);
		if (ret)
			return ret;
		if (key_is(ret_reply, "event"))
			continue;
		if (key_is(ret_reply, "return"))
			return 0;
		if (key_is(ret_reply, "error"))
			return -EREMOTEIO;
	}
}

int qmp_client_command(struct qmp_client *qmp, const char *name, int64_t deadline,
		       struct qmp_reply *ret_reply)
{
	char text[128];

	if (snprintf(text, sizeof(text), "{\"execute\":\"%s\"}\n", name) >= (int)sizeof(text))
		return -EMSGSIZE;
	return qmp_client_ask(qmp, text, deadline, ret_reply);
}

void qmp_client_close(struct qmp_client *qmp)
{
	if (qmp->fd >= 0)
		(void)close(qmp->fd);
	qmp->fd = -1;
}
