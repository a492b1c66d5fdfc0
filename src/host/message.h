/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.h - errors and notices of the target programs on stderr.
 */
#ifndef KILN_HOST_MESSAGE_H
#define KILN_HOST_MESSAGE_H

#include "base/err.h"

/** message_error() - "PROGRAM: FILE:LINE: SYMBOL: WHAT", then why and fix, in one write. */
void message_error(const char *program, const struct err *err);

/** message_line() - "PROGRAM: TEXT". */
void message_line(const char *program, const char *text);

#endif
