/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - kiln-run, the loader: reads the command line, runs a command, prints, says the exit code.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/run.h"

/*
 * Descriptors of the caller must neither reach QEMU nor stand where its slots go, and 0 to 2 must
 * be taken, so that no device becomes somebody's stderr.
 */
static int descriptors_begin(struct err *err)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0 && !syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0))
		return 0;
	err_sys(err, ERR_HOST, errno, fd < 0 ? "/dev/null" : "close_range");
	err_why(err, "QEMU must inherit exactly the descriptors of its devices.");
	err_fix(err, "kiln-run needs Linux 5.9 or later and a readable /dev/null.");
	return -1;
}

static int command_run(struct run *run, struct err *err)
{
	const char *text = options_help();

	switch (run->options->command) {
	case COMMAND_UP:
		return command_up(run, err);
	case COMMAND_DOWN:
		return command_down(run, err);
	case COMMAND_CHECK:
		return command_check(run, err);
	case COMMAND_SHOW:
		return command_show(run, err);
	case COMMAND_PROBE_CPU:
		return command_probe_cpu(run, err);
	case COMMAND_VERSION:
		text = "kiln-run " KILN_VERSION "\n";
		__attribute__((fallthrough));
	case COMMAND_HELP:
		break;
	}
	if (!fd_write_all(STDOUT_FILENO, text, strlen(text)))
		return 0;
	err_sys(err, ERR_HOST, errno, "cannot write to standard output");
	err_why(err, "The text that was asked for goes there.");
	err_fix(err, "Look where standard output goes.");
	return -1;
}

int main(int argc, char **argv)
{
	static struct options options;
	static struct run run;
	struct err err;
	int ret = descriptors_begin(&err);
	enum options_own own = own_image();

	run.options = &options;
	run.img.fd = run.dir.fd = run.dir.lock = run.guard = -1;
	if (!ret)
		ret = options_parse(&options, argc, argv, own, &err);
	/* Whoever says no image means the one that is not there any more. */
	if (ret && own == OWN_CUT && err.kind == ERR_USAGE)
		ret = own_refuse(&err);
	if (!ret)
		ret = command_run(&run, &err);
	if (ret >= 0)
		return ret;
	message_print(&err);
	return run.signal ? 128 + run.signal : (int)err.kind;
}
