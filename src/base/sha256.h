/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sha256.h - SHA-256 (FIPS 180-4), for identities that are derived, not for speed.
 */
#ifndef KILN_BASE_SHA256_H
#define KILN_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES       32
#define SHA256_BLOCK_BYTES 64

/** struct sha256 - a hash under way. */
struct sha256 {
	uint32_t state[8];
	uint64_t len; /* bytes taken in */
	unsigned char block[SHA256_BLOCK_BYTES]; /* of the last, unfinished block */
};

/** sha256_begin() - start one. */
void sha256_begin(struct sha256 *sha);

/** sha256_add() - take in @len more bytes. */
void sha256_add(struct sha256 *sha, const void *data, size_t len);

/** sha256_end() - finish; @sha is used up. */
void sha256_end(struct sha256 *sha, unsigned char digest[static SHA256_BYTES]);

#endif
