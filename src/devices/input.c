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
	const char *path;
	bool repeat, grab_all;
	const struct prop_word *toggle;
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
	/* The host's own device, which QEMU reads; keys and buttons go to every input of the guest. */
	{.name = "evdev", .sym = "EVDEV", .driver = "input-linux", .flags = CLASS_OBJECT},
	{0},
};

static bool is_evdev(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_OBJECT;
}

static bool is_pci(const struct vm_dev *dev)
{
	return dev->class->where != WHERE_NONE;
}

static bool is_usb(const struct vm_dev *dev)
{
	return dev->class->on == CONTROLLER_USB;
}

static bool grabs_all(const struct vm_dev *dev)
{
	const struct input *input = dev->data;

	return is_evdev(dev) && input->grab_all;
}

static const struct prop_word toggle_words[] = {
	{.sym = "CTRL_CTRL", .xml = "ctrl-ctrl", .qemu = "ctrl-ctrl"},
	{.sym = "ALT_ALT", .xml = "alt-alt", .qemu = "alt-alt"},
	{.sym = "SHIFT_SHIFT", .xml = "shift-shift", .qemu = "shift-shift"},
	{.sym = "META_META", .xml = "meta-meta", .qemu = "meta-meta"},
	{.sym = "SCROLLLOCK", .xml = "scrolllock", .qemu = "scrolllock"},
	{.sym = "CTRL_SCROLLLOCK", .xml = "ctrl-scrolllock", .qemu = "ctrl-scrolllock"},
	{0},
};

static const struct prop input_props[] = {
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_ABI | PROP_PIN},
	{.name = "type",
	 .kind = PROP_STRING,
	 .field = offsetof(struct input, type),
	 .xml = "@type"},
	{.name = "bus", .kind = PROP_STRING, .field = offsetof(struct input, bus), .xml = "@bus"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(PATH),
	 .field = offsetof(struct input, path),
	 .xml = "source/@dev",
	 .option = "-object",
	 .qemu = "evdev",
	 .when = is_evdev},
	{.name = "repeat",
	 .sym = "REPEAT_KEYS",
	 .kind = PROP_BOOL,
	 .flags = PROP_XML_ONOFF,
	 .field = offsetof(struct input, repeat),
	 .xml = "source/@repeat",
	 .option = "-object",
	 .qemu = "repeat",
	 .when = is_evdev},
	{.name = "grab-all",
	 .sym = "GRAB_ALL",
	 .kind = PROP_BOOL,
	 .field = offsetof(struct input, grab_all),
	 .option = "-object",
	 .qemu = "grab_all",
	 .when = is_evdev},
	{.name = "grab",
	 .kind = PROP_CONST,
	 .text = "all",
	 .xml = "source/@grab",
	 .when = grabs_all},
	{.name = "toggle",
	 .sym = "TOGGLE",
	 .kind = PROP_ENUM,
	 .field = offsetof(struct input, toggle),
	 .words = toggle_words,
	 .xml = "source/@grabToggle",
	 .option = "-object",
	 .qemu = "grab-toggle",
	 .when = is_evdev},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI, .when = is_pci},
	{.name = "usb-address", .sym = "USB_ADDRESS", .kind = PROP_PLACE, .when = is_usb},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

static void input_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct input *input = dev->data;

	(void)vm;
	if (is_evdev(dev)) {
		input->type = dev->class->name;
		return;
	}
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
