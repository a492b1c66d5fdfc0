/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net.c - network interfaces: QEMU's user networking, a tap on a bridge, a tap alone.
 *
 * In: rows NETn_*. Out: -netdev, the tap and, when asked, the bridge. The loader opens the tap and
 * hands descriptors over; QEMU creates nothing.
 */
#include "devices/registry.h"

#include <string.h>

#include "base/ident.h"
#include "base/unit.h"
#include "image/image.h"
#include "model/check.h"
#include "model/emit.h"
#include "model/machine.h"

struct net {
	const struct prop_word *kind, *mac_policy;
	const char *bridge, *bridge_address, *tap, *mac;
	bool bridge_create, tap_persistent;
	uint64_t queues, boot_order, acpi_index;
	bool multi_queue; /* more than one queue: mq=on */
	uint64_t vectors; /* two for each queue, control and configuration (F32) */
	const char *device_mac; /* what -device says: an address or a mark */
	const char *shown_mac; /* what XML says; NULL when only the unit knows it */
	const char *tap_name; /* name or template of the tap; NULL for user networking */
	const char *shown_tap; /* in XML; NULL also for a template */
};

static const struct prop_word kind_words[] = {
	{.sym = "USER", .xml = "user"},
	{.sym = "BRIDGE", .xml = "bridge"},
	{.sym = "TAP", .xml = "ethernet"},
	{0},
};

static const struct prop_word mac_words[] = {
	{.sym = "UNIT"},
	{.sym = "NAME"},
	{0},
};

static const struct net *net_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool kind_is(const struct vm_dev *dev, const char *sym)
{
	return prop_word_is(net_of(dev)->kind, sym);
}

static bool is_bridge(const struct vm_dev *dev)
{
	return kind_is(dev, "BRIDGE");
}

static bool is_tap(const struct vm_dev *dev)
{
	return !kind_is(dev, "USER");
}

static bool makes_bridge(const struct vm_dev *dev)
{
	return is_bridge(dev) && net_of(dev)->bridge_create;
}

static bool has_queues(const struct vm_dev *dev)
{
	return is_tap(dev) && (dev->class->flags & CLASS_MULTI_QUEUE);
}

static bool has_no_mac(const struct vm_dev *dev)
{
	return !net_of(dev)->mac;
}

static bool has_acpi_index(const struct vm_dev *dev)
{
	return dev->vm->machine->flags & MACHINE_PC;
}

static const struct dev_class net_classes[] = {
	VIRTIO_CLASSES("virtio", "VIRTIO", "virtio-net", CLASS_VNET_HDR | CLASS_MULTI_QUEUE, NULL),
	{
		.name = "e1000",
		.sym = "E1000",
		.driver = "e1000",
		.where = WHERE_PCI,
	},
	{
		.name = "e1000e",
		.sym = "E1000E",
		.driver = "e1000e",
		.where = WHERE_PCIE,
		.flags = CLASS_VNET_HDR,
	},
	{0},
};

#define FIELD(member) .field = offsetof(struct net, member)
static const struct prop net_props[] = {
	{.name = "kind",
	 .sym = "KIND",
	 .kind = PROP_ENUM,
	 FIELD(kind),
	 .words = kind_words,
	 .xml = "@type"},
	{.name = "given-mac",
	 .sym = "MAC",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI | PROP_UNIQUE,
	 .rule = RULE(MAC),
	 FIELD(mac)},
	{.name = "mac-policy",
	 .sym = "MAC_POLICY",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(mac_policy),
	 .words = mac_words,
	 .when = has_no_mac},
	{.name = "shown-mac", .kind = PROP_STRING, FIELD(shown_mac), .xml = "mac/@address"},
	{.name = "bridge",
	 .sym = "BRIDGE",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED,
	 .rule = RULE(IFNAME),
	 FIELD(bridge),
	 .xml = "source/@bridge",
	 .site = SITE_IFNAME,
	 .when = is_bridge},
	{.name = "bridge-create",
	 .sym = "BRIDGE_CREATE",
	 .kind = PROP_BOOL,
	 FIELD(bridge_create),
	 .when = is_bridge},
	{.name = "bridge-address",
	 .sym = "BRIDGE_ADDRESS",
	 .kind = PROP_STRING,
	 .rule = RULE(IPV4_NET),
	 FIELD(bridge_address),
	 .when = makes_bridge},
	{.name = "tap",
	 .sym = "TAP",
	 .kind = PROP_STRING,
	 .flags = PROP_REPEAT_FMT,
	 .rule = RULE(IFNAME_TEMPLATE),
	 FIELD(tap),
	 .when = is_tap},
	{.name = "tap-persistent",
	 .sym = "TAP_PERSISTENT",
	 .kind = PROP_BOOL,
	 FIELD(tap_persistent),
	 .when = is_tap},
	{.name = "shown-tap",
	 .kind = PROP_STRING,
	 .flags = PROP_UNIQUE,
	 FIELD(shown_tap),
	 .xml = "target/@dev"},
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "model/@type"},
	{.name = "mq", .kind = PROP_BOOL, FIELD(multi_queue), .qemu = "mq"},
	{.name = "vectors", .kind = PROP_UINT, FIELD(vectors), .qemu = "vectors"},
	{.name = "queues",
	 .sym = "QUEUES",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(queues),
	 .xml = "driver/@queues",
	 .absent = 1,
	 .min = 1,
	 .max = 256,
	 .when = has_queues},
	{.name = "netdev", .kind = PROP_ALIAS, .text = "host%s", .qemu = "netdev"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "mac", .kind = PROP_STRING, FIELD(device_mac), .qemu = "mac"},
	{.name = "boot-order",
	 .sym = "BOOT_ORDER",
	 .kind = PROP_UINT,
	 FIELD(boot_order),
	 .xml = "boot/@order",
	 .qemu = "bootindex",
	 .max = 999},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	/* libvirt writes it behind the address. */
	{.name = "acpi-index",
	 .sym = "ACPI_INDEX",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(acpi_index),
	 .xml = "acpi/@index",
	 .qemu = "acpi-index",
	 .max = 16383,
	 .when = has_acpi_index},
	{0},
};
#undef FIELD

#define TAP_NAME_MAX 15 /* IFNAMSIZ - 1, linux/if.h */

/* "NAME-net0", with the VM's name cut so that the whole keeps IFNAMSIZ - 1. */
static const char *default_tap(const struct vm *vm, const struct vm_dev *dev)
{
	size_t tail = strlen(dev->id) + 1;
	size_t room = tail < TAP_NAME_MAX ? TAP_NAME_MAX - tail : 0;

	return arena_fmt(vm->arena, "%.*s-%s", (int)room, vm->guest.name, dev->id);
}

static void net_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct net *net = dev->data;
	unsigned char bytes[MAC_BYTES];
	char mac[MAC_TEXT_MAX];

	if (is_tap(dev))
		net->tap_name = net->tap ? net->tap : default_tap(vm, dev);
	/* Which name the kernel picks for a template is known on the target alone. */
	if (net->tap_name && !strchr(net->tap_name, '%'))
		net->shown_tap = net->tap_name;
	if (has_queues(dev) && net->queues > 1) {
		net->multi_queue = true;
		net->vectors = 2 * net->queues + 2;
	}
	if (net->mac) {
		net->device_mac = net->shown_mac = net->mac;
	} else if (prop_word_is(net->mac_policy, "NAME")) {
		unit_mac_from_name(bytes, vm->guest.name, dev->id);
		ident_format_mac(mac, bytes);
		net->device_mac = net->shown_mac = arena_str(vm->arena, mac);
	} else {
		char mark[MARK_MAX];

		text_mark(mark, FIX_MAC, 0, 0, dev->id);
		net->device_mac = arena_str(vm->arena, mark);
	}
}

static void add_bridge(const struct vm_dev *dev, struct emit *emit)
{
	const struct net *net = net_of(dev);
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_BRIDGE;
	op.bridge.name = emit_site_value(emit, dev, "bridge");
	op.bridge.address = net->bridge_address ? net->bridge_address : "";
	op.bridge.flags = net->bridge_create ? BRIDGE_CREATE : 0;
	(void)emit_op(emit, &op);
}

static void net_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct net *net = net_of(dev);
	struct arena *arena = emit->arena;
	struct node *netdev;
	struct op op;

	if (!is_tap(dev)) {
		netdev = emit_tree(emit, "-netdev", 0);
		node_add_string(arena, netdev, "type", "user");
		node_add_string(arena, netdev, "id", arena_fmt(arena, "host%s", dev->alias));
		return;
	}
	if (is_bridge(dev) && !net->bridge)
		return;
	if (is_bridge(dev))
		add_bridge(dev, emit);
	memset(&op, 0, sizeof(op));
	op.code = OP_TAP;
	op.tap.owner = dev->id;
	op.tap.name = net->tap_name;
	op.tap.bridge = is_bridge(dev) ? emit_site_value(emit, dev, "bridge") : "";
	op.tap.queues = (uint32_t)(net->multi_queue ? net->queues : 1);
	op.tap.flags = (dev->class->flags & CLASS_VNET_HDR ? TAP_VNET_HDR : 0) |
		       (net->multi_queue ? TAP_MULTI_QUEUE : 0) |
		       (net->tap_persistent ? TAP_PERSISTENT : 0);
	uint32_t fd = emit_op(emit, &op);

	netdev = emit_tree(emit, "-netdev", 0);
	node_add_string(arena, netdev, "type", "tap");
	/* The mark stands for the whole member: fd or fds, later vhost (F47, F48). */
	node_add_string(arena, netdev, "fd", emit_mark(emit, FIX_TAP, fd, op.tap.queues, ""));
	node_add_string(arena, netdev, "id", arena_fmt(arena, "host%s", dev->alias));
}

static void check_mac_policy(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &net_family || net_of(dev)->mac || !is_tap(dev) ||
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

static const struct check net_checks[] = {
	{.name = "net-acpi-index", .run = check_acpi_index},
	{.name = "net-mac-policy", .run = check_mac_policy},
	{0},
};

const struct dev_family net_family = {
	.name = "net",
	.sym = "NET",
	.max = 16,
	.size = sizeof(struct net),
	.flags = FAMILY_REPEAT,
	.rank = RANK_NET,
	.xml = "interface",
	.alias = "net%s",
	.classes = net_classes,
	.props = net_props,
	.checks = net_checks,
	.prepare = net_prepare,
	.back = net_back,
};
