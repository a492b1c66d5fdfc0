/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_explain.c - how an address came about: what a search passed over, and a sentence a rule.
 */
#include "cm.h"

#include "kiln/before.h"
#include "kiln/explain.h"
#include "kiln/report.h"
#include "layout_vm.h"

static void lay_out(struct bench *b, const struct lock *lock)
{
	if (layout_assign(&b->vm, lock, &b->layout, &b->errs) != 0)
		fail_msg("%s", b->errs.first->err.what);
}

/* The sentences about one device, a line each. */
static const char *before(struct bench *b, const char *id)
{
	const struct layout_dev *rec = layout_find(&b->layout, vm_find(&b->vm, id));
	struct text text = {.arena = &b->arena};
	const char *const *lines;

	assert_non_null(rec);
	size_t count = before_list(&b->layout, rec, &lines);

	for (size_t i = 0; i < count; i++)
		text_fmt(&text, "%s\n", lines[i]);
	return text_str(&text);
}

static const char *explain(struct bench *b, const char *name)
{
	json_t *layout = json_loads(report_json(&b->vm, &b->layout), 0, NULL);
	struct text text = {.arena = &b->arena};

	assert_non_null(layout);
	size_t count = explain_text(layout, name, &text);

	assert_int_equal(count > 0, text.len > 0);
	json_decref(layout);
	return text_str(&text);
}

static void assert_part(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no \"%s\" in\n%s", part, text);
}

static void test_every_rule_has_a_sentence(void **state)
{
	(void)state;
	for (enum layout_rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		if (!explain_rule(layout_rule_name(rule)))
			fail_msg("no sentence for %s", layout_rule_name(rule));
	}
	assert_null(explain_rule("no-such-rule"));
}

static void test_neighbours_of_one_kind_are_one_sentence(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_many(b, &t_disk_family, 5);
	add(b, &t_net_family, "e1000", 0);
	lay_out(b, NULL);
	/* net0 is served before the disks: its ports and its bridge are buses 1 and 2. */
	assert_string_equal(before(b, "disk4"),
			    "bus 00 (pcie-root): takes such a device only at a configured address\n"
			    "bus 01 (pcie-root-port): no slot was free\n"
			    "bus 02 (pcie-to-pci-bridge): takes no PCI Express device\n"
			    "buses 03 to 06 (pcie-root-port): no slot was free\n");
	assert_string_equal(before(b, "net0"),
			    "bus 00 (pcie-root): takes no conventional PCI device\n"
			    "bus 01 (pcie-root-port): takes no conventional PCI device\n");
	bench_free(b);
}

static void test_slots_before_it_on_its_own_bus_are_named(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	add_many(b, &t_disk_family, 3);
	lay_out(b, NULL);
	assert_string_equal(addr_of(b, "disk0"), "00:02.0");
	assert_string_equal(before(b, "disk0"), "slot 01 of bus 00: has ISA bridge in it\n");
	assert_string_equal(before(b, "disk2"), "slots 01 to 03 of bus 00: in use, or kept\n");
	bench_free(b);
}

static void test_a_place_that_the_lock_keeps_is_named(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);
	static const char text[] = "format 1\nalgorithm libvirt-9\ngone disk5 pci 01:01.0\n"
				   "device pci.1 pci 00:1f.0 pci-bridge\n";

	(void)state;
	/* 29 fill bus 0 from slot 2 to 1e; disk5 is the one that is gone. */
	for (unsigned i = 0; i < 29; i++)
		add(b, &t_disk_family, NULL, i == 5 ? 39 : i);
	add(b, &t_disk_family, NULL, 40);
	assert_int_equal(bench_lock(b, "t.layout", text), 0);
	lay_out(b, &b->lock);
	assert_string_equal(addr_of(b, "disk40"), "01:02.0");
	assert_string_equal(before(b, "disk40"), "bus 00 (pci-root): no slot was free\n"
						 "slot 01 of bus 01: kept for a removed device\n");
	bench_free(b);
}

static void test_nothing_was_passed_over_without_a_search(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	want(add(b, &t_disk_family, NULL, 0), 0, 9, 0);
	add(b, &t_video_family, "vga", 0);
	lay_out(b, NULL);
	assert_string_equal(before(b, "disk0"), "");
	assert_string_equal(before(b, "video0"), "");
	bench_free(b);
}

static void test_on_a_configured_bus_no_other_was_looked_at(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	want(add(b, &t_net_family, NULL, 0), 0, 1, 0);
	struct vm_dev *disk = add(b, &t_disk_family, NULL, 0);

	disk->has_want_bus = true;
	disk->want.bus = 0;
	lay_out(b, NULL);
	assert_string_equal(addr_of(b, "disk0"), "00:02.0");
	assert_string_equal(before(b, "disk0"), "slot 01 of bus 00: has net0 in it\n");
	assert_part(explain(b, "disk0"), "\n  rule     configured-bus. ");
	bench_free(b);
}

static void test_a_port_shares_and_has_no_slot_before(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_many(b, &t_disk_family, 3);
	lay_out(b, NULL);
	assert_string_equal(before(b, "pci.3"), "");
	assert_part(explain(b, "pci.3"), "  rule     shared-slot. ");
	bench_free(b);
}

static void test_one_device_is_found_by_each_of_its_names(void **state)
{
	static const char *const names[] = {"disk0", "virtio-disk0", "01:00.0", "01.0/00.0"};
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_many(b, &t_disk_family, 2);
	lay_out(b, NULL);
	const char *want_text = explain(b, names[0]);

	assert_part(want_text,
		    "disk0 (virtio-blk-pci): PCI 01:00.0 on pci.1, path from the root 01.0/00.0\n"
		    "  guest    counts its bus as 01 with seabios, 03 with qboot, 01 with ovmf\n"
		    "  asked    CONFIG_DISK0\n"
		    "  rule     next-slot. Nobody gives it an address, ");
	assert_part(want_text, "\n  before   bus 00 (pcie-root): ");
	for (size_t i = 1; i < ARRAY_SIZE(names); i++)
		assert_string_equal(explain(b, names[i]), want_text);
	assert_string_equal(explain(b, "disk9"), "");
	bench_free(b);
}

static void test_a_list_tells_each_rule_once(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_many(b, &t_disk_family, 3);
	lay_out(b, NULL);
	const char *text = explain(b, NULL), *at = strstr(text, "\nrule next-slot\n");

	assert_part(text, "disk2 (virtio-blk-pci): ");
	assert_part(text, "\nrule shared-slot\n  Ports come ");
	assert_non_null(at);
	assert_null(strstr(at + 1, "\nrule next-slot\n"));
	assert_null(strstr(text, "\nrule locked\n"));
	/* What the machine has by itself is told only when it is asked for. */
	assert_null(strstr(text, "SMBus"));
	assert_part(explain(b, "1f.3"), "SMBus (ICH9-SMB): PCI 00:1f.3 on pcie.0");
	bench_free(b);
}

static void test_the_chipsets_reason_is_told(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_video_family, "vga", 0);
	want(add(b, &t_disk_family, NULL, 0), 0, 1, 0);
	lay_out(b, NULL);
	/* Its place is taken, so it was searched for. */
	assert_part(explain(b, "video0"), "\n  tried    slot 00:01 has disk0 in it");
	assert_part(explain(b, "video0"), "\n  machine  ");
	bench_free(b);
}

static void test_the_lock_is_told_where_there_is_one(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);
	static const char text[] = "format 1\nalgorithm libvirt-9\n"
				   "device disk0 pci 01:00.0\n"
				   "device pci.1 pci 00:01.0 pcie-root-port\n";

	(void)state;
	add_many(b, &t_disk_family, 2);
	assert_int_equal(bench_lock(b, "t.layout", text), 0);
	lay_out(b, &b->lock);
	assert_part(explain(b, "disk0"), "\n  rule     locked. The lock keeps this address, ");
	assert_part(explain(b, "disk0"), "\n  lock     the lock has it\n");
	assert_part(explain(b, "disk1"), "\n  lock     not in the lock yet");
	assert_null(strstr(explain(b, "disk0"), "  before"));
	bench_free(b);
}

static void test_ports_of_virtio_serial_are_explained(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_console_family, "virtio", 3);
	lay_out(b, NULL);
	assert_part(explain(b, "console3"), "console3 (virtconsole): port 0 of virtio-serial0\n"
					    "  asked    CONFIG_CONSOLE3\n"
					    "  rule     It has the lowest free port ");
	bench_free(b);
}

static void test_json_adds_the_sentence(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_many(b, &t_disk_family, 1);
	lay_out(b, NULL);
	json_t *layout = json_loads(report_json(&b->vm, &b->layout), 0, NULL);
	json_t *array = explain_json(layout, "disk0"), *object = json_array_get(array, 0);

	assert_int_equal(json_array_size(array), 1);
	assert_string_equal(json_string_value(json_object_get(object, "rule")), "next-slot");
	assert_string_equal(json_string_value(json_object_get(object, "because")),
			    explain_rule("next-slot"));
	assert_int_equal(json_array_size(json_object_get(object, "before")), 1);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(object, "guest_bus"), "qboot")),
		2);
	json_decref(array);
	json_decref(layout);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_rule_has_a_sentence),
		cmocka_unit_test(test_neighbours_of_one_kind_are_one_sentence),
		cmocka_unit_test(test_slots_before_it_on_its_own_bus_are_named),
		cmocka_unit_test(test_a_place_that_the_lock_keeps_is_named),
		cmocka_unit_test(test_nothing_was_passed_over_without_a_search),
		cmocka_unit_test(test_on_a_configured_bus_no_other_was_looked_at),
		cmocka_unit_test(test_a_port_shares_and_has_no_slot_before),
		cmocka_unit_test(test_one_device_is_found_by_each_of_its_names),
		cmocka_unit_test(test_a_list_tells_each_rule_once),
		cmocka_unit_test(test_the_chipsets_reason_is_told),
		cmocka_unit_test(test_the_lock_is_told_where_there_is_one),
		cmocka_unit_test(test_ports_of_virtio_serial_are_explained),
		cmocka_unit_test(test_json_adds_the_sentence),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
