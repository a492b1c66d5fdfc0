/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net.h - what the files of the family of network interfaces share; nobody else includes it.
 *
 * net.c has the models, the rows and the back ends, net_checks.c the rules.
 */
#ifndef KILN_DEVICES_NET_H
#define KILN_DEVICES_NET_H

#include "devices/registry.h"
#include "model/check.h"

struct net {
	const struct prop_word *kind, *mac_policy;
	const char *bridge, *bridge_address, *tap, *mac, *socket, *vdpa;
	const struct prop_word *socket_mode;
	bool bridge_create, tap_persistent;
	uint64_t queues, boot_order, acpi_index, reconnect;
	bool multi_queue; /* more than one queue: mq=on */
	uint64_t vectors; /* two for each queue, control and configuration (F32) */
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

#endif
