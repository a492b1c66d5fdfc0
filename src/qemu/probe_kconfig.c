/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_kconfig.c - boards/NAME/qemu.Kconfig: prompt-less symbols that device menus depend on.
 *
 * Every board's fragment is loaded, so a symbol has a definition a board, each with its own default,
 * and a thing that one board lacks is defined by another. A row of the table of capabilities
 * (qemu/capability.h) is defined also where it is not proven, because all boards may lack it.
 */
#include "qemu/probe.h"

#include <ctype.h>
#include <string.h>

#include "qemu/capability.h"

static void add_symbol(struct text *out, const char *text)
{
	for (; *text; text++) {
		char c = *text;

		c = isalnum((unsigned char)c) ? (char)toupper((unsigned char)c) : '_';
		text_add_len(out, &c, 1);
	}
}

static void add_config(struct text *out, const char *kind, const char *name, const char *board)
{
	text_add(out, "\nconfig QEMU_");
	add_symbol(out, kind);
	text_add(out, "_");
	add_symbol(out, name);
	text_add(out, "\n\tbool\n");
	if (!board)
		return;
	text_add(out, "\tdefault y if BOARD_");
	add_symbol(out, board);
	text_add(out, "\n");
}

/* Names that are the same symbol ("a-b", "a_b") define it twice, which Kconfig takes. */
static void add_kind(struct text *out, const struct caps *caps, const char *kind, const char *board)
{
	size_t len = strlen(kind);

	for (size_t i = 0; i < caps->count; i++) {
		const char *line = caps->lines[i];

		if (strncmp(line, kind, len) == 0 && line[len] == ' ')
			add_config(out, kind, line + len + 1, board);
	}
}

void probe_kconfig(const struct caps *caps, const char *board, struct text *ret_kconfig)
{
	text_add(ret_kconfig, "# SPDX-License-Identifier: GPL-2.0-or-later\n"
			      "# Written by kiln probe beside qemu.caps. Not edited by hand.\n");
	for (const char *const *kind = capability_kinds; *kind; kind++)
		add_kind(ret_kconfig, caps, *kind, board);
	for (const struct capability *row = capabilities; row->name; row++) {
		if (!caps_has(caps, "feature", row->name))
			add_config(ret_kconfig, "feature", row->name, NULL);
	}
}
