/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fd.c - whole reads and writes over short ones, small files, and descriptors that close.
 */
#include "cm.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"

static void test_reads_go_on_after_short_ones(void **state)
{
	char bytes[100000], *back = malloc(sizeof(bytes) + 1);
	int ends[2], status;
	pid_t child;

	(void)state;
	assert_non_null(back);
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork(); /* more than a pipe holds: both sides see short counts */
	if (child == 0)
		_exit(fd_write_all(ends[1], bytes, sizeof(bytes)) == 0 ? 0 : 1);
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(fd_read_all(ends[0], back, sizeof(bytes) + 1), sizeof(bytes));
	assert_memory_equal(back, bytes, sizeof(bytes));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(close(ends[0]), 0);
	free(back);
}

static void test_positioned_io_does_not_move_the_position(void **state)
{
	CLEANUP_FD int fd = memfd_create("t", MFD_CLOEXEC);
	char back[8];

	(void)state;
	assert_int_equal(fd_pwrite_all(fd, "hello", 5, 3), 0);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
	assert_int_equal(fd_pread_all(fd, back, sizeof(back), 2), 6);
	assert_memory_equal(back, "\0hello", 6);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
}

static void test_errors_are_told_by_errno(void **state)
{
	char back[1];

	(void)state;
	assert_int_equal(fd_read_all(-1, back, 1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(fd_pread_all(-1, back, 1, 0), -1);
	assert_int_equal(fd_write_all(-1, back, 1), -1);
	assert_int_equal(fd_pwrite_all(-1, back, 1, 0), -1);
	assert_int_equal(fd_read_file("/nonexistent", back, 1), -1);
	assert_int_equal(errno, ENOENT);
}

static void test_small_file_is_read_whole_or_not(void **state)
{
	CLEANUP_FD int fd = memfd_create("t", MFD_CLOEXEC);
	char path[32], back[6];

	(void)state;
	assert_int_equal(fd_write_all(fd, "hello", 5), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(fd_read_file(path, back, 6), 5);
	assert_string_equal(back, "hello");
	assert_int_equal(fd_read_file(path, back, 5), -1);
	assert_int_equal(errno, EFBIG);
}

static int opened_in_a_scope(void)
{
	CLEANUP_FD int fd = memfd_create("t", MFD_CLOEXEC);

	errno = ENOTTY;
	return fd;
}

static int taken_out_of_a_scope(void)
{
	CLEANUP_FD int fd = memfd_create("t", MFD_CLOEXEC);

	return fd_take(&fd);
}

static void test_descriptor_is_closed_unless_taken(void **state)
{
	int fd = opened_in_a_scope();

	(void)state;
	assert_int_equal(errno, ENOTTY);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	fd = taken_out_of_a_scope();
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(close(fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_go_on_after_short_ones),
		cmocka_unit_test(test_positioned_io_does_not_move_the_position),
		cmocka_unit_test(test_errors_are_told_by_errno),
		cmocka_unit_test(test_small_file_is_read_whole_or_not),
		cmocka_unit_test(test_descriptor_is_closed_unless_taken),
	};

	return cmocka_run_group_tests_name("fd", tests, NULL, NULL);
}
