/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge.c - operation bridge: a bridge that must be there, or is made when it is absent.
 *
 * A bridge that Kiln made carries an address that is a hash of its name on this host
 * (host_mark_mac), from the first moment. Each VM that has BRIDGE_CREATE for it records it, and the
 * last one that is released deletes it. A bridge without the mark is somebody else's: it is used
 * as it is and never changed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/ident.h"
#include "host/bridge.h"
#include "host/caps.h"
#include "host/host.h"

int netlink_begin(struct netlink *nl, struct err *err)
{
	int ret = netlink_open(nl);

	if (!ret)
		return 0;
	err_sys(err, ERR_HOST, -ret, "cannot open a netlink socket");
	err_why(err, "Network interfaces are made and configured through it.");
	err_fix(err, "Allow AF_NETLINK to kiln-run (RestrictAddressFamilies= in the unit).");
	return -1;
}

int net_admin_check(const char *what, struct err *err)
{
	if (caps_have(CAP_NET_ADMIN))
		return 0;
	err_sys(err, ERR_HOST, EPERM, "%s", what);
	err_why(err, "It needs CAP_NET_ADMIN, and this process does not have it.");
	err_fix(err, "Run as root, or add AmbientCapabilities=CAP_NET_ADMIN to the unit.");
	return -1;
}

struct bridge_names {
	struct buf buf;
	char text[256];
};

static void bridge_list(void *arg, const struct net_link *dev)
{
	struct bridge_names *names = arg;

	if (!strcmp(dev->kind, "bridge"))
		buf_addf(&names->buf, "%s%s", names->buf.len ? ", " : "", dev->name);
}

static int absent_refuse(struct netlink *nl, const char *name, struct err *err)
{
	struct bridge_names names;

	buf_init(&names.buf, names.text, sizeof(names.text));
	if (netlink_link_list(nl, bridge_list, &names))
		buf_cut(&names.buf, 0);
	err_set(err, ERR_HOST, "there is no bridge \"%s\"", name);
	err_why(err, "The VM's tap is to become a port of it. Bridges of this host: %s%s.",
		names.buf.len ? names.text : "none", names.buf.overflow ? ", ..." : "");
	err_fix(err,
		"ip link add %s type bridge && ip link set %s up; or bind another one by --set "
		"or the site file, if the image declares a slot for it.",
		name, name);
	return -1;
}

int bridge_find(struct netlink *nl, const char *name, struct net_link *ret_dev, struct err *err)
{
	int ret = netlink_link_get(nl, name, ret_dev);

	if (ret == -ENODEV)
		return absent_refuse(nl, name, err);
	if (ret) {
		err_sys(err, ERR_HOST, -ret, "cannot look up interface \"%s\"", name);
		err_why(err, "The kernel refused the question.");
		err_fix(err, "Try `ip link show %s`, which asks the same.", name);
		return -1;
	}
	if (!strcmp(ret_dev->kind, "bridge"))
		return 0;
	if (!strcmp(ret_dev->kind, "openvswitch")) {
		err_set(err, ERR_HOST, "\"%s\" is a bridge of Open vSwitch", name);
		err_why(err,
			"Its ports are in a database of its daemon, not in the kernel; kiln-run "
			"makes ports of the kernel's own bridges alone.");
		err_fix(err, "Name a bridge that `ip link show type bridge` lists; or compose with "
			     "CONFIG_NETn_KIND_VHOST_USER, or a tap that ovs-vsctl made "
			     "(CONFIG_NETn_TAP_BY_OTHERS).");
		return -1;
	}
	err_set(err, ERR_HOST, "interface \"%s\" is not a bridge (%s)", name,
		ret_dev->kind[0] ? ret_dev->kind : "hardware");
	err_why(err, "Only a bridge has ports that a tap can become.");
	err_fix(err, "Name a bridge; `ip link show type bridge` lists them.");
	return -1;
}

static int name_check(const char *name, struct err *err)
{
	if (ident_is_valid(IDENT_IFNAME, name))
		return 0;
	err_set(err, ERR_IMAGE, "bridge name \"%s\" is not an interface name", name);
	err_why(err, "%s", ident_rule(IDENT_IFNAME));
	err_fix(err, "Correct the name in the configuration and compose the image again.");
	return -1;
}

static int make_refuse(struct err *err, int ret, const char *name, const char *what)
{
	err_sys(err, ERR_HOST, -ret, "cannot %s \"%s\"", what, name);
	err_why(err, "The kernel refused it; making a bridge needs CAP_NET_ADMIN and the module "
		     "bridge.");
	err_fix(err, "Run as root, load the module (modprobe bridge), or make the bridge "
		     "beforehand.");
	return -1;
}

static int configure(struct netlink *nl, const struct op_bridge *bridge, struct err *err)
{
	const struct link_change change = {.up = 1};
	struct net_link dev;
	uint32_t address = 0;
	unsigned prefix = 0;
	int ret = netlink_link_get(nl, bridge->name, &dev);

	if (ret)
		return make_refuse(err, ret, bridge->name, "find the new bridge");
	if (bridge->address[0]) {
		if (ident_parse_ipv4_net(bridge->address, &address, &prefix)) {
			err_set(err, ERR_IMAGE, "bridge address \"%s\"", bridge->address);
			err_why(err, "%s", ident_rule(IDENT_IPV4_NET));
			err_fix(err, "Correct the address and compose the image again.");
			return -1;
		}
		ret = netlink_address_add(nl, dev.index, htonl(address), prefix);
		if (ret && ret != -EEXIST)
			return make_refuse(err, ret, bridge->name, "put the address on bridge");
	}
	ret = netlink_link_set(nl, dev.index, &change);
	if (ret)
		return make_refuse(err, ret, bridge->name, "set up bridge");
	return 0;
}

/* Record text: "NAME MAC". The blank after NAME keeps "br1" from meaning "br10" in a search. */
static void record_format(char text[static STATE_TEXT_MAX], const char *name)
{
	unsigned char mac[LINK_MAC_LEN];
	char mac_text[MAC_TEXT_MAX];

	host_mark_mac(mac, 0x0a, name);
	ident_format_mac(mac_text, mac);
	(void)snprintf(text, STATE_TEXT_MAX, "%s %s", name, mac_text);
}

static int make(struct host *host, struct netlink *nl, const struct op_bridge *bridge,
		struct err *err)
{
	CLEANUP_FD int lock = rundir_base_lock(host->dir, err);
	unsigned char mac[LINK_MAC_LEN];
	char record[STATE_TEXT_MAX];
	struct net_link dev;
	int ret;

	if (lock < 0)
		return -1;
	host_mark_mac(mac, 0x0a, bridge->name);
	ret = netlink_link_get(nl, bridge->name, &dev);
	if (ret != -ENODEV) {
		if (bridge_find(nl, bridge->name, &dev, err))
			return -1;
		if (memcmp(dev.mac, mac, LINK_MAC_LEN) != 0)
			return 0;
	}
	record_format(record, bridge->name);
	if (host_record(host, OP_BRIDGE, record, err))
		return -1;
	if (ret == -ENODEV) {
		ret = netlink_bridge_add(nl, bridge->name, mac, !!(bridge->flags & BRIDGE_VLANS));
		if (ret)
			return make_refuse(err, ret, bridge->name,
					   bridge->flags & BRIDGE_VLANS
						   ? "make a bridge that knows VLANs,"
						   : "make bridge");
		return configure(nl, bridge, err);
	}
	/* Made by another VM, which may have been killed before it was set up. */
	return dev.flags & IFF_UP ? 0 : configure(nl, bridge, err);
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	struct netlink nl;
	struct net_link dev;
	int ret;

	if (name_check(op->bridge.name, err) || netlink_begin(&nl, err))
		return -1;
	if (op->bridge.flags & BRIDGE_CREATE)
		ret = make(host, &nl, &op->bridge, err);
	else
		ret = bridge_find(&nl, op->bridge.name, &dev, err);
	netlink_close(&nl);
	return ret;
}

/* In a check nothing is made, so the record in memory tells the taps which bridges will be there. */
static void check(struct host *host, const struct op *op, struct findings *findings)
{
	char record[STATE_TEXT_MAX];
	struct netlink nl;
	struct net_link dev;
	struct err err;
	int ret;

	if (name_check(op->bridge.name, &err) || netlink_begin(&nl, &err)) {
		findings_add(findings, &err);
		return;
	}
	ret = netlink_link_get(&nl, op->bridge.name, &dev);
	if (ret == -ENODEV && (op->bridge.flags & BRIDGE_CREATE)) {
		record_format(record, op->bridge.name);
		if (state_add(host->state, OP_BRIDGE, record, &err) ||
		    net_admin_check("cannot make a bridge", &err))
			findings_add(findings, &err);
	} else if (bridge_find(&nl, op->bridge.name, &dev, &err)) {
		findings_add(findings, &err);
	}
	netlink_close(&nl);
}

struct port_count {
	int bridge;
	unsigned ports;
};

static void port_count(void *arg, const struct net_link *dev)
{
	struct port_count *count = arg;

	if (dev->master == count->bridge)
		count->ports++;
}

/* Return: 0 or a negative errno. A bridge that others use or that is not ours is left. */
static int delete (struct netlink *nl, const char *name, const char *mac_text)
{
	unsigned char mac[LINK_MAC_LEN];
	struct port_count count = {0};
	struct net_link dev;
	int ret = netlink_link_get(nl, name, &dev);

	if (ret)
		return ret == -ENODEV ? 0 : ret;
	if (ident_parse_mac(mac_text, mac) || memcmp(dev.mac, mac, LINK_MAC_LEN) != 0 ||
	    strcmp(dev.kind, "bridge") != 0)
		return 0;
	count.bridge = dev.index;
	ret = netlink_link_list(nl, port_count, &count);
	if (ret || count.ports)
		return ret;
	ret = netlink_link_del(nl, dev.index);
	return ret == -ENODEV ? 0 : ret;
}

static int release(struct host *host, const char *record, struct err *err)
{
	CLEANUP_FD int lock = rundir_base_lock(host->dir, err);
	char name[STATE_TEXT_MAX], line[STATE_TEXT_MAX + 32];
	struct netlink nl;
	char *blank;
	int ret;

	if (lock < 0)
		return -1;
	(void)snprintf(name, sizeof(name), "%s", record);
	blank = strchr(name, ' ');
	if (!blank)
		return 0;
	*blank = '\0';
	(void)snprintf(line, sizeof(line), "release=bridge %s ", name);
	ret = rundir_others_record(host->dir, line, err);
	if (ret > 0)
		return host_forget(host, OP_BRIDGE, record, err);
	if (ret || netlink_begin(&nl, err))
		return -1;
	ret = delete (&nl, name, blank + 1);
	netlink_close(&nl);
	if (ret) {
		err_sys(err, ERR_HOST, -ret, "cannot delete bridge \"%s\"", name);
		err_why(err, "It was made for the VM and should go with it.");
		err_fix(err, "ip link del %s.", name);
		return -1;
	}
	return 0;
}

const struct host_op host_bridge = {
	.acquire = acquire,
	.check = check,
	.release = release,
	.release_caps = CAP_BIT(CAP_NET_ADMIN),
};
