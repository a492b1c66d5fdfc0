/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.c - the pull parser. What it has returned, it has checked: the decoders trust its tokens.
 */
#include "base/json.h"

#include <string.h>

#include "base/bug.h"
#include "base/num.h"
#include "base/utf8.h"

void json_read(struct json_reader *reader, const char *text, size_t len)
{
	*reader = (struct json_reader){.text = text, .len = len, .want = JSON_WANT_VALUE};
}

/* The byte at the cursor, or 0 at the end: 0 is no byte of JSON's grammar. */
static char peek(const struct json_reader *reader)
{
	if (reader->at < reader->len)
		return reader->text[reader->at];
	return '\0';
}

static void skip_blanks(struct json_reader *reader)
{
	char c = peek(reader);

	while (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
		reader->at++;
		c = peek(reader);
	}
}

static enum json_event fail(struct json_reader *reader)
{
	reader->failed = true;
	return JSON_ERROR;
}

/* Four hexadecimal digits at @text, of which @left bytes are there, or -1. */
static int32_t hex4(const char *text, size_t left)
{
	uint64_t value;

	if (left < 4 || num_parse_hex(text, 4, &value) < 0)
		return -1;
	return (int32_t)value;
}

/*
 * Decode the character at @text, which may be an escape. Returns how many bytes of @text it takes,
 * 0 when it is not JSON.
 */
static size_t char_take(const char *text, size_t left, char out[static UTF8_BYTES_MAX],
			size_t *ret_len)
{
	static const char escapes[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
	const char *found;
	int32_t high, low;

	if (text[0] != '\\') {
		*ret_len = (unsigned char)text[0] < 0x20 ? 0 : utf8_len(text, left);
		memcpy(out, text, *ret_len);
		return *ret_len;
	}
	if (left < 2 || text[1] == '\0')
		return 0;
	found = strchr(escapes, text[1]);
	if (found) {
		out[0] = meaning[found - escapes];
		*ret_len = 1;
		return 2;
	}
	high = text[1] == 'u' ? hex4(text + 2, left - 2) : -1;
	if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
		return 0;
	if (high < 0xd800 || high > 0xdbff) {
		*ret_len = utf8_put(out, (uint32_t)high);
		return 6;
	}
	if (left < 8 || text[6] != '\\' || text[7] != 'u')
		return 0;
	low = hex4(text + 8, left - 8);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	*ret_len =
		utf8_put(out, 0x10000 + (((uint32_t)high & 0x3ff) << 10) + ((uint32_t)low & 0x3ff));
	return 12;
}

/* A string from its opening quote on. */
static enum json_event take_string(struct json_reader *reader, struct json_token *token,
				   enum json_event event)
{
	char out[UTF8_BYTES_MAX];
	size_t len, taken;

	if (peek(reader) != '"')
		return fail(reader);
	token->text = reader->text + ++reader->at;
	while (reader->at < reader->len && reader->text[reader->at] != '"') {
		taken = char_take(reader->text + reader->at, reader->len - reader->at, out, &len);
		if (taken == 0)
			return fail(reader);
		reader->at += taken;
	}
	if (reader->at == reader->len)
		return fail(reader);
	token->len = (size_t)(reader->text + reader->at - token->text);
	reader->at++;
	return event;
}

/* Digits, at least one. */
static bool take_digits(struct json_reader *reader)
{
	size_t begin = reader->at;

	while (peek(reader) >= '0' && peek(reader) <= '9')
		reader->at++;
	return reader->at > begin;
}

static enum json_event take_number(struct json_reader *reader, struct json_token *token)
{
	token->text = reader->text + reader->at;
	if (peek(reader) == '-')
		reader->at++;
	if (peek(reader) == '0')
		reader->at++;
	else if (!take_digits(reader))
		return fail(reader);
	if (peek(reader) == '.') {
		reader->at++;
		if (!take_digits(reader))
			return fail(reader);
	}
	if (peek(reader) == 'e' || peek(reader) == 'E') {
		reader->at++;
		if (peek(reader) == '+' || peek(reader) == '-')
			reader->at++;
		if (!take_digits(reader))
			return fail(reader);
	}
	token->len = (size_t)(reader->text + reader->at - token->text);
	return JSON_NUMBER;
}

static enum json_event take_word(struct json_reader *reader, const char *word,
				 enum json_event event)
{
	size_t len = strlen(word);

	if (reader->len - reader->at < len || memcmp(reader->text + reader->at, word, len) != 0)
		return fail(reader);
	reader->at += len;
	return event;
}

static enum json_event take_open(struct json_reader *reader, enum json_event event)
{
	if (reader->depth == JSON_DEPTH_MAX)
		return fail(reader);
	reader->object[reader->depth++] = event == JSON_OBJECT;
	reader->at++;
	reader->want = JSON_WANT_FIRST;
	return event;
}

/* After a value: what its container wants. */
static void value_done(struct json_reader *reader)
{
	reader->want = reader->depth ? JSON_WANT_NEXT : JSON_WANT_NOTHING;
}

static enum json_event take_value(struct json_reader *reader, struct json_token *token)
{
	char c = peek(reader);

	if (c == '{')
		return take_open(reader, JSON_OBJECT);
	if (c == '[')
		return take_open(reader, JSON_ARRAY);
	value_done(reader);
	if (c == '"')
		return take_string(reader, token, JSON_STRING);
	if (c == 't')
		return take_word(reader, "true", JSON_TRUE);
	if (c == 'f')
		return take_word(reader, "false", JSON_FALSE);
	if (c == 'n')
		return take_word(reader, "null", JSON_NULL);
	return take_number(reader, token);
}

/* A key and its colon; the value follows at the next call. */
static enum json_event take_key(struct json_reader *reader, struct json_token *token)
{
	if (take_string(reader, token, JSON_KEY) == JSON_ERROR)
		return JSON_ERROR;
	skip_blanks(reader);
	if (peek(reader) != ':')
		return fail(reader);
	reader->at++;
	reader->want = JSON_WANT_VALUE;
	return JSON_KEY;
}

/* Inside a container: its end, or after a comma the next member. */
static enum json_event take_member(struct json_reader *reader, struct json_token *token)
{
	bool object = reader->object[reader->depth - 1];

	if (peek(reader) == (object ? '}' : ']')) {
		reader->at++;
		reader->depth--;
		value_done(reader);
		return JSON_CLOSE;
	}
	if (reader->want == JSON_WANT_NEXT) {
		if (peek(reader) != ',')
			return fail(reader);
		reader->at++;
		skip_blanks(reader);
	}
	return object ? take_key(reader, token) : take_value(reader, token);
}

static enum json_event next_event(struct json_reader *reader, struct json_token *token)
{
	if (reader->failed)
		return JSON_ERROR;
	skip_blanks(reader);
	switch (reader->want) {
	case JSON_WANT_VALUE:
		return take_value(reader, token);
	case JSON_WANT_FIRST:
	case JSON_WANT_NEXT:
		return take_member(reader, token);
	case JSON_WANT_NOTHING:
		break;
	}
	return reader->at == reader->len ? JSON_END : fail(reader);
}

enum json_event json_next(struct json_reader *reader, struct json_token *token)
{
	*token = (struct json_token){.text = ""};
	token->event = next_event(reader, token);
	return token->event;
}

int json_skip(struct json_reader *reader, const struct json_token *token)
{
	unsigned depth = reader->depth;
	struct json_token skipped;

	if (token->event == JSON_KEY) {
		if (json_next(reader, &skipped) == JSON_ERROR)
			return -1;
	} else if (token->event == JSON_OBJECT || token->event == JSON_ARRAY) {
		depth--;
	}
	while (reader->depth > depth)
		if (json_next(reader, &skipped) == JSON_ERROR)
			return -1;
	return 0;
}

bool json_equals(const struct json_token *token, const char *str)
{
	size_t at = 0, left = strlen(str), len;
	char out[UTF8_BYTES_MAX];

	while (at < token->len) {
		size_t taken = char_take(token->text + at, token->len - at, out, &len);

		BUG_IF(taken == 0);
		if (len > left || memcmp(out, str, len) != 0)
			return false;
		at += taken;
		str += len;
		left -= len;
	}
	return left == 0;
}

int json_decode(const struct json_token *token, char *str, size_t size)
{
	size_t at = 0, len;
	char out[UTF8_BYTES_MAX];
	struct buf buf;

	buf_init(&buf, str, size);
	while (at < token->len) {
		size_t taken = char_take(token->text + at, token->len - at, out, &len);

		BUG_IF(taken == 0);
		if (out[0] == '\0')
			return -1;
		buf_add_bytes(&buf, out, len);
		at += taken;
	}
	return buf.overflow ? -1 : 0;
}

int json_number(const struct json_token *token, uint64_t *ret)
{
	if (token->event != JSON_NUMBER)
		return -1;
	return num_parse_n(token->text, token->len, 0, UINT64_MAX, ret);
}
