/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console.c - consoles: a serial line on ISA, PCI or USB, the port to which firmware writes its
 * messages, or a port of a virtio-serial controller.
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
	const char *target, *model; /* libvirt's words for a serial line */
	uint64_t iobase;
	const char *shown_iobase;
};

#define CONSOLE_DEBUG (CLASS_OWN << 0) /* a port that firmware writes to, and nothing reads */

/* What libvirt calls a serial line; the family's own words are those of a console. */
#define SERIAL .xml = "serial", .alias = "serial%s"

static const struct dev_class console_classes[] = {
	{
		.name = "serial",
		.sym = "SERIAL",
		.where = WHERE_NONE,
		.flags = CLASS_LINE,
		SERIAL,
	},
	{
		.name = "pci-serial",
		.sym = "PCI_SERIAL",
		.driver = "pci-serial",
		.where = WHERE_PCI,
		SERIAL,
	},
	{
		.name = "usb-serial",
		.sym = "USB_SERIAL",
		.driver = "usb-serial",
		.on = CONTROLLER_USB,
		SERIAL,
	},
	{
		.name = "isa-debugcon",
		.sym = "DEBUGCON",
		.driver = "isa-debugcon",
		.where = WHERE_NONE,
		.flags = CONSOLE_DEBUG,
		SERIAL,
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

static const struct console *console_of(const struct vm_dev *dev)
{
	return dev->data;
}

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
	return dev->class->flags & CLASS_LINE;
}

static bool is_usb(const struct vm_dev *dev)
{
	return dev->class->on == CONTROLLER_USB;
}

static bool is_debug(const struct vm_dev *dev)
{
	return dev->class->flags & CONSOLE_DEBUG;
}

/* Where QEMU has the line in the machine it wants no -device, so nothing of -device applies. */
static bool is_isa(const struct vm_dev *dev)
{
	return is_serial(dev) && dev_driver(dev);
}

static bool has_place(const struct vm_dev *dev)
{
	return is_virtio(dev) || is_pci(dev) || is_usb(dev);
}

#define FIELD(member) .field = offsetof(struct console, member)
static const struct prop console_props[] = {
	CHARDEV_ROWS(console, chardev, "", chardev_line_words),
	CHARDEV_FILE_ROWS(console, chardev, ""),
	CHARDEV_UDP_ROWS(console, chardev, ""),
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_ABI | PROP_PIN},
	{.name = "target", .kind = PROP_STRING, FIELD(target), .xml = "target/@type"},
	{.name = "target-port",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 FIELD(port),
	 .xml = "target/@port"},
	{.name = "target-model", .kind = PROP_STRING, FIELD(model), .xml = "target/model/@name"},
	CHARDEV_LOG_ROWS(console, chardev, ""),
	CHARDEV_ID_ROWS,
	{.name = "index",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 FIELD(port),
	 .qemu = "index",
	 .when = is_isa},
	{.name = "iobase-type",
	 .kind = PROP_CONST,
	 .text = "isa",
	 .xml = "address/@type",
	 .when = is_debug},
	{.name = "iobase-hex",
	 .kind = PROP_STRING,
	 FIELD(shown_iobase),
	 .xml = "address/@iobase",
	 .when = is_debug},
	{.name = "iobase",
	 .sym = "IOBASE",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS | PROP_ABI | PROP_PIN,
	 FIELD(iobase),
	 .qemu = "iobase",
	 .min = 1,
	 .max = 0xffff,
	 .when = is_debug},
	{.name = "usb-address", .sym = "USB_ADDRESS", .kind = PROP_PLACE, .when = is_usb},
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
	console->target = console->model = dev->class->name;
	if (is_serial(dev)) {
		console->target = vm->machine->serial->target;
		console->model = vm->machine->serial->model;
	} else if (is_debug(dev)) {
		console->target = "isa-debug";
		console->shown_iobase = arena_fmt(vm->arena, "0x%x", (unsigned)console->iobase);
	} else if (is_virtio(dev)) {
		console->model = NULL;
	}
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

static const struct vm_dev *debug_at(const struct vm_dev *before, uint64_t iobase)
{
	vm_for_each_dev(dev, before->vm->devs) {
		if (dev == before)
			break;
		if (dev->family == &console_family && is_debug(dev) &&
		    console_of(dev)->iobase == iobase)
			return dev;
	}
	return NULL;
}

/* Two at one port: QEMU takes both and the second hears nothing. */
static void check_iobase(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &console_family || !is_debug(dev))
			continue;
		uint64_t iobase = console_of(dev)->iobase;
		const struct vm_dev *old = debug_at(dev, iobase);

		if (!old)
			continue;
		struct place other = dev_place(old, "iobase");
		struct err *err = dev_error(errs, dev, "iobase", check->name,
					    "I/O port 0x%x is taken twice", (unsigned)iobase);

		err_also(err, other.file, other.line);
		err_why(err, "%s is there too, and a port has one device behind it.", old->id);
		err_fix(err, "Give %s another port.", dev_symbol(dev, "iobase"));
	}
}

static const struct check console_checks[] = {
	{.name = "console-serial-port", .run = check_serial},
	{.name = "console-iobase", .run = check_iobase},
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
