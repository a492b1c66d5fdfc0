/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_board.c - which of the boards in the tree have guests of an architecture: what each one's Kconfig
 * selects.
 */
#include "kiln/import_board.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KCONFIG_MAX 16384

/* GUEST_ARCH_AARCH64 of "GUEST_ARCH_" and "aarch64", as a line of Kconfig selects it. */
static const char *select_line(struct arena *arena, const char *prefix, const char *arch)
{
	char *line = arena_fmt(arena, "\tselect %s%s\n", prefix, arch);

	for (char *at = line + strlen("\tselect "); *at; at++)
		*at = (char)toupper((unsigned char)*at);
	return line;
}

static bool has_lines(struct arena *arena, const char *path, const char *const *lines)
{
	FILE *file = fopen(path, "re");
	char *text = arena_alloc(arena, KCONFIG_MAX);
	bool has = file != NULL;

	if (!file)
		return false;
	text[fread(text, 1, KCONFIG_MAX - 1, file)] = '\0';
	(void)fclose(file);
	for (; *lines; lines++)
		has = has && strstr(text, *lines);
	return has;
}

const char *import_board_choose(struct arena *arena, const char *tree, const struct import *import,
				const char **ret_list)
{
	const char *arch = import_arch(import), *found = NULL;
	const char *lines[3] = {select_line(arena, "GUEST_ARCH_", arch)};
	struct text list = {.arena = arena};
	struct dirent **entries = NULL;
	int count;
	unsigned fit = 0;

	*ret_list = "";
	if (strcmp(arch, "x86_64") == 0)
		return NULL;
	if (import_has_kvm(import))
		lines[1] = select_line(arena, "HOST_ARCH_", arch);
	count = scandir(arena_fmt(arena, "%s/boards", tree), &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		const char *name = arena_str(arena, entries[i]->d_name);

		free(entries[i]);
		if (name[0] == '.' ||
		    !has_lines(arena, arena_fmt(arena, "%s/boards/%s/Kconfig", tree, name), lines))
			continue;
		text_fmt(&list, "%s%s", fit++ ? ", " : "", name);
		found = name;
	}
	free(entries);
	*ret_list = text_str(&list);
	return fit == 1 ? found : NULL;
}
