/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storage.c - the kinds of sources, and how each is opened: descriptors for what is on the target,
 * sockets of QEMU's own for what is on a server (storage_net.c).
 */
#include "devices/storage.h"

#include <string.h>

#include "devices/storage_net.h"
#include "image/image.h"

#define FILE_WORDS                                                        \
	{.sym = "FILE", .xml = "file"}, {.sym = "BLOCK", .xml = "block"}, \
	{                                                                 \
		.sym = "PAYLOAD", .xml = "file"                           \
	}

/* The protocol is the word for XML's source/@protocol and, where they agree, QEMU's driver. */
const struct prop_word storage_words[] = {
	FILE_WORDS,
	{.sym = "NONE", .xml = "file"},
	{.sym = "NBD", .xml = "network", .qemu = "nbd"},
	{.sym = "RBD", .xml = "network", .qemu = "rbd"},
	{.sym = "GLUSTER", .xml = "network", .qemu = "gluster"},
	{.sym = "ISCSI", .xml = "network", .qemu = "iscsi"},
	{.sym = "HTTP", .xml = "network", .qemu = "http"},
	{.sym = "HTTPS", .xml = "network", .qemu = "https"},
	{.sym = "SSH", .xml = "network", .qemu = "ssh"},
	{0},
};

const struct prop_word storage_local_words[] = {
	{.sym = "NONE"},
	FILE_WORDS,
	{0},
};

bool storage_is(const struct storage *storage, const char *sym)
{
	return prop_word_is(storage->kind, sym);
}

unsigned storage_flags(const struct storage *storage)
{
	if (storage_is(storage, "FILE"))
		return STORAGE_LOCAL;
	if (storage_is(storage, "BLOCK"))
		return STORAGE_LOCAL | STORAGE_PASSABLE;
	const struct protocol *protocol = storage_net_find(storage);

	return protocol ? protocol->flags | STORAGE_NETWORK : 0;
}

const char *storage_protocol(const struct storage *storage)
{
	return storage->kind ? storage->kind->qemu : NULL;
}

const char *storage_secret_type(const struct storage *storage)
{
	/* libvirt knows two types for what logs in to a server. */
	return storage_is(storage, "RBD") ? "ceph" : "iscsi";
}

bool storage_is_set(const struct storage *storage)
{
	if (!storage->kind || storage_is(storage, "NONE"))
		return false;
	if (!(storage_flags(storage) & STORAGE_NETWORK))
		return storage->path;
	/* What lacks one is refused; nothing is built of it. */
	return storage->name || !(storage_flags(storage) & STORAGE_NAME);
}

/* QEMU's documentation of -drive cache, as libvirt writes it. */
void storage_add_cache(struct arena *arena, struct node *node, enum storage_cache cache)
{
	if (cache == CACHE_DEFAULT)
		return;
	struct node *object = node_add(arena, node, "cache", NODE_OBJECT);

	node_add_bool(arena, object, "direct", cache == CACHE_DIRECT);
	node_add_bool(arena, object, "no-flush", cache == CACHE_UNSAFE);
}

/* Returns the descriptor slot of the opened file, device or unpacked payload. */
static uint32_t add_op(struct emit *emit, const struct vm_dev *dev,
		       const struct storage_access *access)
{
	const struct storage *storage = access->storage;
	struct op op;

	memset(&op, 0, sizeof(op));
	if (storage_is(storage, "PAYLOAD")) {
		op.code = OP_PAYLOAD;
		op.payload.index = emit_payload_file(emit, dev, access->path_row, storage->path);
		op.payload.flags = access->slice ? PAYLOAD_IN_PLACE : PAYLOAD_SEAL;
		return emit_op(emit, &op);
	}
	op.code = OP_FILE;
	op.file.owner = dev->id;
	op.file.path = emit_site_value(emit, dev, access->path_row);
	op.file.flags = (access->read_only ? FILE_READ_ONLY : 0) |
			(storage_is(storage, "BLOCK") ? FILE_BLOCK_DEVICE : 0);
	return emit_op(emit, &op);
}

static struct node *add_local(struct emit *emit, const struct vm_dev *dev,
			      const struct storage_access *access, uint32_t *ret_slot)
{
	struct arena *arena = emit->arena;
	uint32_t slot = *ret_slot = add_op(emit, dev, access);
	const char *name = emit_fd_set(emit, slot);
	struct node *node = emit_tree(emit, "-blockdev", 0);
	bool block = storage_is(access->storage, "BLOCK");

	node_add_string(arena, node, "driver", block ? "host_device" : "file");
	node_add_string(arena, node, "filename", name);
	if (access->aio)
		node_add_string(arena, node, "aio", access->aio);
	return node;
}

void storage_add(struct emit *emit, const struct vm_dev *dev, const struct storage_access *access)
{
	struct arena *arena = emit->arena;
	bool network = storage_flags(access->storage) & STORAGE_NETWORK;
	uint32_t slot = 0;
	struct node *node =
		network ? storage_net_add(emit, dev, access) : add_local(emit, dev, access, &slot);

	node_add_string(arena, node, "node-name", access->node);
	/* Not auto-read-only: a set with one descriptor has one access mode (qemu-facts.md 1). */
	node_add_bool(arena, node, "read-only", access->read_only);
	storage_add_cache(arena, node, access->cache);
	if (!access->read_only)
		node_add_string(arena, node, "discard", "unmap");
	if (!access->slice)
		return;
	node = emit_tree(emit, "-blockdev", 0);
	node_add_string(arena, node, "driver", "raw");
	node_add_string(arena, node, "node-name", access->slice);
	node_add_bool(arena, node, "read-only", true);
	storage_add_cache(arena, node, access->cache);
	node_add_string(arena, node, "file", access->node);
	node_add_string(arena, node, "offset", emit_mark(emit, FIX_PLACE, slot, 0, ""));
}
