/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buf.h - build a text in a fixed buffer.
 *
 * Appending past the end changes nothing and sets a flag, so that a caller appends freely and asks
 * once at the end. The text is NUL-terminated at every moment. No allocation.
 */
#ifndef KILN_BASE_BUF_H
#define KILN_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/**
 * struct buf - a text under construction.
 * @data: the text, NUL-terminated.
 * @size: bytes in @data, with room for the NUL.
 * @len: bytes of text, without the NUL.
 * @overflow: something did not fit and was left out; stays set.
 */
struct buf {
	char *data;
	size_t size, len;
	bool overflow;
};

/** buf_init() - begin an empty text in @size bytes (at least 1) at @data. */
void buf_init(struct buf *buf, char *data, size_t size);

/** buf_add_bytes() - append @len bytes; all of them or, on overflow, none. */
void buf_add_bytes(struct buf *buf, const void *bytes, size_t len);

/** buf_add_str() - append a string; all of it or none. */
void buf_add_str(struct buf *buf, const char *str);

/** buf_add_char() - append one byte. */
void buf_add_char(struct buf *buf, char c);

/** buf_addf() - append formatted text; all of it or none. */
void buf_addf(struct buf *buf, const char *fmt, ...) PRINTF(2, 3);

/** buf_cut() - shorten the text to @len bytes; the overflow flag stays. */
void buf_cut(struct buf *buf, size_t len);

#endif
