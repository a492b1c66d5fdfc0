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
	return strcmp(guest_of(dev)->boot->sym, "KERNEL") == 0;
}

static bool has_spare_count(const struct vm_dev *dev)
{
	return strcmp(guest_of(dev)->spare->sym, "FIXED") == 0;
}

/* Where every PCI Express device has a port. */
static bool has_policy(const struct vm_dev *dev)
{
	const char *name = dev->vm->machine->name;

	return strcmp(name, "q35") == 0 || strcmp(name, "virt") == 0;
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
	 FIELD(machine_version)},
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

	guest->machine_type = arena_fmt(vm->arena, "%s%s", vm->machine->type_prefix,
					guest->machine_version ? guest->machine_version : "");
	guest->pci_packed = has_policy(dev) && strcmp(guest->pci_policy->sym, "PACKED") == 0;
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
