/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_needs.c - section NEEDS: what the arguments need of QEMU, one thing a line, in order.
 */
#include <string.h>

#include "base/bug.h"
#include "image/reader.h"

static int take_need(struct img_bytes *bytes, struct need *need)
{
	const char *line = (const char *)bytes->span.data + bytes->at;
	const char *end = memchr(line, '\n', bytes->span.len - bytes->at);

	if (!end || need_parse(line, (size_t)(end - line), need))
		return -1;
	bytes->at += (size_t)(end + 1 - line);
	return 0;
}

/* The order of the lines, byte by byte: of kinds by their words, then of names. */
static int compare(const struct need *a, const struct need *b)
{
	int diff = strcmp(need_word(a->kind), need_word(b->kind));
	size_t len = a->name_len < b->name_len ? a->name_len : b->name_len;

	if (!diff)
		diff = memcmp(a->name, b->name, len);
	return diff ? diff : (a->name_len > b->name_len) - (a->name_len < b->name_len);
}

int img_check_needs(struct img *img, struct err *err)
{
	struct img_bytes bytes = {.span = img->section[SECTION_NEEDS]};
	struct need before = {0}, need;

	for (img->need_count = 0; bytes.at < bytes.span.len; img->need_count++) {
		size_t at = bytes.at;

		if (take_need(&bytes, &need) < 0)
			return img_refuse_content(img, SECTION_NEEDS, at, err,
						  "no line \"KIND NAME\" here");
		if (img->need_count && compare(&before, &need) >= 0)
			return img_refuse_content(img, SECTION_NEEDS, at, err,
						  "\"%s %.*s\" is not in order",
						  need_word(need.kind), (int)need.name_len,
						  need.name);
		if (img->need_count == NEED_MAX)
			return img_refuse_limit(img, SECTION_NEEDS, "lines",
						(uint64_t)img->need_count + 1, NEED_MAX, err);
		before = need;
	}
	return 0;
}

int img_need_next(const struct img *img, struct img_cursor *cursor, struct need *need)
{
	struct img_bytes bytes = {.span = img->section[SECTION_NEEDS], .at = cursor->at};

	if (cursor->at == bytes.span.len)
		return 0;
	BUG_IF(take_need(&bytes, need) < 0);
	cursor->at = bytes.at;
	cursor->index++;
	return 1;
}
