/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.h - the sub-commands of kiln, and what they share.
 */
#ifndef KILN_KILN_COMMAND_H
#define KILN_KILN_COMMAND_H

#include "model/arena.h"
#include "model/errlist.h"

/**
 * struct command - a sub-command. The table in main.c ends with a NULL name.
 * @name: as typed.
 * @synopsis: arguments, for the usage line.
 * @summary: one line.
 * @options: lines of the help.
 * @run: argv[0] is the command's name; problems go into @errs. Return: the exit code when @errs
 *       stays empty.
 */
struct command {
	const char *name, *synopsis, *summary, *options;
	int (*run)(int argc, char **argv, struct arena *arena, struct err_list *errs);
};

/* The sub-commands, as struct command says of @run. */
int compose_command(int argc, char **argv, struct arena *arena, struct err_list *errs);
int check_command(int argc, char **argv, struct arena *arena, struct err_list *errs);
int budget_command(int argc, char **argv, struct arena *arena, struct err_list *errs);
int import_command(int argc, char **argv, struct arena *arena, struct err_list *errs);
int export_command(int argc, char **argv, struct arena *arena, struct err_list *errs);
int show_command(int argc, char **argv, struct arena *arena, struct err_list *errs);
int explain_command(int argc, char **argv, struct arena *arena, struct err_list *errs);
int diff_command(int argc, char **argv, struct arena *arena, struct err_list *errs);
int verify_command(int argc, char **argv, struct arena *arena, struct err_list *errs);
int probe_command(int argc, char **argv, struct arena *arena, struct err_list *errs);

extern const char compose_options[], check_options[], explain_options[], import_options[],
	export_options[], show_options[], diff_options[], verify_options[], probe_options[];

/** enum output_form - for people or for programs. */
enum output_form { FORM_TEXT, FORM_JSON };

/** command_usage() - add an error about the command line; @argv0 is the command's name. */
void command_usage(struct err_list *errs, const char *argv0, const char *fmt, ...) PRINTF(3, 4);

/** exe_dir() - the folder of the running kiln; NULL with an error when it cannot be told. */
const char *exe_dir(struct arena *arena, struct err_list *errs);

#endif
