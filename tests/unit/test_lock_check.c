/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_lock_check.c - lines of a lock that nothing could ever match, with the real families.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "devices/registry.h"
#include "layout/lock.h"
#include "machines/guest.h"
#include "machines/machines.h"
#include "model/vm.h"

#define HEAD "format 1\nalgorithm libvirt-9\n"

/* How many lines are refused; the first one's number goes to @ret_line. */
static size_t check(const char *lines, unsigned *ret_line)
{
	struct arena arena = {0};
	struct err_list errs = {.arena = &arena};
	struct vm vm = {
		.arena = &arena,
		.machine = &machine_q35,
		.families = device_families,
	};
	const char *text = arena_fmt(&arena, "%s%send\n", HEAD, lines);
	struct lock lock;

	guest_attach(&vm);
	assert_int_equal(lock_parse(&lock, &arena, "x.layout", text, strlen(text), &errs), 0);
	int ret = lock_check(&lock, &vm, &errs);
	size_t count = errs.count;

	assert_int_equal(ret, count ? -1 : 0);
	if (count) {
		const struct err *err = &errs.first->err;

		assert_string_equal(err->at.file, "x.layout");
		assert_string_equal(err->check, "layout-lock");
		assert_true(err->what[0] && err->why[0] && err->fix[0]);
		*ret_line = err->at.line;
	}
	arena_free(&arena);
	return count;
}

static void test_lock_check_takes_what_can_be(void **state)
{
	static const char *const rows[] = {
		"device net0 pci 00:02.0\n",
		"device net15 pci 00:02.0\n",
		"device disk63.1899 pci 00:02.0\n",
		"device balloon pci 00:02.0\n",
		"device console7 serial 0:3\n",
		"device virtio-serial0 pci 00:02.0\n",
		"gone net3 pci 09:02.0\n",
		"device usb0-ich9-uhci1 pci 00:1d.0\npin usb0-ich9-uhci1.model ich9-uhci1\n",
		"gone pci.4 pci 00:02.0\n",
		"device pci.1 pci 00:02.0 pci-bridge\ndevice net0 pci 01:01.0\n",
		"pin machine-version 7.2\npin cpu-model qemu64\npin firmware QBOOT\n",
		"machine q35\npin net2.model e1000\n",
		"pin net2.7.model e1000e\n",
	};
	unsigned line;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (check(rows[i], &line))
			fail_msg("line %u is refused of: %s", line, rows[i]);
	}
}

static void test_lock_check_refuses_what_nothing_matches(void **state)
{
	static const struct {
		const char *lines;
		unsigned line;
	} rows[] = {
		{"device net0x pci 00:02.0\n", 3},
		{"gone net0x pci 00:02.0\n", 3},
		{"device net pci 00:02.0\n", 3},
		{"device net16 pci 00:02.0\n", 3},
		{"device net00 pci 00:02.0\n", 3},
		{"device net1.1900 pci 00:02.0\n", 3},
		{"device net1. pci 00:02.0\n", 3},
		{"device rng0.1 pci 00:02.0\n", 3},
		{"device balloon0 pci 00:02.0\n", 3},
		{"device usb0-ich9-uhci7 pci 00:1d.0\n", 3},
		{"device Net0 pci 00:02.0\n", 3},
		{"device virtio-serial pci 00:02.0\n", 3},
		{"device pci.1 pci 00:02.0\n", 3},
		{"device net0 pci 00:02.0\ndevice net1 pci 01:01.0\n", 4},
		{"gone pci.1 pci 00:02.0\ndevice net1 pci 01:01.0\n", 4},
		{"pin machine-versio 7.2\n", 3},
		{"pin name x\n", 3},
		{"pin net0x.model virtio\n", 3},
		{"pin net0.modell virtio\n", 3},
		{"pin net0.mac 02:00:00:00:00:01\n", 3},
		{"pin net0.model virtual\n", 3},
		{"pin firmware BIOS\n", 3},
		{"pin machine-version \n", 3},
		{"machine q36\n", 3},
		/* Another machine's: that is all there is to say. */
		{"machine pc\ndevice net0x pci 00:02.0\npin firmware BIOS\n", 3},
	};
	unsigned line = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (check(rows[i].lines, &line) != 1)
			fail_msg("not refused once: %s", rows[i].lines);
		assert_int_equal(line, rows[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock_check_takes_what_can_be),
		cmocka_unit_test(test_lock_check_refuses_what_nothing_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
