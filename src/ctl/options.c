/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c - the command line of kiln-ctl: a command, its options in any order, and a name.
 */
#include <string.h>

#include "base/num.h"
#include "ctl/ctl.h"

static const struct {
	const char *name;
	enum ctl_command command;
	enum { NAME_NONE, NAME_MAY, NAME_MUST } vm;
} commands[] = {
	{"status", CTL_STATUS, NAME_MAY},
	{"stop", CTL_STOP, NAME_MUST},
	{"--help", CTL_HELP, NAME_NONE},
	{"--version", CTL_VERSION, NAME_NONE},
};

const char *options_help(void)
{
	return "usage: kiln-ctl COMMAND ...\n"
	       "\n"
	       "  status [NAME] [--json]\n"
	       "                        whether a virtual machine runs, since when, its unit, its\n"
	       "                        interfaces and what QEMU says; without NAME: list all\n"
	       "  stop NAME [--timeout SECONDS] [--force]\n"
	       "                        ask the guest to power off and wait for it (60 seconds);\n"
	       "                        --force: end QEMU if it does not\n"
	       "  --help, --version\n"
	       "\n"
	       "Root asks about the machines that root started, another user about their own.\n"
	       "Exit codes: 0 ok, 2 usage, 4 it does not run, does not stop, or cannot be asked.\n";
}

static int refuse(struct err *err, const char *why)
{
	err_why(err, "%s", why);
	err_fix(err, "See `kiln-ctl --help`.");
	return -1;
}

static int timeout_parse(struct ctl_options *options, const char *value, struct err *err)
{
	uint64_t seconds;

	if (!value || num_parse(value, 0, CTL_TIMEOUT_MAX, &seconds)) {
		err_set(err, ERR_USAGE, "--timeout %s", value ? value : "without a value");
		return refuse(err, "It is a number of seconds from 0 to 86400.");
	}
	options->timeout = (unsigned)seconds;
	return 0;
}

static int word_parse(struct ctl_options *options, char ***at, struct err *err)
{
	const char *word = **at;
	bool stops = options->command == CTL_STOP;

	if (!strcmp(word, "--json") && options->command == CTL_STATUS)
		options->json = true;
	else if (!strcmp(word, "--force") && stops)
		options->force = true;
	else if (!strcmp(word, "--timeout") && stops)
		return timeout_parse(options, *++*at, err);
	else if (!strncmp(word, "--timeout=", 10) && stops)
		return timeout_parse(options, word + 10, err);
	else if (*word == '-') {
		err_set(err, ERR_USAGE, "the command does not take %s", word);
		return refuse(err, "Options stand after the command that they belong to.");
	} else if (options->name) {
		err_set(err, ERR_USAGE, "unexpected argument \"%s\"", word);
		return refuse(err, "A command is about one virtual machine.");
	} else {
		options->name = word;
	}
	return 0;
}

int options_parse(struct ctl_options *options, char **argv, struct err *err)
{
	size_t i = 0;

	*options = (struct ctl_options){.timeout = CTL_TIMEOUT};
	while (*argv && i < ARRAY_SIZE(commands) && strcmp(*argv, commands[i].name) != 0)
		i++;
	if (!*argv || i == ARRAY_SIZE(commands)) {
		err_set(err, ERR_USAGE, "%s%s", *argv ? "unknown command " : "no command",
			*argv ? *argv : "");
		return refuse(err, "The commands are status and stop.");
	}
	options->command = commands[i].command;
	for (char **at = argv + 1; *at; at++)
		if (word_parse(options, &at, err))
			return -1;
	if (commands[i].vm == NAME_NONE && options->name) {
		err_set(err, ERR_USAGE, "unexpected argument \"%s\"", options->name);
		return refuse(err, "The option stands alone.");
	}
	if (commands[i].vm == NAME_MUST && !options->name) {
		err_set(err, ERR_USAGE, "%s what?", commands[i].name);
		return refuse(err, "The command takes the NAME of a virtual machine.");
	}
	return 0;
}
