/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * err.c - fill, extend and format one error. No allocation, no output: main() prints.
 */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A value of a file that is refused must not command the terminal; several lines are one line. */
static void make_printable(char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			*text = c == '\n' || c == '\t' ? ' ' : '?';
	}
}

/* The file name is what the reader needs to recognise, so the middle of a long path goes. */
static void place_set(struct err_place *place, const char *file, unsigned line)
{
	size_t len = file ? strlen(file) : 0;

	place->line = line;
	if (len < sizeof(place->file)) {
		memcpy(place->file, file ? file : "", len + 1);
		return;
	}
	size_t head = 60;
	size_t tail = sizeof(place->file) - head - 4;

	memcpy(place->file, file, head);
	memcpy(place->file + head, "...", 3);
	memcpy(place->file + head + 3, file + len - tail, tail + 1);
}

static void PRINTF(3, 0) text_set(char *text, size_t size, const char *fmt, va_list args)
{
	int len = vsnprintf(text, size, fmt, args);

	if (len >= 0 && (size_t)len >= size)
		memcpy(text + size - 4, "...", 4);
	make_printable(text);
}

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list args;

	memset(err, 0, sizeof(*err));
	err->kind = kind;
	va_start(args, fmt);
	text_set(err->what, sizeof(err->what), fmt, args);
	va_end(args);
	return -1;
}

int err_sys(struct err *err, enum err_kind kind, int sys_errno, const char *fmt, ...)
{
	va_list args;
	size_t len;

	memset(err, 0, sizeof(*err));
	err->kind = kind;
	err->sys_errno = sys_errno;
	va_start(args, fmt);
	text_set(err->what, sizeof(err->what), fmt, args);
	va_end(args);
	len = strlen(err->what);
	(void)snprintf(err->what + len, sizeof(err->what) - len, ": %s", strerror(sys_errno));
	return -1;
}

void err_at(struct err *err, const char *file, unsigned line)
{
	place_set(&err->at, file, line);
}

void err_also(struct err *err, const char *file, unsigned line)
{
	place_set(&err->also, file, line);
}

void err_sym(struct err *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_set(err->sym, sizeof(err->sym), fmt, args);
	va_end(args);
}

void err_check(struct err *err, const char *name)
{
	(void)snprintf(err->check, sizeof(err->check), "%s", name);
}

void err_why(struct err *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_set(err->why, sizeof(err->why), fmt, args);
	va_end(args);
}

void err_fix(struct err *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_set(err->fix, sizeof(err->fix), fmt, args);
	va_end(args);
}

void err_ctx(struct err *err, const char *fmt, ...)
{
	char what[ERR_TEXT_MAX], context[ERR_TEXT_MAX - 2];
	va_list args;

	va_start(args, fmt);
	text_set(context, sizeof(context), fmt, args);
	va_end(args);
	/* Both parts are bounded by ERR_TEXT_MAX; the sum is cut at the same bound. */
	struct {
		char *text;
		size_t room;
	} out = {err->what, sizeof(err->what) - 1};
	const char *parts[] = {context, ": ", what};

	memcpy(what, err->what, sizeof(what));
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t len = strnlen(parts[i], out.room);

		memcpy(out.text, parts[i], len);
		out.text += len;
		out.room -= len;
		if (parts[i][len])
			memcpy(out.text - 3, "...", 3);
	}
	*out.text = '\0';
}

size_t err_format(const struct err *err, char *buf, size_t size)
{
	int len = 0;

#define ADD(...)                                                                     \
	do {                                                                         \
		if ((size_t)len < size)                                              \
			len += snprintf(buf + len, size - (size_t)len, __VA_ARGS__); \
	} while (0)

	if (err->at.file[0] && err->at.line)
		ADD("%s:%u: ", err->at.file, err->at.line);
	else if (err->at.file[0])
		ADD("%s: ", err->at.file);
	ADD("error: ");
	if (err->sym[0])
		ADD("%s: ", err->sym);
	ADD("%s", err->what);
	if (err->check[0])
		ADD(" [%s]", err->check);
	ADD("\n");
	if (err->why[0])
		ADD("  why: %s\n", err->why);
	if (err->fix[0])
		ADD("  fix: %s\n", err->fix);
#undef ADD
	return (size_t)len < size ? (size_t)len : size - 1;
}
