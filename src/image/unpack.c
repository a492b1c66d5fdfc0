/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack.c - one block of LZ4's block format (lz4_Block_format.md of LZ4, revised 2022-07-31).
 *
 * Not LZ4's library: Debian's has compressor and decoder in one section, of which the linker takes all
 * or nothing, and that was a sixth of the loader. tests/unit/test_image_unpack.c and
 * tests/fuzz/fuzz_unpack.c hold this against the library. Packed and unpacked bytes may overlap, as
 * unpack.h says; so each step loads whole before it stores.
 */
#include "image/unpack.h"

#include <stdint.h>
#include <string.h>

#define LONG_LENGTH   15 /* in a token: bytes of the length follow */
#define MATCH_MIN     4
#define MATCH_LAST    12 /* no match begins closer to the end of the unpacked bytes */
#define LITERALS_LAST 5 /* nor ends closer to it */
#define STEP          16 /* bytes copied at once where there is room, also behind what is meant */
#define SHORT_IN      16 /* a short sequence reads at most 14 literals and the offset, or one step */
#define SHORT_ROOM    48 /* and writes at most 14 + 18, within both rules of the end */

/* A length that does not fit into its token goes on in bytes, up to the first that is not 255. */
static inline bool read_length(const unsigned char **in, const unsigned char *in_end, size_t *len)
{
	unsigned char more;

	do {
		if (*in == in_end)
			return false;
		more = *(*in)++;
		*len += more;
	} while (more == UINT8_MAX);
	return true;
}

/* Load, then store: unlike memcpy() this is defined for bytes that overlap. */
#define COPY(type, to, from)                         \
	do {                                         \
		type step_;                          \
		memcpy(&step_, from, sizeof(step_)); \
		memcpy(to, &step_, sizeof(step_));   \
	} while (0)

struct step {
	uint64_t half[STEP / sizeof(uint64_t)];
};

/* @room: bytes from @to and @from on that may be written and read, @len or more. */
static inline void copy_literals(unsigned char *to, const unsigned char *from, size_t len,
				 size_t room)
{
	if (room - len < STEP) {
		memmove(to, from, len);
		return;
	}
	for (size_t at = 0; at < len; at += STEP)
		COPY(struct step, to + at, from + at);
}

/* @len bytes from @offset bytes before @to, some of which this may write itself. */
static inline void copy_match(unsigned char *to, size_t offset, size_t len, size_t room)
{
	const unsigned char *from = to - offset;
	unsigned char *end = to + len;

	if (room - len < STEP) {
		while (to < end)
			*to++ = *from++;
		return;
	}
	/* What is repeated doubles with each step until a step does not reach into itself. */
	while (offset < STEP && to < end) {
		COPY(struct step, to, from);
		to += offset;
		offset *= 2;
	}
	for (; to < end; to += STEP, from += STEP)
		COPY(struct step, to, from);
}

bool img_unpack(const unsigned char *packed, size_t packed_len, unsigned char *raw, size_t raw_len)
{
	const unsigned char *in = packed, *in_end = packed + packed_len;
	unsigned char *out = raw, *out_end = raw + raw_len;

	while (in < in_end) {
		unsigned char token = *in++;
		size_t len = token >> 4, offset;
		size_t in_left = (size_t)(in_end - in), room = (size_t)(out_end - out);
		/* Most are: then no length needs a check. */
		bool is_short = len != LONG_LENGTH && in_left >= SHORT_IN && room >= SHORT_ROOM;

		if (is_short) {
			COPY(struct step, out, in);
		} else {
			if (len == LONG_LENGTH && !read_length(&in, in_end, &len))
				return false;
			in_left = (size_t)(in_end - in);
			if (len > in_left || len > room)
				return false;
			copy_literals(out, in, len, in_left < room ? in_left : room);
			/* The last sequence has literals alone. */
			if (len == in_left)
				return len == room;
			if (in_left - len < 2 || room - len < MATCH_LAST)
				return false;
		}
		in += len;
		out += len;
		room -= len;

		offset = in[0] | (size_t)in[1] << 8;
		in += 2;
		if (offset == 0 || offset > (size_t)(out - raw))
			return false;
		len = token & 15;
		if (is_short && len != LONG_LENGTH && offset >= 8) {
			COPY(uint64_t, out, out - offset);
			COPY(uint64_t, out + 8, out + 8 - offset);
			COPY(uint16_t, out + 16, out + 16 - offset);
			out += len + MATCH_MIN;
			continue;
		}
		if (len == LONG_LENGTH && !read_length(&in, in_end, &len))
			return false;
		len += MATCH_MIN;
		if (len > room - LITERALS_LAST)
			return false;
		copy_match(out, offset, len, room);
		out += len;
	}
	return false;
}
