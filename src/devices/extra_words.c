/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extra_words.c - quoting as in a shell, without its expansions.
 */
#include "devices/extra_words.h"

#include <stdbool.h>
#include <string.h>

struct cursor {
	const char *at;
	struct text word;
};

/* Behind the opening quote; goes behind the closing one. */
static const char *take_quoted(struct cursor *cursor, char quote)
{
	for (; *cursor->at && *cursor->at != quote; cursor->at++) {
		if (quote == '"' && *cursor->at == '\\' &&
		    (cursor->at[1] == '"' || cursor->at[1] == '\\'))
			cursor->at++;
		text_add_len(&cursor->word, cursor->at, 1);
	}
	if (!*cursor->at)
		return arena_fmt(cursor->word.arena, "A quote %c has no end.", quote);
	cursor->at++;
	return NULL;
}

static const char *take_word(struct cursor *cursor)
{
	const char *fault = NULL;

	while (!fault && *cursor->at && *cursor->at != ' ') {
		char c = *cursor->at++;

		if (c == '\'' || c == '"')
			fault = take_quoted(cursor, c);
		else if (c == '\\' && !*cursor->at)
			fault = "A backslash at the end stands before nothing.";
		else if (c == '\\')
			text_add_len(&cursor->word, cursor->at++, 1);
		else
			text_add_len(&cursor->word, &c, 1);
	}
	return fault;
}

const char *extra_split(struct arena *arena, const char *text, const char *const **ret_words)
{
	const char **words = arena_alloc(arena, (strlen(text) / 2 + 2) * sizeof(*words));
	struct cursor cursor = {.at = text};
	size_t count = 0;

	*ret_words = words;
	while (true) {
		cursor.at += strspn(cursor.at, " ");
		if (!*cursor.at)
			return NULL;
		cursor.word = (struct text){.arena = arena};
		const char *fault = take_word(&cursor);

		if (fault)
			return fault;
		words[count++] = text_str(&cursor.word);
	}
}
