/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c - a table of options and which commands take them; anything else is a usage error.
 */
#include "run/options.h"

#include <string.h>

#include "base/num.h"

#define TAKES(command) (1u << (command))

#define TIMEOUT_DEFAULT 60
#define TIMEOUT_MAX     86400

enum option_kind {
	OPT_ACCEL,
	OPT_SET,
	OPT_SITE,
	OPT_NETWORKS,
	OPT_PAUSED,
	OPT_TIMEOUT,
	OPT_IF_EXISTS,
	OPT_SHOW,
	OPT_SECTION
};

static const struct option {
	const char *name;
	enum option_kind kind;
	unsigned commands;
	bool has_value;
	enum show_what show;
} option_table[] = {
	{"--accel", OPT_ACCEL, TAKES(COMMAND_PROBE_CPU), true, 0},
	{"--set", OPT_SET, TAKES(COMMAND_UP) | TAKES(COMMAND_CHECK) | TAKES(COMMAND_SHOW), true, 0},
	{"--site", OPT_SITE, TAKES(COMMAND_UP) | TAKES(COMMAND_CHECK) | TAKES(COMMAND_SHOW), true,
	 0},
	{"--networks", OPT_NETWORKS, TAKES(COMMAND_UP) | TAKES(COMMAND_CHECK) | TAKES(COMMAND_SHOW),
	 true, 0},
	{"--paused", OPT_PAUSED, TAKES(COMMAND_UP), false, 0},
	{"--timeout", OPT_TIMEOUT, TAKES(COMMAND_DOWN), true, 0},
	{"--if-exists", OPT_IF_EXISTS, TAKES(COMMAND_DOWN), false, 0},
	{"--json", OPT_SHOW, TAKES(COMMAND_SHOW), false, SHOW_JSON},
	{"--argv", OPT_SHOW, TAKES(COMMAND_SHOW), false, SHOW_ARGV},
	{"--shell", OPT_SHOW, TAKES(COMMAND_SHOW), false, SHOW_SHELL},
	{"--section", OPT_SECTION, TAKES(COMMAND_SHOW), true, SHOW_SECTION},
};

static const struct {
	const char *name, *target;
	enum command command;
	bool optional;
} command_table[] = {
	{"up", "an IMAGE", COMMAND_UP, false},
	{"down", "the NAME of a VM", COMMAND_DOWN, false},
	{"check", "an IMAGE", COMMAND_CHECK, false},
	{"show", "an IMAGE", COMMAND_SHOW, false},
	{"probe-cpu", "the path of a QEMU", COMMAND_PROBE_CPU, true},
	{"--help", NULL, COMMAND_HELP, false},
	{"--version", NULL, COMMAND_VERSION, false},
};

const char *options_help(void)
{
	return "usage: kiln-run COMMAND ...\n"
	       "\n"
	       "  up IMAGE [--set KEY=VALUE]... [--site FILE] [--networks FILE] [--paused]\n"
	       "                        start the virtual machine; the process becomes QEMU\n"
	       "  down NAME [--timeout SECONDS] [--if-exists]\n"
	       "                        power it off, or clean after one that has ended;\n"
	       "                        --if-exists: that there is none is no error\n"
	       "  check IMAGE [--set KEY=VALUE]... [--site FILE] [--networks FILE]\n"
	       "                        say everything that `up` would lack on this host\n"
	       "  show IMAGE [--json | --argv | --shell | --section NAME] [--set ...] [--site ...]\n"
	       "             [--networks FILE]\n"
	       "                        print what is in the image; --argv: QEMU's command line as\n"
	       "                        executed, --shell: one that works without kiln-run\n"
	       "  probe-cpu [QEMU] [--accel kvm | tcg]\n"
	       "                        print what CPU a guest of this host can have, for the\n"
	       "                        board's cpu.caps; tcg: what software offers\n"
	       "  --help, --version\n"
	       "\n"
	       "A program with an image behind it needs no IMAGE and no NAME, and starts it where\n"
	       "no command is given.\n"
	       "Values of the target: /etc/kiln/NAME.site (or --site), then --set; its networks:\n"
	       "/etc/kiln/networks (or --networks).\n"
	       "Exit codes: 0 ok, 1 site file refused, 2 usage, 3 image refused, 4 host refused,\n"
	       "126 QEMU cannot be executed, 127 QEMU not found, 128+N ended by signal N.\n";
}

static int usage(struct err *err)
{
	err_fix(err, "See `kiln-run --help`.");
	return -1;
}

static int option_apply(struct options *options, const struct option *option, const char *value,
			struct err *err)
{
	uint64_t number;

	switch (option->kind) {
	case OPT_ACCEL:
		if (value && strcmp(value, "kvm") != 0 && strcmp(value, "tcg") != 0) {
			err_set(err, ERR_USAGE, "--accel %s", value);
			err_why(err,
				"It is kvm, which has the host's CPU, or tcg, which has none.");
			return usage(err);
		}
		options->accel = value;
		return 0;
	case OPT_SET:
		if (options->set_count == SITE_MAX) {
			err_set(err, ERR_USAGE, "more than %d times --set", SITE_MAX);
			err_why(err, "An image declares at most so many slots.");
			return usage(err);
		}
		options->set[options->set_count++] = value;
		return 0;
	case OPT_SITE:
		options->site = value;
		return 0;
	case OPT_NETWORKS:
		options->networks = value;
		return 0;
	case OPT_PAUSED:
		options->paused = true;
		return 0;
	case OPT_IF_EXISTS:
		options->if_exists = true;
		return 0;
	case OPT_TIMEOUT:
		if (num_parse(value, 0, TIMEOUT_MAX, &number)) {
			err_set(err, ERR_USAGE, "--timeout %s", value);
			err_why(err, "It is a number of seconds from 0 to %d.", TIMEOUT_MAX);
			return usage(err);
		}
		options->timeout = (unsigned)number;
		return 0;
	case OPT_SECTION:
		options->section = value;
		__attribute__((fallthrough));
	case OPT_SHOW:
		if (options->show != SHOW_TEXT && options->show != option->show) {
			err_set(err, ERR_USAGE, "%s beside another form of output", option->name);
			err_why(err, "One call prints one of --json, --argv, --shell and "
				     "--section.");
			return usage(err);
		}
		options->show = option->show;
		return 0;
	}
	return 0;
}

static int option_parse(struct options *options, const char *command, char ***at, struct err *err)
{
	const char *word = **at;
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < ARRAY_SIZE(option_table); i++) {
		const struct option *option = &option_table[i];
		const char *value = NULL;

		if (strlen(option->name) != len || strncmp(option->name, word, len) != 0)
			continue;
		if (!(option->commands & TAKES(options->command)))
			break;
		if (word[len] == '=')
			value = word + len + 1;
		else if (option->has_value)
			value = *++*at;
		if (option->has_value == !value) {
			err_set(err, ERR_USAGE, "%s %s a value", option->name,
				option->has_value ? "needs" : "takes no");
			err_why(err, "The option was given %s one.",
				option->has_value ? "without" : "with");
			return usage(err);
		}
		return option_apply(options, option, value, err);
	}
	err_set(err, ERR_USAGE, "%s does not take the option %s", command, word);
	err_why(err, "Options stand after the command that they belong to.");
	return usage(err);
}

/* The command of argv[1]; without one the image behind the program is to be started. */
static int command_find(int argc, char **argv, enum options_own own, size_t *ret, struct err *err)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	for (size_t i = 0; word && i < ARRAY_SIZE(command_table); i++) {
		if (!strcmp(word, command_table[i].name)) {
			*ret = i;
			return 1;
		}
	}
	if (own == OWN_IMAGE && (!word || *word == '-')) {
		*ret = 0;
		return 0;
	}
	err_set(err, ERR_USAGE, "%s%s", word ? "unknown command " : "no command", word ? word : "");
	err_why(err, "The commands are up, down, check, show and probe-cpu.");
	return usage(err);
}

int options_parse(struct options *options, int argc, char **argv, enum options_own own,
		  struct err *err)
{
	size_t i;

	memset(options, 0, sizeof(*options));
	options->timeout = TIMEOUT_DEFAULT;
	options->accel = "kvm";
	int words = command_find(argc, argv, own, &i, err);

	if (words < 0)
		return -1;
	const char *target = command_table[i].target, *command = command_table[i].name;

	options->command = command_table[i].command;
	for (char **at = argv + (argc ? 1 + words : 0); *at; at++) {
		if ((*at)[0] == '-' && (*at)[1]) {
			if (option_parse(options, command, &at, err))
				return -1;
		} else if (options->target || !target) {
			err_set(err, ERR_USAGE, "unexpected argument \"%s\"", *at);
			err_why(err, "%s takes %s.", command, target ? target : "nothing");
			return usage(err);
		} else {
			options->target = *at;
		}
	}
	if (target && !options->target && !command_table[i].optional && own != OWN_IMAGE) {
		err_set(err, ERR_USAGE, "%s what?", command);
		err_why(err, "The command takes %s.", target);
		return usage(err);
	}
	return 0;
}
