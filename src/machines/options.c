/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c - switches of single machines, in the order in which -machine has them.
 *
 * All are written although QEMU has defaults, because its defaults depend on its version and on KVM.
 */
#include "machines/guest.h"

#include "model/check.h"
#include "model/machine.h"

static const struct prop_word gic_words[] = {
	{.sym = "2", .xml = "2", .qemu = "2"},
	{.sym = "3", .xml = "3", .qemu = "3"},
	{0},
};

static bool lacks_uefi(const struct vm_dev *dev)
{
	return guest_is_virt(dev) && !guest_of(dev)->uefi;
}

static const struct prop_word root_hotplug_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "ON", .xml = "on", .qemu = "on"},
	{.sym = "OFF", .xml = "off", .qemu = "off"},
	{0},
};

static bool has_piix4(const struct vm_dev *dev)
{
	return guest_machine_is(dev, "pc");
}

/* The ITS belongs to version 3; QEMU refuses it with version 2 only where it is asked for. */
static bool has_its(const struct vm_dev *dev)
{
	return guest_is_virt(dev) && prop_word_is(guest_of(dev)->gic, "3");
}

static bool microvm_acpi(const struct vm_dev *dev)
{
	return guest_is_microvm(dev) && guest_of(dev)->acpi;
}

static bool microvm_plain(const struct vm_dev *dev)
{
	return guest_is_microvm(dev) && !guest_of(dev)->acpi;
}

static bool microvm_pcie(const struct vm_dev *dev)
{
	return guest_is_microvm(dev) && dev->vm->machine->root_model;
}

#define FIELD(member) .field = offsetof(struct guest, member)
static const struct prop options_props[] = {
	{.name = "gic",
	 .sym = "VIRT_GIC",
	 .kind = PROP_ENUM,
	 .flags = PROP_PIN | PROP_ABI,
	 FIELD(gic),
	 .words = gic_words,
	 .xml = "features/gic/@version",
	 .qemu = "gic-version",
	 .when = guest_is_virt},
	{.name = "its",
	 .sym = "VIRT_ITS",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(its),
	 .qemu = "its",
	 .when = has_its},
	/* Without UEFI nobody reads ACPI tables; libvirt switches them off too. */
	{.name = "virt-acpi",
	 .kind = PROP_CONST,
	 .text = "off",
	 .qemu = "acpi",
	 .when = lacks_uefi},
	/* In XML it is the root's: devices/controller.c. */
	{.name = "root-hotplug",
	 .sym = "PC_ROOT_HOTPLUG",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(root_hotplug),
	 .words = root_hotplug_words,
	 .qemu = "PIIX4_PM.acpi-root-pci-hotplug",
	 .option = "-global",
	 .when = has_piix4},
	{.name = "acpi",
	 .sym = "MICROVM_ACPI",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(acpi),
	 .qemu = "acpi",
	 .when = guest_is_microvm},
	{.name = "ioapic2",
	 .kind = PROP_CONST,
	 .text = "on",
	 .qemu = "ioapic2",
	 .when = microvm_acpi},
	{.name = "pcie", .kind = PROP_CONST, .text = "on", .qemu = "pcie", .when = microvm_pcie},
	{.name = "pic",
	 .sym = "MICROVM_PIC",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(pic),
	 .qemu = "pic",
	 .when = guest_is_microvm},
	{.name = "pit",
	 .sym = "MICROVM_PIT",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(pit),
	 .qemu = "pit",
	 .when = guest_is_microvm},
	{.name = "rtc",
	 .sym = "MICROVM_RTC",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(rtc),
	 .qemu = "rtc",
	 .when = guest_is_microvm},
	{.name = "auto-cmdline",
	 .sym = "MICROVM_AUTO_CMDLINE",
	 .kind = PROP_BOOL,
	 .flags = PROP_ALWAYS,
	 FIELD(auto_cmdline),
	 .qemu = "auto-kernel-cmdline",
	 .when = microvm_plain},
	{0},
};
#undef FIELD

/* GICv2 addresses a CPU by one bit of a byte: QEMU 7.2 "exceeds max CPUs supported" above 8. */
#define GIC2_CPUS 8

static void check_gic(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;
	uint64_t count = guest_cpus(guest);
	const struct prop *row = dev_prop(vm->guest_dev->family, "gic");

	if (!dev_applies(vm->guest_dev, row) || !prop_word_is(guest->gic, "2") ||
	    count <= GIC2_CPUS)
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "gic", check->name,
				    "%llu CPUs are too many for version 2 of the GIC",
				    (unsigned long long)count);

	err_why(err, "That interrupt controller serves at most %d.", GIC2_CPUS);
	err_fix(err, "Choose CONFIG_VIRT_GIC_3, or lower CONFIG_CPU_CORES.");
}

static const struct check options_checks[] = {
	{.name = "gic-cpus", .run = check_gic},
	{0},
};

const struct guest_subject guest_options = {
	.props = options_props,
	.checks = options_checks,
};
