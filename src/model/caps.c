/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caps.c - ask the capabilities of the board's QEMU.
 */
#include "model/caps.h"

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
