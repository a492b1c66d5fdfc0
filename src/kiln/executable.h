/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * executable.h - the loader in front of an image: one file to copy to the target.
 */
#ifndef KILN_KILN_EXECUTABLE_H
#define KILN_KILN_EXECUTABLE_H

#include "kiln/output.h"

/**
 * executable_write() - write loader and image into one executable file.
 * @out: where the file NAME belongs.
 * @name: the VM's name.
 * @loader: a kiln-run for the target, or NULL to look where a build and an installation have it.
 * @arch: the target's architecture, as uname -m says it.
 * @image: the image, complete; it is read from its start.
 * @err: ERR_CONFIG when no loader for @arch is there, ERR_HOST when writing failed.
 *
 * A reader finds an image from the end of its file (image/FORMAT.md), so the file is an image like
 * any other to every command.
 *
 * Return: 0, or -1.
 */
int executable_write(struct output *out, const char *name, const char *loader, const char *arch,
		     int image, struct err *err) MUST_CHECK;

#endif
