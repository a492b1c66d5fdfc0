/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc.h - facts about processes from /proc, and pidfds.
 */
#ifndef KILN_HOST_PROC_H
#define KILN_HOST_PROC_H

#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"

/**
 * proc_start_time() - when a process was started, in clock ticks since boot (proc(5), field 22).
 *
 * With the process id it names a process for good: an id is used again, the pair is not.
 *
 * Return: 0, or a negative errno (-ENOENT: there is no such process).
 */
int proc_start_time(pid_t pid, uint64_t *ret_ticks) MUST_CHECK;

/** proc_pidfd() - a descriptor of process @pid, close-on-exec. Return: it, or a negative errno. */
int proc_pidfd(pid_t pid) MUST_CHECK;

/** proc_pidfd_signal() - send @signal to the process behind @pidfd. Return: 0, or -errno. */
int proc_pidfd_signal(int pidfd, int signal) MUST_CHECK;

/**
 * proc_pidfd_wait() - wait for the end of the process behind @pidfd.
 * @timeout_ms: how long; -1 = for ever.
 *
 * Return: 1 it has ended, 0 it has not, or a negative errno.
 */
int proc_pidfd_wait(int pidfd, int timeout_ms) MUST_CHECK;

/** proc_now_ms() - monotonic milliseconds, for time limits only. */
int64_t proc_now_ms(void);

/** typedef dir_entry_fn - called for each name in a directory; non-zero ends the walk. */
typedef int dir_entry_fn(void *arg, const char *name);

/**
 * dir_walk() - call @fn for each entry of a directory but "." and "..".
 * @fd: of the directory, open for reading; its position moves.
 * @fn: what to call.
 * @arg: handed to @fn.
 *
 * opendir(3) allocates, and the loader has no heap.
 *
 * Return: 0, what @fn returned, or a negative errno.
 */
int dir_walk(int fd, dir_entry_fn *fn, void *arg) MUST_CHECK;

#endif
