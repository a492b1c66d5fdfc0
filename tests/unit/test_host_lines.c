/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_lines.c - the line reader, at the edges of its buffer. LINK: -Wl,--wrap=read
 */
#include "cm.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/lines.h"

ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len);

static size_t read_most; /* bytes of one read(2), 0 = as asked */
static int read_errno; /* what the next read(2) fails with */

ssize_t __wrap_read(int fd, void *buf, size_t len)
{
	if (read_errno) {
		errno = read_errno;
		read_errno = 0;
		return -1;
	}
	return __real_read(fd, buf, read_most && read_most < len ? read_most : len);
}

static struct lines lines;

static void begin(const char *text, size_t len)
{
	int fd = memfd_create("lines", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, text, len), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	lines_begin(&lines, fd);
}

static void assert_line(const char *text, unsigned number)
{
	char *line;

	assert_int_equal(lines_next(&lines, &line), 1);
	assert_string_equal(line, text);
	assert_int_equal(lines.number, number);
}

static void assert_end(int ret)
{
	char *line;

	assert_int_equal(lines_next(&lines, &line), ret);
	close(lines.fd);
}

static void test_lines_whatever_read_returns(void **arg)
{
	(void)arg;
	for (read_most = 0; read_most < 8; read_most++) {
		begin("one\n\nthree\nlast", 15);
		assert_line("one", 1);
		assert_line("", 2);
		assert_line("three", 3);
		assert_line("last", 4);
		assert_end(0);
	}
	read_most = 0;
}

static void test_longest_line_and_one_more(void **arg)
{
	char *text = malloc(LINE_BYTES_MAX + 2);

	(void)arg;
	assert_non_null(text);
	memset(text, 'x', LINE_BYTES_MAX + 2);
	text[LINE_BYTES_MAX - 1] = '\n';
	begin(text, LINE_BYTES_MAX + 1);
	text[LINE_BYTES_MAX - 1] = '\0';
	assert_line(text, 1);
	assert_line("x", 2);
	assert_end(0);
	memset(text, 'x', LINE_BYTES_MAX + 2);
	begin(text, LINE_BYTES_MAX + 1);
	assert_end(-EFBIG);
	free(text);
}

static void test_nul_is_refused(void **arg)
{
	(void)arg;
	begin("a\0b\n", 4);
	assert_end(-EILSEQ);
}

static void test_errors_of_read(void **arg)
{
	(void)arg;
	begin("a\n", 2);
	read_errno = EINTR;
	assert_line("a", 1);
	read_errno = EIO;
	assert_end(-EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_whatever_read_returns),
		cmocka_unit_test(test_longest_line_and_one_more),
		cmocka_unit_test(test_nul_is_refused),
		cmocka_unit_test(test_errors_of_read),
	};

	return cmocka_run_group_tests_name("host_lines", tests, NULL, NULL);
}
