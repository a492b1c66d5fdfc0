/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_image_unpack.c - LZ4 blocks, with LZ4's own library as the judge: what it unpacks is unpacked to
 * the same bytes, what it refuses is refused. Buffers end and begin at pages that nobody may touch.
 *
 * The one difference is an offset of zero, which the format forbids and the library takes.
 */
#include "cm.h"

#include <lz4.h>
#include <lz4hc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "image/unpack.h"

#define SAMPLE_MAX 66000
#define PACKED_MAX LZ4_COMPRESSBOUND(SAMPLE_MAX)
#define ROOM       (1u << 18)

/* @len bytes whose end, or whose begin, is the border to a page without any access. */
enum border { BORDER_END, BORDER_BEGIN, BORDER_COUNT };

static unsigned char *fenced[2];

static int setup(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	(void)state;
	for (int i = 0; i < 2; i++) {
		unsigned char *all = mmap(NULL, ROOM + 2 * page, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		assert_ptr_not_equal(all, MAP_FAILED);
		assert_int_equal(mprotect(all, page, PROT_NONE), 0);
		assert_int_equal(mprotect(all + page + ROOM, page, PROT_NONE), 0);
		fenced[i] = all + page;
	}
	return 0;
}

static unsigned char *at_border(int which, size_t len, enum border border)
{
	assert_true(len <= ROOM);
	return fenced[which] + (border == BORDER_END ? ROOM - len : 0);
}

/* Whether a block has an offset of zero before it breaks off, read as slowly as the format is told. */
static bool has_zero_offset(const unsigned char *in, size_t len)
{
	size_t at = 0;

	while (at < len) {
		unsigned char token = in[at++];
		size_t literals = token >> 4;

		if (literals == 15)
			do {
				if (at == len)
					return false;
				literals += in[at];
			} while (in[at++] == 255);
		if (literals > len - at || len - at - literals < 2)
			return false;
		at += literals + 2;
		if (in[at - 2] == 0 && in[at - 1] == 0)
			return true;
		if ((token & 15) == 15)
			do {
				if (at == len)
					return false;
			} while (in[at++] == 255);
	}
	return false;
}

/* Our verdict on a block, beside the library's; whether it was taken. */
static bool judge(const unsigned char *packed, size_t packed_len, size_t raw_len)
{
	static unsigned char theirs[SAMPLE_MAX + 16];
	bool taken = LZ4_decompress_safe((const char *)packed, (char *)theirs, (int)packed_len,
					 (int)raw_len) == (int)raw_len;

	if (has_zero_offset(packed, packed_len))
		taken = false;
	for (enum border border = 0; border < BORDER_COUNT; border++) {
		unsigned char *in = at_border(0, packed_len, border);
		unsigned char *out = at_border(1, raw_len, border);

		memcpy(in, packed, packed_len);
		memset(out, 0xa5, raw_len);
		if (img_unpack(in, packed_len, out, raw_len) != taken)
			fail_msg("%zu bytes to %zu: the library %s", packed_len, raw_len,
				 taken ? "takes them" : "refuses");
		if (taken)
			assert_memory_equal(out, theirs, raw_len);
		assert_memory_equal(in, packed, packed_len);
	}
	return taken;
}

/* The packed bytes at the end of where they go, as the reader of metadata has them. */
static void judge_in_place(const unsigned char *packed, size_t packed_len, const unsigned char *raw,
			   size_t raw_len)
{
	size_t room = raw_len + IMG_UNPACK_MARGIN(packed_len);
	unsigned char *out = at_border(1, room, BORDER_END);

	memcpy(out + room - packed_len, packed, packed_len);
	assert_true(img_unpack(out + room - packed_len, packed_len, out, raw_len));
	assert_memory_equal(out, raw, raw_len);
}

/* Kinds of content: each makes another sort of sequence. */
enum content { ZEROS, NOISE, WORDS, PERIODS, MIXED, CONTENT_COUNT };

static void fill(enum content content, unsigned char *raw, size_t len)
{
	uint32_t random = 1 + (uint32_t)content;

	for (size_t i = 0; i < len; i++) {
		random = random * 1103515245 + 12345;
		switch (content) {
		case ZEROS:
			raw[i] = 0;
			break;
		case NOISE:
			raw[i] = (unsigned char)(random >> 16);
			break;
		case WORDS:
			raw[i] = "the loader unpacks a block"[(size_t)(random >> 20) % 26 / 3 * 3];
			break;
		case PERIODS: /* every period from 1 to 40 */
			raw[i] = (unsigned char)(i % 1600 % (1 + i / 1600 % 40));
			break;
		case MIXED: /* long literals and long matches */
			raw[i] = (unsigned char)(i / 700 % 2 ? random >> 16 : i / 3);
			break;
		case CONTENT_COUNT:
			break;
		}
	}
}

static size_t pack(const unsigned char *raw, size_t len, bool high,
		   unsigned char packed[PACKED_MAX])
{
	int n = high ? LZ4_compress_HC((const char *)raw, (char *)packed, (int)len, PACKED_MAX,
				       LZ4HC_CLEVEL_DEFAULT)
		     : LZ4_compress_default((const char *)raw, (char *)packed, (int)len,
					    PACKED_MAX);

	assert_true(n > 0);
	return (size_t)n;
}

static void test_what_the_library_packs_is_unpacked(void **state)
{
	static const size_t lengths[] = {255,  256,  270,   271,   4095,
					 4096, 9000, 64000, 65535, SAMPLE_MAX};
	static unsigned char raw[SAMPLE_MAX], packed[PACKED_MAX];

	(void)state;
	for (enum content content = 0; content < CONTENT_COUNT; content++)
		for (size_t i = 0; i < 200 + ARRAY_SIZE(lengths); i++) {
			size_t len = i < 200 ? i + 1 : lengths[i - 200];

			fill(content, raw, len);
			for (int high = 0; high < 2; high++) {
				size_t packed_len = pack(raw, len, high, packed);

				assert_true(judge(packed, packed_len, len));
				assert_false(judge(packed, packed_len, len - 1));
				assert_false(judge(packed, packed_len, len + 1));
				judge_in_place(packed, packed_len, raw, len);
			}
		}
}

static void test_cut_and_changed_blocks_are_judged_as_the_library_does(void **state)
{
	static unsigned char raw[SAMPLE_MAX], packed[PACKED_MAX];
	size_t taken = 0, refused = 0;

	(void)state;
	for (enum content content = 0; content < CONTENT_COUNT; content++)
		for (size_t len = 20; len <= 2100; len += 520) {
			size_t packed_len;

			fill(content, raw, len);
			packed_len = pack(raw, len, true, packed);
			for (size_t cut = 0; cut < packed_len; cut++)
				assert_false(judge(packed, cut, len));
			for (size_t bit = 0; bit < packed_len * 8; bit++) {
				packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
				if (judge(packed, packed_len, len))
					taken++;
				else
					refused++;
				packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
			}
		}
	/* A changed literal is another block; both sorts must have been there. */
	assert_true(taken > 1000 && refused > 1000);
}

static size_t put_sequence(unsigned char *packed, size_t literals, size_t match, size_t offset)
{
	size_t len = 0;

	packed[len++] = (unsigned char)((literals < 15 ? literals : 15) << 4 |
					(match ? match - 4 < 15 ? match - 4 : 15 : 0));
	if (literals >= 15)
		packed[len++] = (unsigned char)(literals - 15);
	for (size_t i = 0; i < literals; i++)
		packed[len++] = (unsigned char)('A' + i);
	if (!match)
		return len;
	packed[len++] = (unsigned char)offset;
	packed[len++] = 0;
	if (match - 4 >= 15)
		packed[len++] = (unsigned char)(match - 4 - 15);
	return len;
}

/* Two matches, the second in each place beside the end, with each length and offset near a border. */
static void test_each_short_sequence_near_the_end(void **state)
{
	unsigned char packed[256];
	size_t taken = 0, refused = 0;

	(void)state;
	for (size_t offset = 1; offset <= 20; offset++)
		for (size_t match = 4; match <= 36; match++)
			for (size_t tail = 0; tail <= 50; tail++) {
				size_t literals = offset + tail % 5, len;

				len = put_sequence(packed, literals, match, offset);
				len += put_sequence(packed + len, tail % 16, match, offset);
				len += put_sequence(packed + len, tail, 0, 0);
				if (judge(packed, len, literals + 2 * match + tail % 16 + tail))
					taken++;
				else
					refused++;
			}
	assert_true(taken > 20UL * 33 * 40 && refused > 20UL * 33 * 5);
}

struct written {
	const char *name;
	const char *packed;
	size_t packed_len, raw_len;
	bool good;
};

#define BYTES(s) s, sizeof(s) - 1

static void test_each_rule_of_the_format(void **state)
{
	static const struct written blocks[] = {
		{"literals alone",
		 BYTES("\x30"
		       "abc"),
		 3, true},
		{"nothing at all", BYTES(""), 1, false},
		{"literals that the block does not have",
		 BYTES("\x40"
		       "abc"),
		 4, false},
		{"more literals than room",
		 BYTES("\x30"
		       "abc"),
		 2, false},
		{"a length without its byte", BYTES("\xf0"), 15, false},
		{"a length without its last byte", BYTES("\xf0\xff\xff"), 525, false},
		{"a match that repeats one byte",
		 BYTES("\x13"
		       "a\1\0\x50"
		       "vwxyz"),
		 13, true},
		{"a last match 12 bytes before the end",
		 BYTES("\x10"
		       "a\1\0\x80"
		       "stuvwxyz"),
		 13, true},
		{"a last match 11 bytes before the end",
		 BYTES("\x10"
		       "a\1\0\x70"
		       "tuvwxyz"),
		 12, false},
		{"four literals at the end",
		 BYTES("\x18"
		       "a\1\0\x40"
		       "wxyz"),
		 17, false},
		{"no literals at the end",
		 BYTES("\x1f"
		       "a\1\0\4"),
		 24, false},
		{"an offset of zero",
		 BYTES("\x13"
		       "a\0\0\x50"
		       "vwxyz"),
		 13, false},
		{"an offset before the begin",
		 BYTES("\x13"
		       "a\2\0\x50"
		       "vwxyz"),
		 13, false},
		{"half an offset",
		 BYTES("\x13"
		       "a\1"),
		 13, false},
		{"a match without a sequence behind it",
		 BYTES("\x13"
		       "a\1\0"),
		 8, false},
		{"a match longer than the room",
		 BYTES("\x1f"
		       "a\1\0\xff\xff\xff\1\x50"
		       "vwxyz"),
		 13, false},
		{"a match length without its byte",
		 BYTES("\x1f"
		       "a\1\0"),
		 40, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		const struct written *block = &blocks[i];

		if (judge((const unsigned char *)block->packed, block->packed_len,
			  block->raw_len) != block->good)
			fail_msg("%s", block->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_library_packs_is_unpacked),
		cmocka_unit_test(test_cut_and_changed_blocks_are_judged_as_the_library_does),
		cmocka_unit_test(test_each_short_sequence_near_the_end),
		cmocka_unit_test(test_each_rule_of_the_format),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
