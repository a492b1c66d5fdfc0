/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * user.c - read /etc/passwd and /etc/group; ask for access in somebody else's name.
 */
#include "host/user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/ident.h"
#include "base/num.h"
#include "host/lines.h"

#define PASSWD_FILE "/etc/passwd"
#define GROUP_FILE  "/etc/group"

/* Splits "a:b:c" in place; missing fields are "". */
static void fields_split(char *line, char *fields[], unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char *colon = i + 1 < count ? strchr(line, ':') : NULL;

		fields[i] = line;
		if (colon)
			*colon = '\0';
		line = colon ? colon + 1 : line + strlen(line);
	}
}

static int file_refuse(struct err *err, int sys_errno, const char *path)
{
	err_sys(err, ERR_HOST, sys_errno, "%s", path);
	err_why(err, "The account that QEMU runs as is looked up in it.");
	err_fix(err, "Make %s a readable text file.", path);
	return -1;
}

/* Return: 1 found, 0 not, -1 error. */
static int passwd_search(struct user *user, struct lines *lines, struct err *err)
{
	CLEANUP_FD int fd = open(PASSWD_FILE, O_RDONLY | O_CLOEXEC);
	char *line, *field[4];
	int ret;

	if (fd < 0)
		return file_refuse(err, errno, PASSWD_FILE);
	lines_begin(lines, fd);
	while ((ret = lines_next(lines, &line)) == 1) {
		uint64_t uid, gid;

		fields_split(line, field, 4);
		if (strcmp(field[0], user->name) != 0)
			continue;
		field[3][strcspn(field[3], ":")] = '\0';
		if (num_parse(field[2], 0, UINT32_MAX - 1, &uid) ||
		    num_parse(field[3], 0, UINT32_MAX - 1, &gid)) {
			(void)file_refuse(err, EPROTO, PASSWD_FILE);
			err_at(err, PASSWD_FILE, lines->number);
			return -1;
		}
		user->uid = (uid_t)uid;
		user->gid = (gid_t)gid;
		return 1;
	}
	return ret < 0 ? file_refuse(err, -ret, PASSWD_FILE) : 0;
}

static bool list_has(char *list, const char *name)
{
	while (*list) {
		size_t len = strcspn(list, ",");

		if (strlen(name) == len && !memcmp(list, name, len))
			return true;
		list += len + (list[len] == ',');
	}
	return false;
}

static int group_search(struct user *user, struct lines *lines, struct err *err)
{
	CLEANUP_FD int fd = open(GROUP_FILE, O_RDONLY | O_CLOEXEC);
	char *line, *field[4];
	int ret;

	if (fd < 0)
		return file_refuse(err, errno, GROUP_FILE);
	lines_begin(lines, fd);
	while ((ret = lines_next(lines, &line)) == 1) {
		uint64_t gid;

		fields_split(line, field, 4);
		if (!list_has(field[3], user->name) ||
		    num_parse(field[2], 0, UINT32_MAX - 1, &gid) || (gid_t)gid == user->gid)
			continue;
		if (user->group_count == USER_GROUPS_MAX) {
			err_set(err, ERR_HOST, "%s: user \"%s\" is in more than %d groups",
				GROUP_FILE, user->name, USER_GROUPS_MAX);
			err_why(err, "QEMU gets all groups of its user, and so many do not fit.");
			err_fix(err, "Take the user out of groups: gpasswd -d %s GROUP.",
				user->name);
			return -1;
		}
		user->groups[user->group_count++] = (gid_t)gid;
	}
	return ret < 0 ? file_refuse(err, -ret, GROUP_FILE) : 0;
}

static int root_refuse(const struct user *user, struct err *err)
{
	err_set(err, ERR_HOST, "the run user \"%s\" has the id of root", user->name);
	err_why(err, "QEMU never runs as root: a guest that breaks out of it would own the host.");
	err_fix(err, "Set CONFIG_RUN_USER to an account of its own, made by "
		     "`useradd --system --no-create-home --shell /usr/sbin/nologin kiln`.");
	return -1;
}

int user_find(const char *name, struct user *user, struct err *err)
{
	static struct lines lines;
	int ret;

	memset(user, 0, sizeof(*user));
	user->uid = geteuid();
	user->gid = getegid();
	if (user->uid != 0)
		return 0;
	user->change = true;
	if (!ident_is_valid(IDENT_USER, name)) {
		err_set(err, ERR_IMAGE, "run user \"%s\" is not a user name", name);
		err_why(err, "%s", ident_rule(IDENT_USER));
		err_fix(err, "Set CONFIG_RUN_USER and compose the image again.");
		return -1;
	}
	(void)snprintf(user->name, sizeof(user->name), "%s", name);
	ret = passwd_search(user, &lines, err);
	if (ret < 0)
		return -1;
	if (ret == 0) {
		err_set(err, ERR_HOST, "there is no user \"%s\" in %s", name, PASSWD_FILE);
		err_why(err, "Started by root, QEMU runs as the user that the image names "
			     "(CONFIG_RUN_USER), never as root; accounts of a directory service "
			     "are not looked up.");
		err_fix(err,
			"useradd --system --no-create-home --shell /usr/sbin/nologin --groups "
			"kvm %s (without --groups kvm where QEMU shall not use KVM).",
			name);
		return -1;
	}
	if (user->uid == 0 || user->gid == 0)
		return root_refuse(user, err);
	return group_search(user, &lines, err);
}

static int ask(const char *path, enum user_access access)
{
	if (access == USER_READ || access == USER_READ_WRITE) {
		CLEANUP_FD int fd =
			open(path, (access == USER_READ ? O_RDONLY : O_RDWR) | O_CLOEXEC);

		return fd < 0 ? -errno : 0;
	}
	/* AT_EACCESS: by the ids just set; the C library's faccessat() would fork for it. */
	return syscall(SYS_faccessat2, AT_FDCWD, path, access == USER_WRITE ? W_OK : X_OK,
		       AT_EACCESS)
		       ? -errno
		       : 0;
}

int user_may(const struct user *user, const char *path, enum user_access access)
{
	gid_t before[USER_GROUPS_MAX * 2];
	int count, ret;

	if (!user->change)
		return ask(path, access);
	count = getgroups((int)(sizeof(before) / sizeof(before[0])), before);
	if (count < 0)
		return -errno;
	if (setgroups(user->group_count, user->groups))
		return -errno;
	(void)setfsgid(user->gid);
	(void)setfsuid(user->uid);
	ret = ask(path, access);
	(void)setfsuid(geteuid());
	(void)setfsgid(getegid());
	if (setgroups((size_t)count, before))
		return -errno;
	return ret;
}
