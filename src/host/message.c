/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.c - errors and notices on stderr, each in one write, so that messages of VMs that start
 * side by side do not mix.
 */
#include "host/message.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"

static void print(const struct buf *buf)
{
	/* Where stderr is closed, nobody listens; the exit code still tells. */
	(void)!fd_write_all(STDERR_FILENO, buf->data, buf->len);
}

void message_error(const char *program, const struct err *err)
{
	char text[4096];
	struct buf buf;

	buf_init(&buf, text, sizeof(text));
	buf_addf(&buf, "%s: ", program);
	if (err->at.file[0])
		buf_addf(&buf, "%s:", err->at.file);
	if (err->at.file[0] && err->at.line)
		buf_addf(&buf, "%u:", err->at.line);
	buf_addf(&buf, "%s%s%s%s\n", err->at.file[0] ? " " : "", err->sym, err->sym[0] ? ": " : "",
		 err->what);
	if (err->also.file[0])
		buf_addf(&buf, "  also: %s:%u\n", err->also.file, err->also.line);
	if (err->why[0])
		buf_addf(&buf, "  why: %s\n", err->why);
	if (err->fix[0])
		buf_addf(&buf, "  fix: %s\n", err->fix);
	print(&buf);
}

void message_line(const char *program, const char *text)
{
	char line[1024];
	struct buf buf;

	buf_init(&buf, line, sizeof(line));
	buf_addf(&buf, "%s: %s\n", program, text);
	print(&buf);
}
