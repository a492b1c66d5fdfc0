/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extra_options.h - which options of QEMU may stand in the extra arguments; for devices/extra.c and an import.
 */
#ifndef KILN_DEVICES_EXTRA_OPTIONS_H
#define KILN_DEVICES_EXTRA_OPTIONS_H

#include <stdbool.h>

/**
 * struct extra_option - an option that Kiln knows.
 * @name: without '-'.
 * @group: its line "option GROUP" in qemu.caps; NULL = such a line is not there, and every QEMU has it.
 * @is_flag: it has no value.
 * @why: why it is refused, as a sentence; NULL = it is passed on. @fix: what to set in its place.
 */
struct extra_option {
	const char *name, *group;
	bool is_flag;
	const char *why, *fix;
};

/** extra_option_find() - the option of that word, with one '-' before it or two; NULL = unknown. */
const struct extra_option *extra_option_find(const char *word);

#endif
