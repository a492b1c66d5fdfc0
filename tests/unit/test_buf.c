/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_buf.c - the bounded text builder: what fits is there, what does not changes nothing.
 */
#include "cm.h"

#include "base/buf.h"

static void test_parts_are_appended(void **state)
{
	char data[32];
	struct buf buf;

	(void)state;
	buf_init(&buf, data, sizeof(data));
	assert_string_equal(data, "");
	buf_add_str(&buf, "one");
	buf_add_char(&buf, ' ');
	buf_addf(&buf, "%d", 2);
	buf_add_bytes(&buf, "xyz", 1);
	assert_string_equal(data, "one 2x");
	assert_int_equal(buf.len, 6);
	assert_false(buf.overflow);
}

static void test_text_may_fill_all_but_the_nul(void **state)
{
	char data[4];
	struct buf buf;

	(void)state;
	buf_init(&buf, data, sizeof(data));
	buf_add_str(&buf, "abc");
	assert_string_equal(data, "abc");
	assert_false(buf.overflow);
	buf_add_char(&buf, 'd');
	assert_string_equal(data, "abc");
	assert_true(buf.overflow);
}

static void test_what_does_not_fit_is_left_out_whole(void **state)
{
	char data[8];
	struct buf buf;

	(void)state;
	buf_init(&buf, data, sizeof(data));
	buf_add_str(&buf, "abc");
	buf_addf(&buf, "%s", "12345");
	assert_string_equal(data, "abc");
	assert_true(buf.overflow);
	buf_add_str(&buf, "d");
	assert_string_equal(data, "abcd");
	assert_true(buf.overflow);
}

static void test_cut_shortens_and_keeps_the_flag(void **state)
{
	char data[4];
	struct buf buf;

	(void)state;
	buf_init(&buf, data, sizeof(data));
	buf_add_str(&buf, "abc");
	buf_add_str(&buf, "d");
	buf_cut(&buf, 1);
	assert_string_equal(data, "a");
	assert_true(buf.overflow);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_are_appended),
		cmocka_unit_test(test_text_may_fill_all_but_the_nul),
		cmocka_unit_test(test_what_does_not_fit_is_left_out_whole),
		cmocka_unit_test(test_cut_shortens_and_keeps_the_flag),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
