/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink_port.c - how a bridge treats a port: flags and VLANs, the requests that bridge(8) makes.
 */
#include <errno.h>
#include <sys/socket.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>

#include "base/vlan.h"
#include "host/netlink_request.h"
#include "image/ops.h"

static void port_begin(struct request *req, uint16_t type, int index)
{
	request_begin(req, type, NLM_F_ACK, sizeof(req->link));
	req->link.ifi_family = AF_BRIDGE;
	req->link.ifi_index = index;
}

static void flag_add(struct request *req, uint16_t type, unsigned char value)
{
	attr_add(req, type, &value, sizeof(value));
}

static void vlan_add(struct request *req, unsigned vlan, unsigned flags)
{
	const struct bridge_vlan_info info = {.flags = (uint16_t)flags, .vid = (uint16_t)vlan};

	attr_add(req, IFLA_BRIDGE_VLAN_INFO, &info, sizeof(info));
}

static void range_add(struct request *req, unsigned first, unsigned last)
{
	if (first < last)
		vlan_add(req, first, BRIDGE_VLAN_INFO_RANGE_BEGIN);
	if (first <= last)
		vlan_add(req, last, first < last ? BRIDGE_VLAN_INFO_RANGE_END : 0);
}

static int flags_set(struct netlink *nl, int index, uint32_t flags)
{
	struct request req;
	struct rtattr *port;

	port_begin(&req, RTM_SETLINK, index);
	port = attr_begin(&req, IFLA_PROTINFO | NLA_F_NESTED);
	if (flags & TAP_NO_FLOOD) {
		flag_add(&req, IFLA_BRPORT_UNICAST_FLOOD, 0);
		flag_add(&req, IFLA_BRPORT_MCAST_FLOOD, 0);
		flag_add(&req, IFLA_BRPORT_BCAST_FLOOD, 0);
	}
	if (flags & TAP_NO_LEARNING)
		flag_add(&req, IFLA_BRPORT_LEARNING, 0);
	if (flags & TAP_NEIGHBOURS)
		flag_add(&req, IFLA_BRPORT_NEIGH_SUPPRESS, 1);
	if (flags & TAP_ISOLATED)
		flag_add(&req, IFLA_BRPORT_ISOLATED, 1);
	attr_end(&req, port);
	return request_run(nl, &req, NULL, NULL);
}

/* A new port has the bridge's default VLAN, whichever that is: all go before the wanted ones come. */
static int vlans_clear(struct netlink *nl, int index)
{
	struct request req;
	struct rtattr *spec;

	port_begin(&req, RTM_DELLINK, index);
	spec = attr_begin(&req, IFLA_AF_SPEC);
	range_add(&req, 1, VLAN_MAX);
	attr_end(&req, spec);
	return request_run(nl, &req, NULL, NULL);
}

static int vlans_set(struct netlink *nl, int index, const char *list, uint32_t flags)
{
	unsigned first, last;
	struct request req;
	struct rtattr *spec;
	int ret;

	port_begin(&req, RTM_SETLINK, index);
	spec = attr_begin(&req, IFLA_AF_SPEC);
	while ((ret = vlan_next(&list, &first, &last)) == 1) {
		if (flags & TAP_UNTAGGED)
			vlan_add(&req, first++, BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED);
		flags = 0;
		range_add(&req, first, last);
	}
	attr_end(&req, spec);
	return ret ? -EINVAL : request_run(nl, &req, NULL, NULL);
}

int netlink_port_set(struct netlink *nl, int index, const struct port_change *change)
{
	int ret = 0;

	if (change->flags & TAP_PORT_FLAGS)
		ret = flags_set(nl, index, change->flags);
	if (!ret && change->vlans[0])
		ret = vlans_clear(nl, index);
	if (!ret && change->vlans[0])
		ret = vlans_set(nl, index, change->vlans, change->flags);
	return ret;
}
