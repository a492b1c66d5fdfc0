/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * backing.c - which object, and what it is told; the order of the members is libvirt's.
 *
 * Huge pages come from a memory file (memfd), so that the user that QEMU runs as needs no hugetlbfs
 * where it may write; so does shared memory that is not in a file by the configuration.
 */
#include "model/backing.h"

#include <string.h>

#include "base/numset.h"

enum kind { KIND_RAM, KIND_FILE, KIND_MEMFD };

const struct prop_word backing_access_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "SHARED", .xml = "shared"},
	{.sym = "PRIVATE", .xml = "private"},
	{0},
};

const struct prop_word backing_policy_words[] = {
	{.sym = "STRICT", .xml = "strict", .qemu = "bind"},
	{.sym = "PREFERRED", .xml = "preferred", .qemu = "preferred"},
	{.sym = "INTERLEAVE", .xml = "interleave", .qemu = "interleave"},
	{0},
};

const char *backing_nodes_fault(const char *nodes, const struct prop_word *policy)
{
	struct numset set;

	if (numset_parse(nodes, NUMSET_MAX - 1, &set) < 0)
		return "The NUMA nodes of a host are numbers from 0 to 1023 and ranges of them with "
		       "commas between, as 0-1,3.";
	if (prop_word_is(policy, "PREFERRED") && numset_count(&set) != 1)
		return "The kernel prefers one node; of several it would take the first.";
	return NULL;
}

static bool is_shared(const struct guest_memory *memory, const struct backing *backing)
{
	const struct prop_word *own = backing->access;

	if (own && !prop_word_is(own, "DEFAULT"))
		return prop_word_is(own, "SHARED");
	return prop_word_is(memory->access, "SHARED");
}

static bool is_huge(const struct guest_memory *memory, const struct backing *backing)
{
	return !backing->path && (memory->hugepages || backing->page_kib);
}

static enum kind kind_of(const struct guest_memory *memory, const struct backing *backing)
{
	if (backing->path || prop_word_is(memory->source, "FILE"))
		return KIND_FILE;
	if (prop_word_is(memory->source, "MEMFD") || is_huge(memory, backing) ||
	    is_shared(memory, backing))
		return KIND_MEMFD;
	return KIND_RAM;
}

static void add_place(struct emit *emit, struct node *tree, const struct guest_memory *memory,
		      const struct backing *backing)
{
	const struct prop_word *policy = backing->nodes ? backing->policy : memory->policy;
	const char *nodes = backing->nodes ? backing->nodes : memory->host_nodes;

	/* Which nodes, and with them the policy, is known on the target alone. */
	if (!backing->nodes && prop_word_is(memory->placement, "AUTO")) {
		node_add_string(emit->arena, tree, "host-nodes",
				emit_mark(emit, FIX_NODES, 0, 0, policy->qemu));
		return;
	}
	if (!nodes)
		return;
	node_add_set(emit->arena, tree, "host-nodes", nodes);
	node_add_string(emit->arena, tree, "policy", policy->qemu);
}

static void add_file(struct emit *emit, struct node *tree, const struct guest_memory *memory,
		     const struct backing *backing)
{
	struct arena *arena = emit->arena;

	node_add_string(arena, tree, "mem-path", backing->path ? backing->path : memory->dir);
	/* Never of a file of somebody's own: it is there for what is in it. */
	if (!backing->path && (memory->discard || backing->discard))
		node_add_bool(arena, tree, "discard-data", true);
	node_add_bool(arena, tree, "share", is_shared(memory, backing));
	if (backing->align)
		node_add_uint(arena, tree, "align", backing->align);
	if (backing->pmem)
		node_add_bool(arena, tree, "pmem", true);
	if (backing->read_only)
		node_add_bool(arena, tree, "readonly", true);
}

static void add_memfd(struct emit *emit, struct node *tree, const struct guest_memory *memory,
		      const struct backing *backing)
{
	uint64_t page_kib = backing->page_kib ? backing->page_kib : memory->page_kib;
	struct arena *arena = emit->arena;

	if (is_huge(memory, backing)) {
		node_add_bool(arena, tree, "hugetlb", true);
		if (page_kib)
			node_add_uint(arena, tree, "hugetlbsize", page_kib << 10);
	}
	node_add_bool(arena, tree, "share", is_shared(memory, backing));
}

/* Pages of a file that is only read are there already. */
static bool is_taken(const struct guest_memory *memory, const struct backing *backing)
{
	if (backing->path && (backing->pmem || backing->read_only))
		return false;
	return backing->prealloc || memory->prealloc || is_huge(memory, backing);
}

void backing_emit(struct emit *emit, const struct backing *backing)
{
	static const char *const types[] = {
		[KIND_RAM] = "memory-backend-ram",
		[KIND_FILE] = "memory-backend-file",
		[KIND_MEMFD] = "memory-backend-memfd",
	};
	const struct guest_memory *memory = &emit->vm->guest.memory;
	struct node *tree = emit_tree(emit, "-object", 0);
	enum kind kind = kind_of(memory, backing);
	struct arena *arena = emit->arena;

	node_add_string(arena, tree, "qom-type", types[kind]);
	node_add_string(arena, tree, "id", backing->id);
	if (kind == KIND_FILE)
		add_file(emit, tree, memory, backing);
	else if (kind == KIND_MEMFD)
		add_memfd(emit, tree, memory, backing);
	if (backing->unreserved) {
		node_add_bool(arena, tree, "reserve", false);
	} else if (is_taken(memory, backing)) {
		node_add_bool(arena, tree, "prealloc", true);
		if (memory->prealloc_threads)
			node_add_uint(arena, tree, "prealloc-threads", memory->prealloc_threads);
	}
	node_add_uint(arena, tree, "size", backing->bytes);
	add_place(emit, tree, memory, backing);
}
