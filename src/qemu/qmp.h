/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qmp.h - start a QEMU on the build host and talk QMP with it; for probing and verifying.
 *
 * A child of its own with one end of a socket pair as monitor: no path, no port, nothing to clean
 * up. It dies with its parent. Its stderr is kept for messages. Not used on the way from .config
 * to the image, which asks no host.
 */
#ifndef KILN_QEMU_QMP_H
#define KILN_QEMU_QMP_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "model/arena.h"

/**
 * struct qmp - a running QEMU; @fd -1 when there is none.
 * @pid: below 0 once it has ended.
 * @refused: the last command failed because QEMU itself said no.
 */
struct qmp {
	struct arena *arena;
	const char *path;
	pid_t pid;
	int fd, log;
	unsigned timeout_s;
	bool refused;
	struct text in;
	size_t used;
};

/**
 * qmp_start() - start QEMU and take up QMP.
 * @qmp: filled; to be ended with qmp_stop() also after a failure.
 * @arena: for messages and buffers; must outlive @qmp.
 * @args: argv[0] (the program, as a path) and arguments, ended by NULL; the monitor is added.
 * @timeout_s: how long each reply may take.
 * @err: ERR_NOT_FOUND or ERR_EXEC when the program cannot be started, ERR_HOST when it is not
 *       QEMU, exits or does not answer; its last words are in the message.
 *
 * Ready means that the first command was answered: the greeting comes before devices are made.
 *
 * Return: 0, or -1.
 */
int qmp_start(struct qmp *qmp, struct arena *arena, const char *const *args, unsigned timeout_s,
	      struct err *err) MUST_CHECK;

/**
 * qmp_command() - run a command.
 * @qmp: started.
 * @name: "query-version".
 * @args: arguments, taken over; NULL = none.
 * @err: set on failure: QEMU's own refusal, or as in qmp_start().
 *
 * Return: the reply's "return", to be released with json_decref(), every number in it a real one; NULL
 * on failure.
 */
json_t *qmp_command(struct qmp *qmp, const char *name, json_t *args, struct err *err) MUST_CHECK;

/** qmp_stop() - end QEMU and release everything; nothing happens when none runs. */
void qmp_stop(struct qmp *qmp);

#endif
