/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * findings.h - collect what `kiln-run check` finds, all of it at once.
 *
 * Fixed size, no allocation. The same fact is kept once: sixteen taps without /dev/net/tun are one
 * finding.
 */
#ifndef KILN_HOST_FINDINGS_H
#define KILN_HOST_FINDINGS_H

#include "base/err.h"

#define FINDINGS_MAX 64

/** struct findings - @count are kept in @err; @dropped came after the array was full. */
struct findings {
	unsigned count, dropped;
	struct err err[FINDINGS_MAX];
};

/** findings_add() - keep a copy of @err unless the same fact is there already. */
void findings_add(struct findings *findings, const struct err *err);

#endif
