/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache.c - what an earlier check learnt of a QEMU: the file .qemu-HASH beside the run directories.
 *
 *   kiln-qemu 1 DEVICE INODE SIZE SECONDS.NANOSECONDS PATH
 *   + KIND NAME        it has this
 *   ! KIND NAME        it has this, and its makers are going to take it away
 *
 * Another file at the path, or the same one written anew, is another QEMU. What was lacking is not kept:
 * a package with modules may bring it while the program stays as it is. Nothing is trusted that another
 * user could have written, and nothing fails for want of a cache.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "image/checksum.h"
#include "run/needs.h"

#define CACHE_BYTES (1u << 18)
#define HEAD_MAX    512

static char cache[CACHE_BYTES + 1];

struct place {
	struct rundir dir;
	char name[40], head[HEAD_MAX];
};

/* Where the cache of this QEMU is, and how its first line reads. Return: 0, or -1. */
static int place_find(const struct run *run, struct place *place)
{
	const char *qemu = run->img.meta[META_QEMU];
	struct img_checksum sum;
	struct stat st;
	struct err ignored;
	int len;

	if (stat(qemu, &st) || rundir_locate(&place->dir, run->img.meta[META_NAME], &ignored))
		return -1;
	img_checksum_begin(&sum);
	img_checksum_add(&sum, qemu, strlen(qemu));
	(void)snprintf(place->name, sizeof(place->name), ".qemu-%016llx",
		       (unsigned long long)img_checksum_end(&sum));
	len = snprintf(place->head, sizeof(place->head),
		       "kiln-qemu 1 %llx %llu %llu %lld.%09ld %s\n", (unsigned long long)st.st_dev,
		       (unsigned long long)st.st_ino, (unsigned long long)st.st_size,
		       (long long)st.st_mtim.tv_sec, (long)st.st_mtim.tv_nsec, qemu);
	return len < (int)sizeof(place->head) ? 0 : -1;
}

/* Reads the file to @cache, which ends with a NUL. Return: 0; -1 where there is none for this QEMU. */
static int load(const struct place *place)
{
	CLEANUP_FD int base =
		open(place->dir.base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP_FD int fd = -1;
	struct stat st;
	ssize_t got;

	cache[0] = '\0';
	if (base >= 0)
		fd = openat(base, place->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)))
		return -1;
	got = fd_pread_all(fd, cache, CACHE_BYTES, 0);
	cache[got > 0 ? got : 0] = '\0';
	if (strncmp(cache, place->head, strlen(place->head)) == 0)
		return 0;
	cache[0] = '\0';
	return -1;
}

static int line_of(char *line, size_t size, char sign, const struct need *need)
{
	return snprintf(line, size, "\n%c %s %.*s\n", sign, need_word(need->kind),
			(int)need->name_len, need->name);
}

static bool is_kept(char sign, const struct need *need)
{
	char line[NEED_NAME_MAX + 40];

	(void)line_of(line, sizeof(line), sign, need);
	return strstr(cache, line);
}

void cache_read(const struct run *run, const struct need *needs, enum verdict *verdicts,
		unsigned count)
{
	struct place place;

	if (place_find(run, &place) || load(&place))
		return;
	for (unsigned i = 0; i < count; i++) {
		if (is_kept('+', &needs[i]))
			verdicts[i] = VERDICT_HAS;
		else if (is_kept('!', &needs[i]))
			verdicts[i] = VERDICT_DEPRECATED;
	}
}

/* Adds the lines that are new behind the old ones. Return: bytes of the whole, or 0: it is full. */
static size_t merge(const struct need *needs, const enum verdict *verdicts, unsigned count,
		    const char *head)
{
	char line[NEED_NAME_MAX + 40];
	size_t len = strlen(cache);

	if (!len)
		len = (size_t)snprintf(cache, CACHE_BYTES, "%s", head);
	for (unsigned i = 0; i < count; i++) {
		char sign = verdicts[i] == VERDICT_DEPRECATED ? '!' : '+';
		/* Each line begins with the line feed of the one before. */
		int add = line_of(line, sizeof(line), sign, &needs[i]) - 1;

		if (verdicts[i] == VERDICT_LACKS || is_kept(sign, &needs[i]))
			continue;
		if (len + (size_t)add >= CACHE_BYTES)
			return 0;
		memcpy(cache + len, line + 1, (size_t)add + 1);
		len += (size_t)add;
	}
	return len;
}

void cache_write(const struct run *run, const struct need *needs, const enum verdict *verdicts,
		 unsigned count)
{
	struct place place;
	char fresh[sizeof(place.name) + 8];
	struct err ignored;
	size_t len;

	if (place_find(run, &place))
		return;
	(void)load(&place);
	len = merge(needs, verdicts, count, place.head);
	if (!len)
		return;
	CLEANUP_FD int base = rundir_base_open(&place.dir, &ignored);
	CLEANUP_FD int fd = -1;

	(void)snprintf(fresh, sizeof(fresh), "%s.new", place.name);
	if (base >= 0) {
		(void)unlinkat(base, fresh, 0);
		fd = openat(base, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    0600);
	}
	if (fd < 0)
		return;
	if (fd_write_all(fd, cache, len) || renameat(base, fresh, base, place.name))
		(void)unlinkat(base, fresh, 0);
}
