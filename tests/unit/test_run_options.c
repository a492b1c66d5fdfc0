/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_run_options.c - command lines of kiln-run that are taken, and those that are not.
 */
#include "cm.h"

#include "run/options.h"

static struct options options;
static struct err err;
static enum options_own own;

static int parse(const char *line)
{
	static char text[256];
	char *argv[16] = {text};
	int argc = 1;

	snprintf(text, sizeof(text), "kiln-run %s", line);
	(void)strtok_r(text, " ", &argv[15]);
	while ((argv[argc] = strtok_r(NULL, " ", &argv[15])))
		argc++;
	memset(&err, 0, sizeof(err));
	return options_parse(&options, argc, argv, own, &err);
}

/* With an image behind the program it is the target where none is named. */
static void test_own_image(void **arg)
{
	(void)arg;
	own = OWN_IMAGE;
	assert_int_equal(parse(""), 0);
	assert_int_equal(options.command, COMMAND_UP);
	assert_null(options.target);
	assert_int_equal(parse("--paused --set k=v"), 0);
	assert_int_equal(options.command, COMMAND_UP);
	assert_true(options.paused);
	assert_int_equal(options.set_count, 1);
	assert_int_equal(parse("down --timeout 3"), 0);
	assert_int_equal(options.command, COMMAND_DOWN);
	assert_null(options.target);
	assert_int_equal(parse("check other.kiln"), 0);
	assert_string_equal(options.target, "other.kiln");
	assert_int_equal(parse("--version"), 0);
	assert_int_equal(options.command, COMMAND_VERSION);
	assert_int_equal(parse("--timeout 3"), -1);
	assert_int_equal(parse("nonsense"), -1);
	assert_non_null(strstr(err.what, "unknown command nonsense"));
	own = OWN_NONE;
	assert_int_equal(parse(""), -1);
	assert_int_equal(parse("--paused"), -1);
	assert_int_equal(parse("down"), -1);
}

static void test_taken(void **arg)
{
	(void)arg;
	assert_int_equal(parse("up a.kiln --set k=v --paused --set=x=y --site s"), 0);
	assert_int_equal(options.command, COMMAND_UP);
	assert_string_equal(options.target, "a.kiln");
	assert_int_equal(options.set_count, 2);
	assert_string_equal(options.set[0], "k=v");
	assert_string_equal(options.set[1], "x=y");
	assert_string_equal(options.site, "s");
	assert_true(options.paused);
	assert_int_equal(parse("down --timeout 7 router"), 0);
	assert_int_equal(options.timeout, 7);
	assert_string_equal(options.target, "router");
	assert_int_equal(parse("down router"), 0);
	assert_int_equal(options.timeout, 60);
	assert_int_equal(parse("show a --json"), 0);
	assert_int_equal(options.show, SHOW_JSON);
	assert_int_equal(parse("show a --section META"), 0);
	assert_int_equal(options.show, SHOW_SECTION);
	assert_string_equal(options.section, "META");
	assert_int_equal(parse("show a --argv"), 0);
	assert_int_equal(parse("show a --shell"), 0);
	assert_int_equal(parse("check a"), 0);
	assert_int_equal(parse("--help"), 0);
	assert_int_equal(parse("--version"), 0);
}

static void test_refused(void **arg)
{
	static const char *const bad[] = {
		"",
		"start a",
		"up",
		"up a b",
		"up a --json",
		"up a --timeout 3",
		"up a --set",
		"up a --site",
		"up a --paused=yes",
		"down",
		"down a --paused",
		"down a --timeout x",
		"down a --timeout -",
		"down a --timeout",
		"show a --json --argv",
		"check a --nope",
		"--help me",
		"show a --section",
		"show a --json --section META",
	};

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (parse(bad[i]) != -1)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_true(err.what[0] && err.why[0] && err.fix[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_own_image),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("run_options", tests, NULL, NULL);
}
