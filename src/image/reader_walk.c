/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_walk.c - walk the lists of an image that img_open() has checked.
 *
 * What is broken here broke a check before: a bug, not a bad image.
 */
#include <string.h>

#include "base/bug.h"
#include "image/reader.h"

static uint32_t take_u32(struct img_bytes *bytes)
{
	uint32_t value = 0;

	BUG_IF(img_take_u32(bytes, &value) < 0);
	return value;
}

/* Take a text: its segments are skipped, as many as it says. */
static struct img_text take_text(struct img_bytes *bytes)
{
	struct img_text text = {.segments = take_u32(bytes)};
	struct img_disk_segment seg;

	text.data = bytes->span.data + bytes->at;
	for (uint32_t i = 0; i < text.segments; i++)
		BUG_IF(img_take_segment(bytes, &seg) < 0 || !img_take(bytes, seg.len));
	return text;
}

int img_text_next(struct img_text *text, struct segment *seg)
{
	struct img_bytes bytes = {.span = {.data = text->data, .len = SIZE_MAX}};
	struct img_disk_segment disk;

	if (text->segments == 0)
		return 0;
	BUG_IF(img_take_segment(&bytes, &disk) < 0);
	*seg = (struct segment){
		.kind = disk.kind,
		.escape = disk.escape,
		.a = disk.a,
		.b = disk.b,
		.text = (const char *)img_take(&bytes, disk.len),
		.len = disk.len,
	};
	text->data += bytes.at;
	text->segments--;
	return 1;
}

/* Where a cursor stands; a fresh one stands at @begin. */
static struct img_bytes cursor_bytes(const struct img *img, enum img_section section,
				     const struct img_cursor *cursor, size_t begin)
{
	return (struct img_bytes){.span = img->section[section],
				  .at = cursor->index ? cursor->at : begin};
}

static void cursor_advance(struct img_cursor *cursor, const struct img_bytes *bytes)
{
	cursor->at = bytes->at;
	cursor->index++;
}

int img_arg_next(const struct img *img, struct img_cursor *cursor, struct img_arg *arg)
{
	struct img_bytes bytes = cursor_bytes(img, SECTION_ARGV, cursor, sizeof(uint32_t));

	if (cursor->index >= img->arg_count)
		return 0;
	arg->flags = take_u32(&bytes);
	arg->text = take_text(&bytes);
	cursor_advance(cursor, &bytes);
	return 1;
}

int img_site_next(const struct img *img, struct img_cursor *cursor, struct img_site *site)
{
	struct img_bytes bytes =
		cursor_bytes(img, SECTION_PLAN, cursor, sizeof(struct img_disk_plan));
	uint32_t key_len, value_len;

	if (cursor->index >= img->site_count)
		return 0;
	site->kind = take_u32(&bytes);
	key_len = take_u32(&bytes);
	value_len = take_u32(&bytes);
	site->key = (const char *)img_take(&bytes, (size_t)key_len + 1);
	site->value = (const char *)img_take(&bytes, (size_t)value_len + 1);
	BUG_IF(!site->key || !site->value);
	cursor_advance(cursor, &bytes);
	return 1;
}

/* Where the operations begin: only a fresh cursor asks. */
static size_t ops_begin(const struct img *img)
{
	struct img_bytes bytes = {.span = img->section[SECTION_PLAN]};
	struct img_disk_plan plan;

	BUG_IF(img_take_plan(&bytes, &plan) < 0);
	return plan.ops_at;
}

int img_op_next(const struct img *img, struct img_cursor *cursor, img_resolve_fn *resolve,
		void *arg, struct op *op, struct err *err)
{
	struct img_bytes bytes =
		cursor_bytes(img, SECTION_PLAN, cursor, cursor->index ? 0 : ops_begin(img));
	const struct op_field *fields;
	size_t count;

	if (cursor->index >= img->op_count)
		return 0;
	memset(op, 0, sizeof(*op));
	op->code = take_u32(&bytes);
	fields = op_fields(op->code, &count);
	for (size_t i = 0; i < count; i++) {
		void *member = (char *)op + fields[i].offset;

		if (fields[i].kind == FIELD_TEXT) {
			const char *text = resolve(arg, take_text(&bytes), err);

			if (!text)
				return -1;
			memcpy(member, &text, sizeof(text));
		} else {
			uint32_t value = take_u32(&bytes);

			memcpy(member, &value, sizeof(value));
		}
	}
	cursor_advance(cursor, &bytes);
	return 1;
}
