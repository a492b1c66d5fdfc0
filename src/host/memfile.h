/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memfile.h - memory files that nobody can change any more, not even who holds them.
 */
#ifndef KILN_HOST_MEMFILE_H
#define KILN_HOST_MEMFILE_H

#include "base/attr.h"

/**
 * memfile_seal() - seal a memory file against every change and open it anew for reading.
 * @fd: of memfd_create() with MFD_ALLOW_SEALING; stays open.
 *
 * QEMU would attach a write-sealed memory file read-write and show the guest a writable disk that
 * fails (qemu-facts.md, section 1); so it gets a descriptor that cannot write.
 *
 * Return: the descriptor for reading, or a negative errno.
 */
int memfile_seal(int fd) MUST_CHECK;

#endif
