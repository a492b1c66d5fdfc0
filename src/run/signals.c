/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signals.c - signals between the first step and QEMU: held back, so that a start is either undone or
 * done, and given back as the caller left them.
 *
 * In: the mask and the dispositions of the caller. What the caller ignores stays ignored (nohup, a
 * background job of a shell). SIGPIPE and SIGXFSZ would end the process in the middle of a write; they
 * are ignored, and the write fails instead.
 */
#include <errno.h>
#include <string.h>

#include "run/run.h"

/* Those that are no request to end: faults of this program, stopping, and what is ignored anyway. */
static const int passed_on[] = {SIGSEGV, SIGBUS,  SIGILL,   SIGFPE,  SIGABRT, SIGTRAP,
				SIGSYS,  SIGKILL, SIGSTOP,  SIGTSTP, SIGTTIN, SIGTTOU,
				SIGCONT, SIGCHLD, SIGWINCH, SIGURG};

static const int failing_writes[SIGNALS_IGNORED] = {SIGPIPE, SIGXFSZ};

static int refuse(struct err *err, const char *call)
{
	err_sys(err, ERR_HOST, errno, "%s", call);
	err_why(err, "Signals are held back while the VM is being started.");
	err_fix(err, "Look for a seccomp filter that forbids it to this process.");
	return -1;
}

/* The kernel keeps a blocked signal even where it is to be ignored, so it must not be blocked. */
static void ignored_leave(sigset_t *set)
{
	struct sigaction action;

	for (int number = 1; number <= SIGRTMAX; number++)
		if (sigismember(set, number) == 1 && !sigaction(number, NULL, &action) &&
		    action.sa_handler == SIG_IGN)
			sigdelset(set, number);
}

int signals_hold(struct run *run, struct err *err)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	for (size_t i = 0; i < ARRAY_SIZE(failing_writes); i++)
		if (sigaction(failing_writes[i], &ignore, &run->signal_action[i]))
			return refuse(err, "sigaction");
	sigfillset(&run->signal_held);
	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++)
		sigdelset(&run->signal_held, passed_on[i]);
	ignored_leave(&run->signal_held);
	if (sigprocmask(SIG_BLOCK, &run->signal_held, &run->signal_mask))
		return refuse(err, "sigprocmask");
	return 0;
}

int signals_restore(struct run *run, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(failing_writes); i++)
		if (sigaction(failing_writes[i], &run->signal_action[i], NULL))
			return refuse(err, "sigaction");
	if (sigprocmask(SIG_SETMASK, &run->signal_mask, NULL))
		return refuse(err, "sigprocmask");
	return 0;
}

/* What was blocked already when we came is not ours to act on. */
int run_interrupted(struct run *run, struct err *err)
{
	sigset_t pending;

	if (sigpending(&pending))
		return refuse(err, "sigpending");
	for (int number = 1; number <= SIGRTMAX && !run->signal; number++)
		if (sigismember(&pending, number) == 1 &&
		    sigismember(&run->signal_held, number) == 1 &&
		    sigismember(&run->signal_mask, number) != 1)
			run->signal = number;
	if (!run->signal)
		return 0;
	err_set(err, ERR_HOST, "%s: ended by signal %d (%s)", run->img.path, run->signal,
		strsignal(run->signal));
	err_why(err, "The signal came before QEMU ran.");
	err_fix(err, "Start the VM again.");
	return -1;
}
