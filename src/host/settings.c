/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings.c - read a file of settings line by line, with the place in each error. Knows no setting.
 */
#include "host/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "host/lines.h"

char *settings_trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	/* A carriage return: of an editor that ends lines as DOS did. */
	while (len && strchr(" \t\r", text[len - 1]))
		text[--len] = '\0';
	return text;
}

static int refuse(const struct settings *settings, int sys_errno, unsigned line, struct err *err)
{
	err_sys(err, line ? ERR_CONFIG : ERR_HOST, sys_errno, "cannot read the %s", settings->noun);
	err_at(err, settings->path, line);
	err_why(err, "%s", settings->why);
	if (line)
		err_fix(err, "Make it a text file with lines below 64 KiB and without NUL bytes.");
	else
		err_fix(err, "Give the path of a readable file to %s.", settings->option);
	return -1;
}

int settings_read(const struct settings *settings, settings_line *each, void *arg, struct err *err)
{
	static struct lines lines;
	CLEANUP_FD int fd = open(settings->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *line;
	int ret;

	if (fd < 0)
		return errno == ENOENT && !settings->given ? 0 : refuse(settings, errno, 0, err);
	lines_begin(&lines, fd);
	while ((ret = lines_next(&lines, &line)) == 1) {
		line = settings_trim(line);
		if (!*line || *line == '#')
			continue;
		if (each(arg, lines.number, line, err)) {
			err_at(err, settings->path, lines.number);
			return -1;
		}
	}
	return ret < 0 ? refuse(settings, -ret, lines.number, err) : 0;
}
