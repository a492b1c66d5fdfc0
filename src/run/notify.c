/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notify.c - tell the service manager that the start has succeeded, where it waits for that (Type=notify).
 *
 * One datagram of text to the socket of $NOTIFY_SOCKET, a path or, behind an '@', an abstract name: the protocol
 * of sd_notify(3), "Notes". The manager takes it from the main process of the unit, which this one is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/run.h"

/* Return: 0, also where nobody waits, or a negative errno. */
static int ready_send(void)
{
	static const char text[] = "READY=1";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	/* secure_getenv(): as for XDG_RUNTIME_DIR (host/rundir.c). */
	const char *name = secure_getenv("NOTIFY_SOCKET");
	size_t len = name ? strlen(name) : 0;
	CLEANUP_FD int fd = -1;

	if (!len)
		return 0;
	if (len >= sizeof(address.sun_path) || (name[0] != '/' && name[0] != '@'))
		return -EINVAL;
	memcpy(address.sun_path, name, len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, text, sizeof(text) - 1, MSG_NOSIGNAL, (struct sockaddr *)&address,
			     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		return -errno;
	return 0;
}

void notify_ready(void)
{
	char text[160];
	int ret = ready_send();

	if (!ret)
		return;
	(void)snprintf(text, sizeof(text),
		       "NOTIFY_SOCKET: the service manager cannot be told of the start: %s",
		       strerror(-ret));
	message_notice(text);
}
