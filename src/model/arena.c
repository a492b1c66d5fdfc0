/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arena.c - chunks in a list; an allocation above the chunk size gets a chunk of its own.
 */
#include "model/arena.h"

#include "base/err.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* From mmap: the kernel has cleared it; and one huge page, where the kernel has some. */
#define CHUNK_SIZE (2u << 20)
#define FMT_SMALL  128 /* most texts are shorter, and are formatted once */

/* @whole: all of @size is one allocation, which malloc() gave; else the chunk is a mapping. */
struct arena_chunk {
	struct arena_chunk *next;
	size_t size, used;
	bool whole;
	alignas(max_align_t) char data[];
};

static NORETURN void out_of_memory(size_t size)
{
	(void)fprintf(stderr, "kiln: out of memory for %zu bytes\n", size);
	exit(ERR_HOST);
}

/*
 * Aligned, so that the kernel can take one page for all of it: page by page, clearing memory was a fifth
 * of a large compose.
 */
static struct arena_chunk *chunk_map(void)
{
	char *room = mmap(NULL, 2 * (size_t)CHUNK_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		out_of_memory(CHUNK_SIZE);
	size_t before = -(uintptr_t)room % CHUNK_SIZE;
	struct arena_chunk *chunk = (void *)(room + before);

	if (before)
		(void)munmap(room, before);
	(void)munmap(room + before + CHUNK_SIZE, CHUNK_SIZE - before);
	(void)madvise(chunk, CHUNK_SIZE, MADV_HUGEPAGE);
	chunk->size = CHUNK_SIZE - sizeof(*chunk);
	return chunk;
}

static struct arena_chunk *chunk_new(size_t size)
{
	struct arena_chunk *chunk = calloc(1, sizeof(*chunk) + size);

	if (!chunk)
		out_of_memory(size);
	chunk->size = chunk->used = size;
	chunk->whole = true;
	return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = arena->chunk;
	size_t need = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);

	if (need < size)
		out_of_memory(size);
	if (need > CHUNK_SIZE / 4) {
		/* Behind the current chunk, so that the rest of that one stays in use. */
		struct arena_chunk *own = chunk_new(need);

		if (chunk) {
			own->next = chunk->next;
			chunk->next = own;
		} else {
			arena->chunk = own;
		}
		return own->data;
	}
	if (!chunk || chunk->size - chunk->used < need) {
		chunk = chunk_map();
		chunk->next = arena->chunk;
		arena->chunk = chunk;
	}
	void *data = chunk->data + chunk->used;

	chunk->used += need;
	return data;
}

char *arena_dup(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	memcpy(copy, text, len);
	return copy;
}

char *arena_str(struct arena *arena, const char *text)
{
	return arena_dup(arena, text, strlen(text));
}

char *arena_vfmt(struct arena *arena, const char *fmt, va_list args)
{
	char small[FMT_SMALL];
	va_list again;

	va_copy(again, args);
	int len = vsnprintf(small, sizeof(small), fmt, again);

	va_end(again);
	if (len < 0)
		out_of_memory(0);
	if ((size_t)len < sizeof(small))
		return arena_dup(arena, small, (size_t)len);
	char *text = arena_alloc(arena, (size_t)len + 1);

	(void)vsnprintf(text, (size_t)len + 1, fmt, args);
	return text;
}

char *arena_fmt(struct arena *arena, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	char *text = arena_vfmt(arena, fmt, args);

	va_end(args);
	return text;
}

/* All but one. */
static void release(struct arena *arena, struct arena_chunk *keep)
{
	struct arena_chunk *chunk = arena->chunk;

	while (chunk) {
		struct arena_chunk *next = chunk->next;

		if (chunk->whole)
			free(chunk);
		else if (chunk != keep)
			(void)munmap(chunk, CHUNK_SIZE);
		chunk = next;
	}
	arena->chunk = keep;
}

void arena_free(struct arena *arena)
{
	release(arena, NULL);
}

void arena_clear(struct arena *arena)
{
	struct arena_chunk *keep = arena->chunk;

	while (keep && keep->whole)
		keep = keep->next;
	release(arena, keep);
	if (!keep)
		return;
	memset(keep->data, 0, keep->used);
	keep->used = 0;
	keep->next = NULL;
}

/* The link to the chunk that @data has for itself, or NULL. */
static struct arena_chunk **own_chunk(struct arena *arena, const char *data)
{
	struct arena_chunk **link = &arena->chunk;

	while (*link && (*link)->data != data)
		link = &(*link)->next;
	return *link && (*link)->whole ? link : NULL;
}

/* A long text has a chunk of its own, which the kernel makes larger without copying it. */
static bool grow_chunk(struct text *text, size_t room)
{
	struct arena_chunk **link =
		text->room > CHUNK_SIZE / 4 ? own_chunk(text->arena, text->data) : NULL;
	struct arena_chunk *chunk = link ? realloc(*link, sizeof(*chunk) + room) : NULL;

	if (!chunk)
		return false;
	chunk->size = chunk->used = room;
	*link = chunk;
	text->data = chunk->data;
	text->room = room;
	return true;
}

/* Room for @len bytes more and their end. */
static void text_grow(struct text *text, size_t len)
{
	if (text->len + len + 1 <= text->room)
		return;
	size_t room = (text->len + len + 1) * 2;

	if (grow_chunk(text, room))
		return;
	char *data = arena_alloc(text->arena, room);

	if (text->len)
		memcpy(data, text->data, text->len);
	text->data = data;
	text->room = room;
}

void text_add_len(struct text *text, const char *str, size_t len)
{
	text_grow(text, len);
	memcpy(text->data + text->len, str, len);
	text->len += len;
	text->data[text->len] = '\0';
}

void text_add(struct text *text, const char *str)
{
	text_add_len(text, str, strlen(str));
}

void text_fmt(struct text *text, const char *fmt, ...)
{
	va_list args, again;

	text_grow(text, FMT_SMALL);
	va_start(args, fmt);
	va_copy(again, args);
	size_t room = text->room - text->len;
	int len = vsnprintf(text->data + text->len, room, fmt, args);

	if (len < 0)
		out_of_memory(0);
	if ((size_t)len >= room) {
		text_grow(text, (size_t)len);
		(void)vsnprintf(text->data + text->len, (size_t)len + 1, fmt, again);
	}
	text->len += (size_t)len;
	va_end(again);
	va_end(args);
}

const char *text_str(const struct text *text)
{
	return text->data ? text->data : "";
}
