/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_layout.c - whole machines through layout_assign(): the worked examples of the rules, the
 * spare places, configured addresses, refusals, numbering, both algorithms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "layout_vm.h"

static int lay(struct bench *b)
{
	int ret = layout_assign(&b->vm, NULL, &b->layout, &b->errs);

	assert_int_equal(ret, b->errs.first ? -1 : 0);
	return ret;
}

static void lay_ok(struct bench *b)
{
	if (lay(b) != 0)
		fail_msg("%s / %s", b->errs.first->err.what, b->errs.first->err.why);
}

static const struct controller_pci *numbers(struct bench *b, const char *id)
{
	return vm_find(&b->vm, id)->data;
}

static void assert_part(const struct bench *b, const char *part, const char *text)
{
	const struct err *err = &b->errs.first->err;

	if (!part || !strstr(part, text))
		fail_msg("\"%s\" is not in: %s", text, part);
	assert_true(err->why[0] && err->fix[0]);
}

#define assert_at(b, id, addr)    assert_string_equal(addr_of(b, id), addr)
#define assert_err(b, part, text) assert_part(b, b->errs.first->err.part, text)

static void test_layout_example_1_i440fx_plain(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	add(b, &t_video_family, "vga", 0);
	add_controller(b, &t_usb_family, "piix3-uhci", 0);
	add(b, &t_balloon_family, NULL, 0);
	add(b, &t_disk_family, NULL, 0);
	add(b, &t_net_family, "virtio", 0);
	add(b, &t_net_family, "e1000", 1);
	lay_ok(b);
	assert_at(b, "video0", "00:02.0");
	assert_at(b, "usb0", "00:01.2");
	assert_at(b, "net0", "00:03.0");
	assert_at(b, "net1", "00:04.0");
	assert_at(b, "disk0", "00:05.0");
	assert_at(b, "balloon0", "00:06.0");
	assert_string_equal(addr_of(b, "pci.1"), "?");
	bench_free(b);
}

static void test_layout_example_2_i440fx_overflow(void **state)
{
	(void)state;
	for (unsigned n = 26; n <= 28; n++) {
		struct bench *b = bench_new(&machine_pc, &board_9);

		add(b, &t_video_family, "vga", 0);
		add(b, &t_balloon_family, NULL, 0);
		add_many(b, &t_disk_family, n);
		lay_ok(b);
		assert_at(b, "disk0", n < 28 ? "00:03.0" : "00:04.0");
		assert_at(b, "pci.1", n < 28 ? "?" : "00:03.0");
		if (n == 28) {
			assert_at(b, "disk27", "00:1f.0");
			assert_at(b, "balloon0", "01:01.0");
			assert_int_equal(numbers(b, "pci.1")->chassis_nr, 1);
		}
		bench_free(b);
	}
}

static void test_layout_example_3_q35_ports_and_spare(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_net_family, "virtio", 0);
	add_many(b, &t_disk_family, 2);
	add(b, &t_video_family, "virtio", 0);
	add(b, &t_balloon_family, NULL, 0);
	add_controller(b, &t_usb_family, "qemu-xhci", 0);
	lay_ok(b);
	assert_at(b, "video0", "00:01.0");
	assert_at(b, "pci.1", "00:02.0");
	assert_at(b, "pci.6", "00:02.5");
	assert_at(b, "pci.7", "?");
	assert_at(b, "net0", "01:00.0");
	assert_at(b, "usb0", "02:00.0");
	assert_at(b, "disk0", "03:00.0");
	assert_at(b, "disk1", "04:00.0");
	assert_at(b, "balloon0", "05:00.0");
	assert_int_equal(vm_find(&b->vm, "pci.1")->addr.multifunction, MULTI_ON);
	assert_int_equal(vm_find(&b->vm, "pci.2")->addr.multifunction, MULTI_DEFAULT);
	assert_int_equal(numbers(b, "pci.1")->port, 16);
	assert_int_equal(numbers(b, "pci.6")->port, 21);
	assert_int_equal(numbers(b, "pci.6")->chassis, 6);
	assert_int_equal(b->layout.budget.free_ports, 1);
	bench_free(b);
}

static void test_layout_example_4_q35_conventional(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_net_family, "e1000", 0);
	add(b, &t_net_family, "e1000e", 1);
	add(b, &t_sound_family, "ich9", 0);
	add(b, &t_video_family, "vga", 0);
	add(b, &t_watchdog_family, NULL, 0);
	add(b, &t_balloon_family, NULL, 0);
	add_controller(b, &t_usb_family, "qemu-xhci", 0);
	lay_ok(b);
	assert_at(b, "video0", "00:01.0");
	assert_at(b, "sound0", "00:1b.0");
	assert_at(b, "pci.1", "00:02.0");
	assert_at(b, "pci.2", "01:00.0");
	assert_string_equal(vm_find(&b->vm, "pci.2")->class->name, "pcie-to-pci-bridge");
	assert_at(b, "pci.6", "00:02.4");
	assert_at(b, "pci.7", "?");
	assert_at(b, "net0", "02:01.0");
	assert_at(b, "watchdog0", "02:02.0");
	assert_at(b, "net1", "03:00.0");
	assert_at(b, "usb0", "04:00.0");
	assert_at(b, "balloon0", "05:00.0");
	bench_free(b);
}

static void test_layout_example_6_listed_ports_have_no_spare(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_controller(b, &t_usb_family, "qemu-xhci", 0);
	add_controller(b, &controller_pci_family, "pcie-root-port", 1);
	add_controller(b, &controller_pci_family, "pcie-root-port", 2);
	add(b, &t_net_family, "virtio", 0);
	add_many(b, &t_disk_family, 3);
	add(b, &t_balloon_family, NULL, 0);
	lay_ok(b);
	assert_at(b, "pci.1", "00:01.0");
	assert_at(b, "pci.6", "00:01.5");
	assert_at(b, "pci.7", "?");
	assert_at(b, "net0", "01:00.0");
	assert_at(b, "usb0", "02:00.0");
	assert_at(b, "disk2", "05:00.0");
	assert_at(b, "balloon0", "06:00.0");
	assert_int_equal(b->layout.spare, 0);
	bench_free(b);
}

static void test_layout_example_7_ports_fill_a_second_slot(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_controller(b, &t_usb_family, "qemu-xhci", 0);
	add_many(b, &t_disk_family, 9);
	lay_ok(b);
	assert_at(b, "usb0", "01:00.0");
	assert_at(b, "disk0", "02:00.0");
	assert_at(b, "disk8", "0a:00.0");
	assert_at(b, "pci.8", "00:01.7");
	assert_at(b, "pci.9", "00:02.0");
	assert_at(b, "pci.11", "00:02.2");
	assert_at(b, "pci.12", "?");
	assert_int_equal(vm_find(&b->vm, "pci.9")->addr.multifunction, MULTI_ON);
	bench_free(b);
}

static void test_layout_without_the_virtio_split_is_conventional(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_old);

	(void)state;
	add(b, &t_disk_family, NULL, 0);
	lay_ok(b);
	assert_at(b, "pci.1", "00:1e.0");
	assert_string_equal(vm_find(&b->vm, "pci.1")->class->name, "dmi-to-pci-bridge");
	assert_string_equal(vm_find(&b->vm, "pci.2")->class->name, "pci-bridge");
	assert_at(b, "pci.2", "01:00.0");
	assert_at(b, "disk0", "02:01.0");
	bench_free(b);
}

static void test_layout_uhci1_has_its_slots(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_controller(b, &t_usb_family, "ich9-uhci1", 0);
	add_controller(b, &t_usb_family, "ich9-uhci1", 1);
	lay_ok(b);
	assert_at(b, "usb0", "00:1d.0");
	assert_at(b, "usb1", "00:1a.0");
	assert_int_equal(vm_find(&b->vm, "usb0")->addr.multifunction, MULTI_ON);
	/* Nothing needed a bus, so there is no spare port either. */
	assert_at(b, "pci.1", "?");
	bench_free(b);
}

static void test_layout_primary_video_taken_goes_elsewhere(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);
	const struct layout_dev *rec;

	(void)state;
	want(add(b, &t_net_family, "virtio", 0), 0, 2, 0);
	add(b, &t_video_family, "vga", 0);
	add(b, &t_video_family, "virtio", 1);
	lay_ok(b);
	assert_at(b, "video0", "00:03.0");
	assert_at(b, "video1", "00:04.0");
	rec = layout_find(&b->layout, vm_find(&b->vm, "video0"));
	assert_non_null(strstr(rec->tried, "net0"));
	bench_free(b);
}

static void test_layout_secondary_video_is_not_primary(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	add(b, &t_video_family, "none", 0);
	add(b, &t_video_family, "virtio", 1);
	add(b, &t_net_family, "virtio", 0);
	lay_ok(b);
	assert_at(b, "net0", "00:02.0");
	assert_at(b, "video1", "00:03.0");
	bench_free(b);
}

static void test_layout_required_place_elsewhere_is_refused(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);
	struct vm_dev *usb = add_controller(b, &t_usb_family, "piix3-uhci", 0);

	(void)state;
	want(usb, 0, 5, 0);
	assert_int_equal(lay(b), -1);
	assert_err(b, what, "00:05.0");
	assert_err(b, why, "00:01.2");
	bench_free(b);

	b = bench_new(&machine_pc, &board_9);
	want(add_controller(b, &t_ide_family, "piix3", 0), 0, 1, 1);
	lay_ok(b);
	assert_at(b, "ide0", "00:01.1");
	bench_free(b);
}

static void test_layout_built_in_functions_are_not_for_devices(void **state)
{
	static const struct {
		const struct machine *machine;
		unsigned slot, function;
		const char *name;
	} rows[] = {
		{&machine_pc, 1, 0, "ISA bridge"},          {&machine_pc, 1, 1, "IDE controller 0"},
		{&machine_pc, 1, 3, "power management"},    {&machine_q35, 31, 0, "ISA bridge"},
		{&machine_q35, 31, 2, "SATA controller 0"}, {&machine_q35, 31, 3, "SMBus"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench *b = bench_new(rows[i].machine, &board_9);

		want(add(b, &t_net_family, "virtio", 0), 0, rows[i].slot, rows[i].function);
		assert_int_equal(lay(b), -1);
		assert_err(b, why, rows[i].name);
		assert_err(b, sym, "CONFIG_NET0_PCI_ADDRESS");
		assert_int_equal(b->errs.count, 1);
		bench_free(b);
	}
}

static void test_layout_configured_endpoints_may_mix(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	want(add(b, &t_net_family, "e1000", 0), 0, 5, 0);
	want(add(b, &t_disk_family, NULL, 0), 0, 5, 3);
	lay_ok(b);
	assert_at(b, "net0", "00:05.0");
	assert_at(b, "disk0", "00:05.3");
	assert_int_equal(vm_find(&b->vm, "net0")->addr.multifunction, MULTI_ON);
	assert_at(b, "pci.1", "?");
	bench_free(b);
}

static void test_layout_configured_bus_is_raised_behind_its_port(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	want(add(b, &t_net_family, "e1000", 0), 1, 5, 0);
	lay_ok(b);
	assert_at(b, "net0", "02:05.0");
	assert_true(layout_find(&b->layout, vm_find(&b->vm, "net0"))->raised);
	assert_string_equal(layout_find(&b->layout, vm_find(&b->vm, "pci.2"))->asked_by, "net0");
	bench_free(b);
}

static void test_layout_clash_names_both_and_a_free_address(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);
	char wrong[PCI_ADDR_TEXT];
	struct pci_addr addr = {.slot = 2};

	(void)state;
	want(add(b, &t_disk_family, NULL, 0), 0, 3, 0);
	want(add(b, &t_net_family, "virtio", 0), 0, 3, 0);
	want(add(b, &t_rng_family, NULL, 0), 0, 2, 0);
	assert_int_equal(lay(b), -1);
	assert_int_equal(b->errs.count, 1);
	assert_err(b, sym, "CONFIG_NET0_PCI_ADDRESS");
	assert_err(b, what, "00:03.0");
	assert_err(b, why, "CONFIG_DISK0_PCI_ADDRESS");
	assert_err(b, fix, "00:04.0");
	/* An address that a later device has is no advice. */
	assert_null(strstr(b->errs.first->err.fix, pci_addr_text(&addr, wrong)));
	bench_free(b);
}

static void test_layout_all_clashes_are_told(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		want(add(b, &t_net_family, "virtio", i), 0, 3, 0);
	want(add(b, &t_disk_family, NULL, 0), 0, 0, 0);
	assert_int_equal(lay(b), -1);
	assert_int_equal(b->errs.count, 4);
	err_list_for_each(node, &b->errs) {
		assert_true(node->err.why[0] && node->err.fix[0] && node->err.sym[0]);
	}
	bench_free(b);
}

static void test_layout_full_by_configuration_adds_no_bridge(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	for (unsigned slot = 2; slot <= 31; slot++)
		want(add(b, &t_net_family, "virtio", slot - 2), 0, slot, 0);
	lay_ok(b);
	assert_at(b, "pci.1", "?");
	bench_free(b);

	/* One slot is free: it is kept free by a bridge only when a device wants it. */
	b = bench_new(&machine_pc, &board_9);
	for (unsigned slot = 2; slot <= 30; slot++)
		want(add(b, &t_net_family, "virtio", slot - 2), 0, slot, 0);
	add(b, &t_disk_family, NULL, 0);
	lay_ok(b);
	assert_at(b, "pci.1", "00:1f.0");
	assert_at(b, "disk0", "01:01.0");
	bench_free(b);
}

static void test_layout_spare_ports_by_number(void **state)
{
	(void)state;
	for (unsigned n = 0; n <= 3; n++) {
		struct bench *b = bench_new(&machine_q35, &board_9);

		b->vm.guest.spare_as_libvirt = false;
		b->vm.guest.spare_ports = n;
		add(b, &t_disk_family, NULL, 0);
		lay_ok(b);
		assert_int_equal(b->layout.budget.ports, n + 1);
		assert_int_equal(b->layout.budget.free_ports, n);
		bench_free(b);
	}
}

static void test_layout_q35_ceiling_is_239_disks(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_many(b, &t_disk_family, 239);
	lay_ok(b);
	assert_at(b, "pci.240", "00:1e.7");
	assert_int_equal(b->layout.budget.more_ports, 0);
	bench_free(b);

	b = bench_new(&machine_q35, &board_9);
	add_many(b, &t_disk_family, 240);
	assert_int_equal(lay(b), -1);
	assert_int_equal(b->errs.count, 1);
	assert_err(b, fix, "CONFIG_DISK_COUNT");
	assert_err(b, why, "240 devices and 1 spare place need 241 more PCI controllers");
	assert_err(b, what, "pci.241, the pcie-root-port that the spare port needs");
	assert_string_equal(b->errs.first->err.check, "pci-room");
	bench_free(b);
}

/* libvirt refuses exactly 60 (seen): the bridge finds all slots taken. One spare place more helps. */
static void test_layout_i440fx_bridge_without_a_slot(void **state)
{
	struct bench *b;

	(void)state;
	for (unsigned n = 59; n <= 61; n++) {
		b = bench_new(&machine_pc, &board_9);
		add_many(b, &t_disk_family, n);
		assert_int_equal(lay(b), n == 60 ? -1 : 0);
		if (n == 60)
			assert_err(b, fix, "CONFIG_SPARE_PORTS_FIXED");
		bench_free(b);
	}
	b = bench_new(&machine_pc, &board_9);
	b->vm.guest.spare_as_libvirt = false;
	b->vm.guest.spare_ports = 2;
	add_many(b, &t_disk_family, 60);
	lay_ok(b);
	assert_int_equal(b->layout.set.count, 3);
	bench_free(b);
}

static void test_layout_consoles_share_a_serial_controller(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_disk_family, NULL, 0);
	add(b, &t_console_family, "serial", 0);
	for (unsigned i = 1; i <= 32; i++)
		add(b, &t_console_family, "virtio", i);
	lay_ok(b);
	assert_at(b, "virtio-serial0", "01:00.0");
	assert_at(b, "virtio-serial1", "02:00.0");
	assert_at(b, "disk0", "03:00.0");
	assert_int_equal(vm_find(&b->vm, "console0")->addr.kind, ADDR_NONE);
	assert_int_equal(vm_find(&b->vm, "console1")->addr.serial.port, 0);
	assert_int_equal(vm_find(&b->vm, "console31")->addr.serial.port, 30);
	assert_int_equal(vm_find(&b->vm, "console32")->addr.serial.controller, 1);
	assert_int_equal(vm_find(&b->vm, "console32")->addr.serial.port, 0);
	bench_free(b);
}

/* pci-rules 16.1: a pci-bridge 8 is listed, 1 to 7 are holes that become bridges. */
static void test_layout_algorithms_differ_in_the_list_order(void **state)
{
	static const struct {
		const struct board *board;
		const char *pci1, *pci8;
	} rows[] = {{&board_9, "00:03.0", "00:02.0"}, {&board_11, "00:02.0", "00:09.0"}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bench *b = bench_new(&machine_pc, rows[i].board);

		add_controller(b, &controller_pci_family, "pci-root", 0);
		add_controller(b, &controller_pci_family, "pci-bridge", 8);
		lay_ok(b);
		assert_at(b, "pci.1", rows[i].pci1);
		assert_at(b, "pci.8", rows[i].pci8);
		bench_free(b);
	}
}

static void test_layout_expanders_number_downwards(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	add_controller(b, &controller_pci_family, "pci-root", 0);
	add_controller(b, &controller_pci_family, "pci-expander-bus", 1);
	add_controller(b, &controller_pci_family, "pci-expander-bus", 2);
	lay_ok(b);
	assert_int_equal(numbers(b, "pci.1")->bus_nr, 254);
	assert_int_equal(numbers(b, "pci.2")->bus_nr, 252);
	bench_free(b);
}

static void test_layout_expanders_run_out_of_numbers(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);
	struct controller_pci *first;

	(void)state;
	add_controller(b, &controller_pci_family, "pci-root", 0);
	first = add_controller(b, &controller_pci_family, "pci-expander-bus", 1)->data;
	first->bus_nr = 2;
	add_controller(b, &controller_pci_family, "pci-expander-bus", 2);
	assert_int_equal(lay(b), -1);
	assert_err(b, what, "PCI controller 2");
	bench_free(b);
}

static void test_layout_switch_ports(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_controller(b, &controller_pci_family, "pcie-root", 0);
	add_controller(b, &controller_pci_family, "pcie-root-port", 1);
	add_controller(b, &controller_pci_family, "pcie-switch-upstream-port", 2);
	add_controller(b, &controller_pci_family, "pcie-switch-downstream-port", 3);
	add_controller(b, &controller_pci_family, "pcie-switch-downstream-port", 4);
	add(b, &t_disk_family, NULL, 0);
	lay_ok(b);
	assert_at(b, "pci.2", "01:00.0");
	assert_at(b, "pci.3", "02:00.0");
	assert_at(b, "pci.4", "02:01.0");
	assert_at(b, "disk0", "03:00.0");
	assert_int_equal(numbers(b, "pci.4")->port, 1);
	assert_int_equal(numbers(b, "pci.4")->chassis, 4);
	bench_free(b);
}

static void test_layout_bridge_index_must_exceed_its_bus(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);
	struct vm_dev *bridge;

	(void)state;
	add_controller(b, &controller_pci_family, "pci-root", 0);
	bridge = add_controller(b, &controller_pci_family, "pci-bridge", 1);
	add_controller(b, &controller_pci_family, "pci-bridge", 2);
	want(bridge, 2, 1, 0);
	assert_int_equal(lay(b), -1);
	assert_err(b, why, "larger");
	bench_free(b);
}

static void test_layout_unknown_algorithm_is_refused(void **state)
{
	static const struct board board = {
		.name = "odd", .layout_algorithm = "libvirt-8", .caps = &caps_new};
	struct bench *b = bench_new(&machine_pc, &board);

	(void)state;
	assert_int_equal(lay(b), -1);
	assert_err(b, what, "libvirt-8");
	bench_free(b);
}

static void test_layout_order_is_by_rank_not_by_list(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_rng_family, NULL, 0);
	add(b, &t_balloon_family, NULL, 0);
	add(b, &t_disk_family, NULL, 0);
	add(b, &t_net_family, "virtio", 0);
	lay_ok(b);
	assert_at(b, "net0", "01:00.0");
	assert_at(b, "disk0", "02:00.0");
	assert_at(b, "balloon0", "03:00.0");
	assert_at(b, "rng0", "04:00.0");
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout_example_1_i440fx_plain),
		cmocka_unit_test(test_layout_example_2_i440fx_overflow),
		cmocka_unit_test(test_layout_example_3_q35_ports_and_spare),
		cmocka_unit_test(test_layout_example_4_q35_conventional),
		cmocka_unit_test(test_layout_example_6_listed_ports_have_no_spare),
		cmocka_unit_test(test_layout_example_7_ports_fill_a_second_slot),
		cmocka_unit_test(test_layout_without_the_virtio_split_is_conventional),
		cmocka_unit_test(test_layout_uhci1_has_its_slots),
		cmocka_unit_test(test_layout_primary_video_taken_goes_elsewhere),
		cmocka_unit_test(test_layout_secondary_video_is_not_primary),
		cmocka_unit_test(test_layout_required_place_elsewhere_is_refused),
		cmocka_unit_test(test_layout_built_in_functions_are_not_for_devices),
		cmocka_unit_test(test_layout_configured_endpoints_may_mix),
		cmocka_unit_test(test_layout_configured_bus_is_raised_behind_its_port),
		cmocka_unit_test(test_layout_clash_names_both_and_a_free_address),
		cmocka_unit_test(test_layout_all_clashes_are_told),
		cmocka_unit_test(test_layout_full_by_configuration_adds_no_bridge),
		cmocka_unit_test(test_layout_spare_ports_by_number),
		cmocka_unit_test(test_layout_q35_ceiling_is_239_disks),
		cmocka_unit_test(test_layout_i440fx_bridge_without_a_slot),
		cmocka_unit_test(test_layout_consoles_share_a_serial_controller),
		cmocka_unit_test(test_layout_algorithms_differ_in_the_list_order),
		cmocka_unit_test(test_layout_expanders_number_downwards),
		cmocka_unit_test(test_layout_expanders_run_out_of_numbers),
		cmocka_unit_test(test_layout_switch_ports),
		cmocka_unit_test(test_layout_bridge_index_must_exceed_its_bus),
		cmocka_unit_test(test_layout_unknown_algorithm_is_refused),
		cmocka_unit_test(test_layout_order_is_by_rank_not_by_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
