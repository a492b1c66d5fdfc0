/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bug.c - the last words of a program that found itself wrong.
 */
#include "base/bug.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void bug_report(const char *file, int line, const char *expr)
{
	(void)dprintf(STDERR_FILENO, "BUG: %s:%d: %s, please report\n", file, line, expr);
	abort();
}
