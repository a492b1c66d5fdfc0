/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_user.c - finding the run user in forged account files.
 *
 * LINK: -Wl,--wrap=open,--wrap=geteuid,--wrap=getegid
 */
#include "cm.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/user.h"

int __wrap_open(const char *path, int flags, ...);
uid_t __wrap_geteuid(void);
gid_t __wrap_getegid(void);

static const char *passwd, *group;
static uid_t euid;

int __wrap_open(const char *path, int flags, ...)
{
	const char *text = strcmp(path, "/etc/passwd") ? group : passwd;
	int fd;

	(void)flags;
	if (!text) {
		errno = ENOENT;
		return -1;
	}
	fd = memfd_create("file", MFD_CLOEXEC);
	assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

uid_t __wrap_geteuid(void)
{
	return euid;
}

gid_t __wrap_getegid(void)
{
	return euid;
}

static struct user user;
static struct err err;

static int find(const char *name)
{
	memset(&err, 0, sizeof(err));
	return user_find(name, &user, &err);
}

static int setup(void **arg)
{
	(void)arg;
	euid = 0;
	passwd = "root:x:0:0:root:/root:/bin/sh\nkilnx:x:9:9::/:\nkiln:x:900:901::/:/bin/false\n"
		 "toor:x:0:5::/:\nwheel:x:5:0::/:\nodd:x:12a:5::/:\nshort:x:7\nlast:x:3:4";
	group = "root:x:0:kiln2\nkvm:x:104:a,kiln\nown:x:901:kiln\nz:x:55:kiln,b\nno:x:56:kilnx,akiln\n";
	return 0;
}

static void test_ids_and_groups(void **arg)
{
	(void)arg;
	assert_int_equal(find("kiln"), 0);
	assert_true(user.change);
	assert_int_equal(user.uid, 900);
	assert_int_equal(user.gid, 901);
	assert_int_equal(user.group_count, 2);
	assert_int_equal(user.groups[0], 104);
	assert_int_equal(user.groups[1], 55);
	assert_int_equal(find("last"), 0);
	assert_int_equal(user.gid, 4);
	assert_int_equal(user.group_count, 0);
}

static void test_root_is_refused_by_id(void **arg)
{
	static const char *const names[] = {"root", "toor", "wheel"};

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(find(names[i]), -1);
		assert_int_equal(err.kind, ERR_HOST);
		assert_non_null(strstr(err.why, "never runs as root"));
	}
}

static void test_missing_user(void **arg)
{
	(void)arg;
	assert_int_equal(find("kil"), -1);
	assert_int_equal(err.kind, ERR_HOST);
	assert_non_null(strstr(err.fix, "useradd --system"));
	assert_int_equal(find("a:b"), -1);
	assert_int_equal(err.kind, ERR_IMAGE);
}

static void test_broken_files(void **arg)
{
	(void)arg;
	assert_int_equal(find("odd"), -1);
	assert_int_equal(find("short"), -1);
	assert_string_equal(err.at.file, "/etc/passwd");
	assert_int_equal(err.at.line, 7);
	group = NULL;
	assert_int_equal(find("kiln"), -1);
	assert_non_null(strstr(err.what, "/etc/group"));
	passwd = NULL;
	assert_int_equal(find("kiln"), -1);
	assert_non_null(strstr(err.what, "/etc/passwd"));
}

static void test_without_root_nothing_is_looked_up(void **arg)
{
	(void)arg;
	euid = 1000;
	passwd = group = NULL;
	assert_int_equal(find("nobody-of-that-name"), 0);
	assert_false(user.change);
	assert_int_equal(user.uid, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_ids_and_groups, setup),
		cmocka_unit_test_setup(test_root_is_refused_by_id, setup),
		cmocka_unit_test_setup(test_missing_user, setup),
		cmocka_unit_test_setup(test_broken_files, setup),
		cmocka_unit_test_setup(test_without_root_nothing_is_looked_up, setup),
	};

	return cmocka_run_group_tests_name("host_user", tests, NULL, NULL);
}
