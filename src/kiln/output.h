/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.h - the files of one run: all of them appear, or none.
 */
#ifndef KILN_KILN_OUTPUT_H
#define KILN_KILN_OUTPUT_H

#include "base/err.h"
#include "image/ops.h"
#include "model/arena.h"

#define OUTPUT_MAX (PAYLOAD_MAX + 16)

/** enum output_care - whether a loss of power after the run may leave an empty file. */
enum output_care {
	OUTPUT_KEPT, /* no: on the disk before it has its name */
	OUTPUT_DERIVED, /* yes: the same configuration gives it again; a sync costs up to 10 ms */
};

/**
 * struct output - files being written in one folder. Zero-initialise, then output_open().
 *
 * Each is written under ".FILE.tmp" and renamed when all are complete. Ctrl-C and every failure
 * remove the temporary files; what a SIGKILL leaves is overwritten by the next run.
 */
struct output {
	struct arena *arena;
	const char *dir;
	struct {
		const char *temp, *final;
		int fd;
		enum output_care care;
	} file[OUTPUT_MAX];
	size_t count;
};

/** output_open() - use @dir, made when absent with one missing level. Return: 0, or -1. */
int output_open(struct output *out, struct arena *arena, const char *dir,
		struct err *err) MUST_CHECK;

/** output_file() - begin a file that is kept. Return: a descriptor owned by @out, or -1. */
int output_file(struct output *out, const char *name, struct err *err) MUST_CHECK;

/** output_text() - a whole file of text. Return: 0, or -1. */
int output_text(struct output *out, const char *name, const char *text, enum output_care care,
		struct err *err) MUST_CHECK;

/** output_executable() - who may read the file may start it. Return: 0, or -1. */
int output_executable(int fd, const char *name, struct err *err) MUST_CHECK;

/**
 * output_link() - a symbolic link in a sub-folder that belongs to this run, replaced when it is there.
 *
 * For convenience beside the results: not part of what appears all or not at all.
 * Return: 0, or -1.
 */
int output_link(struct output *out, const char *folder, const char *name, const char *target,
		struct err *err) MUST_CHECK;

/** output_commit() - sync what is kept, then rename all files. Return: 0, or -1 and nothing new is there. */
int output_commit(struct output *out, struct err *err) MUST_CHECK;

/** output_abort() - remove the temporary files; nothing after output_commit(). */
void output_abort(struct output *out);

#endif
