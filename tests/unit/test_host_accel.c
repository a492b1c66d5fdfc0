/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_accel.c - when KVM counts as usable, on x86. LINK: -Wl,--wrap=open,--wrap=user_may
 */
#include "cm.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/host.h"

int __wrap_open(const char *path, int flags, ...);
int __wrap_user_may(const struct user *user, const char *path, enum user_access access);

static const char *cpuinfo;
static int may;

int __wrap_open(const char *path, int flags, ...)
{
	int fd = memfd_create("cpuinfo", MFD_CLOEXEC);

	(void)flags;
	assert_string_equal(path, "/proc/cpuinfo");
	assert_int_equal(fd_write_all(fd, cpuinfo, strlen(cpuinfo)), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

int __wrap_user_may(const struct user *user, const char *path, enum user_access access)
{
	(void)user;
	assert_string_equal(path, "/dev/kvm");
	assert_int_equal(access, USER_READ_WRITE);
	return may;
}

static struct user user = {.name = "kiln"};
static struct host host = {.user = &user};
static struct err err;

static int decide(enum accel_policy policy)
{
	struct op op = {.code = OP_ACCEL, .accel = {.policy = policy}};

	memset(&err, 0, sizeof(err));
	host.notice[0] = '\0';
	host.accel = ACCEL_AUTO;
	return host_accel.acquire(&host, &op, &err);
}

static void assert_kvm(const char *text, int wanted)
{
	cpuinfo = text;
	assert_int_equal(decide(ACCEL_AUTO), 0);
	assert_int_equal(host.accel, wanted ? ACCEL_KVM : ACCEL_TCG);
	assert_int_equal(host.notice[0] != '\0', !wanted);
	assert_int_equal(decide(ACCEL_KVM), wanted ? 0 : -1);
	assert_int_equal(decide(ACCEL_TCG), 0);
	assert_int_equal(host.accel, ACCEL_TCG);
	assert_string_equal(host.notice, "");
}

static void test_flags_decide(void **arg)
{
	(void)arg;
	may = 0;
	assert_kvm("processor\t: 0\nflags\t\t: fpu vmx sse\n", 1);
	assert_kvm("processor\t: 0\nflags\t\t: fpu sse svm\nflags\t: none\n", 1);
	assert_kvm("processor\t: 0\nflags\t\t: fpu sse\nvmx flags\t: vnmi vmx\n", 0);
	assert_kvm("flags\t\t: fpu xvmx vmxy svm_lock\n", 0);
	assert_kvm("", 0);
}

static void test_reason_is_said(void **arg)
{
	(void)arg;
	cpuinfo = "flags\t\t: fpu svm\n";
	may = -EACCES;
	assert_int_equal(decide(ACCEL_KVM), -1);
	assert_int_equal(err.kind, ERR_HOST);
	assert_non_null(strstr(err.what, "/dev/kvm as user kiln: Permission denied"));
	assert_non_null(strstr(err.fix, "usermod --append --groups kvm kiln"));
	may = -ENOENT;
	assert_int_equal(decide(ACCEL_KVM), -1);
	assert_non_null(strstr(err.fix, "modprobe"));
	may = 0;
	cpuinfo = "flags\t\t: fpu\n";
	assert_int_equal(decide(ACCEL_KVM), -1);
	assert_non_null(strstr(err.what, "neither vmx nor svm"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags_decide),
		cmocka_unit_test(test_reason_is_said),
	};

	return cmocka_run_group_tests_name("host_accel", tests, NULL, NULL);
}
