/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extra_words.h - a text as words, as a shell takes it apart; private to devices/extra.c.
 */
#ifndef KILN_DEVICES_EXTRA_WORDS_H
#define KILN_DEVICES_EXTRA_WORDS_H

#include "model/arena.h"

/**
 * extra_split() - take a text apart.
 * @arena: owns the words.
 * @text: words with blanks between. '...' is taken as it is; in "..." a backslash stands before a quote
 *        or a backslash, elsewhere before any character. Nothing is expanded.
 * @ret_words: ended by NULL.
 *
 * Return: NULL, or what is wrong, as a sentence.
 */
const char *extra_split(struct arena *arena, const char *text, const char *const **ret_words);

#endif
