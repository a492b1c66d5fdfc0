/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.c - a configuration file as lines.
 *
 * kconfig skips what it does not understand, with a warning or without. Here every such line is an
 * error. In: the text. Out: struct line for what names a symbol, errors for the rest.
 */
#include "config/helper/kconf.h"

#include <string.h>

#define PREFIX "CONFIG_"

static struct err *garbage(struct conf *conf, unsigned number, const char *check, const char *what)
{
	struct err *err = err_list_new(conf->errs, ERR_CONFIG, "%s", what);

	err_at(err, conf->file, number);
	err_check(err, check);
	return err;
}

/* Letters, digits and '_'; returns the length. */
static size_t name_length(const char *text)
{
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
}

static void add(struct conf *conf, unsigned number, bool unset, const char *name, size_t name_len,
		const char *value)
{
	struct line *line = &conf->lines[conf->count++];

	*line = (struct line){.number = number,
			      .unset = unset,
			      .name = arena_dup(conf->arena, name, name_len),
			      .value = value,
			      .text = value};
}

static void read_line(struct conf *conf, unsigned number, const char *text)
{
	static const char is_not_set[] = " is not set";

	if (!*text)
		return;
	if (*text == '#') {
		if (strncmp(text, "# " PREFIX, 2 + strlen(PREFIX)) != 0)
			return;
		const char *name = text + 2 + strlen(PREFIX);
		size_t len = name_length(name);

		if (len && !strcmp(name + len, is_not_set))
			add(conf, number, true, name, len, "");
		return;
	}
	const char *name = strncmp(text, PREFIX, strlen(PREFIX)) ? NULL : text + strlen(PREFIX);
	size_t len = name ? name_length(name) : 0;

	if (len && name[len] == '=') {
		add(conf, number, false, name, len, name + len + 1);
		return;
	}
	struct err *err = garbage(conf, number, "config-line", "");

	(void)snprintf(err->what, sizeof(err->what), "\"%.60s\" is no line of a configuration",
		       text);
	err_why(err, "A line is CONFIG_NAME=VALUE without blanks around '=', \"# CONFIG_NAME is "
		     "not set\", or a comment that begins with '#'; kconfig would skip this one.");
	err_fix(err, "Write it in that form, or delete line %u.", number);
}

void lines_read(struct conf *conf, char *text, size_t size)
{
	bool carriage_return = false;
	size_t room = 1;

	for (size_t i = 0; i < size; i++)
		room += text[i] == '\n';
	conf->lines = arena_alloc(conf->arena, room * sizeof(*conf->lines));
	for (size_t at = 0, number = 1; at < size; number++) {
		char *start = text + at;
		char *end = memchr(start, '\n', size - at);
		size_t len = end ? (size_t)(end - start) : size - at;

		at += len + 1;
		if (memchr(start, '\0', len)) {
			struct err *err = garbage(conf, (unsigned)number, "config-line",
						  "the line holds a NUL byte");

			err_why(err, "A configuration is a text file.");
			err_fix(err, "Write the line again, or delete it.");
			continue;
		}
		if (len && start[len - 1] == '\r') {
			len--;
			if (!carriage_return) {
				struct err *err = garbage(conf, (unsigned)number, "config-line-end",
							  "the line ends with CR LF");

				err_why(err, "Lines end with LF alone; only the first such line is "
					     "reported.");
				err_fix(err, "Run: sed -i 's/\\r$//' %s", conf->file);
			}
			carriage_return = true;
		}
		read_line(conf, (unsigned)number, arena_dup(conf->arena, start, len));
	}
}

const struct line *lines_find(const struct conf *conf, const struct symbol *sym)
{
	/* The symbols' own numbering would be faster; dump.c sorts instead of calling this. */
	for (size_t i = conf->count; i-- > 0;) {
		if (conf->lines[i].sym == sym)
			return &conf->lines[i];
	}
	return NULL;
}
