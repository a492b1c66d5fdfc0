/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checksum.h - the checksum of the image format: XXH3-64, seed 0.
 *
 * It finds damage, not forgery: a signature is another section's business.
 */
#ifndef KILN_IMAGE_CHECKSUM_H
#define KILN_IMAGE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/** img_checksum() - the checksum of @len bytes. */
uint64_t img_checksum(const void *data, size_t len);

/** struct img_checksum - a checksum under way; the bytes are the library's. */
struct img_checksum {
	_Alignas(64) unsigned char state[640];
};

/** img_checksum_begin() - start one. */
void img_checksum_begin(struct img_checksum *sum);

/** img_checksum_add() - take in @len more bytes. */
void img_checksum_add(struct img_checksum *sum, const void *data, size_t len);

/** img_checksum_end() - the checksum of all that was added. */
uint64_t img_checksum_end(const struct img_checksum *sum);

#endif
