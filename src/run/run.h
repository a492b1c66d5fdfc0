/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - the loader's state and its stages.
 *
 * open > verify > acquire > fixup > drop > exec. Each stage says what it should and mustn't do.
 * Before the first step of acquire, failing just returns; after it, run_undo() runs.
 */
#ifndef KILN_RUN_RUN_H
#define KILN_RUN_RUN_H

#include <signal.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/ident.h"
#include "host/findings.h"
#include "host/host.h"
#include "host/message.h"
#include "image/facts.h"
#include "image/image.h"
#include "run/options.h"

/** struct site_value - what is bound to a site slot; @file is NULL for --set and for the build. */
struct site_value {
	const char *value;
	const char *file;
	unsigned line;
	bool set;
};

/** struct undo - what a step of the plan has filled, to be undone in reverse. */
struct undo {
	uint32_t fd_first, fd_count;
	unsigned records; /* number of records before the step */
};

#define SIGNALS_IGNORED 2

/**
 * struct run - one start of a VM, or one look at an image.
 * @options: the command line.
 * @image: path of the image, set by image_open(). @vm: name of the VM that `down` ends.
 * @img: the image; its descriptor is ours.
 * @site: what each slot is bound to.
 * @facts: @img with the values of @site, the unit id and the accelerator.
 * @host: what operations work on; @user, @dir and @state are its parts.
 * @undo: filled steps; @undo_count of them.
 * @signal_held: held back since the first step; @signal_mask and @signal_action are what the caller had.
 * @signal: the signal that ended acquiring, or 0.
 * @guard: socket to the process that undoes and reaps (run/reaper.c), or -1.
 * @argv: the command line of QEMU, after stage_fixup().
 */
struct run {
	const struct options *options;
	const char *image, *vm;
	struct img img;
	struct site_value site[SITE_MAX];
	struct facts facts;
	struct host host;
	struct user user;
	struct rundir dir;
	struct state state;
	struct undo undo[OP_MAX];
	uint32_t undo_count;
	sigset_t signal_held, signal_mask;
	struct sigaction signal_action[SIGNALS_IGNORED];
	int signal;
	int guard;
	char **argv;
};

/** argv_set_time() - the time of this host, for a guest's clock that begins so far from it. */
void argv_set_time(struct facts *facts);

/** own_image() - whether there is an image behind this program, in its own file. */
enum options_own own_image(void);

/** own_refuse() - that what is behind this program is no whole image. Return: -1. */
int own_refuse(struct err *err);

/** image_open() - open the image of the command line, or the program's own. Return: 0, or -1. */
int image_open(struct run *run, struct err *err) MUST_CHECK;

/* ---- stages, in order (open.c, verify.c, plan.c, argv.c, drop.c, exec.c) ---- */
int stage_open(struct run *run, struct err *err) MUST_CHECK;
int stage_verify(struct run *run, struct err *err) MUST_CHECK;
int stage_acquire(struct run *run, struct err *err) MUST_CHECK;
int stage_fixup(struct run *run, struct err *err) MUST_CHECK;
int stage_drop(struct run *run, struct err *err) MUST_CHECK;
int stage_exec(struct run *run, struct err *err) MUST_CHECK;

/** notify_ready() - tell a service manager that waits for it that the start succeeded; a failure is said. */
void notify_ready(void);

/** exec_environment() - what QEMU gets as its environment. */
char *const *exec_environment(const struct run *run);

/** enum limit_how - whether a soft limit that is too low is raised, as far as the hard one allows. */
enum limit_how { LIMIT_LOOK, LIMIT_RAISE };

/** limit_files() - may so many descriptors be open? Return: 0, or -1 with ERR_HOST. */
int limit_files(const struct run *run, enum limit_how how, struct err *err) MUST_CHECK;

/** limit_argv() - does the kernel take @argv and the environment? Return: 0, or -1 with ERR_HOST. */
int limit_argv(const struct run *run, char *const *argv, enum limit_how how,
	       struct err *err) MUST_CHECK;

/**
 * verify_all() - stage_verify() for `check`: everything that it finds.
 *
 * Return: whether the image's QEMU can be started here.
 */
bool verify_all(struct run *run, struct findings *findings);

/**
 * needs_check() - print what the image needs and QEMU lacks, or will lose.
 * @run: verified: QEMU can be started.
 *
 * Return: how many findings were printed.
 */
unsigned needs_check(struct run *run);

/**
 * run_undo() - undo every step taken, in reverse, and remove the run directory.
 * @err: the failure that made it necessary; "Nothing was left behind." or what was is added.
 */
void run_undo(struct run *run, struct err *err);

/**
 * signals_hold() - block every signal that would end this process, except those that its caller
 * ignores, and make writes to a closed pipe or above a size limit fail instead of killing.
 *
 * Return: 0, or -1.
 */
int signals_hold(struct run *run, struct err *err) MUST_CHECK;

/** signals_restore() - mask and dispositions as the caller had them. Return: 0, or -1. */
int signals_restore(struct run *run, struct err *err) MUST_CHECK;

/** run_interrupted() - did a held signal come? Return: 0, or -1 with @run->signal set. */
int run_interrupted(struct run *run, struct err *err) MUST_CHECK;

/**
 * directory_take() - make and lock the run directory, clean what an earlier VM of the name left
 * after a crash, and begin the state file in memory.
 *
 * Return: 0, or -1: the VM is running, or the directory cannot be taken.
 */
int directory_take(struct run *run, struct err *err) MUST_CHECK;

/** directory_check() - add to @findings why directory_take() would fail; makes nothing. */
void directory_check(struct run *run, struct findings *findings);

/**
 * site_load() - read the overlay and --set into @run->site, each value checked by its kind.
 *
 * Return: 0, or -1: ERR_CONFIG for the file, ERR_USAGE for --set.
 */
int site_load(struct run *run, struct err *err) MUST_CHECK;

/** site_check() - is every slot bound? Return: 0, or -1 with ERR_HOST naming the first that is not. */
int site_check(struct run *run, struct err *err) MUST_CHECK;

/** site_check_all() - a finding for each slot that is not bound. */
void site_check_all(struct run *run, struct findings *findings);

/** site_lacks() - does a text of this operation, in FACTS_SHOW, stand for a value not bound? */
int site_lacks(const struct run *run, const struct op *op) MUST_CHECK;

/** plan_label() - what a step is called in a message: tap "router-net0". */
void plan_label(const struct run *run, const struct op *op, struct buf *buf);

/** plan_describe() - the same, and what came of a name that is looked up: network "lan" of net0: bridge br0. */
void plan_describe(const struct run *run, const struct op *op, struct buf *buf);

/**
 * guard_start() - start the process that can undo after privileges are gone, and that reaps.
 *
 * Return: 0 (also where none is needed), or -1.
 */
int guard_start(struct run *run, struct err *err) MUST_CHECK;

/** guard_undo() - let it undo and wait until it has. Return: 0, or -1 with what it could not. */
int guard_undo(struct run *run, struct err *err) MUST_CHECK;

/* ---- commands: return the exit code, or -1 with @err ---- */
int command_up(struct run *run, struct err *err) MUST_CHECK;
int command_down(struct run *run, struct err *err) MUST_CHECK;
int command_check(struct run *run, struct err *err) MUST_CHECK;
int command_show(struct run *run, struct err *err) MUST_CHECK;
int command_probe_cpu(struct run *run, struct err *err) MUST_CHECK;

#define RUN_PROGRAM "kiln-run"

/** message_print() - an error on stderr, in one write. */
static inline void message_print(const struct err *err)
{
	message_error(RUN_PROGRAM, err);
}

/** message_notice() - "kiln-run: TEXT" on stderr. */
static inline void message_notice(const char *text)
{
	message_line(RUN_PROGRAM, text);
}

#endif
