/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_mmio.c - virtio-mmio transports: who sits on one, in which order, what the lock keeps, what
 * is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "layout/mmio.h"
#include "layout_vm.h"
#include "model/check.h"

static struct bench *virt_new(void)
{
	struct bench *b = bench_new(&machine_virt, &board_9);

	b->vm.guest.virtio_mmio = true;
	return b;
}

static unsigned transport_of(struct bench *b, const char *id)
{
	const struct vm_dev *dev = vm_find(&b->vm, id);

	assert_non_null(dev);
	assert_int_equal(dev->addr.kind, ADDR_VIRTIO_MMIO);
	return dev->addr.transport;
}

static const char *lock_of(struct bench *b)
{
	return lock_text(&b->vm, &b->layout, b->layout.lock, NULL, 0);
}

static void use_lock(struct bench *b, const char *lines)
{
	const char *text = arena_fmt(&b->arena, "format 1\nalgorithm libvirt-9\n%s", lines);

	assert_int_equal(bench_lock(b, "test.layout", text), 0);
}

static void test_mmio_order_is_that_of_libvirts_arguments(void **state)
{
	struct bench *b = virt_new();

	(void)state;
	add(b, &t_rng_family, NULL, 0);
	add(b, &t_balloon_family, NULL, 0);
	add(b, &t_net_family, NULL, 0);
	add(b, &t_disk_family, NULL, 1);
	add(b, &t_disk_family, NULL, 0);
	add(b, &t_console_family, "virtio", 0);
	assert_int_equal(layout_assign(&b->vm, NULL, &b->layout, &b->errs), 0);
	assert_int_equal(transport_of(b, "virtio-serial0"), 31);
	assert_int_equal(transport_of(b, "disk1"), 30);
	assert_int_equal(transport_of(b, "disk0"), 29);
	assert_int_equal(transport_of(b, "net0"), 28);
	assert_int_equal(transport_of(b, "balloon0"), 27);
	assert_int_equal(transport_of(b, "rng0"), 26);
	assert_int_equal(mmio_address(&b->vm, vm_find(&b->vm, "disk1")), 0x0a003c00);
	assert_string_equal(dev_driver(vm_find(&b->vm, "net0")), "virtio-net-device");
	assert_string_equal(dev_driver(vm_find(&b->vm, "virtio-serial0")), "virtio-serial-device");
	assert_int_equal(b->layout.dev_count, 0);
	bench_free(b);
}

static void test_mmio_is_not_used_where_pci_is(void **state)
{
	struct bench *b = bench_new(&machine_virt, &board_9);

	(void)state;
	add(b, &t_net_family, NULL, 0);
	assert_int_equal(layout_assign(&b->vm, NULL, &b->layout, &b->errs), 0);
	assert_string_equal(addr_of(b, "net0"), "01:00.0");
	assert_string_equal(dev_driver(vm_find(&b->vm, "net0")), "virtio-net-pci");
	bench_free(b);
}

static void test_mmio_is_not_for_pci_models_and_pci_addresses(void **state)
{
	struct bench *b = virt_new();

	(void)state;
	add(b, &t_net_family, NULL, 0);
	want(add(b, &t_net_family, NULL, 1), 0, 3, 0);
	add(b, &t_net_family, "e1000e", 2);
	add(b, &t_video_family, "virtio", 0);
	assert_int_equal(layout_assign(&b->vm, NULL, &b->layout, &b->errs), 0);
	assert_int_equal(transport_of(b, "net0"), 31);
	assert_string_equal(addr_of(b, "net1"), "00:03.0");
	assert_string_equal(addr_of(b, "net2"), "01:00.0");
	/* QEMU has no virtio-vga on a transport. */
	assert_string_equal(addr_of(b, "video0"), "02:00.0");
	bench_free(b);
}

static void test_mmio_counts_down_from_the_last_transport_of_each_machine(void **state)
{
	static const struct {
		const struct machine *machine;
		unsigned last;
	} rows[] = {{&machine_virt, 31},
		    {&machine_microvm, 7},
		    {&machine_microvm_acpi, 23},
		    {&machine_microvm_pcie, 23}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bench *b = bench_new(rows[i].machine, &board_9);

		b->vm.guest.virtio_mmio = true;
		add_many(b, &t_disk_family, rows[i].last + 1);
		assert_int_equal(layout_assign(&b->vm, NULL, &b->layout, &b->errs), 0);
		assert_int_equal(transport_of(b, "disk0"), rows[i].last);
		assert_int_equal(transport_of(b, arena_fmt(&b->arena, "disk%u", rows[i].last)), 0);
		bench_free(b);
		b = bench_new(rows[i].machine, &board_9);
		b->vm.guest.virtio_mmio = true;
		add_many(b, &t_disk_family, rows[i].last + 2);
		assert_int_equal(layout_assign(&b->vm, NULL, &b->layout, &b->errs), -1);
		assert_int_equal(b->errs.count, 1);
		assert_string_equal(b->errs.first->err.check, "mmio-room");
		assert_non_null(strstr(b->errs.first->err.fix, "CONFIG_DISK_COUNT"));
		bench_free(b);
	}
}

static void test_mmio_lock_keeps_transports_when_devices_come_and_go(void **state)
{
	struct bench *b = virt_new();

	(void)state;
	use_lock(b, "device disk0 mmio 31\ndevice disk2 mmio 29\ngone disk1 mmio 30\n");
	add_many(b, &t_disk_family, 1);
	add(b, &t_disk_family, NULL, 2);
	add(b, &t_rng_family, NULL, 0);
	assert_int_equal(layout_assign(&b->vm, &b->lock, &b->layout, &b->errs), 0);
	assert_int_equal(transport_of(b, "disk0"), 31);
	assert_int_equal(transport_of(b, "disk2"), 29);
	assert_int_equal(transport_of(b, "rng0"), 28);
	const char *text = lock_of(b);

	assert_non_null(strstr(text, "device disk0 mmio 31\n"));
	assert_non_null(strstr(text, "device rng0 mmio 28\n"));
	assert_non_null(strstr(text, "gone disk1 mmio 30\n"));
	bench_free(b);
	/* What was removed comes back to its own. */
	b = virt_new();
	use_lock(b, "device disk0 mmio 31\ngone disk1 mmio 17\n");
	add_many(b, &t_disk_family, 2);
	assert_int_equal(layout_assign(&b->vm, &b->lock, &b->layout, &b->errs), 0);
	assert_int_equal(transport_of(b, "disk1"), 17);
	bench_free(b);
}

static void test_mmio_place_of_a_removed_device_comes_last(void **state)
{
	struct bench *b = bench_new(&machine_microvm, &board_9);

	(void)state;
	use_lock(b, "gone rng0 mmio 7\n");
	add_many(b, &t_disk_family, 8);
	assert_int_equal(layout_assign(&b->vm, &b->lock, &b->layout, &b->errs), 0);
	assert_int_equal(transport_of(b, "disk0"), 6);
	assert_int_equal(transport_of(b, "disk7"), 7);
	assert_int_equal(b->layout.note_count, 1);
	assert_null(strstr(lock_of(b), "gone"));
	bench_free(b);
}

static void test_mmio_lock_that_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *lines, *why;
	} rows[] = {
		{"device disk0 mmio 8\n", "8 virtio-mmio transports"},
		{"device disk0 mmio 5\ndevice disk1 mmio 5\n", "gives it to disk0 too"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bench *b = bench_new(&machine_microvm, &board_9);

		use_lock(b, rows[i].lines);
		add_many(b, &t_disk_family, 2);
		assert_int_equal(layout_assign(&b->vm, &b->lock, &b->layout, &b->errs), -1);
		assert_string_equal(b->errs.first->err.check, "layout-lock");
		assert_non_null(strstr(b->errs.first->err.why, rows[i].why));
		bench_free(b);
	}
}

static void test_mmio_lines_of_the_lock_that_are_no_lines(void **state)
{
	static const char *const bad[] = {"device disk0 mmio\n", "device disk0 mmio x\n",
					  "device disk0 mmio 3x\n", "device disk0 mmio 300\n",
					  "device disk0 mmio -1\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct bench *b = virt_new();
		const char *text =
			arena_fmt(&b->arena, "format 1\nalgorithm libvirt-9\n%s", bad[i]);

		assert_int_equal(bench_lock(b, "test.layout", text), -1);
		bench_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mmio_order_is_that_of_libvirts_arguments),
		cmocka_unit_test(test_mmio_is_not_used_where_pci_is),
		cmocka_unit_test(test_mmio_is_not_for_pci_models_and_pci_addresses),
		cmocka_unit_test(test_mmio_counts_down_from_the_last_transport_of_each_machine),
		cmocka_unit_test(test_mmio_lock_keeps_transports_when_devices_come_and_go),
		cmocka_unit_test(test_mmio_place_of_a_removed_device_comes_last),
		cmocka_unit_test(test_mmio_lock_that_cannot_be_is_refused),
		cmocka_unit_test(test_mmio_lines_of_the_lock_that_are_no_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
