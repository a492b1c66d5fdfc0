/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * controller.c - PCI controllers, which are configured or added, and virtio-serial ones, likewise.
 *
 * Facts only. What a PCI controller plugs into and accepts is layout/pci_models.c's.
 */
#include "model/controller.h"

#include <string.h>

#include "base/num.h"
#include "model/check.h"
#include "model/vm.h"

/*
 * A model that two QEMU devices can be stands twice; the first is what Kiln adds by itself. Roots
 * belong to the machine and have no symbol.
 */
static const struct dev_class pci_classes[] = {
	{
		.name = "pcie-root-port",
		.sym = "PCIE_ROOT_PORT",
		.driver = "pcie-root-port",
		.where = WHERE_BRIDGE,
	},
	{
		.name = "pcie-root-port",
		.sym = "IOH3420",
		.driver = "ioh3420",
		.where = WHERE_BRIDGE,
	},
	{
		.name = "pcie-switch-upstream-port",
		.sym = "PCIE_SWITCH_UPSTREAM_PORT",
		.driver = "x3130-upstream",
		.where = WHERE_BRIDGE,
	},
	{
		.name = "pcie-switch-downstream-port",
		.sym = "PCIE_SWITCH_DOWNSTREAM_PORT",
		.driver = "xio3130-downstream",
		.where = WHERE_BRIDGE,
	},
	{
		.name = "pcie-to-pci-bridge",
		.sym = "PCIE_TO_PCI_BRIDGE",
		.driver = "pcie-pci-bridge",
		.where = WHERE_BRIDGE,
	},
	{
		.name = "dmi-to-pci-bridge",
		.sym = "DMI_TO_PCI_BRIDGE",
		.driver = "i82801b11-bridge",
		.where = WHERE_BRIDGE,
	},
	{
		.name = "pcie-expander-bus",
		.sym = "PCIE_EXPANDER_BUS",
		.driver = "pxb-pcie",
		.where = WHERE_BRIDGE,
	},
	{
		.name = "pci-bridge",
		.sym = "PCI_BRIDGE",
		.driver = "pci-bridge",
		.where = WHERE_BRIDGE,
	},
	{
		.name = "pci-expander-bus",
		.sym = "PCI_EXPANDER_BUS",
		.driver = "pxb",
		.where = WHERE_BRIDGE,
	},
	{.name = "pci-root", .where = WHERE_NONE, .flags = CLASS_IMPLICIT},
	{.name = "pcie-root", .where = WHERE_NONE, .flags = CLASS_IMPLICIT},
	{.name = NULL},
};

static const struct prop_word hotplug_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "ON", .xml = "on"},
	{.sym = "OFF", .xml = "off"},
	{0},
};

const char *controller_index(const struct vm_dev *dev)
{
	return arena_fmt(dev->vm->arena, "%u", dev->index);
}

static bool is_class(const struct vm_dev *dev, const char *name)
{
	return strcmp(dev->class->name, name) == 0;
}

static bool is_plugged(const struct vm_dev *dev)
{
	return !(dev->class->flags & CLASS_IMPLICIT);
}

static bool is_bridge(const struct vm_dev *dev)
{
	return is_class(dev, "pci-bridge");
}

static bool is_port(const struct vm_dev *dev)
{
	return is_class(dev, "pcie-root-port") || is_class(dev, "pcie-switch-downstream-port");
}

static bool is_expander(const struct vm_dev *dev)
{
	return is_class(dev, "pci-expander-bus") || is_class(dev, "pcie-expander-bus");
}

static const struct controller_pci *pci_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool is_pci_root(const struct vm_dev *dev)
{
	return is_class(dev, "pci-root");
}

static bool says_hotplug(const struct vm_dev *dev)
{
	const struct prop_word *word = pci_of(dev)->hotplug_word;

	return is_port(dev) && word && word->xml;
}

static bool has_node(const struct vm_dev *dev)
{
	return is_expander(dev) && pci_of(dev)->node;
}

/* Order of the qemu column: libvirt writes port and chassis before the id, and hotplug behind it. */
#define FIELD(member) .field = offsetof(struct controller_pci, member)
static const struct prop pci_props[] = {
	{.name = "type", .kind = PROP_CONST, .xml = "@type", .text = "pci"},
	{.name = "index",
	 .sym = "INDEX",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS | PROP_ABI,
	 FIELD(index),
	 .xml = "@index",
	 .max = 255},
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_ABI, .xml = "@model"},
	{.name = "model-name",
	 .kind = PROP_STRING,
	 FIELD(model_name),
	 .xml = "model/@name",
	 .when = is_plugged},
	{.name = "chassis-nr",
	 .sym = "CHASSIS_NR",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS | PROP_ABI,
	 FIELD(chassis_nr),
	 .xml = "target/@chassisNr",
	 .qemu = "chassis_nr",
	 .max = 255,
	 .when = is_bridge},
	{.name = "bus-nr",
	 .sym = "BUS_NR",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS | PROP_ABI,
	 FIELD(bus_nr),
	 .xml = "target/@busNr",
	 .qemu = "bus_nr",
	 .max = 254,
	 .when = is_expander},
	{.name = "node",
	 .sym = "NODE",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI,
	 FIELD(node),
	 .xml = "target/node",
	 .when = is_expander},
	{.name = "port",
	 .sym = "PORT",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS | PROP_ABI,
	 FIELD(port),
	 .xml = "target/@port",
	 .qemu = "port",
	 .max = 255,
	 .when = is_port},
	{.name = "chassis",
	 .sym = "CHASSIS",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS | PROP_ABI,
	 FIELD(chassis),
	 .xml = "target/@chassis",
	 .qemu = "chassis",
	 .max = 255,
	 .when = is_port},
	{.name = "hotplug",
	 .sym = "HOTPLUG",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(hotplug_word),
	 .words = hotplug_words,
	 .xml = "target/@hotplug",
	 .when = is_port},
	{.name = "root-hotplug",
	 .kind = PROP_ENUM,
	 FIELD(hotplug_word),
	 .words = hotplug_words,
	 .xml = "target/@hotplug",
	 .when = is_pci_root},
	{.name = "id", .kind = PROP_ALIAS, .qemu = "id", .text = "%s", .when = is_plugged},
	{.name = "hotplug-switch",
	 .kind = PROP_BOOL,
	 .flags = PROP_ALWAYS,
	 FIELD(hotplug),
	 .qemu = "hotplug",
	 .when = says_hotplug},
	{.name = "numa-node",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 FIELD(numa_node),
	 .qemu = "numa_node",
	 .when = has_node},
	{.name = "pci-address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "address", .kind = PROP_ADDRESS, .when = is_plugged},
	{.name = NULL},
};
#undef FIELD

/* The number of a cell that the guest has. */
static bool take_node(const struct vm_dev *dev, uint64_t *ret_node)
{
	const char *text = pci_of(dev)->node;
	uint64_t cells = dev->vm->guest.numa_cells;

	return cells && num_parse_n(text, strlen(text), 0, cells - 1, ret_node) == 0;
}

/* QEMU ends with "Illegal numa node" at a cell that is not there. */
static void check_node(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	uint64_t cells = vm->guest.numa_cells, node;

	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family != &controller_pci_family || !has_node(dev) ||
		    take_node(dev, &node))
			continue;
		struct err *err = dev_error(errs, dev, "node", check->name,
					    "the guest has no NUMA cell \"%s\"", pci_of(dev)->node);

		if (cells)
			err_why(err, "It has %llu, and they are counted from 0.",
				(unsigned long long)cells);
		else
			err_why(err, "It has none at all: CONFIG_NUMA_COUNT is 0.");
		err_fix(err, "Name another cell, clear %s, or add cells.", dev_symbol(dev, "node"));
	}
}

static const struct check pci_checks[] = {
	{.name = "pci-node", .run = check_node},
	{0},
};

static void prepare_pci(struct vm *vm, struct vm_dev *dev)
{
	struct controller_pci *data = dev->data;

	data->index = dev->index;
	data->model_name = dev->class->driver;
	/* One that is not there is check_node()'s. */
	if (has_node(dev))
		(void)!take_node(dev, &data->numa_node);
	/* A symbol of the machine, whose power management does it. */
	if (is_pci_root(dev))
		data->hotplug_word = vm->guest.root_hotplug;
	if (!data->hotplug_word)
		data->hotplug_word = hotplug_words;
	/* For libvirt's layout the root has hot-plug also where it is off. */
	data->hotplug = is_pci_root(dev) || !prop_word_is(data->hotplug_word, "OFF");
	/* The one built-in name that is not "pci.N". */
	if (is_class(dev, "pcie-root"))
		dev->alias = "pcie.0";
}

const struct dev_family controller_pci_family = {
	.name = "pci",
	.sym = "PCI",
	.max = 64,
	.size = sizeof(struct controller_pci),
	.flags = FAMILY_CONTROLLER,
	.rank = RANK_PCI_CONTROLLER,
	.controller = CONTROLLER_PCI,
	.xml = "controller",
	.alias = "pci.%s",
	.classes = pci_classes,
	.props = pci_props,
	.checks = pci_checks,
	.prepare = prepare_pci,
};

static const struct dev_class serial_classes[] = {
	VIRTIO_CLASSES("virtio", "VIRTIO", "virtio-serial", 0, NULL),
	{.name = NULL},
};

static const struct prop serial_props[] = {
	CONTROLLER_HEAD("virtio-serial"),
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_ABI | PROP_PIN},
	{.name = "shown-model",
	 .kind = PROP_STRING,
	 .field = offsetof(struct controller_serial, shown_model),
	 .xml = "@model"},
	{.name = "id", .kind = PROP_ALIAS, .qemu = "id", .text = "%s"},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{.name = NULL},
};

static void prepare_serial(struct vm *vm, struct vm_dev *dev)
{
	struct controller_serial *data = dev->data;

	(void)vm;
	/* No word at all is the plain model. */
	if (dev->class != serial_classes)
		data->shown_model = dev->class->name;
}

const struct dev_family controller_virtio_serial_family = {
	.name = "virtio-serial",
	.sym = "VIRTIO_SERIAL",
	.max = 4,
	.size = sizeof(struct controller_serial),
	.rank = RANK_CONTROLLER,
	.controller = CONTROLLER_VIRTIO_SERIAL,
	.xml = "controller",
	.alias = "virtio-serial%s",
	.classes = serial_classes,
	.props = serial_props,
	.prepare = prepare_serial,
};
