/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_network.c - an interface in a network of the host. Whether that is a bridge or an interface for macvtaps
 * is decided on the target, so that all of it that is baked is the same for both.
 */
#include <string.h>

#include "devices/net.h"
#include "devices/network.h"
#include "model/emit.h"
#include "model/vm.h"

/* The loader keeps what it was told once. */
static bool is_first(const struct vm_dev *dev)
{
	vm_for_each_dev(other, dev->vm->devs) {
		if (other->family == dev->family && net_is_network(other))
			return other == dev;
	}
	return false;
}

struct node *net_network(const struct vm_dev *dev, struct emit *emit)
{
	const struct net *net = net_of(dev);
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_NETWORK;
	op.network.owner = dev->id;
	op.network.name = emit_site_value(emit, dev, "network");
	op.network.known = is_first(dev) ? network_known(dev->vm) : "";
	(void)emit_op(emit, &op);
	memset(&op, 0, sizeof(op));
	op.code = OP_ATTACH;
	op.attach.owner = dev->id;
	op.attach.network = emit_site_value(emit, dev, "network");
	op.attach.name = net->tap_name;
	/* A macvtap lets through to the guest what is for this address. */
	op.attach.mac = net->device_mac;
	op.attach.queues = (uint32_t)(net->multi_queue ? net->queues : 1);
	op.attach.flags = (dev->class->flags & CLASS_VNET_HDR ? TAP_VNET_HDR : 0) |
			  (net->multi_queue ? TAP_MULTI_QUEUE : 0);
	return net_descriptors(dev, emit, &op, op.attach.queues);
}
