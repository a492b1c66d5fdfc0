/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net.h - what the files of the family of network interfaces share; nobody else includes it.
 *
 * net.c has the models and the rows, net_back.c and net_network.c what is behind them, net_checks.c the rules.
 */
#ifndef KILN_DEVICES_NET_H
#define KILN_DEVICES_NET_H

#include "devices/registry.h"
#include "model/check.h"
#include "model/node.h"

/**
 * struct net_passt - of passt. The lists show the forwarded ports in XML, item by item; NULL = there is none.
 */
struct net_passt {
	const char *program, *interface, *log;
	const char *protocols, *addresses, *ports, *ends, *guest_ports;
};

/** struct net_limit - of a direction, as the guest sees it; kilobytes of 1000 bytes a second, and KiB. */
struct net_limit {
	uint64_t average, peak, burst;
};

struct net {
	const struct prop_word *kind, *mac_policy, *backend;
	struct net_passt passt;
	const char *bridge, *bridge_address, *tap, *mac, *socket, *vdpa;
	const struct prop_word *socket_mode, *vhost;
	const char *tap_device, *vhost_device, *parent, *bridge_helper, *forwards;
	const struct prop_word *mode, *tap_by, *link, *vlan_first;
	const char *tap_mac, *vlans, *network;
	struct net_limit inbound, outbound;
	uint64_t mtu;
	bool isolated, learning, flood, neighbours, vlan_trunk;
	bool bridge_create, tap_persistent;
	uint64_t queues, rx_size, tx_size, boot_order, acpi_index, reconnect;
	bool multi_queue; /* more than one queue: mq=on */
	uint64_t vectors; /* of MSI-X on PCI: two for each queue, control and configuration (F32) */
	const char *device_mac; /* what -device says: an address or a mark */
	const char *shown_mac; /* what XML says; NULL when only the unit knows it */
	const char *tap_name; /* name or template of the tap; NULL where there is none */
	const char *shown_tap; /* in XML; NULL also for a template */
};

extern const struct check net_checks[];

static inline const struct net *net_of(const struct vm_dev *dev)
{
	return dev->data;
}

/** net_is() - whether it is connected to what has that Kconfig suffix: "VDPA". */
static inline bool net_is(const struct vm_dev *dev, const char *sym)
{
	return prop_word_is(net_of(dev)->kind, sym);
}

static inline bool net_is_user(const struct vm_dev *dev)
{
	return net_is(dev, "USER");
}

static inline bool net_is_passt(const struct vm_dev *dev)
{
	return net_is_user(dev) && prop_word_is(net_of(dev)->backend, "PASST");
}

/** net_direct_words - how macvtaps of one parent reach each other. */
extern const struct prop_word net_direct_words[];

static inline bool net_is_bridge(const struct vm_dev *dev)
{
	return net_is(dev, "BRIDGE");
}

static inline bool net_is_tap(const struct vm_dev *dev)
{
	return net_is_bridge(dev) || net_is(dev, "TAP");
}

static inline bool net_is_direct(const struct vm_dev *dev)
{
	return net_is(dev, "DIRECT");
}

static inline bool net_is_network(const struct vm_dev *dev)
{
	return net_is(dev, "NETWORK");
}

/** net_has_name() - whether there is an interface of the host that is its alone. */
static inline bool net_has_name(const struct vm_dev *dev)
{
	return net_is_tap(dev) || net_is_direct(dev) || net_is_network(dev);
}

/** net_makes_tap() - whether kiln-run makes the tap. */
static inline bool net_makes_tap(const struct vm_dev *dev)
{
	return net_is_tap(dev) &&
	       !(net_is(dev, "TAP") && prop_word_is(net_of(dev)->tap_by, "OTHERS"));
}

static inline bool net_has_vlans(const struct vm_dev *dev)
{
	return net_is_bridge(dev) && net_of(dev)->vlans;
}

static inline bool net_is_vhost_user(const struct vm_dev *dev)
{
	return net_is(dev, "VHOST_USER");
}

static inline bool net_is_vdpa(const struct vm_dev *dev)
{
	return net_is(dev, "VDPA");
}

static inline bool net_may_retry(const struct vm_dev *dev)
{
	return net_is_vhost_user(dev) && prop_word_is(net_of(dev)->socket_mode, "CONNECT");
}

/** net_is_virtio() - whether the card is one of virtio, of whatever version. */
static inline bool net_is_virtio(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_MULTI_QUEUE;
}

/**
 * net_has_tx_size() - whether its transmit queues may be longer; of all other kinds QEMU makes 256 entries,
 *                     whatever it is told (hw/net/virtio-net.c).
 */
static inline bool net_has_tx_size(const struct vm_dev *dev)
{
	return net_is_virtio(dev) && net_is_vhost_user(dev);
}

/** net_has_queues() - whether it may have more than one pair of queues. */
static inline bool net_has_queues(const struct vm_dev *dev)
{
	return !net_is(dev, "USER") && net_is_virtio(dev);
}

/** net_has_vhost() - whether the kernel could move its packets. */
static inline bool net_has_vhost(const struct vm_dev *dev)
{
	return net_has_name(dev) && net_has_queues(dev);
}

/** net_may_vhost() - whether it is to. */
static inline bool net_may_vhost(const struct vm_dev *dev)
{
	return net_has_vhost(dev) && !prop_word_is(net_of(dev)->vhost, "OFF");
}

/**
 * struct net_forward - an item of NETn_FORWARDS: @count ports from @port on, that lead to as many from @guest on.
 * @address: of the host, as inet_ntop() writes it; "" = each.
 */
struct net_forward {
	const char *protocol, *address;
	bool is_ipv6;
	uint64_t port, guest, count;
};

/** net_forward_next() - the next good item of a list. Return: whether there is one. */
bool net_forward_next(struct arena *arena, const char **cursor, struct net_forward *ret);

/** net_forward_emit() - put the forwarded ports into -netdev user. */
void net_forward_emit(const struct vm_dev *dev, struct emit *emit, struct node *netdev);

/** net_forward_check() - the check of the forwarded ports of all interfaces. */
void net_forward_check(const struct check *check, const struct vm *vm, struct err_list *errs);

/** net_limits() - whether what goes in one of the directions is limited. */
static inline bool net_limits_inbound(const struct vm_dev *dev)
{
	return net_has_name(dev) && net_of(dev)->inbound.average;
}

static inline bool net_limits_outbound(const struct vm_dev *dev)
{
	return net_has_name(dev) && net_of(dev)->outbound.average;
}

/* How many entries the queues of a virtio card have. */
#define NET_QUEUE_ROWS                                                              \
	{.name = "rx-queue-size",                                                   \
	 .sym = "RX_QUEUE_SIZE",                                                    \
	 .kind = PROP_UINT,                                                         \
	 .flags = PROP_ABI,                                                         \
	 FIELD(rx_size),                                                            \
	 .xml = "driver/@rx_queue_size",                                            \
	 .qemu = "rx_queue_size",                                                   \
	 .max = 1024,                                                               \
	 .when = net_is_virtio},                                                    \
	{                                                                           \
		.name = "tx-queue-size", .sym = "TX_QUEUE_SIZE", .kind = PROP_UINT, \
		.flags = PROP_ABI, FIELD(tx_size), .xml = "driver/@tx_queue_size",  \
		.qemu = "tx_queue_size", .max = 1024, .when = net_has_tx_size       \
	}

/** NET_LIMIT_ROWS() - the rows of one direction: inbound, INBOUND. */
#define NET_LIMIT_ROWS(direction, DIRECTION)                                                    \
	{.name = #direction "-average",                                                         \
	 .sym = #DIRECTION "_AVERAGE",                                                          \
	 .kind = PROP_UINT,                                                                     \
	 .flags = PROP_TELL,                                                                    \
	 FIELD(direction.average),                                                              \
	 .xml = "bandwidth/" #direction "/@average",                                            \
	 .max = SHAPE_RATE_MAX,                                                                 \
	 .when = net_has_name},                                                                 \
		{.name = #direction "-peak",                                                    \
		 .sym = #DIRECTION "_PEAK",                                                     \
		 .kind = PROP_UINT,                                                             \
		 .flags = PROP_TELL,                                                            \
		 FIELD(direction.peak),                                                         \
		 .xml = "bandwidth/" #direction "/@peak",                                       \
		 .max = SHAPE_RATE_MAX,                                                         \
		 .when = net_limits_##direction},                                               \
	{                                                                                       \
		.name = #direction "-burst", .sym = #DIRECTION "_BURST_KIB", .kind = PROP_UINT, \
		.flags = PROP_TELL, FIELD(direction.burst),                                     \
		.xml = "bandwidth/" #direction "/@burst", .max = SHAPE_BURST_MAX,               \
		.when = net_limits_##direction                                                  \
	}

/** net_shape_emit() - ask the loader for the limits, behind what makes the interface. */
void net_shape_emit(const struct vm_dev *dev, struct emit *emit);

/** net_shape_check() - the check of the limits of all interfaces. */
void net_shape_check(const struct check *check, const struct vm *vm, struct err_list *errs);

/** net_descriptors() - the -netdev of an interface whose @queues descriptors @op opens. */
struct node *net_descriptors(const struct vm_dev *dev, struct emit *emit, const struct op *op,
			     uint32_t queues);

/** net_network() - the -netdev of an interface in a network, and what the loader does for it. */
struct node *net_network(const struct vm_dev *dev, struct emit *emit);

/** net_back() - the hook of the family. */
void net_back(const struct vm_dev *dev, struct emit *emit);

#endif
