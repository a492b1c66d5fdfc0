/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * user.h - the account that QEMU runs as, from /etc/passwd and /etc/group.
 *
 * getpwnam(3) allocates and may load modules, so the two files are read by hand; accounts that
 * live only in a directory service are not found, and the message says so.
 */
#ifndef KILN_HOST_USER_H
#define KILN_HOST_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

#define USER_GROUPS_MAX 64

/**
 * struct user - an account.
 * @name: as in /etc/passwd; "" for the one that runs this program.
 * @change: whether privileges are to be changed to it.
 * @groups: supplementary groups; group kvm is how QEMU gets at /dev/kvm.
 */
struct user {
	char name[33];
	bool change;
	uid_t uid;
	gid_t gid;
	gid_t groups[USER_GROUPS_MAX];
	unsigned group_count;
};

/**
 * user_find() - who QEMU shall run as.
 * @name: the account that the image names; used when the effective user is root.
 * @user: filled; without root the caller's own ids and @change false.
 * @err: ERR_HOST when the account is missing or is root: QEMU never runs as root.
 *
 * Return: 0, or -1.
 */
int user_find(const char *name, struct user *user, struct err *err) MUST_CHECK;

/* To read and to write a file is tried; to write to a socket or in a folder, and to execute, is asked. */
enum user_access { USER_READ_WRITE, USER_READ, USER_WRITE, USER_EXECUTE };

/**
 * user_may() - ask the kernel whether @user may use a file.
 *
 * The file-system ids are changed for the question, so that access lists and security modules
 * count as well.
 *
 * Return: 0, or a negative errno (-EACCES, -ENOENT, ...).
 */
int user_may(const struct user *user, const char *path, enum user_access access) MUST_CHECK;

#endif
