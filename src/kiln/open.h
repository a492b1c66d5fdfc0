/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open.h - open an image for a sub-command.
 */
#ifndef KILN_KILN_OPEN_H
#define KILN_KILN_OPEN_H

#include "image/image.h"
#include "model/arena.h"

/**
 * image_open() - open and check an image.
 * @path: as given by the user; must outlive the image.
 * @arena: owns what is unpacked.
 * @err: ERR_IMAGE when it cannot be read or is damaged.
 *
 * Return: the image, whose descriptor stays open, or NULL.
 */
struct img *image_open(const char *path, struct arena *arena, struct err *err) MUST_CHECK;

#endif
