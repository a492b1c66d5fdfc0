/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * controller.c - the controllers that Kiln adds: PCI buses and virtio-serial.
 *
 * Facts only. What a PCI controller plugs into and accepts is layout/pci_models.c's.
 */
#include "model/controller.h"

#include <string.h>

#include "model/vm.h"

static const struct dev_class pci_classes[] = {
	{.name = "pci-root", .where = WHERE_NONE, .flags = CLASS_IMPLICIT},
	{.name = "pcie-root", .where = WHERE_NONE, .flags = CLASS_IMPLICIT},
	{.name = "pci-bridge", .driver = "pci-bridge", .where = WHERE_BRIDGE},
	{.name = "dmi-to-pci-bridge", .driver = "i82801b11-bridge", .where = WHERE_BRIDGE},
	{.name = "pcie-to-pci-bridge", .driver = "pcie-pci-bridge", .where = WHERE_BRIDGE},
	{.name = "pcie-root-port", .driver = "pcie-root-port", .where = WHERE_BRIDGE},
	{.name = "pcie-switch-upstream-port", .driver = "x3130-upstream", .where = WHERE_BRIDGE},
	{.name = "pcie-switch-downstream-port",
	 .driver = "xio3130-downstream",
	 .where = WHERE_BRIDGE},
	{.name = "pci-expander-bus", .driver = "pxb", .where = WHERE_BRIDGE},
	{.name = "pcie-expander-bus", .driver = "pxb-pcie", .where = WHERE_BRIDGE},
	{.name = NULL},
};

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

/* Order of the qemu column: libvirt writes port before chassis and both before the id. */
static const struct prop pci_props[] = {
	{.name = "type", .kind = PROP_CONST, .xml = "@type", .text = "pci"},
	{.name = "index",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 .field = offsetof(struct controller_pci, index),
	 .xml = "@index"},
	{.name = "model", .kind = PROP_CLASS, .xml = "@model"},
	{.name = "model-name",
	 .kind = PROP_STRING,
	 .field = offsetof(struct controller_pci, model_name),
	 .xml = "model/@name",
	 .when = is_plugged},
	{.name = "chassis-nr",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS | PROP_ABI,
	 .field = offsetof(struct controller_pci, chassis_nr),
	 .xml = "target/@chassisNr",
	 .qemu = "chassis_nr",
	 .when = is_bridge},
	{.name = "bus-nr",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS | PROP_ABI,
	 .field = offsetof(struct controller_pci, bus_nr),
	 .xml = "target/@busNr",
	 .qemu = "bus_nr",
	 .when = is_expander},
	{.name = "port",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS | PROP_ABI,
	 .field = offsetof(struct controller_pci, port),
	 .xml = "target/@port",
	 .qemu = "port",
	 .when = is_port},
	{.name = "chassis",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS | PROP_ABI,
	 .field = offsetof(struct controller_pci, chassis),
	 .xml = "target/@chassis",
	 .qemu = "chassis",
	 .when = is_port},
	{.name = "id", .kind = PROP_ALIAS, .qemu = "id", .text = "%s", .when = is_plugged},
	{.name = "address", .kind = PROP_ADDRESS, .when = is_plugged},
	{.name = NULL},
};

static void prepare_pci(struct vm *vm, struct vm_dev *dev)
{
	struct controller_pci *data = dev->data;

	(void)vm;
	data->index = dev->index;
	data->model_name = dev->class->driver;
	/* The one built-in name that is not "pci.N". */
	if (is_class(dev, "pcie-root"))
		dev->alias = "pcie.0";
}

const struct dev_family controller_pci_family = {
	.name = "pci",
	.sym = "PCI",
	.max = 256,
	.size = sizeof(struct controller_pci),
	.flags = FAMILY_INTERNAL,
	.rank = RANK_PCI_CONTROLLER,
	.controller = CONTROLLER_PCI,
	.xml = "controller",
	.alias = "pci.%s",
	.classes = pci_classes,
	.props = pci_props,
	.prepare = prepare_pci,
};

static const struct dev_class serial_classes[] = {
	{.name = "virtio", .driver = "virtio-serial-pci", .where = WHERE_VIRTIO},
	{.name = NULL},
};

/* libvirt knows no word for the plain model: no model attribute at all is the plain one. */
static const struct prop serial_props[] = {
	{.name = "type", .kind = PROP_CONST, .xml = "@type", .text = "virtio-serial"},
	{.name = "index",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 .field = offsetof(struct controller_serial, index),
	 .xml = "@index"},
	{.name = "id", .kind = PROP_ALIAS, .qemu = "id", .text = "%s"},
	{.name = "address", .kind = PROP_ADDRESS},
	{.name = NULL},
};

static void prepare_serial(struct vm *vm, struct vm_dev *dev)
{
	struct controller_serial *data = dev->data;

	(void)vm;
	data->index = dev->index;
}

const struct dev_family controller_virtio_serial_family = {
	.name = "virtio-serial",
	.sym = "VIRTIO_SERIAL",
	.max = 16,
	.size = sizeof(struct controller_serial),
	.flags = FAMILY_INTERNAL,
	.rank = RANK_CONTROLLER,
	.controller = CONTROLLER_VIRTIO_SERIAL,
	.xml = "controller",
	.alias = "virtio-serial%s",
	.classes = serial_classes,
	.props = serial_props,
	.prepare = prepare_serial,
};
