/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_run_plan.c - the interpreter and its undo stack with operations of the test's own.
 *
 * LINK: -Wl,--wrap=host_op,--wrap=rundir_create,--wrap=rundir_remove,--wrap=rundir_empty,--wrap=rundir_open,--wrap=state_save,--wrap=state_load,--wrap=host_fd_reserve,--wrap=host_fd_drop
 */
#include "image_fixture.h"

#include <signal.h>
#include <unistd.h>

#include "host/proc.h"
#include "run/run.h"

const struct host_op *__wrap_host_op(enum op_code code);
int __wrap_rundir_create(struct rundir *dir, gid_t gid, struct err *err);
int __wrap_rundir_remove(struct rundir *dir, struct err *err);
int __wrap_rundir_empty(const struct rundir *dir, struct err *err);
int __wrap_rundir_open(struct rundir *dir, enum rundir_open how, struct err *err);
int __wrap_state_save(const struct state *state, int dir, struct err *err);
int __wrap_state_load(struct state *state, int dir, struct err *err);
int __wrap_host_fd_reserve(int *fd, uint32_t slots, struct err *err);
void __wrap_host_fd_drop(uint32_t first, uint32_t count);

static char story[1024]; /* what happened, in order */
static unsigned step, fail_at, signal_at, stale_records;
static int signal_number;
static int alive, held, release_fails;

static void tell(const char *what, unsigned number)
{
	size_t len = strlen(story);

	snprintf(story + len, sizeof(story) - len, "%s%s%u", len ? " " : "", what, number);
}

/* Each step records itself, then fails where it shall: its own record must be released too. */
static int acquire(struct host *host, const struct op *op, struct err *err)
{
	char text[16];

	step++;
	tell("make", step);
	snprintf(text, sizeof(text), "%u", step);
	assert_int_equal(host_record(host, op->code, text, err), 0);
	if (step == signal_at)
		assert_int_equal(raise(signal_number), 0);
	return step == fail_at ? err_set(err, ERR_HOST, "no") : 0;
}

static int release(struct host *host, const char *record, struct err *err)
{
	(void)host;
	tell("release", (unsigned)strtoul(record, NULL, 10));
	return release_fails ? err_set(err, ERR_HOST, "stuck") : 0;
}

const struct host_op *__wrap_host_op(enum op_code code)
{
	static const struct host_op fake = {.acquire = acquire, .release = release};

	(void)code;
	return &fake;
}

int __wrap_rundir_create(struct rundir *dir, gid_t gid, struct err *err)
{
	(void)gid;
	(void)err;
	dir->lock = 1000;
	return alive || (held && held--);
}

int __wrap_rundir_remove(struct rundir *dir, struct err *err)
{
	(void)dir;
	(void)err;
	tell("remove", 0);
	return 0;
}

int __wrap_rundir_empty(const struct rundir *dir, struct err *err)
{
	(void)dir;
	(void)err;
	return 0;
}

int __wrap_rundir_open(struct rundir *dir, enum rundir_open how, struct err *err)
{
	(void)how;
	(void)err;
	dir->fd = dir->lock = -1;
	return 1;
}

int __wrap_state_save(const struct state *state, int dir, struct err *err)
{
	(void)state;
	(void)dir;
	(void)err;
	return 0;
}

int __wrap_state_load(struct state *state, int dir, struct err *err)
{
	(void)dir;
	state_clear(state);
	state->pid = getpid();
	assert_int_equal(proc_start_time(state->pid, &state->start), 0);
	state->start += !alive;
	for (unsigned i = 0; i < stale_records; i++)
		assert_int_equal(state_add(state, OP_TAP, "9", err), 0);
	return stale_records > 0 || alive;
}

int __wrap_host_fd_reserve(int *fd, uint32_t slots, struct err *err)
{
	(void)fd;
	(void)slots;
	(void)err;
	return 0;
}

void __wrap_host_fd_drop(uint32_t first, uint32_t count)
{
	if (count)
		tell(count == 2 ? "drop2@" : "drop1@", first);
}

static struct fixture fix;
static struct run run;
static struct options options;
static struct err err;
static int image_fd;

static int setup(void **arg)
{
	(void)arg;
	fixture_init(&fix);
	image_fd = fixture_write(&fix.src);
	memset(&run, 0, sizeof(run));
	run.image = "test.kiln";
	run.options = &options;
	run.guard = run.dir.fd = run.dir.lock = -1;
	assert_int_equal(fixture_open(&run.img, image_fd, &err), 0);
	facts_init(&run.facts, &run.img);
	run.host = (struct host){
		.img = &run.img, .user = &run.user, .dir = &run.dir, .state = &run.state};
	facts_init(&run.facts, &run.img);
	for (unsigned i = 0; i < FIXTURE_SITES; i++)
		run.facts.site[i] = "/x";
	story[0] = '\0';
	step = fail_at = signal_at = stale_records = 0;
	signal_number = SIGTERM;
	alive = held = release_fails = 0;
	memset(&err, 0, sizeof(err));
	setenv("XDG_RUNTIME_DIR", "/nowhere", 1);
	return 0;
}

static int teardown(void **arg)
{
	int ignored;
	sigset_t set;

	(void)arg;
	/* Take what a test left pending, then let signals through again. */
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	if (run.signal)
		assert_int_equal(sigwait(&set, &ignored), 0);
	assert_int_equal(signals_restore(&run, &err), 0);
	close(image_fd);
	fixture_close(&fix);
	return 0;
}

static void test_all_steps_in_order(void **arg)
{
	(void)arg;
	assert_int_equal(stage_acquire(&run, &err), 0);
	assert_string_equal(story, "make1 make2 make3 make4 make5 make6");
	assert_int_equal(run.state.record_count, 6);
}

static void test_failing_step_undoes_itself_and_those_before(void **arg)
{
	(void)arg;
	fail_at = 4;
	assert_int_equal(stage_acquire(&run, &err), -1);
	run_undo(&run, &err);
	assert_string_equal(story, "make1 make2 make3 make4 drop1@2 release4 drop2@0 release3 "
				   "release2 release1 remove0");
	assert_string_equal(err.what, "test.kiln: step 4 of 6 (file \"/x\"): no");
	assert_string_equal(err.fix, "Nothing was left behind.");
}

static void test_first_and_last_step(void **arg)
{
	(void)arg;
	fail_at = 1;
	assert_int_equal(stage_acquire(&run, &err), -1);
	run_undo(&run, &err);
	assert_string_equal(story, "make1 release1 remove0");
	teardown(NULL);
	setup(NULL);
	fail_at = 6;
	assert_int_equal(stage_acquire(&run, &err), -1);
	run_undo(&run, &err);
	assert_string_equal(story, "make1 make2 make3 make4 make5 make6 drop1@4 release6 drop1@3 "
				   "release5 drop1@2 release4 drop2@0 release3 release2 release1 "
				   "remove0");
}

static void test_signal_stops_after_the_step(void **arg)
{
	(void)arg;
	signal_at = 2;
	assert_int_equal(stage_acquire(&run, &err), -1);
	assert_int_equal(run.signal, SIGTERM);
	run_undo(&run, &err);
	assert_string_equal(story, "make1 make2 release2 release1 remove0");
}

static void test_what_cannot_be_released_is_said_and_kept(void **arg)
{
	(void)arg;
	fail_at = 2;
	release_fails = 1;
	assert_int_equal(stage_acquire(&run, &err), -1);
	run_undo(&run, &err);
	assert_non_null(strstr(err.fix, "Left behind: stuck; `kiln-run down router`"));
	assert_int_equal(run.state.record_count, 2);
	assert_null(strstr(story, "remove"));
}

static void test_stale_records_are_released_first(void **arg)
{
	(void)arg;
	stale_records = 2;
	assert_int_equal(stage_acquire(&run, &err), 0);
	assert_string_equal(story, "release9 release9 make1 make2 make3 make4 make5 make6");
	assert_int_equal(run.state.record_count, 6);
}

static void test_running_vm_is_refused(void **arg)
{
	(void)arg;
	alive = 1;
	assert_int_equal(stage_acquire(&run, &err), -1);
	assert_refused(&err, ERR_HOST, "\"router\" is running already (process ");
	assert_string_equal(story, "");
}

/* The reaper cleans, or `check` looks: held, but not by the recorded process. */
static void test_lock_held_for_a_moment_is_waited_for(void **arg)
{
	(void)arg;
	held = 2;
	assert_int_equal(stage_acquire(&run, &err), 0);
	assert_string_equal(story, "make1 make2 make3 make4 make5 make6");
}

static void test_other_signals_end_a_start_as_well(void **arg)
{
	(void)arg;
	signal_at = 2;
	signal_number = SIGUSR1;
	assert_int_equal(stage_acquire(&run, &err), -1);
	assert_int_equal(run.signal, SIGUSR1);
}

static void test_signal_that_the_caller_ignores_is_ignored(void **arg)
{
	void (*before)(int) = signal(SIGTERM, SIG_IGN);

	(void)arg;
	signal_at = 2;
	assert_int_equal(stage_acquire(&run, &err), 0);
	(void)signal(SIGTERM, before);
}

static void test_write_signals_fail_the_write_and_come_back(void **arg)
{
	struct sigaction action;

	(void)arg;
	assert_int_equal(stage_acquire(&run, &err), 0);
	assert_int_equal(sigaction(SIGPIPE, NULL, &action), 0);
	assert_ptr_equal(action.sa_handler, SIG_IGN);
	assert_int_equal(signals_restore(&run, &err), 0);
	assert_int_equal(sigaction(SIGPIPE, NULL, &action), 0);
	assert_ptr_equal(action.sa_handler, SIG_DFL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
		TEST(test_all_steps_in_order),
		TEST(test_failing_step_undoes_itself_and_those_before),
		TEST(test_first_and_last_step),
		TEST(test_signal_stops_after_the_step),
		TEST(test_what_cannot_be_released_is_said_and_kept),
		TEST(test_stale_records_are_released_first),
		TEST(test_running_vm_is_refused),
		TEST(test_lock_held_for_a_moment_is_waited_for),
		TEST(test_other_signals_end_a_start_as_well),
		TEST(test_signal_that_the_caller_ignores_is_ignored),
		TEST(test_write_signals_fail_the_write_and_come_back),
#undef TEST
	};

	return cmocka_run_group_tests_name("run_plan", tests, NULL, NULL);
}
