/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_layout_controllers.c - configured PCI controllers: indexes, order, refusals, hot-plug off,
 * devices that are sent to a bus; sets that share a slot; integrated devices.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "layout_vm.h"

/* As config/ does it: a slot of Kconfig; index 0 = by rule. */
static struct vm_dev *listed(struct bench *b, const char *class, unsigned slot, unsigned index)
{
	struct vm_dev *dev = vm_list_controller(&b->vm, &controller_pci_family, slot);

	dev->class = dev_class_find(&controller_pci_family, class);
	assert_non_null(dev->class);
	((struct controller_pci *)dev->data)->index = index;
	dev->at = (struct place){"test.config", 100 + slot};
	return dev;
}

static void want_bus(struct vm_dev *dev, unsigned bus)
{
	dev->has_want_bus = true;
	dev->want = (struct pci_addr){.bus = (uint16_t)bus};
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

static void lay_ok(struct bench *b)
{
	if (lay_with(b, NULL) != 0)
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

/** struct refusal - controllers and a device that cannot be, and what must be said. */
struct refusal {
	const struct machine *machine;
	struct {
		const char *class;
		unsigned index, bus, slot; /* bus and slot 0: no address */
	} list[4];
	struct {
		const char *class;
		unsigned bus, slot, function;
	} net;
	const char *what, *why, *fix;
};

static const struct refusal refusals[] = {
	/* E18 */
	{.machine = &machine_q35,
	 .list = {{"pcie-root-port", 2, 0, 0}, {"pcie-to-pci-bridge", 2, 0, 0}},
	 .what = "index 2 is taken twice",
	 .why = "CONFIG_PCI0, a pcie-root-port",
	 .fix = "a free one: 1"},
	/* E16 */
	{.machine = &machine_q35,
	 .list = {{"pcie-root", 3, 0, 0}},
	 .what = "PCI controller 3 is a pcie-root",
	 .why = "controller 0",
	 .fix = "pcie-root-port"},
	/* E17, both machines */
	{.machine = &machine_q35,
	 .list = {{"pci-expander-bus", 1, 0, 0}},
	 .what = "q35 has no pci-expander-bus",
	 .why = "pcie-expander-bus",
	 .fix = "Choose pcie-expander-bus"},
	{.machine = &machine_pc,
	 .list = {{"pcie-expander-bus", 1, 0, 0}},
	 .what = "pc has no pcie-expander-bus",
	 .why = "pci-expander-bus",
	 .fix = "Choose pci-expander-bus"},
	/* E23 */
	{.machine = &machine_q35,
	 .list = {{"pcie-root-port", 256, 0, 0}},
	 .what = "index 256 is too high",
	 .why = "up to 255",
	 .fix = "CONFIG_PCI0_INDEX"},
	/* E3, a bus that no growth reaches: ports are added for PCI Express, not for bridges */
	{.machine = &machine_q35,
	 .list = {{"pci-bridge", 1, 9, 1}},
	 .what = "no bus can be added for pci-bridge",
	 .why = "pcie-to-pci-bridge",
	 .fix = "a free address: 00:01.0"},
	/* E4, connection */
	{.machine = &machine_q35,
	 .list = {{"pcie-root-port", 1, 0, 0}, {"pcie-root-port", 2, 1, 0x1f}},
	 .what = "pci.2 cannot be plugged in at PCI address 01:1f.0",
	 .why = "bus 1 is the pcie-root-port",
	 .fix = "a free one: 00:"},
	{.machine = &machine_pc,
	 .list = {{"pcie-root-port", 1, 0, 2}},
	 .what = "pci.1 cannot be plugged in",
	 .why = "bus 0 is the pci-root",
	 .fix = "Switch it off"},
	/* E4, slot */
	{.machine = &machine_q35,
	 .list = {{"pcie-root-port", 1, 0, 0}},
	 .net = {"virtio", 1, 4, 0},
	 .what = "has slot 0x04",
	 .why = "whose only slot is 0x00",
	 .fix = "00:01.0"},
	/* E6: nothing takes it, nothing is added for it */
	{.machine = &machine_q35,
	 .list = {{"pcie-switch-downstream-port", 1, 0, 0}},
	 .what = "there is no free PCI place for pci.1",
	 .why = "plugs into pcie-switch-upstream-port",
	 .fix = "Add a pcie-root-port and, at an address behind it, a pcie-switch-upstream-port"},
	{.machine = &machine_pc,
	 .list = {{"dmi-to-pci-bridge", 1, 0, 0}},
	 .what = "there is no free PCI place for pci.1",
	 .why = "plugs into pcie-root",
	 .fix = "Switch it off"},
	/* double use */
	{.machine = &machine_q35,
	 .list = {{"pcie-root-port", 1, 0, 3}},
	 .net = {"virtio", 0, 3, 0},
	 .what = "PCI address 00:03.0 is taken twice, by net0 and by pci.1",
	 .why = "CONFIG_NET0_PCI_ADDRESS",
	 .fix = "00:01.0"},
	/* the machine's own functions */
	{.machine = &machine_q35,
	 .list = {{"pcie-root-port", 1, 0, 0x1f}},
	 .what = "taken twice, by ISA bridge and by pci.1",
	 .why = "The machine has its ISA bridge",
	 .fix = "00:01.0"},
	/* E13 */
	{.machine = &machine_pc,
	 .list = {{"pci-bridge", 1, 2, 3}, {"pci-bridge", 2, 0, 0}},
	 .what = "pci.1 sits on pci.2, at PCI address 02:03.0",
	 .why = "must be larger than that of the bus",
	 .fix = "a lower bus: 00:03.0"},
};

static void test_controllers_refusals_name_both_and_a_way_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct bench *b = bench_new(r->machine, &board_9);

		for (unsigned l = 0; l < 4 && r->list[l].class; l++) {
			struct vm_dev *dev = listed(b, r->list[l].class, l, r->list[l].index);

			if (r->list[l].bus || r->list[l].slot)
				want(dev, r->list[l].bus, r->list[l].slot, 0);
		}
		if (r->net.class)
			want(add(b, &t_net_family, r->net.class, 0), r->net.bus, r->net.slot,
			     r->net.function);
		assert_int_equal(lay_with(b, NULL), -1);
		assert_err(b, what, r->what);
		assert_err(b, why, r->why);
		assert_err(b, fix, r->fix);
		bench_free(b);
	}
}

static void test_controllers_root_of_another_machine_is_refused(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_controller(b, &controller_pci_family, "pci-root", 0);
	assert_int_equal(lay_with(b, NULL), -1);
	assert_err(b, what, "PCI controller 0 is a pci-root");
	assert_err(b, why, "pcie-root");
	bench_free(b);
	b = bench_new(&machine_q35, &board_9);
	want(add_controller(b, &controller_pci_family, "pcie-root", 0), 0, 1, 0);
	assert_int_equal(lay_with(b, NULL), -1);
	assert_err(b, what, "the pcie-root has a PCI address");
	bench_free(b);
}

static void test_controllers_missing_indexes_are_the_lowest(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	listed(b, "pcie-root-port", 0, 0);
	listed(b, "pcie-root-port", 1, 5);
	listed(b, "pcie-to-pci-bridge", 2, 0);
	listed(b, "pcie-root-port", 3, 2);
	lay_ok(b);
	assert_int_equal(vm_find(&b->vm, "pci.1")->slot, 0);
	assert_int_equal(vm_find(&b->vm, "pci.5")->slot, 1);
	assert_int_equal(vm_find(&b->vm, "pci.3")->slot, 2);
	assert_int_equal(vm_find(&b->vm, "pci.2")->slot, 3);
	/* 4 is a hole: a port fills it. */
	assert_true(vm_find(&b->vm, "pci.4")->added);
	assert_at(b, "pci.3", "01:00.0");
	bench_free(b);
}

static void test_controllers_are_placed_in_the_order_of_indexes(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	listed(b, "pci-bridge", 0, 3);
	listed(b, "pci-bridge", 1, 1);
	listed(b, "pci-bridge", 2, 2);
	lay_ok(b);
	assert_at(b, "pci.1", "00:02.0");
	assert_at(b, "pci.2", "00:03.0");
	assert_at(b, "pci.3", "00:04.0");
	bench_free(b);
}

static void test_controllers_keep_their_index_by_the_lock(void **state)
{
	static const char lock[] = "format 1\nalgorithm libvirt-9\n"
				   "device pci.1 pci 00:01.0 pcie-root-port slot 0\n"
				   "device pci.2 pci 00:01.1 pcie-root-port slot 1\n"
				   "device pci.3 pci 00:01.2 ioh3420 slot 2\n";
	struct bench *b = bench_new(&machine_q35, &board_9);
	const char *text;

	(void)state;
	/* Slot 1 is off, and a new one has come: pci.2 stays as it was. */
	listed(b, "pcie-root-port", 0, 0);
	struct vm_dev *ioh = listed(b, "pcie-root-port", 2, 0);

	ioh->class = ioh->class + 1;
	assert_string_equal(ioh->class->driver, "ioh3420");
	listed(b, "pcie-root-port", 3, 0);
	if (lay_with(b, lock) != 0)
		fail_msg("%s", b->errs.first->err.what);
	assert_int_equal(vm_find(&b->vm, "pci.3")->slot, 2);
	assert_int_equal(vm_find(&b->vm, "pci.4")->slot, 3);
	assert_true(vm_find(&b->vm, "pci.2")->added);
	assert_at(b, "pci.2", "00:01.1");
	assert_at(b, "pci.4", "00:01.3");
	text = lock_text(&b->vm, &b->layout, &b->lock, NULL, 0);
	assert_non_null(strstr(text, "device pci.2 pci 00:01.1 pcie-root-port slot 1\n"));
	assert_non_null(strstr(text, "device pci.3 pci 00:01.2 ioh3420 slot 2\n"));
	assert_non_null(strstr(text, "device pci.4 pci 00:01.3 pcie-root-port slot 3\n"));
	bench_free(b);
}

static void test_controllers_the_lock_forbids_another_model_or_index(void **state)
{
	static const char lock[] = "format 1\nalgorithm libvirt-9\n"
				   "device pci.1 pci 00:01.0 pcie-root-port slot 0\n";
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	listed(b, "pcie-expander-bus", 0, 0);
	assert_int_equal(lay_with(b, lock), -1);
	assert_err(b, what, "pci.1 would turn from a pcie-root-port into a pcie-expander-bus");
	assert_err(b, why, "test.layout (line 3)");
	bench_free(b);
	b = bench_new(&machine_q35, &board_9);
	listed(b, "pcie-root-port", 0, 7);
	assert_int_equal(lay_with(b, lock), -1);
	assert_err(b, what, "pci.1 would become pci.7");
	bench_free(b);
}

static void test_controllers_by_rule_leave_locked_indexes_alone(void **state)
{
	static const char lock[] = "format 1\nalgorithm libvirt-9\n"
				   "device disk0 pci 01:00.0\n"
				   "device pci.1 pci 00:01.0 pcie-root-port\n";
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_disk_family, NULL, 0);
	listed(b, "pcie-expander-bus", 0, 0);
	if (lay_with(b, lock) != 0)
		fail_msg("%s", b->errs.first->err.what);
	assert_at(b, "disk0", "01:00.0");
	assert_at(b, "pci.2", "00:02.0");
	bench_free(b);
}

static void test_controllers_chassis_of_two_ports_must_differ(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	((struct controller_pci *)listed(b, "pcie-root-port", 0, 0)->data)->chassis = 2;
	listed(b, "pcie-root-port", 1, 0);
	assert_int_equal(lay_with(b, NULL), -1);
	assert_err(b, what, "chassis number 2 of pci.2 is that of pci.1");
	assert_err(b, fix, "such as 1");
	bench_free(b);
}

static void test_controllers_without_hotplug_take_cold_devices_only(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);
	static const struct prop_word off = {.sym = "OFF", .xml = "off"};

	(void)state;
	((struct controller_pci *)listed(b, "pcie-root-port", 0, 0)->data)->hotplug_word = &off;
	listed(b, "pcie-root-port", 1, 0);
	add(b, &t_disk_family, NULL, 0);
	lay_ok(b);
	assert_at(b, "disk0", "01:00.0");
	assert_false(b->layout.set.bus[1]->flags & PCI_HOTPLUG);
	assert_true(b->layout.set.bus[2]->flags & PCI_HOTPLUG);
	bench_free(b);
}

static void test_controllers_a_device_goes_to_the_bus_that_it_names(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	listed(b, "pcie-root-port", 0, 0);
	listed(b, "pcie-root-port", 1, 0);
	want_bus(add(b, &t_disk_family, NULL, 0), 2);
	want_bus(add(b, &t_disk_family, NULL, 1), 0);
	add(b, &t_disk_family, NULL, 2);
	lay_ok(b);
	assert_at(b, "disk0", "02:00.0");
	assert_at(b, "disk1", "00:01.0");
	assert_at(b, "disk2", "01:00.0");
	assert_string_equal(
		layout_rule_name(layout_find(&b->layout, vm_find(&b->vm, "disk0"))->rule),
		"configured-bus");
	bench_free(b);
}

static void test_controllers_a_named_bus_that_is_full_is_refused(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	listed(b, "pcie-root-port", 0, 0);
	want_bus(add(b, &t_disk_family, NULL, 0), 1);
	want_bus(add(b, &t_disk_family, NULL, 1), 1);
	assert_int_equal(lay_with(b, NULL), -1);
	assert_err(b, what, "PCI bus 1 has no free slot for disk1");
	assert_err(b, why, "such as disk0");
	assert_err(b, fix, "00:02.0");
	bench_free(b);
}

static void test_controllers_a_named_bus_stays_where_the_lock_has_it(void **state)
{
	static const char lock[] = "format 1\nalgorithm libvirt-9\n"
				   "device disk0 pci 00:05.0\n";
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	want_bus(add(b, &t_disk_family, NULL, 0), 0);
	assert_int_equal(lay_with(b, lock), 0);
	assert_at(b, "disk0", "00:05.0");
	bench_free(b);
	b = bench_new(&machine_q35, &board_9);
	want_bus(add(b, &t_disk_family, NULL, 0), 1);
	assert_int_equal(lay_with(b, lock), -1);
	assert_err(b, what, "disk0 would move from PCI address 00:05.0 to 01:");
	bench_free(b);
}

static void add_usb2(struct bench *b)
{
	static const char *const set[] = {"ich9-ehci1", "ich9-uhci1", "ich9-uhci2", "ich9-uhci3"};

	for (unsigned i = 0; i < 4; i++) {
		struct vm_dev *dev = add_controller(b, &t_usb_family, set[i], 0);

		dev->id = arena_str(&b->arena, set[i]);
	}
}

static const char *set_at(struct bench *b, const char *class)
{
	vm_for_each_dev(dev, b->vm.controllers) {
		if (strcmp(dev->class->name, class) == 0)
			return pci_addr_text(&dev->addr.pci, arena_alloc(&b->arena, PCI_ADDR_TEXT));
	}
	return "?";
}

/* Example 5 of the rules. */
static void test_controllers_a_usb2_set_shares_the_chipsets_slot(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_usb2(b);
	add(b, &t_net_family, "virtio", 0);
	add(b, &t_balloon_family, NULL, 0);
	lay_ok(b);
	assert_string_equal(set_at(b, "ich9-uhci1"), "00:1d.0");
	assert_string_equal(set_at(b, "ich9-uhci2"), "00:1d.1");
	assert_string_equal(set_at(b, "ich9-uhci3"), "00:1d.2");
	assert_string_equal(set_at(b, "ich9-ehci1"), "00:1d.7");
	assert_at(b, "pci.1", "00:01.0");
	assert_at(b, "net0", "01:00.0");
	assert_at(b, "balloon0", "02:00.0");
	assert_at(b, "pci.3", "00:01.2");
	assert_string_equal(addr_of(b, "pci.4"), "?");
	bench_free(b);
}

/* Example 10: the dry run counts the set as four slots. */
static void test_controllers_a_usb2_set_can_add_a_bridge(void **state)
{
	static const struct {
		unsigned disks;
		const char *bridge, *set, *disk0, *last;
	} cases[] = {
		{25, "?", "00:02.7", "00:03.0", "00:1b.0"},
		{26, "00:02.0", "00:03.7", "00:04.0", "00:1d.0"},
		{28, "00:02.0", "00:03.7", "00:04.0", "00:1f.0"},
		{29, "00:02.0", "00:03.7", "00:04.0", "01:01.0"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bench *b = bench_new(&machine_pc, &board_9);
		char last[16];

		add_usb2(b);
		add_many(b, &t_disk_family, cases[i].disks);
		lay_ok(b);
		(void)snprintf(last, sizeof(last), "disk%u", cases[i].disks - 1);
		assert_at(b, "pci.1", cases[i].bridge);
		assert_string_equal(set_at(b, "ich9-ehci1"), cases[i].set);
		assert_at(b, "disk0", cases[i].disk0);
		assert_at(b, last, cases[i].last);
		bench_free(b);
	}
}

static void test_controllers_a_set_follows_the_one_with_an_address(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	add_usb2(b);
	vm_for_each_dev(dev, b->vm.controllers) {
		if (strcmp(dev->class->name, "ich9-uhci2") == 0)
			want(dev, 0, 9, 1);
	}
	lay_ok(b);
	assert_string_equal(set_at(b, "ich9-uhci1"), "00:09.0");
	assert_string_equal(set_at(b, "ich9-ehci1"), "00:09.7");
	bench_free(b);
}

static void test_controllers_a_function_of_a_set_that_is_taken_is_refused(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	add_usb2(b);
	vm_for_each_dev(dev, b->vm.controllers) {
		if (strcmp(dev->class->name, "ich9-uhci2") == 0)
			want(dev, 0, 9, 1);
	}
	want(add(b, &t_net_family, "virtio", 0), 0, 9, 7);
	assert_int_equal(lay_with(b, NULL), -1);
	assert_err(b, what, "00:09.7 is taken twice, by net0");
	assert_err(b, why, "function 7 of the slot");
	bench_free(b);
}

/* Example 9: after all ports, the first free slot of bus 0. */
static void test_controllers_integrated_devices_stay_on_bus_0(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_iommu_family, NULL, 0);
	add(b, &t_net_family, "virtio", 0);
	add_controller(b, &t_usb_family, "qemu-xhci", 0);
	add(b, &t_balloon_family, NULL, 0);
	lay_ok(b);
	assert_at(b, "pci.4", "00:01.3");
	assert_at(b, "iommu0", "00:02.0");
	assert_at(b, "balloon0", "03:00.0");
	bench_free(b);
	/* E5 */
	b = bench_new(&machine_q35, &board_9);
	listed(b, "pcie-root-port", 0, 0);
	want(add(b, &t_iommu_family, NULL, 0), 1, 0, 0);
	assert_int_equal(lay_with(b, NULL), -1);
	assert_err(b, why, "integrated device");
	assert_err(b, fix, "00:01.0");
	bench_free(b);
}

/* Bus 0 full to the last slot: an integrated device has no place, and nothing can be added. */
static void test_controllers_integrated_devices_need_room_on_bus_0(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	for (unsigned i = 1; i <= 0x1e; i++)
		want(add(b, &t_disk_family, NULL, i - 1), 0, i, 0);
	add(b, &t_iommu_family, NULL, 0);
	assert_int_equal(lay_with(b, NULL), -1);
	assert_err(b, what, "iommu0");
	bench_free(b);
}

/* The switch without a port in front of it: its first place is behind itself. */
static void test_controllers_a_switch_behind_itself_is_refused(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	listed(b, "pcie-switch-upstream-port", 0, 1);
	listed(b, "pcie-switch-downstream-port", 1, 2);
	assert_int_equal(lay_with(b, NULL), -1);
	assert_err(b, what, "controller 1 would sit behind itself");
	assert_err(b, why, "place is on bus 2");
	assert_err(b, fix, "CONFIG_PCI0_PCI_ADDRESS");
	assert_int_equal(b->errs.count, 1);
	bench_free(b);
	/* With the port listed first it is as people want it. */
	b = bench_new(&machine_q35, &board_9);
	listed(b, "pcie-root-port", 0, 1);
	listed(b, "pcie-switch-upstream-port", 1, 2);
	listed(b, "pcie-switch-downstream-port", 2, 3);
	lay_ok(b);
	assert_at(b, "pci.2", "01:00.0");
	assert_at(b, "pci.3", "02:00.0");
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_controllers_a_switch_behind_itself_is_refused),
		cmocka_unit_test(test_controllers_refusals_name_both_and_a_way_out),
		cmocka_unit_test(test_controllers_root_of_another_machine_is_refused),
		cmocka_unit_test(test_controllers_missing_indexes_are_the_lowest),
		cmocka_unit_test(test_controllers_are_placed_in_the_order_of_indexes),
		cmocka_unit_test(test_controllers_keep_their_index_by_the_lock),
		cmocka_unit_test(test_controllers_the_lock_forbids_another_model_or_index),
		cmocka_unit_test(test_controllers_by_rule_leave_locked_indexes_alone),
		cmocka_unit_test(test_controllers_chassis_of_two_ports_must_differ),
		cmocka_unit_test(test_controllers_without_hotplug_take_cold_devices_only),
		cmocka_unit_test(test_controllers_a_device_goes_to_the_bus_that_it_names),
		cmocka_unit_test(test_controllers_a_named_bus_that_is_full_is_refused),
		cmocka_unit_test(test_controllers_a_named_bus_stays_where_the_lock_has_it),
		cmocka_unit_test(test_controllers_a_usb2_set_shares_the_chipsets_slot),
		cmocka_unit_test(test_controllers_a_usb2_set_can_add_a_bridge),
		cmocka_unit_test(test_controllers_a_set_follows_the_one_with_an_address),
		cmocka_unit_test(test_controllers_a_function_of_a_set_that_is_taken_is_refused),
		cmocka_unit_test(test_controllers_integrated_devices_stay_on_bus_0),
		cmocka_unit_test(test_controllers_integrated_devices_need_room_on_bus_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
