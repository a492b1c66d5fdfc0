/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_attach.c - places on controllers that are no PCI bus: drives, USB, smartcards.
 *
 * The families of controllers and hubs are the real ones; what sits on them stands for any device.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "layout/attach.h"
#include "layout_vm.h"
#include "model/place.h"

static const struct prop place_rows[] = {
	{.name = "place", .sym = "PLACE", .kind = PROP_PLACE},
	{.name = NULL},
};

#define DRIVE(NAME, SYM, ELEMENT, ...)                                                      \
	static const struct dev_class p_##NAME##_classes[] = {__VA_ARGS__, {.name = NULL}}; \
	static const struct dev_family p_##NAME##_family = {                                \
		.name = #NAME,                                                              \
		.sym = SYM,                                                                 \
		.max = 64,                                                                  \
		.rank = RANK_NONE,                                                          \
		.xml = ELEMENT,                                                             \
		.alias = #NAME "%s",                                                        \
		.classes = p_##NAME##_classes,                                              \
		.props = place_rows,                                                        \
	}

DRIVE(drive, "DRIVE", "disk", {.name = "scsi", .driver = "scsi-hd", .on = CONTROLLER_SCSI},
      {.name = "ide", .driver = "ide-hd", .on = CONTROLLER_IDE},
      {.name = "sata", .driver = "ide-hd", .on = CONTROLLER_SATA},
      {.name = "fdc", .driver = "floppy", .on = CONTROLLER_FDC},
      {.name = "usb", .driver = "usb-storage", .on = CONTROLLER_USB});
DRIVE(tablet, "TABLET", "input", {.name = "usb", .driver = "usb-tablet", .on = CONTROLLER_USB});

static const struct dev_family *const families[] = {
	&p_drive_family, &fdc_family, &hub_family,      &ide_family, &sata_family,
	&scsi_family,    &usb_family, &p_tablet_family, NULL,
};

static const char *qemu_lines[] = {
	"device ich9-ahci",       "device isa-fdc",         "device lsi53c895a",
	"device nec-usb-xhci",    "device pcie-pci-bridge", "device pcie-root-port",
	"device piix3-usb-uhci",  "device qemu-xhci",       "device usb-hub",
	"device virtio-scsi-pci",
};
static const struct caps caps_qemu = {.lines = qemu_lines, .count = ARRAY_SIZE(qemu_lines)};
static const struct board board_qemu = {
	.name = "debian12-x86_64", .layout_algorithm = "libvirt-9", .caps = &caps_qemu};

static struct bench *start(const struct machine *machine)
{
	struct bench *b = bench_new(machine, &board_qemu);

	b->vm.families = families;
	return b;
}

/* "scsi 0:0:0:2" */
static const char *place_of(struct bench *b, const char *id)
{
	const struct vm_dev *dev = vm_find(&b->vm, id);

	if (!dev || !dev->addr.type)
		return "-";
	return arena_fmt(&b->arena, "%s %s", place_type_name(dev->addr.type),
			 place_text(&b->arena, &dev->addr));
}

static struct vm_dev *drive(struct bench *b, const char *class, unsigned slot, int letter)
{
	struct vm_dev *dev = add(b, &p_drive_family, class, slot);

	dev->has_letter = letter >= 0;
	dev->letter = letter >= 0 ? (unsigned)letter : 0;
	return dev;
}

static struct vm_dev *tablet(struct bench *b, unsigned slot, const char *place)
{
	struct vm_dev *dev = add(b, &p_tablet_family, NULL, slot);

	dev->want_place = place;
	return dev;
}

static void assign(struct bench *b)
{
	assert_int_equal(
		layout_assign(&b->vm, b->lock.path ? &b->lock : NULL, &b->layout, &b->errs), 0);
}

static const struct err *refusal(struct bench *b)
{
	assert_int_equal(
		layout_assign(&b->vm, b->lock.path ? &b->lock : NULL, &b->layout, &b->errs), -1);
	assert_int_equal(b->errs.count, 1);
	return &b->errs.first->err;
}

static void use_lock(struct bench *b, const char *lines)
{
	const char *text = arena_fmt(&b->arena, "format 1\nalgorithm libvirt-9\n%s", lines);

	assert_int_equal(bench_lock(b, "test.layout", text), 0);
}

/* Seen with libvirt 9.0: sda, sdb, sdh, sdi, sdp of which controller 0 alone is configured. */
static void test_attach_letters_give_the_places_of_libvirt(void **state)
{
	static const unsigned letters[] = {0, 1, 7, 8, 15};
	struct bench *b = start(&machine_pc);

	(void)state;
	vm_add_dev(&b->vm, &scsi_family, 0, 0, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(letters); i++)
		drive(b, "scsi", i, (int)letters[i]);
	drive(b, "ide", 5, 0);
	drive(b, "ide", 6, 3);
	drive(b, "fdc", 7, 0);
	drive(b, "sata", 8, 16);
	assign(b);
	assert_string_equal(place_of(b, "drive0"), "scsi 0:0:0:0");
	assert_string_equal(place_of(b, "drive1"), "scsi 0:0:0:1");
	assert_string_equal(place_of(b, "drive2"), "scsi 1:0:0:0");
	assert_string_equal(place_of(b, "drive3"), "scsi 1:0:0:1");
	assert_string_equal(place_of(b, "drive4"), "scsi 2:0:0:1");
	assert_string_equal(place_of(b, "drive5"), "ide 0:0:0:0");
	assert_string_equal(place_of(b, "drive6"), "ide 0:1:0:1");
	assert_string_equal(place_of(b, "drive7"), "fdc 0:0:0:0");
	assert_string_equal(place_of(b, "drive8"), "sata 2:0:0:4");
	assert_string_equal(addr_of(b, "scsi0"), "00:02.0");
	assert_string_equal(addr_of(b, "scsi1"), "00:03.0");
	assert_string_equal(vm_find(&b->vm, "scsi1")->class->name, "lsilogic");
	assert_string_equal(addr_of(b, "sata0"), "00:05.0");
	assert_string_equal(addr_of(b, "sata2"), "00:07.0");
	assert_string_equal(addr_of(b, "ide0"), "00:01.1");
	assert_string_equal(place_bus(vm_find(&b->vm, "drive6")), "ide.1");
	assert_string_equal(place_bus(vm_find(&b->vm, "drive8")), "sata2.4");
	bench_free(b);
}

static void test_attach_a_letter_that_the_controller_lacks_gives_the_next_place(void **state)
{
	struct bench *b = start(&machine_q35);
	struct vm_dev *scsi = vm_add_dev(&b->vm, &scsi_family, 0, 0, 0);

	(void)state;
	scsi->class = dev_class_find(&scsi_family, "vmpvscsi");
	drive(b, "scsi", 0, 0);
	drive(b, "scsi", 1, 1);
	assign(b);
	assert_string_equal(place_of(b, "drive1"), "scsi 0:0:1:0");
	assert_non_null(strstr(attach_find(&b->layout, vm_find(&b->vm, "drive1"))->tried,
			       "0:0:0:1, which its letter gives: A vmpvscsi controller has"));
	bench_free(b);
}

static void test_attach_the_chipsets_sata_is_used(void **state)
{
	struct bench *b = start(&machine_q35);
	const struct vm_dev *dev;

	(void)state;
	drive(b, "sata", 0, 5);
	drive(b, "sata", 1, 6);
	assign(b);
	assert_string_equal(place_of(b, "drive0"), "sata 0:0:0:5");
	assert_string_equal(place_of(b, "drive1"), "sata 1:0:0:0");
	dev = vm_find(&b->vm, "drive0");
	assert_string_equal(place_bus(dev), "ide.5");
	assert_null(dev->controller->alias);
	assert_string_equal(addr_of(b, "sata0"), "00:1f.2");
	assert_null(strstr(lock_text(&b->vm, &b->layout, NULL, NULL, 0), "sata0"));
	bench_free(b);
}

static void test_attach_without_a_letter_the_first_free_place(void **state)
{
	struct bench *b = start(&machine_q35);

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		drive(b, "scsi", i, -1);
	drive(b, "scsi", 8, -1)->want_place = "0:0:0:3";
	assign(b);
	assert_string_equal(place_of(b, "drive2"), "scsi 0:0:0:2");
	assert_string_equal(place_of(b, "drive3"), "scsi 0:0:0:4");
	assert_string_equal(place_of(b, "drive6"), "scsi 1:0:0:0");
	assert_string_equal(place_of(b, "drive8"), "scsi 0:0:0:3");
	bench_free(b);
}

static void test_attach_a_place_taken_twice_is_refused(void **state)
{
	struct bench *b = start(&machine_q35);
	const struct err *err;

	(void)state;
	drive(b, "sata", 0, 0)->want_place = "0:0:0:2";
	drive(b, "sata", 1, 1)->want_place = "0:0:0:2";
	err = refusal(b);
	assert_string_equal(err->what, "SATA place 0:0:0:2 is taken twice");
	assert_non_null(strstr(err->why, "CONFIG_DRIVE0_PLACE (line 1) already has 0:0:0:2"));
	assert_non_null(strstr(err->fix, "0:0:0:0"));
	bench_free(b);
}

static void test_attach_what_a_controller_lacks_is_refused(void **state)
{
	static const struct {
		const struct machine *machine;
		const char *class, *place, *why;
	} cases[] = {
		{&machine_pc, "ide", "0:0:0:2", "units 0 and 1"},
		{&machine_pc, "ide", "1:0:0:0", "There is no IDE controller 1."},
		{&machine_q35, "ide", "0:0:0:0", "has no IDE controller"},
		{&machine_q35, "fdc", "0:0:0:2", "units 0 and 1"},
		{&machine_q35, "scsi", "0:0:0:7", "7 is itself"},
		{&machine_q35, "usb", "0:5", "usb0 has the ports 1 to 4."},
		{&machine_q35, "usb", "0:2.1", "There is no hub at 0:2."},
		{&machine_q35, "usb", "1:1", "There is no USB controller 1."},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bench *b = start(cases[i].machine);

		drive(b, cases[i].class, 0, 0)->want_place = cases[i].place;
		assert_non_null(strstr(refusal(b)->why, cases[i].why));
		bench_free(b);
	}
}

static void test_attach_no_place_at_all_is_refused(void **state)
{
	struct bench *b = start(&machine_pc);
	const struct err *err;

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		drive(b, "ide", i, (int)i);
	err = refusal(b);
	assert_string_equal(err->what, "there is no free IDE place for drive4");
	assert_non_null(strstr(err->fix, "CONFIG_DRIVE_COUNT"));
	bench_free(b);
}

/* Seen with libvirt 9.0: twenty devices on the four ports of an xHCI want three hubs. */
static void test_attach_hubs_are_added_as_by_libvirt(void **state)
{
	struct bench *b = start(&machine_q35);

	(void)state;
	for (unsigned i = 0; i < 20; i++)
		tablet(b, i, NULL);
	assign(b);
	assert_string_equal(place_of(b, "hub8"), "usb 0:1");
	assert_string_equal(place_of(b, "hub10"), "usb 0:3");
	assert_string_equal(place_of(b, "hub11"), "-");
	assert_string_equal(place_of(b, "tablet0"), "usb 0:4");
	assert_string_equal(place_of(b, "tablet1"), "usb 0:1.1");
	assert_string_equal(place_of(b, "tablet19"), "usb 0:3.3");
	bench_free(b);
}

static void test_attach_usb_order_is_by_kind(void **state)
{
	struct bench *b = start(&machine_pc);

	(void)state;
	tablet(b, 0, NULL);
	drive(b, "usb", 0, 0);
	assign(b);
	assert_string_equal(vm_find(&b->vm, "usb0")->class->name, "piix3-uhci");
	assert_string_equal(addr_of(b, "usb0"), "00:01.2");
	assert_string_equal(place_of(b, "drive0"), "usb 0:1");
	assert_string_equal(place_of(b, "tablet0"), "usb 0:2");
	bench_free(b);
}

static void test_attach_the_lock_keeps_places_and_hubs(void **state)
{
	struct bench *b = start(&machine_pc);
	const char *text;

	(void)state;
	use_lock(b, "device drive1 scsi 0:0:0:4\n"
		    "gone drive9 scsi 0:0:0:0\n"
		    "device hub8 usb 0:2\n"
		    "device tablet0 usb 0:2.7\n");
	drive(b, "scsi", 0, 0);
	drive(b, "scsi", 1, 1);
	tablet(b, 0, NULL);
	assign(b);
	assert_string_equal(place_of(b, "drive0"), "scsi 0:0:0:1");
	assert_string_equal(place_of(b, "drive1"), "scsi 0:0:0:4");
	assert_string_equal(place_of(b, "hub8"), "usb 0:2");
	assert_string_equal(place_of(b, "tablet0"), "usb 0:2.7");
	text = lock_text(&b->vm, &b->layout, &b->lock, NULL, 0);
	assert_non_null(strstr(text, "device drive1 scsi 0:0:0:4\n"));
	assert_non_null(strstr(text, "gone drive9 scsi 0:0:0:0\n"));
	assert_non_null(strstr(text, "device hub8 usb 0:2\n"));
	assert_int_equal(lock_check(&b->lock, &b->vm, &b->errs), 0);
	bench_free(b);
}

static void test_attach_a_place_that_was_kept_is_given_last(void **state)
{
	struct bench *b = start(&machine_q35);

	(void)state;
	use_lock(b, "gone drive9 fdc 0:0:0:0\n");
	drive(b, "fdc", 0, 0);
	drive(b, "fdc", 1, 1);
	assign(b);
	assert_string_equal(place_of(b, "drive0"), "fdc 0:0:0:1");
	assert_string_equal(place_of(b, "drive1"), "fdc 0:0:0:0");
	assert_int_equal(b->layout.note_count, 1);
	assert_null(strstr(lock_text(&b->vm, &b->layout, &b->lock, NULL, 0), "drive9"));
	bench_free(b);
}

static void test_attach_the_lock_and_the_configuration_disagree(void **state)
{
	struct bench *b = start(&machine_q35);
	const struct err *err;

	(void)state;
	use_lock(b, "device tablet0 usb 0:2\n");
	tablet(b, 0, "0:3");
	err = refusal(b);
	assert_string_equal(err->what, "tablet0 would move from USB place 0:2 to 0:3");
	assert_non_null(strstr(err->fix, "DEVICE=tablet0"));
	bench_free(b);
}

static void test_attach_a_lock_that_cannot_be_is_refused(void **state)
{
	struct bench *b = start(&machine_pc);
	const struct err *err;

	(void)state;
	use_lock(b, "device drive0 ide 0:0:0:1\ndevice drive1 ide 0:0:0:1\n");
	drive(b, "ide", 0, 0);
	drive(b, "ide", 1, 1);
	err = refusal(b);
	assert_string_equal(err->what, "the lock has drive1 at IDE place 0:0:0:1");
	assert_non_null(strstr(err->why, "(line 3) keeps 0:0:0:1 for drive0"));
	bench_free(b);
}

static void test_place_texts_are_read_and_written(void **state)
{
	static const struct {
		const char *text;
		enum controller_type type;
		bool good, whole;
	} cases[] = {
		{"3:0:255:16383", CONTROLLER_SCSI, true, true},
		{"3:", CONTROLLER_SCSI, true, false},
		{"3", CONTROLLER_SCSI, false, false},
		{"3:0:1", CONTROLLER_SCSI, false, false},
		{"3:0:1:2:3", CONTROLLER_SCSI, false, false},
		{"03:0:0:0", CONTROLLER_SCSI, false, false},
		{"256:0:0:0", CONTROLLER_SCSI, false, false},
		{"0:1.2.3.4", CONTROLLER_USB, true, true},
		{"1:", CONTROLLER_USB, true, false},
		{"0:0", CONTROLLER_USB, false, false},
		{"0:1.", CONTROLLER_USB, false, false},
		{"0:1.2.3.4.5", CONTROLLER_USB, false, false},
		{"0:0", CONTROLLER_CCID, true, true},
		{"0:0:0", CONTROLLER_CCID, false, false},
	};
	struct bench *b = start(&machine_pc);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dev_addr addr;
		bool whole;
		bool good = place_parse(cases[i].type, cases[i].text, &addr, &whole);

		assert_int_equal(good, cases[i].good);
		if (!good)
			continue;
		assert_int_equal(whole, cases[i].whole);
		if (whole)
			assert_string_equal(place_text(&b->arena, &addr), cases[i].text);
	}
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attach_letters_give_the_places_of_libvirt),
		cmocka_unit_test(
			test_attach_a_letter_that_the_controller_lacks_gives_the_next_place),
		cmocka_unit_test(test_attach_the_chipsets_sata_is_used),
		cmocka_unit_test(test_attach_without_a_letter_the_first_free_place),
		cmocka_unit_test(test_attach_a_place_taken_twice_is_refused),
		cmocka_unit_test(test_attach_what_a_controller_lacks_is_refused),
		cmocka_unit_test(test_attach_no_place_at_all_is_refused),
		cmocka_unit_test(test_attach_hubs_are_added_as_by_libvirt),
		cmocka_unit_test(test_attach_usb_order_is_by_kind),
		cmocka_unit_test(test_attach_the_lock_keeps_places_and_hubs),
		cmocka_unit_test(test_attach_a_place_that_was_kept_is_given_last),
		cmocka_unit_test(test_attach_the_lock_and_the_configuration_disagree),
		cmocka_unit_test(test_attach_a_lock_that_cannot_be_is_refused),
		cmocka_unit_test(test_place_texts_are_read_and_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
