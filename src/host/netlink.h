/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink.h - the few rtnetlink requests that the loader needs: bridges, taps, macvtaps, addresses.
 *
 * A thin layer over the kernel's protocol: functions return 0 or a negative errno, and whoever calls
 * them knows what was wanted and words the message. No allocation.
 */
#ifndef KILN_HOST_NETLINK_H
#define KILN_HOST_NETLINK_H

#include <net/if.h>
#include <stdint.h>

#include "base/attr.h"

#define LINK_MAC_LEN   6
#define LINK_KIND_MAX  16
#define LINK_ALIAS_MAX 256 /* kernel IFALIASZ, linux/if.h */

/** struct netlink - an open rtnetlink socket. */
struct netlink {
	int fd;
	uint32_t seq;
};

/**
 * struct net_link - what the kernel says about an interface; @kind is "" for hardware, @link the index of the
 * one that it sits on, or 0, @vlans whether it is a bridge that knows VLANs.
 */
struct net_link {
	int index, master, link;
	unsigned flags; /* IFF_* */
	int vlans;
	unsigned char mac[LINK_MAC_LEN];
	char name[IF_NAMESIZE], kind[LINK_KIND_MAX], alias[LINK_ALIAS_MAX];
};

/** struct link_change - what to change; a NULL or 0 member is left as it is. */
struct link_change {
	const unsigned char *mac;
	const char *alias;
	int master;
	uint32_t mtu;
	unsigned up; /* 1: set the interface up */
};

/** netlink_open() - open a socket. Return: 0, or a negative errno. */
int netlink_open(struct netlink *nl) MUST_CHECK;

/** netlink_close() - close it; harmless on one that failed to open. */
void netlink_close(struct netlink *nl);

/** netlink_link_get() - look an interface up by name. Return: 0, -ENODEV, or another errno. */
int netlink_link_get(struct netlink *nl, const char *name, struct net_link *ret_link) MUST_CHECK;

/** typedef link_fn - called for each interface of netlink_link_list(). */
typedef void link_fn(void *arg, const struct net_link *dev);

/** netlink_link_list() - call @fn for each interface of the namespace. Return: 0, or -errno. */
int netlink_link_list(struct netlink *nl, link_fn *fn, void *arg) MUST_CHECK;

/**
 * netlink_bridge_add() - make a bridge, down, with @mac as its fixed address, that knows VLANs or not.
 *
 * The address is part of the request, so that a bridge is never there without the mark by which
 * its maker knows it again; a fixed address also keeps it from following its ports.
 *
 * Return: 0, or -errno (-EEXIST).
 */
int netlink_bridge_add(struct netlink *nl, const char *name, const unsigned char *mac,
		       int vlans) MUST_CHECK;

/**
 * netlink_macvtap_add() - make a macvtap, down.
 * @nl: an open socket.
 * @name: its name, no template.
 * @parent: index of the interface that it sits on.
 * @mode: MACVLAN_MODE_* of linux/if_link.h.
 * @mac: its address; in MACVLAN_MODE_PASSTHRU the kernel takes the parent's instead.
 *
 * Return: 0, or -errno (-EEXIST).
 */
int netlink_macvtap_add(struct netlink *nl, const char *name, int parent, uint32_t mode,
			const unsigned char *mac) MUST_CHECK;

/** netlink_link_set() - change an interface. Return: 0, or -errno. */
int netlink_link_set(struct netlink *nl, int index, const struct link_change *change) MUST_CHECK;

/**
 * struct port_change - how a bridge treats one of its ports; what is not set stays as it is.
 * @flags: TAP_* of TAP_PORT_FLAGS, and TAP_UNTAGGED for the first of @vlans.
 * @vlans: a list of base/vlan.h in place of those that the port has, or "".
 */
struct port_change {
	uint32_t flags;
	const char *vlans;
};

/** netlink_port_set() - change a port of a bridge. Return: 0, or -errno (-EINVAL for a bad list). */
int netlink_port_set(struct netlink *nl, int index, const struct port_change *change) MUST_CHECK;

/** netlink_link_del() - delete a virtual interface. Return: 0, or -errno. */
int netlink_link_del(struct netlink *nl, int index) MUST_CHECK;

/** netlink_address_add() - put an IPv4 address (network byte order) on an interface. Return: 0, or -errno. */
int netlink_address_add(struct netlink *nl, int index, uint32_t address,
			unsigned prefix) MUST_CHECK;

#endif
