/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caps.c - read a capabilities file; choose the syntax of an option by it.
 */
#include "qemu/caps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu/capability.h"
#include "qemu/render.h"

#define CAPS_BYTES_MAX (4u << 20)

/*
 * Which options have a tree as value. A feature of NULL means JSON always; "" means never (QEMU
 * has no JSON for it). @head: the key that QEMU implies for the first word of key=value.
 */
static const struct syntax {
	const char *option, *feature, *head;
} syntaxes[] = {
	{"-device", CAP_DEVICE_JSON, "driver"},
	{"-object", CAP_OBJECT_JSON, "qom-type"},
	{"-netdev", CAP_NETDEV_JSON, "type"},
	{"-blockdev", NULL, "driver"},
	{"-chardev", "", "backend"},
	{"-tpmdev", "", "type"},
	{"-audiodev", NULL, "driver"},
	{"-vnc", "", "vnc"},
	{"-fsdev", "", "fsdriver"},
	{"-display", "", "type"},
};

static int bad_line(struct err *err, const char *path, unsigned line, const char *what)
{
	(void)err_set(err, ERR_CONFIG, "%s", what);
	err_at(err, path, line);
	err_why(err,
		"A capabilities file has sorted lines \"KIND NAME\", as kiln probe writes it.");
	err_fix(err, "Write the file again: kiln probe QEMU --output boards/NAME.");
	return -1;
}

static int number_take(const char **cursor, unsigned *ret)
{
	char *end;

	if (**cursor < '0' || **cursor > '9')
		return -1;
	errno = 0;
	unsigned long value = strtoul(*cursor, &end, 10);

	if (errno || value > 9999)
		return -1;
	*ret = (unsigned)value;
	*cursor = end;
	return 0;
}

/* "7.2.22" */
static int version_parse(const char *text, struct caps *caps)
{
	unsigned micro;

	caps->version = text;
	if (number_take(&text, &caps->major) < 0 || *text++ != '.' ||
	    number_take(&text, &caps->minor) < 0 || *text++ != '.' ||
	    number_take(&text, &micro) < 0 || *text)
		return -1;
	return 0;
}

/* Why a line is not one, or NULL. */
static const char *line_fault(const char *line)
{
	const char *gap = strchr(line, ' ');

	for (const char *at = line; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return "the line has a control character";
	}
	if (!gap || gap == line || !gap[1] || gap[1] == ' ')
		return "the line is not of the form \"KIND NAME\"";
	return NULL;
}

static int line_add(struct caps *caps, const char *line, unsigned number, struct err *err)
{
	const char *fault = line_fault(line);

	if (fault)
		return bad_line(err, caps->path, number, fault);
	if (caps->count && strcmp(caps->lines[caps->count - 1], line) >= 0)
		return bad_line(err, caps->path, number,
				"the line is not behind the one above it in sorting order");
	if (strncmp(line, "version ", 8) == 0) {
		if (caps->version)
			return bad_line(err, caps->path, number, "there is a second version");
		if (version_parse(line + 8, caps) < 0)
			return bad_line(err, caps->path, number,
					"the version is not of the form MAJOR.MINOR.MICRO");
	}
	caps->lines[caps->count++] = line;
	return 0;
}

int caps_parse(struct arena *arena, const char *path, const char *data, size_t len,
	       struct caps *ret_caps, struct err *err)
{
	struct caps caps = {.path = arena_str(arena, path)};
	size_t lines = 1;
	unsigned number = 0;

	for (size_t i = 0; i < len; i++)
		lines += data[i] == '\n';
	caps.lines = arena_alloc(arena, lines * sizeof(*caps.lines));
	for (const char *at = data, *end = data + len; at < end;) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		const char *line = arena_dup(arena, at, (size_t)((eol ? eol : end) - at));

		number++;
		if (memchr(at, '\0', (size_t)((eol ? eol : end) - at)))
			return bad_line(err, caps.path, number, "the line has a control character");
		if (line[0] && line[0] != '#' && line_add(&caps, line, number, err) < 0)
			return -1;
		at = eol ? eol + 1 : end;
	}
	if (!caps.version)
		return bad_line(err, caps.path, 0, "the file has no line \"version\"");
	*ret_caps = caps;
	return 0;
}

int caps_load(struct arena *arena, const char *path, struct caps *ret_caps, struct err *err)
{
	FILE *file = fopen(path, "re");

	if (!file) {
		(void)err_sys(err, ERR_CONFIG, errno, "capabilities of QEMU");
		err_at(err, path, 0);
		err_why(err, "What the board's QEMU can do is read from this file.");
		err_fix(err,
			"Write it with kiln probe QEMU --output boards/NAME, or choose another board.");
		return -1;
	}
	char *data = arena_alloc(arena, CAPS_BYTES_MAX);
	size_t len = fread(data, 1, CAPS_BYTES_MAX, file);
	int broken = ferror(file);

	(void)fclose(file);
	if (broken || len == CAPS_BYTES_MAX)
		return bad_line(err, path, 0,
				broken ? "the file cannot be read" : "the file is over 4 MiB");
	return caps_parse(arena, path, data, len, ret_caps, err);
}

/* NULL where the option has no tree as value. */
static const struct syntax *syntax_find(const char *option)
{
	for (size_t i = 0; i < ARRAY_SIZE(syntaxes); i++) {
		if (strcmp(syntaxes[i].option, option) == 0)
			return &syntaxes[i];
	}
	return NULL;
}

static bool takes_json(const struct caps *caps, const struct syntax *syntax)
{
	return !syntax->feature || (syntax->feature[0] && capability_has(caps, syntax->feature));
}

const char *caps_syntax(const struct caps *caps, const char *option)
{
	const struct syntax *syntax = syntax_find(option);

	return syntax && takes_json(caps, syntax) ? syntax->feature : NULL;
}

const char *caps_render(const struct caps *caps, struct arena *arena, const char *option,
			const struct node *tree)
{
	const struct syntax *syntax = syntax_find(option);

	if (syntax && takes_json(caps, syntax))
		return render_json(arena, tree);
	return render_kv(arena, tree, syntax ? syntax->head : NULL);
}
