/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rundir.h - the run directory of a VM: /run/kiln/NAME, or $XDG_RUNTIME_DIR/kiln/NAME without root.
 *
 *   lock      flock'ed by a descriptor that QEMU inherits: locked = the VM is alive
 *   state     host/state.h
 *   qmp       monitor for kiln-ctl, serialised by a lock on qmp.lock
 *   qmp-down  monitor for `kiln-run down`: a second client of one socket gets no greeting
 *
 * Beside them stands /run/kiln/.qemu-HASH, what `check` learnt of a QEMU (run/cache.c).
 *
 * The directory belongs to who started the VM, and the user that QEMU runs as can only pass
 * through it: a QEMU that was broken into must not be able to say what root shall delete.
 */
#ifndef KILN_HOST_RUNDIR_H
#define KILN_HOST_RUNDIR_H

#include <sys/types.h>

#include "base/err.h"

#define RUNDIR_PATH_MAX 256
#define LOCK_FILE       "lock"
#define QMP_LOCK_FILE   "qmp.lock"
#define QMP_SOCKET      "qmp"
#define QMP_DOWN_SOCKET "qmp-down"

/**
 * struct rundir - a run directory.
 * @base: the directory of all VMs, e.g. /run/kiln.
 * @path: BASE/NAME.
 * @fd: of @path, or -1.
 * @lock: the locked descriptor of `lock`, or -1.
 */
struct rundir {
	char base[RUNDIR_PATH_MAX], path[RUNDIR_PATH_MAX];
	int fd, lock;
};

/**
 * rundir_locate() - say where the run directory of @vm is, without touching anything.
 * @dir: filled; both descriptors are -1.
 * @vm: name of the VM, checked.
 * @err: ERR_USAGE for a bad name, ERR_HOST without root and without XDG_RUNTIME_DIR.
 *
 * Return: 0, or -1.
 */
int rundir_locate(struct rundir *dir, const char *vm, struct err *err) MUST_CHECK;

/**
 * rundir_create() - make the directory where it is absent and take its lock.
 * @dir: located.
 * @gid: group whose members may pass through, so that QEMU's user reaches its sockets.
 * @err: ERR_HOST.
 *
 * Return: 0 locked, 1 the VM is alive, -1.
 */
int rundir_create(struct rundir *dir, gid_t gid, struct err *err) MUST_CHECK;

enum rundir_open { RUNDIR_TRY, RUNDIR_LOOK };

/**
 * rundir_open() - open an existing directory and take its lock, which proves that the VM has ended.
 * @dir: located.
 * @how: RUNDIR_LOOK: make nothing; where the lock file is absent, @dir->lock stays -1.
 * @err: ERR_HOST.
 *
 * Waits for nothing. The lock may also be held for a moment by who looks or cleans.
 *
 * Return: 0 not held by another, 1 held (@dir->fd is open, @dir->lock is not), 2 there is none, -1.
 */
int rundir_open(struct rundir *dir, enum rundir_open how, struct err *err) MUST_CHECK;

/**
 * rundir_check() - whether rundir_create() and rundir_empty() would work; changes nothing.
 * @dir: located; open where the directory is there.
 * @err: ERR_HOST.
 *
 * Return: 0, or -1.
 */
int rundir_check(const struct rundir *dir, struct err *err) MUST_CHECK;

/** rundir_empty() - remove every file but the lock. Return: 0, or -1 with ERR_HOST. */
int rundir_empty(const struct rundir *dir, struct err *err) MUST_CHECK;

/** rundir_remove() - remove the locked directory with all that is in it. Return: 0, or -1. */
int rundir_remove(struct rundir *dir, struct err *err) MUST_CHECK;

/** rundir_unlock() - give the lock back and keep the directory open. */
void rundir_unlock(struct rundir *dir);

/** rundir_close() - give the lock and the descriptors back. */
void rundir_close(struct rundir *dir);

/** rundir_base_open() - make the directory of all VMs where it is absent. Return: it, or -1. */
int rundir_base_open(const struct rundir *dir, struct err *err) MUST_CHECK;

/**
 * rundir_base_lock() - wait for the lock that serialises what VMs share (bridges).
 *
 * Return: a descriptor that holds it until it is closed, or -1.
 */
int rundir_base_lock(const struct rundir *dir, struct err *err) MUST_CHECK;

/**
 * rundir_others_record() - is @line in the state file of another VM of the same base directory?
 * @dir: open.
 * @line: beginning of a line, e.g. "release=bridge kilnbr0 ".
 *
 * Return: 1 yes, 0 no, or -1 with ERR_HOST.
 */
int rundir_others_record(const struct rundir *dir, const char *line, struct err *err) MUST_CHECK;

#endif
