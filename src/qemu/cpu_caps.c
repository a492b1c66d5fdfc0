/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu_caps.c - a file of the form of qemu.caps with other kinds of lines.
 */
#include "qemu/cpu_caps.h"

#include <string.h>
#include <unistd.h>

#include "qemu/caps.h"
#include "qemu/render.h"

/* What stands behind "BEGINNING " in the first such line, or NULL. */
static const char *behind(const struct caps *caps, const char *beginning)
{
	size_t len = strlen(beginning);

	for (size_t i = 0; i < caps->count; i++) {
		if (strncmp(caps->lines[i], beginning, len) == 0 && caps->lines[i][len] == ' ')
			return caps->lines[i] + len + 1;
	}
	return NULL;
}

const char *cpu_caps_one(const struct caps *caps, const char *kind)
{
	return behind(caps, kind);
}

const char *cpu_caps_value(const struct caps *caps, const char *name)
{
	for (size_t i = 0; i < caps->count; i++) {
		const char *line = caps->lines[i];
		size_t len = strlen(name);

		if (strncmp(line, "value ", 6) == 0 && strncmp(line + 6, name, len) == 0 &&
		    line[6 + len] == ' ')
			return line + 6 + len + 1;
	}
	return NULL;
}

int cpu_caps_load(struct arena *arena, const char *path, struct caps *ret_caps, struct err *err)
{
	static const char *const needed[] = {"accel", "arch", "model"};

	if (access(path, F_OK) < 0) {
		(void)err_set(err, ERR_CONFIG, "the board has no cpu.caps");
		err_at(err, path, 0);
		err_why(err, "What CPU the board's host has is known on that host alone.");
		err_fix(err, "Run there: kiln-run probe-cpu >cpu.caps; and put the file here.");
		return -1;
	}
	if (caps_load(arena, path, ret_caps, err) < 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (behind(ret_caps, needed[i]))
			continue;
		(void)err_set(err, ERR_CONFIG, "the file has no line \"%s\"", needed[i]);
		err_at(err, path, 0);
		err_why(err,
			"kiln-run probe-cpu writes one; the file was cut or is of another kind.");
		err_fix(err, "Write it again on the board's host: kiln-run probe-cpu >cpu.caps.");
		return -1;
	}
	return 0;
}

const char *cpu_caps_model(struct arena *arena, const struct caps *caps)
{
	struct text text = {.arena = arena};

	text_add(&text, cpu_caps_one(caps, "model"));
	for (size_t i = 0; i < caps->count; i++) {
		const char *line = caps->lines[i], *value;

		if (strncmp(line, "feature ", 8) == 0)
			text_fmt(&text, ",%s=on", line + 8);
		if (strncmp(line, "value ", 6) != 0)
			continue;
		value = strchr(line + 6, ' ');
		if (!value)
			continue;
		text_fmt(&text, ",%.*s=", (int)(value - line - 6), line + 6);
		render_quote(&text, value + 1, strlen(value + 1), ESCAPE_KV);
	}
	return text_str(&text);
}
