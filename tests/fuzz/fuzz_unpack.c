/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_unpack.c - any bytes as an LZ4 block; LZ4's library is the judge. Two bytes of unpacked length,
 * then the block. The same bytes are packed by the library too and must come back in place.
 *
 * Known and allowed to differ: an offset of zero, which the format forbids and the library takes. Buffers
 * are as long as what they hold, so that a sanitizer sees every byte beyond.
 * With -fsanitize=fuzzer it is a fuzz target; replay.c replays its corpus.
 */
#include <lz4.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *take(size_t len)
{
	void *memory = malloc(len ? len : 1);

	if (!memory)
		abort();
	return memory;
}

static void judge(const uint8_t *packed, size_t packed_len, size_t raw_len)
{
	unsigned char *in = take(packed_len), *ours = take(raw_len), *theirs = take(raw_len);
	bool taken;

	memcpy(in, packed, packed_len);
	memset(ours, 0, raw_len);
	memset(theirs, 0, raw_len);
	taken = LZ4_decompress_safe((const char *)packed, (char *)theirs, (int)packed_len,
				    (int)raw_len) == (int)raw_len;
	if (img_unpack(in, packed_len, ours, raw_len)) {
		if (!taken || memcmp(ours, theirs, raw_len) != 0)
			__builtin_trap();
	} else if (taken && !memmem(packed, packed_len, "\0", 2)) {
		__builtin_trap();
	}
	if (memcmp(in, packed, packed_len) != 0)
		__builtin_trap();
	free(in);
	free(ours);
	free(theirs);
}

static void there_and_back(const uint8_t *raw, size_t raw_len)
{
	size_t bound = (size_t)LZ4_compressBound((int)raw_len), packed_len, room;
	unsigned char *packed = take(bound), *out;

	packed_len = (size_t)LZ4_compress_default((const char *)raw, (char *)packed, (int)raw_len,
						  (int)bound);
	room = raw_len + IMG_UNPACK_MARGIN(packed_len);
	out = take(room);
	memcpy(out + room - packed_len, packed, packed_len);
	if (!img_unpack(out + room - packed_len, packed_len, out, raw_len) ||
	    memcmp(out, raw, raw_len) != 0)
		__builtin_trap();
	free(packed);
	free(out);
}

/* Bytes that nobody packed, at the end of where they go: nothing but the bounds is promised. */
static void in_place(const uint8_t *packed, size_t packed_len, size_t raw_len)
{
	size_t room = raw_len + IMG_UNPACK_MARGIN(packed_len);
	unsigned char *out;

	if (packed_len > room)
		return;
	out = take(room);
	memset(out, 0, room);
	memcpy(out + room - packed_len, packed, packed_len);
	if (img_unpack(out + room - packed_len, packed_len, out, raw_len) && packed_len == 0)
		__builtin_trap();
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t raw_len;

	if (size < 2 || size > 1u << 20)
		return 0;
	raw_len = ((size_t)data[0] | (size_t)data[1] << 8) + 1;
	judge(data + 2, size - 2, raw_len);
	in_place(data + 2, size - 2, raw_len);
	if (size > 2)
		there_and_back(data + 2, size - 2);
	return 0;
}
