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
	{.sym = "OVMF"},
	{.sym = "FILE"},
	{.sym = "NONE"},
	{0},
};

static const struct prop_word from_words[] = {
	{.sym = "TARGET"},
	{.sym = "PAYLOAD"},
	{0},
};

static const struct prop_word vars_words[] = {
	{.sym = "FILE"},
	{.sym = "NONE"},
	{0},
};

static bool boots_kernel(const struct vm_dev *dev)
{
	return prop_word_is(guest_of(dev)->boot, "KERNEL");
}

static bool is_uefi(const struct vm_dev *dev)
{
	return prop_word_is(guest_of(dev)->firmware, "OVMF");
}

static bool is_rom(const struct vm_dev *dev)
{
	return guest_of(dev)->loader && !is_uefi(dev);
}

static bool has_file(const struct vm_dev *dev)
{
	return is_uefi(dev) || prop_word_is(guest_of(dev)->firmware, "FILE");
}

static bool is_from_target(const struct vm_dev *dev)
{
	return has_file(dev) && prop_word_is(guest_of(dev)->firmware_files.from, "TARGET");
}

static bool has_vars(const struct vm_dev *dev)
{
	return is_uefi(dev) && prop_word_is(guest_of(dev)->firmware_files.vars, "FILE");
}

static bool is_stateless(const struct vm_dev *dev)
{
	return is_uefi(dev) && !has_vars(dev);
}

static bool may_be_secure(const struct vm_dev *dev)
{
	return is_uefi(dev) && guest_machine_is(dev, "q35");
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
	{.name = "firmware-from",
	 .sym = "FIRMWARE_FROM",
	 .kind = PROP_ENUM,
	 .flags = PROP_TELL,
	 FIELD(firmware_files.from),
	 .words = from_words,
	 .when = has_file},
	{.name = "firmware-path",
	 .sym = "FIRMWARE_PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_SITE | PROP_TELL,
	 .site = SITE_PATH,
	 .rule = RULE(TEXT),
	 FIELD(firmware_files.path),
	 .when = has_file},
	{.name = "secure-boot",
	 .sym = "FIRMWARE_SECURE_BOOT",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 FIELD(firmware_files.secure),
	 .xml = "os/loader/@secure",
	 .option = "-global",
	 .qemu = "driver=cfi.pflash01,property=secure,value",
	 .when = may_be_secure},
	{.name = "firmware-store",
	 .sym = "FIRMWARE_VARS",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(firmware_files.vars),
	 .words = vars_words,
	 .when = is_uefi},
	{.name = "firmware-vars",
	 .sym = "FIRMWARE_VARS_PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE,
	 .rule = RULE(PATH),
	 .site = SITE_PATH,
	 FIELD(firmware_files.vars_path),
	 .xml = "os/nvram",
	 .when = has_vars},
	{.name = "firmware-template",
	 .sym = "FIRMWARE_VARS_TEMPLATE",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(TEXT),
	 FIELD(firmware_files.vars_template),
	 .when = has_vars},
	{.name = "loader-rom",
	 .kind = PROP_CONST,
	 .text = "rom",
	 .xml = "os/loader/@type",
	 .when = is_rom},
	{.name = "loader-flash",
	 .kind = PROP_CONST,
	 .text = "pflash",
	 .xml = "os/loader/@type",
	 .when = is_uefi},
	{.name = "loader-readonly",
	 .kind = PROP_CONST,
	 .text = "yes",
	 .xml = "os/loader/@readonly",
	 .when = is_uefi},
	{.name = "loader-stateless",
	 .kind = PROP_CONST,
	 .text = "yes",
	 .xml = "os/loader/@stateless",
	 .when = is_stateless},
	{.name = "loader", .kind = PROP_STRING, FIELD(loader), .xml = "os/loader"},
	{.name = "nvram-template",
	 .kind = PROP_STRING,
	 FIELD(firmware_files.shown_template),
	 .xml = "os/nvram/@template",
	 .when = has_vars},
	{.name = "flash-code",
	 .kind = PROP_CONST,
	 .text = "libvirt-pflash0-format",
	 .qemu = "pflash0",
	 .when = is_uefi},
	{.name = "flash-vars",
	 .kind = PROP_CONST,
	 .text = "libvirt-pflash1-format",
	 .qemu = "pflash1",
	 .when = has_vars},
	{.name = "shown-kernel", .kind = PROP_STRING, FIELD(shown_kernel), .xml = "os/kernel"},
	{.name = "shown-initrd", .kind = PROP_STRING, FIELD(shown_initrd), .xml = "os/initrd"},
	{.name = "shown-cmdline",
	 .kind = PROP_STRING,
	 FIELD(cmdline),
	 .xml = "os/cmdline",
	 .when = boots_kernel},
	{0},
};
#undef FIELD

static const char *shown(struct vm *vm, const char *path)
{
	bool payload = prop_word_is(vm->guest.firmware_files.from, "PAYLOAD");

	return path && payload ? vm_payload_target(vm, path) : path;
}

static void firmware_prepare(struct vm *vm)
{
	struct guest *guest = &vm->guest;
	struct guest_firmware *files = &guest->firmware_files;
	const struct vm_dev *dev = vm->guest_dev;

	guest->uefi = is_uefi(dev);
	guest->loader = has_file(dev) ? shown(vm, files->path) : guest->firmware->xml;
	files->shown_template = shown(vm, files->vars_template);
	if (has_vars(dev) && !files->vars_path)
		files->vars_path =
			arena_fmt(vm->arena, "%s/%s_VARS.fd", guest->payload_prefix, guest->name);
	if (!boots_kernel(dev))
		return;
	if (guest->kernel)
		guest->shown_kernel = vm_payload_target(vm, guest->kernel);
	if (guest->initrd)
		guest->shown_initrd = vm_payload_target(vm, guest->initrd);
}

/* Files of the target are opened there, so their paths must be whole. */
static void check_paths(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	static const char *const names[] = {"firmware-path", "firmware-template"};
	const struct vm_dev *dev = vm->guest_dev;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct prop *row = dev_prop(dev->family, names[i]);

		if (!is_from_target(dev) || !dev_applies(dev, row) || !dev_string(dev, row) ||
		    ident_is_valid(IDENT_PATH, dev_string(dev, row)))
			continue;
		struct err *err =
			dev_error(errs, dev, names[i], check->name, "\"%s\" is not a valid %s",
				  dev_string(dev, row), ident_noun(IDENT_PATH));

		err_why(err, "%s The file is opened on the target.", ident_rule(IDENT_PATH));
		err_fix(err, "Write the whole path, or choose CONFIG_FIRMWARE_FROM_PAYLOAD.");
	}
}

static void check_secure(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;

	if (!may_be_secure(vm->guest_dev) || !guest->firmware_files.secure ||
	    prop_word_is(guest->features.smm, "ON"))
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "secure-boot", check->name,
				    "Secure Boot without system management mode");

	err_why(err, "Only code in that mode may write the variables; without it a guest could "
		     "change the keys, and OVMF built for Secure Boot does not start.");
	err_fix(err, "Choose CONFIG_FEATURE_SMM_ON.");
}

static void check_acpi(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	if (!vm->guest.uefi || vm->guest.features.has_acpi)
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "acpi-tables", check->name,
				    "UEFI without ACPI tables");

	err_why(err, "OVMF describes the machine to the guest in ACPI tables alone.");
	err_fix(err, "Set CONFIG_FEATURE_ACPI=y, or choose another firmware.");
}

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
	{.name = "firmware-path", .run = check_paths},
	{.name = "secure-boot-smm", .run = check_secure},
	{.name = "uefi-acpi", .run = check_acpi},
	{0},
};

const struct guest_subject guest_firmware = {
	.props = firmware_props,
	.checks = firmware_checks,
	.prepare = firmware_prepare,
};
