/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * needs.c - lines "KIND NAME" of section NEEDS. What QEMU is asked for them is run/'s.
 */
#include "image/needs.h"

#include <string.h>

#include "base/attr.h"

#define VERSION_PART_MAX 9999

static const struct {
	const char *word;
	unsigned names;
} kinds[NEED_KIND_COUNT] = {
#define NEED_ROW(ENUM, word, names) [NEED_##ENUM] = {word, names},
	NEED_KINDS(NEED_ROW)
#undef NEED_ROW
};

const char *need_word(enum need_kind kind)
{
	return kinds[kind].word;
}

const char *need_schema(enum need_kind kind)
{
	static const struct {
		const char *word, *path;
	} paths[] = {
#define SCHEMA_ROW(word, path) {word, path},
		NEEDS_SCHEMA_KINDS(SCHEMA_ROW)
#undef SCHEMA_ROW
	};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (!strcmp(paths[i].word, kinds[kind].word))
			return paths[i].path;
	return NULL;
}

/* A number of at most four digits, without a leading zero. Return: bytes of it, 0 for none. */
static size_t version_part(const char *text, size_t len, unsigned *ret)
{
	size_t used = 0;
	unsigned value = 0;

	while (used < len && text[used] >= '0' && text[used] <= '9' && value <= VERSION_PART_MAX)
		value = value * 10 + (unsigned)(text[used++] - '0');
	if (value > VERSION_PART_MAX || (used > 1 && text[0] == '0'))
		return 0;
	*ret = value;
	return used;
}

static int version_parse(const char *text, size_t len, unsigned *major, unsigned *minor)
{
	size_t used = version_part(text, len, major), rest;

	if (!used || used == len || text[used] != '.')
		return -1;
	rest = len - used - 1;
	return version_part(text + used + 1, rest, minor) == rest && rest ? 0 : -1;
}

void need_version(const struct need *need, unsigned *ret_major, unsigned *ret_minor)
{
	*ret_major = *ret_minor = 0;
	(void)version_parse(need->name, need->name_len, ret_major, ret_minor);
}

/* Printable ASCII, no two spaces in a row, none at an end; nothing that JSON would escape. */
static bool is_name(const char *name, size_t len, unsigned words)
{
	for (size_t i = 0; i < len; i++) {
		bool space = name[i] == ' ';

		if (name[i] < 0x20 || name[i] > 0x7e || name[i] == '"' || name[i] == '\\')
			return false;
		if (space && (i == 0 || i + 1 == len || name[i + 1] == ' '))
			return false;
		words -= space;
	}
	return len && len <= NEED_NAME_MAX && words == 1;
}

int need_parse(const char *line, size_t len, struct need *need)
{
	const char *gap = memchr(line, ' ', len);
	size_t word_len = gap ? (size_t)(gap - line) : 0;
	unsigned major, minor;

	for (enum need_kind kind = 0; kind < NEED_KIND_COUNT; kind++) {
		if (!gap || strlen(kinds[kind].word) != word_len ||
		    memcmp(line, kinds[kind].word, word_len) != 0)
			continue;
		*need = (struct need){
			.kind = kind,
			.name = gap + 1,
			.name_len = len - word_len - 1,
		};
		const char *second = memchr(need->name, ' ', need->name_len);

		need->first_len = second ? (size_t)(second - need->name) : need->name_len;
		if (!is_name(need->name, need->name_len, kinds[kind].names))
			return -1;
		if (kind == NEED_VERSION)
			return version_parse(need->name, need->name_len, &major, &minor);
		return 0;
	}
	return -1;
}
