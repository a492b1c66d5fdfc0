/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firmware.c - what starts the guest: firmware, or a kernel that QEMU loads.
 */
#include "machines/guest.h"

#include "model/check.h"

static const struct prop_word boot_words[] = {
	{.sym = "KERNEL"},
	{.sym = "DISK"},
	{0},
};

/* Where Debian's qemu-system-data has it; QEMU itself looks in that folder for a bare name. */
static const struct prop_word firmware_words[] = {
	{.sym = "SEABIOS"},
	{.sym = "QBOOT", .xml = "/usr/share/qemu/qboot.rom", .qemu = "qboot.rom"},
	{.sym = "MICROVM", .xml = "/usr/share/qemu/bios-microvm.bin", .qemu = "bios-microvm.bin"},
	{.sym = "NONE"},
	{0},
};

static bool boots_kernel(const struct vm_dev *dev)
{
	return prop_word_is(guest_of(dev)->boot, "KERNEL");
}

#define FIELD(member) .field = offsetof(struct guest, member)
static const struct prop firmware_props[] = {
	{.name = "boot",
	 .sym = "BOOT",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(boot),
	 .words = boot_words},
	{.name = "kernel",
	 .sym = "KERNEL_PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_TELL,
	 .rule = RULE(TEXT),
	 FIELD(kernel),
	 .when = boots_kernel},
	{.name = "initrd",
	 .sym = "INITRD_PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_TELL,
	 .rule = RULE(TEXT),
	 FIELD(initrd),
	 .when = boots_kernel},
	{.name = "cmdline",
	 .sym = "KERNEL_CMDLINE",
	 .kind = PROP_STRING,
	 .flags = PROP_TELL,
	 .rule = RULE(TEXT),
	 FIELD(cmdline),
	 .when = boots_kernel},
	{.name = "firmware",
	 .sym = "FIRMWARE",
	 .kind = PROP_ENUM,
	 .flags = PROP_PIN | PROP_ABI,
	 FIELD(firmware),
	 .words = firmware_words},
	{0},
};
#undef FIELD

static void check_boot(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	if (!prop_word_is(vm->guest.boot, "DISK"))
		return;
	vm_for_each_dev(dev, vm->devs) {
		const struct prop *row = dev_prop(dev->family, "boot-order");

		if (row && dev_uint(dev, row))
			return;
	}
	struct err *err =
		dev_error(errs, vm->guest_dev, "boot", check->name, "nothing has a boot order");

	err_why(err, "The firmware boots only from devices that have one (-boot strict=on).");
	err_fix(err, "Set CONFIG_DISK0_BOOT_ORDER=1 or that of another disk or interface, or boot "
		     "a kernel directly.");
}

static const struct check firmware_checks[] = {
	{.name = "boot-device", .run = check_boot},
	{0},
};

const struct guest_subject guest_firmware = {
	.props = firmware_props,
	.checks = firmware_checks,
};
