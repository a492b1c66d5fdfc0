/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path.h - open a path for root without being led astray by somebody else's symbolic link.
 */
#ifndef KILN_HOST_PATH_H
#define KILN_HOST_PATH_H

#include <sys/types.h>

#include "base/attr.h"

/**
 * path_open() - open(2), but where root opens, follow only symbolic links that belong to root.
 * @path: absolute, shorter than IDENT_PATH_MAX.
 * @flags: of open(2); with O_CREAT the mode is 0640.
 * @ret_owner: set with -EPERM: whose link it was that was not followed; otherwise (uid_t)-1.
 *
 * Disks and logs stand where the user that QEMU runs as may write. Opened by root, a link that a
 * broken-out QEMU put in their place would hand it any file of this host.
 *
 * Return: a descriptor, or a negative errno.
 */
int path_open(const char *path, int flags, uid_t *ret_owner) MUST_CHECK;

#endif
