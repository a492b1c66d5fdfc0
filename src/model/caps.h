/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caps.h - what the board's QEMU can do, as `kiln probe` wrote it to boards/NAME/qemu.caps.
 *
 * Lines "KIND NAME", sorted: "version 7.2.22", "machine pc-q35-7.2", "device virtio-net-pci",
 * "feature device-json", "object rng-random". Reading and probing is qemu/caps.h's.
 */
#ifndef KILN_MODEL_CAPS_H
#define KILN_MODEL_CAPS_H

#include <stdbool.h>
#include <stddef.h>

/** struct caps - @lines sorted by strcmp. */
struct caps {
	const char *path;
	const char *version; /* "7.2.22" */
	unsigned major, minor;
	const char **lines;
	size_t count;
};

/** caps_has() - whether the line "KIND NAME" is there. */
bool caps_has(const struct caps *caps, const char *kind, const char *name);

/**
 * caps_nearest() - the name that somebody may have meant: of the lines of a kind the one that differs least.
 * @caps: the capabilities.
 * @kind: "cpu".
 * @word: what was written; letters of any case, and '_' is '-'.
 *
 * Return: the first of those that differ in the fewest letters, or NULL when none is like it.
 */
const char *caps_nearest(const struct caps *caps, const char *kind, const char *word);

#endif
