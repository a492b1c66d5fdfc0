/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest_checks.c - what the machine as a whole must keep: versions, CPU, boot, QEMU's devices.
 */
#include <string.h>

#include "machines/guest.h"
#include "model/check.h"
#include "model/machine.h"
#include "model/vm.h"

/* The versions of this machine that the board's QEMU has, newest last as the file sorts them. */
static const char *known_versions(const struct vm *vm)
{
	const struct caps *caps = vm->board->caps;
	struct text text = {.arena = vm->arena};
	size_t prefix = strlen(vm->machine->type_prefix);

	for (size_t i = 0; i < caps->count; i++) {
		const char *line = caps->lines[i];

		if (strncmp(line, "machine ", 8) == 0 &&
		    strncmp(line + 8, vm->machine->type_prefix, prefix) == 0)
			text_fmt(&text, "%s%s", text.len ? ", " : "", line + 8 + prefix);
	}
	return text.len ? text_str(&text) : "none";
}

static void check_version(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;

	if (caps_has(vm->board->caps, "machine", guest->machine_type))
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "machine-version", check->name,
				    "QEMU %s of board %s has no machine type %s",
				    vm->board->caps->version, vm->board->name, guest->machine_type);

	err_why(err, "Versions of %s that it has: %s.", vm->machine->name, known_versions(vm));
	err_fix(err, "Set CONFIG_MACHINE_VERSION to one of them, or choose another board.");
}

static void check_cpu_model(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;

	if (!guest->cpu_model || strcmp(guest->cpu_model, "host-passthrough") != 0 ||
	    prop_word_is(guest->accel, "KVM"))
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "cpu-model", check->name,
				    "host-passthrough needs KVM, and the accelerator is %s",
				    guest->accel->sym);

	err_why(err, "Without KVM there is no host CPU to pass through; with \"auto\" the guest "
		     "would see another CPU on another target.");
	err_fix(err, "Choose CONFIG_ACCEL_KVM, or a CPU model such as \"max\".");
}

static bool in_list(const char *const *list, const char *word)
{
	while (*list && strcmp(*list, word) != 0)
		list++;
	return *list;
}

static const char *join(struct arena *arena, const char *const *list)
{
	struct text text = {.arena = arena};

	for (; *list; list++)
		text_fmt(&text, "%s%s", text.len ? ", " : "", *list);
	return text_str(&text);
}

static void check_cpu_known(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct machine *machine = vm->machine;
	const struct caps *caps = vm->board->caps;
	const char *model = vm->guest.cpu_model;
	struct err *err;

	if (!model || strcmp(model, "host-passthrough") == 0)
		return;
	/* QEMU's own word for it is no model that could be promised. */
	bool host = strcmp(model, "host") == 0;
	bool known = !host && caps_has(caps, "cpu", model);

	if (known && (!machine->cpus || in_list(machine->cpus, model)))
		return;
	if (known) {
		err = dev_error(errs, vm->guest_dev, "cpu-model", check->name,
				"the machine %s does not take the CPU model %s", machine->name,
				model);
		err_why(err, "It takes the %s models %s.", machine->guest_arch,
			join(vm->arena, machine->cpus));
		err_fix(err, "Set CONFIG_CPU_MODEL to one of them.");
		return;
	}
	err = dev_error(errs, vm->guest_dev, "cpu-model", check->name,
			"QEMU %s of board %s has no CPU model \"%s\"", caps->version,
			vm->board->name, model);
	err_why(err,
		"The models are the lines `cpu NAME` of boards/%s/qemu.caps, which `kiln probe` wrote "
		"from that QEMU, and \"host-passthrough\" for the host's own.",
		vm->board->name);
	err_fix(err, "Set CONFIG_CPU_MODEL to %s.",
		host ? "\"host-passthrough\", with CONFIG_ACCEL_KVM"
		     : "one of them; \"max\" is in every QEMU");
}

/* GICv2 addresses a CPU by one bit of a byte: QEMU 7.2 "exceeds max CPUs supported" above 8. */
#define GIC2_CPUS 8

static void check_gic(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;
	uint64_t count = guest->sockets * guest->cores * guest->threads;
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

static bool wants_pci(const struct vm_dev *dev)
{
	switch (dev->class->where) {
	case WHERE_PCI:
	case WHERE_PCIE:
	case WHERE_BRIDGE:
		return true;
	case WHERE_VIRTIO:
		return !dev_on_mmio(dev);
	case WHERE_NONE:
	case WHERE_COUNT:
		break;
	}
	return false;
}

static void refuse_pci(const struct check *check, const struct vm_dev *dev, struct err_list *errs)
{
	bool given = dev->class->where == WHERE_VIRTIO;
	struct err *err;

	if (given)
		err = dev_error(errs, dev, "address", check->name, "%s cannot have a PCI address",
				dev->id);
	else
		err = dev_error(errs, dev, "model", check->name, "%s is a PCI device: %s", dev->id,
				dev_driver(dev));
	err_why(err, "The machine %s has no PCI here; it has virtio-mmio transports.",
		dev->vm->machine->name);
	err_fix(err, "%s, or set CONFIG_MICROVM_ACPI=y and CONFIG_MICROVM_PCIE=y.",
		given ? arena_fmt(dev->vm->arena, "Clear %s", dev_symbol(dev, "address"))
		      : "Choose a virtio model");
}

static void check_pci(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (!vm->machine->root_model && wants_pci(dev))
			refuse_pci(check, dev, errs);
	}
}

/* More than 255 CPUs need an interrupt-remapping IOMMU: QEMU's x86 code and libvirt agree. */
#define CPU_MAX 255

static void check_cpu_count(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;
	uint64_t count = guest->sockets * guest->cores * guest->threads;

	if (count <= CPU_MAX)
		return;
	struct err *err =
		dev_error(errs, vm->guest_dev, "sockets", check->name,
			  "%llu sockets x %llu cores x %llu threads are %llu CPUs",
			  (unsigned long long)guest->sockets, (unsigned long long)guest->cores,
			  (unsigned long long)guest->threads, (unsigned long long)count);

	err_why(err, "A guest without an interrupt-remapping IOMMU has at most %d CPUs.", CPU_MAX);
	err_fix(err, "Lower CONFIG_CPU_SOCKETS, CONFIG_CPU_CORES or CONFIG_CPU_THREADS.");
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

static void check_devices(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each(dev, vm) {
		const char *driver = dev_driver(dev);

		if (!driver || caps_has(vm->board->caps, "device", driver))
			continue;
		struct err *err = dev_error(errs, dev, NULL, check->name,
					    "QEMU %s of board %s has no device %s",
					    vm->board->caps->version, vm->board->name, driver);

		err_why(err, "%s is not in %s, which `kiln probe` wrote from that QEMU.", driver,
			vm->board->caps->path);
		err_fix(err, "Choose another model for %s, or another board.", dev->id);
	}
}

const struct check guest_checks[] = {
	{.name = "machine-version", .run = check_version},
	{.name = "cpu-model-known", .run = check_cpu_known},
	{.name = "cpu-model-accelerator", .run = check_cpu_model},
	{.name = "gic-cpus", .run = check_gic},
	{.name = "machine-pci", .run = check_pci},
	{.name = "cpu-count", .run = check_cpu_count},
	{.name = "boot-device", .run = check_boot},
	{.name = "qemu-device", .run = check_devices},
	{0},
};
