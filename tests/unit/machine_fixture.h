/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine_fixture.h - a small machine with families of the tests' own, one row of each kind.
 *
 * Used by test_argv.c and test_domain.c: what they assert must not move when a real family gains
 * a row.
 */
#ifndef KILN_TEST_MACHINE_FIXTURE_H
#define KILN_TEST_MACHINE_FIXTURE_H

#include <string.h>

#include "model/emit.h"
#include "model/machine.h"
#include "model/vm.h"
#include "qemu/caps.h"

/* ---- a controller, as devices/controller.c has it ---------------------------------------------- */

struct bus_data {
	uint64_t index, port;
};

static inline bool bus_is_plugged(const struct vm_dev *dev)
{
	return !(dev->class->flags & CLASS_IMPLICIT);
}

static const struct dev_class bus_classes[] = {
	{.name = "pcie-root", .flags = CLASS_IMPLICIT},
	{.name = "pcie-root-port", .driver = "pcie-root-port", .where = WHERE_BRIDGE},
	{0},
};

static const struct prop bus_props[] = {
	{.name = "type", .kind = PROP_CONST, .text = "pci", .xml = "@type"},
	{.name = "index",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 .field = offsetof(struct bus_data, index),
	 .xml = "@index"},
	{.name = "model", .kind = PROP_CLASS, .xml = "@model"},
	{.name = "port",
	 .kind = PROP_UINT,
	 .field = offsetof(struct bus_data, port),
	 .xml = "target/@port",
	 .qemu = "port",
	 .when = bus_is_plugged},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id", .when = bus_is_plugged},
	{.name = "place", .kind = PROP_ADDRESS, .when = bus_is_plugged},
	{0},
};

static inline void bus_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct bus_data *data = dev->data;

	(void)vm;
	data->index = dev->index;
	if (!bus_is_plugged(dev))
		dev->alias = "pcie.0";
}

static const struct dev_family bus_family = {
	.name = "pci",
	.sym = "PCI",
	.max = 256,
	.size = sizeof(struct bus_data),
	.flags = FAMILY_INTERNAL,
	.rank = RANK_PCI_CONTROLLER,
	.xml = "controller",
	.alias = "pci.%s",
	.classes = bus_classes,
	.props = bus_props,
	.prepare = bus_prepare,
};

/* ---- a device with a row of each kind ---------------------------------------------------------- */

struct widget {
	bool fast, hidden, gone;
	uint64_t count, zero;
	const char *label, *secret, *path;
	const struct prop_word *mode, *origin;
};

static const struct prop_word widget_modes[] = {
	{.sym = "SLOW", .xml = "slow", .qemu = "s"},
	{.sym = "QUICK", .xml = "quick"},
	{0},
};

/* Both are a file in XML: which one it is stands in the metadata. */
static const struct prop_word widget_origins[] = {
	{.sym = "FILE", .xml = "file"},
	{.sym = "PAYLOAD", .xml = "file"},
	{0},
};

static inline bool widget_is_gone(const struct vm_dev *dev)
{
	return ((const struct widget *)dev->data)->gone;
}

static const struct dev_class widget_classes[] = {
	{.name = "virtio", .driver = "virtio-rng-pci", .where = WHERE_VIRTIO},
	{0},
};

#define WIDGET(member) .field = offsetof(struct widget, member)
static const struct prop widget_props[] = {
	{.name = "origin",
	 .sym = "ORIGIN",
	 .kind = PROP_ENUM,
	 WIDGET(origin),
	 .words = widget_origins,
	 .xml = "source/@type"},
	{.name = "model", .kind = PROP_CONST, .text = "virtio", .xml = "@model", .qemu = "model"},
	{.name = "back", .kind = PROP_ALIAS, .text = "obj%s", .qemu = "rng"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "fast",
	 .sym = "FAST",
	 .kind = PROP_BOOL,
	 .flags = PROP_XML_ONOFF,
	 WIDGET(fast),
	 .xml = "driver/@fast",
	 .qemu = "fast"},
	{.name = "hidden", .sym = "HIDDEN", .kind = PROP_BOOL, WIDGET(hidden), .xml = "hidden"},
	{.name = "gone",
	 .kind = PROP_CONST,
	 .text = "no",
	 .xml = "gone",
	 .qemu = "gone",
	 .when = widget_is_gone},
	{.name = "count",
	 .sym = "COUNT",
	 .kind = PROP_UINT,
	 WIDGET(count),
	 .xml = "driver/@count",
	 .qemu = "count"},
	{.name = "zero",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 WIDGET(zero),
	 .xml = "driver/@zero",
	 .qemu = "zero"},
	{.name = "mode",
	 .sym = "MODE",
	 .kind = PROP_ENUM,
	 WIDGET(mode),
	 .words = widget_modes,
	 .xml = "mode",
	 .qemu = "mode"},
	{.name = "label",
	 .sym = "LABEL",
	 .kind = PROP_STRING,
	 WIDGET(label),
	 .xml = "label",
	 .qemu = "label"},
	{.name = "secret", .sym = "SECRET", .kind = PROP_STRING, WIDGET(secret)},
	{.name = "path", .sym = "PATH", .kind = PROP_STRING, .flags = PROP_SITE, WIDGET(path)},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

static inline void widget_back(const struct vm_dev *dev, struct emit *emit)
{
	struct node *object = emit_tree(emit, "-object", 0);

	node_add_string(emit->arena, object, "qom-type", "rng-builtin");
	node_add_string(emit->arena, object, "id", arena_fmt(emit->arena, "obj%s", dev->alias));
}

static const struct dev_family widget_family = {
	.name = "widget",
	.sym = "WIDGET",
	.max = 4,
	.size = sizeof(struct widget),
	.rank = RANK_RNG,
	.xml = "rng",
	.alias = "rng%s",
	.classes = widget_classes,
	.props = widget_props,
	.back = widget_back,
};

/* ---- a port of a virtio-serial controller; before the widget on the command line ---------------- */

static const struct dev_class port_classes[] = {
	{.name = "virtio", .driver = "virtconsole", .flags = CLASS_SERIAL_PORT},
	{0},
};

static const struct prop port_props[] = {
	{.name = "type", .kind = PROP_CONST, .text = "null", .xml = "@type"},
	{.name = "target", .kind = PROP_CONST, .text = "virtio", .xml = "target/@type"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

static const struct dev_family port_family = {
	.name = "console",
	.sym = "CONSOLE",
	.max = 4,
	.rank = RANK_NONE,
	.xml = "console",
	.alias = "console%s",
	.classes = port_classes,
	.props = port_props,
};

/* ---- the machine ------------------------------------------------------------------------------ */

static const struct prop fixture_guest_props[] = {
	{.name = "title", .sym = "VM_TITLE", .kind = PROP_STRING},
	{.name = "cmdline", .sym = "KERNEL_CMDLINE", .kind = PROP_STRING},
	{.name = "kernel", .sym = "KERNEL_PATH", .kind = PROP_STRING},
	{.name = "clock",
	 .kind = PROP_CONST,
	 .text = "utc",
	 .xml = "clock/@offset",
	 .option = "-rtc",
	 .qemu = "base"},
	{0},
};

static const struct dev_family fixture_guest_family = {
	.name = "guest", .sym = "", .props = fixture_guest_props};

static const struct prop_word fixture_words[] = {
	{.sym = "KVM"},
	{.sym = "TCG"},
	{.sym = "AUTO"},
	{.sym = "SEABIOS"},
	{.sym = "QBOOT", .xml = "/usr/share/qemu/qboot.rom", .qemu = "qboot.rom"},
	{.sym = "RESTART"},
	{.sym = "DESTROY"},
	{0},
};

static inline const struct prop_word *fixture_word(const char *sym)
{
	for (const struct prop_word *word = fixture_words; word->sym; word++) {
		if (strcmp(word->sym, sym) == 0)
			return word;
	}
	return NULL;
}

/** struct machine_fixture - zero-initialise, then fixture_build(). */
struct machine_fixture {
	struct arena arena;
	struct err_list errs;
	struct machine machine;
	struct board board;
	struct caps caps;
	struct vm vm;
	struct emit emit;
	struct vm_dev *widget, *port;
};

static const char fixture_caps_json[] = "feature device-json\nfeature netdev-json\n"
					"feature object-json\nversion 7.2.0\n";
static const char fixture_caps_old[] = "version 5.2.0\n";

static inline void fixture_devices(struct machine_fixture *fix)
{
	struct vm *vm = &fix->vm;

	(void)vm_add_controller(vm, &bus_family, &bus_classes[0], 0);
	struct vm_dev *root_port = vm_add_controller(vm, &bus_family, &bus_classes[1], 1);

	((struct bus_data *)root_port->data)->port = 16;
	root_port->added = true;
	root_port->addr.kind = ADDR_PCI;
	root_port->addr.pci.slot = 2;
	root_port->addr.multifunction = MULTI_ON;
	fix->widget = vm_add_dev(vm, &widget_family, 0, 0, 0);
	fix->port = vm_add_dev(vm, &port_family, 2, 0, 0);
	*(struct widget *)fix->widget->data = (struct widget){.fast = true,
							      .hidden = true,
							      .count = 3,
							      .label = "a,\"b",
							      .secret = "s",
							      .path = "/build/host/path",
							      .mode = &widget_modes[0],
							      .origin = &widget_origins[1]};
	fix->widget->addr.kind = ADDR_PCI;
	fix->widget->addr.pci = (struct pci_addr){.bus = 1, .slot = 0x1f, .function = 7};
	fix->port->addr.kind = ADDR_VIRTIO_SERIAL;
	fix->port->addr.serial.port = 3;
}

static inline void fixture_build(struct machine_fixture *fix, const char *caps)
{
	static const struct dev_family *const families[] = {&port_family, &widget_family, NULL};
	struct vm *vm = &fix->vm;
	struct err err;

	fix->errs.arena = &fix->arena;
	assert_int_equal(caps_parse(&fix->arena, "c", caps, strlen(caps), &fix->caps, &err), 0);
	fix->machine = (struct machine){
		.name = "q35", .ram_id = "pc.ram", .flags = MACHINE_APIC | MACHINE_DIES};
	fix->board = (struct board){.name = "test",
				    .guest_arch = "x86_64",
				    .qemu = "/usr/bin/qemu-system-x86_64",
				    .layout_algorithm = "libvirt-9",
				    .caps = &fix->caps};
	*vm = (struct vm){.arena = &fix->arena,
			  .board = &fix->board,
			  .machine = &fix->machine,
			  .families = families};
	vm->guest = (struct guest){.name = "vm1",
				   .machine_type = "pc-q35-7.2",
				   .accel = fixture_word("TCG"),
				   .cpu_model = "qemu64",
				   .cpu_migratable = true,
				   .memory_mib = 128,
				   .sockets = 1,
				   .cores = 2,
				   .threads = 1,
				   .firmware = fixture_word("SEABIOS"),
				   .payload_prefix = "/var/lib/kiln",
				   .on_reboot = fixture_word("RESTART")};
	vm->guest_dev = arena_alloc(&fix->arena, sizeof(*vm->guest_dev));
	vm->guest_dev->family = &fixture_guest_family;
	vm->guest_dev->id = "guest";
	vm->guest_dev->vm = vm;
	vm->guest_dev->data = &vm->guest;
	fixture_devices(fix);
	vm_assign_aliases(vm);
	fix->emit = (struct emit){.arena = &fix->arena, .vm = vm, .errs = &fix->errs};
}

#endif
