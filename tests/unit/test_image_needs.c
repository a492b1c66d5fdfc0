/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_image_needs.c - section NEEDS: lines as they were written, and lines that are none.
 */
#include "image_fixture.h"

static void test_needs_out_of_form_are_refused(void **state)
{
	static const struct {
		const char *needs, *part;
	} cases[] = {
		{"device a", "no line"},
		{"device \n", "no line"},
		{"device\n", "no line"},
		{"device  a\n", "no line"},
		{"device a b\n", "no line"},
		{"device a \n", "no line"},
		{" device a\n", "no line"},
		{"property a\n", "no line"},
		{"property a b c\n", "no line"},
		{"property a  b\n", "no line"},
		{"machine-deprecated a\n", "no line"},
		{"Device a\n", "no line"},
		{"device a\"b\n", "no line"},
		{"device a\\b\n", "no line"},
		{"device a\tb\n", "no line"},
		{"device \303\244\n", "no line"},
		{"version 7\n", "no line"},
		{"version 7.\n", "no line"},
		{"version 7.2.1\n", "no line"},
		{"version 07.2\n", "no line"},
		{"version 10000.2\n", "no line"},
		{"version .2\n", "no line"},
		{"\n", "no line"},
		{"device b\ndevice a\n", "\"device a\" is not in order"},
		{"device a\ndevice a\n", "\"device a\" is not in order"},
		{"device aa\ndevice a\n", "\"device a\" is not in order"},
		{"machine a\ndevice b\n", "\"device b\" is not in order"},
	};
	struct fixture *fix = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("%s\n", cases[i].needs);
		fix->src.needs = cases[i].needs;
		fixture_not_written(&fix->src, cases[i].part);
	}
}

static void test_a_name_may_be_so_long_and_no_longer(void **state)
{
	struct need need;
	char line[NEED_NAME_MAX + 16] = "device ";

	(void)state;
	memset(line + 7, 'a', NEED_NAME_MAX + 1);
	assert_int_equal(need_parse(line, 7 + NEED_NAME_MAX, &need), 0);
	assert_int_equal(need.name_len, NEED_NAME_MAX);
	assert_int_equal(need_parse(line, 7 + NEED_NAME_MAX + 1, &need), -1);
}

static void test_lines_have_a_limit(void **state)
{
	struct fixture *fix = *state;
	char *text = malloc(((size_t)NEED_MAX + 1) * 16);
	size_t len = 0;

	assert_non_null(text);
	for (unsigned i = 0; i <= NEED_MAX; i++)
		len += (size_t)sprintf(text + len, "device d%05u\n", i);
	fix->src.needs = text;
	fixture_not_written(&fix->src, "8193");
	free(text);
}

static void test_needs_are_read_as_packed(void **state)
{
	static const struct {
		enum need_kind kind;
		const char *name;
		size_t first;
	} want[] = {
		{NEED_CPU, "max", 3},
		{NEED_CPU_PROPERTY, "avx", 3},
		{NEED_MACHINE_PROPERTY, "pc-q35-7.2 smm", 10},
		{NEED_SCHEMA, "device_add/$json-cli-hotplug", 28},
		{NEED_VERSION, "10.0", 4},
	};
	struct fixture *fix = *state;
	struct img_cursor cursor = {0};
	struct need need;
	unsigned major, minor;
	struct img img;
	struct err err;

	fix->src.needs = "cpu max\ncpu-property avx\nmachine-property pc-q35-7.2 smm\n"
			 "schema device_add/$json-cli-hotplug\nversion 10.0\n";
	CLEANUP_FD int fd = fixture_write(&fix->src);

	assert_int_equal(fixture_open(&img, fd, &err), 0);
	assert_int_equal(img.need_count, ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		assert_int_equal(img_need_next(&img, &cursor, &need), 1);
		assert_int_equal(need.kind, want[i].kind);
		assert_int_equal(need.name_len, strlen(want[i].name));
		assert_memory_equal(need.name, want[i].name, need.name_len);
		assert_int_equal(need.first_len, want[i].first);
	}
	assert_int_equal(img_need_next(&img, &cursor, &need), 0);
	need_version(&need, &major, &minor);
	assert_int_equal(major, 10);
	assert_int_equal(minor, 0);
	assert_string_equal(need_schema(NEED_NETDEV), "netdev_add/arg-type/type");
	assert_null(need_schema(NEED_DEVICE));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_needs_out_of_form_are_refused),
		TEST(test_a_name_may_be_so_long_and_no_longer),
		TEST(test_lines_have_a_limit),
		TEST(test_needs_are_read_as_packed),
	};
	return cmocka_run_group_tests_name("image needs", tests, NULL, NULL);
}
