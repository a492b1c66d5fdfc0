/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console.c - consoles: an ISA or PCI serial port, or a port of a virtio-serial controller.
 *
 * In: rows CONSOLEn_*. Out: -chardev and, for a socket or a file, the operation that opens it: the
 * loader makes what stays on the host, QEMU gets descriptors.
 */
#include "devices/registry.h"

#include <string.h>

#include "image/image.h"
#include "model/check.h"
#include "model/emit.h"
#include "model/machine.h"

struct console {
	const struct prop_word *backend;
	const char *path;
	const char *shown_path; /* path in XML */
	uint64_t port; /* number that XML and isa-serial show */
	const char *line_target, *line_model; /* libvirt's words for the machine's serial line */
};

static const struct prop_word backend_words[] = {
	{.sym = "STDIO", .xml = "stdio", .qemu = "stdio"},
	{.sym = "PTY", .xml = "pty", .qemu = "pty"},
	{.sym = "FILE", .xml = "file", .qemu = "file"},
	{.sym = "UNIX", .xml = "unix", .qemu = "socket"},
	{.sym = "NULL", .xml = "null", .qemu = "null"},
	{0},
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

static const struct console *console_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool backend_is(const struct vm_dev *dev, const char *sym)
{
	return prop_word_is(console_of(dev)->backend, sym);
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

static bool is_file(const struct vm_dev *dev)
{
	return backend_is(dev, "FILE");
}

static bool is_unix(const struct vm_dev *dev)
{
	return backend_is(dev, "UNIX");
}

#define FIELD(member) .field = offsetof(struct console, member)
static const struct prop console_props[] = {
	{.name = "backend",
	 .sym = "BACKEND",
	 .kind = PROP_ENUM,
	 FIELD(backend),
	 .words = backend_words,
	 .xml = "@type"},
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_ABI | PROP_PIN},
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(path),
	 .site = SITE_PATH,
	 .when = is_file},
	{.name = "socket-mode",
	 .kind = PROP_CONST,
	 .text = "bind",
	 .xml = "source/@mode",
	 .when = is_unix},
	{.name = "source-path", .kind = PROP_STRING, FIELD(shown_path), .xml = "source/@path"},
	{.name = "source-append",
	 .kind = PROP_CONST,
	 .text = "on",
	 .xml = "source/@append",
	 .when = is_file},
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
	if (is_file(dev))
		console->shown_path = console->path;
	if (is_unix(dev))
		console->shown_path =
			arena_fmt(vm->arena, "/run/kiln/%s/%s", vm->guest.name, dev->id);
}

static const char *unix_text(const struct vm_dev *dev, struct emit *emit)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_MONITOR;
	op.monitor.name = dev->id;
	return arena_fmt(emit->arena, "socket,id=char%s,fd=%s,server=on,wait=off", dev->alias,
			 emit_mark(emit, FIX_FD, emit_op(emit, &op), 0, ""));
}

static const char *file_text(const struct vm_dev *dev, struct emit *emit)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_FILE;
	op.file.owner = dev->id;
	op.file.path = emit_site_value(emit, dev, "path");
	op.file.flags = FILE_APPEND;
	uint32_t fd = emit_op(emit, &op);
	const char *number = emit_mark(emit, FIX_FD, fd, 0, "");

	emit_text(emit, "-add-fd", arena_fmt(emit->arena, "fd=%s,set=%s", number, number),
		  ARG_LOADER_ONLY);
	/* Without append=on QEMU wants a descriptor of another access mode (qemu-facts.md 1). */
	return arena_fmt(emit->arena, "file,id=char%s,path=%s,append=on", dev->alias,
			 emit_mark(emit, FIX_FDSET_PATH, fd, 0, ""));
}

static void add_chardev(const struct vm_dev *dev, struct emit *emit)
{
	const char *text;

	if (is_unix(dev)) {
		text = unix_text(dev, emit);
		emit_text(emit, "-chardev", text, ARG_LOADER_ONLY);
		/* A shell cannot hand over a listening socket. */
		emit_text(emit, "-chardev", arena_fmt(emit->arena, "null,id=char%s", dev->alias),
			  ARG_SHELL_ONLY);
		return;
	}
	if (is_file(dev)) {
		if (!console_of(dev)->path)
			return;
		text = file_text(dev, emit);
	} else {
		text = arena_fmt(emit->arena, "%s,id=char%s%s", console_of(dev)->backend->qemu,
				 dev->alias, backend_is(dev, "STDIO") ? ",signal=off" : "");
	}
	emit_text(emit, "-chardev", text, 0);
}

static void console_back(const struct vm_dev *dev, struct emit *emit)
{
	add_chardev(dev, emit);
	if (is_serial(dev) && !dev_driver(dev))
		emit_text(emit, "-serial", arena_fmt(emit->arena, "chardev:char%s", dev->alias), 0);
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

static void check_stdio(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *first = NULL;

	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &console_family || !backend_is(dev, "STDIO"))
			continue;
		if (!first) {
			first = dev;
			continue;
		}
		struct place other = dev_place(first, "backend");
		struct err *err = dev_error(errs, dev, "backend", check->name,
					    "two consoles are on the terminal");

		err_also(err, other.file, other.line);
		err_why(err, "%s has back end STDIO too, and QEMU has one standard input.",
			first->id);
		err_fix(err, "Choose %s_UNIX or another back end.", dev_symbol(dev, "backend"));
	}
}

static const struct check console_checks[] = {
	{.name = "console-serial-port", .run = check_serial},
	{.name = "console-stdio-once", .run = check_stdio},
	{0},
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
	.prepare = console_prepare,
	.back = console_back,
};
