/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format.h - the bytes of an image on disk. FORMAT.md is the specification; this is its C form.
 *
 * Every number is little-endian and stands at a multiple of its size. Offsets count from the start
 * of the image, which may stand behind other bytes (a runtime) in its file. Where each part stands
 * follows from what is before it: there is one valid place, and every byte between is zero.
 */
#ifndef KILN_IMAGE_FORMAT_H
#define KILN_IMAGE_FORMAT_H

#include <stdint.h>

#include "image/image.h"

#define IMG_VERSION       5
#define IMG_MAGIC         "KILN-IMG" /* first 8 bytes of the image */
#define IMG_TRAILER_MAGIC "KILN-END" /* last 8 bytes of the file */
#define IMG_MAGIC_BYTES   8

#define IMG_ALIGN          4096 /* of the image in its file, and of each payload in the image */
#define IMG_SECTION_ALIGN  8 /* of metadata sections, block indexes and the trailer */
#define IMG_SECTION_MAX    (SECTION_COUNT + PAYLOAD_MAX) /* metadata sections and payloads */
#define IMG_NAME_BYTES     64
#define IMG_META_LEN_MAX   32768 /* section META, unpacked */
#define IMG_BLOCK_MIN      65536 /* unpacked bytes of a block of a payload: a power of two */
#define IMG_BLOCK_MAX      1048576
#define IMG_STORED_CHUNK   262144 /* bytes under one checksum when a payload is stored as it is */
#define IMG_PAYLOAD_RAWMAX (UINT64_C(1) << 40) /* unpacked bytes of a payload */
#define IMG_SECTOR         512 /* a payload that is used in place has a multiple of these */

/* Every checksum is XXH3-64 with seed 0; one inside the bytes that it covers counts as zero. */

/** struct img_disk_header - the first bytes of an image. */
struct img_disk_header {
	uint8_t magic[IMG_MAGIC_BYTES]; /* IMG_MAGIC */
	uint32_t version; /* IMG_VERSION; a reader refuses every other */
	uint32_t header_bytes; /* 48 */
	uint64_t size; /* of the whole image, from this header to the end of the trailer */
	uint32_t section_count; /* entries of the section table, which follows at once */
	uint32_t entry_bytes; /* 128 */
	uint64_t table_checksum; /* of the section table */
	uint64_t checksum; /* of this header */
};

enum img_encoding {
	ENCODING_STORED, /* as it is */
	ENCODING_LZ4, /* metadata: one LZ4 block; payload: LZ4 blocks with an index */
	ENCODING_COUNT,
};

#define IMG_KIND_PAYLOAD 256 /* metadata sections: enum img_section */

/** struct img_disk_section - one entry of the section table. */
struct img_disk_section {
	uint32_t kind; /* 0..7: metadata, each once and in this order; then IMG_KIND_PAYLOAD */
	uint32_t encoding; /* enum img_encoding */
	uint64_t offset; /* where its bytes begin */
	uint64_t stored; /* bytes in the file, of a payload without its index */
	uint64_t raw; /* bytes when unpacked; equal to @stored when stored as it is */
	uint64_t checksum; /* metadata: of the stored bytes; payload: of the block index */
	uint32_t block; /* payload in LZ4 blocks: unpacked bytes of each but the last; else 0 */
	uint32_t blocks; /* payload: entries of its block index; else 0 */
	uint8_t zero[16]; /* zero */
	uint8_t name[IMG_NAME_BYTES]; /* section or file name, filled up with NUL, at least one */
};

/**
 * struct img_disk_block - one entry of a payload's block index.
 *
 * The index follows its payload at the next multiple of IMG_SECTION_ALIGN. Blocks stand one behind
 * the other without a gap. A block that LZ4 did not make smaller is stored as it is: its @stored
 * is then its unpacked length.
 */
struct img_disk_block {
	uint32_t stored; /* bytes in the file */
	uint32_t zero; /* zero */
	uint64_t checksum; /* of the stored bytes */
};

/** struct img_disk_trailer - the last bytes of the file. */
struct img_disk_trailer {
	uint64_t size; /* as in the header; the image begins at the file's end minus this */
	uint64_t header_checksum; /* as in the header, so that halves of two images do not fit */
	uint64_t checksum; /* of this trailer */
	uint32_t trailer_bytes; /* 40 */
	uint32_t version; /* as in the header; always the 4 bytes before the magic */
	uint8_t magic[IMG_MAGIC_BYTES]; /* IMG_TRAILER_MAGIC */
};

_Static_assert(sizeof(struct img_disk_header) == 48, "no padding");
_Static_assert(sizeof(struct img_disk_section) == 128, "no padding");
_Static_assert(sizeof(struct img_disk_block) == 16, "no padding");
_Static_assert(sizeof(struct img_disk_trailer) == 40, "no padding");

/*
 * ARGV:  u32 count; then for each argument: u32 flags (ARG_*), text.
 * PLAN:  struct img_disk_plan; then the site slots: u32 kind, u32 key length, u32 value length, key,
 *        NUL, value, NUL; then the operations: u32 code, then its fields in the order of ops.h: a
 *        text, or u32.
 * text:  u32 count; then for each segment: struct img_disk_segment, then @len bytes.
 * No padding: records are read byte by byte.
 */
struct img_disk_plan {
	uint32_t site_count;
	uint32_t op_count;
	uint32_t
		fd_count; /* descriptor slots; each below this is filled by exactly one operation */
	uint32_t ops_at; /* offset of the first operation in this section */
};

struct img_disk_segment {
	uint8_t kind; /* enum fixup_kind */
	uint8_t escape; /* enum text_escape */
	uint16_t zero;
	uint32_t a, b; /* see text.h */
	uint32_t len; /* bytes of literal or key that follow */
};

_Static_assert(sizeof(struct img_disk_plan) == 16, "no padding");
_Static_assert(sizeof(struct img_disk_segment) == 16, "no padding");

/** img_align_up() - the next multiple of @align, a power of two; callers bound @value. */
static inline uint64_t img_align_up(uint64_t value, uint64_t align)
{
	return (value + align - 1) & ~(align - 1);
}

#endif
