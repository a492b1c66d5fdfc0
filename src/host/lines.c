/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.c - a line reader over read(2) with one fixed buffer.
 */
#include "host/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void lines_begin(struct lines *lines, int fd)
{
	lines->fd = fd;
	lines->number = 0;
	lines->at = lines->end = 0;
	lines->eof = 0;
}

/* Moves what is left to the front and reads on. */
static int fill(struct lines *lines)
{
	ssize_t got;

	memmove(lines->buf, lines->buf + lines->at, lines->end - lines->at);
	lines->end -= lines->at;
	lines->at = 0;
	if (lines->end == LINE_BYTES_MAX)
		return -EFBIG;
	do {
		got = read(lines->fd, lines->buf + lines->end, LINE_BYTES_MAX - lines->end);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if (got == 0)
		lines->eof = 1;
	lines->end += (size_t)got;
	return 0;
}

int lines_next(struct lines *lines, char **ret_line)
{
	size_t searched = 0;

	for (;;) {
		char *start = lines->buf + lines->at;
		size_t have = lines->end - lines->at;
		char *newline = memchr(start + searched, '\n', have - searched);
		int ret;

		if (newline || (lines->eof && have)) {
			size_t len = newline ? (size_t)(newline - start) : have;

			lines->at += newline ? len + 1 : len;
			lines->number++;
			start[len] = '\0';
			*ret_line = start;
			return memchr(start, '\0', len) ? -EILSEQ : 1;
		}
		if (lines->eof)
			return 0;
		searched = have;
		ret = fill(lines);
		if (ret < 0)
			return ret;
	}
}
