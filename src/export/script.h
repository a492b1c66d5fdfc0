/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * script.h - a shell script under construction, for the files of export/script*.c alone.
 */
#ifndef KILN_EXPORT_SCRIPT_H
#define KILN_EXPORT_SCRIPT_H

#include "export/export.h"

/** struct script_op - an operation whose texts hold marks (image/text.h), and as a text for people. */
struct script_op {
	struct op op, shown;
};

/**
 * struct script - @facts: those of the top. @checks: what is looked at before QEMU starts. @body: the
 * command line. @ops: the plan, @op_count of them. @uses: SCRIPT_*, functions that the script needs.
 * @opened: how many descriptors it opens itself, SCRIPT_FD and those behind it.
 */
struct script {
	struct export *export;
	struct text facts, checks, body;
	struct script_op *ops;
	size_t op_count;
	unsigned uses, opened;
};

/* What a POSIX shell can name: 3 to 9. */
#define SCRIPT_FD     3
#define SCRIPT_FD_MAX 7

#define SCRIPT_JSON (1u << 0) /* a value inside a JSON string */
#define SCRIPT_KV   (1u << 1) /* a value inside key=value */
#define SCRIPT_UNIT (1u << 2) /* identities of the unit */
#define SCRIPT_TIME (1u << 3) /* the time of the start */

/**
 * script_fact() - a variable at the top, made where it is not there yet.
 * @script: where.
 * @owner: whose it is: "net0"; @what: which: "tap". Together they are its name: NET0_TAP.
 * @about: a comment for people; "what this host alone knows" of the error where the variable is empty.
 * @value: default; NULL or "" = must be said.
 *
 * Return: its name.
 */
const char *script_fact(struct script *script, const char *owner, const char *what,
			const char *about, const char *value);

/** script_computed() - the same, with an expression of a shell for a default. */
const char *script_computed(struct script *script, const char *owner, const char *what,
			    const char *about, const char *expression);

/** script_quote() - a string as a word of a shell. */
const char *script_quote(struct arena *arena, const char *text);

/** script_ops() - read the plan. Return: 0, or -1. */
int script_ops(struct script *script, struct err *err) MUST_CHECK;

/** script_op_of() - the operation that fills a slot; NULL: none. */
const struct script_op *script_op_of(const struct script *script, unsigned slot);

/** script_tell() - notes for what kiln-run does before QEMU starts. */
void script_tell(struct script *script);

/** script_attach() - make an operation attach the tap or macvtap that the image knows; those before are read. */
void script_attach(struct script *script, struct script_op *each);

/** script_tell_network() - the note of an operation network. */
void script_tell_network(struct script *script, const struct op *op);

/** script_made() - a check that an interface is there, and else how it is made. */
void script_made(struct script *script, const char *variable, const char *owner, const char *how);

/** script_macvtap() - the command that makes a macvtap. */
const char *script_macvtap(struct script *script, const struct op_macvtap *macvtap);

/** script_argument() - append an argument to the body. */
void script_argument(struct script *script, struct img_text text);

#endif
