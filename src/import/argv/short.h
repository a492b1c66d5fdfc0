/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * short.h - options that stand for others; for short.c and lines.c alone.
 */
#ifndef KILN_IMPORT_ARGV_SHORT_H
#define KILN_IMPORT_ARGV_SHORT_H

#include "import/argv/argv.h"

enum machine_kind { KIND_PC, KIND_Q35, KIND_VIRT, KIND_MICROVM };

/** short_kind() - which of QEMU's machines it is; its defaults follow from that. */
enum machine_kind short_kind(const struct argv *argv);

/** short_networks() - -nic and -net as -netdev and -device. */
void short_networks(struct argv *argv);

/** short_vectors() - vectors that -nic does not give, where -global says it; all devices are there. */
void short_vectors(struct argv *argv);

/** short_lines() - -serial and -parallel as -chardev and -device. */
void short_lines(struct argv *argv, const char *name, const char *driver);

/** rewrite_devices() - what -set and -virtfs say, and members as Kiln has them, before QEMU's defaults. */
void rewrite_devices(struct argv *argv);

/** rewrite_globals() - -global of what is a member of -device here, and what follows; all devices are there. */
void rewrite_globals(struct argv *argv);

#endif
