/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show.h - print an image; the same for `kiln show` and `kiln-run show`.
 */
#ifndef KILN_IMAGE_SHOW_H
#define KILN_IMAGE_SHOW_H

#include "image/facts.h"

enum show_what {
	SHOW_TEXT, /* everything, for people */
	SHOW_JSON, /* everything, for programs */
	SHOW_ARGV, /* the command line as kiln-run executes it, one argument a line */
	SHOW_SHELL, /* the command line as a shell can start it, one argument a line */
	SHOW_SECTION, /* one section as it is */
};

/**
 * img_show() - print to standard output.
 * @facts: the image and what is known of the place; mode FACTS_SHOW.
 * @what: which view.
 * @section: name for SHOW_SECTION, e.g. "DOMAIN".
 * @err: on failure.
 *
 * Sections ARGV and PLAN are binary in the image and printed as text: the template's arguments with
 * marks as {kind:number}, and the steps.
 *
 * Return: 0, or -1.
 */
int img_show(const struct facts *facts, enum show_what what, const char *section,
	     struct err *err) MUST_CHECK;

#endif
