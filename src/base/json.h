/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - one JSON pull parser and one writer without heap, for the target programs.
 *
 * The parser takes exactly RFC 8259 in UTF-8, one value to a text, nesting up to JSON_DEPTH_MAX,
 * and refuses what cannot be decoded (half a surrogate pair). The writer builds into a struct buf,
 * which may be written out and emptied between two calls.
 */
#ifndef KILN_BASE_JSON_H
#define KILN_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"

#define JSON_DEPTH_MAX 64

enum json_event {
	JSON_ERROR, /* not JSON at @at; stays so */
	JSON_END, /* the text is over, and was one value */
	JSON_OBJECT, /* '{'; then JSON_KEY and a value, any number of times, then JSON_CLOSE */
	JSON_ARRAY, /* '['; then values, then JSON_CLOSE */
	JSON_CLOSE, /* '}' or ']' */
	JSON_KEY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
	JSON_EVENT_COUNT,
};

/** struct json_reader - a text being read; @at: how far, for messages. The rest is private. */
struct json_reader {
	const char *text;
	size_t len, at;
	unsigned depth;
	enum { JSON_WANT_VALUE, JSON_WANT_FIRST, JSON_WANT_NEXT, JSON_WANT_NOTHING } want;
	bool failed;
	bool object[JSON_DEPTH_MAX]; /* which of the open brackets are '{' */
};

/** struct json_token - @text: a number, or the inside of a string with its escapes. */
struct json_token {
	enum json_event event;
	const char *text;
	size_t len;
};

/** json_read() - begin to read @len bytes at @text, which need no NUL. */
void json_read(struct json_reader *reader, const char *text, size_t len);

/** json_next() - the next event; @token is filled and its event returned. */
enum json_event json_next(struct json_reader *reader, struct json_token *token);

/**
 * json_skip() - after JSON_OBJECT or JSON_ARRAY: go behind its JSON_CLOSE; after JSON_KEY: go
 * behind its value; after others: nothing.
 *
 * Return: 0, or -1 when the text is not JSON.
 */
int json_skip(struct json_reader *reader, const struct json_token *token) MUST_CHECK;

/** json_equals() - whether a key or string, decoded, is @str. */
bool json_equals(const struct json_token *token, const char *str);

/**
 * json_decode() - a key or string as a C string.
 *
 * Return: 0; -1 when it holds U+0000 or does not fit in @size bytes.
 */
int json_decode(const struct json_token *token, char *str, size_t size) MUST_CHECK;

/** json_number() - a number as a whole one from 0. Return: 0; -1 when it is another kind. */
int json_number(const struct json_token *token, uint64_t *ret) MUST_CHECK;

enum json_style {
	JSON_COMPACT, /* one line, no blanks: QMP */
	JSON_PRETTY, /* one member a line, indented by two: for people and jq alike */
	JSON_NARROW, /* the same, indented by one: for large texts */
};

/** struct json_writer - a text being written into @buf. Private but for @buf. */
struct json_writer {
	struct buf *buf;
	enum json_style style;
	unsigned depth;
	bool after_key, first[JSON_DEPTH_MAX];
};

/** json_write() - begin to write one value. */
void json_write(struct json_writer *writer, struct buf *buf, enum json_style style);

/** json_open_object() - open an object; json_close_object() closes it. */
void json_open_object(struct json_writer *writer);
void json_close_object(struct json_writer *writer);

/** json_open_array() - open an array; json_close_array() closes it. */
void json_open_array(struct json_writer *writer);
void json_close_array(struct json_writer *writer);

/** json_key() - the key of the next value. */
void json_key(struct json_writer *writer, const char *key);

/** json_str() - a string; a byte that is not UTF-8 is written as U+FFFD. */
void json_str(struct json_writer *writer, const char *str);

/** json_str_begin() - a string in parts; a part may not end inside a character. */
void json_str_begin(struct json_writer *writer);
void json_str_part(struct json_writer *writer, const char *bytes, size_t len);
void json_str_end(struct json_writer *writer);

/** json_u64() - a number; json_i64() - one that may be below 0. */
void json_u64(struct json_writer *writer, uint64_t value);
void json_i64(struct json_writer *writer, int64_t value);

/** json_put_true() - true; json_put_false() - false; json_put_null() - null. */
void json_put_true(struct json_writer *writer);
void json_put_false(struct json_writer *writer);
void json_put_null(struct json_writer *writer);

#endif
