/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_capability.c - the table of capabilities, and paths into a QMP schema.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "qemu/capability.h"
#include "qemu/schema.h"
#include "schema_paths.h"

static void test_capability_names_are_sorted_words(void **state)
{
	(void)state;
	for (const struct capability *row = capabilities; row->name; row++) {
		assert_int_equal(strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
				 strlen(row->name));
		assert_non_null(row->what);
		if (row != capabilities)
			assert_true(strcmp((row - 1)->name, row->name) < 0);
		assert_ptr_equal(capability_find(row->name), row);
	}
	assert_null(capability_find("no-such-capability"));
}

static void test_capability_proofs_are_well_formed(void **state)
{
	unsigned major, minor;
	char rest;

	(void)state;
	for (const struct capability *row = capabilities; row->name; row++) {
		switch (row->proof) {
		case PROOF_SINCE:
		case PROOF_BEFORE:
			assert_int_equal(sscanf(row->what, "%u.%u%c", &major, &minor, &rest), 2);
			break;
		case PROOF_LINE:
			assert_non_null(strchr(row->what, ' '));
			break;
		case PROOF_SCHEMA:
			assert_true(strlen(row->what) < 256);
			assert_null(strchr(row->what, ' '));
			break;
		}
	}
}

static void test_capability_versions_are_numbers(void **state)
{
	const struct caps seven = {.major = 7, .minor = 2}, ten = {.major = 10, .minor = 0};

	(void)state;
	assert_true(capability_reached(&seven, "7.2"));
	assert_true(capability_reached(&seven, "6.9"));
	assert_false(capability_reached(&seven, "7.10"));
	assert_false(capability_reached(&seven, "10.0"));
	assert_true(capability_reached(&ten, "9.2"));
}

static void test_schema_follows_a_path(void **state)
{
	char text[sizeof(schema_text)];

	(void)state;
	schema_json(text);
	json_t *reply = json_loads(text, 0, NULL);

	assert_non_null(reply);
	json_t *schema = schema_index(reply);

	json_decref(reply);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		print_message("%s\n", paths[i].path);
		assert_int_equal(!!schema_find(schema, paths[i].path), paths[i].found);
	}
	json_decref(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_capability_names_are_sorted_words),
		cmocka_unit_test(test_capability_proofs_are_well_formed),
		cmocka_unit_test(test_capability_versions_are_numbers),
		cmocka_unit_test(test_schema_follows_a_path),
	};
	return cmocka_run_group_tests_name("capability", tests, NULL, NULL);
}
