/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.h - what a guest would notice between two images: sections GUEST, merged.
 *
 * Knows no device: which facts are promised stands in the images. Of the keys it knows "device",
 * "path", "port" and "bus-FIRMWARE", for the words of a change.
 */
#ifndef KILN_KILN_COMPARE_H
#define KILN_KILN_COMPARE_H

#include "image/image.h"
#include "model/arena.h"

enum change_kind {
	CHANGE_ADDED, /* a device that OLD lacks; @key is NULL, @was who had its place, or NULL */
	CHANGE_REMOVED, /* a device that NEW lacks; @key is NULL */
	CHANGE_MOVED, /* another path from the root, or another port */
	CHANGE_RENUMBERED, /* same path, but the firmware gives its bus another number */
	CHANGE_VALUE, /* anything else */
	CHANGE_KIND_COUNT,
};

/** change_word() - "added", "removed", "moved", "renumbered", "changed". */
const char *change_word(enum change_kind kind);

/**
 * struct change - one difference.
 * @id, @key: which fact.
 * @old, @new: its values; NULL where there is none. Of an added or removed device what it is and
 *             where: "virtio-blk-pci at 01.3/00.0"; or what is told: "network, bridge br0, name lan".
 * @was: of an added device: who had its place in OLD.
 * @host: an added or removed device is the host's side alone.
 * @breaks: it breaks what the guest was promised.
 */
struct change {
	enum change_kind kind;
	const char *id, *key, *old, *new, *was;
	bool host, breaks;
	struct change *next;
};

/** struct comparison - @first: all changes by identity and key; @breaks how many break. */
struct comparison {
	struct arena *arena;
	struct change *first, *last;
	size_t count, breaks;
};

/**
 * compare_images() - merge the facts of two images.
 * @old: open. @new: open.
 * @ret: set @arena, the rest zero.
 */
void compare_images(const struct img *old, const struct img *new, struct comparison *ret);

#endif
