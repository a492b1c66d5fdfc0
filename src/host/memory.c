/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.c - operation memory: a limit that is raised, NUMA nodes that are chosen, CPUs that are kept to.
 *
 * Acquires nothing: what it sets is this process's, and QEMU inherits it.
 */
#include <errno.h>
#include <sched.h>
#include <sys/resource.h>

#include "host/host.h"
#include "host/numa.h"

/* RLIM_INFINITY, or bytes; 0 = nothing is locked. */
static rlim_t lock_need(const struct op_memory *memory)
{
	return memory->flags & MEMORY_LOCKED ? RLIM_INFINITY : (rlim_t)memory->lock_mib << 20;
}

static int lock_refuse(rlim_t need, rlim_t hard, int sys_errno, struct err *err)
{
	if (need == RLIM_INFINITY) {
		err_sys(err, ERR_HOST, sys_errno, "QEMU may not lock all of its memory");
		err_why(err,
			"The image asks for memory that is never swapped out; the limit "
			"RLIMIT_MEMLOCK is %llu bytes.",
			(unsigned long long)hard);
		err_fix(err, "Run kiln-run as root, or: ulimit -l unlimited; LimitMEMLOCK=infinity "
			     "in the unit.");
		return -1;
	}
	err_sys(err, ERR_HOST, sys_errno, "QEMU may not lock %llu MiB of memory",
		(unsigned long long)need >> 20);
	err_why(err,
		"Devices of the host that the guest gets reach its memory past QEMU, so it must "
		"stay where it is; the limit RLIMIT_MEMLOCK is %llu bytes.",
		(unsigned long long)hard);
	err_fix(err, "Run kiln-run as root, or: ulimit -l %llu; LimitMEMLOCK=%lluM in the unit.",
		(unsigned long long)need >> 10, (unsigned long long)need >> 20);
	return -1;
}

enum limit_try { LIMIT_LOOK, LIMIT_SET };

/* Whether the limit can be raised says only the kernel: root of a user namespace is not enough. */
static int allow_lock(const struct op_memory *memory, enum limit_try how, struct err *err)
{
	rlim_t need = lock_need(memory);
	struct rlimit limit = {0}, wanted;

	(void)getrlimit(RLIMIT_MEMLOCK, &limit);
	/* RLIM_INFINITY is the largest number. */
	if (limit.rlim_cur >= need)
		return 0;
	wanted.rlim_cur = need;
	wanted.rlim_max = limit.rlim_max > need ? limit.rlim_max : need;
	if (setrlimit(RLIMIT_MEMLOCK, &wanted))
		return lock_refuse(need, limit.rlim_max, errno, err);
	if (how == LIMIT_LOOK)
		(void)setrlimit(RLIMIT_MEMLOCK, &limit);
	return 0;
}

static int keep_to(const struct numset *cpus, struct err *err)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (unsigned i = 0; i < NUMSET_MAX && i < CPU_SETSIZE; i++) {
		if (numset_has(cpus, i))
			CPU_SET(i, &set);
	}
	if (!sched_setaffinity(0, sizeof(set), &set))
		return 0;
	err_sys(err, ERR_HOST, errno, "cannot keep to the CPUs of the chosen NUMA nodes");
	err_why(err,
		"The image places the guest's CPUs near its memory, and none of these CPUs may be "
		"used here.");
	err_fix(err, "Widen the CPU set of this process (taskset -p, AllowedCPUs= of the unit).");
	return -1;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const struct op_memory *memory = &op->memory;
	struct numset cpus;

	if (allow_lock(memory, LIMIT_SET, err))
		return -1;
	if (!(memory->flags & MEMORY_ADVICE))
		return 0;
	if (numa_advise(NUMA_FOLDER, memory->cpus, memory->mib, &host->nodes, &cpus, err))
		return -1;
	return memory->flags & MEMORY_CPUS ? keep_to(&cpus, err) : 0;
}

static void check(struct host *host UNUSED, const struct op *op, struct findings *findings)
{
	const struct op_memory *memory = &op->memory;
	struct numset nodes, cpus;
	struct err err;

	if (allow_lock(memory, LIMIT_LOOK, &err))
		findings_add(findings, &err);
	if (memory->flags & MEMORY_ADVICE &&
	    numa_advise(NUMA_FOLDER, memory->cpus, memory->mib, &nodes, &cpus, &err))
		findings_add(findings, &err);
}

const struct host_op host_memory = {.acquire = acquire, .check = check};
