/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * needs.h - what the parts of `check` that ask the target's QEMU share. Private to run/.
 */
#ifndef KILN_RUN_NEEDS_H
#define KILN_RUN_NEEDS_H

#include "base/json.h"
#include "host/qmp_client.h"
#include "run/run.h"

enum verdict { VERDICT_UNKNOWN, VERDICT_HAS, VERDICT_DEPRECATED, VERDICT_LACKS };

/** struct qemu_session - a QEMU without a machine that answers QMP; @pid 0 = none. */
struct qemu_session {
	const struct run *run;
	pid_t pid;
	unsigned count;
	int64_t deadline;
	struct qmp_client qmp;
};

/**
 * qemu_begin() - start the image's QEMU as its run user, with nothing of this host but a socket.
 * @session: zero but @run.
 * @accel: "tcg", or that of the host.
 *
 * Return: 0, or a negative errno.
 */
int qemu_begin(struct qemu_session *session, const char *accel) MUST_CHECK;

/**
 * qemu_ask() - run a command.
 * @command: its name.
 * @key: name of its argument, or NULL.
 * @value: of the argument; a word of an image.
 * @ret_reply: as qmp_client_ask().
 *
 * Return: 0, or a negative errno as qmp_client_ask().
 */
int qemu_ask(struct qemu_session *session, const char *command, const char *key, const char *value,
	     struct qmp_reply *ret_reply) MUST_CHECK;

/** qemu_end() - end it; nothing happens when there is none. */
void qemu_end(struct qemu_session *session);

/** struct reply_at - a place in a reply: @token was read last by @reader. */
struct reply_at {
	struct json_reader reader;
	struct json_token token;
};

/** reply_return() - the value of the key "return". Return: 1, or 0. */
int reply_return(const struct qmp_reply *reply, struct reply_at *ret);

/** reply_member() - at an object: the value of @key. Return: 1, or 0. */
int reply_member(const struct reply_at *object, const char *key, struct reply_at *ret);

/**
 * reply_pick() - at a list of objects: the one whose member @key is the string @value.
 * @want: another key of it, or NULL.
 * @ret: the value of @want; JSON_NULL where it has none.
 *
 * Return: 1, or 0.
 */
int reply_pick(const struct reply_at *list, const char *key, const char *value, const char *want,
	       struct reply_at *ret);

/** reply_lists() - at a list of strings: whether @word is among them. */
bool reply_lists(const struct reply_at *list, const char *word);

/** schema_has() - whether the answer of query-qmp-schema has a path (image/needs.h). */
bool schema_has(const struct qmp_reply *schema, const char *path);

/**
 * cache_read() - verdicts of an earlier check, where the QEMU is the same file.
 * @needs: @count lines; @verdicts: those that are known are filled.
 */
void cache_read(const struct run *run, const struct need *needs, enum verdict *verdicts,
		unsigned count);

/** cache_write() - keep the verdicts; without a place for them nothing is kept. */
void cache_write(const struct run *run, const struct need *needs, const enum verdict *verdicts,
		 unsigned count);

#endif
