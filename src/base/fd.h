/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fd.h - descriptors: whole reads and writes, and closing on every way out.
 *
 * These functions speak errno, not struct err: only the caller knows what the descriptor is.
 */
#ifndef KILN_BASE_FD_H
#define KILN_BASE_FD_H

#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"

/* `CLEANUP_FD int fd = open(...)`: closed when the scope is left; a negative value is not. */
#define CLEANUP_FD __attribute__((cleanup(fd_cleanup)))

/** fd_cleanup() - what CLEANUP_FD calls; keeps errno. */
void fd_cleanup(const int *fd);

/** fd_take() - hand a CLEANUP_FD descriptor on: returns it and leaves -1 behind. */
int fd_take(int *fd);

/**
 * fd_read_all() - read until @len bytes or the end of the file.
 *
 * Return: bytes read, less than @len only at the end; -1 with errno.
 */
ssize_t fd_read_all(int fd, void *buf, size_t len) MUST_CHECK;

/** fd_pread_all() - the same from @offset, without moving the position. */
ssize_t fd_pread_all(int fd, void *buf, size_t len, off_t offset) MUST_CHECK;

/** fd_write_all() - write all @len bytes. Return: 0, or -1 with errno. */
int fd_write_all(int fd, const void *buf, size_t len) MUST_CHECK;

/** fd_pwrite_all() - write all @len bytes at @offset, without moving the position. */
int fd_pwrite_all(int fd, const void *buf, size_t len, off_t offset) MUST_CHECK;

/**
 * fd_read_file() - read a small file whole.
 * @path: opened read-only.
 * @buf: receives the bytes and a NUL.
 * @size: bytes in @buf; the file must have fewer.
 *
 * Return: bytes read; -1 with errno, EFBIG when the file does not fit.
 */
ssize_t fd_read_file(const char *path, char *buf, size_t size) MUST_CHECK;

#endif
