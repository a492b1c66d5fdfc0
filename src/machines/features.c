/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * features.c - switches of the machine as libvirt's <features> has them.
 *
 * Where QEMU's default is meant nothing is written, as libvirt does.
 */
#include "machines/guest.h"

#include "model/check.h"
#include "model/machine.h"

static const struct prop_word switch_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "ON", .xml = "on", .qemu = "on"},
	{.sym = "OFF", .xml = "off", .qemu = "off"},
	{0},
};

static bool is_pc(const struct vm_dev *dev)
{
	return guest_machine_is(dev, "pc") || guest_machine_is(dev, "q35");
}

static bool is_q35(const struct vm_dev *dev)
{
	return guest_machine_is(dev, "q35");
}

static bool is_x86(const struct vm_dev *dev)
{
	return dev->vm->machine->flags & MACHINE_APIC;
}

static bool lacks_acpi(const struct vm_dev *dev)
{
	return is_pc(dev) && !guest_of(dev)->features.acpi;
}

static bool has_smm(const struct vm_dev *dev)
{
	return is_q35(dev) && prop_word_is(guest_of(dev)->features.smm, "ON");
}

static bool has_tseg(const struct vm_dev *dev)
{
	return has_smm(dev) && guest_of(dev)->features.tseg;
}

#define FIELD(member) .field = offsetof(struct guest, features.member)
static const struct prop features_props[] = {
	{.name = "acpi-tables",
	 .sym = "FEATURE_ACPI",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 FIELD(acpi),
	 .when = is_pc},
	{.name = "shown-acpi", .kind = PROP_BOOL, FIELD(has_acpi), .xml = "features/acpi"},
	{.name = "no-acpi", .kind = PROP_CONST, .text = "off", .qemu = "acpi", .when = lacks_acpi},
	{.name = "apic", .kind = PROP_BOOL, FIELD(apic), .xml = "features/apic"},
	/* QEMU has no switch for these two: its CPU models and KVM decide. */
	{.name = "pae",
	 .sym = "FEATURE_PAE",
	 .kind = PROP_BOOL,
	 FIELD(pae),
	 .xml = "features/pae",
	 .when = is_x86},
	{.name = "hap",
	 .sym = "FEATURE_HAP",
	 .kind = PROP_BOOL,
	 FIELD(hap),
	 .xml = "features/hap",
	 .when = is_x86},
	{.name = "smm",
	 .sym = "FEATURE_SMM",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(smm),
	 .words = switch_words,
	 .xml = "features/smm/@state",
	 .qemu = "smm",
	 .when = is_q35},
	{.name = "tseg",
	 .sym = "FEATURE_SMM_TSEG_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(tseg),
	 .xml = "features/smm/tseg",
	 .option = "-global",
	 .qemu = "mch.extended-tseg-mbytes",
	 .max = 65535,
	 .when = has_smm},
	{.name = "tseg-unit",
	 .kind = PROP_CONST,
	 .text = "MiB",
	 .xml = "features/smm/tseg/@unit",
	 .when = has_tseg},
	{0},
};
#undef FIELD

static void features_prepare(struct vm *vm)
{
	struct guest *guest = &vm->guest;
	const struct vm_dev *dev = vm->guest_dev;

	guest->features.apic = is_x86(dev);
	if (is_pc(dev))
		guest->features.has_acpi = guest->features.acpi;
	else
		guest->features.has_acpi = guest_is_virt(dev) ? guest->uefi : guest->acpi;
}

const struct guest_subject guest_features = {
	.props = features_props,
	.prepare = features_prepare,
};
