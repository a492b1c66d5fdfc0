/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iommu.c - the guest's IOMMU: one at most, before the devices that it translates for.
 */
#include "devices/registry.h"

#include "model/check.h"
#include "model/emit.h"
#include "model/machine.h"
#include "model/vm.h"

struct iommu {
	bool intremap, caching_mode, iotlb;
	uint64_t aw_bits;
};

static const struct dev_class iommu_classes[] = {
	{
		.name = "virtio",
		.sym = "VIRTIO",
		.driver = "virtio-iommu-pci",
		.where = WHERE_PCIE,
		.flags = CLASS_INTEGRATED,
	},
	{.name = "intel", .sym = "INTEL", .driver = "intel-iommu", .where = WHERE_NONE},
	/* Part of the machine, which is told to have it. */
	{.name = "smmuv3", .sym = "SMMUV3", .where = WHERE_NONE},
	{0},
};

static const struct iommu *iommu_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool is_virtio(const struct vm_dev *dev)
{
	return dev->class->where != WHERE_NONE;
}

static bool is_intel(const struct vm_dev *dev)
{
	return !is_virtio(dev) && dev->class->driver;
}

static bool is_smmu(const struct vm_dev *dev)
{
	return !dev->class->driver;
}

static bool remaps(const struct vm_dev *dev)
{
	return is_intel(dev) && iommu_of(dev)->intremap;
}

#define FIELD(member) .field = offsetof(struct iommu, member)
static const struct prop iommu_props[] = {
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "intremap",
	 .sym = "INTREMAP",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_XML_ONOFF,
	 FIELD(intremap),
	 .xml = "driver/@intremap",
	 .when = is_intel},
	/* QEMU's property is one of on, off and auto: a word, no truth value. */
	{.name = "intremap-word",
	 .kind = PROP_CONST,
	 .text = "on",
	 .qemu = "intremap",
	 .when = remaps},
	{.name = "caching-mode",
	 .sym = "CACHING_MODE",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_XML_ONOFF,
	 FIELD(caching_mode),
	 .xml = "driver/@caching_mode",
	 .qemu = "caching-mode",
	 .when = is_intel},
	{.name = "iotlb",
	 .sym = "IOTLB",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_XML_ONOFF,
	 FIELD(iotlb),
	 .xml = "driver/@iotlb",
	 .qemu = "device-iotlb",
	 .when = is_intel},
	{.name = "aw-bits",
	 .sym = "AW_BITS",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(aw_bits),
	 .xml = "driver/@aw_bits",
	 .qemu = "aw-bits",
	 .max = 48,
	 .when = is_intel},
	{.name = "machine",
	 .kind = PROP_CONST,
	 .text = "smmuv3",
	 .option = "-machine",
	 .qemu = "iommu",
	 .when = is_smmu},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI, .when = is_virtio},
	{.name = "place", .kind = PROP_ADDRESS, .when = is_virtio},
	{0},
};
#undef FIELD

static void iommu_prepare(struct vm *vm, struct vm_dev *dev)
{
	/* Interrupts can be remapped only where QEMU sees them: QEMU says so itself at start. */
	vm->guest.split_irqchip |= remaps(dev);
}

static void iommu_back(const struct vm_dev *dev, struct emit *emit)
{
	(void)dev;
	emit_lock(emit, EMIT_LOCK_IOMMU);
}

/* QEMU 7.2 hw/i386/intel_iommu.c: vtd_decide_config(). */
static void check_width(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm_find(vm, iommu_family.name);
	uint64_t bits = dev && is_intel(dev) ? iommu_of(dev)->aw_bits : 0;

	if (bits == 0 || bits == 39 || bits == 48)
		return;
	struct err *err = dev_error(errs, dev, "aw-bits", check->name,
				    "addresses of %u bits do not exist", (unsigned)bits);

	err_why(err, "The tables of the IOMMU have 3 or 4 levels, which is 39 or 48 bits.");
	err_fix(err, "Set %s to 39, 48, or 0 for QEMU's default.", dev_symbol(dev, "aw-bits"));
}

/* Guests find it by a table, and libvirt refuses it without (qemu_validate.c). */
static void check_acpi(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm_find(vm, iommu_family.name);

	if (!dev || !is_virtio(dev) || vm->guest.features.has_acpi)
		return;
	struct err *err = dev_error(errs, dev, "model", check->name,
				    "a virtio-iommu in a machine without ACPI");

	err_why(err, "The guest finds it in an ACPI table; libvirt refuses it without ACPI.");
	err_fix(err,
		vm->machine->flags & MACHINE_PC
			? "Set CONFIG_FEATURE_ACPI=y, or choose another model."
			: "Set CONFIG_FIRMWARE_OVMF=y, which brings the tables, or %s_SMMUV3=y.",
		dev_symbol(dev, "model"));
}

static const struct check iommu_checks[] = {
	{.name = "iommu-acpi", .run = check_acpi},
	{.name = "iommu-width", .run = check_width},
	{0},
};

const struct dev_family iommu_family = {
	.name = "iommu",
	.sym = "IOMMU",
	.max = 1,
	.size = sizeof(struct iommu),
	.flags = FAMILY_SINGLE | FAMILY_EARLY,
	.rank = RANK_IOMMU,
	.xml = "iommu",
	.alias = "iommu0",
	.classes = iommu_classes,
	.props = iommu_props,
	.checks = iommu_checks,
	.prepare = iommu_prepare,
	.back = iommu_back,
};
