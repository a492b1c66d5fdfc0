/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_needs.c - what options need of QEMU: values as trees and as text, names that need nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "model/machine.h"
#include "qemu/caps.h"
#include "qemu/needs.h"

static const char caps_text[] =
	"accel tcg\ncpu max\ncpu-property avx\ndevice e1000\nfeature device-json\n"
	"machine-property pc-q35-7.2 kernel-irqchip\n"
	"machine-property pc-q35-7.2 usb\noption device\noption mon\n"
	"option-parameter mon mode\nversion 7.2.5\n";
static struct arena arena;
static struct caps caps;
static struct board board = {.name = "b", .caps = &caps};
static const struct machine machine = {.guest_arch = "x86_64"};
static struct vm vm = {.arena = &arena, .board = &board, .machine = &machine};
static struct emit emit;

static int setup(void **state)
{
	struct err err;

	(void)state;
	emit = (struct emit){.arena = &arena, .vm = &vm};
	return caps_parse(&arena, "f", caps_text, strlen(caps_text), &caps, &err);
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void assert_needs(const char *want)
{
	assert_string_equal(needs_text(&vm, &emit), want);
}

static void test_every_image_needs_an_architecture_and_a_version(void **state)
{
	(void)state;
	assert_needs("arch x86_64\nversion 7.2\n");
}

static void test_a_text_of_json_needs_the_same_and_its_syntax(void **state)
{
	(void)state;
	emit_text(&emit, "-device", "{\"driver\":\"e1000\",\"id\":\"a\",\"mac\":\"x\"}", 0);
	assert_needs("arch x86_64\ndevice e1000\noption device\nproperty e1000 mac\n"
		     "schema device_add/$json-cli-hotplug\nversion 7.2\n");
}

static void test_a_tree_needs_its_type_and_properties(void **state)
{
	(void)state;
	struct node *tree = emit_tree(&emit, "-device", 0);

	node_add_string(&arena, tree, "driver", "virtio-blk-pci");
	node_add_string(&arena, tree, "id", "disk0");
	node_add_string(&arena, tree, "bus", "pci.1");
	node_add_bool(&arena, tree, "share-rw", true);
	assert_needs("arch x86_64\ndevice virtio-blk-pci\noption device\n"
		     "property virtio-blk-pci share-rw\nschema device_add/$json-cli-hotplug\n"
		     "version 7.2\n");
}

static void test_layers_of_a_block_device_need_their_drivers(void **state)
{
	(void)state;
	struct node *tree = emit_tree(&emit, "-blockdev", 0);

	node_add_string(&arena, tree, "driver", "qcow2");
	struct node *file = node_add(&arena, tree, "file", NODE_OBJECT);

	node_add_string(&arena, file, "driver", "nbd");
	node_add_string(&arena, file, "node-name", "driver");
	assert_needs("arch x86_64\nblockdev nbd\nblockdev qcow2\nversion 7.2\n");
}

static void test_a_text_is_read_as_qemu_reads_it(void **state)
{
	(void)state;
	emit_text(&emit, "-device", "e1000,id=a,,mac=b,mac=52:54:00:00:00:01", 0);
	emit_text(&emit, "-object", "qom-type=secret,id=s,file=/x,,y=z", 0);
	emit_text(&emit, "-chardev", "pty,id=c", 0);
	emit_text(&emit, "-mon", "chardev=c,mode=control", 0);
	assert_needs("arch x86_64\nchardev pty\ndevice e1000\nobject secret\n"
		     "object-property secret file\noption device\noption mon\n"
		     "option-parameter mon mode\nproperty e1000 mac\nversion 7.2\n");
}

static void test_a_machine_needs_what_the_newest_one_is_known_to_have(void **state)
{
	(void)state;
	emit_text(&emit, "-machine", "pc-q35-6.0,usb=off,kernel_irqchip=split,accel-only=x", 0);
	assert_needs("arch x86_64\nmachine pc-q35-6.0\n"
		     "machine-property pc-q35-6.0 kernel-irqchip\n"
		     "machine-property pc-q35-6.0 usb\nversion 7.2\n");
}

static void test_a_processor_needs_its_model_and_known_features(void **state)
{
	(void)state;
	emit_text(&emit, "-cpu", "max,avx=on,-nothing-known", 0);
	emit_text(&emit, "-accel", "tcg", 0);
	assert_needs("accel tcg\narch x86_64\ncpu max\ncpu-property avx\nversion 7.2\n");
}

static void test_whether_there_is_a_sandbox_only_the_target_knows(void **state)
{
	(void)state;
	emit_text(&emit, "-sandbox", "on,spawn=deny", 0);
	assert_needs("arch x86_64\noption sandbox\nversion 7.2\n");
}

static void test_a_mark_is_no_name(void **state)
{
	(void)state;
	emit_text(&emit, "-accel", emit_mark(&emit, FIX_ACCEL, 0, 0, ""), 0);
	emit_text(&emit, "-chardev", emit_mark(&emit, FIX_FD, 0, 0, ""), 0);
	assert_needs("arch x86_64\nversion 7.2\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_every_image_needs_an_architecture_and_a_version),
		TEST(test_a_text_of_json_needs_the_same_and_its_syntax),
		TEST(test_a_tree_needs_its_type_and_properties),
		TEST(test_layers_of_a_block_device_need_their_drivers),
		TEST(test_a_text_is_read_as_qemu_reads_it),
		TEST(test_a_machine_needs_what_the_newest_one_is_known_to_have),
		TEST(test_a_processor_needs_its_model_and_known_features),
		TEST(test_whether_there_is_a_sandbox_only_the_target_knows),
		TEST(test_a_mark_is_no_name),
	};
	return cmocka_run_group_tests_name("needs", tests, NULL, NULL);
}
