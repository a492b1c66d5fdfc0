/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limits.c - what this process may have at most (getrlimit(2)), compared with what the VM needs.
 *
 * A soft limit is raised as far as the hard one allows, and QEMU inherits it. Nothing is lowered.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "run/run.h"

/* Descriptors beside the slots: image, run directory, lock, and what a step opens for a moment. */
#define FD_SPARE 64

/* Linux fs/exec.c, bprm_stack_limits(): a quarter of the stack's limit, but never more than this. */
#define EXEC_BYTES_MAX (6u << 20)
#define EXEC_BYTES_MIN (128u << 10) /* whatever the limit is */
#define EXEC_SLACK     4096 /* the program's name, and what the kernel puts beside it */

/* Return: 0 when there is or was made room for @need, 1 not; @ret_hard is what there is at most. */
static int limit_reach(int resource, rlim_t need, enum limit_how how, rlim_t *ret_hard)
{
	struct rlimit limit;

	*ret_hard = 0;
	if (getrlimit(resource, &limit))
		return 1;
	*ret_hard = limit.rlim_max;
	if (limit.rlim_cur >= need)
		return 0;
	if (limit.rlim_max < need)
		return 1;
	limit.rlim_cur = need;
	return how == LIMIT_RAISE && setrlimit(resource, &limit);
}

int limit_files(const struct run *run, enum limit_how how, struct err *err)
{
	unsigned long long need = FD_SLOT_BASE + run->img.fd_count + FD_SPARE;
	rlim_t hard;

	if (!limit_reach(RLIMIT_NOFILE, need, how, &hard))
		return 0;
	err_set(err, ERR_HOST, "the limit of open files is %llu, and the VM needs %llu",
		(unsigned long long)hard, need);
	err_why(err, "Each disk, queue and payload is a descriptor of QEMU (RLIMIT_NOFILE).");
	err_fix(err, "ulimit -n %llu, or LimitNOFILE=%llu in the unit.", need, need);
	return -1;
}

static size_t list_bytes(char *const *list)
{
	size_t bytes = 0;

	for (; *list; list++)
		bytes += strlen(*list) + 1 + sizeof(*list);
	return bytes;
}

int limit_argv(const struct run *run, char *const *argv, enum limit_how how, struct err *err)
{
	size_t bytes = list_bytes(argv) + list_bytes(exec_environment(run)) + EXEC_SLACK;
	rlim_t hard;

	if (bytes <= EXEC_BYTES_MIN)
		return 0;
	if (bytes <= EXEC_BYTES_MAX && !limit_reach(RLIMIT_STACK, bytes * 4, how, &hard))
		return 0;
	err_set(err, ERR_HOST, "the command line of QEMU and its environment have %zu bytes",
		bytes);
	err_why(err,
		"The kernel takes a quarter of the stack's limit, and at most %u bytes "
		"(RLIMIT_STACK, execve(2)).",
		EXEC_BYTES_MAX);
	if (bytes <= EXEC_BYTES_MAX)
		err_fix(err, "ulimit -s %zu, or LimitSTACK=%zuK in the unit.", bytes / 256 + 1,
			bytes / 256 + 1);
	else
		err_fix(err, "Start kiln-run with a smaller environment: env -i kiln-run up ...");
	return -1;
}
