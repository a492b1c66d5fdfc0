/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - kiln-ctl, the operator's tool: reads the command line, runs a command, says the exit code.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "ctl/ctl.h"
#include "host/message.h"

int output(const char *text, size_t len, struct err *err)
{
	if (!fd_write_all(STDOUT_FILENO, text, len))
		return 0;
	err_sys(err, ERR_HOST, errno, "cannot write to standard output");
	err_why(err, "The text that was asked for goes there.");
	err_fix(err, "Look where standard output goes.");
	return -1;
}

int unknown_vm(const struct rundir *dir, const char *name, struct err *err)
{
	err_set(err, ERR_HOST, "there is no VM \"%s\"", name);
	err_why(err, "%s does not exist: it does not run, or another user started it.", dir->path);
	err_fix(err, "`kiln-ctl status` lists the VMs of this user; root's are listed by root.");
	return -1;
}

static int command_run(const struct ctl_options *options, struct err *err)
{
	const char *text = options_help();

	switch (options->command) {
	case CTL_STATUS:
		return command_status(options, err);
	case CTL_STOP:
		return command_stop(options, err);
	case CTL_VERSION:
		text = CTL_PROGRAM " " KILN_VERSION "\n";
		__attribute__((fallthrough));
	case CTL_HELP:
		break;
	}
	return output(text, strlen(text), err);
}

int main(int argc, char **argv)
{
	struct ctl_options options;
	struct err err;

	if (!options_parse(&options, argv + (argc ? 1 : 0), &err) && !command_run(&options, &err))
		return 0;
	message_error(CTL_PROGRAM, &err);
	return (int)err.kind;
}
