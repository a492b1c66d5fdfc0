/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_image_guest.c - section GUEST: facts as they were written, and lines that are none.
 */
#include "image_fixture.h"

static void test_facts_out_of_form_are_refused(void **state)
{
	static const struct {
		const char *guest, *part;
	} cases[] = {
		{"machine memory = 512", "no line"},
		{"machine memory = \n", "no line"},
		{"machine memory == 512\n", "no line"},
		{"machine memory =512\n", "no line"},
		{"machine = 512\n", "no line"},
		{" memory = 512\n", "no line"},
		{"machine memory ! 512\n", "no line"},
		{"machine mem/ory = 512\n", "no line"},
		{"machine memory = 5\t2\n", "no line"},
		{"\n", "no line"},
		{"machine", "no line"},
		{"machine memory ", "no line"},
		{"machine memory =", "no line"},
		{"machine memory = 5\001\n", "control character"},
		{"net0 a = 1\nnet0 a = 1\n", "\"net0 a\" is not in order"},
		{"net0 b = 1\nnet0 a = 1\n", "\"net0 a\" is not in order"},
		{"net0 a = 1\nnet0 a ~ 2\n", "\"net0 a\" is not in order"},
		{"net1 a = 1\nnet0 b = 1\n", "\"net0 b\" is not in order"},
		{"a234567890123456789012345678901234567890123456789012345678901234 k = 1\n",
		 "no line"},
	};
	struct fixture *fix = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fix->src.guest = cases[i].guest;
		fixture_not_written(&fix->src, cases[i].part);
	}
}

static void assert_fact(const struct img *img, struct img_cursor *cursor, const char *id,
			const char *key, const char *value, bool promised)
{
	struct img_fact fact;

	assert_int_equal(img_fact_next(img, cursor, &fact), 1);
	assert_int_equal(fact.id_len, strlen(id));
	assert_memory_equal(fact.id, id, strlen(id));
	assert_int_equal(fact.key_len, strlen(key));
	assert_memory_equal(fact.key, key, strlen(key));
	assert_int_equal(fact.value_len, strlen(value));
	assert_memory_equal(fact.value, value, strlen(value));
	assert_int_equal(fact.promised, promised);
}

static void test_facts_are_read_as_packed(void **state)
{
	struct fixture *fix = *state;
	struct img_cursor cursor = {0};
	struct img_fact fact;
	struct img img;
	struct err err;

	/* The parts of a repeated slot come behind the slot, and a value may look like a line. */
	fix->src.guest = "disk3 device = a\ndisk3.0 device = b\nmachine cmdline ~ a = b ~ c\n"
			 "machine memory = 512\n";
	CLEANUP_FD int fd = fixture_write(&fix->src);

	assert_int_equal(fixture_open(&img, fd, &err), 0);
	assert_fact(&img, &cursor, "disk3", "device", "a", true);
	assert_fact(&img, &cursor, "disk3.0", "device", "b", true);
	assert_fact(&img, &cursor, "machine", "cmdline", "a = b ~ c", false);
	assert_fact(&img, &cursor, "machine", "memory", "512", true);
	assert_int_equal(img_fact_next(&img, &cursor, &fact), 0);
	assert_int_equal(img_fact_next(&img, &cursor, &fact), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_facts_out_of_form_are_refused),
		TEST(test_facts_are_read_as_packed),
	};

	return cmocka_run_group_tests_name("image_guest", tests, NULL, NULL);
}
