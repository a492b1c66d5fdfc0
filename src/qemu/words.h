/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.h - a command line that was written down somewhere, as words that know where they stand.
 *
 * Three forms: what a shell reads (quotes, backslashes, comments, variables that the text itself sets),
 * one argument a line (`kiln show --argv`), and arguments that end with NUL (/proc/PID/cmdline). Nothing
 * is run and nothing is looked up.
 */
#ifndef KILN_QEMU_WORDS_H
#define KILN_QEMU_WORDS_H

#include <stdbool.h>

#include "model/errlist.h"

#define WORDS_BYTES_MAX (1u << 20)
#define WORDS_MAX       16384

/** struct spot - a byte of the file: line from 1 (of arguments that end with NUL their number), column from 1. */
struct spot {
	unsigned line, column;
};

/**
 * struct word - a word as the program gets it.
 * @at: where it begins. @spots: where each byte of @text stands, the NUL too; NULL = side by side.
 */
struct word {
	const char *text;
	struct spot at;
	const struct spot *spots;
};

/**
 * struct words - the words of one command.
 * @list: the program, if it is there, and its arguments.
 * @environment: NAME=VALUE in front of the program.
 */
struct words {
	struct word *list;
	size_t count;
	struct word *environment;
	size_t environment_count;
};

/**
 * words_split() - take a text apart.
 * @arena: owns the words. @path: of the file, for errors. @text: @len bytes, any of them.
 * @ret: of a script the words of the command that starts QEMU.
 * @errs: that the text is too long, has no command or more than one that could be it, does not close a
 *        quote, or that the command holds what only a shell could tell; with line and column.
 *
 * Return: 0 or -1.
 */
int words_split(struct arena *arena, const char *path, const char *text, size_t len,
		struct words *ret, struct err_list *errs) MUST_CHECK;

/** words_is_qemu() - whether a program of that path is a QEMU that is a machine, by its name. */
bool words_is_qemu(const char *path);

/** word_spot() - where byte @at of a word stands. */
struct spot word_spot(const struct word *word, size_t at);

#endif
