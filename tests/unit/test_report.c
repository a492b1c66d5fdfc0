/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_report.c - the layout as text, JSON and DOT: every function once, the paths, the budget.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>

#include "kiln/report.h"
#include "layout_vm.h"

static struct bench *sample(void)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	add(b, &t_disk_family, NULL, 0);
	add(b, &t_net_family, "e1000", 0);
	add(b, &t_console_family, "virtio", 3);
	if (layout_assign(&b->vm, NULL, &b->layout, &b->errs) != 0)
		fail_msg("%s", b->errs.first->err.what);
	return b;
}

static void test_report_text_is_a_tree(void **state)
{
	struct bench *b = sample();

	(void)state;
	assert_string_equal(
		report_text(&b->vm, &b->layout),
		"q35 pcie-root, layout libvirt-9\n"
		"pcie.0\n"
		"|-- 00.0 host bridge (mch, built in)\n"
		"|-- 01.0 pci.1: pcie-root-port, multifunction, chassis 1, port 0x8, bus 01/04/01\n"
		"|   `-- 00.0 pci.2: pcie-pci-bridge, bus 02/05/02\n"
		"|       `-- 01.0 net0: e1000\n"
		"|-- 01.1 pci.3: pcie-root-port, chassis 3, port 0x9, bus 03/03/03\n"
		"|   `-- 00.0 virtio-serial0: virtio-serial-pci\n"
		"|       port 0 console3: virtconsole\n"
		"|-- 01.2 pci.4: pcie-root-port, chassis 4, port 0xa, bus 04/02/04\n"
		"|   `-- 00.0 disk0: virtio-blk-pci \"virtio-disk0\"\n"
		"|-- 01.3 pci.5: pcie-root-port, chassis 5, port 0xb, bus 05/01/05, free\n"
		"|-- 1f.0 ISA bridge (ICH9-LPC, built in)\n"
		"|-- 1f.2 SATA controller 0 (ich9-ahci, built in)\n"
		"`-- 1f.3 SMBus (ICH9-SMB, built in)\n"
		"\n"
		"bus: its number in the guest with seabios/qboot/ovmf, -- = not found; this guest has "
		"seabios\n"
		"\n"
		"device           address  path from the root   rule, for whom\n"
		"pci.1            00:01.0  01.0                 shared-slot, for net0\n"
		"pci.2            01:00.0  01.0/00.0            next-slot, for net0\n"
		"net0             02:01.0  01.0/00.0/01.0       next-slot, for CONFIG_NET0\n"
		"pci.3            00:01.1  01.1                 shared-slot, for virtio-serial0\n"
		"virtio-serial0   03:00.0  01.1/00.0            next-slot, for the devices on it\n"
		"pci.4            00:01.2  01.2                 shared-slot, for disk0\n"
		"disk0            04:00.0  01.2/00.0            next-slot, for CONFIG_DISK0\n"
		"pci.5            00:01.3  01.3                 shared-slot, for the spare port\n"
		"\n"
		"PCI Express ports: 4, 1 of them free; 236 more can be added.\n"
		"Conventional slots: 31, 30 of them free; bridges can add up to 900.\n");
	bench_free(b);
}

static const json_t *function_at(const json_t *root, const char *path)
{
	const json_t *functions = json_object_get(root, "functions"), *item;
	size_t i;

	json_array_foreach(functions, i, item)
	{
		if (strcmp(json_string_value(json_object_get(item, "path")), path) == 0)
			return item;
	}
	fail_msg("no function at %s", path);
	return NULL;
}

static void assert_string(const json_t *object, const char *key, const char *value)
{
	const char *found = json_string_value(json_object_get(object, key));

	assert_non_null(found);
	assert_string_equal(found, value);
}

static void test_report_json_has_every_key(void **state)
{
	struct bench *b = sample();
	json_t *root = json_loads(report_json(&b->vm, &b->layout), 0, NULL);
	const json_t *port, *net, *smbus, *console;

	(void)state;
	assert_non_null(root);
	assert_int_equal(json_array_size(json_object_get(root, "functions")), 12);
	assert_string(root, "machine", "q35");
	assert_string(root, "algorithm", "libvirt-9");
	net = function_at(root, "01.0/00.0/01.0");
	assert_string(net, "id", "net0");
	assert_string(net, "alias", "net0");
	assert_string(net, "driver", "e1000");
	assert_string(net, "address", "02:01.0");
	assert_string(net, "bus", "pci.2");
	assert_string(net, "rule", "next-slot");
	assert_string(net, "asked_by", "CONFIG_NET0");
	port = function_at(root, "01.0");
	assert_int_equal(json_integer_value(json_object_get(port, "chassis")), 1);
	assert_int_equal(json_integer_value(json_object_get(port, "port")), 8);
	assert_true(json_is_true(json_object_get(port, "multifunction")));
	assert_string(port, "bus", "pcie.0");
	assert_string(root, "firmware", "seabios");
	const json_t *numbers = json_object_get(port, "bus_numbers");

	assert_int_equal(json_integer_value(json_object_get(numbers, "seabios")), 1);
	assert_int_equal(json_integer_value(json_object_get(numbers, "qboot")), 4);
	assert_int_equal(json_integer_value(json_object_get(numbers, "ovmf")), 1);
	assert_null(json_object_get(net, "bus_numbers"));
	smbus = function_at(root, "1f.3");
	assert_true(json_is_true(json_object_get(smbus, "built_in")));
	assert_string(smbus, "name", "SMBus");
	assert_null(json_object_get(smbus, "id"));
	console = json_array_get(json_object_get(root, "serial_ports"), 0);
	assert_string(console, "id", "console3");
	assert_int_equal(json_integer_value(json_object_get(console, "port")), 0);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(root, "budget"), "free_ports")),
		1);
	json_decref(root);
	bench_free(b);
}

static void test_report_dot_names_each_function_once(void **state)
{
	struct bench *b = sample();
	const char *dot = report_dot(&b->vm, &b->layout), *at = dot;
	unsigned nodes = 0, edges = 0;

	(void)state;
	for (; (at = strstr(at, "\" [label=")); at++)
		nodes++;
	for (at = dot; (at = strstr(at, " -> ")); at++)
		edges++;
	/* Each edge has a label behind a quoted path too. */
	assert_int_equal(edges, 12);
	assert_int_equal(nodes, 24);
	assert_non_null(strstr(dot, "\"01.0/00.0\" -> \"01.0/00.0/01.0\" [label=\"01.0\"]"));
	bench_free(b);
}

static void test_report_on_pc_shows_what_is_built_in(void **state)
{
	static const char *const paths[] = {"00.0", "01.0", "01.1", "01.3"};
	struct bench *b = bench_new(&machine_pc, &board_9);
	json_t *root;

	(void)state;
	assert_int_equal(layout_assign(&b->vm, NULL, &b->layout, &b->errs), 0);
	root = json_loads(report_json(&b->vm, &b->layout), 0, NULL);
	/* Power management is part of ACPI. */
	assert_int_equal(json_array_size(json_object_get(root, "functions")), 3);
	json_decref(root);
	b->vm.guest.features.has_acpi = true;
	root = json_loads(report_json(&b->vm, &b->layout), 0, NULL);
	assert_non_null(root);
	assert_int_equal(json_array_size(json_object_get(root, "functions")), 4);
	for (size_t i = 0; i < 4; i++)
		assert_true(json_is_true(json_object_get(function_at(root, paths[i]), "built_in")));
	json_decref(root);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report_text_is_a_tree),
		cmocka_unit_test(test_report_json_has_every_key),
		cmocka_unit_test(test_report_dot_names_each_function_once),
		cmocka_unit_test(test_report_on_pc_shows_what_is_built_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
