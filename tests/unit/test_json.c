/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_json.c - the parser takes exactly RFC 8259; the writer writes what the parser takes.
 */
#include "cm.h"

#include "base/json.h"

/* Read to the end; returns the last event, JSON_END or JSON_ERROR. */
static enum json_event read_all(const char *text, size_t len)
{
	struct json_reader reader;
	struct json_token token;
	char *copy = malloc(len + 1); /* exact, so that ASan sees a byte too far */
	enum json_event event;

	assert_non_null(copy);
	copy = realloc(copy, len ? len : 1);
	assert_non_null(copy);
	memcpy(copy, text, len);
	json_read(&reader, copy, len);
	do
		event = json_next(&reader, &token);
	while (event != JSON_END && event != JSON_ERROR);
	assert_int_equal(json_next(&reader, &token), event);
	free(copy);
	return event;
}

static void test_valid_texts_are_taken(void **state)
{
	static const char *const good[] = {
		"0",
		"-0",
		"1.5",
		"-1.5e+10",
		"1E-2",
		"0e0",
		"\"\"",
		"true",
		"false",
		"null",
		"[]",
		"{}",
		" [ ] ",
		"\t{\n}\r",
		"[1,2]",
		"[[],{}]",
		"{\"a\":1}",
		"{\"a\":[],\"b\":{}}",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"",
		"\"\\ud83d\\ude00\"",
		"\"\xf0\x9f\x98\x80\"",
		"{\"\":\"\"}",
		"[null , true]",
		"\"\x7f\"",
		"\"\\u0000\"",
		"{\"a\":1,\"a\":2}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (read_all(good[i], strlen(good[i])) != JSON_END)
			fail_msg("refused: %s", good[i]);
}

static void test_invalid_texts_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"01",
		"-",
		"+1",
		".5",
		"1.",
		"1e",
		"1e+",
		"0x1",
		"NaN",
		"Infinity",
		"tru",
		"truex",
		"True",
		"nul",
		"\"",
		"\"a",
		"'a'",
		"\"\\x\"",
		"\"\\u12\"",
		"\"\\u12g4\"",
		"\"\\ud83d\"",
		"\"\\ude00\"",
		"\"\\ud83d\\u0041\"",
		"\"\\ud83dx\"",
		"\"\t\"",
		"\"\n\"",
		"\"\x80\"",
		"\"\xc0\x80\"",
		"\"\xed\xa0\x80\"",
		"\"\xf4\x90\x80\x80\"",
		"\"\xe2\x82\"",
		"[",
		"]",
		"[1",
		"[1,",
		"[1,]",
		"[,1]",
		"[1 2]",
		"[1}",
		"{",
		"}",
		"{1:2}",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{\"a\" 1}",
		"{a:1}",
		"{\"a\":1]",
		"1 2",
		"[] []",
		"// a\n1",
		"\xef\xbb\xbf[]",
		"\"\\",
		"\"\\u",
		"[1,,2]",
		"{,}",
		"{\"a\":1 \"b\":2}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (read_all(bad[i], strlen(bad[i])) != JSON_ERROR)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(read_all("1\0", 2), JSON_ERROR);
	assert_int_equal(read_all("\"\0\"", 3), JSON_ERROR);
}

static void test_nesting_is_bounded(void **state)
{
	char text[2 * (JSON_DEPTH_MAX + 1)];

	(void)state;
	for (size_t depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(read_all(text, 2 * depth),
				 depth == JSON_DEPTH_MAX ? JSON_END : JSON_ERROR);
	}
}

static void test_events_come_in_order(void **state)
{
	static const char text[] = "{\"a\":[1,\"x\"],\"b\":{\"c\":null}}";
	static const enum json_event want[] = {
		JSON_OBJECT, JSON_KEY, JSON_ARRAY, JSON_NUMBER, JSON_STRING, JSON_CLOSE, JSON_KEY,
		JSON_OBJECT, JSON_KEY, JSON_NULL,  JSON_CLOSE,  JSON_CLOSE,  JSON_END,
	};
	struct json_reader reader;
	struct json_token token;

	(void)state;
	json_read(&reader, text, strlen(text));
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(json_next(&reader, &token), want[i]);
}

static void test_skip_goes_behind_a_value(void **state)
{
	static const char text[] = "{\"skip\":{\"a\":[1,{}]},\"num\":1,\"event\":\"STOP\"}";
	struct json_reader reader;
	struct json_token token;

	(void)state;
	json_read(&reader, text, strlen(text));
	assert_int_equal(json_next(&reader, &token), JSON_OBJECT);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(json_next(&reader, &token), JSON_KEY);
		assert_int_equal(json_skip(&reader, &token), 0);
	}
	assert_int_equal(json_next(&reader, &token), JSON_KEY);
	assert_true(json_equals(&token, "event"));
	assert_int_equal(json_next(&reader, &token), JSON_STRING);
	assert_true(json_equals(&token, "STOP"));
	json_read(&reader, text, strlen(text));
	assert_int_equal(json_next(&reader, &token), JSON_OBJECT);
	assert_int_equal(json_skip(&reader, &token), 0);
	assert_int_equal(json_next(&reader, &token), JSON_END);
	json_read(&reader, "[1,", 3);
	assert_int_equal(json_next(&reader, &token), JSON_ARRAY);
	assert_int_equal(json_skip(&reader, &token), -1);
}

static struct json_token first_token(const char *text)
{
	struct json_reader reader;
	struct json_token token;

	json_read(&reader, text, strlen(text));
	assert_int_not_equal(json_next(&reader, &token), JSON_ERROR);
	return token;
}

static void test_strings_are_decoded(void **state)
{
	struct json_token token = first_token("\"a\\n\\u00e9\\ud83d\\ude00\"");
	char str[16];

	(void)state;
	assert_int_equal(json_decode(&token, str, sizeof(str)), 0);
	assert_string_equal(str, "a\n\xc3\xa9\xf0\x9f\x98\x80");
	assert_true(json_equals(&token, str));
	assert_false(json_equals(&token, "a\n"));
	assert_false(json_equals(&token, "a\n\xc3\xa9\xf0\x9f\x98\x80x"));
	assert_int_equal(json_decode(&token, str, 8), -1);
	token = first_token("\"a\\u0000b\"");
	assert_int_equal(json_decode(&token, str, sizeof(str)), -1);
}

static void test_whole_numbers_are_read(void **state)
{
	struct json_token token = first_token("4294967296");
	uint64_t value;

	(void)state;
	assert_int_equal(json_number(&token, &value), 0);
	assert_true(value == UINT64_C(4294967296));
	token = first_token("1.0");
	assert_int_equal(json_number(&token, &value), -1);
	token = first_token("-1");
	assert_int_equal(json_number(&token, &value), -1);
	token = first_token("\"1\"");
	assert_int_equal(json_number(&token, &value), -1);
}

static void write_sample(struct json_writer *writer)
{
	json_open_object(writer);
	json_key(writer, "a");
	json_open_array(writer);
	json_u64(writer, 1);
	json_i64(writer, -2);
	json_put_true(writer);
	json_open_object(writer);
	json_close_object(writer);
	json_close_array(writer);
	json_key(writer, "b\"");
	json_str(writer, "x\n\x01\\\xc3\xa9\xff");
	json_key(writer, "c");
	json_str_begin(writer);
	json_str_part(writer, "one ", 4);
	json_str_part(writer, "two", 3);
	json_str_end(writer);
	json_key(writer, "d");
	json_put_null(writer);
	json_key(writer, "e");
	json_put_false(writer);
	json_close_object(writer);
}

static void test_compact_text_is_one_line(void **state)
{
	struct json_writer writer;
	char text[256];
	struct buf buf;

	(void)state;
	buf_init(&buf, text, sizeof(text));
	json_write(&writer, &buf, JSON_COMPACT);
	write_sample(&writer);
	assert_string_equal(text,
			    "{\"a\":[1,-2,true,{}],\"b\\\"\":\"x\\n\\u0001\\\\\xc3\xa9\\ufffd\","
			    "\"c\":\"one two\",\"d\":null,\"e\":false}");
	assert_int_equal(read_all(text, buf.len), JSON_END);
}

static void test_pretty_text_is_indented(void **state)
{
	struct json_writer writer;
	char text[256];
	struct buf buf;

	(void)state;
	buf_init(&buf, text, sizeof(text));
	json_write(&writer, &buf, JSON_PRETTY);
	write_sample(&writer);
	assert_string_equal(text, "{\n  \"a\": [\n    1,\n    -2,\n    true,\n    {}\n  ],\n"
				  "  \"b\\\"\": \"x\\n\\u0001\\\\\xc3\xa9\\ufffd\",\n"
				  "  \"c\": \"one two\",\n  \"d\": null,\n  \"e\": false\n}");
	assert_int_equal(read_all(text, buf.len), JSON_END);
	buf_cut(&buf, 0);
	json_write(&writer, &buf, JSON_NARROW);
	write_sample(&writer);
	assert_string_equal(text, "{\n \"a\": [\n  1,\n  -2,\n  true,\n  {}\n ],\n"
				  " \"b\\\"\": \"x\\n\\u0001\\\\\xc3\xa9\\ufffd\",\n"
				  " \"c\": \"one two\",\n \"d\": null,\n \"e\": false\n}");
}

static void test_buffer_may_be_emptied_while_writing(void **state)
{
	struct json_writer writer;
	char text[16];
	struct buf buf;

	(void)state;
	buf_init(&buf, text, sizeof(text));
	json_write(&writer, &buf, JSON_COMPACT);
	json_open_array(&writer);
	for (int i = 0; i < 10; i++) {
		json_str(&writer, "abcdef");
		assert_string_equal(text, i ? ",\"abcdef\"" : "[\"abcdef\"");
		buf_cut(&buf, 0);
	}
	json_close_array(&writer);
	assert_string_equal(text, "]");
	assert_false(buf.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid_texts_are_taken),
		cmocka_unit_test(test_invalid_texts_are_refused),
		cmocka_unit_test(test_nesting_is_bounded),
		cmocka_unit_test(test_events_come_in_order),
		cmocka_unit_test(test_skip_goes_behind_a_value),
		cmocka_unit_test(test_strings_are_decoded),
		cmocka_unit_test(test_whole_numbers_are_read),
		cmocka_unit_test(test_compact_text_is_one_line),
		cmocka_unit_test(test_pretty_text_is_indented),
		cmocka_unit_test(test_buffer_may_be_emptied_while_writing),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
