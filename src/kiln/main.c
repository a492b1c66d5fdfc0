/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - kiln: dispatch to a sub-command and print what it found. Only this file prints errors.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kiln/command.h"

static const struct command commands[] = {
	{
		.name = "compose",
		.synopsis = "[--config FILE] [--output DIR] [options]",
		.summary = "turn a .config or defconfig into an image and its reports",
		.options = compose_options,
		.run = compose_command,
	},
	{
		.name = "check",
		.synopsis = "[--config FILE] [options]",
		.summary = "say what compose would refuse; write nothing",
		.options = check_options,
		.run = check_command,
	},
	{
		.name = "budget",
		.synopsis = "[--config FILE] [options]",
		.summary = "print how many PCI places the machine uses and has left",
		.options = check_options,
		.run = budget_command,
	},
	{
		.name = "explain",
		.synopsis = "[--config FILE | --image FILE] [--json] [options] [DEVICE]",
		.summary = "say how each device got its address",
		.options = explain_options,
		.run = explain_command,
	},
	{
		.name = "import",
		.synopsis = "FILE [--board NAME] [--output FILE] [--lock FILE] [--lossy]",
		.summary = "turn a libvirt domain XML into a defconfig and a lock",
		.options = import_options,
		.run = import_command,
	},
	{
		.name = "export",
		.synopsis = "IMAGE --to SYSTEM [--output DIR] [--unit ID] [--lossy] [options]",
		.summary = "write an image's payload and its description for another system",
		.options = export_options,
		.run = export_command,
	},
	{
		.name = "show",
		.synopsis = "IMAGE [--json | --argv [--payload-dir DIR] | --section NAME]",
		.summary = "print what is in an image",
		.options = show_options,
		.run = show_command,
	},
	{
		.name = "diff",
		.synopsis = "OLD NEW [--json]",
		.summary = "say what a guest would notice between two images",
		.options = diff_options,
		.run = diff_command,
	},
	{
		.name = "verify",
		.synopsis = "IMAGE [--qemu PATH] [--json]",
		.summary = "start QEMU paused and compare its devices with the layout",
		.options = verify_options,
		.run = verify_command,
	},
	{
		.name = "probe",
		.synopsis = "QEMU [--board NAME] [--output DIR]",
		.summary = "ask a QEMU binary what it can do",
		.options = probe_options,
		.run = probe_command,
	},
	{0},
};

static void print_help(FILE *out)
{
	(void)fprintf(out, "Usage: kiln COMMAND [ARGUMENT]...\n\n"
			   "Compose virtual machines at build time.\n\nCommands:\n");
	for (const struct command *command = commands; command->name; command++)
		(void)fprintf(out, "  %-8s %s\n", command->name, command->summary);
	(void)fprintf(out, "\n`kiln COMMAND --help` tells the arguments of a command.\n"
			   "Exit codes: 0 done, 1 configuration refused, 2 usage, 3 image refused, "
			   "4 host refused.\n");
}

static void print_command_help(const struct command *command)
{
	(void)printf("Usage: kiln %s %s\n\n%s.\n\n%s", command->name, command->synopsis,
		     command->summary, command->options);
}

void command_usage(struct err_list *errs, const char *argv0, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	struct err *err = err_list_new(errs, ERR_USAGE, "kiln %s: %s", argv0,
				       arena_vfmt(errs->arena, fmt, args));
	va_end(args);
	err_why(err,
		"A command line that is not understood as a whole is not carried out in part.");
	err_fix(err, "`kiln %s --help` tells what it takes.", argv0);
}

const char *exe_dir(struct arena *arena, struct err_list *errs)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0) {
		struct err err;

		(void)err_sys(&err, ERR_HOST, errno, "reading /proc/self/exe");
		err_why(&err, "kiln finds its helper and the Kconfig tree beside its own file.");
		err_fix(&err, "Mount /proc, or name the tree with --tree.");
		err_list_add(errs, &err);
		return NULL;
	}
	path[len] = '\0';
	char *slash = strrchr(path, '/');

	*slash = '\0';
	return arena_str(arena, slash == path ? "/" : path);
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	struct arena arena = {0};
	struct err_list errs = {.arena = &arena};

	if (wants_help(argc, argv)) {
		print_command_help(command);
		return 0;
	}
	int status = command->run(argc, argv, &arena, &errs);

	if (fflush(stdout) != 0 && !errs.count) {
		struct err *err = err_list_new(&errs, ERR_HOST, "writing to standard output: %s",
					       strerror(errno));

		err_why(err, "The output is incomplete.");
		err_fix(err, "Free some disk space, or check where the output goes.");
	}
	err_list_print(&errs, stderr);
	if (errs.count)
		status = (int)err_list_kind(&errs);
	arena_free(&arena);
	return status;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return ERR_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("kiln %s\n", KILN_VERSION);
		return 0;
	}
	for (const struct command *command = commands; command->name; command++) {
		if (strcmp(command->name, argv[1]) == 0)
			return run_command(command, argc - 1, argv + 1);
	}
	(void)fprintf(stderr,
		      "error: \"%s\" is not a command of kiln\n"
		      "  why: The commands are those that `kiln --help` lists.\n"
		      "  fix: Run `kiln --help`.\n",
		      argv[1]);
	return ERR_USAGE;
}
