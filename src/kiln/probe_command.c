/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe_command.c - kiln probe: what a QEMU can do, as the files of a board.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "kiln/command.h"
#include "kiln/output.h"
#include "qemu/caps.h"
#include "qemu/probe.h"

const char probe_options[] =
	"  --board NAME   name for the Kconfig fragment; default: the last part of --output\n"
	"  --output DIR   write DIR/qemu.caps and DIR/qemu.Kconfig (boards/NAME); without it\n"
	"                 qemu.caps goes to standard output\n";

static const char *last_part(struct arena *arena, const char *dir)
{
	size_t end = strlen(dir);

	while (end > 1 && dir[end - 1] == '/')
		end--;
	size_t start = end;

	while (start && dir[start - 1] != '/')
		start--;
	return arena_dup(arena, dir + start, end - start);
}

static int write_board(struct arena *arena, const char *dir, const char *board,
		       const struct text *caps_text, struct err *err)
{
	struct text kconfig = {.arena = arena};
	struct output out = {0};
	struct caps caps;

	if (caps_parse(arena, "qemu.caps", caps_text->data, caps_text->len, &caps, err) < 0)
		return -1;
	probe_kconfig(&caps, board, &kconfig);
	if (output_open(&out, arena, dir, err) < 0 ||
	    output_text(&out, "qemu.caps", text_str(caps_text), OUTPUT_KEPT, err) < 0 ||
	    output_text(&out, "qemu.Kconfig", text_str(&kconfig), OUTPUT_KEPT, err) < 0 ||
	    output_commit(&out, err) < 0) {
		output_abort(&out);
		return -1;
	}
	return 0;
}

int probe_command(int argc, char **argv, struct arena *arena, struct err_list *errs)
{
	enum { BOARD = 1, OUTPUT };
	static const struct option table[] = {
		{"board", required_argument, NULL, BOARD},
		{"output", required_argument, NULL, OUTPUT},
		{0},
	};
	struct text caps = {.arena = arena};
	const char *board = NULL, *dir = NULL;
	struct err err;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == BOARD) {
			board = optarg;
		} else if (option == OUTPUT) {
			dir = optarg;
		} else {
			command_usage(errs, argv[0], "\"%s\" is not an option, or lacks its value",
				      argv[optind - 1]);
			return 0;
		}
	}
	if (optind + 1 != argc) {
		command_usage(errs, argv[0], "one QEMU binary is wanted");
		return 0;
	}
	if (!dir && board) {
		command_usage(errs, argv[0], "--board goes with --output");
		return 0;
	}
	if (probe_run(argv[optind], &caps, &err) < 0 ||
	    (dir &&
	     write_board(arena, dir, board ? board : last_part(arena, dir), &caps, &err) < 0)) {
		err_list_add(errs, &err);
		return 0;
	}
	if (!dir)
		(void)fputs(text_str(&caps), stdout);
	return 0;
}
