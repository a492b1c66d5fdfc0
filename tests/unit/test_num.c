/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_num.c - strict numbers: exactly digits, within the range.
 */
#include "cm.h"

#include "base/num.h"

static void test_numbers_are_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} good[] = {{"0", 0}, {"7", 7}, {"4096", 4096}, {"18446744073709551615", UINT64_MAX}};
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(num_parse(good[i].text, 0, UINT64_MAX, &value), 0);
		assert_int_equal(value, good[i].value);
	}
}

static void test_what_is_no_number_is_refused(void **state)
{
	static const char *const bad[] = {"",
					  " ",
					  " 1",
					  "1 ",
					  "+1",
					  "-1",
					  "-0",
					  "0x1",
					  "1e3",
					  "1.0",
					  "01",
					  "00",
					  "1\n",
					  "a",
					  "\xd9\xa1",
					  "18446744073709551616",
					  "99999999999999999999999"};
	uint64_t value = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (num_parse(bad[i], 0, UINT64_MAX, &value) == 0)
			fail_msg("\"%s\" was taken", bad[i]);
	assert_int_equal(value, 42);
}

static void test_range_is_kept(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(num_parse("5", 5, 7, &value), 0);
	assert_int_equal(num_parse("7", 5, 7, &value), 0);
	assert_int_equal(num_parse("4", 5, 7, &value), -1);
	assert_int_equal(num_parse("8", 5, 7, &value), -1);
}

static void test_length_bounds_the_number(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(num_parse_n("123", 2, 0, 99, &value), 0);
	assert_int_equal(value, 12);
}

static void test_hexadecimal_digits_are_read(void **state)
{
	uint64_t value = 42;

	(void)state;
	assert_int_equal(num_parse_hex("aF", 2, &value), 0);
	assert_int_equal(value, 0xaf);
	assert_int_equal(num_parse_hex("ffffffffffffffff", 16, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(num_parse_hex("0x", 2, &value), -1);
	assert_int_equal(num_parse_hex("", 0, &value), -1);
	assert_int_equal(num_parse_hex("00000000000000000", 17, &value), -1);
	assert_int_equal(num_hex_digit('g'), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_read),
		cmocka_unit_test(test_what_is_no_number_is_refused),
		cmocka_unit_test(test_range_is_kept),
		cmocka_unit_test(test_length_bounds_the_number),
		cmocka_unit_test(test_hexadecimal_digits_are_read),
	};

	return cmocka_run_group_tests_name("num", tests, NULL, NULL);
}
