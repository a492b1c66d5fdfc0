/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checksum.c - the one place that compiles xxhash, so that the loader holds one copy of it.
 */
#include "image/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bug.h"

_Static_assert(sizeof(XXH3_state_t) <= sizeof(((struct img_checksum *)0)->state), "state fits");

uint64_t img_checksum(const void *data, size_t len)
{
	return XXH3_64bits(data, len);
}

void img_checksum_begin(struct img_checksum *sum)
{
	BUG_IF(XXH3_64bits_reset((XXH3_state_t *)(void *)sum->state) != XXH_OK);
}

void img_checksum_add(struct img_checksum *sum, const void *data, size_t len)
{
	BUG_IF(XXH3_64bits_update((XXH3_state_t *)(void *)sum->state, data, len) != XXH_OK);
}

uint64_t img_checksum_end(const struct img_checksum *sum)
{
	return XXH3_64bits_digest((const XXH3_state_t *)(const void *)sum->state);
}
