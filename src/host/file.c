/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * file.c - operation file: open a disk or another file and hand the descriptor over, so that the
 * user that QEMU runs as needs no permission on it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/ident.h"
#include "host/file.h"
#include "host/host.h"
#include "host/path.h"

static const char *access_word(const struct op_file *file)
{
	if (file->flags & FILE_APPEND)
		return "for writing at its end";
	if (file->flags & FILE_WRITE)
		return "for writing";
	return file->flags & FILE_READ_ONLY ? "for reading" : "for reading and writing";
}

static int access_mode(const struct op_file *file, enum file_make make)
{
	if (file->flags & FILE_APPEND)
		return O_WRONLY | O_APPEND | (make == FILE_MAKE ? O_CREAT : 0);
	/* QEMU empties it itself; a start that fails before must not cost what was there. */
	if (file->flags & FILE_WRITE)
		return O_WRONLY | (make == FILE_MAKE ? O_CREAT : 0);
	return file->flags & FILE_READ_ONLY ? O_RDONLY : O_RDWR;
}

static int open_refuse(const struct op_file *file, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "%s", file->path);
	err_why(err, "It is opened %s for device \"%s\".", access_word(file), file->owner);
	if (sys_errno == ENOENT || sys_errno == ENOTDIR)
		err_fix(err, "Put the file there, or bind another path by --set or the site file, "
			     "if the image declares a slot for it.");
	else if (sys_errno == EACCES || sys_errno == EPERM || sys_errno == EROFS)
		err_fix(err, "Give the user who runs kiln-run the permission (ls -l %s).",
			file->path);
	else
		err_fix(err, "Look whether the device or file works: ls -l %s.", file->path);
	return -1;
}

static mode_t wanted_type(const struct op_file *file)
{
	if (file->flags & FILE_BLOCK_DEVICE)
		return S_IFBLK;
	return file->flags & FILE_CHARACTER_DEVICE ? S_IFCHR : S_IFREG;
}

static int type_refuse(const struct op_file *file, struct err *err)
{
	mode_t type = wanted_type(file);
	const char *wanted = type == S_IFBLK   ? "a block device"
			     : type == S_IFCHR ? "a character device"
					       : "a regular file";

	err_set(err, ERR_HOST, "%s is not %s", file->path, wanted);
	err_why(err,
		"The image was composed for %s as device \"%s\", and QEMU would use it "
		"differently.",
		wanted, file->owner);
	err_fix(err, "Bind a path to %s, or compose the image for the other kind.", wanted);
	return -1;
}

static int link_refuse(const struct op_file *file, uid_t owner, struct err *err)
{
	err_set(err, ERR_HOST, "%s leads through a symbolic link of user %ld", file->path,
		(long)owner);
	err_why(err,
		"Only links of root are followed: QEMU's user, or another one, could point this one "
		"at any file of the host, which device \"%s\" would then get.",
		file->owner);
	err_fix(err,
		"Name the file that it leads to (readlink -f %.200s), or chown -h root the "
		"link.",
		file->path);
	return -1;
}

int file_open(const struct op_file *file, enum file_make make, struct err *err)
{
	CLEANUP_FD int fd = -1;
	struct stat st;
	uid_t owner;

	if (!ident_is_valid(IDENT_PATH, file->path)) {
		err_set(err, ERR_IMAGE, "\"%s\" is not an absolute path", file->path);
		err_why(err, "%s", ident_rule(IDENT_PATH));
		err_fix(err, "Correct the path of \"%s\" and compose the image again.",
			file->owner);
		return -1;
	}
	/* O_NONBLOCK: a FIFO in its place must give a message, not wait for a writer. */
	fd = path_open(file->path, access_mode(file, make) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		       &owner);
	if (fd < 0 && owner != (uid_t)-1)
		return link_refuse(file, owner, err);
	if (fd == -EISDIR)
		return type_refuse(file, err);
	if (fd < 0)
		return open_refuse(file, -fd, err);
	if (fstat(fd, &st))
		return open_refuse(file, errno, err);
	if ((st.st_mode & S_IFMT) != wanted_type(file))
		return type_refuse(file, err);
	if (fcntl(fd, F_SETFL, file->flags & FILE_APPEND ? O_APPEND : 0))
		return open_refuse(file, errno, err);
	return fd_take(&fd);
}

static int acquire(struct host *host UNUSED, const struct op *op, struct err *err)
{
	int fd = file_open(&op->file, FILE_MAKE, err);

	return fd < 0 ? -1 : host_fd_put(op->file.fd, fd, err);
}

/* A log that is not there yet can be made where its folder may be written. */
bool file_can_make(const char *path)
{
	char dir[IDENT_PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (!slash || access(path, F_OK) == 0)
		return false;
	(void)snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - path), path);
	return faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) == 0;
}

static void check(struct host *host UNUSED, const struct op *op, struct findings *findings)
{
	struct err err = {0};
	CLEANUP_FD int fd = file_open(&op->file, FILE_LOOK, &err);

	if (fd >= 0 || (op->file.flags & (FILE_APPEND | FILE_WRITE) && err.sys_errno == ENOENT &&
			file_can_make(op->file.path)))
		return;
	findings_add(findings, &err);
}

const struct host_op host_file = {.acquire = acquire, .check = check};
