/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aside.h - texts that a second process makes while this one goes on.
 *
 * With 1,900 devices the domain and the reports are a third of the work, and nothing else waits for
 * them. The process is a copy of this one, so it needs to be told nothing.
 */
#ifndef KILN_KILN_ASIDE_H
#define KILN_KILN_ASIDE_H

#include <stdbool.h>
#include <sys/types.h>

#include "model/arena.h"

#define ASIDE_TEXTS 3

/** struct aside - the process, and the memory file for its texts; -1 where there is none. */
struct aside {
	pid_t pid;
	int fd;
};

/**
 * aside_start() - begin.
 * @aside: to be ended with aside_finish(), whatever happens in between.
 * @make: makes the texts of @arg, or returns -1. It must open, write and print nothing.
 *
 * Where there is no process to be had, aside_finish() says that there are no texts.
 */
void aside_start(struct aside *aside, int (*make)(void *arg, const char *texts[static ASIDE_TEXTS]),
		 void *arg);

/**
 * aside_finish() - wait for the texts.
 * @arena: owns them.
 *
 * Return: whether they are there; if not, @make is to be called here, and finds what is wrong.
 */
bool aside_finish(struct aside *aside, struct arena *arena,
		  const char *texts[static ASIDE_TEXTS]) MUST_CHECK;

#endif
