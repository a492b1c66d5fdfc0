/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_layout_numbers.c - bus numbers as the guest counts them. Expected numbers were read from
 * sysfs of Debian's kernel under QEMU 7.2 (TCG) with SeaBIOS and with qboot, for these trees, and
 * from the monitor's `info pci` after OVMF; SeaBIOS and OVMF count alike while numbers suffice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "layout_vm.h"

#define NONE BUS_NUMBER_NONE

/** struct tree - controllers 1, 2, ... and how they are counted. */
struct tree {
	const struct machine *machine;
	struct {
		const char *class;
		unsigned bus, slot, function, bus_nr;
		short seabios, qboot;
	} at[10];
};

static const struct tree trees[] = {
	/* ports, one with a bridge that has two bridges */
	{&machine_q35,
	 {{"pcie-root-port", 0, 1, 0, 0, 1, 3},
	  {"pcie-root-port", 0, 1, 1, 0, 5, 2},
	  {"pcie-root-port", 0, 1, 2, 0, 6, 1},
	  {"pcie-to-pci-bridge", 1, 0, 0, 0, 2, 4},
	  {"pci-bridge", 4, 1, 0, 0, 3, 6},
	  {"pci-bridge", 4, 2, 0, 0, 4, 5}}},
	/* a switch, and a conventional bus of the chipset */
	{&machine_q35,
	 {{"pcie-root-port", 0, 1, 0, 0, 1, 3 + 1},
	  {"pcie-root-port", 0, 1, 1, 0, 6, 3},
	  {"dmi-to-pci-bridge", 0, 0x1e, 0, 0, 7, 1},
	  {"pcie-switch-upstream-port", 1, 0, 0, 0, 2, 5},
	  {"pcie-switch-downstream-port", 4, 0, 0, 0, 3, 8},
	  {"pcie-switch-downstream-port", 4, 1, 0, 0, 4, 7},
	  {"pcie-switch-downstream-port", 4, 2, 0, 0, 5, 6},
	  {"pci-bridge", 3, 0, 0, 0, 8, 2}}},
	/* two more roots */
	{&machine_q35,
	 {{"pcie-expander-bus", 0, 2, 0, 254, 254, 254},
	  {"pcie-expander-bus", 0, 5, 0, 200, 200, 200},
	  {"pcie-root-port", 0, 1, 0, 0, 1, 2},
	  {"pcie-root-port", 0, 3, 0, 0, 2, 1},
	  {"pcie-root-port", 1, 0, 0, 0, 255, NONE},
	  {"pcie-root-port", 2, 0, 0, 0, 201, NONE},
	  {"pcie-root-port", 2, 1, 0, 0, 202, NONE}}},
	{&machine_pc,
	 {{"pci-bridge", 0, 2, 0, 0, 1, 2},
	  {"pci-bridge", 0, 3, 0, 0, 4, 1},
	  {"pci-bridge", 1, 4, 0, 0, 2, 4},
	  {"pci-bridge", 1, 5, 0, 0, 3, 3}}},
	{&machine_pc,
	 {{"pci-bridge", 0, 2, 0, 0, 1, 1},
	  {"pci-expander-bus", 0, 3, 0, 100, 101, NONE},
	  {"pci-expander-bus", 0, 4, 0, 50, 51, NONE},
	  {"pci-bridge", 2, 5, 0, 0, 102, NONE}}},
};

static int lay_with(struct bench *b, const char *lock)
{
	const struct lock *with = NULL;

	if (lock) {
		if (bench_lock(b, "test.layout", lock))
			fail_msg("%s", b->errs.first->err.what);
		with = &b->lock;
	}
	if (layout_assign(&b->vm, with, &b->layout, &b->errs) != 0)
		fail_msg("%s / %s", b->errs.first->err.what, b->errs.first->err.why);
	return 0;
}

#define assert_at(b, id, addr) assert_string_equal(addr_of(b, id), addr)

static void test_numbers_are_those_that_a_guest_showed(void **state)
{
	(void)state;
	for (size_t t = 0; t < ARRAY_SIZE(trees); t++) {
		struct bench *b = bench_new(trees[t].machine, &board_9);

		for (unsigned i = 0; i < 10 && trees[t].at[i].class; i++) {
			struct vm_dev *dev = add_controller(b, &controller_pci_family,
							    trees[t].at[i].class, i + 1);

			want(dev, trees[t].at[i].bus, trees[t].at[i].slot, trees[t].at[i].function);
			((struct controller_pci *)dev->data)->bus_nr = trees[t].at[i].bus_nr;
		}
		lay_with(b, NULL);
		for (unsigned i = 0; i < 10 && trees[t].at[i].class; i++) {
			short seabios = b->layout.bus_number[FIRMWARE_SEABIOS][i + 1];
			short qboot = b->layout.bus_number[FIRMWARE_QBOOT][i + 1];
			short ovmf = b->layout.bus_number[FIRMWARE_OVMF][i + 1];

			if (seabios != trees[t].at[i].seabios || qboot != trees[t].at[i].qboot ||
			    ovmf != trees[t].at[i].seabios)
				fail_msg("tree %zu: pci.%u is %d, %d and %d", t, i + 1, seabios,
					 qboot, ovmf);
		}
		bench_free(b);
	}
}

/** struct shortage - ports of the root and of expanders with too few numbers; 0 ends a list. */
struct shortage {
	unsigned root_ports;
	unsigned expander[3], ports[3];
	short seabios[8], ovmf[8]; /* of the ports, the root's first */
	bool suffices;
};

/* As `info pci` showed them; where SeaBIOS hung (numbers above 255) it gave none. */
static const struct shortage shortages[] = {
	/* the second root begins in the middle of the first: SeaBIOS meets it behind a port */
	{3, {2, 200}, {1, 1}, {1, 2, 4, 3, 201}, {1, NONE, NONE, 3, 201}, false},
	/* two expanders that overlap */
	{1, {10, 12}, {2, 1}, {1, 11, 12, 13}, {1, 11, NONE, 13}, false},
	/* an expander with nothing on it takes no number away */
	{3, {2}, {0}, {1, 2, 3}, {1, 2, 3}, true},
	/* the end of all numbers */
	{0, {254}, {2}, {255, NONE}, {255, NONE}, false},
};

static void lay_shortage(struct bench *b, const struct shortage *shortage)
{
	unsigned index = 1, first[3] = {0};

	for (unsigned i = 0; i < 3 && shortage->expander[i]; i++) {
		struct vm_dev *dev =
			add_controller(b, &controller_pci_family, "pcie-expander-bus", index);

		want(dev, 0, 16 + i, 0);
		((struct controller_pci *)dev->data)->bus_nr = shortage->expander[i];
		first[i] = index++;
	}
	for (unsigned p = 0; p < shortage->root_ports; p++)
		want(add_controller(b, &controller_pci_family, "pcie-root-port", index++), 0, 2 + p,
		     0);
	for (unsigned i = 0; i < 3; i++) {
		for (unsigned p = 0; p < shortage->ports[i]; p++)
			want(add_controller(b, &controller_pci_family, "pcie-root-port", index++),
			     first[i], p, 0);
	}
	lay_with(b, NULL);
}

static void test_numbers_too_few_are_told(void **state)
{
	static const struct prop_word words[] = {{.sym = "SEABIOS"}, {.sym = "OVMF"}};

	(void)state;
	for (size_t t = 0; t < ARRAY_SIZE(shortages); t++) {
		for (int ovmf = 0; ovmf < 2; ovmf++) {
			const short *numbers = ovmf ? shortages[t].ovmf : shortages[t].seabios;
			enum firmware firmware = ovmf ? FIRMWARE_OVMF : FIRMWARE_SEABIOS;
			struct bench *b = bench_new(&machine_q35, &board_9);
			unsigned index = 1;

			b->vm.guest.firmware = &words[ovmf];
			lay_shortage(b, &shortages[t]);
			assert_int_equal(layout_firmware(&b->vm), firmware);
			for (unsigned i = 0; i < 3 && shortages[t].expander[i]; i++)
				assert_int_equal(b->layout.bus_number[firmware][index++],
						 shortages[t].expander[i]);
			for (unsigned i = 0; index < b->layout.set.count; i++, index++) {
				short number = b->layout.bus_number[firmware][index];

				if (number != numbers[i])
					fail_msg("shortage %zu: port %u has %d", t, i, number);
			}
			assert_int_equal(b->layout.note_count, shortages[t].suffices ? 0 : 1);
			if (!shortages[t].suffices)
				assert_non_null(strstr(b->layout.notes[0],
						       "no bus number is left for pci."));
			bench_free(b);
		}
	}
}

/* Without a firmware that numbers them the kernel does. */
static void test_numbers_are_a_firmware_s_on_pc_and_q35_alone(void **state)
{
	static const struct prop_word own = {.sym = "FILE"};
	const struct machine *const none[] = {&machine_virt, &machine_microvm_pcie};
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	assert_int_equal(layout_firmware(&b->vm), FIRMWARE_SEABIOS);
	b->vm.guest.firmware = &own;
	assert_int_equal(layout_firmware(&b->vm), FIRMWARE_COUNT);
	bench_free(b);
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		b = bench_new(none[i], &board_9);
		assert_int_equal(layout_firmware(&b->vm), FIRMWARE_COUNT);
		bench_free(b);
	}
}

/* The lock has a port at slot 5; a new one at slot 1, the first free, would renumber its bus. */
static const char one_port[] = "format 1\nalgorithm libvirt-9\n"
			       "device disk0 pci 01:00.0\n"
			       "device pci.1 pci 00:05.0 pcie-root-port\n";

static void test_numbers_growth_leaves_locked_ones(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_many(b, &t_disk_family, 3);
	lay_with(b, one_port);
	assert_at(b, "disk0", "01:00.0");
	assert_at(b, "pci.2", "00:05.1");
	assert_at(b, "pci.3", "00:05.2");
	assert_int_equal(b->layout.bus_number[FIRMWARE_SEABIOS][1], 1);
	assert_int_equal(b->layout.note_count, 0);
	bench_free(b);
}

static void test_numbers_growth_goes_below_for_qboot(void **state)
{
	static const struct prop_word qboot = {.sym = "QBOOT"};
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	b->vm.guest.firmware = &qboot;
	add_many(b, &t_disk_family, 2);
	lay_with(b, one_port);
	assert_at(b, "pci.2", "00:01.0");
	assert_int_equal(b->layout.bus_number[FIRMWARE_QBOOT][1], 1);
	assert_int_equal(b->layout.note_count, 0);
	bench_free(b);
}

static void test_numbers_a_change_that_cannot_be_avoided_is_told(void **state)
{
	static const char lock[] = "format 1\nalgorithm libvirt-9\n"
				   "device disk0 pci 01:00.0\n"
				   "device pci.1 pci 00:1e.7 pcie-root-port\n";
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_many(b, &t_disk_family, 2);
	lay_with(b, lock);
	assert_at(b, "pci.2", "00:01.0");
	assert_int_equal(b->layout.bus_number[FIRMWARE_SEABIOS][1], 3);
	assert_int_equal(b->layout.note_count, 2);
	assert_non_null(strstr(b->layout.notes[1], "pci.1 as bus 03 and not 01"));
	bench_free(b);
}

static void test_numbers_nothing_new_changes_nothing(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);
	char *lock;

	(void)state;
	add_many(b, &t_disk_family, 20);
	add(b, &t_net_family, "e1000", 0);
	lay_with(b, NULL);
	lock = strdup(lock_text(&b->vm, &b->layout, NULL, NULL, 0));
	bench_free(b);
	b = bench_new(&machine_q35, &board_9);
	add_many(b, &t_disk_family, 20);
	add(b, &t_net_family, "e1000", 0);
	lay_with(b, lock);
	assert_int_equal(b->layout.note_count, 0);
	assert_string_equal(lock_text(&b->vm, &b->layout, &b->lock, NULL, 0), lock);
	bench_free(b);
	free(lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_those_that_a_guest_showed),
		cmocka_unit_test(test_numbers_too_few_are_told),
		cmocka_unit_test(test_numbers_are_a_firmware_s_on_pc_and_q35_alone),
		cmocka_unit_test(test_numbers_growth_leaves_locked_ones),
		cmocka_unit_test(test_numbers_growth_goes_below_for_qboot),
		cmocka_unit_test(test_numbers_a_change_that_cannot_be_avoided_is_told),
		cmocka_unit_test(test_numbers_nothing_new_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
