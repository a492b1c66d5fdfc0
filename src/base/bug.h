/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bug.h - stop at a state that only a mistake in this program can reach.
 *
 * Never for what a user, a file or a host can cause: those are struct err. Prints one line on
 * stderr and aborts; the one exception to "main() alone prints", because there is no way up.
 */
#ifndef KILN_BASE_BUG_H
#define KILN_BASE_BUG_H

#include "base/attr.h"

/** bug_report() - say where the program is wrong, and abort. */
void bug_report(const char *file, int line, const char *expr) NORETURN;

#define BUG_IF(expr)                                           \
	do {                                                   \
		if (expr)                                      \
			bug_report(__FILE__, __LINE__, #expr); \
	} while (0)

#endif
