/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc.c - process facts, pidfds and directory listings by system calls alone.
 */
#include "host/proc.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/num.h"

#define START_TIME_FIELD 22

int proc_start_time(pid_t pid, uint64_t *ret_ticks)
{
	char path[40], text[1024];
	char *at;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if (fd_read_file(path, text, sizeof(text)) < 0)
		return -errno;
	/* Field 2, the name, may hold blanks and parentheses; the last ')' ends it. */
	at = strrchr(text, ')');
	for (int field = 2; at && field < START_TIME_FIELD; field++) {
		at = strchr(at, ' ');
		if (at)
			at++;
	}
	if (!at || num_parse_n(at, strcspn(at, " "), 0, UINT64_MAX, ret_ticks))
		return -EPROTO;
	return 0;
}

int proc_pidfd(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

int proc_pidfd_signal(int pidfd, int signal)
{
	return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) ? -errno : 0;
}

int proc_pidfd_wait(int pidfd, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};
	int64_t end = timeout_ms < 0 ? -1 : proc_now_ms() + timeout_ms;

	for (;;) {
		int ret = poll(&poll_fd, 1, timeout_ms);

		if (ret >= 0)
			return ret > 0;
		if (errno != EINTR)
			return -errno;
		if (end >= 0) {
			int64_t left = end - proc_now_ms();

			timeout_ms = left > 0 ? (int)left : 0;
		}
	}
}

int64_t proc_now_ms(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* linux/dirent.h is not exported; getdents64(2) gives this declaration. */
struct dir_entry {
	uint64_t inode;
	int64_t offset;
	unsigned short len;
	unsigned char type;
	char name[];
};

int dir_walk(int fd, dir_entry_fn *fn, void *arg)
{
	_Alignas(struct dir_entry) char buf[8192];

	for (;;) {
		long got = syscall(SYS_getdents64, fd, buf, sizeof(buf));

		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		for (long at = 0; at < got;) {
			const struct dir_entry *entry =
				(const struct dir_entry *)(const void *)(buf + at);
			int ret = 0;

			if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0)
				ret = fn(arg, entry->name);
			if (ret)
				return ret;
			at += entry->len;
		}
	}
}
