/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shell.h - the commands of a shell script as words; for words.c alone.
 */
#ifndef KILN_QEMU_SHELL_H
#define KILN_QEMU_SHELL_H

#include "qemu/words.h"

/**
 * struct shell_word - a word; @unknown: what in it only a shell could tell, or NULL; @unknown_at: where.
 */
struct shell_word {
	struct word word;
	const char *unknown;
	struct spot unknown_at;
};

/** struct shell_command - words up to a newline, ';', '&' or '|'; never empty. */
struct shell_command {
	struct shell_word *list;
	size_t count, room;
};

/** struct shell_array - NAME=(WORD...). @name: @len bytes. */
struct shell_array {
	const char *name;
	size_t len;
	struct shell_command words;
};

/** struct shell - set @arena, @path and @errs, the rest zero. */
struct shell {
	struct arena *arena;
	const char *path;
	struct err_list *errs;
	struct shell_command *commands;
	size_t command_count, command_room;
	struct shell_array *arrays;
	size_t array_count, array_room;
	size_t word_count, variable_bytes;
};

/** shell_read() - read @len bytes without a NUL. Return: 0, or -1: a quote is open, too many words. */
int shell_read(struct shell *shell, const char *text, size_t len) MUST_CHECK;

/** shell_refuse() - the word holds what only a shell could tell. Return: -1. */
int shell_refuse(const char *path, const struct shell_word *word, struct err_list *errs);

/** shell_grow() - room for one more in a list of @count, kept in @room; what it holds so far is kept. */
void *shell_grow(struct arena *arena, void *list, size_t count, size_t *room, size_t size);

/** shell_add() - a word to that command or array, NULL = to a new command. */
void shell_add(struct shell *shell, struct shell_command *command, const struct shell_word *word);

/** shell_value() - of the last NAME=VALUE so far, with each NAME+=VALUE behind it; NULL = there is none. */
const char *shell_value(const struct shell *shell, const char *name, size_t len);

/**
 * shell_default() - the TEXT of ${NAME:-TEXT}, as a script has it whose environment says nothing.
 * @text: what is behind NAME, of @len bytes. @ret_end: where its '}' is.
 *
 * Return: the text, or NULL: there is none that can be told.
 */
const char *shell_default(struct arena *arena, const char *text, size_t len, size_t *ret_end);

/** shell_array_find() - the last array of that name that is closed, or NULL. */
struct shell_array *shell_array_find(const struct shell *shell, const char *name, size_t len);

#endif
