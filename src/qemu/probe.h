/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe.h - ask a QEMU binary what it can do, and write it down as text for a board.
 *
 * In goes a program, out come boards/NAME/qemu.caps and boards/NAME/qemu.Kconfig. QEMU runs without
 * a machine and always with accel=tcg, so that nothing of the probing host gets into the answer.
 */
#ifndef KILN_QEMU_PROBE_H
#define KILN_QEMU_PROBE_H

#include "base/err.h"
#include "model/arena.h"
#include "model/caps.h"

/**
 * probe_run() - write the capabilities file of a QEMU.
 * @qemu: path of a qemu-system-* program.
 * @ret_caps: the text, in the form that caps_load() reads; its arena is used for everything.
 * @err: on failure as in qmp_start().
 *
 * The line "build" is the distribution's own version string; probe_compare() leaves it out.
 *
 * Return: 0, or -1.
 */
int probe_run(const char *qemu, struct text *ret_caps, struct err *err) MUST_CHECK;

/**
 * probe_kconfig() - write the Kconfig fragment: what menus depend on.
 * @caps: as probed.
 * @board: name of the board's folder.
 * @ret_kconfig: the text: prompt-less bool symbols QEMU_..., y for this board where QEMU has it.
 */
void probe_kconfig(const struct caps *caps, const char *board, struct text *ret_kconfig);

/**
 * probe_compare() - what differs between two probes, leaving out the lines "build" and "version".
 * @was: one.
 * @is: the other.
 * @ret_diff: a line for each difference, "- KIND NAME" or "+ KIND NAME".
 *
 * Return: how many lines differ.
 */
size_t probe_compare(const struct caps *was, const struct caps *is, struct text *ret_diff);

#endif
