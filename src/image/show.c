/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show.c - what is in an image, and what it becomes with the facts of a place.
 *
 * Values that the target has not bound yet stand as "<key>", so that an image can be looked at
 * anywhere. Changes nothing.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json.h"
#include "base/unit.h"
#include "image/show.h"

#define OUT_BYTES (1u << 20) /* an argument of ARG_BYTES_MAX, each byte escaped in six */

static char out_text[OUT_BYTES];
static const char *const life_word[LIFE_COUNT] = {"none", "fd", "release"};

static int flush(struct buf *out, struct err *err)
{
	int ret = out->overflow ? -1 : fd_write_all(STDOUT_FILENO, out->data, out->len);

	buf_cut(out, 0);
	if (!ret)
		return 0;
	err_sys(err, ERR_HOST, out->overflow ? EMSGSIZE : errno, "cannot write to standard output");
	err_why(err, "What is in the image is printed there.");
	err_fix(err, "Look where standard output goes.");
	return -1;
}

/* ---- command line ------------------------------------------------------------- */

static int show_argv(const struct facts *facts, struct buf *out, enum argv_form form,
		     struct err *err)
{
	char **argv = facts_argv(facts, form, err);

	for (; argv && *argv; argv++) {
		buf_add_str(out, *argv);
		buf_add_char(out, '\n');
		if (flush(out, err))
			return -1;
	}
	return argv ? 0 : -1;
}

/* ---- identities of this unit ---------------------------------------------------------------- */

#define MAC_KEYS_MAX 256

struct identities {
	char keys[MAC_KEYS_MAX][MARK_KEY_MAX + 1];
	unsigned count;
	bool uuid;
};

static void identity_add(struct identities *ids, const struct segment *seg)
{
	char *key = ids->keys[ids->count];

	if (seg->kind == FIX_UUID)
		ids->uuid = true;
	if (seg->kind != FIX_MAC || ids->count == MAC_KEYS_MAX || seg->len > MARK_KEY_MAX)
		return;
	memcpy(key, seg->text, seg->len);
	key[seg->len] = '\0';
	for (unsigned i = 0; i < ids->count; i++)
		if (!strcmp(ids->keys[i], key))
			return;
	ids->count++;
}

static void identities_find(const struct facts *facts, struct identities *ids)
{
	struct img_cursor cursor = {0};
	struct img_arg arg;
	struct segment seg;

	while (img_arg_next(facts->img, &cursor, &arg))
		while (img_text_next(&arg.text, &seg))
			identity_add(ids, &seg);
}

static const char *identity_text(const struct facts *facts, const char *key, char *text)
{
	unsigned char bytes[UUID_BYTES];

	if (!facts->unit[0])
		return "<unit>";
	if (key) {
		unit_mac(bytes, facts->unit, facts->img->meta[META_NAME], key);
		ident_format_mac(text, bytes);
	} else {
		unit_uuid(bytes, facts->unit, facts->img->meta[META_NAME]);
		ident_format_uuid(text, bytes);
	}
	return text;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void text_fields(const struct op *op, struct buf *out)
{
	size_t count;
	const struct op_field *fields = op_fields(op->code, &count);

	for (size_t i = 0; i < count; i++) {
		const char *text;

		if (fields[i].kind == FIELD_TEXT) {
			memcpy(&text, (const char *)op + fields[i].offset, sizeof(text));
			buf_addf(out, " %s=%s", fields[i].name, text);
		} else {
			buf_addf(out, fields[i].kind == FIELD_FLAGS ? " %s=0x%x" : " %s=%u",
				 fields[i].name, op_number(op, &fields[i]));
		}
	}
}

static int text_plan(const struct facts *facts, struct buf *out, struct err *err)
{
	struct img_cursor cursor = {0};
	struct op op;
	int ret;

	buf_addf(out, "plan: %u steps, %u descriptors\n", facts->img->op_count,
		 facts->img->fd_count);
	for (unsigned step = 1; (ret = facts_op_next(facts, &cursor, &op, err)) == 1; step++) {
		buf_addf(out, "  %3u %-8s", step, op_name(op.code));
		text_fields(&op, out);
		buf_addf(out, " life=%s\n", life_word[op_life(&op)]);
		if (flush(out, err))
			return -1;
	}
	return ret;
}

static void text_sites(const struct facts *facts, struct buf *out)
{
	struct img_cursor cursor = {0};
	struct img_site site;

	if (facts->img->site_count)
		buf_add_str(out, "site values:\n");
	for (uint32_t i = 0; img_site_next(facts->img, &cursor, &site); i++)
		buf_addf(out, "  %-20s %-8s %s\n", site.key, site_word(site.kind),
			 facts->site[i][0] ? facts->site[i]
			 : site.kind == SITE_UNIT && facts->unit[0]
				 ? facts->unit
				 : "(to be bound on the target)");
}

static void text_identities(const struct facts *facts, struct buf *out)
{
	static struct identities ids;
	char text[UUID_TEXT_MAX];

	identities_find(facts, &ids);
	if (ids.uuid || ids.count)
		buf_addf(out, "identities of unit %s:\n",
			 facts->unit[0] ? facts->unit : "(unknown)");
	if (ids.uuid)
		buf_addf(out, "  %-20s %s\n", "uuid", identity_text(facts, NULL, text));
	for (unsigned i = 0; i < ids.count; i++)
		buf_addf(out, "  %-20s %s\n", ids.keys[i], identity_text(facts, ids.keys[i], text));
}

static int show_text(const struct facts *facts, struct buf *out, struct err *err)
{
	const struct img *img = facts->img;

	buf_addf(out, "%s: %llu bytes\n", img->path, (unsigned long long)img->size);
	for (enum img_meta_key key = 0; key < META_KEY_COUNT; key++)
		buf_addf(out, "  %-14s %s\n", img_meta_name(key), img->meta[key]);
	buf_add_str(out, "sections:\n");
	for (enum img_section i = 0; i < SECTION_COUNT; i++)
		buf_addf(out, "  %-14s %zu bytes\n", img_section_name(i), img->section[i].len);
	for (uint32_t i = 0; i < img->payload_count; i++)
		buf_addf(out, "  payload %-20s %llu bytes, %llu in the image\n",
			 img->payload[i].name, (unsigned long long)img->payload[i].raw,
			 (unsigned long long)img->payload[i].stored);
	text_sites(facts, out);
	text_identities(facts, out);
	buf_addf(out, "command line: %u arguments\n", img->arg_count);
	if (flush(out, err))
		return -1;
	return text_plan(facts, out, err);
}

/* ---- sections ---------------------------------------------------------------------------- */

static int write_failed(struct err *err)
{
	err_sys(err, ERR_HOST, errno, "cannot write to standard output");
	err_why(err, "What is in the image is printed there.");
	err_fix(err, "Look where standard output goes.");
	return -1;
}

/* The template: what is the same on every target. */
static int argv_template(const struct facts *facts, struct buf *out, struct err *err)
{
	struct img_cursor cursor = {0};
	struct img_arg arg;
	struct segment seg;
	char word[MARK_MAX];

	while (img_arg_next(facts->img, &cursor, &arg)) {
		if (arg.flags & ARG_SHELL_ONLY)
			continue;
		while (img_text_next(&arg.text, &seg)) {
			if (seg.kind == FIX_LITERAL) {
				buf_add_bytes(out, seg.text, seg.len);
				continue;
			}
			segment_word(word, &seg);
			buf_add_str(out, word);
		}
		buf_add_char(out, '\n');
		if (flush(out, err))
			return -1;
	}
	return 0;
}

static int show_section(const struct facts *facts, const char *section, struct buf *out,
			struct err *err)
{
	for (enum img_section i = 0; i < SECTION_COUNT; i++) {
		const struct img_span *span = &facts->img->section[i];

		if (strcmp(img_section_name(i), section) != 0)
			continue;
		if (i == SECTION_ARGV)
			return argv_template(facts, out, err);
		if (i == SECTION_PLAN) {
			text_sites(facts, out);
			return text_plan(facts, out, err);
		}
		return fd_write_all(STDOUT_FILENO, span->data, span->len) ? write_failed(err) : 0;
	}
	err_set(err, ERR_USAGE, "--section %s", section);
	err_why(err, "The sections are META, CONFIG, DOMAIN, LAYOUT, GUEST, NEEDS, ARGV and PLAN.");
	err_fix(err, "Name one of them in capital letters.");
	return -1;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_member(struct json_writer *json, const char *key, const char *value)
{
	json_key(json, key);
	json_str(json, value);
}

static void json_number_member(struct json_writer *json, const char *key, uint64_t value)
{
	json_key(json, key);
	json_u64(json, value);
}

static void json_payload(const struct facts *facts, struct json_writer *json)
{
	json_key(json, "sections");
	json_open_object(json);
	for (enum img_section i = 0; i < SECTION_COUNT; i++)
		json_number_member(json, img_section_name(i), facts->img->section[i].len);
	json_close_object(json);
	json_key(json, "payload");
	json_open_array(json);
	for (uint32_t i = 0; i < facts->img->payload_count; i++) {
		json_open_object(json);
		json_member(json, "name", facts->img->payload[i].name);
		json_number_member(json, "bytes", facts->img->payload[i].raw);
		json_number_member(json, "stored", facts->img->payload[i].stored);
		json_close_object(json);
	}
	json_close_array(json);
}

static void json_sites(const struct facts *facts, struct json_writer *json)
{
	struct img_cursor cursor = {0};
	struct img_site site;

	json_key(json, "site");
	json_open_array(json);
	for (uint32_t i = 0; img_site_next(facts->img, &cursor, &site); i++) {
		json_open_object(json);
		json_member(json, "key", site.key);
		json_member(json, "kind", site_word(site.kind));
		json_member(json, "value", facts->site[i]);
		json_close_object(json);
	}
	json_close_array(json);
}

static void json_identities(const struct facts *facts, struct json_writer *json)
{
	static struct identities ids;
	char text[UUID_TEXT_MAX];

	identities_find(facts, &ids);
	json_member(json, "unit", facts->unit);
	if (ids.uuid)
		json_member(json, "uuid", identity_text(facts, NULL, text));
	json_key(json, "mac");
	json_open_object(json);
	for (unsigned i = 0; i < ids.count; i++)
		json_member(json, ids.keys[i], identity_text(facts, ids.keys[i], text));
	json_close_object(json);
}

static void json_op(struct json_writer *json, const struct op *op)
{
	size_t count;
	const struct op_field *fields = op_fields(op->code, &count);

	json_open_object(json);
	json_member(json, "op", op_name(op->code));
	json_member(json, "life", life_word[op_life(op)]);
	for (size_t i = 0; i < count; i++) {
		const char *text;

		json_key(json, fields[i].name);
		if (fields[i].kind == FIELD_TEXT) {
			memcpy(&text, (const char *)op + fields[i].offset, sizeof(text));
			json_str(json, text);
		} else {
			json_u64(json, op_number(op, &fields[i]));
		}
	}
	json_close_object(json);
}

static int json_plan(const struct facts *facts, struct json_writer *json, struct err *err)
{
	struct img_cursor cursor = {0};
	struct op op;
	int ret;

	json_key(json, "plan");
	json_open_array(json);
	while ((ret = facts_op_next(facts, &cursor, &op, err)) == 1) {
		json_op(json, &op);
		if (flush(json->buf, err))
			return -1;
	}
	json_close_array(json);
	return ret;
}

static int json_argv(const struct facts *facts, struct json_writer *json, struct err *err)
{
	char **argv = facts_argv(facts, ARGV_EXEC, err);

	json_key(json, "argv");
	json_open_array(json);
	for (; argv && *argv; argv++) {
		json_str(json, *argv);
		if (flush(json->buf, err))
			return -1;
	}
	json_close_array(json);
	return argv ? 0 : -1;
}

static int show_json(const struct facts *facts, struct buf *out, struct err *err)
{
	static struct json_writer json;

	json_write(&json, out, JSON_PRETTY);
	json_open_object(&json);
	json_key(&json, "meta");
	json_open_object(&json);
	for (enum img_meta_key key = 0; key < META_KEY_COUNT; key++)
		json_member(&json, img_meta_name(key), facts->img->meta[key]);
	json_close_object(&json);
	json_number_member(&json, "bytes", facts->img->size);
	json_payload(facts, &json);
	json_sites(facts, &json);
	json_identities(facts, &json);
	if (flush(out, err) || json_plan(facts, &json, err) || json_argv(facts, &json, err))
		return -1;
	json_close_object(&json);
	buf_add_char(out, '\n');
	return flush(out, err);
}

int img_show(const struct facts *facts, enum show_what what, const char *section, struct err *err)
{
	struct buf out;

	buf_init(&out, out_text, sizeof(out_text));
	switch (what) {
	case SHOW_TEXT:
		return show_text(facts, &out, err);
	case SHOW_JSON:
		return show_json(facts, &out, err);
	case SHOW_ARGV:
		return show_argv(facts, &out, ARGV_EXEC, err);
	case SHOW_SHELL:
		return show_argv(facts, &out, ARGV_SHELL, err);
	case SHOW_SECTION:
		break;
	}
	return show_section(facts, section, &out, err);
}
