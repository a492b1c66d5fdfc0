/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_cpu_caps.c - boards/NAME/cpu.caps: what is in it, and what is no such file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "qemu/cpu_caps.h"

static const char good[] =
	"# a comment\naccel kvm\narch x86_64\nfeature aes\nfeature avx\nmodel base\n"
	"usable Haswell\nvalue model 107\nvalue model-id A CPU @ 2.0GHz\n"
	"version 7.2.22\n";
static struct arena arena;

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static int load(const char *text, struct caps *caps, struct err *err)
{
	char path[] = "/tmp/kiln-test-cpu-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
	int ret = cpu_caps_load(&arena, path, caps, err);

	assert_int_equal(unlink(path), 0);
	return ret;
}

static void test_cpu_caps_are_read(void **state)
{
	struct caps caps;
	struct err err;

	(void)state;
	assert_int_equal(load(good, &caps, &err), 0);
	assert_string_equal(cpu_caps_one(&caps, "model"), "base");
	assert_string_equal(cpu_caps_one(&caps, "accel"), "kvm");
	assert_true(caps_has(&caps, "feature", "aes"));
	assert_false(caps_has(&caps, "feature", "svm"));
	assert_true(caps_has(&caps, "usable", "Haswell"));
	assert_string_equal(cpu_caps_value(&caps, "model"), "107");
	assert_string_equal(cpu_caps_value(&caps, "model-id"), "A CPU @ 2.0GHz");
	assert_null(cpu_caps_value(&caps, "mode"));
	assert_null(cpu_caps_value(&caps, "family"));
}

static void test_cpu_caps_become_the_value_of_an_option(void **state)
{
	static const char odd[] = "accel tcg\narch x86_64\nmodel base\nvalue model-id A, B\n"
				  "value nothing\nversion 7.2.22\n";
	struct caps caps;
	struct err err;

	(void)state;
	assert_int_equal(load(good, &caps, &err), 0);
	assert_string_equal(cpu_caps_model(&arena, &caps),
			    "base,aes=on,avx=on,model=107,model-id=A CPU @ 2.0GHz");
	assert_int_equal(load(odd, &caps, &err), 0);
	assert_string_equal(cpu_caps_model(&arena, &caps), "base,model-id=A,, B");
}

static void test_cpu_caps_that_are_none_are_refused(void **state)
{
	static const struct {
		const char *text, *part;
	} bad[] = {
		{"arch x86_64\nmodel base\nversion 7.2.22\n", "no line \"accel\""},
		{"accel kvm\nmodel base\nversion 7.2.22\n", "no line \"arch\""},
		{"accel kvm\narch x86_64\nversion 7.2.22\n", "no line \"model\""},
		{"accel kvm\narch x86_64\nmodel base\n", "no line \"version\""},
		{"arch x86_64\naccel kvm\nmodel base\nversion 7.2.22\n", "sorting order"},
	};
	struct caps caps;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(load(bad[i].text, &caps, &err), -1);
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_non_null(strstr(err.what, bad[i].part));
		assert_string_not_equal(err.fix, "");
	}
}

static void test_cpu_caps_that_are_missing_are_asked_for(void **state)
{
	struct caps caps;
	struct err err;

	(void)state;
	assert_int_equal(cpu_caps_load(&arena, "/nonexistent/cpu.caps", &caps, &err), -1);
	assert_int_equal(err.kind, ERR_CONFIG);
	assert_string_equal(err.at.file, "/nonexistent/cpu.caps");
	assert_non_null(strstr(err.fix, "kiln-run probe-cpu"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_cpu_caps_are_read),
		TEST(test_cpu_caps_become_the_value_of_an_option),
		TEST(test_cpu_caps_that_are_none_are_refused),
		TEST(test_cpu_caps_that_are_missing_are_asked_for),
	};
	return cmocka_run_group_tests_name("cpu_caps", tests, NULL, NULL);
}
