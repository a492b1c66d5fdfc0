/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rundir.c - make, lock, empty and remove a run directory.
 *
 * The lock file is removed with its directory, so whoever gets the lock looks whether the file is
 * still linked: a lock on a removed file is no lock.
 */
#include "host/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/ident.h"
#include "host/lines.h"
#include "host/proc.h"
#include "host/state.h"

#define ROOT_BASE  "/run/kiln"
#define BASE_LOCK  ".lock"
#define LOCK_TRIES 100

static int refuse(struct err *err, int sys_errno, const char *path)
{
	err_sys(err, ERR_HOST, sys_errno, "%s", path);
	err_why(err, "Each VM has a run directory for its lock, its state and its sockets.");
	err_fix(err,
		sys_errno == ENOSPC
			? "Make room on its file system (df and df -i of %s)."
			: "Start the VM as root, or as a user who owns a writable XDG_RUNTIME_DIR.",
		path);
	return -1;
}

/* What was begun of a directory that cannot be finished; one that has a file is somebody's. */
static int unmake_refuse(struct err *err, int sys_errno, const char *path)
{
	(void)rmdir(path);
	return refuse(err, sys_errno, path);
}

/*
 * The loader reads the environment here and for credentials (secret.c). secure_getenv(): a program that gained
 * privilege by its file's mode must not be told by its caller where it writes.
 */
static const char *base_directory(void)
{
	return geteuid() == 0 ? NULL : secure_getenv("XDG_RUNTIME_DIR");
}

int rundir_locate(struct rundir *dir, const char *vm, struct err *err)
{
	const char *xdg = base_directory();

	dir->fd = dir->lock = -1;
	if (!ident_is_valid(IDENT_VM_NAME, vm)) {
		err_set(err, ERR_USAGE, "\"%s\" is not the name of a VM", vm);
		err_why(err, "%s", ident_rule(IDENT_VM_NAME));
		err_fix(err, "`kiln-run show IMAGE` prints the name; /run/kiln holds those that "
			     "run.");
		return -1;
	}
	if (geteuid() != 0 && (!xdg || xdg[0] != '/')) {
		err_set(err, ERR_HOST, "XDG_RUNTIME_DIR is not set to an absolute path");
		err_why(err, "Without root, the run directory of a VM is $XDG_RUNTIME_DIR/kiln/"
			     "NAME.");
		err_fix(err, "export XDG_RUNTIME_DIR=/run/user/%ld, or run as root.",
			(long)geteuid());
		return -1;
	}
	if (geteuid() == 0)
		(void)snprintf(dir->base, sizeof(dir->base), "%s", ROOT_BASE);
	else if (snprintf(dir->base, sizeof(dir->base), "%s/kiln", xdg) >= (int)sizeof(dir->base))
		return refuse(err, ENAMETOOLONG, xdg);
	if (snprintf(dir->path, sizeof(dir->path), "%s/%s", dir->base, vm) >=
	    (int)sizeof(dir->path))
		return refuse(err, ENAMETOOLONG, dir->base);
	return 0;
}

/* A directory of another user would let that user forge the state file. */
static int owned_open(const char *path, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : refuse(err, errno, path);
	if (fstat(fd, &st) || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH))) {
		(void)close(fd);
		err_set(err, ERR_HOST, "%s is owned by another user or writable by others", path);
		err_why(err, "What its state file says is deleted from this host, so nobody else "
			     "may write it.");
		err_fix(err,
			"Look who made it (ls -ld %s); then remove it, or make it yours "
			"alone.",
			path);
		return -1;
	}
	return fd;
}

/* Return: 0 locked and linked, 1 held by another, 2 the file was removed, or -errno. */
static int lock_take(int fd, int operation)
{
	struct stat st;
	int ret;

	do {
		ret = flock(fd, operation);
	} while (ret && errno == EINTR);
	if (ret)
		return errno == EWOULDBLOCK ? 1 : -errno;
	if (fstat(fd, &st))
		return -errno;
	return st.st_nlink ? 0 : 2;
}

/* The directory of all VMs: one that another user owns would let that user exchange what is in it. */
int rundir_base_open(const struct rundir *dir, struct err *err)
{
	mode_t mode = geteuid() == 0 ? 0755 : 0700;
	int fd = owned_open(dir->base, err);

	if (fd != -ENOENT)
		return fd;
	if (mkdir(dir->base, mode) && errno != EEXIST)
		return refuse(err, errno, dir->base);
	/* Whatever the caller's umask, the run user must be able to pass through. */
	fd = owned_open(dir->base, err);
	if (fd >= 0 && fchmod(fd, mode)) {
		(void)refuse(err, errno, dir->base);
		(void)close(fd);
		return -1;
	}
	return fd == -ENOENT ? refuse(err, ENOENT, dir->base) : fd;
}

static int directory_make(struct rundir *dir, gid_t gid, struct err *err)
{
	CLEANUP_FD int base = rundir_base_open(dir, err);
	struct stat st;

	if (base < 0)
		return -1;
	if (mkdir(dir->path, 0700) && errno != EEXIST)
		return refuse(err, errno, dir->path);
	dir->fd = owned_open(dir->path, err);
	if (dir->fd < 0)
		return dir->fd;
	if (fstat(dir->fd, &st))
		return refuse(err, errno, dir->path);
	if ((st.st_gid != gid && fchown(dir->fd, (uid_t)-1, gid)) ||
	    ((st.st_mode & 07777) != 0710 && fchmod(dir->fd, 0710)))
		return unmake_refuse(err, errno, dir->path);
	return 0;
}

/*
 * For reading: locking needs no more, and QEMU, which gets the descriptor, must not be able to fill
 * the file system of /run through it.
 */
static int lock_open(int dir, int make)
{
	return openat(dir, LOCK_FILE, O_RDONLY | make | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int rundir_create(struct rundir *dir, gid_t gid, struct err *err)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		int ret = directory_make(dir, gid, err);

		if (ret == -ENOENT)
			continue; /* removed between mkdir and open by who ended the VM */
		if (ret)
			return -1;
		dir->lock = lock_open(dir->fd, O_CREAT);
		if (dir->lock < 0 && errno != ENOENT)
			return unmake_refuse(err, errno, dir->path);
		ret = dir->lock < 0 ? 2 : lock_take(dir->lock, LOCK_EX | LOCK_NB);
		if (ret == 0)
			return 0;
		rundir_close(dir);
		if (ret == 1)
			return 1;
		if (ret < 0)
			return refuse(err, -ret, dir->path);
	}
	return refuse(err, EBUSY, dir->path);
}

int rundir_open(struct rundir *dir, enum rundir_open how, struct err *err)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		int ret;

		dir->fd = owned_open(dir->path, err);
		if (dir->fd < 0)
			return dir->fd == -ENOENT ? 2 : -1;
		dir->lock = lock_open(dir->fd, how == RUNDIR_TRY ? O_CREAT : 0);
		if (dir->lock < 0 && errno != ENOENT)
			return refuse(err, errno, dir->path);
		if (dir->lock < 0 && how == RUNDIR_LOOK)
			return 0;
		ret = dir->lock < 0 ? 2 : lock_take(dir->lock, LOCK_EX | LOCK_NB);
		if (ret == 0)
			return 0;
		if (ret == 1) {
			rundir_unlock(dir);
			return 1;
		}
		rundir_close(dir);
		if (ret < 0)
			return refuse(err, -ret, dir->path);
	}
	return refuse(err, EBUSY, dir->path);
}

static int empty_refuse(const struct rundir *dir, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "cannot empty %s", dir->path);
	err_why(err, "The run directory of an ended VM holds only files of kiln-run.");
	err_fix(err, "Look what is in it and remove it by hand: rm -r %s.", dir->path);
	return -1;
}

static int foreign_find(void *arg, const char *name)
{
	const int *dir = arg;
	struct stat st;

	if (fstatat(*dir, name, &st, AT_SYMLINK_NOFOLLOW) && errno == ENOENT)
		return 0;
	return S_ISDIR(st.st_mode);
}

static int write_check(const char *path, struct err *err)
{
	return faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) ? refuse(err, errno, path) : 0;
}

int rundir_check(const struct rundir *dir, struct err *err)
{
	CLEANUP_FD int base = owned_open(dir->base, err);
	char parent[RUNDIR_PATH_MAX];
	int ret;

	if (base == -ENOENT) {
		(void)snprintf(parent, sizeof(parent), "%s", dir->base);
		parent[strrchr(parent, '/') - parent + 1] = '\0';
		return write_check(parent, err);
	}
	if (base < 0)
		return -1;
	if (dir->fd < 0)
		return write_check(dir->base, err);
	if (lseek(dir->fd, 0, SEEK_SET) < 0)
		return refuse(err, errno, dir->path);
	ret = dir_walk(dir->fd, foreign_find, (int[]){dir->fd});
	return ret ? empty_refuse(dir, ret < 0 ? -ret : EISDIR, err) : 0;
}

struct removal {
	int dir, sys_errno;
};

static int entry_remove(void *arg, const char *name)
{
	struct removal *removal = arg;

	if (!strcmp(name, LOCK_FILE))
		return 0;
	if (unlinkat(removal->dir, name, 0) && errno != ENOENT)
		removal->sys_errno = errno;
	return 0;
}

int rundir_empty(const struct rundir *dir, struct err *err)
{
	struct removal removal = {.dir = dir->fd};
	int ret;

	if (lseek(dir->fd, 0, SEEK_SET) < 0)
		return refuse(err, errno, dir->path);
	ret = dir_walk(dir->fd, entry_remove, &removal);
	if (ret < 0 || removal.sys_errno)
		return empty_refuse(dir, ret < 0 ? -ret : removal.sys_errno, err);
	return 0;
}

int rundir_remove(struct rundir *dir, struct err *err)
{
	if (rundir_empty(dir, err))
		return -1;
	/* Last, and still locked: until here nobody else takes the directory for theirs. */
	if ((unlinkat(dir->fd, LOCK_FILE, 0) && errno != ENOENT) ||
	    (rmdir(dir->path) && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST))
		return refuse(err, errno, dir->path);
	rundir_close(dir);
	return 0;
}

void rundir_unlock(struct rundir *dir)
{
	if (dir->lock >= 0)
		(void)close(dir->lock);
	dir->lock = -1;
}

void rundir_close(struct rundir *dir)
{
	rundir_unlock(dir);
	if (dir->fd >= 0)
		(void)close(dir->fd);
	dir->fd = -1;
}

int rundir_base_lock(const struct rundir *dir, struct err *err)
{
	char path[RUNDIR_PATH_MAX + sizeof(BASE_LOCK)];
	int fd, ret;

	(void)snprintf(path, sizeof(path), "%s/%s", dir->base, BASE_LOCK);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return refuse(err, errno, path);
	ret = lock_take(fd, LOCK_EX);
	if (ret) {
		(void)close(fd);
		return refuse(err, ret < 0 ? -ret : ESTALE, path);
	}
	return fd;
}

struct search {
	const struct rundir *dir;
	const char *line, *self;
	int base, sys_errno;
};

/* A state file that vanishes or cannot be read belongs to a VM that is ending or not ours. */
static int other_search(void *arg, const char *name)
{
	static struct lines lines;
	struct search *search = arg;
	char path[RUNDIR_PATH_MAX];
	char *line;

	if (name[0] == '.' || !strcmp(name, search->self) ||
	    snprintf(path, sizeof(path), "%s/%s", name, STATE_FILE) >= (int)sizeof(path))
		return 0;
	CLEANUP_FD int fd = openat(search->base, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return 0;
	lines_begin(&lines, fd);
	while (lines_next(&lines, &line) == 1)
		if (!strncmp(line, search->line, strlen(search->line)))
			return 1;
	return 0;
}

int rundir_others_record(const struct rundir *dir, const char *line, struct err *err)
{
	struct search search = {.dir = dir, .line = line, .self = strrchr(dir->path, '/') + 1};
	int ret;

	search.base = open(dir->base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (search.base < 0)
		return refuse(err, errno, dir->base);
	ret = dir_walk(search.base, other_search, &search);
	(void)close(search.base);
	return ret < 0 ? refuse(err, -ret, dir->base) : ret;
}
