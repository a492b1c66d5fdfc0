/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_checks.c - the rules of network interfaces that a row cannot say.
 */
#include "devices/net.h"
#include "devices/vhost_user.h"
#include "model/vm.h"

#include <inttypes.h>
#include <string.h>

#define MTU_MIN 68 /* kernel ETH_MIN_MTU; virtio 1.2, 5.1.4.1 */

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

/* A VLAN alone is the port's own; several need a trunk, as in libvirt. */
static void check_vlans(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &net_family || dev->repeat || !net_has_vlans(dev) ||
		    net_of(dev)->vlan_trunk || !strpbrk(net_of(dev)->vlans, ",-"))
			continue;
		struct err *err = dev_error(errs, dev, "vlan", check->name, "VLANs %s are several",
					    net_of(dev)->vlans);

		err_why(err, "A port that is no trunk has one: its frames go without a tag.");
		err_fix(err, "Name one, or set %s=y.", dev_symbol(dev, "vlan-trunk"));
	}
}

static void check_mtu(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &net_family || dev->repeat || !net_of(dev)->mtu ||
		    net_of(dev)->mtu >= MTU_MIN)
			continue;
		struct err *err = dev_error(errs, dev, "mtu", check->name, "MTU %u is too small",
					    (unsigned)net_of(dev)->mtu);

		err_why(err, "The kernel's, virtio's and passt's smallest is %d.", MTU_MIN);
		err_fix(err, "Set %d or more, or 0 to leave it as it is.", MTU_MIN);
	}
}

static void check_tap_name(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &net_family || dev->repeat || !net_is_tap(dev) ||
		    net_makes_tap(dev) || net_of(dev)->shown_tap)
			continue;
		struct err *err = dev_error(errs, dev, "tap", check->name,
					    "a tap that others make has no template for a name");

		err_why(err, "kiln-run looks for it by its name.");
		err_fix(err, "Set %s to the name.", dev_symbol(dev, "tap"));
	}
}

/* QEMU's helper makes a tap and puts it into the bridge; the rest needs a right that its caller lacks. */
static const char *beyond_helper(const struct net *net)
{
	if (net->vlans)
		return "vlan";
	if (net->isolated)
		return "isolated";
	if (!net->learning)
		return "learning";
	if (!net->flood)
		return "flood";
	if (net->neighbours)
		return "neighbours";
	if (net->mtu)
		return "mtu";
	if (net->tap_mac)
		return "tap-mac";
	if (net->inbound.average)
		return "inbound-average";
	if (net->outbound.average)
		return "outbound-average";
	return prop_word_is(net->link, "DOWN") ? "link" : NULL;
}

static void check_helper_port(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const struct net *net = net_of(dev);
		const char *row;

		if (dev->family != &net_family || dev->repeat || !net_is_bridge(dev) ||
		    !net->bridge_helper)
			continue;
		row = beyond_helper(net);
		if (!row)
			continue;
		struct err *err = dev_error(errs, dev, row, check->name,
					    "the helper of %s cannot do that", dev->id);

		err_why(err,
			"%s makes the tap and puts it into the bridge, and changes nothing else.",
			net->bridge_helper);
		err_fix(err, "Clear %s, or leave this at its default.",
			dev_symbol(dev, "bridge-helper"));
	}
}

static void check_queue_size(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	static const char *const rows[] = {"rx-queue-size", "tx-queue-size"};

	vm_for_each_dev(dev, vm->devs) {
		for (size_t i = 0; dev->family == &net_family && i < ARRAY_SIZE(rows); i++) {
			const struct prop *row = dev_prop(dev->family, rows[i]);
			uint64_t size = i ? net_of(dev)->tx_size : net_of(dev)->rx_size;

			/* VIRTIO_NET_RX_QUEUE_MIN_SIZE and VIRTQUEUE_MAX_SIZE of QEMU, hw/net/virtio-net.c. */
			if (!dev_applies(dev, row) || !size || size == 256 || size == 512 ||
			    size == 1024)
				continue;
			struct err *err = dev_error(errs, dev, rows[i], check->name,
						    "a queue of %" PRIu64 " entries", size);

			err_why(err, "QEMU takes 256, 512 and 1024.");
			err_fix(err, "Set %s to one of them, or 0 for QEMU's default.",
				dev_symbol(dev, rows[i]));
		}
	}
}

const struct check net_checks[] = {
	{.name = "net-acpi-index", .run = check_acpi_index},
	{.name = "net-acpi-tables", .run = check_acpi_tables},
	{.name = "net-forwards", .run = net_forward_check},
	{.name = "net-helper-queues", .run = check_helper},
	{.name = "net-mac-policy", .run = check_mac_policy},
	{.name = "net-vhost-model", .run = check_model},
	{.name = "net-limits", .run = net_shape_check},
	{.name = "net-memory-shared", .run = check_shared},
	{.name = "net-vlan", .run = check_vlans},
	{.name = "net-mtu", .run = check_mtu},
	{.name = "net-queue-size", .run = check_queue_size},
	{.name = "net-tap-name", .run = check_tap_name},
	{.name = "net-helper-port", .run = check_helper_port},
	{0},
};
