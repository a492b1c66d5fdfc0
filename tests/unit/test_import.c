/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_import.c - a domain XML that ends too early, at each byte, is refused: once, at a line that is there,
 * and with a reason.
 */
#include "cm.h"

#include <sys/mman.h>
#include <unistd.h>

#include "devices/registry.h"
#include "import/import.h"

#define SAMPLE TOP_DIR "/tests/import/domains/workstation.xml"

static size_t read_sample(char *data, size_t room)
{
	FILE *file = fopen(SAMPLE, "r");

	assert_non_null(file);
	size_t len = fread(data, 1, room, file);

	assert_int_equal(fclose(file), 0);
	assert_true(len > 2000 && len < room);
	return len;
}

/* Opens what is in a file of memory. Return: whether it was taken; else @errs has one error. */
static bool opens(int fd, struct arena *arena, struct err_list *errs)
{
	const struct import_source source = {.path = arena_fmt(arena, "/proc/self/fd/%d", fd),
					     .families = device_families};
	struct import *import = import_open(arena, &source, errs);

	import_close(import);
	return import;
}

static unsigned count_lines(const char *data, size_t len)
{
	unsigned lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += data[i] == '\n';
	return lines;
}

static void test_each_truncation_is_refused_with_line_and_reason(void **state)
{
	char data[8192];
	size_t len = read_sample(data, sizeof(data)), end = len;
	int fd = memfd_create("domain.xml", MFD_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	while (data[end - 1] != '>')
		end--;
	for (size_t cut = 0; cut <= len; cut++) {
		struct arena arena = {0};
		struct err_list errs = {.arena = &arena};

		if (cut)
			assert_int_equal(pwrite(fd, data + cut - 1, 1, (off_t)cut - 1), 1);
		if (cut >= end) {
			assert_true(opens(fd, &arena, &errs));
		} else {
			assert_false(opens(fd, &arena, &errs));
			assert_int_equal(errs.count, 1);
			assert_non_null(strstr(errs.first->err.what, "no well-formed XML"));
			assert_true(errs.first->err.at.line <= count_lines(data, cut));
			assert_string_not_equal(errs.first->err.why, "");
			assert_string_not_equal(errs.first->err.fix, "");
		}
		arena_free(&arena);
	}
	assert_int_equal(close(fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_truncation_is_refused_with_line_and_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
