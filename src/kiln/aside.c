/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aside.c - fork, a memory file of lengths and texts, wait.
 */
#include "kiln/aside.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"

/* In the second process. */
static int put_texts(int fd, const char *const texts[static ASIDE_TEXTS])
{
	for (size_t i = 0; i < ASIDE_TEXTS; i++) {
		uint64_t len = strlen(texts[i]);

		if (fd_write_all(fd, &len, sizeof(len)) || fd_write_all(fd, texts[i], (size_t)len))
			return -1;
	}
	return 0;
}

void aside_start(struct aside *aside, int (*make)(void *arg, const char *texts[static ASIDE_TEXTS]),
		 void *arg)
{
	const char *texts[ASIDE_TEXTS];

	aside->fd = memfd_create("kiln-aside", MFD_CLOEXEC);
	aside->pid = aside->fd >= 0 ? fork() : -1;
	if (aside->pid)
		return;
	/* No atexit() and no flushing: what is buffered is the first process's. */
	_exit(make(arg, texts) < 0 || put_texts(aside->fd, texts) < 0);
}

/* A text behind its length, both inside @size bytes of the file; NULL when it is not whole. */
static const char *take_text(const struct aside *aside, struct arena *arena, off_t *at, off_t size)
{
	uint64_t len;

	if (fd_pread_all(aside->fd, &len, sizeof(len), *at) != (ssize_t)sizeof(len) ||
	    len > (uint64_t)(size - *at) - sizeof(len))
		return NULL;
	char *text = arena_alloc(arena, (size_t)len + 1);

	if (fd_pread_all(aside->fd, text, (size_t)len, *at + (off_t)sizeof(len)) != (ssize_t)len)
		return NULL;
	*at += (off_t)(sizeof(len) + len);
	return text;
}

bool aside_finish(struct aside *aside, struct arena *arena, const char *texts[static ASIDE_TEXTS])
{
	struct stat st;
	int status = -1;
	off_t at = 0;
	bool whole;

	if (aside->pid > 0) {
		while (waitpid(aside->pid, &status, 0) < 0 && errno == EINTR)
			continue;
	}
	whole = aside->pid > 0 && status == 0 && fstat(aside->fd, &st) == 0;
	for (size_t i = 0; whole && i < ASIDE_TEXTS; i++) {
		texts[i] = take_text(aside, arena, &at, st.st_size);
		whole = texts[i];
	}
	if (aside->fd >= 0)
		(void)close(aside->fd);
	return whole;
}
