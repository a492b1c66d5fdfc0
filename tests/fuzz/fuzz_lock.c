/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_lock.c - any bytes as a layout lock: read or refused with why and fix, and what was read is
 * found again. With -fsanitize=fuzzer it is a fuzz target; replay.c replays its corpus.
 */
#include "layout/lock.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct err_list errs = {.arena = &arena};
	struct lock lock = {0};

	if (lock_parse(&lock, &arena, "fuzz.layout", (const char *)data, size, &errs) == 0) {
		for (size_t i = 0; i < lock.line_count; i++) {
			if (!lock_find(&lock, lock.lines[i].id))
				__builtin_trap();
		}
		for (size_t i = 0; i < lock.pin_count; i++) {
			if (!lock_find_pin(&lock, lock.pins[i].key))
				__builtin_trap();
		}
	} else if (!errs.count) {
		__builtin_trap();
	}
	err_list_for_each(node, &errs) {
		if (!node->err.what[0] || !node->err.why[0] || !node->err.fix[0])
			__builtin_trap();
	}
	arena_free(&arena);
	return 0;
}
