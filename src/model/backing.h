/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backing.h - the -object that a piece of the guest's memory is made of.
 *
 * One function for the whole memory, for the cells of a NUMA guest and for memory devices: all of them
 * follow CONFIG_MEMORY_*, and a cell or a device may say otherwise.
 */
#ifndef KILN_MODEL_BACKING_H
#define KILN_MODEL_BACKING_H

#include "model/emit.h"

/**
 * struct backing - a piece of memory.
 * @id: of the object. @bytes: its size.
 * @access: word of a choice DEFAULT, SHARED, PRIVATE; NULL or DEFAULT = as the guest's memory.
 * @nodes: NUMA nodes of the host; NULL = as the guest's memory. @policy: word whose QEMU spelling is
 *         the policy; goes with @nodes.
 * @page_kib: size of its huge pages; 0 = as the guest's memory.
 * @discard: what is in it need not be written back at the end.
 * @path: a file that holds it, or a mark that becomes one; NULL = anonymous, or as the guest's memory.
 * @pmem, @read_only, @align: of such a file; @align in bytes, 0 = QEMU's.
 * @prealloc: taken at the start whatever the guest's memory is.
 * @unreserved: address space that is filled later (virtio-mem).
 */
struct backing {
	const char *id;
	uint64_t bytes;
	const struct prop_word *access;
	const char *nodes;
	const struct prop_word *policy;
	const char *path;
	uint64_t page_kib, align;
	bool discard, pmem, read_only, prealloc, unreserved;
};

/* Words of the choices ACCESS (DEFAULT, SHARED, PRIVATE) and POLICY (STRICT, PREFERRED, INTERLEAVE). */
extern const struct prop_word backing_access_words[], backing_policy_words[];

/**
 * backing_nodes_fault() - why a text does not name NUMA nodes of a host for that policy, or NULL.
 * @nodes: "0-1,3". @policy: a word of backing_policy_words.
 */
const char *backing_nodes_fault(const char *nodes, const struct prop_word *policy);

/** backing_emit() - write the object. */
void backing_emit(struct emit *emit, const struct backing *backing);

#endif
