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

static int write_error(struct err *err, int error, const char *verb, const char *path)
{
	(void)err_sys(err, ERR_HOST, error, "%s %s", verb, path);
	err_why(err, "The build host refused; nothing of this run was kept.");
	if (error == ENOSPC || error == EDQUOT)
		err_fix(err, "Free some disk space, or choose another folder with O=.");
	else
		err_fix(err, "Make the folder writable, or choose another one with O=.");
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
	return 0;
}

int output_file(struct output *out, const char *name, struct err *err)
{
	if (out->count == OUTPUT_MAX)
		return err_set(err, ERR_HOST, "more than %d output files", OUTPUT_MAX);
	const char *temp = arena_fmt(out->arena, "%s/.%s.tmp", out->dir, name);
	const char *final = arena_fmt(out->arena, "%s/%s", out->dir, name);
	int fd = open(temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return write_error(err, errno, "writing", final);
	out->file[out->count].temp = temp;
	out->file[out->count].final = final;
	out->file[out->count].fd = fd;
	out->count++;
	return fd;
}

int output_text(struct output *out, const char *name, const char *text, struct err *err)
{
	int fd = output_file(out, name, err);

	if (fd < 0)
		return -1;
	if (fd_write_all(fd, text, strlen(text)) < 0)
		return write_error(err, errno, "writing", out->file[out->count - 1].final);
	return 0;
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

int output_commit(struct output *out, struct err *err)
{
	for (size_t i = 0; i < out->count; i++) {
		int fd = out->file[i].fd;

		out->file[i].fd = -1;
		/* close(2) reports what a network file system noticed late. */
		int failed = fsync(fd) < 0 ? errno : 0;

		if (close(fd) < 0 && !failed)
			failed = errno;
		if (failed)
			return write_error(err, failed, "writing", out->file[i].final);
	}
	signals_hold(SIG_BLOCK);
	for (size_t i = 0; i < out->count; i++) {
		if (rename(out->file[i].temp, out->file[i].final) < 0) {
			int error = errno;

			signals_hold(SIG_UNBLOCK);
			return write_error(err, error, "renaming to", out->file[i].final);
		}
	}
	out->count = 0;
	signals_hold(SIG_UNBLOCK);
	signals_set(SIG_DFL);
	current = NULL;
	return 0;
}

void output_abort(struct output *out)
{
	for (size_t i = 0; i < out->count; i++) {
		if (out->file[i].fd >= 0)
			(void)close(out->file[i].fd);
		(void)unlink(out->file[i].temp);
	}
	out->count = 0;
	signals_set(SIG_DFL);
	current = NULL;
}
