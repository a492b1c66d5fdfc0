/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_err.c - the parts of a message and the form in which a user reads it.
 */
#include "cm.h"

#include <errno.h>

#include "base/err.h"

static void test_message_has_all_parts_in_their_places(void **state)
{
	struct err err;
	char text[2048];
	size_t len;

	(void)state;
	assert_int_equal(err_set(&err, ERR_CONFIG, "PCI address %s is taken twice", "00:03.0"), -1);
	err_at(&err, "output/.config", 41);
	err_sym(&err, "CONFIG_NET%u_PCI_ADDRESS", 3);
	err_check(&err, "pci-address-free");
	err_why(&err, "Line %d has it.", 28);
	err_fix(&err, "Clear it.");
	len = err_format(&err, text, sizeof(text));
	assert_int_equal(len, strlen(text));
	assert_string_equal(text, "output/.config:41: error: CONFIG_NET3_PCI_ADDRESS: PCI address "
				  "00:03.0 is taken twice [pci-address-free]\n"
				  "  why: Line 28 has it.\n"
				  "  fix: Clear it.\n");
}

static void test_message_without_a_place_begins_with_error(void **state)
{
	struct err err;
	char text[2048];

	(void)state;
	assert_int_equal(err_set(&err, ERR_USAGE, "no image"), -1);
	err_format(&err, text, sizeof(text));
	assert_string_equal(text, "error: no image\n");
	err_at(&err, "a.kiln", 0);
	err_format(&err, text, sizeof(text));
	assert_string_equal(text, "a.kiln: error: no image\n");
}

static void test_setting_forgets_what_was_there(void **state)
{
	struct err err;

	(void)state;
	memset(&err, 'x', sizeof(err));
	assert_int_equal(err_set(&err, ERR_HOST, "new"), -1);
	assert_string_equal(err.why, "");
	assert_string_equal(err.at.file, "");
	assert_int_equal(err.sys_errno, 0);
}

static void test_system_error_carries_errno_and_its_text(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(err_sys(&err, ERR_HOST, EACCES, "opening %s", "/dev/kvm"), -1);
	assert_int_equal(err.sys_errno, EACCES);
	assert_string_equal(err.what, "opening /dev/kvm: Permission denied");
}

static void test_long_path_is_shortened_in_the_middle(void **state)
{
	char path[400];
	struct err err;

	(void)state;
	memset(path, 'd', sizeof(path));
	memcpy(path, "/begin", 6);
	memcpy(path + sizeof(path) - 5, "/end", 5);
	assert_int_equal(err_set(&err, ERR_CONFIG, "x"), -1);
	err_at(&err, path, 7);
	assert_int_equal(strlen(err.at.file), ERR_FILE_MAX - 1);
	assert_memory_equal(err.at.file, "/begin", 6);
	assert_non_null(strstr(err.at.file, "ddd...ddd"));
	assert_string_equal(err.at.file + ERR_FILE_MAX - 5, "/end");
	err_also(&err, NULL, 0);
	assert_string_equal(err.also.file, "");
}

static void test_too_long_text_is_cut_with_dots(void **state)
{
	char text[ERR_TEXT_MAX * 2];
	struct err err;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(err_set(&err, ERR_CONFIG, "%s", text), -1);
	assert_int_equal(strlen(err.what), ERR_TEXT_MAX - 1);
	assert_string_equal(err.what + ERR_TEXT_MAX - 5, "a...");
	err_ctx(&err, "step %d", 3);
	assert_memory_equal(err.what, "step 3: aaa", 11);
	assert_string_equal(err.what + ERR_TEXT_MAX - 5, "a...");
	err_ctx(&err, "%s", text);
	assert_int_equal(strlen(err.what), ERR_TEXT_MAX - 1);
}

static void test_context_stands_before_the_fact(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(err_set(&err, ERR_HOST, "no such bridge"), -1);
	err_ctx(&err, "step %d of %d", 3, 7);
	assert_string_equal(err.what, "step 3 of 7: no such bridge");
}

static void test_format_cuts_at_the_size(void **state)
{
	char text[16];
	struct err err;

	(void)state;
	assert_int_equal(err_set(&err, ERR_HOST, "0123456789012345"), -1);
	assert_int_equal(err_format(&err, text, sizeof(text)), 15);
	assert_string_equal(text, "error: 01234567");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_has_all_parts_in_their_places),
		cmocka_unit_test(test_message_without_a_place_begins_with_error),
		cmocka_unit_test(test_setting_forgets_what_was_there),
		cmocka_unit_test(test_system_error_carries_errno_and_its_text),
		cmocka_unit_test(test_long_path_is_shortened_in_the_middle),
		cmocka_unit_test(test_too_long_text_is_cut_with_dots),
		cmocka_unit_test(test_context_stands_before_the_fact),
		cmocka_unit_test(test_format_cuts_at_the_size),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
