/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caps.c - read and give up capabilities; each change is read back, because a security property
 * that is only assumed is none.
 */
#include "host/caps.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

struct cap_sets {
	uint64_t effective, permitted, inheritable;
};

static int sets_read(struct cap_sets *sets)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	memset(data, 0, sizeof(data));
	if (syscall(SYS_capget, &head, data))
		return -1;
	sets->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	sets->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	sets->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

static int sets_write(const struct cap_sets *sets)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{.effective = (uint32_t)sets->effective,
		 .permitted = (uint32_t)sets->permitted,
		 .inheritable = (uint32_t)sets->inheritable},
		{.effective = (uint32_t)(sets->effective >> 32),
		 .permitted = (uint32_t)(sets->permitted >> 32),
		 .inheritable = (uint32_t)(sets->inheritable >> 32)},
	};

	return (int)syscall(SYS_capset, &head, data);
}

bool caps_have(int cap)
{
	struct cap_sets sets;

	return !sets_read(&sets) && (sets.effective & CAP_BIT(cap));
}

static int refuse(struct err *err, int sys_errno, const char *what)
{
	err_sys(err, ERR_HOST, sys_errno, "%s", what);
	err_why(err, "The virtual machine must run without any capability, and that could not be "
		     "brought about.");
	err_fix(err, "Look for a seccomp filter or a security module that forbids capset or prctl "
		     "to this process.");
	return -1;
}

/* The kernel says where its last capability is by refusing the next one with EINVAL. */
static int bounding_empty(struct err *err)
{
	int count = 0;

	while (count < 64 && !prctl(PR_CAPBSET_DROP, count, 0, 0, 0))
		count++;
	if (count < 64 && errno != EINVAL)
		return refuse(err, errno, "cannot drop a capability from the bounding set");
	for (int cap = 0; cap < count; cap++)
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 0)
			return refuse(err, EPERM, "the bounding set is not empty after dropping");
	return 0;
}

/* It never grows again, and a fork inherits it: once is enough, and saves 80 system calls. */
int caps_bound(struct err *err)
{
	static bool empty;

	if (empty || !caps_have(CAP_SETPCAP))
		return 0;
	if (bounding_empty(err))
		return -1;
	empty = true;
	return 0;
}

int caps_keep(uint64_t mask, struct err *err)
{
	struct cap_sets sets, seen;

	if (caps_bound(err))
		return -1;
	/* EINVAL: a kernel before 4.3, which has no ambient set. */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL)
		return refuse(err, errno, "cannot clear the ambient capabilities");
	if (sets_read(&sets))
		return refuse(err, errno, "cannot read the capabilities of this process");
	sets.permitted &= mask;
	sets.effective &= mask;
	sets.inheritable = 0;
	if (sets_write(&sets))
		return refuse(err, errno, "cannot give up capabilities");
	if (sets_read(&seen))
		return refuse(err, errno, "cannot read the capabilities of this process");
	if (seen.effective & ~mask || seen.permitted & ~mask || seen.inheritable)
		return refuse(err, EPERM, "capabilities are still there after giving them up");
	/* The ambient set is a part of the inheritable one at all times (capabilities(7)). */
	return 0;
}

int caps_no_new_privs(struct err *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return refuse(err, errno, "cannot set no_new_privs");
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return refuse(err, EPERM, "no_new_privs is still off after setting it");
	return 0;
}
