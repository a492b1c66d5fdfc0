/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.c - temporary names, sync, rename; a signal removes what is half-written.
 */
#include "kiln/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

/* The one run of this process, for the signal handler; unlink(2) is async-signal-safe. */
static struct output *volatile current;

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP};

static void on_signal(int number)
{
	const struct output *out = current;

	for (size_t i = 0; out && i < out->count; i++)
		(void)unlink(out->file[i].temp);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

static void signals_set(void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		(void)sigaction(deadly[i], &action, NULL);
}

/* Between two renames a signal would leave one new and one old file. */
static void signals_hold(int how)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		(void)sigaddset(&set, deadly[i]);
	(void)sigprocmask(how, &set, NULL);
}

static const char *remedy(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return "Free some disk space, or choose another folder with --output (O= of make).";
	case EFBIG:
		return "Raise the limit of a file's size (ulimit -f), or choose another folder with --output (O= of make).";
	case ENOENT:
		return "Make the folder above it first (mkdir -p), or choose another one with --output (O= of make).";
	case EISDIR:
	case ENOTDIR:
	case EEXIST:
	case ENOTEMPTY:
		return "Move away what stands in its place, or choose another folder with --output (O= of make).";
	default:
		return "Make the folder writable, or choose another one with --output (O= of make).";
	}
}

static int write_error(struct err *err, int error, const char *verb, const char *path)
{
	(void)err_sys(err, ERR_HOST, error, "%s %s", verb, path);
	err_why(err, "The build host refused; nothing of this run was kept.");
	err_fix(err, "%s", remedy(error));
	return -1;
}

/*
 * Two runs in one folder would write into the same temporary file, and the first to end would rename
 * what the other still writes. A rename of the other run leaves us an open file without this name.
 */
static int lock_temp(int fd, const char *temp, const char *final, struct err *err)
{
	struct stat open_file, named;

	/* A file system without locks is no reason to build nothing. */
	bool other = flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;

	if (!other && fstat(fd, &open_file) == 0 && stat(temp, &named) == 0 &&
	    open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev)
		return 0;
	(void)err_set(err, ERR_HOST, "another run is writing %s", final);
	err_why(err, "Two runs in one folder would mix their files.");
	err_fix(err,
		"Wait for the other one, or choose another folder with --output (O= of make).");
	return -1;
}

int output_open(struct output *out, struct arena *arena, const char *dir, struct err *err)
{
	out->arena = arena;
	out->dir = dir;
	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		return write_error(err, errno, "making folder", dir);
	current = out;
	signals_set(on_signal);
	/* Then a limit of the file's size is an error of write(2), which removes what is there. */
	(void)signal(SIGXFSZ, SIG_IGN);
	return 0;
}

int output_file(struct output *out, const char *name, struct err *err)
{
	if (out->count == OUTPUT_MAX)
		return err_set(err, ERR_HOST, "more than %d output files", OUTPUT_MAX);
	const char *temp = arena_fmt(out->arena, "%s/.%s.tmp", out->dir, name);
	const char *final = arena_fmt(out->arena, "%s/%s", out->dir, name);
	struct stat st;

	/* What no rename can replace is found before the first of them. */
	if (lstat(final, &st) == 0 && S_ISDIR(st.st_mode))
		return write_error(err, EISDIR, "writing", final);
	int fd = open(temp, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

	if (fd < 0)
		return write_error(err, errno, "writing", final);
	if (lock_temp(fd, temp, final, err) < 0) {
		(void)close(fd);
		return -1;
	}
	out->file[out->count].temp = temp;
	out->file[out->count].final = final;
	out->file[out->count].fd = fd;
	out->file[out->count].care = OUTPUT_KEPT;
	out->count++;
	if (ftruncate(fd, 0) < 0)
		return write_error(err, errno, "writing", final);
	return fd;
}

int output_text(struct output *out, const char *name, const char *text, enum output_care care,
		struct err *err)
{
	int fd = output_file(out, name, err);

	if (fd < 0)
		return -1;
	out->file[out->count - 1].care = care;
	if (fd_write_all(fd, text, strlen(text)) < 0)
		return write_error(err, errno, "writing", out->file[out->count - 1].final);
	return 0;
}

int output_executable(int fd, const char *name, struct err *err)
{
	struct stat st;

	/* umask has taken from the read bits what it takes. */
	if (fstat(fd, &st) == 0 && fchmod(fd, st.st_mode | (st.st_mode & 0444) >> 2) == 0)
		return 0;
	(void)err_sys(err, ERR_HOST, errno, "%s cannot be made executable", name);
	err_why(err, "The file starts the virtual machine on the target.");
	err_fix(err, "Choose a folder on a file system with permissions, with O=DIR.");
	return -1;
}

int output_link(struct output *out, const char *folder, const char *name, const char *target,
		struct err *err)
{
	const char *dir = arena_fmt(out->arena, "%s/%s", out->dir, folder);
	const char *path = arena_fmt(out->arena, "%s/%s", dir, name);

	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		return write_error(err, errno, "making folder", dir);
	if ((unlink(path) < 0 && errno != ENOENT) || symlink(target, path) < 0)
		return write_error(err, errno, "linking", path);
	return 0;
}

static void close_all(struct output *out)
{
	for (size_t i = 0; i < out->count; i++) {
		if (out->file[i].fd >= 0)
			(void)close(out->file[i].fd);
		out->file[i].fd = -1;
	}
}

/* A network file system reports a full disk here at the latest; the file stays open, and locked. */
static int finish(int fd, enum output_care care)
{
	if (care == OUTPUT_KEPT)
		return fsync(fd);
	int again = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return again < 0 ? -1 : close(again);
}

int output_commit(struct output *out, struct err *err)
{
	for (size_t i = 0; i < out->count; i++) {
		if (finish(out->file[i].fd, out->file[i].care) < 0)
			return write_error(err, errno, "writing", out->file[i].final);
	}
	signals_hold(SIG_BLOCK);
	for (size_t i = 0; i < out->count; i++) {
		if (rename(out->file[i].temp, out->file[i].final) < 0) {
			(void)write_error(err, errno, "renaming to", out->file[i].final);
			if (i)
				err_why(err, "%zu of the %zu files are new, the others are old.", i,
					out->count);
			signals_hold(SIG_UNBLOCK);
			return -1;
		}
	}
	/* The locks are held until the last rename. */
	close_all(out);
	out->count = 0;
	signals_hold(SIG_UNBLOCK);
	signals_set(SIG_DFL);
	current = NULL;
	return 0;
}

void output_abort(struct output *out)
{
	/* Unlinked while locked: a file of this name that another run makes is not ours. */
	for (size_t i = 0; i < out->count; i++)
		(void)unlink(out->file[i].temp);
	close_all(out);
	out->count = 0;
	signals_set(SIG_DFL);
	current = NULL;
}
