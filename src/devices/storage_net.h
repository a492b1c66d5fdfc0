/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * storage_net.h - the protocols; for storage.c alone.
 */
#ifndef KILN_DEVICES_STORAGE_NET_H
#define KILN_DEVICES_STORAGE_NET_H

#include "devices/storage.h"

struct building;

/**
 * struct protocol - one that QEMU speaks to a server.
 * @sym: of its word in storage_words. @flags: STORAGE_*. @port: where it listens by default.
 * @name: what a name of it looks like, as a sentence.
 * @is_name: whether it is one; NULL = anything.
 * @add: adds the members of the node that are its own.
 */
struct protocol {
	const char *sym;
	unsigned flags, port;
	const char *name;
	bool (*is_name)(const char *name);
	void (*add)(const struct building *building);
};

/** storage_net_find() - the protocol of a source, or NULL. */
const struct protocol *storage_net_find(const struct storage *storage);

/** storage_net_add() - its objects, and its node without what all nodes have. */
struct node *storage_net_add(struct emit *emit, const struct vm_dev *dev,
			     const struct storage_access *access);

#endif
