/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_run_text.c - every fixup in every quoting, for execve() and for a shell; site values.
 *
 * LINK: -Wl,--wrap=open
 */
#include "image_fixture.h"

#include <errno.h>
#include <fcntl.h>

#include "run/run.h"

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

/* Texts of /etc/kiln/router.site and /etc/machine-id, NULL = absent. */
static const char *site_text, *machine_id;

int __wrap_open(const char *path, int flags, ...)
{
	const char *text = strstr(path, "machine-id") ? machine_id : site_text;
	int fd;

	if (strncmp(path, "/etc/", 5) != 0)
		return __real_open(path, flags);
	if (!text) {
		errno = ENOENT;
		return -1;
	}
	fd = fixture_memfd(text, strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static struct fixture fix;
static struct run run;
static struct options options;
static struct err err;
static int image_fd;
static enum accel_policy accel;
static const char *extra;
static struct img_source_arg args[64];
static char marked[64][512];
static size_t arg_count;

static void mark(const char *before, enum fixup_kind kind, enum text_escape escape, unsigned a,
		 unsigned b, const char *key)
{
	snprintf(marked[arg_count], sizeof(marked[0]), "%s\001%d:%d:%u:%u:%s\002", before,
		 (int)kind, (int)escape, a, b, key);
	args[arg_count] = (struct img_source_arg){.text = marked[arg_count]};
	arg_count++;
}

/* The fixture's slots: 0 and 1 a tap, 2 a file, 3 payload 1, 4 a monitor. */
static int setup(void **arg)
{
	(void)arg;
	fixture_init(&fix);
	memset(&run, 0, sizeof(run));
	memset(&options, 0, sizeof(options));
	run.options = &options;
	accel = ACCEL_KVM;
	extra = NULL;
	arg_count = 0;
	site_text = NULL;
	machine_id = "0123456789abcdef0123456789abcdef\n";
	return 0;
}

static int teardown(void **arg)
{
	(void)arg;
	close(image_fd);
	fixture_close(&fix);
	return 0;
}

static void load(int wanted)
{
	fix.src.args = args;
	fix.src.arg_count = arg_count;
	image_fd = fixture_write(&fix.src);
	assert_int_equal(fixture_open(&run.img, image_fd, &err), 0);
	facts_init(&run.facts, &run.img);
	run.facts.mode = FACTS_STRICT;
	run.facts.unit[0] = '\0';
	run.facts.accel = accel;
	run.facts.extra = extra;
	assert_int_equal(site_load(&run, &err), wanted);
}

static void assert_argv(enum argv_form form, const char *const wanted[])
{
	char **argv = facts_argv(&run.facts, form, &err);

	if (!argv) {
		fail_msg("%s", err.what);
		return;
	}
	assert_string_equal(argv[0], "/usr/bin/qemu-system-x86_64");
	for (size_t i = 0; wanted[i]; i++) {
		assert_non_null(argv[i + 1]);
		assert_string_equal(argv[i + 1], wanted[i]);
	}
}

static void marks_all(void)
{
	mark("", FIX_FD, ESCAPE_RAW, 4, 0, "");
	mark("", FIX_FD_PATH, ESCAPE_RAW, 3, 0, "");
	mark("file=", FIX_FDSET_PATH, ESCAPE_KV, 2, 0, "");
	mark("", FIX_TAP, ESCAPE_KV, 0, 2, "");
	mark("{", FIX_TAP, ESCAPE_JSON, 0, 2, "");
	mark("p=", FIX_SITE, ESCAPE_RAW, 1, 0, "");
	mark("p=", FIX_SITE, ESCAPE_KV, 1, 0, "");
	mark("p=", FIX_SITE, ESCAPE_JSON, 1, 0, "");
	mark("", FIX_ACCEL, ESCAPE_RAW, 0, 0, "");
	mark("", FIX_MAC, ESCAPE_RAW, 0, 0, "net0");
	mark("", FIX_UUID, ESCAPE_RAW, 0, 0, "");
}

static void test_facts_for_exec(void **arg)
{
	(void)arg;
	site_text = "disk1.path=/a,b \"c\" \\d\n";
	marks_all();
	load(0);
	/* printf 'kiln-unit-1\0mac\0...\0router\0net0\0' | sha256sum, see base/unit.h */
	assert_argv(ARGV_EXEC,
		    (const char *const[]){"14", "/proc/self/fd/13", "file=/dev/fdset/12",
					  "fds=10:11", "{\"fds\":\"10:11\"", "p=/a,b \"c\" \\d",
					  "p=/a,,b \"c\" \\d", "p=/a,b \\\"c\\\" \\\\d", "kvm",
					  "66:43:67:25:cb:4b",
					  "d3f8a5be-759f-8df3-9ef2-935233f10980", NULL});
}

static void test_facts_for_a_shell(void **arg)
{
	(void)arg;
	accel = ACCEL_TCG;
	site_text = "disk1.path=/a,b\n";
	marks_all();
	args[0].flags = ARG_LOADER_ONLY;
	load(0);
	assert_argv(
		ARGV_SHELL,
		(const char *const[]){
			"/var/lib/kiln/router/initrd.gz", "file=/a,,b",
			"ifname=vm%d,script=no,downscript=no,queues=2",
			"{\"ifname\":\"vm%d\",\"script\":\"no\",\"downscript\":\"no\",\"queues\":2",
			"p=/a,b", "p=/a,,b", "p=/a,b", "tcg", NULL});
}

static void test_extra_argument_is_the_last(void **arg)
{
	char **argv;

	(void)arg;
	extra = "-S";
	mark("x", FIX_ACCEL, ESCAPE_RAW, 0, 0, "");
	load(0);
	argv = facts_argv(&run.facts, ARGV_EXEC, &err);
	assert_string_equal(argv[2], "-S");
	assert_null(argv[3]);
}

static void test_no_unit_id_is_an_error_or_shown(void **arg)
{
	(void)arg;
	machine_id = "\n";
	mark("", FIX_MAC, ESCAPE_RAW, 0, 0, "net0");
	load(0);
	assert_null(facts_argv(&run.facts, ARGV_EXEC, &err));
	assert_refused(&err, ERR_HOST, "unit id");
	assert_int_equal(site_check(&run, &err), -1);
	assert_refused(&err, ERR_HOST, "unit is not bound");
	run.facts.mode = FACTS_SHOW;
	assert_argv(ARGV_EXEC, (const char *const[]){"<mac>", NULL});
}

static void test_unit_of_the_site_file_wins(void **arg)
{
	(void)arg;
	site_text = "unit=u1";
	load(0);
	assert_string_equal(run.facts.unit, "u1");
	assert_int_equal(site_check(&run, &err), 0);
}

static void test_bad_site_files(void **arg)
{
	static const struct {
		const char *text, *what;
		unsigned line;
	} bad[] = {
		{"# c\n\nnope=1\n", "unknown key \"nope\"", 3},
		{"net0.bridge=\n", "not a valid interface name", 1},
		{"net0.bridge=a b\n", "not a valid interface name", 1},
		{"net0.bridge=br1\rx\n", "not a valid interface name", 1},
		{"disk1.path=rel\n", "not a valid absolute path", 1},
		{"unit=a b\n", "not a valid unit id", 1},
		{"net0.bridge=br1\nnet0.bridge=br1\n", "bound twice", 2},
		{"net0.bridge\n", "is not key=value", 1},
		{"=x\n", "unknown key \"\"", 1},
	};

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		memset(run.site, 0, sizeof(run.site));
		site_text = bad[i].text;
		load(-1);
		assert_refused(&err, ERR_CONFIG, bad[i].what);
		assert_string_equal(err.at.file, "/etc/kiln/router.site");
		assert_int_equal(err.at.line, bad[i].line);
		close(image_fd);
	}
	image_fd = -1;
}

static void test_set_wins_over_the_file_but_not_over_itself(void **arg)
{
	(void)arg;
	site_text = " net0.bridge = br7 \r\n";
	options.set[0] = "net0.bridge=br8";
	options.set_count = 1;
	load(0);
	assert_string_equal(run.site[0].value, "br8");
	close(image_fd);
	memset(run.site, 0, sizeof(run.site));
	options.set[1] = "net0.bridge=br9";
	options.set_count = 2;
	load(-1);
	assert_refused(&err, ERR_USAGE, "bound twice");
	close(image_fd);
	memset(run.site, 0, sizeof(run.site));
	options.set[0] = "net0.bridge";
	load(-1);
	assert_refused(&err, ERR_USAGE, "--set net0.bridge");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_facts_for_exec, setup, teardown),
		cmocka_unit_test_setup_teardown(test_facts_for_a_shell, setup, teardown),
		cmocka_unit_test_setup_teardown(test_extra_argument_is_the_last, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_unit_id_is_an_error_or_shown, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_unit_of_the_site_file_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_site_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_set_wins_over_the_file_but_not_over_itself,
						setup, teardown),
	};

	return cmocka_run_group_tests_name("run_text", tests, NULL, NULL);
}
