/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caps.c - ask the capabilities of the board's QEMU.
 */
#include "model/caps.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct key {
	const char *kind, *name;
};

static int compare_key(const void *a, const void *b)
{
	const struct key *key = a;
	const char *line = *(const char *const *)b;
	size_t len = strlen(key->kind);
	int diff = strncmp(key->kind, line, len);

	if (diff)
		return diff;
	if (line[len] != ' ')
		return ' ' - (unsigned char)line[len];
	return strcmp(key->name, line + len + 1);
}

bool caps_has(const struct caps *caps, const char *kind, const char *name)
{
	struct key key = {kind, name};

	return caps->count &&
	       bsearch(&key, caps->lines, caps->count, sizeof(*caps->lines), compare_key);
}

#define WORD_MAX 63

static int plain(char c)
{
	return c == '_' ? '-' : tolower((unsigned char)c);
}

/* How many letters are to be put in, left out or changed: Levenshtein's distance, row by row. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	size_t len = strlen(b);

	for (unsigned j = 0; j <= len; j++)
		row[j] = j;
	for (unsigned i = 0; a[i]; i++) {
		unsigned corner = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < len; j++) {
			unsigned change = corner + (plain(a[i]) != plain(b[j]));
			unsigned add = row[j] + 1, drop = row[j + 1] + 1;

			corner = row[j + 1];
			row[j + 1] = add < drop ? add : drop;
			if (change < row[j + 1])
				row[j + 1] = change;
		}
	}
	return row[len];
}

const char *caps_nearest(const struct caps *caps, const char *kind, const char *word)
{
	size_t len = strlen(kind), letters = strlen(word);
	/* A third of the letters may be wrong, no more. */
	unsigned best = (unsigned)letters / 3 + 1;
	const char *nearest = NULL;

	for (size_t i = 0; i < caps->count && letters <= WORD_MAX; i++) {
		const char *line = caps->lines[i], *name = line + len + 1;

		if (strncmp(line, kind, len) != 0 || line[len] != ' ' || strlen(name) > WORD_MAX)
			continue;
		unsigned differs = distance(word, name);

		if (differs < best) {
			best = differs;
			nearest = name;
		}
	}
	return nearest;
}
