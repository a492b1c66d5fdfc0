/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.c - errors and notices on stderr, each in one write, so that messages of VMs that start
 * side by side do not mix.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/run.h"

static void print(const struct buf *buf)
{
	/* Where stderr is closed, nobody listens; the exit code still tells. */
	(void)!fd_write_all(STDERR_FILENO, buf->data, buf->len);
}

void message_print(const struct err *err)
{
	char text[4096];
	struct buf buf;

	buf_init(&buf, text, sizeof(text));
	buf_add_str(&buf, "kiln-run: ");
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

void message_notice(const char *text)
{
	char line[1024];
	struct buf buf;

	buf_init(&buf, line, sizeof(line));
	buf_addf(&buf, "kiln-run: %s\n", text);
	print(&buf);
}
