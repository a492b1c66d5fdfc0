/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * writer_pack.h - what the writer's files share. Private; composer only.
 */
#ifndef KILN_IMAGE_WRITER_PACK_H
#define KILN_IMAGE_WRITER_PACK_H

#include "image/format.h"
#include "image/writer.h"

/** struct pack_out - bytes that grow; @failed: memory ran out, and nothing is added any more. */
struct pack_out {
	unsigned char *data;
	size_t len, size;
	bool failed;
};

/** pack_bytes() - append @len bytes. */
void pack_bytes(struct pack_out *out, const void *bytes, size_t len);

/** pack_u32() - append a number, little-endian. */
void pack_u32(struct pack_out *out, uint32_t value);

/** pack_sections() - build the metadata sections; free each of @out with free(3). */
void pack_sections(const struct img_source *src, struct pack_out out[SECTION_COUNT]);

/** struct pack - an image under way. */
struct pack {
	const struct img_source *src;
	int fd;
	struct err *err;
	uint64_t at; /* image offset behind what was written */
	struct img_disk_section table[IMG_SECTION_MAX]; /* little-endian */
};

/** pack_write() - write @len bytes at @offset; does not move @pack->at. */
int pack_write(const struct pack *pack, uint64_t offset, const void *bytes, size_t len) MUST_CHECK;

/** pack_memory() - refuse for want of memory. Return: always -1. */
int pack_memory(struct err *err);

/** pack_payload() - write payload @index, its block index and its table entry. */
int pack_payload(struct pack *pack, size_t index) MUST_CHECK;

#endif
