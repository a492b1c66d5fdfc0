/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_guest.c - section GUEST: facts, one a line, in order.
 *
 * In: the section's bytes, which have no control characters but line feed and tab. Out: facts as
 * pieces of the section. The order is checked, so that two images are compared by merging.
 */
#include <string.h>

#include "base/bug.h"
#include "image/reader.h"

#define WORD_MAX 63

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-';
}

/* Takes a word and the space behind it. */
static int take_word(struct img_bytes *bytes, const char **ret_word, size_t *ret_len)
{
	const char *at = (const char *)bytes->span.data + bytes->at;
	size_t room = bytes->span.len - bytes->at, len = 0;

	while (len < room && is_word_char(at[len]))
		len++;
	if (!len || len > WORD_MAX || len == room || at[len] != ' ')
		return -1;
	*ret_word = at;
	*ret_len = len;
	bytes->at += len + 1;
	return 0;
}

static int take_fact(struct img_bytes *bytes, struct img_fact *fact)
{
	if (take_word(bytes, &fact->id, &fact->id_len) < 0 ||
	    take_word(bytes, &fact->key, &fact->key_len) < 0)
		return -1;
	const unsigned char *sign = img_take(bytes, 2);

	if (!sign || (sign[0] != '=' && sign[0] != '~') || sign[1] != ' ')
		return -1;
	fact->promised = sign[0] == '=';
	const char *value = (const char *)bytes->span.data + bytes->at;
	const char *end = memchr(value, '\n', bytes->span.len - bytes->at);

	if (!end || end == value || memchr(value, '\t', (size_t)(end - value)))
		return -1;
	fact->value = value;
	fact->value_len = (size_t)(end - value);
	bytes->at += fact->value_len + 1;
	return 0;
}

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int diff = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (diff)
		return diff;
	return (a_len > b_len) - (a_len < b_len);
}

int img_fact_compare(const struct img_fact *a, const struct img_fact *b)
{
	int diff = compare_bytes(a->id, a->id_len, b->id, b->id_len);

	return diff ? diff : compare_bytes(a->key, a->key_len, b->key, b->key_len);
}

int img_check_guest(const struct img *img, struct err *err)
{
	struct img_bytes bytes = {.span = img->section[SECTION_GUEST]};
	struct img_fact before, fact;

	for (bool first = true; bytes.at < bytes.span.len; first = false) {
		size_t at = bytes.at;

		if (take_fact(&bytes, &fact) < 0)
			return img_refuse_content(img, SECTION_GUEST, at, err,
						  "no line \"ID KEY = VALUE\" here");
		if (!first && img_fact_compare(&before, &fact) >= 0)
			return img_refuse_content(img, SECTION_GUEST, at, err,
						  "\"%.*s %.*s\" is not in order", (int)fact.id_len,
						  fact.id, (int)fact.key_len, fact.key);
		before = fact;
	}
	return 0;
}

int img_fact_next(const struct img *img, struct img_cursor *cursor, struct img_fact *fact)
{
	struct img_bytes bytes = {.span = img->section[SECTION_GUEST], .at = cursor->at};

	if (cursor->at == bytes.span.len)
		return 0;
	BUG_IF(take_fact(&bytes, fact) < 0);
	cursor->at = bytes.at;
	cursor->index++;
	return 1;
}
