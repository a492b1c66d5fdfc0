/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * accel.c - operation accel: decide whether the VM runs on KVM. Acquires nothing; QEMU opens
 * /dev/kvm itself.
 *
 * That /dev/kvm opens is not enough on x86: para-virtual KVM hosts offer a device that emulates every
 * privileged instruction and cannot run a stock kernel. Their CPUs show neither vmx nor svm.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/kvm.h>

#include "base/fd.h"
#include "host/host.h"
#include "host/lines.h"

#define KVM_DEVICE "/dev/kvm"
#define CPU_FILE   "/proc/cpuinfo"

#if defined(__x86_64__) || defined(__i386__)
#define HOST_IS_X86 1
#else
#define HOST_IS_X86 0
#endif

static int word_in(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += len)
		if (at > list && at[-1] == ' ' && (at[len] == ' ' || at[len] == '\0'))
			return 1;
	return 0;
}

/* All CPUs of a host are alike in this; the file makes its text while it is read, so stop early. */
static int flags_show_virtualisation(void)
{
	static struct lines lines;
	CLEANUP_FD int fd = open(CPU_FILE, O_RDONLY | O_CLOEXEC);
	char *line;

	if (fd < 0)
		return 0;
	lines_begin(&lines, fd);
	while (lines_next(&lines, &line) == 1)
		if (!strncmp(line, "flags", 5))
			return word_in(line, "vmx") || word_in(line, "svm");
	return 0;
}

/* Elsewhere there is no flag to look at; making an empty VM is the proof. */
static int vm_can_be_made(void)
{
	CLEANUP_FD int fd = open(KVM_DEVICE, O_RDWR | O_CLOEXEC);
	CLEANUP_FD int vm = -1;

	if (fd < 0 || ioctl(fd, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return 0;
	vm = ioctl(fd, KVM_CREATE_VM, 0);
	return vm >= 0;
}

/* Return: 0 usable, or -1 with the reason in @err. */
static int kvm_usable(const struct user *user, struct err *err)
{
	int ret = user_may(user, KVM_DEVICE, USER_READ_WRITE);

	if (ret < 0) {
		err_sys(err, ERR_HOST, -ret, KVM_DEVICE "%s%s", user->name[0] ? " as user " : "",
			user->name);
		err_why(err, "QEMU opens it itself, so the user that QEMU runs as needs read and "
			     "write permission.");
		if (ret == -EACCES || ret == -EPERM)
			err_fix(err,
				"usermod --append --groups kvm %s, or compose for CONFIG_ACCEL"
				"_TCG.",
				user->name[0] ? user->name : "USER");
		else
			err_fix(err, "Load the module (modprobe kvm_intel or kvm_amd) and switch "
				     "virtualisation on in the firmware, or compose for CONFIG_"
				     "ACCEL_TCG.");
		return -1;
	}
	if (HOST_IS_X86 ? flags_show_virtualisation() : vm_can_be_made())
		return 0;
	err_set(err, ERR_HOST, "%s",
		HOST_IS_X86 ? KVM_DEVICE " is there, but the CPU flags show neither vmx nor svm"
			    : KVM_DEVICE " is there, but makes no VM");
	err_why(err, "Such a KVM emulates every privileged instruction and cannot run a stock "
		     "kernel.");
	err_fix(err, "Use a host with hardware virtualisation, switch nesting on in the hypervisor "
		     "above it, or compose for CONFIG_ACCEL_TCG.");
	return -1;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	struct err reason;

	host->accel = ACCEL_TCG;
	if (op->accel.policy == ACCEL_TCG)
		return 0;
	if (kvm_usable(host->user, &reason)) {
		if (op->accel.policy == ACCEL_KVM) {
			*err = reason;
			return -1;
		}
		(void)snprintf(host->notice, sizeof(host->notice),
			       "accelerator tcg, which is slow, because KVM is not usable: %.150s",
			       reason.what);
		return 0;
	}
	host->accel = ACCEL_KVM;
	return 0;
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	struct err err;

	if (acquire(host, op, &err))
		findings_add(findings, &err);
}

const struct host_op host_accel = {.acquire = acquire, .check = check};
