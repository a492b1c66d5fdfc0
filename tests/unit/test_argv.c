/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_argv.c - the command line of a small machine, and what a shell gets of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine_fixture.h"
#include "qemu/argv.h"

struct fixture {
	struct machine_fixture machine;
	struct img_source_arg *args;
	size_t count;
};

static int setup(void **state)
{
	static struct fixture fix;

	memset(&fix, 0, sizeof(fix));
	fixture_build(&fix.machine, fixture_caps_json);
	*state = &fix;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fix = *state;

	arena_free(&fix->machine.arena);
	return 0;
}

/* A text with its marks as {KIND:A}. */
static const char *readable(struct arena *arena, const char *text)
{
	struct text out = {.arena = arena};
	struct segment seg;

	while (text_next(&text, &seg)) {
		if (seg.kind == FIX_LITERAL)
			text_add_len(&out, seg.text, seg.len);
		else
			text_fmt(&out, "{%s:%u}", fixup_word(seg.kind), seg.a);
	}
	return text_str(&out);
}

static void build(struct fixture *fix)
{
	struct machine_fixture *machine = &fix->machine;

	assert_int_equal(argv_build(&machine->vm, &machine->emit, &fix->args, &fix->count,
				    &machine->errs),
			 0);
}

/* The value behind the @nth @option, or NULL. */
static const char *value_of(struct fixture *fix, const char *option, unsigned nth)
{
	for (size_t i = 0; i + 1 < fix->count; i++) {
		if (strcmp(fix->args[i].text, option) == 0 && nth-- == 0)
			return readable(&fix->machine.arena, fix->args[i + 1].text);
	}
	return NULL;
}

static bool has(const struct fixture *fix, const char *option)
{
	for (size_t i = 0; i < fix->count; i++) {
		if (strcmp(fix->args[i].text, option) == 0)
			return true;
	}
	return false;
}

static void test_argv_is_in_libvirts_order(void **state)
{
	static const char *const expected[] = {
		"-name",
		"guest=vm1,debug-threads=on",
		"-machine",
		"pc-q35-7.2,usb=off,dump-guest-core=off,memory-backend=pc.ram",
		"-accel",
		"tcg",
		"-cpu",
		"qemu64",
		"-m",
		"size=131072k",
		"-object",
		"{\"qom-type\":\"memory-backend-ram\",\"id\":\"pc.ram\",\"size\":134217728}",
		"-overcommit",
		"mem-lock=off",
		"-smp",
		"2,sockets=1,dies=1,cores=2,threads=1",
		"-uuid",
		"{uuid:0}",
		"-display",
		"none",
		"-no-user-config",
		"-nodefaults",
		"-chardev",
		"socket,id=charmonitor,fd={fd:0},server=on,wait=off",
		"-mon",
		"chardev=charmonitor,id=monitor,mode=control",
		"-chardev",
		"socket,id=chardown,fd={fd:1},server=on,wait=off",
		"-mon",
		"chardev=chardown,id=monitor-down,mode=control",
		"-rtc",
		"base=utc",
		"-boot",
		"strict=on",
		"-device",
		("{\"driver\":\"pcie-root-port\",\"port\":16,\"id\":\"pci.1\",\"bus\":\"pcie.0\","
		 "\"multifunction\":true,\"addr\":\"0x2\"}"),
		"-device",
		("{\"driver\":\"virtconsole\",\"id\":\"console2\",\"bus\":\"virtio-serial0.0\","
		 "\"nr\":3}"),
		"-object",
		"{\"qom-type\":\"rng-builtin\",\"id\":\"objrng0\"}",
		"-device",
		("{\"driver\":\"virtio-rng-pci\",\"model\":\"virtio\",\"rng\":\"objrng0\","
		 "\"id\":\"rng0\",\"fast\":true,\"count\":3,\"zero\":0,\"mode\":\"s\","
		 "\"label\":\"a,\\\"b\",\"bus\":\"pci.1\",\"addr\":\"0x1f.0x7\"}"),
		"-sandbox",
		"on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
		"-msg",
		"timestamp=on",
	};
	struct fixture *fix = *state;

	build(fix);
	for (size_t i = 0; i < ARRAY_SIZE(expected) && i < fix->count; i++)
		assert_string_equal(readable(&fix->machine.arena, fix->args[i].text), expected[i]);
	assert_int_equal(fix->count, ARRAY_SIZE(expected));
}

static void test_argv_writes_key_value_for_an_old_qemu(void **state)
{
	struct fixture *fix = *state;

	arena_free(&fix->machine.arena);
	memset(fix, 0, sizeof(*fix));
	fixture_build(&fix->machine, fixture_caps_old);
	build(fix);
	assert_string_equal(value_of(fix, "-object", 0),
			    "memory-backend-ram,id=pc.ram,size=134217728");
	assert_string_equal(value_of(fix, "-device", 0),
			    "pcie-root-port,port=16,id=pci.1,bus=pcie.0,multifunction=on,addr=0x2");
	assert_string_equal(value_of(fix, "-device", 2),
			    "virtio-rng-pci,model=virtio,rng=objrng0,id=rng0,fast=on,count=3,"
			    "zero=0,mode=s,label=a,,\"b,bus=pci.1,addr=0x1f.0x7");
}

static void test_argv_marks_monitors_for_the_loader_alone(void **state)
{
	struct fixture *fix = *state;
	unsigned marked = 0;

	build(fix);
	for (size_t i = 0; i < fix->count; i++) {
		bool monitor = strcmp(fix->args[i].text, "-chardev") == 0 ||
			       strcmp(fix->args[i].text, "-mon") == 0;

		if (!monitor)
			continue;
		assert_int_equal(fix->args[i].flags, ARG_LOADER_ONLY);
		assert_int_equal(fix->args[i + 1].flags, ARG_LOADER_ONLY);
		marked++;
	}
	assert_int_equal(marked, 4);
	const struct emit_op *op = fix->machine.emit.ops;

	assert_int_equal(op->op.code, OP_MONITOR);
	assert_string_equal(op->op.monitor.name, "qmp");
	assert_string_equal(op->next->op.monitor.name, "qmp-down");
	assert_null(op->next->next);
}

/* The index of the option with the flag, or -1. */
static int fips_at(const struct fixture *fix)
{
	for (size_t i = 0; i < fix->count; i++) {
		if (strcmp(fix->args[i].text, "-enable-fips") == 0) {
			assert_int_equal(fix->args[i].flags, ARG_FIPS);
			return (int)i;
		}
	}
	return -1;
}

static void test_argv_tells_only_an_old_qemu_of_fips(void **state)
{
	static const struct {
		const char *caps;
		bool told;
	} cases[] = {{"version 5.1.0\n", true},
		     {"version 6.2.0\n", true},
		     {"version 7.0.0\n", true},
		     {"version 7.1.0\n", false},
		     {"version 10.0.2\n", false}};
	struct fixture *fix = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		arena_free(&fix->machine.arena);
		memset(fix, 0, sizeof(*fix));
		fixture_build(&fix->machine, cases[i].caps);
		fix->machine.vm.guest.fips = true;
		build(fix);
		int at = fips_at(fix);

		assert_int_equal(at >= 0, cases[i].told);
		if (at >= 0)
			assert_string_equal(fix->args[at + 1].text, "-machine");
	}
	arena_free(&fix->machine.arena);
	memset(fix, 0, sizeof(*fix));
	fixture_build(&fix->machine, "version 6.2.0\n");
	build(fix);
	assert_int_equal(fips_at(fix), -1);
}

static void test_argv_writes_the_given_uuid(void **state)
{
	struct fixture *fix = *state;

	fix->machine.vm.guest.uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
	build(fix);
	assert_string_equal(value_of(fix, "-uuid", 0), fix->machine.vm.guest.uuid);
}

static void test_argv_leaves_the_accelerator_to_the_loader_when_auto(void **state)
{
	struct fixture *fix = *state;

	fix->machine.vm.guest.accel = fixture_word("AUTO");
	build(fix);
	assert_string_equal(value_of(fix, "-accel", 0), "{accel:0}");
}

static void test_argv_names_the_hosts_processor(void **state)
{
	struct fixture *fix = *state;

	fix->machine.vm.guest.accel = fixture_word("KVM");
	fix->machine.vm.guest.cpu_model = "host-passthrough";
	build(fix);
	assert_string_equal(value_of(fix, "-accel", 0), "kvm");
	assert_string_equal(value_of(fix, "-cpu", 0), "host,migratable=on");
}

static void test_argv_ends_on_reboot_when_asked(void **state)
{
	struct fixture *fix = *state;

	build(fix);
	assert_false(has(fix, "-no-reboot"));
	fix->machine.emit = (struct emit){
		.arena = &fix->machine.arena, .vm = &fix->machine.vm, .errs = &fix->machine.errs};
	fix->machine.vm.guest.on_reboot = fixture_word("DESTROY");
	build(fix);
	assert_true(has(fix, "-no-reboot"));
}

static void test_argv_takes_the_kernel_from_a_payload(void **state)
{
	struct fixture *fix = *state;
	struct guest *guest = &fix->machine.vm.guest;

	guest->kernel = guest->initrd = "/proc/self/exe";
	guest->cmdline = "console=ttyS0 a,b";
	guest->firmware = fixture_word("QBOOT");
	build(fix);
	assert_string_equal(value_of(fix, "-bios", 0), "qboot.rom");
	assert_string_equal(value_of(fix, "-kernel", 0), "{fdpath:2}");
	assert_string_equal(value_of(fix, "-initrd", 0), "{fdpath:3}");
	assert_string_equal(value_of(fix, "-append", 0), "console=ttyS0 a,b");
	assert_int_equal(fix->machine.emit.payload_count, 1);
}

static void test_argv_refuses_a_kernel_that_is_not_there(void **state)
{
	struct fixture *fix = *state;
	struct machine_fixture *machine = &fix->machine;

	machine->vm.guest.kernel = "/nonexistent/vmlinuz";
	assert_int_equal(argv_build(&machine->vm, &machine->emit, &fix->args, &fix->count,
				    &machine->errs),
			 -1);
	assert_int_equal(machine->errs.count, 1);
	assert_string_equal(machine->errs.first->err.sym, "CONFIG_KERNEL_PATH");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_argv_is_in_libvirts_order),
		TEST(test_argv_writes_key_value_for_an_old_qemu),
		TEST(test_argv_marks_monitors_for_the_loader_alone),
		TEST(test_argv_tells_only_an_old_qemu_of_fips),
		TEST(test_argv_writes_the_given_uuid),
		TEST(test_argv_leaves_the_accelerator_to_the_loader_when_auto),
		TEST(test_argv_names_the_hosts_processor),
		TEST(test_argv_ends_on_reboot_when_asked),
		TEST(test_argv_takes_the_kernel_from_a_payload),
		TEST(test_argv_refuses_a_kernel_that_is_not_there),
	};
	return cmocka_run_group_tests_name("argv", tests, NULL, NULL);
}
