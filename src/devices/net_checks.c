/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_checks.c - the rules of network interfaces that a row cannot say.
 */
#include "devices/net.h"
#include "devices/vhost_user.h"
#include "model/vm.h"

static void check_mac_policy(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &net_family || net_of(dev)->mac || net_is(dev, "USER") ||
		    !prop_word_is(net_of(dev)->mac_policy, "NAME"))
			continue;
		struct err *err = dev_error(errs, dev, "mac-policy", check->name,
					    "a name-derived MAC address would leave the host");

		err_why(err, "Every unit that runs this image would have the same address; that is "
			     "harmless with user networking alone.");
		err_fix(err, "Choose %s_UNIT, or set %s.", dev_symbol(dev, "mac-policy"),
			dev_symbol(dev, "given-mac"));
	}
}

/* The guest names interfaces by it (eno1), and QEMU takes each number once. */
static void check_acpi_index(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *last = NULL;

	vm_for_each_dev(dev, vm->devs) {
		const struct vm_dev *other = vm->devs;

		if (dev->family != &net_family || !net_of(dev)->acpi_index)
			continue;
		while (other != dev && (other->family != &net_family ||
					net_of(other)->acpi_index != net_of(dev)->acpi_index))
			other = other->next;
		/* One mistake of a slot is said once. */
		if (other == dev || (last && last->slot == dev->slot))
			continue;
		last = dev;
		struct place place = dev_place(other, "acpi-index");
		struct err *err = dev_error(errs, dev, "acpi-index", check->name,
					    "ACPI index %u is taken twice",
					    (unsigned)net_of(dev)->acpi_index);

		err_also(err, place.file, place.line);
		err_why(err, "%s has it too, and the guest names interfaces by it.", other->id);
		err_fix(err, "Give %s another number, or 0 for none.",
			dev_symbol(dev, "acpi-index"));
	}
}

static void check_acpi_tables(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &net_family || dev->repeat || !net_of(dev)->acpi_index ||
		    vm->guest.features.has_acpi)
			continue;
		struct err *err =
			dev_error(errs, dev, "acpi-index", check->name,
				  "the guest has no ACPI tables for the index of %s", dev->id);

		err_why(err,
			"CONFIG_FEATURE_ACPI is off, and the index is a word of these tables.");
		err_fix(err, "Set CONFIG_FEATURE_ACPI=y, or %s=0.", dev_symbol(dev, "acpi-index"));
	}
}

/* What is behind an interface, and whether the card can be that for it; both are libvirt's rules too. */
static const char *model_why(const struct vm_dev *dev)
{
	bool vdpa = net_is(dev, "VDPA");

	if ((vdpa || net_is(dev, "VHOST_USER")) && !(dev->class->flags & CLASS_MULTI_QUEUE))
		return "What is behind it works on the queues of a virtio device itself, past QEMU.";
	if (vdpa && dev->class != dev->family->classes)
		return "The card behind it says which virtio it speaks, and libvirt takes the plain "
		       "model alone.";
	return NULL;
}

static void check_model(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const char *why =
			dev->family == &net_family && !dev->repeat ? model_why(dev) : NULL;

		if (!why)
			continue;
		struct place other = dev_place(dev, "kind");
		struct err *err = dev_error(errs, dev, "model", check->name,
					    "model %s cannot be in front of %s", dev->class->name,
					    net_of(dev)->kind->xml);

		err_also(err, other.file, other.line);
		err_why(err, "%s", why);
		err_fix(err, "Choose %s_VIRTIO, or connect it to something else.",
			dev_symbol(dev, "model"));
	}
}

/* The helper gives one descriptor, and the guest's queues are baked. */
static void check_helper(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &net_family || dev->repeat || !net_of(dev)->bridge_helper ||
		    net_of(dev)->queues < 2)
			continue;
		struct place other = dev_place(dev, "bridge-helper");
		struct err *err = dev_error(errs, dev, "queues", check->name,
					    "%u queues, and the bridge helper gives one",
					    (unsigned)net_of(dev)->queues);

		err_also(err, other.file, other.line);
		err_why(err,
			"%s makes the tap for an ordinary user, with one descriptor and so one "
			"queue.",
			net_of(dev)->bridge_helper);
		err_fix(err, "Set %s=1, or clear %s.", dev_symbol(dev, "queues"),
			dev_symbol(dev, "bridge-helper"));
	}
}

static void check_shared(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family == &net_family && !dev->repeat && net_is(dev, "VHOST_USER"))
			vhost_user_check(check, dev, errs);
	}
}

const struct check net_checks[] = {
	{.name = "net-acpi-index", .run = check_acpi_index},
	{.name = "net-acpi-tables", .run = check_acpi_tables},
	{.name = "net-forwards", .run = net_forward_check},
	{.name = "net-helper-queues", .run = check_helper},
	{.name = "net-mac-policy", .run = check_mac_policy},
	{.name = "net-vhost-model", .run = check_model},
	{.name = "net-memory-shared", .run = check_shared},
	{0},
};
