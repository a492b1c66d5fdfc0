/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_json.c - any bytes as JSON for the loader's pull parser; jansson is the judge of what is JSON.
 *
 * Known and allowed to differ: nesting above JSON_DEPTH_MAX, U+0000 in strings, numbers that jansson
 * cannot hold, a key that stands twice. With -fsanitize=fuzzer it is a fuzz target; replay.c replays its corpus.
 */
#include "base/json.h"

#include <stdint.h>
#include <string.h>

/* jansson's header has enumerators of the names of ours, so its functions are declared here. */
void *json_loadb(const char *buffer, size_t len, size_t flags, void *error);
void json_delete(void *json);
#define LOAD_FLAGS (0x4 | 0x8 | 0x10) /* JSON_DECODE_ANY, _INT_AS_REAL, JSON_ALLOW_NUL */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_reader reader;
	struct json_token token;
	char text[256];
	size_t events = 0;

	json_read(&reader, (const char *)data, size);
	do {
		(void)json_next(&reader, &token);
		if (token.event == JSON_STRING || token.event == JSON_KEY) {
			if (json_decode(&token, text, sizeof(text)) == 0 &&
			    strlen(text) > token.len)
				__builtin_trap();
		}
		/* Every event but the last two takes at least one byte. */
		if (++events > size + 2)
			__builtin_trap();
	} while (token.event != JSON_END && token.event != JSON_ERROR);
	if (token.event == JSON_ERROR)
		return 0;
	void *judge = json_loadb((const char *)data, size, LOAD_FLAGS, NULL);

	/* Ours took it, so jansson must, unless a number is too large for a double. */
	if (!judge && !memchr(data, 'e', size) && !memchr(data, 'E', size) && size < 300)
		__builtin_trap();
	if (judge)
		json_delete(judge);
	return 0;
}
