/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_caps.c - capabilities files: the shipped ones, malformed ones, and the syntax they choose.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "qemu/caps.h"

static struct arena arena;

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void test_caps_reads_each_shipped_board(void **state)
{
	static const struct {
		const char *path, *machine;
		unsigned major, minor;
	} boards[] = {
		{TOP_DIR "/boards/debian12-x86_64/qemu.caps", "pc-q35-7.2", 7, 2},
		{TOP_DIR "/boards/debian13-x86_64/qemu.caps", "pc-q35-10.0", 10, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(boards); i++) {
		struct caps caps;
		struct err err;

		assert_int_equal(caps_load(&arena, boards[i].path, &caps, &err), 0);
		assert_int_equal(caps.major, boards[i].major);
		assert_int_equal(caps.minor, boards[i].minor);
		assert_true(caps_has(&caps, "machine", boards[i].machine));
		assert_true(caps_has(&caps, "device", "virtio-net-pci"));
		assert_true(caps_has(&caps, "feature", "device-json"));
		assert_false(caps_has(&caps, "device", "virtio-net"));
	}
}

static const struct {
	const char *text;
	unsigned line;
	const char *what;
} bad[] = {
	{"device b\ndevice a\nversion 7.2.0\n", 2, "sorting order"},
	{"device a\ndevice a\nversion 7.2.0\n", 2, "sorting order"},
	{"# comment\n\ndevice\nversion 7.2.0\n", 3, "KIND NAME"},
	{" device\nversion 7.2.0\n", 1, "KIND NAME"},
	{"device \nversion 7.2.0\n", 1, "KIND NAME"},
	{"device  a\nversion 7.2.0\n", 1, "KIND NAME"},
	{"device a\r\nversion 7.2.0\n", 1, "control character"},
	{"version 7.2\n", 1, "MAJOR.MINOR.MICRO"},
	{"version 7.2.1 x\n", 1, "MAJOR.MINOR.MICRO"},
	{"version -7.2.1\n", 1, "MAJOR.MINOR.MICRO"},
	{"version 7.2.1\nversion 7.2.2\n", 2, "second version"},
	{"device a\n", 0, "no line \"version\""},
	{"", 0, "no line \"version\""},
};

static void test_caps_refuses_a_malformed_file_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct caps caps;
		struct err err = {0};

		print_message("%s", bad[i].text);
		assert_int_equal(
			caps_parse(&arena, "f", bad[i].text, strlen(bad[i].text), &caps, &err), -1);
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_string_equal(err.at.file, "f");
		assert_int_equal(err.at.line, bad[i].line);
		assert_non_null(strstr(err.what, bad[i].what));
		assert_string_not_equal(err.why, "");
		assert_string_not_equal(err.fix, "");
	}
}

static void test_caps_refuses_a_nul_byte(void **state)
{
	static const char text[] = "device a\0b\nversion 7.2.0\n";
	struct caps caps;
	struct err err = {0};

	(void)state;
	assert_int_equal(caps_parse(&arena, "f", text, sizeof(text) - 1, &caps, &err), -1);
	assert_int_equal(err.at.line, 1);
}

static void test_caps_names_a_missing_file(void **state)
{
	struct caps caps;
	struct err err = {0};

	(void)state;
	assert_int_equal(caps_load(&arena, "/nonexistent/qemu.caps", &caps, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_non_null(strstr(err.what, "No such file"));
	assert_string_equal(err.at.file, "/nonexistent/qemu.caps");
}

static void test_caps_name_what_was_meant(void **state)
{
	static const char text[] = "cpu Haswell\ncpu Skylake-Client\ncpu Skylake-Server\n"
				   "cpu-property lahf-lm\nversion 7.2.22\n";
	static const struct {
		const char *kind, *word, *meant;
	} words[] = {
		{"cpu", "haswell", "Haswell"},
		{"cpu", "Skylake_Sever", "Skylake-Server"},
		{"cpu", "Skylake-Clinet", "Skylake-Client"},
		{"cpu", "lahf-lm", NULL},
		{"cpu", "Pentium", NULL},
		{"cpu", "", NULL},
		{"cpu-property", "lahf_lm", "lahf-lm"},
		{"machine", "Haswell", NULL},
	};
	struct caps caps;
	struct err err;

	(void)state;
	assert_int_equal(caps_parse(&arena, "x", text, strlen(text), &caps, &err), 0);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *nearest = caps_nearest(&caps, words[i].kind, words[i].word);

		assert_int_equal(nearest == NULL, words[i].meant == NULL);
		if (nearest && words[i].meant)
			assert_string_equal(nearest, words[i].meant);
	}
}

static void test_caps_last_line_needs_no_newline(void **state)
{
	static const char text[] = "# c\ndevice a\nversion 6.2.0";
	struct caps caps;
	struct err err;

	(void)state;
	assert_int_equal(caps_parse(&arena, "f", text, strlen(text), &caps, &err), 0);
	assert_string_equal(caps.version, "6.2.0");
	assert_int_equal(caps.count, 2);
}

static const char *render_with(const char *features, const char *option, const char *head)
{
	const char *text = arena_fmt(&arena, "%sversion 7.2.0\n", features);
	struct node *tree = node_new(&arena, NODE_OBJECT);
	struct caps caps;
	struct err err;

	assert_int_equal(caps_parse(&arena, "f", text, strlen(text), &caps, &err), 0);
	node_add_string(&arena, tree, head, "x");
	node_add_string(&arena, tree, "id", "a,b");
	return caps_render(&caps, &arena, option, tree);
}

static void test_caps_choose_json_where_qemu_reads_it(void **state)
{
	(void)state;
	assert_string_equal(render_with("feature device-json\n", "-device", "driver"),
			    "{\"driver\":\"x\",\"id\":\"a,b\"}");
	assert_string_equal(render_with("", "-device", "driver"), "x,id=a,,b");
	assert_string_equal(render_with("feature object-json\n", "-object", "qom-type"),
			    "{\"qom-type\":\"x\",\"id\":\"a,b\"}");
	assert_string_equal(render_with("feature device-json\n", "-object", "qom-type"),
			    "x,id=a,,b");
	assert_string_equal(render_with("feature netdev-json\n", "-netdev", "type"),
			    "{\"type\":\"x\",\"id\":\"a,b\"}");
	assert_string_equal(render_with("", "-netdev", "type"), "x,id=a,,b");
	assert_string_equal(render_with("", "-blockdev", "driver"),
			    "{\"driver\":\"x\",\"id\":\"a,b\"}");
	assert_string_equal(render_with("feature device-json\n", "-chardev", "backend"),
			    "x,id=a,,b");
	assert_string_equal(render_with("feature device-json\n", "-boot", "order"),
			    "order=x,id=a,,b");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_caps_reads_each_shipped_board),
		TEST(test_caps_refuses_a_malformed_file_with_its_line),
		TEST(test_caps_refuses_a_nul_byte),
		TEST(test_caps_names_a_missing_file),
		TEST(test_caps_name_what_was_meant),
		TEST(test_caps_last_line_needs_no_newline),
		TEST(test_caps_choose_json_where_qemu_reads_it),
	};
	return cmocka_run_group_tests_name("caps", tests, NULL, NULL);
}
