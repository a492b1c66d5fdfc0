/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_layout_packed.c - the packed policy: eight devices to a port, the ceiling, the lock; and the
 * versions of the algorithm that locks name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "layout_vm.h"

static struct bench *packed_new(void)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	b->vm.guest.pci_packed = true;
	return b;
}

static int lay_with(struct bench *b, const char *lock)
{
	const struct lock *with = NULL;

	if (lock) {
		if (bench_lock(b, "test.layout", lock))
			fail_msg("%s", b->errs.first->err.what);
		with = &b->lock;
	}
	return layout_assign(&b->vm, with, &b->layout, &b->errs);
}

static void lay_ok(struct bench *b, const char *lock)
{
	if (lay_with(b, lock) != 0)
		fail_msg("%s / %s", b->errs.first->err.what, b->errs.first->err.why);
}

static void assert_part(const struct bench *b, const char *part, const char *text)
{
	const struct err *err = &b->errs.first->err;

	if (!strstr(part, text))
		fail_msg("\"%s\" is not in: %s", text, part);
	assert_true(err->what[0] && err->why[0] && err->fix[0]);
}

#define assert_at(b, id, addr)    assert_string_equal(addr_of(b, id), addr)
#define assert_err(b, part, text) assert_part(b, b->errs.first->err.part, text)

static void test_packed_eight_share_a_port(void **state)
{
	struct bench *b = packed_new();

	(void)state;
	add_many(b, &t_disk_family, 9);
	add(b, &t_net_family, "e1000", 0);
	add(b, &t_hostdev_family, NULL, 0);
	lay_ok(b, NULL);
	assert_at(b, "disk0", "03:00.0");
	assert_at(b, "disk7", "03:00.7");
	assert_at(b, "disk8", "04:00.0");
	/* A conventional device and a passed-through one are placed as ever. */
	assert_at(b, "net0", "02:01.0");
	assert_at(b, "hostdev0", "05:00.0");
	assert_int_equal(vm_find(&b->vm, "disk0")->addr.multifunction, MULTI_ON);
	assert_int_equal(vm_find(&b->vm, "disk1")->addr.multifunction, MULTI_DEFAULT);
	/* Alone behind its port, it has the mark too: another one may come. */
	assert_int_equal(vm_find(&b->vm, "disk8")->addr.multifunction, MULTI_ON);
	assert_string_equal(layout_algorithm_name(b->layout.algorithm), "packed-1");
	bench_free(b);
}

static void test_packed_configured_endpoints_are_not_joined(void **state)
{
	struct bench *b = packed_new();

	(void)state;
	want(add(b, &t_disk_family, NULL, 0), 0, 5, 0);
	want(add(b, &t_disk_family, NULL, 1), 1, 0, 0);
	add(b, &t_disk_family, NULL, 2);
	lay_ok(b, NULL);
	assert_at(b, "disk0", "00:05.0");
	assert_at(b, "disk1", "01:00.0");
	assert_at(b, "disk2", "02:00.0");
	assert_at(b, "pci.1", "00:01.0");
	bench_free(b);
}

static void test_packed_ceiling_is_1920(void **state)
{
	struct bench *b = packed_new();

	(void)state;
	b->vm.guest.spare_as_libvirt = false;
	add_many(b, &t_disk_family, 1920);
	lay_ok(b, NULL);
	assert_at(b, "disk1919", "f0:00.7");
	assert_at(b, "pci.240", "00:1e.7");
	assert_int_equal(b->layout.budget.packed, 1920);
	assert_int_equal(b->layout.budget.free_packed, 0);
	bench_free(b);

	b = packed_new();
	b->vm.guest.spare_as_libvirt = false;
	add_many(b, &t_disk_family, 1921);
	assert_int_equal(lay_with(b, NULL), -1);
	assert_err(b, what, "there is no place for pci.241");
	assert_err(b, why, "1921 devices");
	assert_err(b, why, "Packed places");
	assert_err(b, fix, "CONFIG_DISK_COUNT");
	bench_free(b);
}

static void test_packed_lock_keeps_functions(void **state)
{
	struct bench *b = packed_new();
	char *lock;

	(void)state;
	add_many(b, &t_disk_family, 10);
	lay_ok(b, NULL);
	lock = strdup(lock_text(&b->vm, &b->layout, NULL, NULL, 0));
	assert_non_null(strstr(lock, "algorithm packed-1\n"));
	bench_free(b);
	/* disk3 goes, a NIC comes: its function is not handed out, nothing moves. */
	b = packed_new();
	for (unsigned i = 0; i < 10; i++) {
		if (i != 3)
			add(b, &t_disk_family, NULL, i);
	}
	add(b, &t_net_family, "virtio", 0);
	lay_ok(b, lock);
	assert_at(b, "disk2", "01:00.2");
	assert_at(b, "disk4", "01:00.4");
	assert_at(b, "disk9", "02:00.1");
	assert_at(b, "net0", "02:00.2");
	bench_free(b);
	/* disk0 is function 0 of the others: without it a guest finds none of them. */
	b = packed_new();
	for (unsigned i = 1; i < 10; i++)
		add(b, &t_disk_family, NULL, i);
	assert_int_equal(lay_with(b, lock), -1);
	assert_err(b, what, "disk1 would lose function 0 of its slot");
	assert_err(b, fix, "DEVICE=disk1");
	bench_free(b);
	free(lock);
}

static void test_packed_lock_of_another_policy_is_refused(void **state)
{
	struct bench *b = packed_new();

	(void)state;
	b->vm.guest_dev = add(b, &t_disk_family, NULL, 0);
	assert_int_equal(lay_with(b, "format 1\nalgorithm libvirt-9\n"), -1);
	assert_err(b, what, "algorithm libvirt-9, and .config wants packed");
	assert_err(b, fix, "CONFIG_PCI_POLICY_LIBVIRT=y");
	bench_free(b);
	b = bench_new(&machine_q35, &board_11);
	b->vm.guest_dev = add(b, &t_disk_family, NULL, 0);
	assert_int_equal(lay_with(b, "format 1\nalgorithm packed-1\n"), -1);
	assert_err(b, fix, "CONFIG_PCI_POLICY_PACKED=y");
	bench_free(b);
}

static void test_packed_function_without_a_first_is_told(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	want(add(b, &t_disk_family, NULL, 0), 0, 5, 2);
	lay_ok(b, NULL);
	assert_int_equal(b->layout.note_count, 1);
	assert_non_null(strstr(b->layout.notes[0], "disk0 is at 00:05.2"));
	bench_free(b);
}

/* An i440fx whose second SCSI-like controller makes the two orders differ (pci-rules 16.1). */
static const char *bridge_at(const struct board *board, const char *lock, char **ret_lock)
{
	static char at[PCI_ADDR_TEXT];
	struct bench *b = bench_new(&machine_pc, board);

	add_controller(b, &controller_pci_family, "pci-bridge", 8);
	lay_ok(b, lock);
	(void)snprintf(at, sizeof(at), "%s", addr_of(b, "pci.8"));
	if (ret_lock)
		*ret_lock = strdup(lock_text(&b->vm, &b->layout, NULL, NULL, 0));
	bench_free(b);
	return at;
}

static void test_packed_older_algorithms_give_the_old_addresses(void **state)
{
	static const char by_9[] = "format 1\nalgorithm libvirt-9\n";
	static const char by_11[] = "format 1\nalgorithm libvirt-11\n";
	char *lock;

	(void)state;
	/* The lock's version decides, not the board's: here for what the lock has no line of. */
	assert_string_equal(bridge_at(&board_9, NULL, NULL), "00:02.0");
	assert_string_equal(bridge_at(&board_11, NULL, NULL), "00:09.0");
	assert_string_equal(bridge_at(&board_11, by_9, NULL), "00:02.0");
	assert_string_equal(bridge_at(&board_9, by_11, NULL), "00:09.0");
	/* A whole lock gives its addresses on either board, and keeps its version. */
	assert_string_equal(bridge_at(&board_9, NULL, &lock), "00:02.0");
	assert_non_null(strstr(lock, "algorithm libvirt-9\n"));
	assert_string_equal(bridge_at(&board_11, lock, NULL), "00:02.0");
	free(lock);
	assert_string_equal(bridge_at(&board_11, NULL, &lock), "00:09.0");
	assert_non_null(strstr(lock, "algorithm libvirt-11\n"));
	assert_string_equal(bridge_at(&board_9, lock, NULL), "00:09.0");
	free(lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packed_eight_share_a_port),
		cmocka_unit_test(test_packed_configured_endpoints_are_not_joined),
		cmocka_unit_test(test_packed_ceiling_is_1920),
		cmocka_unit_test(test_packed_lock_keeps_functions),
		cmocka_unit_test(test_packed_lock_of_another_policy_is_refused),
		cmocka_unit_test(test_packed_function_without_a_first_is_told),
		cmocka_unit_test(test_packed_older_algorithms_give_the_old_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
