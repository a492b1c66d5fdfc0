/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_aside.c - texts that another process makes: whole, or not there at all.
 */
#include "cm.h"

#include <signal.h>

#include "kiln/aside.h"

static struct arena arena;

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static int make_three(void *arg, const char *texts[static ASIDE_TEXTS])
{
	texts[0] = "";
	texts[1] = arg;
	texts[2] = "the last";
	return 0;
}

static int make_none(void *arg, const char *texts[static ASIDE_TEXTS])
{
	(void)arg;
	texts[0] = texts[1] = texts[2] = "unfinished";
	return -1;
}

static int make_killed(void *arg, const char *texts[static ASIDE_TEXTS])
{
	(void)make_three(arg, texts);
	(void)raise(SIGKILL);
	return 0;
}

static void test_texts_come_over_as_they_are(void **state)
{
	char *long_text = arena_alloc(&arena, 1 << 20);
	const char *texts[ASIDE_TEXTS];
	struct aside aside;

	(void)state;
	memset(long_text, 'x', (1 << 20) - 1);
	aside_start(&aside, make_three, long_text);
	assert_true(aside_finish(&aside, &arena, texts));
	assert_string_equal(texts[0], "");
	assert_string_equal(texts[1], long_text);
	assert_ptr_not_equal(texts[1], long_text);
	assert_string_equal(texts[2], "the last");
}

static void test_a_process_that_fails_or_ends_made_nothing(void **state)
{
	static char text[] = "text";
	const char *texts[ASIDE_TEXTS];
	struct aside aside = {-1, -1};

	(void)state;
	assert_false(aside_finish(&aside, &arena, texts));
	aside_start(&aside, make_none, text);
	assert_false(aside_finish(&aside, &arena, texts));
	aside_start(&aside, make_killed, text);
	assert_false(aside_finish(&aside, &arena, texts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_texts_come_over_as_they_are, teardown),
		cmocka_unit_test_teardown(test_a_process_that_fails_or_ends_made_nothing, teardown),
	};

	return cmocka_run_group_tests_name("aside", tests, NULL, NULL);
}
