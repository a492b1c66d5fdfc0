/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * err.h - one error: where, what, why and how to mend it.
 *
 * A fixed-size value without allocation, so that the loader on the target and the composer on the
 * desk say the same things in the same form. Set once at the origin, given context on the way up,
 * printed by main() alone.
 */
#ifndef KILN_BASE_ERR_H
#define KILN_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/**
 * enum err_kind - who must act; the value is the exit code of the program.
 * @ERR_NONE: no error.
 * @ERR_CONFIG: the configuration is refused; mend the .config, defconfig or lock.
 * @ERR_USAGE: the command line of kiln or kiln-run is wrong.
 * @ERR_IMAGE: the image is refused: damaged, of a newer format, or inconsistent.
 * @ERR_HOST: this host refuses or lacks something: permission, device, memory, disk space.
 * @ERR_EXEC: QEMU was found and could not be executed.
 * @ERR_NOT_FOUND: QEMU was not found.
 */
enum err_kind {
	ERR_NONE = 0,
	ERR_CONFIG = 1,
	ERR_USAGE = 2,
	ERR_IMAGE = 3,
	ERR_HOST = 4,
	ERR_EXEC = 126,
	ERR_NOT_FOUND = 127,
};

#define ERR_TEXT_MAX 512
#define ERR_FILE_MAX 200
#define ERR_SYM_MAX  64

/**
 * struct err_place - a line of a file that the user wrote.
 * @file: path as the user knows it, shortened in the middle above ERR_FILE_MAX; "" = no place.
 * @line: line number from 1; 0 = the file as a whole.
 */
struct err_place {
	char file[ERR_FILE_MAX];
	unsigned line;
};

/**
 * struct err - an error message in its parts.
 * @kind: who must act; ERR_NONE = not set.
 * @sys_errno: errno of the system call behind it, or 0.
 * @at: the place to mend.
 * @also: the place of the other party of a clash, used to sort and to point.
 * @sym: the symbol, property or option concerned, e.g. "CONFIG_NET3_PCI_ADDRESS"; may be "".
 * @check: the name of the check that found it, e.g. "pci-address-free"; may be "".
 * @what: the fact with its values; no full stop.
 * @why: the rule and the other party; a full sentence.
 * @fix: a command to type or a symbol to change; a full sentence.
 */
struct err {
	enum err_kind kind;
	int sys_errno;
	struct err_place at, also;
	char sym[ERR_SYM_MAX];
	char check[ERR_SYM_MAX];
	char what[ERR_TEXT_MAX], why[ERR_TEXT_MAX], fix[ERR_TEXT_MAX];
};

/**
 * err_set() - start an error.
 * @err: filled from scratch; earlier contents are lost.
 * @kind: who must act.
 * @fmt: the fact, for @err->what.
 *
 * Return: always -1, so that `return err_set(...)` reads well.
 */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...) PRINTF(3, 4);

/**
 * err_sys() - start an error that comes from a system call.
 * @err: filled from scratch.
 * @kind: who must act.
 * @sys_errno: the errno; its text is appended to the fact after ": ".
 * @fmt: the fact.
 *
 * Return: always -1.
 */
int err_sys(struct err *err, enum err_kind kind, int sys_errno, const char *fmt, ...) PRINTF(4, 5);

/** err_at() - say which line of which file is to be mended; @file may be NULL. */
void err_at(struct err *err, const char *file, unsigned line);

/** err_also() - say where the other party of a clash stands; @file may be NULL. */
void err_also(struct err *err, const char *file, unsigned line);

/** err_sym() - name the symbol or option concerned. */
void err_sym(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/** err_check() - name the check that found it. */
void err_check(struct err *err, const char *name);

/** err_why() - state the rule and the other party, as full sentences. */
void err_why(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/** err_fix() - say what to type or to change, as full sentences. */
void err_fix(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/** err_ctx() - put "context: " before the fact, on the way up. */
void err_ctx(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/**
 * err_format() - write the message as the user reads it.
 * @err: a set error.
 * @buf: receives the text with a final newline, cut at @size.
 * @size: bytes in @buf.
 *
 * "FILE:LINE: error: SYM: WHAT [CHECK]" and, indented by two, "why: ..." and "fix: ...". Without
 * a place the first part is left out.
 *
 * Return: the length written, without the final NUL.
 */
size_t err_format(const struct err *err, char *buf, size_t size);

#endif
