/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * features.c - switches of the machine as libvirt's <features> has them.
 *
 * Where QEMU's default is meant nothing is written, as libvirt does.
 */
#include "machines/guest.h"

#include "model/check.h"
#include "model/machine.h"

/* Where the I/O APIC is; the kernel's needs KVM. */
static const struct prop_word ioapic_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "KVM", .xml = "kvm", .qemu = "on"},
	{.sym = "QEMU", .xml = "qemu", .qemu = "split"},
	{0},
};

static const struct prop_word switch_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "ON", .xml = "on", .qemu = "on"},
	{.sym = "OFF", .xml = "off", .qemu = "off"},
	{0},
};

static bool is_q35(const struct vm_dev *dev)
{
	return guest_machine_is(dev, "q35");
}

static bool lacks_acpi(const struct vm_dev *dev)
{
	return guest_is_pc(dev) && !guest_of(dev)->features.acpi;
}

static bool has_smm(const struct vm_dev *dev)
{
	return is_q35(dev) && prop_word_is(guest_of(dev)->features.smm, "ON");
}

static bool has_tseg(const struct vm_dev *dev)
{
	return has_smm(dev) && guest_of(dev)->features.tseg;
}

static bool may_use_kvm(const struct vm_dev *dev)
{
	return guest_is_x86(dev) && !prop_word_is(guest_of(dev)->accel, "TCG");
}

/* Counters of an ARM processor are KVM's alone. */
static bool may_count(const struct vm_dev *dev)
{
	return guest_is_x86(dev) || prop_word_is(guest_of(dev)->accel, "KVM");
}

static bool is_kvm(const struct vm_dev *dev)
{
	return guest_is_x86(dev) && prop_word_is(guest_of(dev)->accel, "KVM");
}

static bool is_tcg(const struct vm_dev *dev)
{
	return prop_word_is(guest_of(dev)->accel, "TCG");
}

static bool has_ring(const struct vm_dev *dev)
{
	return is_kvm(dev) && guest_of(dev)->features.dirty_ring;
}

static bool has_cache(const struct vm_dev *dev)
{
	return is_tcg(dev) && guest_of(dev)->features.tb_cache;
}

static bool is_hidden(const struct vm_dev *dev)
{
	return may_use_kvm(dev) && guest_of(dev)->features.kvm_hidden;
}

/* A device needs it in QEMU, and nothing else is configured. */
static bool is_split(const struct vm_dev *dev)
{
	return guest_of(dev)->split_irqchip &&
	       !prop_word_is(guest_of(dev)->features.ioapic, "QEMU");
}

#define FIELD(member) .field = offsetof(struct guest, features.member)
static const struct prop features_props[] = {
	{.name = "acpi-tables",
	 .sym = "FEATURE_ACPI",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 FIELD(acpi),
	 .when = guest_is_pc},
	{.name = "shown-acpi", .kind = PROP_BOOL, FIELD(has_acpi), .xml = "features/acpi"},
	{.name = "no-acpi", .kind = PROP_CONST, .text = "off", .qemu = "acpi", .when = lacks_acpi},
	{.name = "apic", .kind = PROP_BOOL, FIELD(apic), .xml = "features/apic"},
	/* QEMU has no switch for these two: its CPU models and KVM decide. */
	{.name = "pae",
	 .sym = "FEATURE_PAE",
	 .kind = PROP_BOOL,
	 FIELD(pae),
	 .xml = "features/pae",
	 .when = guest_is_x86},
	{.name = "hap",
	 .sym = "FEATURE_HAP",
	 .kind = PROP_BOOL,
	 FIELD(hap),
	 .xml = "features/hap",
	 .when = guest_is_x86},
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
	{.name = "vmport",
	 .sym = "FEATURE_VMPORT",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(vmport),
	 .words = switch_words,
	 .xml = "features/vmport/@state",
	 .qemu = "vmport",
	 .when = guest_is_pc},
	{.name = "pmu",
	 .sym = "FEATURE_PMU",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(pmu),
	 .words = switch_words,
	 .xml = "features/pmu/@state",
	 .option = "-cpu",
	 .qemu = "pmu",
	 .when = may_count},
	{.name = "pvspinlock",
	 .sym = "FEATURE_PVSPINLOCK",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(pvspinlock),
	 .words = switch_words,
	 .xml = "features/pvspinlock/@state",
	 .option = "-cpu",
	 .qemu = "kvm-pv-unhalt",
	 .when = may_use_kvm},
	{.name = "eoi",
	 .sym = "FEATURE_APIC_EOI",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(eoi),
	 .words = switch_words,
	 .xml = "features/apic/@eoi",
	 .option = "-cpu",
	 .qemu = "kvm-pv-eoi",
	 .when = may_use_kvm},
	{.name = "tb-cache",
	 .sym = "TCG_CACHE_MIB",
	 .kind = PROP_UINT,
	 FIELD(tb_cache),
	 .xml = "features/tcg/tb-cache",
	 .option = "-accel",
	 .qemu = "tb-size",
	 .max = 65536,
	 .when = is_tcg},
	{.name = "tb-cache-unit",
	 .kind = PROP_CONST,
	 .text = "MiB",
	 .xml = "features/tcg/tb-cache/@unit",
	 .when = has_cache},
	{.name = "dirty-ring",
	 .kind = PROP_CONST,
	 .text = "on",
	 .xml = "features/kvm/dirty-ring/@state",
	 .when = has_ring},
	{.name = "dirty-ring-size",
	 .sym = "KVM_DIRTY_RING",
	 .kind = PROP_UINT,
	 FIELD(dirty_ring),
	 .xml = "features/kvm/dirty-ring/@size",
	 .option = "-accel",
	 .qemu = "dirty-ring-size",
	 .max = 65536,
	 .when = is_kvm},
	{.name = "ioapic",
	 .sym = "FEATURE_IOAPIC",
	 .kind = PROP_ENUM,
	 FIELD(ioapic),
	 .words = ioapic_words,
	 .xml = "features/ioapic/@driver",
	 .qemu = "kernel_irqchip",
	 .when = may_use_kvm},
	{.name = "ioapic-split",
	 .kind = PROP_CONST,
	 .text = "split",
	 .qemu = "kernel_irqchip",
	 .when = is_split},
	{.name = "ioapic-driver",
	 .kind = PROP_CONST,
	 .text = "qemu",
	 .xml = "features/ioapic/@driver",
	 .when = is_split},
	{.name = "kvm-hidden",
	 .sym = "KVM_HIDDEN",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_XML_ONOFF,
	 FIELD(kvm_hidden),
	 .xml = "features/kvm/hidden/@state",
	 .when = may_use_kvm},
	{.name = "kvm-signature",
	 .kind = PROP_CONST,
	 .text = "off",
	 .option = "-cpu",
	 .qemu = "kvm",
	 .when = is_hidden},
	{.name = "kvm-dedicated",
	 .sym = "KVM_HINT_DEDICATED",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_XML_ONOFF,
	 FIELD(kvm_dedicated),
	 .xml = "features/kvm/hint-dedicated/@state",
	 .option = "-cpu",
	 .qemu = "kvm-hint-dedicated",
	 .when = may_use_kvm},
	{.name = "kvm-poll-control",
	 .sym = "KVM_POLL_CONTROL",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_XML_ONOFF,
	 FIELD(kvm_poll),
	 .xml = "features/kvm/poll-control/@state",
	 .option = "-cpu",
	 .qemu = "kvm-poll-control",
	 .when = may_use_kvm},
	{.name = "kvm-pv-ipi",
	 .sym = "KVM_PV_IPI",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_XML_ONOFF,
	 FIELD(kvm_ipi),
	 .xml = "features/kvm/pv-ipi/@state",
	 .option = "-cpu",
	 .qemu = "kvm-pv-ipi",
	 .when = may_use_kvm},
	{0},
};
#undef FIELD

static void features_prepare(struct vm *vm)
{
	struct guest *guest = &vm->guest;
	const struct vm_dev *dev = vm->guest_dev;

	guest->features.apic = guest_is_x86(dev);
	if (guest_is_pc(dev))
		guest->features.has_acpi = guest->features.acpi;
	else
		guest->features.has_acpi = guest_is_virt(dev) ? guest->uefi : guest->acpi;
}

static void check_ioapic(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	if (!vm->guest.split_irqchip || !prop_word_is(vm->guest.features.ioapic, "KVM"))
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "ioapic", check->name,
				    "the I/O APIC cannot be in the kernel");

	err_why(err, "The IOMMU remaps interrupts, and sees those of QEMU's own I/O APIC alone.");
	err_fix(err, "Choose CONFIG_FEATURE_IOAPIC_QEMU, or an IOMMU without interrupt remapping.");
}

/* KVM_CAP_DIRTY_LOG_RING: a power of two of entries; libvirt says from 1024 to 65536. */
#define RING_MIN 1024

static void check_ring(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	uint64_t size = vm->guest.features.dirty_ring;

	if (!has_ring(vm->guest_dev) || (size >= RING_MIN && !(size & (size - 1))))
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "dirty-ring-size", check->name,
				    "a ring of %llu pages", (unsigned long long)size);

	err_why(err, "KVM has rings of a power of two of pages, from %d to 65536.", RING_MIN);
	err_fix(err, "Set CONFIG_KVM_DIRTY_RING to 4096, or to 0 for none.");
}

static const struct check features_checks[] = {
	{.name = "dirty-ring", .run = check_ring},
	{.name = "ioapic-split", .run = check_ioapic},
	{0},
};

const struct guest_subject guest_features = {
	.props = features_props,
	.checks = features_checks,
	.prepare = features_prepare,
};
