/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pipeline.h - the way of the data: .config -> model -> layout -> emission.
 *
 * Each stage ends with the errors of its whole pass collected; the next one starts only when there
 * are none. After the options are read there is no clock, no random, no environment, no host
 * look-up (DESIGN.md, a pure middle).
 */
#ifndef KILN_KILN_PIPELINE_H
#define KILN_KILN_PIPELINE_H

#include "config/cfg.h"
#include "image/writer.h"
#include "layout/layout.h"
#include "layout/lock.h"
#include "model/emit.h"
#include "plan/plan.h"

#define DIRS_MAX 16

/**
 * struct pipeline_options - what the command line says.
 * @config: the .config or defconfig.
 * @output: folder of the results.
 * @tree: folder with Kconfig, src/, boards/ and build/kconfig/.
 * @lock: lock file; NULL = what CONFIG_LAYOUT_LOCK says.
 * @new_lock: a lock that is not there yet is no mistake: this run writes it.
 * @helper: the program kiln-kconf.
 * @loader: kiln-run for an executable image, or NULL: where builds and installations have it.
 * @forget: what the lock shall decide anew (lock_forget()), or NULL.
 * @search: where relative payload paths are looked for, ended by NULL.
 */
struct pipeline_options {
	const char *config, *output, *tree, *lock, *helper, *forget, *loader;
	const char *search[DIRS_MAX + 1];
	size_t search_count;
	bool new_lock;
};

/** struct pipeline - zero-initialise, then set @arena and @errs. */
struct pipeline {
	struct arena *arena;
	struct err_list *errs;
	const struct pipeline_options *options;
	struct cfg cfg;
	struct caps caps;
	struct board board;
	struct vm vm;
	struct lock *lock;
	const char *lock_path;
	struct caps cpu_caps;
	struct text told; /* for people, about this run; not in the image */
	struct layout layout;
	struct emit emit;
	struct plan plan;
	struct img_source_arg *args;
	size_t arg_count;
};

/** pipeline_read() - .config to a model whose values nobody has checked. Return: 0, or -1. */
int pipeline_read(struct pipeline *pipe, const struct pipeline_options *options) MUST_CHECK;

/** pipeline_load() - .config to a checked model. Return: 0, or -1 with errors collected. */
int pipeline_load(struct pipeline *pipe, const struct pipeline_options *options) MUST_CHECK;

/** pipeline_layout() - give every device its address. Return: 0, or -1. */
int pipeline_layout(struct pipeline *pipe) MUST_CHECK;

/** pipeline_emit() - build the command line and the host plan. Return: 0, or -1. */
int pipeline_emit(struct pipeline *pipe) MUST_CHECK;

#endif
