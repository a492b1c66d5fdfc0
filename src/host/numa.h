/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * numa.h - which NUMA nodes of this host have room for a guest.
 */
#ifndef KILN_HOST_NUMA_H
#define KILN_HOST_NUMA_H

#include <stdint.h>

#include "base/err.h"
#include "base/numset.h"

#define NUMA_FOLDER "/sys/devices/system/node"

/**
 * numa_advise() - choose nodes, as few as can be, that hold a guest.
 * @folder: NUMA_FOLDER, or another one of the same form.
 * @cpus: CPUs of the guest.
 * @mib: its memory.
 * @ret_nodes: nodes with memory, for the guest's memory.
 * @ret_cpus: all CPUs of the nodes that were chosen.
 * @err: ERR_HOST: the folder cannot be read, or no node has memory.
 *
 * The node with the most free memory comes first, then the next one, until there is room for the
 * memory and a CPU for each of the guest's; all nodes where there is never enough. Of nodes that are
 * equal the lower number comes first. Free is what the kernel calls free, and file pages that were not
 * used of late.
 *
 * Return: 0, or -1.
 */
int numa_advise(const char *folder, unsigned cpus, uint64_t mib, struct numset *ret_nodes,
		struct numset *ret_cpus, struct err *err) MUST_CHECK;

#endif
