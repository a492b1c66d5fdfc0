/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net.c - network interfaces: QEMU's user networking, a tap on a bridge, a tap alone, a macvtap on an interface
 * of the target, a network that is either, a switch of another program (vhost-user), queues that a network card
 * of the target serves itself (vDPA).
 *
 * In: rows NETn_*. Out: -netdev, the tap and, when asked, the bridge. The loader opens the tap or the device
 * and hands descriptors over; QEMU opens nothing but the socket to a switch.
 */
#include "devices/net.h"

#include <string.h>

#include "base/ident.h"
#include "base/unit.h"
#include "devices/net_passt.h"
#include "image/text.h"
#include "model/machine.h"

static const struct prop_word kind_words[] = {
	{.sym = "USER", .xml = "user"},       {.sym = "BRIDGE", .xml = "bridge"},
	{.sym = "TAP", .xml = "ethernet"},    {.sym = "VHOST_USER", .xml = "vhostuser"},
	{.sym = "VDPA", .xml = "vdpa"},       {.sym = "DIRECT", .xml = "direct"},
	{.sym = "NETWORK", .xml = "network"}, {0},
};

#define MODE_ROW(ENUM, word) {.sym = #ENUM, .xml = (word)},
const struct prop_word net_direct_words[] = {IMAGE_MACVTAP_MODES(MODE_ROW){0}};
#undef MODE_ROW

static const struct prop_word mode_words[] = {
	{.sym = "CONNECT", .xml = "client"},
	{.sym = "LISTEN", .xml = "server"},
	{0},
};

/* Without a word libvirt takes vhost where it is there. */
static const struct prop_word vhost_words[] = {
	{.sym = "PREFERRED"},
	{.sym = "REQUIRED", .xml = "vhost"},
	{.sym = "OFF", .xml = "qemu"},
	{0},
};

static const struct prop_word tap_by_words[] = {
	{.sym = "LOADER"},
	{.sym = "OTHERS", .xml = "no"},
	{0},
};

static const struct prop_word link_words[] = {
	{.sym = "UP"},
	{.sym = "DOWN", .xml = "down"},
	{0},
};

static const struct prop_word vlan_words[] = {
	{.sym = "TAGGED"},
	{.sym = "UNTAGGED", .xml = "untagged"},
	{0},
};

static const struct prop_word mac_words[] = {
	{.sym = "UNIT"},
	{.sym = "NAME"},
	{0},
};

static bool retries(const struct vm_dev *dev)
{
	return net_may_retry(dev) && net_of(dev)->reconnect;
}

static bool makes_bridge(const struct vm_dev *dev)
{
	return net_is_bridge(dev) && net_of(dev)->bridge_create;
}

/* It makes no bridge, and its tap goes with QEMU. */
static bool may_have_helper(const struct vm_dev *dev)
{
	return net_is_bridge(dev) && !net_of(dev)->bridge_create && !net_of(dev)->tap_persistent;
}

static bool is_plain_tap(const struct vm_dev *dev)
{
	return net_is(dev, "TAP");
}

static bool has_trunk(const struct vm_dev *dev)
{
	return net_has_vlans(dev) && net_of(dev)->vlan_trunk;
}

static bool has_mtu(const struct vm_dev *dev)
{
	return net_is_tap(dev) || net_is_passt(dev);
}

/* A virtio card tells the guest. In a network there is none to tell, which is what 0 of a tap means too. */
static bool has_guest_mtu(const struct vm_dev *dev)
{
	return (has_mtu(dev) || net_is_network(dev)) && net_is_virtio(dev);
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
	{
		.name = "rtl8139",
		.sym = "RTL8139",
		.driver = "rtl8139",
		.where = WHERE_PCI,
	},
	/* libvirt puts a model that it has no word for on a PCIe port (qemuDomainDeviceCalculatePCIConnectFlags()). */
	{
		.name = "pcnet",
		.sym = "PCNET",
		.driver = "pcnet",
		.where = WHERE_PCIE,
	},
	{
		.name = "ne2k_pci",
		.sym = "NE2K_PCI",
		.driver = "ne2k_pci",
		.where = WHERE_PCIE,
	},
	{
		.name = "vmxnet3",
		.sym = "VMXNET3",
		.driver = "vmxnet3",
		.where = WHERE_PCI,
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
	NET_PASST_ROWS,
	{.name = "bridge",
	 .sym = "BRIDGE",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED,
	 .rule = RULE(IFNAME),
	 FIELD(bridge),
	 .xml = "source/@bridge",
	 .site = SITE_IFNAME,
	 .when = net_is_bridge},
	{.name = "bridge-create",
	 .sym = "BRIDGE_CREATE",
	 .kind = PROP_BOOL,
	 FIELD(bridge_create),
	 .when = net_is_bridge},
	{.name = "bridge-address",
	 .sym = "BRIDGE_ADDRESS",
	 .kind = PROP_STRING,
	 .rule = RULE(IPV4_NET),
	 FIELD(bridge_address),
	 .when = makes_bridge},
	{.name = "bridge-helper",
	 .sym = "BRIDGE_HELPER",
	 .kind = PROP_STRING,
	 .rule = RULE(PATH),
	 FIELD(bridge_helper),
	 .when = may_have_helper},
	{.name = "vlan",
	 .sym = "VLAN",
	 .kind = PROP_STRING,
	 .flags = PROP_XML_LIST,
	 .rule = RULE(VLANS),
	 FIELD(vlans),
	 .xml = "vlan/tag[%u]/@id",
	 .when = net_is_bridge},
	{.name = "vlan-trunk",
	 .sym = "VLAN_TRUNK",
	 .kind = PROP_BOOL,
	 FIELD(vlan_trunk),
	 .xml = "vlan/@trunk",
	 .when = net_has_vlans},
	{.name = "vlan-first",
	 .sym = "VLAN_FIRST",
	 .kind = PROP_ENUM,
	 FIELD(vlan_first),
	 .words = vlan_words,
	 .xml = "vlan/tag[1]/@nativeMode",
	 .when = has_trunk},
	{.name = "isolated",
	 .sym = "PORT_ISOLATED",
	 .kind = PROP_BOOL,
	 FIELD(isolated),
	 .xml = "port/@isolated",
	 .when = net_is_bridge},
	{.name = "learning",
	 .sym = "PORT_LEARNING",
	 .kind = PROP_BOOL,
	 .flags = PROP_ALWAYS,
	 FIELD(learning),
	 .when = net_is_bridge},
	{.name = "flood",
	 .sym = "PORT_FLOOD",
	 .kind = PROP_BOOL,
	 .flags = PROP_ALWAYS,
	 FIELD(flood),
	 .when = net_is_bridge},
	{.name = "neighbours",
	 .sym = "PORT_NEIGH_SUPPRESS",
	 .kind = PROP_BOOL,
	 FIELD(neighbours),
	 .when = net_is_bridge},
	{.name = "socket-type",
	 .kind = PROP_CONST,
	 .text = "unix",
	 .xml = "source/@type",
	 .when = net_is_vhost_user},
	{.name = "socket",
	 .sym = "SOCKET",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REPEAT_FMT | PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(PATH),
	 FIELD(socket),
	 .xml = "source/@path",
	 .site = SITE_PATH,
	 .when = net_is_vhost_user},
	{.name = "socket-mode",
	 .sym = "SOCKET_MODE",
	 .kind = PROP_ENUM,
	 FIELD(socket_mode),
	 .words = mode_words,
	 .xml = "source/@mode",
	 .when = net_is_vhost_user},
	{.name = "retries",
	 .kind = PROP_CONST,
	 .text = "yes",
	 .xml = "source/reconnect/@enabled",
	 .when = retries},
	{.name = "reconnect",
	 .sym = "RECONNECT_S",
	 .kind = PROP_UINT,
	 FIELD(reconnect),
	 .xml = "source/reconnect/@timeout",
	 .max = 3600,
	 .when = net_may_retry},
	{.name = "vdpa",
	 .sym = "VDPA",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REPEAT_FMT | PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(PATH),
	 FIELD(vdpa),
	 .xml = "source/@dev",
	 .site = SITE_PATH,
	 .when = net_is_vdpa},
	{.name = "parent",
	 .sym = "PARENT",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED,
	 .rule = RULE(IFNAME),
	 FIELD(parent),
	 .xml = "source/@dev",
	 .site = SITE_IFNAME,
	 .when = net_is_direct},
	{.name = "network",
	 .sym = "NETWORK",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED | PROP_TELL,
	 .rule = RULE(NAME),
	 FIELD(network),
	 .xml = "source/@network",
	 .refers = &network_family,
	 .site = SITE_NAME,
	 .when = net_is_network},
	{.name = "direct-mode",
	 .sym = "DIRECT",
	 .kind = PROP_ENUM,
	 FIELD(mode),
	 .words = net_direct_words,
	 .xml = "source/@mode",
	 .when = net_is_direct},
	NET_LIMIT_ROWS(inbound, INBOUND),
	NET_LIMIT_ROWS(outbound, OUTBOUND),
	{.name = "tap",
	 .sym = "TAP",
	 .kind = PROP_STRING,
	 .flags = PROP_REPEAT_FMT,
	 .rule = RULE(IFNAME_TEMPLATE),
	 FIELD(tap),
	 .when = net_has_name},
	{.name = "tap-persistent",
	 .sym = "TAP_PERSISTENT",
	 .kind = PROP_BOOL,
	 FIELD(tap_persistent),
	 .when = net_makes_tap},
	{.name = "tap-mac",
	 .sym = "TAP_MAC",
	 .kind = PROP_STRING,
	 .flags = PROP_UNIQUE,
	 .rule = RULE(MAC),
	 FIELD(tap_mac),
	 .when = net_makes_tap},
	{.name = "shown-tap",
	 .kind = PROP_STRING,
	 .flags = PROP_UNIQUE,
	 FIELD(shown_tap),
	 .xml = "target/@dev"},
	{.name = "tap-by",
	 .sym = "TAP_BY",
	 .kind = PROP_ENUM,
	 FIELD(tap_by),
	 .words = tap_by_words,
	 .xml = "target/@managed",
	 .when = is_plain_tap},
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "model/@type"},
	{.name = "mq", .kind = PROP_BOOL, FIELD(multi_queue), .qemu = "mq"},
	{.name = "vectors", .kind = PROP_UINT, FIELD(vectors), .qemu = "vectors"},
	{.name = "vhost",
	 .sym = "VHOST",
	 .kind = PROP_ENUM,
	 FIELD(vhost),
	 .words = vhost_words,
	 .xml = "driver/@name",
	 .when = net_has_vhost},
	{.name = "queues",
	 .sym = "QUEUES",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(queues),
	 .xml = "driver/@queues",
	 .absent = 1,
	 .min = 1,
	 .max = 256,
	 .when = net_has_queues},
	NET_QUEUE_ROWS,
	{.name = "tap-device",
	 .sym = "TAP_DEVICE",
	 .kind = PROP_STRING,
	 .rule = RULE(PATH),
	 FIELD(tap_device),
	 .xml = "backend/@tap",
	 .when = net_is_tap},
	{.name = "vhost-device",
	 .sym = "VHOST_DEVICE",
	 .kind = PROP_STRING,
	 .rule = RULE(PATH),
	 FIELD(vhost_device),
	 .xml = "backend/@vhost",
	 .when = net_may_vhost},
	{.name = "link",
	 .sym = "LINK",
	 .kind = PROP_ENUM,
	 FIELD(link),
	 .words = link_words,
	 .xml = "link/@state",
	 .when = net_makes_tap},
	{.name = "mtu",
	 .sym = "MTU",
	 .kind = PROP_UINT,
	 FIELD(mtu),
	 .xml = "mtu/@size",
	 .max = 65521,
	 .when = has_mtu},
	{.name = "guest-mtu",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(mtu),
	 .qemu = "host_mtu",
	 .when = has_guest_mtu},
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

	if (net_has_name(dev))
		net->tap_name = net->tap ? net->tap : default_tap(vm, dev);
	/* Which name the kernel picks for a template is known on the target alone. */
	if (net->tap_name && !strchr(net->tap_name, '%'))
		net->shown_tap = net->tap_name;
	net_passt_prepare(vm, dev, net);
	if (net_has_queues(dev) && net->queues > 1) {
		net->multi_queue = true;
		net->vectors = dev_on_mmio(dev) ? 0 : 2 * net->queues + 2;
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
