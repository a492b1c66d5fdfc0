/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usb.c - USB controllers: the slot is libvirt's index.
 *
 * In: rows USBn_*. The ICH9 set is one choice and four PCI functions: EHCI for fast devices and
 * three UHCI companions that take over each pair of its ports for slow ones.
 */
#include "devices/registry.h"

#include <string.h>

#include "model/check.h"
#include "model/controller.h"
#include "model/machine.h"

struct usb {
	uint64_t ports;
	uint64_t first_port; /* of a companion: first port of the master that it takes over */
	const char *master_bus; /* "usb.0" */
};

static unsigned ports_xhci(const struct vm_dev *dev)
{
	const struct usb *usb = dev->data;

	return usb->ports ? (unsigned)usb->ports : 4;
}

static unsigned ports_uhci(const struct vm_dev *dev)
{
	(void)dev;
	return 2;
}

static unsigned ports_ehci(const struct vm_dev *dev)
{
	(void)dev;
	return 6;
}

static unsigned ports_ohci(const struct vm_dev *dev)
{
	(void)dev;
	return 3;
}

static const struct dev_offer offer_xhci = {.type = CONTROLLER_USB, .ports = ports_xhci};
static const struct dev_offer offer_uhci = {.type = CONTROLLER_USB, .ports = ports_uhci};
static const struct dev_offer offer_ohci = {.type = CONTROLLER_USB, .ports = ports_ohci};
static const struct dev_offer offer_ehci = {.type = CONTROLLER_USB, .ports = ports_ehci};

static const struct dev_class usb_classes[] = {
	{
		.name = "qemu-xhci",
		.sym = "QEMU_XHCI",
		.driver = "qemu-xhci",
		.where = WHERE_PCIE,
		.offer = &offer_xhci,
	},
	{
		.name = "nec-xhci",
		.sym = "NEC_XHCI",
		.driver = "nec-usb-xhci",
		.where = WHERE_PCIE,
		.offer = &offer_xhci,
	},
	{
		.name = "piix3-uhci",
		.sym = "PIIX3_UHCI",
		.driver = "piix3-usb-uhci",
		.where = WHERE_PCI,
		.offer = &offer_uhci,
	},
	{
		.name = "piix4-uhci",
		.sym = "PIIX4_UHCI",
		.driver = "piix4-usb-uhci",
		.where = WHERE_PCI,
		.offer = &offer_uhci,
	},
	{
		.name = "pci-ohci",
		.sym = "PCI_OHCI",
		.driver = "pci-ohci",
		.where = WHERE_PCI,
		.offer = &offer_ohci,
	},
	{
		.name = "ehci",
		.sym = "EHCI",
		.driver = "usb-ehci",
		.where = WHERE_PCI,
		.offer = &offer_ehci,
	},
	{
		.name = "ich9-ehci1",
		.sym = "ICH9",
		.driver = "ich9-usb-ehci1",
		.where = WHERE_PCI,
		.flags = CLASS_SET_MASTER,
		.function = 7,
		.offer = &offer_ehci,
	},
	{
		.name = "ich9-uhci1",
		.driver = "ich9-usb-uhci1",
		.where = WHERE_PCI,
		.flags = CLASS_SET_COMPANION,
		.function = 0,
	},
	{
		.name = "ich9-uhci2",
		.driver = "ich9-usb-uhci2",
		.where = WHERE_PCI,
		.flags = CLASS_SET_COMPANION,
		.function = 1,
	},
	{
		.name = "ich9-uhci3",
		.driver = "ich9-usb-uhci3",
		.where = WHERE_PCI,
		.flags = CLASS_SET_COMPANION,
		.function = 2,
	},
	{0},
};

static bool is_companion(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_SET_COMPANION;
}

static bool is_master(const struct vm_dev *dev)
{
	return !is_companion(dev);
}

static bool is_set(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_SET_MASTER;
}

static bool has_ports(const struct vm_dev *dev)
{
	return dev->class->where == WHERE_PCIE;
}

#define FIELD(member) .field = offsetof(struct usb, member)
static const struct prop usb_props[] = {
	CONTROLLER_HEAD("usb"),
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "ports",
	 .sym = "PORTS",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(ports),
	 .xml = "@ports",
	 .qemu = "p2",
	 .max = 15,
	 .when = has_ports},
	{.name = "super-speed-ports",
	 .kind = PROP_UINT,
	 FIELD(ports),
	 .qemu = "p3",
	 .when = has_ports},
	{.name = "master",
	 .kind = PROP_STRING,
	 FIELD(master_bus),
	 .qemu = "masterbus",
	 .when = is_companion},
	{.name = "first-port",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 FIELD(first_port),
	 .xml = "master/@startport",
	 .qemu = "firstport",
	 .when = is_companion},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id", .when = is_master},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};
#undef FIELD

static void add_companions(struct vm *vm, struct vm_dev *master)
{
	static const char *const names[] = {"ich9-uhci1", "ich9-uhci2", "ich9-uhci3"};
	struct vm_dev *last = master;

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		const struct dev_class *class = dev_class_find(master->family, names[i]);
		const char *id = arena_fmt(vm->arena, "%s-%s", master->id, names[i]);

		last = vm_add_companion(vm, last, class, id);
		*(struct usb *)last->data = (struct usb){
			.first_port = 2ul * i,
			.master_bus = arena_fmt(vm->arena, "%s.0", master->alias),
		};
		/* QEMU knows them by their place alone, as libvirt starts them. */
		last->alias = NULL;
	}
}

static void usb_prepare(struct vm *vm, struct vm_dev *dev)
{
	if (is_companion(dev))
		return;
	dev->alias = dev->index ? arena_fmt(vm->arena, "usb%u", dev->index) : "usb";
	if (is_set(dev))
		add_companions(vm, dev);
}

static void check_first(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *dev = vm->controllers;

	while (dev && dev->family != &usb_family)
		dev = dev->next;
	if (!dev || dev->index == 0)
		return;
	struct err *err = dev_error(errs, dev, NULL, check->name,
				    "%s is there, but no USB controller 0", dev->id);

	err_why(err, "libvirt gives a machine USB controller 0 unless USB is off altogether; with "
		     "others alone the domain XML would mean another machine.");
	err_fix(err, "Set CONFIG_USB0=y, or lower CONFIG_USB_COUNT to 0.");
}

static void check_function(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family != &usb_family || !is_set(dev) || !dev->has_want ||
		    dev->want.function == dev->class->function)
			continue;
		struct err *err = dev_error(errs, dev, "address", check->name,
					    "the EHCI controller of the ICH9 set is put at "
					    "function %u",
					    dev->want.function);

		err_why(err,
			"In the chip it is function %u, and its companions are functions 0, 1 "
			"and 2 of the same slot.",
			dev->class->function);
		err_fix(err, "Write %s=\"%02x:%02x.%u\".", dev_symbol(dev, "address"),
			dev->want.bus, dev->want.slot, dev->class->function);
	}
}

/* libvirt takes controller 0 of that model and place for the chip's own one, whatever the machine. */
static void check_piix3(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const char *root = vm->machine->root_model;

	if (!root || strcmp(root, "pci-root") == 0)
		return;
	vm_for_each_dev(dev, vm->controllers) {
		const struct pci_addr *want = &dev->want;

		if (dev->family != &usb_family || dev->index != 0 ||
		    strcmp(dev->class->name, "piix3-uhci") != 0 || !dev->has_want || want->bus ||
		    want->slot != 1 || want->function != 2)
			continue;
		struct err *err = dev_error(errs, dev, "address", check->name,
					    "%s cannot be at PCI address 00:01.2", dev->id);

		err_why(err,
			"There it is the one built into PIIX3, which machine %s has not; libvirt "
			"refuses it too.",
			vm->machine->name);
		err_fix(err, "Clear %s, or write another address.", dev_symbol(dev, "address"));
	}
}

static const struct check usb_checks[] = {
	{.name = "usb-controller-0", .run = check_first},
	{.name = "usb-ich9-function", .run = check_function},
	{.name = "usb-piix3-place", .run = check_piix3},
	{0},
};

const struct dev_family usb_family = {
	.name = "usb",
	.sym = "USB",
	.max = 4,
	.size = sizeof(struct usb),
	.flags = FAMILY_ADDED,
	.rank = RANK_CONTROLLER,
	.controller = CONTROLLER_USB,
	.xml = "controller",
	.alias = "usb%s",
	.classes = usb_classes,
	.props = usb_props,
	.checks = usb_checks,
	.prepare = usb_prepare,
};
