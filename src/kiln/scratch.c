/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scratch.c - a folder below /tmp with mode 0700; a signal removes it before the program ends.
 */
#include "kiln/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The one folder of this process, for the signal handler; unlink and rmdir are safe there. */
static struct scratch *volatile current;

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP};

static void remove_all(const struct scratch *scratch)
{
	for (size_t i = 0; i < scratch->count; i++)
		(void)unlink(scratch->paths[i]);
	(void)rmdir(scratch->dir);
}

static void on_signal(int number)
{
	if (current)
		remove_all(current);
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

int scratch_error(struct err *err, int error, const char *verb, const char *path)
{
	(void)err_sys(err, ERR_HOST, error, "%s %s", verb, path);
	err_why(err, "QEMU is started with files that stand in for those of the target.");
	err_fix(err, "Make /tmp writable, and free some space there.");
	return -1;
}

int scratch_open(struct scratch *scratch, struct arena *arena, struct err *err)
{
	char *dir = arena_str(arena, "/tmp/kiln-verify.XXXXXX");

	scratch->arena = arena;
	if (!mkdtemp(dir))
		return scratch_error(err, errno, "making folder", dir);
	scratch->dir = dir;
	current = scratch;
	signals_set(on_signal);
	return 0;
}

/* The list is complete before it is counted, since the handler may walk it at any time. */
static void remember(struct scratch *scratch, const char *path)
{
	if (scratch->count == scratch->room) {
		size_t room = scratch->room ? scratch->room * 2 : 64;
		const char **paths = arena_alloc(scratch->arena, room * sizeof(*paths));

		if (scratch->count)
			memcpy(paths, scratch->paths, scratch->count * sizeof(*paths));
		scratch->paths = paths;
		scratch->room = room;
	}
	scratch->paths[scratch->count] = path;
	scratch->count++;
}

int scratch_file(struct scratch *scratch, const char *name, const char **ret_path, struct err *err)
{
	const char *path = arena_fmt(scratch->arena, "%s/%s", scratch->dir, name);

	remember(scratch, path);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return scratch_error(err, errno, "writing", path);
	if (ret_path)
		*ret_path = path;
	return fd;
}

void scratch_remove(struct scratch *scratch)
{
	if (!scratch->dir)
		return;
	signals_set(SIG_DFL);
	current = NULL;
	remove_all(scratch);
	scratch->dir = NULL;
}
