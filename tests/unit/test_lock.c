/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_lock.c - the layout lock: nothing moves, removed devices leave their place, refusals, and
 * random machines by a generator with fixed seeds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "layout_vm.h"

static void parse(struct bench *b, const char *text)
{
	if (bench_lock(b, "test.layout", text) != 0)
		fail_msg("%s", b->errs.first->err.what);
}

static int lay_locked(struct bench *b, const char *text)
{
	parse(b, text);
	return layout_assign(&b->vm, &b->lock, &b->layout, &b->errs);
}

static void lay_locked_ok(struct bench *b, const char *text)
{
	if (lay_locked(b, text) != 0)
		fail_msg("%s / %s", b->errs.first->err.what, b->errs.first->err.why);
}

static void lay_ok(struct bench *b)
{
	if (layout_assign(&b->vm, NULL, &b->layout, &b->errs) != 0)
		fail_msg("%s", b->errs.first->err.what);
}

/* The lock of a bench as a string that outlives it. */
static char *lock_of(struct bench *b, const struct lock *old)
{
	char *text = strdup(lock_text(&b->vm, &b->layout, old, NULL, 0));

	assert_non_null(text);
	return text;
}

static void assert_part(const struct bench *b, const char *part, const char *text)
{
	const struct err *err = &b->errs.first->err;

	if (!strstr(part, text))
		fail_msg("\"%s\" is not in: %s", text, part);
	assert_true(err->why[0] && err->fix[0]);
}

#define assert_at(b, id, addr)    assert_string_equal(addr_of(b, id), addr)
#define assert_err(b, part, text) assert_part(b, b->errs.first->err.part, text)

#define HEAD "format 1\nalgorithm libvirt-9\n"

static void fill(struct bench *b, unsigned disks)
{
	add(b, &t_balloon_family, NULL, 0);
	add_many(b, &t_disk_family, disks);
	add(b, &t_net_family, "virtio", 0);
	add(b, &t_net_family, "e1000", 1);
}

static void test_lock_text_is_for_people(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);
	static const struct lock_pin pins[] = {{.key = "net0.model", .value = "virtio"},
					       {.key = "machine", .value = "pc-q35-7.2"}};

	(void)state;
	add(b, &t_console_family, "virtio", 0);
	fill(b, 1);
	lay_ok(b);
	assert_string_equal(
		lock_text(&b->vm, &b->layout, NULL, pins, 2),
		"# What the guest knows, kept for life. Written by `make layout-lock`; commit it, "
		"review its changes.\n"
		"format 1\nalgorithm libvirt-9\nmachine q35\n"
		"pin machine pc-q35-7.2\npin net0.model virtio\n"
		"device pci.1 pci 00:01.0 pcie-root-port\n"
		"device pci.2 pci 00:01.1 pcie-root-port\n"
		"device pci.3 pci 01:00.0 pcie-to-pci-bridge\n"
		"device pci.4 pci 00:01.2 pcie-root-port\n"
		"device pci.5 pci 00:01.3 pcie-root-port\n"
		"device pci.6 pci 00:01.4 pcie-root-port\n"
		"device pci.7 pci 00:01.5 pcie-root-port\n"
		"device balloon0 pci 06:00.0\n"
		"device console0 serial 0:0\n"
		"device disk0 pci 05:00.0\n"
		"device net0 pci 02:00.0\n"
		"device net1 pci 03:01.0\n"
		"device virtio-serial0 pci 04:00.0\n"
		"end\n");
	bench_free(b);
}

static void test_lock_written_again_is_the_same(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9), *c;
	char *first, *second;

	(void)state;
	fill(b, 12);
	lay_ok(b);
	first = lock_of(b, NULL);
	c = bench_new(&machine_q35, &board_11);
	fill(c, 12);
	lay_locked_ok(c, first);
	second = lock_of(c, &c->lock);
	assert_string_equal(first, second);
	assert_int_equal(c->layout.algorithm, ALGORITHM_LIBVIRT_9);
	free(first);
	free(second);
	bench_free(b);
	bench_free(c);
}

static void test_lock_adding_moves_nothing(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	/* Without the lock the NIC would come first and push the disk away. */
	add(b, &t_disk_family, NULL, 0);
	add(b, &t_net_family, "virtio", 0);
	lay_locked_ok(b, HEAD "device pci.1 pci 00:01.0 pcie-root-port\n"
			      "device pci.2 pci 00:01.1 pcie-root-port\n"
			      "device disk0 pci 01:00.0\n");
	assert_at(b, "disk0", "01:00.0");
	assert_at(b, "net0", "02:00.0");
	/* The port that was spare is taken, so there is another. */
	assert_at(b, "pci.3", "00:01.2");
	assert_int_equal(b->layout.budget.free_ports, 1);
	bench_free(b);
}

static void test_lock_removed_device_keeps_its_place(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);
	char *text;

	(void)state;
	add(b, &t_disk_family, NULL, 1);
	add(b, &t_disk_family, NULL, 2);
	lay_locked_ok(b, HEAD "pin disk0.model virtio\npin disk9.model virtio\n"
			      "device pci.1 pci 00:01.0 pcie-root-port\n"
			      "device pci.2 pci 00:01.1 pcie-root-port\n"
			      "device disk0 pci 01:00.0\ndevice disk1 pci 02:00.0\n");
	assert_at(b, "disk1", "02:00.0");
	assert_at(b, "disk2", "03:00.0");
	assert_int_equal(b->layout.budget.kept, 1);
	text = lock_of(b, &b->lock);
	assert_non_null(strstr(text, "\ngone disk0 pci 01:00.0\n"));
	assert_non_null(strstr(text, "\npin disk0.model virtio\n"));
	assert_null(strstr(text, "disk9"));
	bench_free(b);

	/* It comes back to where it was. */
	b = bench_new(&machine_q35, &board_9);
	add(b, &t_disk_family, NULL, 0);
	add(b, &t_disk_family, NULL, 2);
	lay_locked_ok(b, text);
	assert_at(b, "disk0", "01:00.0");
	assert_at(b, "disk2", "03:00.0");
	free(text);
	text = lock_of(b, &b->lock);
	assert_non_null(strstr(text, "\ndevice disk0 pci 01:00.0\n"));
	assert_non_null(strstr(text, "\ngone disk1 pci 02:00.0\n"));
	free(text);
	bench_free(b);
}

static void test_lock_gone_place_is_given_last_and_said(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);
	struct text lock = {.arena = &b->arena};
	char *text;

	(void)state;
	/* All 240 ports exist, and all but one hold something. */
	text_add(&lock, HEAD);
	for (unsigned i = 1; i <= 240; i++)
		text_fmt(&lock, "device pci.%u pci 00:%02x.%x pcie-root-port\n", i, 1 + (i - 1) / 8,
			 (i - 1) % 8);
	text_add(&lock, "gone net5 pci 07:00.0\n");
	b->vm.guest.spare_as_libvirt = false;
	add_many(b, &t_disk_family, 240);
	lay_locked_ok(b, text_str(&lock));
	assert_at(b, "disk239", "07:00.0");
	assert_int_equal(b->layout.note_count, 1);
	assert_non_null(strstr(b->layout.notes[0], "disk239 gets 07:00.0"));
	text = lock_of(b, &b->lock);
	assert_null(strstr(text, "gone"));
	free(text);
	bench_free(b);
}

static void test_lock_configured_contradiction_is_refused(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	want(add(b, &t_net_family, "virtio", 0), 0, 9, 0);
	assert_int_equal(lay_locked(b, HEAD "device net0 pci 00:02.0\n"), -1);
	assert_err(b, what, "net0 would move from PCI address 00:02.0 to 00:09.0");
	assert_err(b, why, "test.layout (line 3)");
	assert_err(b, fix, "make layout-update DEVICE=net0");
	assert_err(b, sym, "CONFIG_NET0_PCI_ADDRESS");
	bench_free(b);
}

static void test_lock_configured_for_another_clashes(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	add(b, &t_net_family, "virtio", 0);
	want(add(b, &t_net_family, "virtio", 1), 0, 2, 0);
	assert_int_equal(lay_locked(b, HEAD "device net0 pci 00:02.0\n"), -1);
	assert_int_equal(b->errs.count, 1);
	assert_err(b, sym, "CONFIG_NET1_PCI_ADDRESS");
	assert_err(b, why, "test.layout (line 3) keeps 00:02.0 for net0");
	assert_err(b, fix, "00:03.0");
	bench_free(b);
}

static void test_lock_place_is_not_a_configured_one(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	/* On pcie-root only a configured address may put an endpoint. */
	add(b, &t_net_family, "virtio", 0);
	assert_int_equal(lay_locked(b, HEAD "device net0 pci 00:05.0\n"), -1);
	assert_string_equal(b->errs.first->err.at.file, "test.layout");
	assert_int_equal(b->errs.first->err.at.line, 3);
	assert_err(b, why, "only when its address is configured");
	assert_err(b, fix, "make layout-update DEVICE=net0");
	bench_free(b);

	b = bench_new(&machine_q35, &board_9);
	want(add(b, &t_net_family, "virtio", 0), 0, 5, 0);
	lay_locked_ok(b, HEAD "device net0 pci 00:05.0\n");
	assert_at(b, "net0", "00:05.0");
	bench_free(b);
}

static void test_lock_chipset_places_hold(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_video_family, "vga", 0);
	lay_locked_ok(b, HEAD "device video0 pci 00:01.0\n");
	assert_at(b, "video0", "00:01.0");
	bench_free(b);
}

static void test_lock_changed_model_is_refused(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_net_family, "e1000", 0);
	assert_int_equal(lay_locked(b, HEAD "device pci.1 pci 00:01.0 pcie-root-port\n"
					    "device net0 pci 01:00.0\n"),
			 -1);
	assert_err(b, what, "net0");
	assert_err(b, fix, "make layout-update DEVICE=net0");
	bench_free(b);
}

static void test_lock_raised_bus_stays(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9), *c;
	char *text;

	(void)state;
	want(add(b, &t_net_family, "e1000", 0), 1, 5, 0);
	lay_ok(b);
	text = lock_of(b, NULL);
	assert_non_null(strstr(text, "device net0 pci 02:05.0 asked 01:05.0\n"));
	c = bench_new(&machine_q35, &board_9);
	want(add(c, &t_net_family, "e1000", 0), 1, 5, 0);
	lay_locked_ok(c, text);
	assert_at(c, "net0", "02:05.0");
	free(text);
	bench_free(b);
	bench_free(c);
}

static void test_lock_serial_ports_stay(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);
	char *text;

	(void)state;
	add(b, &t_console_family, "virtio", 0);
	add(b, &t_console_family, "virtio", 2);
	add(b, &t_console_family, "serial", 3);
	lay_locked_ok(b, HEAD "device pci.1 pci 00:01.0 pcie-root-port\n"
			      "device console1 serial 0:0\ndevice console2 serial 0:1\n"
			      "device console3 serial 0:2\n"
			      "device virtio-serial0 pci 01:00.0\n");
	assert_int_equal(vm_find(&b->vm, "console2")->addr.serial.port, 1);
	assert_int_equal(vm_find(&b->vm, "console0")->addr.serial.port, 3);
	text = lock_of(b, &b->lock);
	assert_non_null(strstr(text, "gone console1 serial 0:0\n"));
	assert_non_null(strstr(text, "gone console3 serial 0:2\n"));
	free(text);
	bench_free(b);
}

static void test_lock_last_console_gone_keeps_the_controllers_place(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);
	char *text;

	(void)state;
	add(b, &t_disk_family, NULL, 0);
	lay_locked_ok(b, HEAD "device pci.1 pci 00:01.0 pcie-root-port\n"
			      "device console0 serial 0:0\n"
			      "device virtio-serial0 pci 01:00.0\n");
	assert_string_equal(addr_of(b, "virtio-serial0"), "?");
	assert_at(b, "disk0", "02:00.0");
	text = lock_of(b, &b->lock);
	assert_non_null(strstr(text, "gone virtio-serial0 pci 01:00.0\n"));
	free(text);
	bench_free(b);
}

static void test_lock_forgotten_device_moves_alone(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);
	struct err err;

	(void)state;
	add_many(b, &t_disk_family, 2);
	parse(b, HEAD "device disk0 pci 00:09.0\ndevice disk1 pci 00:0a.0\n"
		      "device pci.1 pci 00:0b.0 pci-bridge\n");
	assert_int_equal(lock_forget(&b->lock, "net0", &err), -1);
	assert_non_null(strstr(err.what, "no net0"));
	assert_int_equal(lock_forget(&b->lock, "pci.1", &err), -1);
	assert_non_null(strstr(err.why, "behind it"));
	assert_int_equal(lock_forget(&b->lock, "disk0", &err), 0);
	assert_int_equal(layout_assign(&b->vm, &b->lock, &b->layout, &b->errs), 0);
	assert_at(b, "disk0", "00:02.0");
	assert_at(b, "disk1", "00:0a.0");
	bench_free(b);
}

static void test_lock_clash_in_the_file_is_refused(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	add_many(b, &t_disk_family, 2);
	assert_int_equal(lay_locked(b, HEAD "device disk0 pci 00:09.0\ndevice disk1 pci 00:09.0\n"),
			 -1);
	assert_err(b, what, "00:09.0");
	assert_string_equal(b->errs.first->err.at.file, "test.layout");
	bench_free(b);
}

static void test_lock_bad_lines_are_refused(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *says;
	} rows[] = {
		{"algorithm libvirt-9\n", 1, "begin with its format"},
		{"format 2\nalgorithm libvirt-9\n", 1, "format 2"},
		{"format one\n", 1, "cannot be read"},
		{"format 1\nend\n", 0, "not whole"},
		{"", 0, "not whole"},
		{HEAD, 0, "not whole"},
		{HEAD "device net0 pci 00:02.0\n", 0, "not whole"},
		{HEAD "device net0 pci 00:02.0\nen", 4, "cannot be read"},
		{HEAD "end\ndevice net0 pci 00:02.0\n", 4, "behind the end"},
		{HEAD "format 1\nend\n", 3, "format twice"},
		{HEAD "algorithm libvirt-9\nend\n", 3, "algorithm twice"},
		{HEAD "machine q35\nmachine pc\nend\n", 4, "machine twice"},
		{HEAD "machine\nend\n", 3, "cannot be read"},
		{HEAD "machine q35 7.2\nend\n", 3, "cannot be read"},
		{"format 1\nalgorithm libvirt-8\n", 2, "libvirt-8"},
		{HEAD "device net0\n", 3, "cannot be read"},
		{HEAD "device net0 pci 00:20.0\n", 3, "cannot be read"},
		{HEAD "device net0 pci 100:02.0\n", 3, "cannot be read"},
		{HEAD "device net0 pci 00:02.8\n", 3, "cannot be read"},
		{HEAD "device net0 pci 00:02.0 x y z\n", 3, "cannot be read"},
		{HEAD "device net0 pci 00:02.0 wanted 00:03.0\n", 3, "cannot be read"},
		{HEAD "device net0 usb 0:0\n", 3, "cannot be read"},
		{HEAD "device disk0 scsi 0:0:0\n", 3, "cannot be read"},
		{HEAD "device disk0 virtio-serial 0:1\n", 3, "cannot be read"},
		{HEAD "device console0 serial 0:1x\n", 3, "cannot be read"},
		{HEAD "gone pci.1 pci 00:02.0 pci-bridge\n", 3, "cannot be read"},
		{HEAD "pin machine\n", 3, "cannot be read"},
		{HEAD "place net0\n", 3, "cannot be read"},
		{HEAD "device net0 pci 00:02.0\r\n", 1, "carriage"},
		{HEAD "device net0 pci 00:02.0\ngone net0 pci 00:03.0\nend\n", 4, "net0 twice"},
		{HEAD "pin a b\npin a c\nend\n", 4, "pins a twice"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench *b = bench_new(&machine_pc, &board_9);
		int ret = lock_parse(&b->lock, &b->arena, "test.layout", rows[i].text,
				     strlen(rows[i].text), &b->errs);

		assert_int_equal(ret, -1);
		assert_non_null(b->errs.first);
		assert_err(b, what, rows[i].says);
		assert_int_equal(b->errs.first->err.at.line, rows[i].line);
		bench_free(b);
	}
}

static void test_lock_unknown_controllers_are_refused(void **state)
{
	static const char *const rows[] = {
		HEAD "device pci.1 pci 00:02.0 pci-tunnel\n",
		HEAD "device pci.0 pci 00:02.0 pci-bridge\n",
		HEAD "device pci.256 pci 00:02.0 pci-bridge\n",
		HEAD "device pci.01 pci 00:02.0 pci-bridge\n",
		HEAD "device bus1 pci 00:02.0 pci-bridge\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench *b = bench_new(&machine_pc, &board_9);

		assert_int_equal(lay_locked(b, rows[i]), -1);
		assert_err(b, why, "pci.N");
		assert_int_equal(b->errs.first->err.at.line, 3);
		bench_free(b);
	}
}

static void test_lock_pins_are_found(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);

	(void)state;
	parse(b, HEAD "pin machine pc-q35-7.2\npin cpu Some CPU model\n");
	assert_string_equal(lock_find_pin(&b->lock, "cpu")->value, "Some CPU model");
	assert_int_equal(lock_find_pin(&b->lock, "machine")->line, 3);
	assert_null(lock_find_pin(&b->lock, "net0.model"));
	assert_null(lock_find_pin(NULL, "cpu"));
	assert_null(lock_find(NULL, "net0"));
	bench_free(b);
}

static void test_lock_file_is_read_or_refused(void **state)
{
	struct bench *b = bench_new(&machine_pc, &board_9);
	char path[] = "/tmp/kiln-lock-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, HEAD "end\n", strlen(HEAD "end\n")),
			 (ssize_t)strlen(HEAD "end\n"));
	assert_int_equal(close(fd), 0);
	assert_int_equal(lock_load(&b->lock, &b->arena, path, &b->errs), 0);
	assert_string_equal(b->lock.algorithm, "libvirt-9");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(lock_load(&b->lock, &b->arena, path, &b->errs), -1);
	assert_err(b, what, "No such file");
	assert_int_equal(lock_load(&b->lock, &b->arena, "/", &b->errs), -1);
	bench_free(b);
}

static void test_lock_ids_sort_by_number(void **state)
{
	(void)state;
	assert_true(lock_compare_id("disk2", "disk10") < 0);
	assert_true(lock_compare_id("disk3.9", "disk3.10") < 0);
	assert_true(lock_compare_id("pci.2", "pci.10") < 0);
	assert_true(lock_compare_id("disk2", "disk2.1") < 0);
	assert_int_equal(lock_compare_id("net0", "net0"), 0);
	assert_true(lock_compare_id("net1", "disk9") > 0);
}

/* ---- random machines --------------------------------------------------------------------------- */

static uint64_t random_state;

static unsigned below(unsigned bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)(random_state % bound);
}

/** struct plan - the devices of a random machine; a slot may be off. */
struct plan {
	bool disk[60], net[12], rng[6], console[6], balloon;
	unsigned char model[12];
};

static void add_plan(struct bench *b, const struct plan *plan)
{
	static const char *const models[] = {"virtio", "e1000", "e1000e"};

	if (plan->balloon)
		add(b, &t_balloon_family, NULL, 0);
	for (unsigned i = 0; i < 6; i++) {
		if (plan->console[i])
			add(b, &t_console_family, "virtio", i);
	}
	for (unsigned i = 0; i < 60; i++) {
		if (plan->disk[i])
			add(b, &t_disk_family, NULL, i);
	}
	for (unsigned i = 0; i < 12; i++) {
		if (plan->net[i])
			add(b, &t_net_family, models[plan->model[i]], i);
	}
	for (unsigned i = 0; i < 6; i++) {
		if (plan->rng[i])
			add(b, &t_rng_family, NULL, i);
	}
}

static void change(bool *slots, unsigned count, unsigned percent)
{
	for (unsigned i = 0; i < count; i++) {
		if (below(100) < percent)
			slots[i] = !slots[i];
	}
}

static void assert_no_address_twice(const struct bench *b)
{
	for (size_t i = 0; i < b->layout.dev_count; i++) {
		const struct layout_dev *x = &b->layout.devs[i];

		assert_int_equal(x->dev->addr.kind, ADDR_PCI);
		for (size_t j = 0; j < i; j++)
			assert_false(pci_addr_same(&x->addr, &b->layout.devs[j].addr));
		/* Everything sits on a bus that takes it and that some controller makes. */
		assert_true(x->addr.bus < b->layout.set.count);
		assert_true(pci_compatible(&b->layout.set, x->addr.bus, x->flags, PCI_AUTOMATIC));
	}
}

static void assert_nothing_moved(struct bench *old, struct bench *new)
{
	for (size_t i = 0; i < old->layout.dev_count; i++) {
		const struct vm_dev *before = old->layout.devs[i].dev;
		const struct vm_dev *after = vm_find(&new->vm, before->id);

		if (!after)
			continue;
		if (!pci_addr_same(&before->addr.pci, &after->addr.pci))
			fail_msg("%s moved from %s to %s", before->id, addr_of(old, before->id),
				 addr_of(new, before->id));
	}
	vm_for_each_dev(dev, old->vm.devs) {
		const struct vm_dev *after = vm_find(&new->vm, dev->id);

		if (after && dev->addr.kind == ADDR_VIRTIO_SERIAL)
			assert_memory_equal(&dev->addr.serial, &after->addr.serial,
					    sizeof(dev->addr.serial));
	}
}

static void test_lock_random_changes_move_nothing(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 150; seed++) {
		const struct machine *machine = seed % 2 ? &machine_q35 : &machine_pc;
		struct bench *old = bench_new(machine, seed % 3 ? &board_9 : &board_11);
		struct plan plan = {.balloon = seed % 5 != 0};
		char *text;

		random_state = seed * 0x9e3779b97f4a7c15u;
		for (unsigned i = 0; i < 12; i++)
			plan.model[i] = (unsigned char)below(3);
		change(plan.disk, 60, below(90));
		change(plan.net, 12, 40);
		change(plan.rng, 6, 30);
		change(plan.console, 6, 30);
		add_plan(old, &plan);
		lay_ok(old);
		assert_no_address_twice(old);
		text = lock_of(old, NULL);
		for (unsigned step = 0; step < 5; step++) {
			struct bench *new = bench_new(machine, &board_9);
			char *next;

			change(plan.disk, 60, 10);
			change(plan.net, 12, 10);
			change(plan.rng, 6, 20);
			change(plan.console, 6, 20);
			add_plan(new, &plan);
			lay_locked_ok(new, text);
			assert_no_address_twice(new);
			assert_nothing_moved(old, new);
			next = lock_of(new, &new->lock);
			free(text);
			text = next;
			bench_free(old);
			old = new;
		}
		free(text);
		bench_free(old);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock_text_is_for_people),
		cmocka_unit_test(test_lock_written_again_is_the_same),
		cmocka_unit_test(test_lock_adding_moves_nothing),
		cmocka_unit_test(test_lock_removed_device_keeps_its_place),
		cmocka_unit_test(test_lock_gone_place_is_given_last_and_said),
		cmocka_unit_test(test_lock_configured_contradiction_is_refused),
		cmocka_unit_test(test_lock_configured_for_another_clashes),
		cmocka_unit_test(test_lock_place_is_not_a_configured_one),
		cmocka_unit_test(test_lock_chipset_places_hold),
		cmocka_unit_test(test_lock_changed_model_is_refused),
		cmocka_unit_test(test_lock_raised_bus_stays),
		cmocka_unit_test(test_lock_serial_ports_stay),
		cmocka_unit_test(test_lock_last_console_gone_keeps_the_controllers_place),
		cmocka_unit_test(test_lock_forgotten_device_moves_alone),
		cmocka_unit_test(test_lock_clash_in_the_file_is_refused),
		cmocka_unit_test(test_lock_bad_lines_are_refused),
		cmocka_unit_test(test_lock_unknown_controllers_are_refused),
		cmocka_unit_test(test_lock_pins_are_found),
		cmocka_unit_test(test_lock_file_is_read_or_refused),
		cmocka_unit_test(test_lock_ids_sort_by_number),
		cmocka_unit_test(test_lock_random_changes_move_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
