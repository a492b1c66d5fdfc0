/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * writer_sections.c - the bytes of the metadata sections, from their source.
 *
 * Limits and references are not looked at here: the reader's checks follow.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "image/writer_pack.h"

void pack_bytes(struct pack_out *out, const void *bytes, size_t len)
{
	if (out->failed)
		return;
	if (len > out->size - out->len) {
		size_t size = (out->size + len) * 2 + 4096;
		unsigned char *data = realloc(out->data, size);

		if (!data) {
			out->failed = true;
			return;
		}
		out->data = data;
		out->size = size;
	}
	if (len)
		memcpy(out->data + out->len, bytes, len);
	out->len += len;
}

void pack_u32(struct pack_out *out, uint32_t value)
{
	uint32_t disk = htole32(value);

	pack_bytes(out, &disk, sizeof(disk));
}

static void pack_str(struct pack_out *out, const char *str)
{
	BUG_IF(!str);
	pack_bytes(out, str, strlen(str));
}

static void pack_meta(const struct img_source *src, struct pack_out *out)
{
	for (enum img_meta_key key = 0; key < META_KEY_COUNT; key++) {
		pack_str(out, img_meta_name(key));
		pack_str(out, "=");
		pack_str(out, src->meta[key]);
		pack_str(out, "\n");
	}
}

/* The count of segments stands in front of them, so a text is walked twice. */
static void pack_text(struct pack_out *out, const char *text)
{
	const char *cursor = text;
	struct segment seg;
	uint32_t count = 0;

	BUG_IF(!text);
	while (text_next(&cursor, &seg))
		count++;
	pack_u32(out, count);
	cursor = text;
	while (text_next(&cursor, &seg)) {
		struct img_disk_segment disk = {
			.kind = (uint8_t)seg.kind,
			.escape = (uint8_t)seg.escape,
			.a = htole32(seg.a),
			.b = htole32(seg.b),
			.len = htole32((uint32_t)seg.len),
		};

		pack_bytes(out, &disk, sizeof(disk));
		pack_bytes(out, seg.text, seg.len);
	}
}

static void pack_argv(const struct img_source *src, struct pack_out *out)
{
	pack_u32(out, (uint32_t)src->arg_count);
	for (size_t i = 0; i < src->arg_count; i++) {
		pack_u32(out, src->args[i].flags);
		pack_text(out, src->args[i].text);
	}
}

static void pack_site(struct pack_out *out, const struct site_slot *site)
{
	pack_u32(out, site->kind);
	pack_u32(out, (uint32_t)strlen(site->key));
	pack_u32(out, (uint32_t)strlen(site->value));
	pack_bytes(out, site->key, strlen(site->key) + 1);
	pack_bytes(out, site->value, strlen(site->value) + 1);
}

static void pack_op(struct pack_out *out, const struct op *op)
{
	size_t count;
	const struct op_field *fields = op_fields(op->code, &count);

	pack_u32(out, op->code);
	for (size_t i = 0; i < count; i++) {
		if (fields[i].kind == FIELD_TEXT) {
			const char *text;

			memcpy(&text, (const char *)op + fields[i].offset, sizeof(text));
			pack_text(out, text);
		} else {
			pack_u32(out, op_number(op, &fields[i]));
		}
	}
}

/* One more than the last descriptor slot that an operation fills. */
static uint32_t count_slots(const struct img_source *src)
{
	uint64_t count = 0;

	for (size_t i = 0; i < src->op_count; i++) {
		uint64_t end = op_fd_count(&src->ops[i]);

		if (end)
			end += op_fd_first(&src->ops[i]);
		count = end > count ? end : count;
	}
	return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

static void pack_plan(const struct img_source *src, struct pack_out *out)
{
	size_t ops_at_at = offsetof(struct img_disk_plan, ops_at);
	uint32_t ops_at;

	pack_u32(out, (uint32_t)src->site_count);
	pack_u32(out, (uint32_t)src->op_count);
	pack_u32(out, count_slots(src));
	pack_u32(out, 0); /* ops_at, set below */
	for (size_t i = 0; i < src->site_count; i++)
		pack_site(out, &src->sites[i]);
	if (out->failed)
		return;
	ops_at = htole32((uint32_t)out->len);
	memcpy(out->data + ops_at_at, &ops_at, sizeof(ops_at));
	for (size_t i = 0; i < src->op_count; i++)
		pack_op(out, &src->ops[i]);
}

void pack_sections(const struct img_source *src, struct pack_out out[SECTION_COUNT])
{
	pack_meta(src, &out[SECTION_META]);
	pack_str(&out[SECTION_CONFIG], src->config);
	pack_str(&out[SECTION_DOMAIN], src->domain);
	pack_str(&out[SECTION_LAYOUT], src->layout);
	pack_str(&out[SECTION_GUEST], src->guest);
	pack_str(&out[SECTION_NEEDS], src->needs);
	pack_argv(src, &out[SECTION_ARGV]);
	pack_plan(src, &out[SECTION_PLAN]);
}
