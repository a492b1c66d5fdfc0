/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_numset.c - sets of numbers as text and back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/attr.h"
#include "base/numset.h"

static void assert_text(const char *text, const char *wanted, unsigned count)
{
	struct numset set;
	char out[64];
	struct buf buf;

	assert_int_equal(numset_parse(text, NUMSET_MAX - 1, &set), 0);
	buf_init(&buf, out, sizeof(out));
	numset_add_text(&set, &buf);
	assert_string_equal(out, wanted);
	assert_int_equal(numset_count(&set), count);
}

static void test_numset_text_and_back(void **state)
{
	(void)state;
	assert_text("0", "0", 1);
	assert_text("8,0-3", "0-3,8", 5);
	assert_text("1,2,3", "1-3", 3);
	assert_text("63,64", "63-64", 2);
	assert_text("0-1023", "0-1023", 1024);
	assert_text("1023", "1023", 1);
}

static void test_numset_what_is_none_changes_nothing(void **state)
{
	static const char *const bad[] = {"",    ",",  "1,",    "-1",  "1-",   "3-1",
					  "1,1", "a",  "0-4,2", "01",  "1024", "0-1024",
					  " 1",  "1 ", "1--2",  "0x1", "1;2"};
	struct numset set = {{7}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(numset_parse(bad[i], NUMSET_MAX - 1, &set), -1);
	assert_int_equal(numset_parse("4", 3, &set), -1);
	assert_int_equal(set.word[0], 7);
}

static void test_numset_has_nothing_outside(void **state)
{
	struct numset set;

	(void)state;
	assert_int_equal(numset_parse("5", 1023, &set), 0);
	assert_true(numset_has(&set, 5));
	assert_false(numset_has(&set, 4));
	assert_false(numset_has(&set, NUMSET_MAX + 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numset_text_and_back),
		cmocka_unit_test(test_numset_what_is_none_changes_nothing),
		cmocka_unit_test(test_numset_has_nothing_outside),
	};
	return cmocka_run_group_tests_name("numset", tests, NULL, NULL);
}
