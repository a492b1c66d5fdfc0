/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * open.c - open an image that a person named. Checking it is the reader's.
 */
#include "kiln/open.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct img *image_open(const char *path, struct arena *arena, struct err *err)
{
	size_t size = META_BYTES_MAX + (64u << 10);
	struct img *img = arena_alloc(arena, sizeof(*img));
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		(void)err_sys(err, ERR_IMAGE, errno, "%s", path);
		err_why(err, "The image is read from this file.");
		err_fix(err, "Give the path of an image that `kiln compose` wrote.");
		return NULL;
	}
	if (img_open(img, fd, path, arena_alloc(arena, size), size, err) == 0)
		return img;
	(void)close(fd);
	return NULL;
}
