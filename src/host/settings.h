/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings.h - a file of the target with a setting in each line; '#' begins a comment.
 */
#ifndef KILN_HOST_SETTINGS_H
#define KILN_HOST_SETTINGS_H

#include <stdbool.h>

#include "base/err.h"

/**
 * struct settings - such a file, and what is said when it cannot be read.
 * @path: its path. @given: somebody named it, so that it must be there.
 * @noun: "site file". @why: what it is for. @option: the option that names another one.
 */
struct settings {
	const char *path;
	bool given;
	const char *noun, *why, *option;
};

/**
 * typedef settings_line - take a line.
 * @arg: of settings_read().
 * @number: of the line, from 1.
 * @line: without blanks around it, not empty, no comment; may be changed, and is gone after the call.
 * @err: set on failure, without the place.
 *
 * Return: 0, or -1.
 */
typedef int settings_line(void *arg, unsigned number, char *line, struct err *err);

/**
 * settings_read() - read the file.
 * @settings: which.
 * @each: called for each line in order, until one fails.
 * @arg: for @each.
 * @err: that of @each with file and line; ERR_HOST for a file that cannot be opened, ERR_CONFIG for one that
 *       is no text.
 *
 * Return: 0, also where there is none and none was given; or -1.
 */
int settings_read(const struct settings *settings, settings_line *each, void *arg,
		  struct err *err) MUST_CHECK;

/** settings_trim() - without blanks at both ends, and carriage returns at the second; changes @text. */
char *settings_trim(char *text);

#endif
