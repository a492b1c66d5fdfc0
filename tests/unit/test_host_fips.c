/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_fips.c - the kernel's switch, as a file of the tests' own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/fips.h"

static bool with(const char *text)
{
	char path[] = "/tmp/kiln-fips-XXXXXX";
	int fd = mkstemp(path);
	bool enabled;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	enabled = fips_enabled(path);
	assert_int_equal(unlink(path), 0);
	return enabled;
}

static void test_fips_is_one_and_nothing_else(void **state)
{
	(void)state;
	assert_true(with("1\n"));
	assert_false(with("0\n"));
	assert_false(with("1"));
	assert_false(with("11\n"));
	assert_false(with(""));
	assert_false(fips_enabled("/nowhere/fips_enabled"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_fips_is_one_and_nothing_else)};

	return cmocka_run_group_tests_name("host_fips", tests, NULL, NULL);
}
