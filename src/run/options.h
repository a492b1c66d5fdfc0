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

/** enum options_own - whether there is an image behind the program; OWN_CUT: something, which does not end as one. */
enum options_own { OWN_NONE, OWN_IMAGE, OWN_CUT };

/**
 * struct options - what was typed.
 * @target: the image, or for down the VM's name; for probe-cpu a QEMU or NULL. NULL for the others
 *          is the image behind this program.
 * @site: --site, or NULL for /etc/kiln/NAME.site if it is there.
 * @networks: --networks, or NULL for NETWORKS_FILE if it is there.
 * @set: --set, each KEY=VALUE as typed.
 * @accel: "kvm" or "tcg", of probe-cpu.
 * @timeout: seconds that down waits for the guest to power off.
 * @if_exists: down has succeeded where there is no such VM.
 */
struct options {
	enum command command;
	const char *target, *site, *networks, *section, *accel;
	const char *set[SITE_MAX];
	unsigned set_count, timeout;
	enum show_what show;
	bool paused, if_exists;
};

/**
 * options_parse() - read argv.
 * @options: filled.
 * @argc, @argv: of main().
 * @own: the program has an image behind it (own_image()), which is then the target where none is
 *       named; without a command it is started.
 * @err: ERR_USAGE.
 *
 * Return: 0, or -1.
 */
int options_parse(struct options *options, int argc, char **argv, enum options_own own,
		  struct err *err) MUST_CHECK;

/** options_help() - the text of --help. */
const char *options_help(void);

#endif
