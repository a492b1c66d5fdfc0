/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * directory.c - take the run directory for a start, or say why it could not be taken.
 *
 * A held lock alone does not say that the VM runs: the reaper holds it while it cleans, `check` and
 * `down` while they look, another `up` before it has written its state. So whoever finds it held looks
 * for the recorded process, and waits where there is none.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/proc.h"
#include "run/run.h"

#define HOLDER_MS 5000 /* for whoever holds the lock without being the VM */
#define RETRY_NS  1000000L

static int running_refuse(struct run *run, struct err *err)
{
	const char *vm = run->img.meta[META_NAME];

	err_set(err, ERR_HOST, "VM \"%s\" is running already (process %ld)", vm,
		(long)run->state.pid);
	err_why(err, "%s/%s is locked by it; one name is one VM.", run->dir.path, LOCK_FILE);
	err_fix(err, "kiln-run down %s.", vm);
	return -1;
}

static int held_refuse(struct run *run, struct err *err)
{
	err_set(err, ERR_HOST, "%s/%s is locked, and the process that started the VM is gone",
		run->dir.path, LOCK_FILE);
	err_why(err, "Another process has held it for %d seconds; one name is one VM.",
		HOLDER_MS / 1000);
	err_fix(err, "Find who holds it: fuser -v %s/%s.", run->dir.path, LOCK_FILE);
	return -1;
}

/* Whether the process that the state file records is there; fills @run->state. */
static bool holder_is_recorded(struct run *run)
{
	struct rundir look = run->dir;
	struct err ignored;
	int pidfd = -1;

	look.fd = look.lock = -1;
	if (rundir_open(&look, RUNDIR_LOOK, &ignored) == 1 &&
	    state_load(&run->state, look.fd, &ignored) == 1)
		pidfd = state_process(&run->state, 0);
	rundir_close(&look);
	if (pidfd >= 0)
		(void)close(pidfd);
	return pidfd >= 0;
}

/*
 * Calls @lock until it says something else than 1, the holder turns out to be the VM, or the time is
 * over. Return: what @lock returned, or -1.
 */
static int lock_wait(struct run *run, int (*lock)(struct run *, struct err *), struct err *err)
{
	const struct timespec pause = {.tv_nsec = RETRY_NS};
	int64_t deadline = proc_now_ms() + HOLDER_MS;
	int ret;

	while ((ret = lock(run, err)) == 1) {
		if (holder_is_recorded(run))
			return running_refuse(run, err);
		if (run_interrupted(run, err))
			return -1;
		if (proc_now_ms() >= deadline)
			return held_refuse(run, err);
		(void)nanosleep(&pause, NULL);
	}
	return ret;
}

static int create(struct run *run, struct err *err)
{
	return rundir_create(&run->dir, run->user.gid, err);
}

static int look(struct run *run, struct err *err)
{
	int ret = rundir_open(&run->dir, RUNDIR_LOOK, err);

	if (ret == 1)
		rundir_close(&run->dir);
	return ret;
}

static int state_begin(struct run *run, struct err *err)
{
	const char *image = run->image;
	int ret;

	state_clear(&run->state);
	(void)snprintf(run->state.vm, sizeof(run->state.vm), "%s", run->img.meta[META_NAME]);
	if (ident_is_text(image, strlen(image)))
		(void)snprintf(run->state.image, sizeof(run->state.image), "%s", image);
	run->state.pid = getpid();
	ret = proc_start_time(run->state.pid, &run->state.start);
	if (!ret)
		return 0;
	err_sys(err, ERR_HOST, -ret, "/proc/self/stat");
	err_why(err, "The start time of the process is recorded, to know it again.");
	err_fix(err, "Mount /proc.");
	return -1;
}

/* QEMU has the lock's descriptor and can unlock it, but not change who is recorded. */
static bool lock_was_dropped(const struct run *run)
{
	CLEANUP_FD int pidfd = state_process(&run->state, STATE_END_MS);

	return pidfd >= 0;
}

int directory_take(struct run *run, struct err *err)
{
	const char *vm = run->img.meta[META_NAME];
	int ret;

	if (rundir_locate(&run->dir, vm, err) || lock_wait(run, create, err))
		return -1;
	ret = state_load(&run->state, run->dir.fd, err);
	if (ret > 0 && lock_was_dropped(run)) {
		rundir_close(&run->dir);
		return running_refuse(run, err);
	}
	if (ret > 0)
		ret = host_release_from(&run->host, 0, err);
	if (ret || rundir_empty(&run->dir, err)) {
		err_ctx(err, "cleaning after an earlier start of \"%s\"", vm);
		rundir_close(&run->dir);
		return -1;
	}
	return state_begin(run, err);
}

void directory_check(struct run *run, struct findings *findings)
{
	struct err err;
	int ret;

	if (rundir_locate(&run->dir, run->img.meta[META_NAME], &err)) {
		findings_add(findings, &err);
		return;
	}
	ret = lock_wait(run, look, &err);
	if (ret == 0)
		ret = state_load(&run->state, run->dir.fd, &err);
	if (ret == 1)
		ret = lock_was_dropped(run) ? running_refuse(run, &err) : 0;
	if (ret == 0 || ret == 2)
		ret = rundir_check(&run->dir, &err);
	if (ret)
		findings_add(findings, &err);
	rundir_close(&run->dir);
	/* What follows checks a VM that has nothing yet. */
	state_clear(&run->state);
	(void)snprintf(run->state.vm, sizeof(run->state.vm), "%s", run->img.meta[META_NAME]);
}
