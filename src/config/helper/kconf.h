/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kconf.h - what the files of the helper kiln-kconf share.
 *
 * The helper is a process of its own, because libkconfig-parser has global state, prints by itself
 * and exits on errors. It links nothing of the composer but base/ and model/'s lists.
 */
#ifndef KILN_CONFIG_HELPER_KCONF_H
#define KILN_CONFIG_HELPER_KCONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* It needs the standard headers above before it. */
#include <kconfig/lkc.h>

#include "model/errlist.h"

/**
 * struct line - a line of the configuration that says something about a symbol.
 * @number: from 1.
 * @unset: "# CONFIG_X is not set".
 * @name: without CONFIG_.
 * @value: what stands behind '=', as it is; "" when @unset.
 * @text: a string's value without quotes and escapes, or @value.
 * @sym: the symbol, NULL when the tree does not define it.
 * @again: the line of the same symbol further down, or 0.
 */
struct line {
	unsigned number;
	bool unset;
	const char *name, *value, *text;
	struct symbol *sym;
	unsigned again;
};

/**
 * struct conf - one configuration and what was found in it.
 * @file: its name as the user wrote it.
 * @lines: in the order of the file.
 */
struct conf {
	struct arena *arena;
	struct err_list *errs;
	const char *file;
	struct line *lines;
	size_t count;
};

/**
 * lines_read() - split the text of a configuration; what is no line of one is an error.
 * @conf: gets the lines.
 * @text: the whole file; changed.
 * @size: its bytes.
 */
void lines_read(struct conf *conf, char *text, size_t size);

/** lines_find() - the last line of a symbol, or NULL. */
const struct line *lines_find(const struct conf *conf, const struct symbol *sym);

/** strict_check() - report every line that the tree does not take as it is. */
void strict_check(struct conf *conf);

/** tree_defines() - whether a symbol is one of the tree's own; not the library's UNAME_RELEASE. */
bool tree_defines(const struct symbol *sym);

/** struct tree_place - a line of a Kconfig file; @file is never NULL. */
struct tree_place {
	const char *file;
	unsigned line;
};

/** tree_defined() - where a symbol is defined; for an expanded template the template's own line. */
struct tree_place tree_defined(const struct symbol *sym);

/**
 * slots_want() - before the tree is read: of expanded templates only the slots that matter to @text.
 * @conf: its arena keeps what is remembered of the files, for as long as the tree is used.
 * @tree: where files are that are not in the working directory, as $srctree is to the library.
 * @text: a configuration, or NULL to have all slots read.
 */
void slots_want(const struct conf *conf, const char *tree, const char *text);

/** slots_complete() - after the values are known: whether no count is above the slots that were read. */
bool slots_complete(void);

/** slots_place() - a line of a file as it was read, in terms of the template it was expanded from. */
struct tree_place slots_place(const char *file, unsigned line);

/** tree_prompt() - the prompt of a symbol or choice, or NULL when it has none. */
const char *tree_prompt(const struct symbol *sym);

/** tree_range() - the range that holds at the moment; whether there is one. */
bool tree_range(struct symbol *sym, long long *ret_min, long long *ret_max);

/** tree_is_default() - whether a symbol has the value that it gets without being set. */
bool tree_is_default(struct symbol *sym);

/** tree_unmet() - the dependencies that hide a symbol, with the values behind them. */
const char *tree_unmet(struct arena *arena, const struct symbol *sym);

/** tree_nearest() - the defined symbol with the most similar name, or NULL. */
const struct symbol *tree_nearest(const char *name);

/** dump_symbols() - write the protocol of config/cfg.c to @out. */
void dump_symbols(const struct conf *conf, FILE *out);

#endif
