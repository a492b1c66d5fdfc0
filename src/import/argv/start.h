/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * start.h - what of a machine is neither type, CPU nor memory; for machine.c alone.
 */
#ifndef KILN_IMPORT_ARGV_START_H
#define KILN_IMPORT_ARGV_START_H

#include "import/argv/argv.h"

/** start_is_row() - whether a row of the machine writes that member of an option. */
bool start_is_row(const struct argv *argv, const char *option, const char *key);

/** start_firmware() - where the firmware is. */
void start_firmware(struct argv *argv, const char *path);

/* Each reads its options: -name and -uuid; -boot, -kernel, -bios; -smbios; -global; -rtc; -action; -overcommit. */
void start_name(struct argv *argv);
void start_read(struct argv *argv);
void start_tables(struct argv *argv);
void start_globals(struct argv *argv);
void start_clock(struct argv *argv);
void start_actions(struct argv *argv);
void start_host(struct argv *argv);

#endif
