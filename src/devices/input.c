/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.c - mice, keyboards and tablets on virtio or USB; a PC has a PS/2 mouse and keyboard in any
 * case.
 */
#include "devices/registry.h"

#include <string.h>

#include "model/vm.h"

struct input {
	const char *type, *bus; /* libvirt's */
};

static const struct dev_class input_classes[] = {
	{
		.name = "virtio-tablet",
		.sym = "VIRTIO_TABLET",
		.driver = "virtio-tablet-pci",
		.where = WHERE_VIRTIO,
	},
	{
		.name = "virtio-mouse",
		.sym = "VIRTIO_MOUSE",
		.driver = "virtio-mouse-pci",
		.where = WHERE_VIRTIO,
	},
	{
		.name = "virtio-keyboard",
		.sym = "VIRTIO_KEYBOARD",
		.driver = "virtio-keyboard-pci",
		.where = WHERE_VIRTIO,
	},
	{
		.name = "usb-tablet",
		.sym = "USB_TABLET",
		.driver = "usb-tablet",
		.on = CONTROLLER_USB,
	},
	{
		.name = "usb-mouse",
		.sym = "USB_MOUSE",
		.driver = "usb-mouse",
		.on = CONTROLLER_USB,
	},
	{
		.name = "usb-keyboard",
		.sym = "USB_KEYBOARD",
		.driver = "usb-kbd",
		.on = CONTROLLER_USB,
	},
	{0},
};

static bool is_pci(const struct vm_dev *dev)
{
	return dev->class->where != WHERE_NONE;
}

static bool is_usb(const struct vm_dev *dev)
{
	return dev->class->on == CONTROLLER_USB;
}

static const struct prop input_props[] = {
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_ABI | PROP_PIN},
	{.name = "type",
	 .kind = PROP_STRING,
	 .field = offsetof(struct input, type),
	 .xml = "@type"},
	{.name = "bus", .kind = PROP_STRING, .field = offsetof(struct input, bus), .xml = "@bus"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI, .when = is_pci},
	{.name = "usb-address", .sym = "USB_ADDRESS", .kind = PROP_PLACE, .when = is_usb},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

static void input_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct input *input = dev->data;

	(void)vm;
	input->bus = is_usb(dev) ? "usb" : "virtio";
	input->type = strchr(dev->class->name, '-') + 1;
}

const struct dev_family input_family = {
	.name = "input",
	.sym = "INPUT",
	.max = 8,
	.size = sizeof(struct input),
	.rank = RANK_INPUT,
	.xml = "input",
	.alias = "input%s",
	.classes = input_classes,
	.props = input_props,
	.prepare = input_prepare,
};
