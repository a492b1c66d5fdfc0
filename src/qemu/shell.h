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

/** struct shell - set @arena, @path and @errs, the rest zero. */
struct shell {
	struct arena *arena;
	const char *path;
	struct err_list *errs;
	struct shell_command *commands;
	size_t command_count, command_room;
	size_t word_count, variable_bytes;
};

/** shell_read() - read @len bytes without a NUL. Return: 0, or -1: a quote is open, too many words. */
int shell_read(struct shell *shell, const char *text, size_t len) MUST_CHECK;

/** shell_refuse() - the word holds what only a shell could tell. Return: -1. */
int shell_refuse(const char *path, const struct shell_word *word, struct err_list *errs);

#endif
