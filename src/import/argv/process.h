/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.h - a running process whose command line is read; private to import/.
 */
#ifndef KILN_IMPORT_ARGV_PROCESS_H
#define KILN_IMPORT_ARGV_PROCESS_H

#include "import/argv/argv.h"

/** process_of() - "/proc/N" of "/proc/N/cmdline"; NULL = it is another file. */
const char *process_of(struct arena *arena, const char *path);

/** process_line() - what stands behind @key in the first line that begins with it; NULL = none, or no file. */
const char *process_line(struct arena *arena, const char *path, const char *key);

/** process_link() - where a link leads, or NULL. */
const char *process_link(struct arena *arena, const char *path);

/**
 * process_check() - that the process is there and is a QEMU.
 * @text: its command line, of @len bytes.
 *
 * Return: 0, or -1 with an error.
 */
int process_check(struct argv *argv, const char *text, size_t len) MUST_CHECK;

#endif
