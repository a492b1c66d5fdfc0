/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keyval.c - a comma ends a part unless there are two.
 */
#include "model/keyval.h"

size_t keyval_len(const char *text)
{
	size_t len = 0;

	while (text[len] && !(text[len] == ',' && text[len + 1] != ','))
		len += text[len] == ',' ? 2 : 1;
	return len;
}

const char *keyval_value(struct arena *arena, const char *text, size_t len)
{
	struct text out = {.arena = arena};

	for (size_t i = 0; i < len; i++) {
		text_add_len(&out, text + i, 1);
		i += text[i] == ',';
	}
	return text_str(&out);
}
