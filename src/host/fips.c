/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fips.c - read the kernel's switch.
 */
#include "host/fips.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

bool fips_enabled(const char *path)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[4];

	return fd >= 0 && read(fd, text, sizeof(text)) == 2 && memcmp(text, "1\n", 2) == 0;
}
