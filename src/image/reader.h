/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader.h - what the reader's files share: bounds, refusals, and a cursor over bytes. Private.
 */
#ifndef KILN_IMAGE_READER_H
#define KILN_IMAGE_READER_H

#include "image/format.h"
#include "image/image.h"

/** img_span_fits() - whether @len bytes at @offset lie within @size; the one bounds check. */
bool img_span_fits(uint64_t offset, uint64_t len, uint64_t size);

/**
 * img_refuse_damage() - the bytes are not what was written: bits flipped, cut, or appended to.
 *
 * Return: always -1.
 */
int img_refuse_damage(const struct img *img, struct err *err, const char *fmt, ...) PRINTF(3, 4);

/**
 * img_refuse_content() - the bytes are as they were written, but break a rule of the format.
 * @section: where.
 * @at: offset in the unpacked section.
 *
 * Return: always -1.
 */
int img_refuse_content(const struct img *img, enum img_section section, size_t at, struct err *err,
		       const char *fmt, ...) PRINTF(5, 6);

/** img_refuse_limit() - @value of @what is above a limit of ops.h. Return: always -1. */
int img_refuse_limit(const struct img *img, enum img_section section, const char *what,
		     uint64_t value, uint64_t limit, struct err *err);

/** img_read_at() - read @len bytes at @offset of the image, which must lie within it. */
int img_read_at(const struct img *img, uint64_t offset, void *buf, size_t len,
		struct err *err) MUST_CHECK;

/** struct img_bytes - a place in an unpacked section. */
struct img_bytes {
	struct img_span span;
	size_t at;
};

/** img_take() - the next @len bytes, or NULL when the section ends before. */
const unsigned char *img_take(struct img_bytes *bytes, size_t len);

/** img_take_u32() - the next number. Return: 0, or -1 when the section ends before. */
int img_take_u32(struct img_bytes *bytes, uint32_t *ret) MUST_CHECK;

/** img_take_segment() - the head of the next segment; its @len bytes follow. Return: 0 or -1. */
int img_take_segment(struct img_bytes *bytes, struct img_disk_segment *ret) MUST_CHECK;

/** img_take_plan() - the head of section PLAN. Return: 0 or -1. */
int img_take_plan(struct img_bytes *bytes, struct img_disk_plan *ret) MUST_CHECK;

/**
 * img_check_content() - check META, the texts, PLAN and ARGV, and set the counts of @img.
 * @img: sections and payload count set.
 * @meta: receives the values of META as strings: as many bytes as META has, at most
 *        IMG_META_LEN_MAX.
 *
 * Return: 0, or -1.
 */
int img_check_content(struct img *img, char *meta, struct err *err) MUST_CHECK;

/** img_check_guest() - the part for GUEST (reader_guest.c). */
int img_check_guest(const struct img *img, struct err *err) MUST_CHECK;

/** img_check_needs() - the part for NEEDS (reader_needs.c); sets @img->need_count. */
int img_check_needs(struct img *img, struct err *err) MUST_CHECK;

/** img_check_plan() - the part for PLAN and ARGV (reader_plan.c). */
int img_check_plan(struct img *img, struct err *err) MUST_CHECK;

/** img_check_index() - check the block index of payload @index against @checksum (payload.c). */
int img_check_index(const struct img *img, uint32_t index, uint64_t checksum,
		    struct err *err) MUST_CHECK;

/** img_payload_chunk() - unpacked bytes under one checksum of this payload. */
uint32_t img_payload_chunk(const struct img_payload *payload);

#endif
