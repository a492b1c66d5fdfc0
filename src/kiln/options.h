/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h - the options of the commands that run the pipeline: compose, check, budget, explain.
 */
#ifndef KILN_KILN_OPTIONS_H
#define KILN_KILN_OPTIONS_H

#include "kiln/command.h"
#include "kiln/pipeline.h"

/* What a command takes beside the common options. */
#define OPTIONS_OUTPUT (1u << 0) /* --output, --loader */
#define OPTIONS_LOCK   (1u << 1) /* --write-lock, --forget */
#define OPTIONS_IMAGE  (1u << 2) /* --image, --json, and one argument */

/**
 * struct options - a parsed command line.
 * @pipeline: for pipeline_load(); defaults filled in.
 * @write_lock: --write-lock.
 * @image, @form: --image and --json. @name: the argument, or NULL.
 */
struct options {
	struct pipeline_options pipeline;
	bool write_lock;
	const char *image, *name;
	enum output_form form;
};

/**
 * options_parse() - read a command line.
 * @argc, @argv: argv[0] is the command's name.
 * @takes: OPTIONS_*; another option of the table is an error.
 * @arena: for defaults.
 * @ret: filled.
 * @errs: gets what is wrong.
 *
 * Return: 0, or -1.
 */
int options_parse(int argc, char **argv, unsigned takes, struct arena *arena, struct options *ret,
		  struct err_list *errs) MUST_CHECK;

#endif
