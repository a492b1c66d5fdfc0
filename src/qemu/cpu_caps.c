/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu_caps.c - a file of the form of qemu.caps with other kinds of lines.
 */
#include "qemu/cpu_caps.h"

#include <string.h>
#include <unistd.h>

#include "qemu/caps.h"

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
