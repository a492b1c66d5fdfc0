/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.c - marks: write one, and take a marked text apart, which is the composer's side of text.h; what
 * the key of a fixup says, which is the loader's too.
 */
#include "image/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/bug.h"
#include "base/ident.h"
#include "base/num.h"

void text_mark(char buf[static MARK_MAX], enum fixup_kind kind, unsigned a, unsigned b,
	       const char *key)
{
	struct buf out;

	BUG_IF(kind == FIX_LITERAL || strlen(key) > MARK_KEY_MAX);
	BUG_IF(!ident_is_valid(IDENT_TEXT, key));
	buf_init(&out, buf, MARK_MAX);
	buf_addf(&out, "%c%u:%u:%u:%u:%s%c", MARK_OPEN, (unsigned)kind, (unsigned)ESCAPE_RAW, a, b,
		 key, MARK_CLOSE);
	BUG_IF(out.overflow);
}

/* Take "NUMBER:" off a mark. */
static unsigned mark_number(const char **cursor, const char *close, unsigned max)
{
	const char *colon = memchr(*cursor, ':', (size_t)(close - *cursor));
	uint64_t value = 0;

	BUG_IF(!colon);
	BUG_IF(num_parse_n(*cursor, (size_t)(colon - *cursor), 0, max, &value) < 0);
	*cursor = colon + 1;
	return (unsigned)value;
}

int text_next(const char **cursor, struct segment *seg)
{
	static const char delimiters[] = {MARK_OPEN, MARK_CLOSE, '\0'};
	const char *at = *cursor, *close;

	*seg = (struct segment){.kind = FIX_LITERAL, .escape = ESCAPE_RAW, .text = at};
	if (!*at)
		return 0;
	if (*at != MARK_OPEN) {
		seg->len = strcspn(at, delimiters);
		BUG_IF(at[seg->len] == MARK_CLOSE);
		*cursor = at + seg->len;
		return 1;
	}
	at++;
	close = strchr(at, MARK_CLOSE);
	BUG_IF(!close);
	seg->kind = mark_number(&at, close, FIX_COUNT - 1);
	BUG_IF(seg->kind == FIX_LITERAL);
	seg->escape = mark_number(&at, close, ESCAPE_COUNT - 1);
	seg->a = mark_number(&at, close, UINT32_MAX);
	seg->b = mark_number(&at, close, UINT32_MAX);
	seg->text = at;
	seg->len = (size_t)(close - at);
	BUG_IF(seg->len > MARK_KEY_MAX || !ident_is_text(at, seg->len));
	*cursor = close + 1;
	return 1;
}

void segment_word(char buf[static MARK_MAX], const struct segment *seg)
{
	static const char *const words[FIX_COUNT] = {
#define FIXUP_WORD(ENUM, word) [FIX_##ENUM] = word,
		IMAGE_FIXUPS(FIXUP_WORD)
#undef FIXUP_WORD
	};

	/* It stands where JSON has a number; so it is quoted to be JSON still. */
	if (seg->kind == FIX_CID)
		(void)snprintf(buf, MARK_MAX, "\"{cid:%.*s}\"", (int)seg->len, seg->text);
	else if (seg->len)
		(void)snprintf(buf, MARK_MAX, "{%s:%.*s}", words[seg->kind], (int)seg->len,
			       seg->text);
	else if (seg->kind == FIX_UUID || seg->kind == FIX_ACCEL)
		(void)snprintf(buf, MARK_MAX, "{%s}", words[seg->kind]);
	else
		(void)snprintf(buf, MARK_MAX, "{%s:%u}", words[seg->kind], seg->a);
}

int text_seconds(const char *key, size_t len, int64_t *ret_seconds)
{
	uint64_t seconds;

	if (len < 2 || (*key != '+' && *key != '-') ||
	    num_parse_n(key + 1, len - 1, 0, TEXT_TIME_MAX, &seconds) < 0)
		return -1;
	*ret_seconds = *key == '-' ? -(int64_t)seconds : (int64_t)seconds;
	return 0;
}
