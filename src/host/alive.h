/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alive.h - whether a VM is alive, which process it is, its end, and commands for its monitors.
 *
 * Truth is the lock: as long as it is held the VM is alive, whatever the state file says.
 */
#ifndef KILN_HOST_ALIVE_H
#define KILN_HOST_ALIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "host/qmp_client.h"
#include "host/rundir.h"
#include "host/state.h"

#define ALIVE_SETTLE_MS 5000 /* for who holds the lock without being the VM: up, down, the reaper */
#define ALIVE_ASK_MS    2000 /* for the answer of a monitor */
#define ALIVE_QUIT_MS   5000 /* for the end after `quit`, and after a signal */

/** alive_pause() - a moment between two looks. */
void alive_pause(void);

/** alive_is() - whether the lock is held by another. */
bool alive_is(const struct rundir *dir);

/**
 * alive_wait_end() - wait until the process has ended and the lock is free.
 * @dir: located.
 * @pidfd: of the process, or -1 where none is known.
 * @deadline: of proc_now_ms().
 *
 * Return: whether the VM has ended.
 */
bool alive_wait_end(const struct rundir *dir, int pidfd, int64_t deadline);

/**
 * alive_process() - the process behind the lock, with what the state file says.
 * @dir: open.
 * @state: loaded.
 * @ret_pidfd: -1: none was found.
 * @err: ERR_HOST.
 *
 * Where none is recorded, or one that is gone, somebody cleans after it or another `up` is about to write
 * its own: a moment later there is a VM or nothing, so it waits for ALIVE_SETTLE_MS at most.
 *
 * Return: 0, or -1.
 */
int alive_process(const struct rundir *dir, struct state *state, int *ret_pidfd,
		  struct err *err) MUST_CHECK;

/**
 * alive_end() - end the VM without asking the guest: by its monitor, by SIGTERM, by SIGKILL.
 * @dir: located.
 * @socket: the monitor to use.
 * @pidfd: of the process, or -1: then no signal is sent.
 *
 * Return: whether it has ended.
 */
bool alive_end(const struct rundir *dir, const char *socket, int pidfd);

/**
 * alive_ask() - one command without arguments to a monitor of the VM.
 * @dir: located.
 * @socket: QMP_SOCKET or QMP_DOWN_SOCKET.
 * @command: its name.
 * @ret_reply: the object that has the key "return", valid until the next call.
 *
 * Return: as qmp_client_ask().
 */
int alive_ask(const struct rundir *dir, const char *socket, const char *command,
	      struct qmp_reply *ret_reply) MUST_CHECK;

/**
 * alive_control_lock() - wait for the lock of the monitor QMP_SOCKET.
 * @dir: open.
 * @deadline: of proc_now_ms().
 * @ret_fd: holds the lock, or waits for it, until it is closed; -1 where the file cannot be made.
 *
 * Return: 0 locked, -ETIMEDOUT another has it, or another negative errno.
 */
int alive_control_lock(const struct rundir *dir, int64_t deadline, int *ret_fd);

#endif
