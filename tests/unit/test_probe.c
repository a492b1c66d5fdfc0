/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_probe.c - probe the installed QEMU, what is not QEMU, and write the Kconfig fragment.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "qemu/caps.h"
#include "qemu/probe.h"
#include "qemu/qmp.h"

#define QEMU  "/usr/bin/qemu-system-x86_64"
#define BOARD TOP_DIR "/boards/debian12-x86_64"

static struct arena arena;

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void need_qemu(void)
{
	if (access(QEMU, X_OK) < 0) {
		print_message("skipped: %s is not installed\n", QEMU);
		skip();
	}
}

static void test_probe_reproduces_the_board_of_the_installed_qemu(void **state)
{
	struct text text = {.arena = &arena}, diff = {.arena = &arena};
	struct caps was, is;
	struct err err;

	(void)state;
	need_qemu();
	assert_int_equal(caps_load(&arena, BOARD "/qemu.caps", &was, &err), 0);
	assert_int_equal(probe_run(QEMU, &text, &err), 0);
	assert_int_equal(caps_parse(&arena, "probed", text.data, text.len, &is, &err), 0);
	if (was.major != is.major || was.minor != is.minor) {
		print_message("skipped: QEMU %s is installed, the board has %s\n", is.version,
			      was.version);
		skip();
	}
	size_t differ = probe_compare(&was, &is, &diff);

	print_message("%s", text_str(&diff));
	assert_int_equal(differ, 0);
}

static void test_probe_gives_the_same_bytes_twice(void **state)
{
	struct text one = {.arena = &arena}, two = {.arena = &arena};
	struct err err;

	(void)state;
	need_qemu();
	assert_int_equal(probe_run(QEMU, &one, &err), 0);
	assert_int_equal(probe_run(QEMU, &two, &err), 0);
	assert_string_equal(text_str(&one), text_str(&two));
}

/*
 * Types whose trial instance kills QEMU (tried: 7.2 with colo-compare, 10.0 too) must not end the probe, and
 * what follows them must be there.
 */
static void test_probe_outlives_a_type_that_kills_qemu(void **state)
{
	struct text text = {.arena = &arena};
	struct caps caps;
	struct err err;

	(void)state;
	need_qemu();
	assert_int_equal(probe_run(QEMU, &text, &err), 0);
	assert_int_equal(caps_parse(&arena, "probed", text.data, text.len, &caps, &err), 0);
	assert_true(caps_has(&caps, "object", "colo-compare"));
	assert_true(caps_has(&caps, "object-property", "secret file"));
	assert_true(caps_has(&caps, "property", "virtio-net-pci mq"));
	assert_true(caps_has(&caps, "machine-property", "microvm rtc"));
	assert_true(caps_has(&caps, "chardev", "pty"));
	assert_true(caps_has(&caps, "blockdev", "rbd"));
	assert_true(caps_has(&caps, "netdev", "tap"));
	assert_true(caps_has(&caps, "option-parameter", "overcommit mem-lock"));
	assert_true(caps_has(&caps, "cpu-property", "hv-relaxed"));
	assert_false(caps_has(&caps, "device", "max-x86_64-cpu"));
	assert_false(caps_has(&caps, "machine-property", "pc-q35-7.2 peripheral"));
}

static void test_probe_names_a_missing_program(void **state)
{
	struct text text = {.arena = &arena};
	struct err err = {0};

	(void)state;
	assert_int_equal(probe_run("/nonexistent/qemu", &text, &err), -1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_non_null(strstr(err.what, "/nonexistent/qemu"));
	assert_string_not_equal(err.fix, "");
}

static void test_probe_refuses_a_file_that_is_no_program(void **state)
{
	struct text text = {.arena = &arena};
	struct err err = {0};

	(void)state;
	assert_int_equal(probe_run("/etc/passwd", &text, &err), -1);
	assert_int_equal(err.kind, ERR_EXEC);
}

/* A program that is not QEMU: a shell script that does @body; descriptor 3 is the monitor. */
static void start_script(const char *body, struct err *err)
{
	char path[] = "/tmp/kiln-test-probe-XXXXXX";
	int fd = mkstemp(path);
	const char *text = arena_fmt(&arena, "#!/bin/sh\n%s\n", body);
	const char *const args[] = {path, NULL};
	struct qmp qmp;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, 0700), 0);
	assert_int_equal(close(fd), 0);
	int result = qmp_start(&qmp, &arena, args, 1, err);

	qmp_stop(&qmp);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(result, -1);
	assert_int_equal(err->kind, ERR_HOST);
	assert_string_not_equal(err->fix, "");
}

static void test_qmp_tells_the_last_words_of_a_program_that_exits(void **state)
{
	struct err err = {0};

	(void)state;
	start_script("echo one >&2; echo 'no such machine' >&2; exit 3", &err);
	assert_non_null(strstr(err.what, "exited with 3"));
	assert_non_null(strstr(err.why, "no such machine"));
	assert_null(strstr(err.why, "one\n"));
}

static void test_qmp_refuses_a_program_that_speaks_something_else(void **state)
{
	struct err err = {0};

	(void)state;
	start_script("echo hello >&3; read x <&3", &err);
	assert_non_null(strstr(err.what, "not QMP"));
	start_script("echo '{\"a\":1}' >&3; read x <&3", &err);
	assert_non_null(strstr(err.what, "greeting"));
}

static void test_qmp_does_not_wait_for_ever(void **state)
{
	struct err err = {0};

	(void)state;
	start_script("read x <&3", &err);
	assert_non_null(strstr(err.what, "did not answer within 1 seconds"));
}

static void test_qmp_passes_on_a_refusal(void **state)
{
	const char *const args[] = {QEMU, "-machine", "none,accel=tcg", "-display", "none", NULL};
	struct err err = {0};
	struct qmp qmp;

	(void)state;
	need_qemu();
	assert_int_equal(qmp_start(&qmp, &arena, args, 30, &err), 0);
	json_t *reply = qmp_command(&qmp, "no-such-command", NULL, &err);

	qmp_stop(&qmp);
	assert_null(reply);
	assert_non_null(strstr(err.what, "QEMU refuses no-such-command"));
}

static void test_probe_kconfig_is_what_the_board_ships(void **state)
{
	struct text text = {.arena = &arena};
	char shipped[65536];
	struct caps caps;
	struct err err;
	FILE *file = fopen(BOARD "/qemu.Kconfig", "re");

	(void)state;
	assert_non_null(file);
	size_t len = fread(shipped, 1, sizeof(shipped) - 1, file);

	assert_int_equal(fclose(file), 0);
	shipped[len] = '\0';
	assert_int_equal(caps_load(&arena, BOARD "/qemu.caps", &caps, &err), 0);
	probe_kconfig(&caps, "debian12-x86_64", &text);
	assert_string_equal(text_str(&text), shipped);
}

static void test_probe_kconfig_has_a_symbol_for_each_thing(void **state)
{
	static const char lines[] = "cpu max\ndevice AC97\ndevice usb-kbd\nfeature run-with\n"
				    "machine pc-q35-7.2\nproperty AC97 addr\nversion 7.2.0\n";
	struct text text = {.arena = &arena};
	struct caps caps;
	struct err err;

	(void)state;
	assert_int_equal(caps_parse(&arena, "f", lines, strlen(lines), &caps, &err), 0);
	probe_kconfig(&caps, "my-board", &text);
	assert_non_null(strstr(text_str(&text), "config QEMU_DEVICE_AC97\n\tbool\n"
						"\tdefault y if BOARD_MY_BOARD\n"));
	assert_non_null(strstr(text_str(&text), "config QEMU_DEVICE_USB_KBD\n\tbool\n\tdefault y"));
	assert_non_null(strstr(text_str(&text), "config QEMU_MACHINE_PC_Q35_7_2\n\tbool\n\tdef"));
	assert_non_null(strstr(text_str(&text), "config QEMU_FEATURE_RUN_WITH\n\tbool\n\tdef"));
	/* A row of the table of capabilities is defined where it is not proven, and off. */
	assert_non_null(
		strstr(text_str(&text), "config QEMU_FEATURE_DEVICE_JSON\n\tbool\n\nconfig"));
	assert_null(strstr(text_str(&text), "PROPERTY"));
	assert_null(strstr(text_str(&text), "CPU"));
}

static void test_probe_compare_leaves_out_build_and_version(void **state)
{
	static const char one[] = "build A\ndevice a\ndevice b\nversion 7.2.1\n";
	static const char two[] = "build B\ndevice b\ndevice c\nversion 7.2.2\n";
	struct text diff = {.arena = &arena};
	struct caps was, is;
	struct err err;

	(void)state;
	assert_int_equal(caps_parse(&arena, "f", one, strlen(one), &was, &err), 0);
	assert_int_equal(caps_parse(&arena, "f", two, strlen(two), &is, &err), 0);
	assert_int_equal(probe_compare(&was, &is, &diff), 2);
	assert_string_equal(text_str(&diff), "- device a\n+ device c\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_probe_reproduces_the_board_of_the_installed_qemu),
		TEST(test_probe_gives_the_same_bytes_twice),
		TEST(test_probe_outlives_a_type_that_kills_qemu),
		TEST(test_probe_names_a_missing_program),
		TEST(test_probe_refuses_a_file_that_is_no_program),
		TEST(test_qmp_tells_the_last_words_of_a_program_that_exits),
		TEST(test_qmp_refuses_a_program_that_speaks_something_else),
		TEST(test_qmp_does_not_wait_for_ever),
		TEST(test_qmp_passes_on_a_refusal),
		TEST(test_probe_kconfig_is_what_the_board_ships),
		TEST(test_probe_kconfig_has_a_symbol_for_each_thing),
		TEST(test_probe_compare_leaves_out_build_and_version),
	};
	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
