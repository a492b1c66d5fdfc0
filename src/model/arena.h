/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arena.h - the composer's memory: one arena a run, nothing is freed singly.
 *
 * Out of memory ends the program with a message: a build host that cannot give a few MiB cannot
 * compose, and no caller could do better.
 */
#ifndef KILN_MODEL_ARENA_H
#define KILN_MODEL_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

struct arena_chunk;

/** struct arena - zero-initialise to begin; end with arena_free(). */
struct arena {
	struct arena_chunk *chunk;
};

/** arena_alloc() - zeroed memory, aligned for any type, that lives as long as the arena. */
void *arena_alloc(struct arena *arena, size_t size);

/** arena_dup() - a copy of @len bytes with a NUL behind. */
char *arena_dup(struct arena *arena, const char *text, size_t len);

/** arena_str() - a copy of a string. */
char *arena_str(struct arena *arena, const char *text);

/** arena_fmt() - a formatted string. */
char *arena_fmt(struct arena *arena, const char *fmt, ...) PRINTF(2, 3);

/** arena_vfmt() - a formatted string from a va_list. */
char *arena_vfmt(struct arena *arena, const char *fmt, va_list args) PRINTF(2, 0);

/** arena_free() - give everything back; @arena may be used again. */
void arena_free(struct arena *arena);

/** arena_clear() - the same, but the first megabytes are kept for what comes next. */
void arena_clear(struct arena *arena);

/**
 * struct text - a string under construction in an arena; for outputs of any length.
 *
 * Initialise with the arena only. @data is NUL-terminated once something was added, NULL before. Adding may
 * move it: what text_str() said is good until then.
 */
struct text {
	struct arena *arena;
	char *data;
	size_t len, room;
};

/** text_add() - append a string. */
void text_add(struct text *text, const char *str);

/** text_add_len() - append @len bytes. */
void text_add_len(struct text *text, const char *str, size_t len);

/** text_fmt() - append a formatted string. */
void text_fmt(struct text *text, const char *fmt, ...) PRINTF(2, 3);

/** text_str() - what was built so far; "" when nothing. */
const char *text_str(const struct text *text);

#endif
