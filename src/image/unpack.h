/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack.h - one block of LZ4's block format, unpacked. LZ4's own library packs it (writer.c).
 */
#ifndef KILN_IMAGE_UNPACK_H
#define KILN_IMAGE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/*
 * A block can be unpacked in place when its last byte lies this far behind the last unpacked one. What
 * the rest of a block unpacks to is shorter than that rest by at most two bytes and one in 256 (long
 * literals with their length), and img_unpack() writes up to 16 bytes more than it means to.
 */
#define IMG_UNPACK_MARGIN(packed_len) (((packed_len) >> 8) + 32)

/**
 * img_unpack() - unpack one LZ4 block whose unpacked length is known.
 * @packed: the block; it may overlap the end of @raw as IMG_UNPACK_MARGIN says.
 * @packed_len: its length, at most 4 MiB.
 * @raw: where the unpacked bytes go.
 * @raw_len: how many they must be.
 *
 * Reads and writes nothing outside of the two, whatever the block holds. What is in @raw after a
 * refusal is undefined.
 *
 * Return: false if this is no block of LZ4 that unpacks to exactly @raw_len bytes.
 */
MUST_CHECK bool img_unpack(const unsigned char *packed, size_t packed_len, unsigned char *raw,
			   size_t raw_len);

#endif
