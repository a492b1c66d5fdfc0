/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop.c - the command stop: ask the guest to power off, wait for the end; insist only when told to.
 *
 * What the VM made on the host is removed by its reaper. A run directory from which nothing has to be
 * released is removed here.
 */
#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "ctl/ctl.h"
#include "host/alive.h"
#include "host/proc.h"

static int ask_refuse(const char *name, int ret, struct err *err)
{
	err_sys(err, ERR_HOST, -ret, "%s cannot be asked to power off", name);
	err_why(err,
		ret == -ETIMEDOUT ? "It is being started, its monitor is in use by another "
				    "program, or QEMU hangs."
		: ret == -ENOENT  ? "It is being started: the socket \"%s\" of its monitor is "
				    "not there yet."
				  : "Its monitor is the socket \"%s\" in its run directory.",
		QMP_SOCKET);
	err_fix(err, "kiln-ctl stop %s --force, or kiln-run down %s.", name, name);
	return -1;
}

static int end_refuse(const struct ctl_options *options, bool forced, struct err *err)
{
	err_set(err, ERR_HOST, "%s did not %s within %u seconds", options->name,
		forced ? "end" : "power off", forced ? 3 * ALIVE_QUIT_MS / 1000 : options->timeout);
	err_why(err, forced ? "Neither its monitor nor a signal ended QEMU."
			    : "The guest was asked by ACPI, and may refuse or not listen.");
	err_fix(err,
		forced ? "kiln-run down %s, as root."
		       : "kiln-ctl stop %s --force ends QEMU after the time.",
		options->name);
	return -1;
}

/* Asks under the lock of the monitor, but does not wait under it: others may look meanwhile. */
static int power_off(const struct rundir *dir)
{
	CLEANUP_FD int control = -1;
	struct qmp_reply ignored;
	int ret = alive_control_lock(dir, proc_now_ms() + ALIVE_ASK_MS, &control);

	if (!ret)
		ret = alive_ask(dir, QMP_SOCKET, "system_powerdown", &ignored);
	/* QEMU may end before its answer is read. */
	return ret == -ECONNRESET ? 0 : ret;
}

static int end_wait(const struct rundir *dir, const struct ctl_options *options, int pidfd,
		    struct err *err)
{
	int ret = power_off(dir);

	if (ret && !options->force)
		return ask_refuse(options->name, ret, err);
	if (!ret && alive_wait_end(dir, pidfd, proc_now_ms() + (int64_t)options->timeout * 1000))
		return 0;
	if (!options->force)
		return end_refuse(options, false, err);
	return alive_end(dir, QMP_SOCKET, pidfd) ? 0 : end_refuse(options, true, err);
}

static int left_refuse(const struct rundir *dir, const char *name, struct err *err)
{
	err_set(err, ERR_HOST, "%s has ended, and %s is still there", name, dir->path);
	err_why(err, "What it made on this host is recorded there and is not removed yet.");
	err_fix(err, "kiln-run down %s.", name);
	return -1;
}

/* Until the reaper is through, where there is something to release. */
static int left_remove(struct rundir *dir, struct state *state, const char *name, struct err *err)
{
	int64_t deadline = proc_now_ms() + ALIVE_SETTLE_MS;

	for (;;) {
		int ret;

		rundir_close(dir);
		ret = rundir_open(dir, RUNDIR_LOOK, err);
		if (ret == 2 || ret < 0)
			return ret < 0 ? -1 : 0;
		if (ret == 0 && dir->lock >= 0) {
			if (state_load(state, dir->fd, err) < 0)
				return -1;
			if (!state->record_count)
				return rundir_remove(dir, err);
		}
		/* The reaper wants it. */
		rundir_unlock(dir);
		if (proc_now_ms() >= deadline)
			return left_refuse(dir, name, err);
		alive_pause();
	}
}

int command_stop(const struct ctl_options *options, struct err *err)
{
	static struct state state;
	struct rundir dir;
	CLEANUP_FD int pidfd = -1;
	int ret;

	if (rundir_locate(&dir, options->name, err))
		return -1;
	ret = rundir_open(&dir, RUNDIR_LOOK, err);
	if (ret == 2)
		return unknown_vm(&dir, options->name, err);
	if (ret < 0)
		return -1;
	/* A lock of our own would look like the VM's. */
	rundir_unlock(&dir);
	if (ret == 1 ? alive_process(&dir, &state, &pidfd, err)
		     : state_load(&state, dir.fd, err) < 0)
		return -1;
	/* A QEMU that was broken into can give up the lock and live on. */
	if (ret == 0)
		pidfd = state_process(&state, STATE_END_MS);
	if ((ret == 1 || pidfd >= 0) && end_wait(&dir, options, pidfd, err))
		return -1;
	return left_remove(&dir, &state, options->name, err);
}
