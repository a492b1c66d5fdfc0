/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h - the command line of kiln-run.
 */
#ifndef KILN_RUN_OPTIONS_H
#define KILN_RUN_OPTIONS_H

#include <stdbool.h>

#include "base/err.h"
#include "image/show.h"

enum command {
	COMMAND_UP,
	COMMAND_DOWN,
	COMMAND_CHECK,
	COMMAND_SHOW,
	COMMAND_PROBE_CPU,
	COMMAND_HELP,
	COMMAND_VERSION
};

/**
 * struct options - what was typed.
 * @target: the image, or for down the VM's name; for probe-cpu a QEMU or NULL.
 * @site: --site, or NULL for /etc/kiln/NAME.site if it is there.
 * @set: --set, each KEY=VALUE as typed.
 * @accel: "kvm" or "tcg", of probe-cpu.
 * @timeout: seconds that down waits for the guest to power off.
 */
struct options {
	enum command command;
	const char *target, *site, *section, *accel;
	const char *set[SITE_MAX];
	unsigned set_count, timeout;
	enum show_what show;
	bool paused;
};

/** options_parse() - read argv. Return: 0, or -1 with ERR_USAGE. */
int options_parse(struct options *options, int argc, char **argv, struct err *err) MUST_CHECK;

/** options_help() - the text of --help. */
const char *options_help(void);

#endif
