/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scratch.h - a folder for the files of one run, which go away with it, also on Ctrl-C.
 */
#ifndef KILN_KILN_SCRATCH_H
#define KILN_KILN_SCRATCH_H

#include "base/err.h"
#include "model/arena.h"

/** struct scratch - zero-initialise; scratch_remove() ends it. */
struct scratch {
	struct arena *arena;
	const char *dir;
	const char **paths;
	size_t count, room;
};

/** scratch_open() - make an empty folder of our own below /tmp. Return: 0, or -1. */
int scratch_open(struct scratch *scratch, struct arena *arena, struct err *err) MUST_CHECK;

/**
 * scratch_file() - make a new file in it.
 * @scratch: open.
 * @name: a file name.
 * @ret_path: its path; may be NULL.
 * @err: ERR_HOST.
 *
 * Return: a descriptor for writing, which the caller closes, or -1.
 */
int scratch_file(struct scratch *scratch, const char *name, const char **ret_path,
		 struct err *err) MUST_CHECK;

/** scratch_error() - a call on a file of the folder failed with errno. Return: always -1. */
int scratch_error(struct err *err, int error, const char *verb, const char *path);

/** scratch_remove() - remove the files and the folder; nothing when none was made. */
void scratch_remove(struct scratch *scratch);

#endif
