/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.c - the machine type, what executes it, and where its devices go as a whole.
 *
 * What a row cannot say, the versioned machine type, is computed in the prepare hook.
 */
#include "machines/guest.h"

#include <string.h>

#include "model/check.h"
#include "model/machine.h"

static const struct prop_word accel_words[] = {
	{.sym = "KVM", .xml = "kvm", .qemu = "kvm"},
	{.sym = "TCG", .xml = "qemu", .qemu = "tcg"},
	{.sym = "AUTO", .xml = "kvm"},
	{0},
};

static const struct prop_word policy_words[] = {
	{.sym = "LIBVIRT"},
	{.sym = "PACKED"},
	{0},
};

static const struct prop_word spare_words[] = {
	{.sym = "LIBVIRT"},
	{.sym = "FIXED"},
	{0},
};

static const struct prop_word reboot_words[] = {
	{.sym = "RESTART", .xml = "restart"},
	{.sym = "DESTROY", .xml = "destroy"},
	{0},
};

/* QEMU's own action is to end. */
static const struct prop_word crash_words[] = {
	{.sym = "DESTROY", .xml = "destroy"},
	{.sym = "PRESERVE", .xml = "preserve", .qemu = "pause"},
	{0},
};

static const struct prop_word virtio_words[] = {
	{.sym = "PCI"},
	{.sym = "MMIO"},
	{0},
};

static bool has_spare_count(const struct vm_dev *dev)
{
	return prop_word_is(guest_of(dev)->spare, "FIXED");
}

/* Where every PCI Express device has a port. */
static bool has_policy(const struct vm_dev *dev)
{
	const char *name = dev->vm->machine->name;

	return strcmp(name, "q35") == 0 || strcmp(name, "virt") == 0;
}

static bool has_versions(const struct vm_dev *dev)
{
	const char *prefix = dev->vm->machine->type_prefix;

	return prefix[strlen(prefix) - 1] == '-';
}

static bool has_both_buses(const struct vm_dev *dev)
{
	return dev->vm->machine->mmio && dev->vm->machine->root_model;
}

#define FIELD(member) .field = offsetof(struct guest, member)
static const struct prop machine_props[] = {
	{.name = "machine-version",
	 .sym = "MACHINE_VERSION",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_PIN | PROP_ABI,
	 FIELD(machine_version),
	 .when = has_versions},
	{.name = "accel",
	 .sym = "ACCEL",
	 .kind = PROP_ENUM,
	 .flags = PROP_TELL,
	 FIELD(accel),
	 .words = accel_words},
	{.name = "fips", .sym = "FIPS", .kind = PROP_BOOL, FIELD(fips)},
	{.name = "on-reboot",
	 .sym = "ON_REBOOT",
	 .kind = PROP_ENUM,
	 FIELD(on_reboot),
	 .words = reboot_words},
	{.name = "on-crash",
	 .sym = "ON_CRASH",
	 .kind = PROP_ENUM,
	 FIELD(on_crash),
	 .words = crash_words,
	 .option = "-action",
	 .qemu = "panic"},
	{.name = "pci-policy",
	 .sym = "PCI_POLICY",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(pci_policy),
	 .words = policy_words,
	 .when = has_policy},
	{.name = "spare",
	 .sym = "SPARE_PORTS",
	 .kind = PROP_ENUM,
	 FIELD(spare),
	 .words = spare_words},
	{.name = "spare-count",
	 .sym = "SPARE_PORTS_COUNT",
	 .kind = PROP_UINT,
	 FIELD(spare_ports),
	 .max = 256,
	 .when = has_spare_count},
	{.name = "virtio-bus",
	 .sym = "VIRTIO_BUS",
	 .kind = PROP_ENUM,
	 .flags = PROP_PIN | PROP_ABI,
	 FIELD(virtio_bus),
	 .words = virtio_words,
	 .when = has_both_buses},
	{0},
};
#undef FIELD

static void machine_prepare(struct vm *vm)
{
	const struct vm_dev *dev = vm->guest_dev;
	struct guest *guest = &vm->guest;
	bool versions = has_versions(dev) && guest->machine_version;

	guest->machine_type = arena_fmt(vm->arena, "%s%s", vm->machine->type_prefix,
					versions ? guest->machine_version : "");
	guest->virtio_mmio = has_both_buses(dev) && prop_word_is(guest->virtio_bus, "MMIO");
	guest->pci_packed = has_policy(dev) && prop_word_is(guest->pci_policy, "PACKED");
	guest->spare_as_libvirt = !has_spare_count(dev);
}

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

static void check_devices(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each(dev, vm) {
		const char *driver = dev_driver(dev);
		const char *kind = dev->class->flags & CLASS_OBJECT ? "object" : "device";

		if (!driver || caps_has(vm->board->caps, kind, driver))
			continue;
		struct err *err =
			dev_error(errs, dev, NULL, check->name, "QEMU %s of board %s has no %s %s",
				  vm->board->caps->version, vm->board->name, kind, driver);

		err_why(err, "%s is not in %s, which `kiln probe` wrote from that QEMU.", driver,
			vm->board->caps->path);
		err_fix(err, "Choose another model for %s, or another board.", dev->id);
	}
}

static const struct check machine_checks[] = {
	{.name = "machine-version", .run = check_version},
	{.name = "machine-pci", .run = check_pci},
	{.name = "qemu-device", .run = check_devices},
	{0},
};

const struct guest_subject guest_machine = {
	.props = machine_props,
	.checks = machine_checks,
	.prepare = machine_prepare,
};
