/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fips.h - whether this host is in FIPS mode, which older QEMUs must be told.
 */
#ifndef KILN_HOST_FIPS_H
#define KILN_HOST_FIPS_H

#include <stdbool.h>

#define FIPS_FILE "/proc/sys/crypto/fips_enabled"

/** fips_enabled() - whether @path holds "1" and a line feed; a kernel without the file is not in that mode. */
bool fips_enabled(const char *path);

#endif
