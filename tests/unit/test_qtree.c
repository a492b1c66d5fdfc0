/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_qtree.c - read `info qtree` and hold it against a layout.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "qemu/qtree.h"

/* Shortened from QEMU 7.2; 10.0 adds properties and no other form. HMP ends lines with CR LF. */
static const char tree_text[] =
	"bus: main-system-bus\r\n"
	"  type System\r\n"
	"  dev: ps2-mouse, id \"\"\r\n"
	"    gpio-out \"\" 1\r\n"
	"  dev: q35-pcihost, id \"\"\r\n"
	"    pci-hole64-size = 34359738368 (32 GiB)\r\n"
	"    bus: pcie.0\r\n"
	"      type PCIE\r\n"
	"      dev: virtio-serial-pci, id \"virtio-serial0\"\r\n"
	"        addr = 02.0\r\n"
	"        class Class 0780, addr 00:02.0, pci id 1af4:1003 (sub x)\r\n"
	"        bus: virtio-bus\r\n"
	"          type virtio-pci-bus\r\n"
	"          dev: virtio-serial-device, id \"\"\r\n"
	"            bus: virtio-serial0.0\r\n"
	"              type virtio-serial-bus\r\n"
	"              dev: virtconsole, id \"console1.2\"\r\n"
	"                chardev = \"c1\"\r\n"
	"                nr = 3 (0x3)\r\n"
	"      dev: pcie-root-port, id \"pci.1\"\r\n"
	"        addr = 1e.7\r\n"
	"        bus: pci.1\r\n"
	"          type PCIE\r\n"
	"          dev: e1000, id \"net1\"\r\n"
	"            mac = \"52:54:00:12:34:56\"\r\n"
	"            addr = 00.0\r\n"
	"      dev: ICH9-LPC, id \"\"\r\n"
	"        addr = 1f.0\r\n"
	"        bus: isa.0\r\n"
	"          type ISA\r\n"
	"          dev: isa-serial, id \"serial0\"\r\n"
	"            index = 0 (0x0)\r\n"
	"\r\n";

static const struct qtree_want wants[] = {
	{.id = "virtio-serial0", .driver = "virtio-serial-pci", .bus = "pcie.0", .slot = 2},
	{.id = "pci.1", .driver = "pcie-root-port", .bus = "pcie.0", .slot = 0x1e, .function = 7},
	{.id = "net1", .driver = "e1000", .bus = "pci.1"},
	{.id = "console1.2",
	 .driver = "virtconsole",
	 .bus = "virtio-serial0.0",
	 .is_port = true,
	 .port = 3},
	{.driver = "ICH9-LPC", .bus = "pcie.0", .slot = 0x1f},
};

static struct arena arena;

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct qtree read_tree(const char *text)
{
	struct qtree tree;
	struct err err = {0};

	if (qtree_parse(&arena, text, &tree, &err) < 0)
		fail_msg("%s", err.what);
	return tree;
}

static void test_qtree_reads_devices_with_their_places(void **state)
{
	struct qtree tree = read_tree(tree_text);

	(void)state;
	assert_int_equal(tree.count, 9);
	assert_string_equal(tree.devs[0].driver, "ps2-mouse");
	assert_string_equal(tree.devs[0].bus, "main-system-bus");
	assert_false(tree.devs[0].has_pci);
	assert_string_equal(tree.devs[2].id, "virtio-serial0");
	assert_true(tree.devs[2].has_pci);
	assert_string_equal(tree.devs[4].bus, "virtio-serial0.0");
	assert_true(tree.devs[4].has_port);
	assert_int_equal(tree.devs[4].port, 3);
	assert_int_equal(tree.devs[5].slot, 0x1e);
	assert_int_equal(tree.devs[5].function, 7);
	assert_string_equal(tree.devs[6].bus, "pci.1");
	assert_string_equal(tree.devs[8].bus, "isa.0");
	assert_string_equal(tree.devs[8].bus_type, "ISA");
}

static size_t compare(const struct qtree_want *list, size_t count, const char **ret_text)
{
	struct qtree tree = read_tree(tree_text);
	struct text diff = {.arena = &arena};
	size_t differ = qtree_compare(&tree, list, count, &diff);

	*ret_text = text_str(&diff);
	return differ;
}

/* As QEMU 7.2 shows a pxb with a card behind it, and a pxb-pcie with a root port. */
static void test_qtree_knows_expander_buses(void **state)
{
	static const char text[] = "bus: main-system-bus\r\n"
				   "  type System\r\n"
				   "  dev: pxb-host, id \"\"\r\n"
				   "    bus: pxb-internal\r\n"
				   "      type pxb-bus\r\n"
				   "      dev: pci-bridge, id \"pci.2\"\r\n"
				   "        addr = 00.0\r\n"
				   "        bus: pci.2\r\n"
				   "          type PCI\r\n"
				   "          dev: e1000, id \"net0\"\r\n"
				   "            addr = 04.0\r\n"
				   "    bus: pci.5\r\n"
				   "      type pxb-pcie-bus\r\n"
				   "      dev: ioh3420, id \"pci.6\"\r\n"
				   "        addr = 01.0\r\n"
				   "  dev: i440FX-pcihost, id \"\"\r\n"
				   "    bus: pci.0\r\n"
				   "      type PCI\r\n"
				   "      dev: pxb, id \"pci.2\"\r\n"
				   "        addr = 03.0\r\n";
	static const struct qtree_want list[] = {
		{.id = "pci.2", .driver = "pxb", .bus = "pci.0", .slot = 3},
		{.id = "net0", .driver = "e1000", .bus = "pci.2", .slot = 4},
		{.id = "pci.6", .driver = "ioh3420", .bus = "pci.5", .slot = 1},
	};
	struct qtree tree = read_tree(text);
	struct text diff = {.arena = &arena};

	(void)state;
	assert_int_equal(qtree_compare(&tree, list, ARRAY_SIZE(list), &diff), 0);
	assert_string_equal(text_str(&diff), "");
}

static void test_qtree_finds_no_difference_where_there_is_none(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(compare(wants, ARRAY_SIZE(wants), &text), 0);
	assert_string_equal(text, "");
}

static void assert_difference(size_t which, const struct qtree_want *changed, const char *expected)
{
	struct qtree_want list[ARRAY_SIZE(wants)];
	const char *text;

	memcpy(list, wants, sizeof(list));
	list[which] = *changed;
	assert_int_equal(compare(list, ARRAY_SIZE(list), &text), 1);
	assert_string_equal(text, expected);
}

static void test_qtree_tells_a_device_that_is_elsewhere(void **state)
{
	struct qtree_want want;

	(void)state;
	want = wants[0];
	want.slot = 3;
	assert_difference(0, &want,
			  "virtio-serial0: is at pcie.0 02.0, should be at pcie.0 03.0\n");
	want = wants[1];
	want.function = 6;
	assert_difference(1, &want, "pci.1: is at pcie.0 1e.7, should be at pcie.0 1e.6\n");
	want = wants[2];
	want.bus = "pcie.0";
	assert_difference(2, &want, "net1: is at pci.1 00.0, should be at pcie.0 00.0\n");
	want = wants[3];
	want.port = 4;
	assert_difference(3, &want,
			  "console1.2: is at virtio-serial0.0 port 3, should be at "
			  "virtio-serial0.0 port 4\n");
}

static void test_qtree_tells_another_type(void **state)
{
	struct qtree_want want = wants[2];

	(void)state;
	want.driver = "e1000e";
	assert_difference(2, &want, "net1: is a e1000, should be a e1000e, at pci.1 00.0\n");
}

static void test_qtree_tells_what_is_not_there_and_what_should_not_be(void **state)
{
	struct qtree_want list[] = {wants[0],
				    wants[1],
				    wants[3],
				    wants[4],
				    {.id = "net2", .driver = "e1000", .bus = "pci.2", .slot = 1}};
	const char *text;

	(void)state;
	assert_int_equal(compare(list, ARRAY_SIZE(list), &text), 2);
	assert_string_equal(text, "e1000 \"net1\": is at pci.1 00.0, should not be there\n"
				  "net2: is not there, should be at pci.2 01.0\n");
}

static void test_qtree_tells_a_nameless_device_behind_a_bridge(void **state)
{
	static const char text[] = "bus: main-system-bus\n  type System\n"
				   "  dev: q35-pcihost, id \"\"\n    bus: pcie.0\n      type PCIE\n"
				   "      dev: mch, id \"\"\n        addr = 00.0\n"
				   "      dev: pcie-root-port, id \"pci.1\"\n        addr = 01.0\n"
				   "        bus: pci.1\n          type PCIE\n"
				   "          dev: e1000, id \"\"\n            addr = 00.0\n";
	const struct qtree_want list[] = {
		{.id = "pci.1", .driver = "pcie-root-port", .bus = "pcie.0", .slot = 1},
		{.driver = "mch", .bus = "pcie.0"},
	};
	struct qtree tree = read_tree(text);
	struct text diff = {.arena = &arena};

	(void)state;
	assert_int_equal(qtree_compare(&tree, list, 2, &diff), 1);
	assert_string_equal(text_str(&diff), "e1000 \"\": is at pci.1 00.0, should not be there\n");
}

static void test_qtree_tells_a_chipset_that_is_another(void **state)
{
	struct qtree_want want = wants[4];

	(void)state;
	want.driver = "PIIX3";
	assert_difference(4, &want, "chipset: is a ICH9-LPC, should be a PIIX3, at pcie.0 1f.0\n");
}

static void test_qtree_tells_a_transport_that_is_another(void **state)
{
	static const char text[] =
		"bus: main-system-bus\n  type System\n  dev: virtio-mmio, id \"\"\n"
		"    bus: virtio-mmio-bus.30\n      type virtio-mmio-bus\n"
		"      dev: virtio-net-device, id \"net0\"\n        mac = \"x\"\n"
		"  dev: virtio-mmio, id \"\"\n"
		"    bus: virtio-mmio-bus.31\n      type virtio-mmio-bus\n"
		"      dev: virtio-rng-device, id \"\"\n        period = 1\n";
	struct qtree_want list[] = {
		{.id = "net0",
		 .driver = "virtio-net-device",
		 .bus = "virtio-mmio-bus.31",
		 .is_alone = true},
	};
	struct qtree tree = read_tree(text);
	struct text diff = {.arena = &arena};

	(void)state;
	assert_int_equal(qtree_compare(&tree, list, 1, &diff), 2);
	assert_string_equal(
		text_str(&diff),
		"net0: is at virtio-mmio-bus.30, should be at virtio-mmio-bus.31\n"
		"virtio-rng-device \"\": is at virtio-mmio-bus.31, should not be there\n");
	list[0].bus = "virtio-mmio-bus.30";
	diff = (struct text){.arena = &arena};
	assert_int_equal(qtree_compare(&tree, list, 1, &diff), 1);
}

static void test_qtree_reads_the_wanted_places_from_a_layout(void **state)
{
	static const char json[] =
		"{\"format\":1,\"functions\":[{\"path\":\"1f.0\",\"address\":\"00:1f.0\","
		"\"bus\":\"pcie.0\",\"driver\":\"ICH9-LPC\",\"built_in\":true},"
		"{\"address\":\"12:1e.7\",\"bus\":\"pci.18\",\"driver\":\"e1000\","
		"\"id\":\"net1\",\"alias\":\"net1\"}],"
		"\"serial_ports\":[{\"alias\":\"console0\",\"controller\":2,\"port\":3}],"
		"\"transports\":[{\"alias\":\"net0\",\"driver\":\"virtio-net-device\","
		"\"bus\":\"virtio-mmio-bus.31\"}]}";
	struct qtree_want *list;
	struct err err;
	size_t count;

	(void)state;
	assert_int_equal(qtree_wants_load(&arena, json, strlen(json), &list, &count, &err), 0);
	assert_int_equal(count, 4);
	assert_true(list[3].is_alone);
	assert_string_equal(list[3].bus, "virtio-mmio-bus.31");
	assert_null(list[0].id);
	assert_int_equal(list[0].slot, 0x1f);
	assert_string_equal(list[1].id, "net1");
	assert_string_equal(list[1].bus, "pci.18");
	assert_int_equal(list[1].slot, 0x1e);
	assert_int_equal(list[1].function, 7);
	assert_true(list[2].is_port);
	assert_string_equal(list[2].bus, "virtio-serial2.0");
	assert_int_equal(list[2].port, 3);
}

static void test_qtree_refuses_what_is_not_a_layout(void **state)
{
	static const char *const texts[] = {
		"",
		"{}",
		"{\"functions\":[],\"serial_ports\":1}",
		"{\"functions\":[{}],\"serial_ports\":[]}",
		"{\"functions\":[{\"address\":\"1f.0\",\"bus\":\"b\",\"alias\":\"a\"}],"
		"\"serial_ports\":[]}",
		"{\"functions\":[{\"address\":\"00:1f.0\",\"bus\":\"b\"}],"
		"\"serial_ports\":[]}",
		"{\"functions\":[],\"serial_ports\":[{\"alias\":\"a\",\"port\":1}]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct qtree_want *list;
		struct err err = {0};
		size_t count;

		assert_int_equal(qtree_wants_load(&arena, texts[i], strlen(texts[i]), &list, &count,
						  &err),
				 -1);
		assert_int_equal(err.kind, ERR_IMAGE);
	}
}

static void test_qtree_refuses_what_is_not_a_tree(void **state)
{
	static const char *const texts[] = {
		"",
		"unknown command: 'info qtree'\n",
		"bus: a\n",
		"  dev: x, id \"\"\n",
		"bus: a\n  dev: x\n",
		"bus: a\n  type PCI\n  dev: x, id \"\"\n    addr = nonsense\n",
		"bus: a\n  type PCI\n  dev: x, id \"\"\n    addr = 20.0\n",
		"bus: a\n  type PCI\n  dev: x, id \"\"\n    addr = 01.8\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct qtree tree;
		struct err err = {0};

		assert_int_equal(qtree_parse(&arena, texts[i], &tree, &err), -1);
		assert_int_equal(err.kind, ERR_HOST);
		assert_string_not_equal(err.why, "");
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_qtree_reads_devices_with_their_places),
		TEST(test_qtree_knows_expander_buses),
		TEST(test_qtree_finds_no_difference_where_there_is_none),
		TEST(test_qtree_tells_a_device_that_is_elsewhere),
		TEST(test_qtree_tells_another_type),
		TEST(test_qtree_tells_what_is_not_there_and_what_should_not_be),
		TEST(test_qtree_tells_a_nameless_device_behind_a_bridge),
		TEST(test_qtree_tells_a_chipset_that_is_another),
		TEST(test_qtree_tells_a_transport_that_is_another),
		TEST(test_qtree_reads_the_wanted_places_from_a_layout),
		TEST(test_qtree_refuses_what_is_not_a_layout),
		TEST(test_qtree_refuses_what_is_not_a_tree),
	};
	return cmocka_run_group_tests_name("qtree", tests, NULL, NULL);
}
