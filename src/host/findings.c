/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * findings.c - a bounded list of different errors. Prints nothing.
 */
#include "host/findings.h"

#include <string.h>

void findings_add(struct findings *findings, const struct err *err)
{
	for (unsigned i = 0; i < findings->count; i++)
		if (!strcmp(findings->err[i].what, err->what))
			return;
	if (findings->count == FINDINGS_MAX) {
		findings->dropped++;
		return;
	}
	findings->err[findings->count++] = *err;
}
