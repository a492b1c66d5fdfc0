/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_argv.c - any bytes as a written command line: words in order, fields that make up the value again,
 * trees; or refused with why and fix; then all of kiln import --argv (import_steps.h). With -fsanitize=fuzzer it is a fuzz target; replay.c replays its corpus.
 */
#include "qemu/argument.h"
#include "qemu/render.h"
#include "qemu/words.h"

#include "import_steps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_word(struct arena *arena, const struct word *word)
{
	struct text again = {.arena = arena};
	struct keyword *list;
	struct fault fault = {0};
	struct node *tree;
	size_t count, len = strlen(word->text);

	for (size_t i = 0; i <= len; i++) {
		struct spot spot = word_spot(word, i);

		if (!spot.line || !spot.column)
			__builtin_trap();
	}
	if (argument_read(arena, word->text, "driver", &tree, &fault) < 0 &&
	    (!fault.what || fault.at > len))
		__builtin_trap();
	if (keywords_split(arena, word->text, KEYWORD_MAY_BE_ALONE, &list, &count, &fault) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		text_add(&again, i ? "," : "");
		if (list[i].at != again.len)
			__builtin_trap();
		render_quote(&again, list[i].key, strlen(list[i].key), ESCAPE_KV);
		if (!list[i].value)
			continue;
		text_add(&again, "=");
		render_quote(&again, list[i].value, strlen(list[i].value), ESCAPE_KV);
	}
	if (strcmp(text_str(&again), word->text) != 0)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct err_list errs = {.arena = &arena};
	struct words words;

	if (words_split(&arena, "fuzz", (const char *)data, size, &words, &errs) == 0) {
		for (size_t i = 0; i < words.count; i++)
			check_word(&arena, &words.list[i]);
	} else if (!errs.count) {
		__builtin_trap();
	}
	err_list_for_each(node, &errs) {
		if (!node->err.what[0] || !node->err.why[0] || !node->err.fix[0])
			__builtin_trap();
	}
	arena_free(&arena);
	import_steps(data, size, FORM_ARGV);
	return 0;
}
