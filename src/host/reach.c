/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reach.c - operation reach: look whether QEMU's user may connect to a unix socket, or make one. Acquires
 * nothing: some devices of QEMU take a path alone.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "host/host.h"

static int path_check(const struct op_reach *reach, struct err *err)
{
	struct sockaddr_un address;

	if (ident_is_valid(IDENT_PATH, reach->path) &&
	    strlen(reach->path) < sizeof(address.sun_path))
		return 0;
	err_set(err, ERR_HOST, "\"%.200s\" is no path of a socket", reach->path);
	err_why(err, "%s A unix socket's has %zu bytes at most.", ident_rule(IDENT_PATH),
		sizeof(address.sun_path) - 1);
	err_fix(err, "Bind another path to device \"%s\", or compose the image with one.",
		reach->owner);
	return -1;
}

static int refuse(const struct host *host, const struct op_reach *reach, const char *path,
		  int sys_errno, struct err *err)
{
	bool listen = reach->flags & REACH_LISTEN, mine = !host->user->name[0];

	err_sys(err, ERR_HOST, sys_errno, "%s: cannot %s %s%s%s", reach->owner,
		listen ? "listen in" : "connect to", path, mine ? "" : " as user ",
		host->user->name);
	err_why(err, "QEMU opens the socket of such a device itself, as its user.");
	if (sys_errno == EACCES || sys_errno == EPERM)
		err_fix(err, "Give %s the right to write: setfacl -m u:%s:rw%s %.200s.",
			mine ? "this user" : host->user->name, mine ? "USER" : host->user->name,
			listen ? "x" : "", path);
	else if (listen)
		err_fix(err, "Make the folder, and let the user write there.");
	else
		err_fix(err,
			"Start the program that listens there first, or compose with another path.");
	return -1;
}

static int look(const struct host *host, const struct op_reach *reach, struct err *err)
{
	char folder[IDENT_PATH_MAX];
	struct stat st;
	int ret;

	if (path_check(reach, err))
		return -1;
	if (reach->flags & REACH_LISTEN) {
		(void)snprintf(folder, sizeof(folder), "%.*s/",
			       (int)(strrchr(reach->path, '/') - reach->path), reach->path);
		ret = user_may(host->user, folder, USER_WRITE);
		if (!ret)
			ret = user_may(host->user, folder, USER_EXECUTE);
		return ret ? refuse(host, reach, folder, -ret, err) : 0;
	}
	if (stat(reach->path, &st))
		return refuse(host, reach, reach->path, errno, err);
	if (!S_ISSOCK(st.st_mode))
		return refuse(host, reach, reach->path, ENOTSOCK, err);
	ret = user_may(host->user, reach->path, USER_WRITE);
	return ret ? refuse(host, reach, reach->path, -ret, err) : 0;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	return look(host, &op->reach, err);
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	struct err err = {0};

	if (look(host, &op->reach, &err))
		findings_add(findings, &err);
}

const struct host_op host_reach = {.acquire = acquire, .check = check};
