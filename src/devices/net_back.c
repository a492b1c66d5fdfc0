/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_back.c - what is behind a network interface: -netdev, and what the loader does for it.
 *
 * In: the rows of net.c. The loader opens taps and devices and hands descriptors over; QEMU opens nothing but
 * the socket to a switch.
 */
#include "devices/net.h"

#include <string.h>

#include "devices/net_passt.h"
#include "devices/vhost_user.h"
#include "image/image.h"
#include "model/emit.h"
#include "model/vm.h"

/* Another interface may need it of the same bridge. */
static bool needs_vlans(const struct vm_dev *dev)
{
	vm_for_each_dev(other, dev->vm->devs) {
		if (other->family == dev->family && net_has_vlans(other) && net_of(other)->bridge &&
		    strcmp(net_of(other)->bridge, net_of(dev)->bridge) == 0)
			return true;
	}
	return false;
}

static void add_bridge(const struct vm_dev *dev, struct emit *emit)
{
	const struct net *net = net_of(dev);
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_BRIDGE;
	op.bridge.name = emit_site_value(emit, dev, "bridge");
	op.bridge.address = net->bridge_address ? net->bridge_address : "";
	op.bridge.flags = (net->bridge_create ? BRIDGE_CREATE : 0) |
			  (net->bridge_create && needs_vlans(dev) ? BRIDGE_VLANS : 0);
	(void)emit_op(emit, &op);
}

static struct node *add_netdev(struct emit *emit, const char *type)
{
	struct node *netdev = emit_tree(emit, "-netdev", 0);

	node_add_string(emit->arena, netdev, "type", type);
	return netdev;
}

/* What is no tap says how many queues it has; a tap has as many descriptors (F32). */
static void add_queues(const struct vm_dev *dev, struct emit *emit, struct node *netdev)
{
	if (net_of(dev)->multi_queue)
		node_add_uint(emit->arena, netdev, "queues", net_of(dev)->queues);
}

/* Beside the tap, a mark for the members vhost and vhostfd or vhostfds (F47, F48). */
static void add_vhost(const struct vm_dev *dev, struct emit *emit, uint32_t queues,
		      struct node *netdev)
{
	const struct net *net = net_of(dev);
	struct op op;

	if (!net_may_vhost(dev))
		return;
	memset(&op, 0, sizeof(op));
	op.code = OP_VHOST;
	op.vhost.owner = dev->id;
	op.vhost.path = net->vhost_device ? net->vhost_device : "";
	op.vhost.queues = queues;
	op.vhost.flags = prop_word_is(net->vhost, "REQUIRED") ? VHOST_REQUIRED : 0;
	uint32_t fd = emit_op(emit, &op);

	node_add_string(emit->arena, netdev, "vhost", emit_mark(emit, FIX_VHOST, fd, queues, ""));
}

struct node *net_descriptors(const struct vm_dev *dev, struct emit *emit, const struct op *op,
			     uint32_t queues)
{
	uint32_t fd = emit_op(emit, op);
	struct node *netdev = add_netdev(emit, "tap");

	/* The mark stands for the whole member: fd or fds (F48). */
	node_add_string(emit->arena, netdev, "fd", emit_mark(emit, FIX_TAP, fd, queues, ""));
	add_vhost(dev, emit, queues, netdev);
	return netdev;
}

/* What a port of a bridge is beside a tap. An access port has one VLAN, and the guest sees no tag. */
static uint32_t port_flags(const struct vm_dev *dev)
{
	const struct net *net = net_of(dev);

	if (!net_is_bridge(dev))
		return 0;
	return (net->isolated ? TAP_ISOLATED : 0) | (net->learning ? 0 : TAP_NO_LEARNING) |
	       (net->flood ? 0 : TAP_NO_FLOOD) | (net->neighbours ? TAP_NEIGHBOURS : 0) |
	       (net->vlans && (!net->vlan_trunk || prop_word_is(net->vlan_first, "UNTAGGED"))
			? TAP_UNTAGGED
			: 0);
}

static struct node *add_tap(const struct vm_dev *dev, struct emit *emit)
{
	const struct net *net = net_of(dev);
	struct op op;

	if (net_is_bridge(dev))
		add_bridge(dev, emit);
	memset(&op, 0, sizeof(op));
	op.code = OP_TAP;
	op.tap.owner = dev->id;
	op.tap.name = net->tap_name;
	op.tap.device = net->tap_device ? net->tap_device : "";
	op.tap.helper = net->bridge_helper ? net->bridge_helper : "";
	op.tap.bridge = net_is_bridge(dev) ? emit_site_value(emit, dev, "bridge") : "";
	op.tap.queues = (uint32_t)(net->multi_queue ? net->queues : 1);
	op.tap.flags = (dev->class->flags & CLASS_VNET_HDR ? TAP_VNET_HDR : 0) |
		       (net->multi_queue ? TAP_MULTI_QUEUE : 0) |
		       (net->tap_persistent ? TAP_PERSISTENT : 0) |
		       (net_makes_tap(dev) ? 0 : TAP_EXISTING) |
		       (prop_word_is(net->link, "DOWN") ? TAP_DOWN : 0) | port_flags(dev);
	op.tap.mac = net->tap_mac ? net->tap_mac : "";
	op.tap.vlans = net_has_vlans(dev) ? net->vlans : "";
	op.tap.mtu = net_makes_tap(dev) ? (uint32_t)net->mtu : 0;
	return net_descriptors(dev, emit, &op, op.tap.queues);
}

static struct node *add_direct(const struct vm_dev *dev, struct emit *emit)
{
	const struct net *net = net_of(dev);
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_MACVTAP;
	op.macvtap.owner = dev->id;
	op.macvtap.name = net->tap_name;
	op.macvtap.parent = emit_site_value(emit, dev, "parent");
	/* The kernel lets through to the guest what is for this address. */
	op.macvtap.mac = net->device_mac;
	op.macvtap.queues = (uint32_t)(net->multi_queue ? net->queues : 1);
	op.macvtap.flags = (dev->class->flags & CLASS_VNET_HDR ? MACVTAP_VNET_HDR : 0) |
			   (net->multi_queue ? MACVTAP_MULTI_QUEUE : 0);
	op.macvtap.mode = macvtap_mode_find(net->mode->xml);
	return net_descriptors(dev, emit, &op, op.macvtap.queues);
}

static struct node *add_vhost_user(const struct vm_dev *dev, struct emit *emit)
{
	const struct vhost_user socket = {
		.id = arena_fmt(emit->arena, "char%s", dev->alias),
		.path_row = "socket",
		.reconnect = net_may_retry(dev) ? net_of(dev)->reconnect : 0,
		.listen = !net_may_retry(dev),
		/* "does not support FD passing", says net_vhost_claim_chardev() of a descriptor. */
		.by_path = true,
	};
	struct node *netdev;

	vhost_user_emit(dev, emit, &socket);
	netdev = add_netdev(emit, "vhost-user");
	node_add_string(emit->arena, netdev, "chardev", socket.id);
	add_queues(dev, emit, netdev);
	return netdev;
}

static struct node *add_vdpa(const struct vm_dev *dev, struct emit *emit)
{
	struct node *netdev;
	const char *device;
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_FILE;
	op.file.owner = dev->id;
	op.file.path = emit_site_value(emit, dev, "vdpa");
	op.file.flags = FILE_CHARACTER_DEVICE;
	device = emit_fd_set(emit, emit_op(emit, &op));
	emit_lock(emit, EMIT_LOCK_VDPA);
	netdev = add_netdev(emit, "vhost-vdpa");
	node_add_string(emit->arena, netdev, "vhostdev", device);
	add_queues(dev, emit, netdev);
	return netdev;
}

void net_back(const struct vm_dev *dev, struct emit *emit)
{
	struct node *netdev;

	if ((net_is_bridge(dev) && !net_of(dev)->bridge) ||
	    (net_is_direct(dev) && !net_of(dev)->parent) ||
	    (net_is_network(dev) && !net_of(dev)->network))
		return;
	if (net_is_passt(dev)) {
		net_passt_emit(dev, emit);
		return;
	}
	if (net_is_tap(dev))
		netdev = add_tap(dev, emit);
	else if (net_is_direct(dev))
		netdev = add_direct(dev, emit);
	else if (net_is_network(dev))
		netdev = net_network(dev, emit);
	else if (net_is_vhost_user(dev))
		netdev = add_vhost_user(dev, emit);
	else if (net_is_vdpa(dev))
		netdev = add_vdpa(dev, emit);
	else
		netdev = add_netdev(emit, "user");
	net_shape_emit(dev, emit);
	if (net_is(dev, "USER"))
		net_forward_emit(dev, emit, netdev);
	node_add_string(emit->arena, netdev, "id", arena_fmt(emit->arena, "host%s", dev->alias));
}
