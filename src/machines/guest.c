/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.c - the machine itself as rows: what guest.Kconfig asks for and no device is.
 *
 * The symbols have no prefix and no slot. What a row cannot say, the versioned machine type, is
 * computed in the prepare hook. XML and arguments of these values are written by domain/ and qemu/.
 */
#include "machines/guest.h"

#include <string.h>

#include "model/machine.h"
#include "model/vm.h"

static const struct prop_word accel_words[] = {
	{.sym = "KVM", .xml = "kvm", .qemu = "kvm"},
	{.sym = "TCG", .xml = "qemu", .qemu = "tcg"},
	{.sym = "AUTO", .xml = "kvm"},
	{0},
};

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

static const struct prop_word virtio_words[] = {
	{.sym = "PCI"},
	{.sym = "MMIO"},
	{0},
};

static const struct prop_word gic_words[] = {
	{.sym = "2", .xml = "2", .qemu = "2"},
	{.sym = "3", .xml = "3", .qemu = "3"},
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

static const struct guest *guest_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool boots_kernel(const struct vm_dev *dev)
{
	return prop_word_is(guest_of(dev)->boot, "KERNEL");
}

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

static bool is_machine(const struct vm_dev *dev, const char *name)
{
	return strcmp(dev->vm->machine->name, name) == 0;
}

static bool is_virt(const struct vm_dev *dev)
{
	return is_machine(dev, "virt");
}

/* The ITS belongs to version 3; QEMU refuses it with version 2 only where it is asked for. */
static bool has_its(const struct vm_dev *dev)
{
	return is_virt(dev) && prop_word_is(guest_of(dev)->gic, "3");
}

static bool is_microvm(const struct vm_dev *dev)
{
	return is_machine(dev, "microvm");
}

static bool is_microvm_acpi(const struct vm_dev *dev)
{
	return is_microvm(dev) && guest_of(dev)->acpi;
}

static bool is_microvm_plain(const struct vm_dev *dev)
{
	return is_microvm(dev) && !guest_of(dev)->acpi;
}

static bool is_microvm_pcie(const struct vm_dev *dev)
{
	return is_microvm(dev) && dev->vm->machine->root_model;
}

#define FIELD(member) .field = offsetof(struct guest, member)
static const struct prop guest_props[] = {
	{.name = "name",
	 .sym = "VM_NAME",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_ABI,
	 .rule = RULE(VM_NAME),
	 FIELD(name)},
	{.name = "title", .sym = "VM_TITLE", .kind = PROP_STRING, .rule = RULE(TEXT), FIELD(title)},
	{.name = "uuid",
	 .sym = "VM_UUID",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI,
	 .rule = RULE(UUID),
	 FIELD(uuid)},
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
	{.name = "cpu-model",
	 .sym = "CPU_MODEL",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_PIN | PROP_ABI,
	 FIELD(cpu_model)},
	{.name = "sockets",
	 .sym = "CPU_SOCKETS",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(sockets),
	 .min = 1,
	 .max = 64},
	{.name = "cores",
	 .sym = "CPU_CORES",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(cores),
	 .min = 1,
	 .max = 288},
	{.name = "threads",
	 .sym = "CPU_THREADS",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(threads),
	 .min = 1,
	 .max = 8},
	{.name = "memory",
	 .sym = "MEMORY_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(memory_mib),
	 .min = 16,
	 .max = 4194304},
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
	{.name = "on-reboot",
	 .sym = "ON_REBOOT",
	 .kind = PROP_ENUM,
	 FIELD(on_reboot),
	 .words = reboot_words},
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
	/*
	 * Options of one machine. Rows with .qemu are words of -machine, in this order; all are
	 * written although QEMU has defaults, because its defaults depend on its version and on KVM.
	 */
	{.name = "virtio-bus",
	 .sym = "VIRTIO_BUS",
	 .kind = PROP_ENUM,
	 .flags = PROP_PIN | PROP_ABI,
	 FIELD(virtio_bus),
	 .words = virtio_words,
	 .when = has_both_buses},
	{.name = "gic",
	 .sym = "VIRT_GIC",
	 .kind = PROP_ENUM,
	 .flags = PROP_PIN | PROP_ABI,
	 FIELD(gic),
	 .words = gic_words,
	 .xml = "features/gic/@version",
	 .qemu = "gic-version",
	 .when = is_virt},
	{.name = "its",
	 .sym = "VIRT_ITS",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(its),
	 .qemu = "its",
	 .when = has_its},
	/* Without firmware nobody reads ACPI tables; libvirt switches them off too. */
	{.name = "virt-acpi", .kind = PROP_CONST, .text = "off", .qemu = "acpi", .when = is_virt},
	{.name = "acpi",
	 .sym = "MICROVM_ACPI",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(acpi),
	 .qemu = "acpi",
	 .when = is_microvm},
	{.name = "ioapic2",
	 .kind = PROP_CONST,
	 .text = "on",
	 .qemu = "ioapic2",
	 .when = is_microvm_acpi},
	{.name = "pcie", .kind = PROP_CONST, .text = "on", .qemu = "pcie", .when = is_microvm_pcie},
	{.name = "pic",
	 .sym = "MICROVM_PIC",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(pic),
	 .qemu = "pic",
	 .when = is_microvm},
	{.name = "pit",
	 .sym = "MICROVM_PIT",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(pit),
	 .qemu = "pit",
	 .when = is_microvm},
	{.name = "rtc",
	 .sym = "MICROVM_RTC",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(rtc),
	 .qemu = "rtc",
	 .when = is_microvm},
	{.name = "auto-cmdline",
	 .sym = "MICROVM_AUTO_CMDLINE",
	 .kind = PROP_BOOL,
	 .flags = PROP_ALWAYS,
	 FIELD(auto_cmdline),
	 .qemu = "auto-kernel-cmdline",
	 .when = is_microvm_plain},
	{.name = "payload-prefix",
	 .sym = "PAYLOAD_PREFIX",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(payload_prefix)},
	{.name = "run-user",
	 .sym = "RUN_USER",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(USER),
	 FIELD(run_user)},
	{.name = "unit",
	 .sym = "UNIT_ID",
	 .kind = PROP_STRING,
	 .rule = RULE(UNIT),
	 FIELD(unit_id),
	 .site = SITE_UNIT},
	{.name = "layout-lock",
	 .sym = "LAYOUT_LOCK",
	 .kind = PROP_STRING,
	 .rule = RULE(TEXT),
	 FIELD(layout_lock)},
	{0},
};
#undef FIELD

static const struct dev_class guest_classes[] = {
	{.name = "guest", .where = WHERE_NONE},
	{0},
};

static void guest_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct guest *guest = dev->data;

	bool versions = has_versions(dev) && guest->machine_version;

	guest->machine_type = arena_fmt(vm->arena, "%s%s", vm->machine->type_prefix,
					versions ? guest->machine_version : "");
	guest->virtio_mmio = has_both_buses(dev) && prop_word_is(guest->virtio_bus, "MMIO");
	guest->pci_packed = has_policy(dev) && prop_word_is(guest->pci_policy, "PACKED");
	guest->spare_as_libvirt = !has_spare_count(dev);
}

const struct dev_family guest_family = {
	.name = "machine",
	.sym = "",
	.max = 1,
	.size = sizeof(struct guest),
	.flags = FAMILY_SINGLE,
	.rank = RANK_NONE,
	.xml = "domain",
	.alias = "machine",
	.classes = guest_classes,
	.props = guest_props,
	.checks = guest_checks,
	.prepare = guest_prepare,
};

void guest_attach(struct vm *vm)
{
	struct vm_dev *dev = arena_alloc(vm->arena, sizeof(*dev));

	dev->family = &guest_family;
	dev->class = guest_classes;
	dev->id = guest_family.name;
	dev->alias = guest_family.alias;
	dev->number = "";
	dev->data = &vm->guest;
	dev->prop_at = arena_alloc(vm->arena, ARRAY_SIZE(guest_props) * sizeof(*dev->prop_at));
	dev->vm = vm;
	vm->guest_dev = dev;
}
