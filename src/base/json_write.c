/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json_write.c - the writer of json.h: commas, indents and escapes.
 */
#include "base/json.h"

#include <inttypes.h>
#include <string.h>

#include "base/bug.h"
#include "base/utf8.h"

void json_write(struct json_writer *writer, struct buf *buf, enum json_style style)
{
	*writer = (struct json_writer){.buf = buf, .style = style};
}

static void line_break(struct json_writer *writer)
{
	if (writer->style == JSON_COMPACT)
		return;
	buf_add_char(writer->buf, '\n');
	for (unsigned i = 0; i < writer->depth; i++)
		buf_add_str(writer->buf, writer->style == JSON_PRETTY ? "  " : " ");
}

/* What stands before a key, an element or the value of a key. */
static void separate(struct json_writer *writer)
{
	if (writer->after_key) {
		writer->after_key = false;
		return;
	}
	if (writer->depth == 0)
		return;
	if (!writer->first[writer->depth - 1])
		buf_add_char(writer->buf, ',');
	writer->first[writer->depth - 1] = false;
	line_break(writer);
}

static void container_open(struct json_writer *writer, char bracket)
{
	separate(writer);
	BUG_IF(writer->depth == JSON_DEPTH_MAX);
	writer->first[writer->depth++] = true;
	buf_add_char(writer->buf, bracket);
}

static void container_close(struct json_writer *writer, char bracket)
{
	bool empty;

	BUG_IF(writer->depth == 0 || writer->after_key);
	empty = writer->first[--writer->depth];
	if (!empty)
		line_break(writer);
	buf_add_char(writer->buf, bracket);
}

void json_open_object(struct json_writer *writer)
{
	container_open(writer, '{');
}

void json_close_object(struct json_writer *writer)
{
	container_close(writer, '}');
}

void json_open_array(struct json_writer *writer)
{
	container_open(writer, '[');
}

void json_close_array(struct json_writer *writer)
{
	container_close(writer, ']');
}

void json_str_begin(struct json_writer *writer)
{
	separate(writer);
	buf_add_char(writer->buf, '"');
}

/* What stands as it is: printable ASCII without the two that are escaped. */
static size_t plain_len(const char *bytes, size_t left)
{
	size_t len = 0;

	while (len < left && bytes[len] >= 0x20 && bytes[len] < 0x7f && bytes[len] != '"' &&
	       bytes[len] != '\\')
		len++;
	return len;
}

/* One character; returns how many bytes of @bytes it took. */
static size_t char_put(struct buf *buf, const char *bytes, size_t left)
{
	size_t len = utf8_len(bytes, left);

	if (len == 0) {
		buf_add_str(buf, "\\ufffd");
		return 1;
	}
	if (bytes[0] == '\n')
		buf_add_str(buf, "\\n");
	else if (bytes[0] == '\t')
		buf_add_str(buf, "\\t");
	else if ((unsigned char)bytes[0] < 0x20 || bytes[0] == 0x7f)
		buf_addf(buf, "\\u%04x", (unsigned)bytes[0]);
	else if (bytes[0] == '"' || bytes[0] == '\\')
		buf_addf(buf, "\\%c", bytes[0]);
	else
		buf_add_bytes(buf, bytes, len);
	return len;
}

void json_str_part(struct json_writer *writer, const char *bytes, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t plain = plain_len(bytes + at, len - at);

		buf_add_bytes(writer->buf, bytes + at, plain);
		at += plain;
		if (at < len)
			at += char_put(writer->buf, bytes + at, len - at);
	}
}

void json_str_end(struct json_writer *writer)
{
	buf_add_char(writer->buf, '"');
}

void json_str(struct json_writer *writer, const char *str)
{
	json_str_begin(writer);
	json_str_part(writer, str, strlen(str));
	json_str_end(writer);
}

void json_key(struct json_writer *writer, const char *key)
{
	json_str(writer, key);
	buf_add_str(writer->buf, writer->style == JSON_COMPACT ? ":" : ": ");
	writer->after_key = true;
}

void json_u64(struct json_writer *writer, uint64_t value)
{
	separate(writer);
	buf_addf(writer->buf, "%" PRIu64, value);
}

void json_i64(struct json_writer *writer, int64_t value)
{
	separate(writer);
	buf_addf(writer->buf, "%" PRId64, value);
}

void json_put_true(struct json_writer *writer)
{
	separate(writer);
	buf_add_str(writer->buf, "true");
}

void json_put_false(struct json_writer *writer)
{
	separate(writer);
	buf_add_str(writer->buf, "false");
}

void json_put_null(struct json_writer *writer)
{
	separate(writer);
	buf_add_str(writer->buf, "null");
}
