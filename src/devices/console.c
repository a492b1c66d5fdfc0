/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console.c - consoles: an ISA or PCI serial port, or a port of a virtio-serial controller.
 *
 * In: rows CONSOLEn_*. Out: the -chardev of the other end (devices/chardev.h), and -serial where the
 * line is the machine's own.
 */
#include "devices/registry.h"

#include "devices/chardev.h"
#include "model/check.h"
#include "model/emit.h"
#include "model/machine.h"

struct console {
	struct chardev chardev;
	uint64_t port; /* number that XML and isa-serial show */
	const char *line_target, *line_model; /* libvirt's words for the machine's serial line */
};

static const struct dev_class console_classes[] = {
	{
		.name = "serial",
		.sym = "SERIAL",
		.where = WHERE_NONE,
		.flags = CLASS_LINE,
		.xml = "serial",
		.alias = "serial%s",
	},
	{
		.name = "pci-serial",
		.sym = "PCI_SERIAL",
		.driver = "pci-serial",
		.where = WHERE_PCI,
		.xml = "serial",
		.alias = "serial%s",
	},
	{
		.name = "virtio",
		.sym = "VIRTIO",
		.driver = "virtconsole",
		.where = WHERE_NONE,
		.flags = CLASS_SERIAL_PORT,
	},
	{0},
};

static bool is_virtio(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_SERIAL_PORT;
}

static bool is_pci(const struct vm_dev *dev)
{
	return dev->class->where == WHERE_PCI;
}

/* The machine's own line. */
static bool is_serial(const struct vm_dev *dev)
{
	return !is_virtio(dev) && !is_pci(dev);
}

/* Where QEMU has the line in the machine it wants no -device, so nothing of -device applies. */
static bool is_isa(const struct vm_dev *dev)
{
	return is_serial(dev) && dev_driver(dev);
}

static bool has_place(const struct vm_dev *dev)
{
	return !is_serial(dev);
}

#define FIELD(member) .field = offsetof(struct console, member)
static const struct prop console_props[] = {
	CHARDEV_ROWS(console, chardev, "", chardev_line_words),
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_ABI | PROP_PIN},
	{.name = "target-serial",
	 .kind = PROP_STRING,
	 FIELD(line_target),
	 .xml = "target/@type",
	 .when = is_serial},
	{.name = "target-pci",
	 .kind = PROP_CONST,
	 .text = "pci-serial",
	 .xml = "target/@type",
	 .when = is_pci},
	{.name = "target-virtio",
	 .kind = PROP_CONST,
	 .text = "virtio",
	 .xml = "target/@type",
	 .when = is_virtio},
	{.name = "target-port",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 FIELD(port),
	 .xml = "target/@port"},
	{.name = "target-model",
	 .kind = PROP_STRING,
	 FIELD(line_model),
	 .xml = "target/model/@name",
	 .when = is_serial},
	{.name = "model-pci",
	 .kind = PROP_CONST,
	 .text = "pci-serial",
	 .xml = "target/model/@name",
	 .when = is_pci},
	CHARDEV_LOG_ROWS(console, chardev, ""),
	{.name = "chardev", .kind = PROP_ALIAS, .text = "char%s", .qemu = "chardev"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "index",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 FIELD(port),
	 .qemu = "index",
	 .when = is_isa},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI, .when = is_pci},
	{.name = "place", .kind = PROP_ADDRESS, .when = has_place},
	{0},
};
#undef FIELD

static void console_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct console *console = dev->data;

	/* The slot, not the position: console2 stays ttyS2 when console1 goes. */
	console->port = dev->slot;
	console->line_target = vm->machine->serial->target;
	console->line_model = vm->machine->serial->model;
	chardev_prepare(dev);
}

static void console_back(const struct vm_dev *dev, struct emit *emit)
{
	const char *chardev = chardev_emit(dev, emit);

	if (is_serial(dev) && !dev_driver(dev))
		emit_text(emit, "-serial", arena_fmt(emit->arena, "chardev:%s", chardev), 0);
}

static void check_serial(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct machine_serial *serial = vm->machine->serial;

	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &console_family || !is_serial(dev) || dev->slot < serial->count)
			continue;
		struct err *err = dev_error(errs, dev, "model", check->name,
					    "serial port %u does not exist", dev->slot);

		err_why(err,
			"The machine %s has %u %s port%s, and the slot is the number of the port.",
			vm->machine->name, serial->count, serial->noun,
			serial->count == 1 ? "" : "s");
		err_fix(err, "Use a slot below %u, or the VIRTIO or PCI_SERIAL model.",
			serial->count);
	}
}

static const struct check console_checks[] = {
	{.name = "console-serial-port", .run = check_serial},
	CHARDEV_CHECKS,
	{0},
};

static const struct chardev_use console_chardev = {
	.field = offsetof(struct console, chardev),
	.device = "serial",
};

const struct dev_family console_family = {
	.name = "console",
	.sym = "CONSOLE",
	.max = 8,
	.size = sizeof(struct console),
	.rank = RANK_SERIAL,
	.xml = "console",
	.alias = "console%s",
	.classes = console_classes,
	.props = console_props,
	.checks = console_checks,
	.chardev = &console_chardev,
	.prepare = console_prepare,
	.back = console_back,
};
