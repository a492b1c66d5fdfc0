/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * panic.c - how the guest says that its kernel has panicked: an I/O port, a PCI device, or registers
 * of Hyper-V's, which are a word of -cpu.
 *
 * None has an id on the command line, as libvirt gives them none.
 */
#include "devices/registry.h"

#include "model/check.h"
#include "model/machine.h"

static const struct dev_class panic_classes[] = {
	{.name = "isa", .sym = "ISA", .driver = "pvpanic", .where = WHERE_NONE},
	{
		.name = "pvpanic",
		.sym = "PVPANIC",
		.driver = "pvpanic-pci",
		.where = WHERE_PCI,
		.flags = CLASS_INTEGRATED,
	},
	{.name = "hyperv", .sym = "HYPERV", .where = WHERE_NONE},
	{0},
};

/** struct panic - @port: where the guest's kernel looks for it, from ACPI. */
struct panic {
	uint64_t port;
};

static bool is_isa(const struct vm_dev *dev)
{
	return dev->class == &panic_classes[0];
}

static bool is_pci(const struct vm_dev *dev)
{
	return dev->class->where == WHERE_PCI;
}

static bool is_hyperv(const struct vm_dev *dev)
{
	return !is_isa(dev) && !is_pci(dev);
}

static const struct prop panic_props[] = {
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "port-type",
	 .kind = PROP_CONST,
	 .text = "isa",
	 .xml = "address/@type",
	 .when = is_isa},
	{.name = "port-hex",
	 .kind = PROP_CONST,
	 .text = "0x505",
	 .xml = "address/@iobase",
	 .when = is_isa},
	{.name = "port",
	 .kind = PROP_UINT,
	 .field = offsetof(struct panic, port),
	 .qemu = "ioport",
	 .when = is_isa},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI, .when = is_pci},
	{.name = "place", .kind = PROP_ADDRESS, .when = is_pci},
	{0},
};

static void panic_prepare(struct vm *vm, struct vm_dev *dev)
{
	((struct panic *)dev->data)->port = 0x505;
	vm->guest.hyperv.crash = is_hyperv(dev);
}

static void check_machine(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm_find(vm, panic_family.name);

	if (!dev || !is_isa(dev) || vm->machine->flags & MACHINE_PC)
		return;
	struct err *err = dev_error(errs, dev, "model", check->name,
				    "the machine %s has no port for panics", vm->machine->name);

	err_why(err, "The guest finds the port in the ACPI tables of a PC.");
	err_fix(err, "Choose CONFIG_PANIC_MODEL_PVPANIC, which is on PCI.");
}

static void check_hyperv(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm_find(vm, panic_family.name);
	bool pc = vm->machine->flags & MACHINE_APIC;

	if (!dev || !is_hyperv(dev) || (pc && !prop_word_is(vm->guest.accel, "TCG")))
		return;
	struct err *err = dev_error(errs, dev, "model", check->name,
				    "Hyper-V's registers for a crash, with %s on %s",
				    vm->guest.accel->sym, vm->machine->name);

	err_why(err, "KVM on x86_64 has them, and nothing else.");
	err_fix(err, "Choose CONFIG_ACCEL_KVM, or another CONFIG_PANIC_MODEL.");
}

static const struct check panic_checks[] = {
	{.name = "panic-machine", .run = check_machine},
	{.name = "panic-hyperv", .run = check_hyperv},
	{0},
};

const struct dev_family panic_family = {
	.name = "panic",
	.sym = "PANIC",
	.max = 1,
	.size = sizeof(struct panic),
	.flags = FAMILY_SINGLE,
	.rank = RANK_PANIC,
	.xml = "panic",
	.classes = panic_classes,
	.props = panic_props,
	.checks = panic_checks,
	.prepare = panic_prepare,
};
