/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * port.c - operation port: choose a free TCP port on which QEMU will listen itself.
 *
 * QEMU binds it some moments later. Until then, and as long as QEMU lives, a unix socket without a file,
 * whose name has the number and which QEMU inherits, tells other loaders in this network namespace that
 * it is taken; a program that is none can still be faster, and then QEMU says so.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/host.h"

/** struct endpoint - an address of either family with a port. */
struct endpoint {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t len;
};

static int endpoint_set(struct endpoint *end, const char *address, unsigned port)
{
	memset(end, 0, sizeof(*end));
	if (inet_pton(AF_INET, address, &end->v4.sin_addr) == 1) {
		end->v4.sin_family = AF_INET;
		end->v4.sin_port = htons((uint16_t)port);
		end->len = sizeof(end->v4);
		return 0;
	}
	if (inet_pton(AF_INET6, address, &end->v6.sin6_addr) != 1)
		return -1;
	end->v6.sin6_family = AF_INET6;
	end->v6.sin6_port = htons((uint16_t)port);
	end->len = sizeof(end->v6);
	return 0;
}

/* As QEMU will: a port that was in use a minute ago is free. Return: 0, or an errno. */
static int listen_try(const struct endpoint *end)
{
	const int on = 1;
	CLEANUP_FD int fd = socket(end->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, &end->any, end->len) || listen(fd, 1))
		return errno;
	return 0;
}

/* Return: the socket, or -1 and errno. */
static int name_take(unsigned port)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* The first byte is NUL: no file. */
	int len = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "kiln/port/%u", port);
	int failed;

	if (fd < 0 || !bind(fd, (const struct sockaddr *)&name,
			    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)))
		return fd;
	failed = errno;
	(void)close(fd);
	errno = failed;
	return -1;
}

static int refuse(const struct op_port *port, int sys_errno, struct err *err)
{
	if (sys_errno == EADDRINUSE) {
		err_set(err, ERR_HOST, "no port from %u to %u is free on %s", port->first,
			port->last, port->address);
		err_why(err, "Device \"%s\" listens on the first free one, and each is taken.",
			port->owner);
		err_fix(err, "Stop what listens there (ss -ltnp), or compose with more ports.");
		return -1;
	}
	err_sys(err, ERR_HOST, sys_errno, "cannot listen on %s", port->address);
	err_why(err, "Device \"%s\" listens there, on a port from %u to %u.", port->owner,
		port->first, port->last);
	if (sys_errno == EADDRNOTAVAIL)
		err_fix(err, "Give this host the address (ip address), or compose with another.");
	else
		err_fix(err, "Compose with other ports, or another address.");
	return -1;
}

/* Return: the socket with the name of the port, or -1. */
static int choose(const struct op_port *port, unsigned *ret_port, struct err *err)
{
	struct endpoint end;
	int failed = EADDRINUSE;

	for (unsigned at = port->first; at <= port->last; at++) {
		int fd;

		if (endpoint_set(&end, port->address, at))
			return refuse(port, EADDRNOTAVAIL, err);
		fd = name_take(at);
		if (fd < 0 && errno != EADDRINUSE)
			return refuse(port, errno, err);
		if (fd < 0)
			continue;
		failed = listen_try(&end);
		if (!failed) {
			*ret_port = at;
			return fd;
		}
		(void)close(fd);
		if (failed != EADDRINUSE)
			break;
	}
	return refuse(port, failed, err);
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const struct op_port *port = &op->port;
	unsigned chosen = 0;
	int fd = choose(port, &chosen, err);

	if (fd < 0)
		return -1;
	host->ports[port->index] = (uint16_t)chosen;
	(void)snprintf(host->notice, sizeof(host->notice), "%s listens on port %u of %s",
		       port->owner, chosen, port->address);
	return host_fd_put(port->fd, fd, err);
}

static void check(struct host *host UNUSED, const struct op *op, struct findings *findings)
{
	unsigned chosen = 0;
	struct err err;
	CLEANUP_FD int fd = choose(&op->port, &chosen, &err);

	if (fd < 0)
		findings_add(findings, &err);
}

const struct host_op host_port = {.acquire = acquire, .check = check};
