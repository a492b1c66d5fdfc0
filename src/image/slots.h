/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slots.h - a set of descriptor slots; each start of a VM has one, of those that nothing is in.
 */
#ifndef KILN_IMAGE_SLOTS_H
#define KILN_IMAGE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "image/ops.h"

/** struct slot_set - @count slots, a bit each; zero-initialise for the empty set. */
struct slot_set {
	uint64_t word[FD_SLOT_MAX / 64];
	unsigned count;
};

/** slot_set_add() - put a slot into the set, once. */
static inline void slot_set_add(struct slot_set *set, uint32_t slot)
{
	set->word[slot / 64] |= UINT64_C(1) << slot % 64;
	set->count++;
}

/** slot_set_has() - whether a slot is in the set. */
static inline bool slot_set_has(const struct slot_set *set, uint32_t slot)
{
	return set->word[slot / 64] & UINT64_C(1) << slot % 64;
}

#endif
