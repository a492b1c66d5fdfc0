/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * start.c - the firmware's menu and its next try, and which sleep states the guest is offered.
 */
#include "machines/guest.h"

/* QEMU's properties say what is disabled. */
static const struct prop_word sleep_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "ON", .xml = "yes", .qemu = "0"},
	{.sym = "OFF", .xml = "no", .qemu = "1"},
	{0},
};

static bool is_pc(const struct vm_dev *dev)
{
	return guest_machine_is(dev, "pc");
}

static bool is_q35(const struct vm_dev *dev)
{
	return guest_machine_is(dev, "q35");
}

static bool has_menu(const struct vm_dev *dev)
{
	return guest_of(dev)->start.menu;
}

static bool has_serial(const struct vm_dev *dev)
{
	return guest_is_pc(dev) && guest_of(dev)->start.serial;
}

static bool has_retry(const struct vm_dev *dev)
{
	return guest_is_pc(dev) && guest_of(dev)->start.retry;
}

#define FIELD(member) .field = offsetof(struct guest, start.member)
static const struct prop start_props[] = {
	{.name = "iothreads",
	 .kind = PROP_UINT,
	 .field = offsetof(struct guest, iothreads),
	 .xml = "iothreads"},
	{.name = "boot-menu",
	 .sym = "BOOT_MENU",
	 .kind = PROP_BOOL,
	 FIELD(menu),
	 .xml = "os/bootmenu/@enable",
	 .option = "-boot",
	 .qemu = "menu",
	 .when = guest_is_pc},
	{.name = "boot-menu-time",
	 .sym = "BOOT_MENU_MS",
	 .kind = PROP_UINT,
	 FIELD(menu_ms),
	 .xml = "os/bootmenu/@timeout",
	 .option = "-boot",
	 .qemu = "splash-time",
	 .max = 65535,
	 .when = has_menu},
	{.name = "boot-splash",
	 .sym = "BOOT_SPLASH_PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_TELL,
	 .rule = RULE(TEXT),
	 FIELD(splash),
	 .when = has_menu},
	{.name = "bios-serial",
	 .sym = "BIOS_SERIAL",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 FIELD(serial),
	 .xml = "os/bios/@useserial",
	 .when = guest_is_pc},
	{.name = "bios-graphics",
	 .kind = PROP_CONST,
	 .text = "off",
	 .qemu = "graphics",
	 .when = has_serial},
	{.name = "boot-retry",
	 .sym = "BOOT_RETRY",
	 .kind = PROP_BOOL,
	 FIELD(retry),
	 .when = guest_is_pc},
	{.name = "boot-retry-time",
	 .sym = "BOOT_RETRY_MS",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 FIELD(retry_ms),
	 .xml = "os/bios/@rebootTimeout",
	 .option = "-boot",
	 .qemu = "reboot-timeout",
	 .max = 65535,
	 .when = has_retry},
	{.name = "suspend-to-memory",
	 .sym = "PM_SUSPEND_TO_MEM",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(s3),
	 .words = sleep_words,
	 .xml = "pm/suspend-to-mem/@enabled",
	 .when = guest_is_pc},
	{.name = "suspend-to-disk",
	 .sym = "PM_SUSPEND_TO_DISK",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(s4),
	 .words = sleep_words,
	 .xml = "pm/suspend-to-disk/@enabled",
	 .when = guest_is_pc},
	{.name = "s3-piix4",
	 .kind = PROP_ENUM,
	 FIELD(s3),
	 .words = sleep_words,
	 .option = "-global",
	 .qemu = "PIIX4_PM.disable_s3",
	 .when = is_pc},
	{.name = "s4-piix4",
	 .kind = PROP_ENUM,
	 FIELD(s4),
	 .words = sleep_words,
	 .option = "-global",
	 .qemu = "PIIX4_PM.disable_s4",
	 .when = is_pc},
	{.name = "s3-ich9",
	 .kind = PROP_ENUM,
	 FIELD(s3),
	 .words = sleep_words,
	 .option = "-global",
	 .qemu = "ICH9-LPC.disable_s3",
	 .when = is_q35},
	{.name = "s4-ich9",
	 .kind = PROP_ENUM,
	 FIELD(s4),
	 .words = sleep_words,
	 .option = "-global",
	 .qemu = "ICH9-LPC.disable_s4",
	 .when = is_q35},
	{0},
};
#undef FIELD

static bool has_line(const struct vm *vm)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->class->flags & CLASS_LINE)
			return true;
	}
	return false;
}

/* SeaBIOS writes to the first serial port alone, and libvirt refuses a guest without one. */
static void check_serial(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	if (!has_serial(vm->guest_dev) || has_line(vm))
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "bios-serial", check->name,
				    "the firmware would write to a serial port that is not there");

	err_why(err, "It writes to the first port of the machine, 0x3f8.");
	err_fix(err, "Choose CONFIG_CONSOLE0_MODEL_SERIAL, or set CONFIG_BIOS_SERIAL=n.");
}

static const struct check start_checks[] = {
	{.name = "bios-serial", .run = check_serial},
	{0},
};

const struct guest_subject guest_start = {
	.props = start_props,
	.checks = start_checks,
};
