/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.c - mice, keyboards and tablets on virtio, USB or PS/2, and those of the target.
 *
 * A PC has a PS/2 mouse and keyboard in any case, and libvirt adds them to a domain that does not say so.
 */
#include "devices/registry.h"

#include <string.h>

#include "model/check.h"
#include "model/machine.h"

struct input {
	const char *type, *bus; /* libvirt's */
	const char *path;
	bool repeat, grab_all;
	const struct prop_word *toggle;
};

#define CLASS_HOST CLASS_OWN

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
	/* Part of the machine; in the XML alone. */
	{.name = "ps2-mouse", .sym = "PS2_MOUSE", .flags = CLASS_IMPLICIT},
	{.name = "ps2-keyboard", .sym = "PS2_KEYBOARD", .flags = CLASS_IMPLICIT},
	/* The host's own device, which the guest sees as it is. */
	{
		.name = "virtio-passthrough",
		.sym = "VIRTIO_HOST",
		.driver = "virtio-input-host-pci",
		.where = WHERE_VIRTIO,
		.flags = CLASS_HOST,
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

static bool is_ps2(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_IMPLICIT;
}

static bool is_host(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_HOST;
}

static bool has_path(const struct vm_dev *dev)
{
	return is_evdev(dev) || is_host(dev);
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
	 .when = has_path},
	{.name = "read-from",
	 .kind = PROP_STRING,
	 .field = offsetof(struct input, path),
	 .xml = "source/@dev",
	 .option = "-object",
	 .qemu = "evdev",
	 .when = is_evdev},
	{.name = "passed",
	 .kind = PROP_STRING,
	 .field = offsetof(struct input, path),
	 .xml = "source/@evdev",
	 .qemu = "evdev",
	 .when = is_host},
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
	input->bus = is_usb(dev) ? "usb" : is_ps2(dev) ? "ps2" : "virtio";
	input->type = strchr(dev->class->name, '-') + 1;
}

static void check_machine(const struct check *check, const struct vm_dev *dev,
			  struct err_list *errs)
{
	const struct machine *machine = dev->vm->machine;

	if (machine->flags & MACHINE_PC)
		return;
	struct err *err = dev_error(errs, dev, "model", check->name, "machine %s has no PS/2 ports",
				    machine->name);

	err_why(err, "They are behind the keyboard controller of a PC.");
	err_fix(err, "Choose another model, such as %s_VIRTIO_TABLET.", dev_symbol(dev, "model"));
}

/* A keyboard controller has one port for each. */
static void check_ps2(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &input_family || !is_ps2(dev))
			continue;
		check_machine(check, dev, errs);
		const struct vm_dev *old;
		struct err *err = dev_second_error(errs, dev, check->name, &old);

		if (!err)
			continue;
		err_why(err, "%s is one, and a PC has one of each kind.", old->id);
		err_fix(err, "Choose another model, such as %s_USB_TABLET.",
			dev_symbol(dev, "model"));
	}
}

static const struct check input_checks[] = {
	{.name = "input-ps2", .run = check_ps2},
	{0},
};

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
	.checks = input_checks,
	.prepare = input_prepare,
};
