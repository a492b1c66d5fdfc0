/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * utf8.c - check and write UTF-8 characters.
 */
#include "base/utf8.h"

#include "base/bug.h"

size_t utf8_len(const char *text, size_t left)
{
	/* The first byte gives the length and the range of the second (RFC 3629, section 4). */
	static const struct {
		unsigned char first, last, low, high;
		size_t len;
	} rows[] = {
		{0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	const unsigned char *byte = (const unsigned char *)text;

	for (size_t i = 0; i < ARRAY_SIZE(rows) && left > 0; i++) {
		if (byte[0] < rows[i].first || byte[0] > rows[i].last)
			continue;
		if (rows[i].len > left)
			return 0;
		if (rows[i].len > 1 && (byte[1] < rows[i].low || byte[1] > rows[i].high))
			return 0;
		for (size_t k = 2; k < rows[i].len; k++)
			if (byte[k] < 0x80 || byte[k] > 0xbf)
				return 0;
		return rows[i].len;
	}
	return 0;
}

size_t utf8_put(char out[static UTF8_BYTES_MAX], uint32_t code)
{
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0x00, 0xc0, 0xe0, 0xf0};

	BUG_IF(code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff));
	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (char)(lead[len] | code);
	return len;
}
