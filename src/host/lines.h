/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.h - read a text file line by line from a descriptor, without allocating.
 */
#ifndef KILN_HOST_LINES_H
#define KILN_HOST_LINES_H

#include <stddef.h>

#include "base/attr.h"

#define LINE_BYTES_MAX 65536

/** struct lines - where the reading stands. Fill with lines_begin(). */
struct lines {
	int fd;
	unsigned number; /* of the line last returned, from 1 */
	size_t at, end;
	int eof;
	char buf[LINE_BYTES_MAX + 1];
};

/** lines_begin() - start reading at the current position of @fd, which stays the caller's. */
void lines_begin(struct lines *lines, int fd);

/**
 * lines_next() - the next line, without its newline.
 * @lines: the reader.
 * @ret_line: NUL-terminated, may be changed by the caller, valid until the next call.
 *
 * A last line without a newline counts.
 *
 * Return: 1 a line, 0 the end, or a negative errno; -EFBIG for a line above LINE_BYTES_MAX, -EILSEQ for
 * one that holds a NUL byte.
 */
int lines_next(struct lines *lines, char **ret_line) MUST_CHECK;

#endif
