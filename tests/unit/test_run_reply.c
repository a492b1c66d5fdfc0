/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_run_reply.c - find things in answers of QEMU: members, entries of lists, paths into the schema.
 */
#include "cm.h"

#include <stdio.h>
#include <stdlib.h>

#include "run/needs.h"
#include "schema_paths.h"

static struct qmp_reply reply_of(const char *text)
{
	return (struct qmp_reply){.text = text, .len = strlen(text)};
}

static void test_schema_is_walked_as_the_probe_does(void **state)
{
	char text[sizeof(schema_text)], line[sizeof(schema_text) + 32];
	struct qmp_reply reply;

	(void)state;
	schema_json(text);
	(void)snprintf(line, sizeof(line), "{\"id\": [{}], \"return\": %s}", text);
	reply = reply_of(line);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		print_message("%s\n", paths[i].path);
		assert_int_equal(schema_has(&reply, paths[i].path), paths[i].found);
	}
}

/* Cut anywhere, it is walked as far as it goes, and never beyond. */
static void test_a_cut_schema_is_survived(void **state)
{
	char text[sizeof(schema_text)], line[sizeof(schema_text) + 32];
	unsigned found = 0;

	(void)state;
	schema_json(text);
	(void)snprintf(line, sizeof(line), "{\"return\": %s}", text);
	for (size_t len = 0; len <= strlen(line); len++) {
		/* At the very end of its memory, so that a byte read behind it is found by ASan. */
		char *cut = malloc(len ? len : 1);
		struct qmp_reply reply = {.text = cut, .len = len};

		assert_non_null(cut);
		memcpy(cut, line, len);
		for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
			found += schema_has(&reply, paths[i].path);
		free(cut);
	}
	assert_true(found > 0);
}

/* A list whose element is a list of itself must end. */
static void test_a_schema_in_a_circle_ends(void **state)
{
	struct qmp_reply reply =
		reply_of("{\"return\": [{\"name\": \"[a]\", \"element-type\": \"[a]\"},"
			 "{\"name\": \"b\", \"element-type\": \"c\"},"
			 "{\"name\": \"c\", \"element-type\": \"b\"}]}");

	(void)state;
	assert_false(schema_has(&reply, "[a]"));
	assert_false(schema_has(&reply, "b"));
}

static void test_pick_finds_an_entry_whatever_the_order_of_its_members(void **state)
{
	struct qmp_reply reply =
		reply_of("{\"return\": [{\"deprecated\": true, \"name\": \"a\"}, {\"name\": \"b\"},"
			 "{\"x\": {\"name\": \"c\"}, \"name\": \"d\", \"deprecated\": false}]}");
	struct reply_at list, at;

	(void)state;
	assert_int_equal(reply_return(&reply, &list), 1);
	assert_int_equal(reply_pick(&list, "name", "a", "deprecated", &at), 1);
	assert_int_equal(at.token.event, JSON_TRUE);
	assert_int_equal(reply_pick(&list, "name", "b", "deprecated", &at), 1);
	assert_int_equal(at.token.event, JSON_NULL);
	assert_int_equal(reply_pick(&list, "name", "d", "deprecated", &at), 1);
	assert_int_equal(at.token.event, JSON_FALSE);
	assert_int_equal(reply_pick(&list, "name", "c", NULL, &at), 0);
	assert_int_equal(reply_member(&list, "name", &at), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema_is_walked_as_the_probe_does),
		cmocka_unit_test(test_a_cut_schema_is_survived),
		cmocka_unit_test(test_a_schema_in_a_circle_ends),
		cmocka_unit_test(test_pick_finds_an_entry_whatever_the_order_of_its_members),
	};

	return cmocka_run_group_tests_name("run_reply", tests, NULL, NULL);
}
