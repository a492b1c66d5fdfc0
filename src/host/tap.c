/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tap.c - operation tap: a tap interface with one descriptor for each queue, put into its bridge.
 *
 * Not persistent, it goes away with the last descriptor. A persistent one carries the alias
 * "kiln:VM", set before it becomes persistent, so that one without the alias is never deleted. An
 * interface that is there already is never taken over, unless the image says that others make it; then
 * it is not changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/if_tun.h>

#include "base/ident.h"
#include "base/fd.h"
#include "host/bridge.h"
#include "host/bridge_helper.h"
#include "host/caps.h"
#include "host/host.h"
#include "host/iface.h"

#define TUN_DEVICE "/dev/net/tun"

static const char *device_of(const struct op_tap *tap)
{
	return tap->device[0] ? tap->device : TUN_DEVICE;
}

static int device_refuse(const struct op_tap *tap, struct err *err, int sys_errno)
{
	err_sys(err, ERR_HOST, sys_errno, "%s", device_of(tap));
	if (sys_errno == EACCES || sys_errno == EPERM) {
		err_why(err, "Creating a tap needs CAP_NET_ADMIN, and this process does not have "
			     "it.");
		err_fix(err, "Run as root, or add AmbientCapabilities=CAP_NET_ADMIN to the unit%s.",
			tap->bridge[0] ? "; or compose with a helper (CONFIG_NETn_BRIDGE_HELPER)"
				       : "");
	} else if (sys_errno == ENOENT || sys_errno == ENODEV || sys_errno == ENXIO) {
		err_why(err, "The kernel's tun driver makes taps, and it is not there.");
		err_fix(err, "modprobe tun; in a container, pass %s through.", device_of(tap));
	} else {
		err_why(err, "Taps are made through this device.");
		err_fix(err, "Try `ip tuntap add mode tap`, which does the same.");
	}
	return -1;
}

static int create_refuse(struct err *err, int sys_errno, const struct op_tap *tap, const char *name)
{
	if (sys_errno == EPERM || sys_errno == EACCES)
		return device_refuse(tap, err, sys_errno);
	if (tap->flags & TAP_EXISTING) {
		err_sys(err, ERR_HOST, sys_errno, "%s: cannot open tap \"%s\" with %u queues",
			tap->owner, name, tap->queues);
		err_why(err,
			"It is made by others, who have to make it for as many queues, and nobody "
			"else may use it.");
		err_fix(err, "Look at it: ip -d tuntap show; ip -d link show %s.", name);
		return -1;
	}
	if (sys_errno == EBUSY)
		return iface_exists_refuse(name, err);
	err_sys(err, ERR_HOST, sys_errno, "cannot make tap \"%s\" with %u queues", name,
		tap->queues);
	err_why(err, "The kernel's tun driver refused it; queues above one need kernel 3.8 and at "
		     "most 256.");
	err_fix(err, "Set fewer queues (CONFIG_NETn_QUEUES) and compose the image again.");
	return -1;
}

/* What the tap driver here cannot do is told before it refuses with a number. */
static int features_check(const struct op_tap *tap, int fd, struct err *err)
{
	unsigned features = 0, wanted = 0;

	if (tap->flags & TAP_VNET_HDR)
		wanted |= IFF_VNET_HDR;
	if (tap->flags & TAP_MULTI_QUEUE)
		wanted |= IFF_MULTI_QUEUE;
	if (ioctl(fd, TUNGETFEATURES, &features) || !(wanted & ~features))
		return 0;
	err_set(err, ERR_HOST, "%s: the kernel's taps have no %s", tap->owner,
		wanted & ~features & IFF_MULTI_QUEUE ? "queues" : "header for offloads");
	err_why(err, "The image asks for it, and %s says that it cannot (TUNGETFEATURES).",
		device_of(tap));
	err_fix(err, "Use a newer kernel; or compose with another model, or CONFIG_NETn_QUEUES=1.");
	return -1;
}

/* @name: in: what to ask for; out: what the kernel made of it. */
static int queue_open(const struct op_tap *tap, uint32_t queue, char name[static IFNAMSIZ],
		      struct err *err)
{
	CLEANUP_FD int fd = open(device_of(tap), O_RDWR | O_CLOEXEC);
	struct ifreq request;
	short flags = IFF_TAP | IFF_NO_PI;

	if (fd < 0)
		return device_refuse(tap, err, errno);
	if (queue == 0 && features_check(tap, fd, err))
		return -1;
	if (tap->flags & TAP_VNET_HDR)
		flags |= IFF_VNET_HDR;
	if (tap->flags & TAP_MULTI_QUEUE)
		flags |= IFF_MULTI_QUEUE;
	/* Only the first may create; the others must find what it created. */
	if (queue == 0 && !(tap->flags & TAP_EXISTING))
		flags = (short)(flags | IFF_TUN_EXCL);
	memset(&request, 0, sizeof(request));
	request.ifr_flags = flags;
	memcpy(request.ifr_name, name, IFNAMSIZ);
	if (ioctl(fd, TUNSETIFF, &request))
		return create_refuse(err, errno, tap, name);
	memcpy(name, request.ifr_name, IFNAMSIZ);
	name[IFNAMSIZ - 1] = '\0';
	return host_fd_put(tap->fd + queue, fd_take(&fd), err);
}

static int setup_refuse(struct err *err, int ret, const char *name)
{
	err_sys(err, ERR_HOST, -ret, "cannot configure tap \"%s\"", name);
	err_why(err,
		"It gets an address, an MTU and an alias, is put into its bridge with its VLANs and "
		"port flags, and set up.");
	err_fix(err,
		"Try `ip link set dev %s up` and `ip link set dev %s master BRIDGE` on a tap "
		"made by hand.",
		name, name);
	return -1;
}

static int vlans_refuse(const struct op_tap *tap, struct err *err)
{
	err_set(err, ERR_HOST, "%s: bridge \"%s\" knows no VLANs", tap->owner, tap->bridge);
	err_why(err,
		"The tap is to carry VLAN %s, and such a bridge passes frames of every VLAN on to "
		"every port.",
		tap->vlans);
	err_fix(err, "ip link set %s type bridge vlan_filtering 1, after looking at `bridge vlan`.",
		tap->bridge);
	return -1;
}

/* The bridge, and whether it can do what the tap is to get from it. */
static int master_find(struct netlink *nl, const struct op_tap *tap, struct net_link *bridge,
		       struct err *err)
{
	if (bridge_find(nl, tap->bridge, bridge, err))
		return -1;
	return tap->vlans[0] && !bridge->vlans ? vlans_refuse(tap, err) : 0;
}

static int values_check(const struct op_tap *tap, unsigned char mac[static LINK_MAC_LEN],
			struct err *err)
{
	if (tap->mac[0] && ident_parse_mac(tap->mac, mac)) {
		err_set(err, ERR_IMAGE, "\"%s\" is not a MAC address", tap->mac);
		err_why(err, "%s", ident_rule(IDENT_MAC));
	} else if (tap->vlans[0] && !ident_is_valid(IDENT_VLANS, tap->vlans)) {
		err_set(err, ERR_IMAGE, "\"%s\" are no VLANs", tap->vlans);
		err_why(err, "%s", ident_rule(IDENT_VLANS));
	} else {
		return iface_name_valid(tap->name, err);
	}
	err_fix(err, "Correct it in the configuration and compose the image again.");
	return -1;
}

/* First everything that a port is, then up: no frame passes before its VLANs are there. */
static int link_setup(struct netlink *nl, const struct op_tap *tap, const char *name,
		      struct link_change *change, int *ret_index)
{
	const struct port_change port = {.flags = tap->flags, .vlans = tap->vlans};
	struct net_link dev;
	int is_port = tap->flags & TAP_PORT_FLAGS || tap->vlans[0];
	int ret = netlink_link_get(nl, name, &dev);

	*ret_index = dev.index;
	change->up = !(tap->flags & TAP_DOWN) && !is_port;
	if (!ret)
		ret = netlink_link_set(nl, dev.index, change);
	if (!ret && is_port)
		ret = netlink_port_set(nl, dev.index, &port);
	if (!ret && is_port && !(tap->flags & TAP_DOWN))
		ret = netlink_link_set(nl, dev.index, &(struct link_change){.up = 1});
	return ret;
}

/*
 * The address begins with 0xfe: a bridge without an address of its own takes the lowest of its
 * ports, and the host's network would break for a moment each time a VM comes or goes.
 */
static int configure(struct host *host, const struct op_tap *tap, const char *name, struct err *err)
{
	char alias[IFACE_ALIAS_MAX], key[STATE_NAME_MAX + IFNAMSIZ + 1];
	unsigned char mac[LINK_MAC_LEN];
	struct link_change change = {.mac = mac, .alias = alias, .mtu = tap->mtu};
	struct net_link bridge;
	struct netlink nl;
	int ret, index;

	iface_alias(alias, host);
	(void)snprintf(key, sizeof(key), "%s %s", host->state->vm, name);
	host_mark_mac(mac, 0xfe, key);
	if (values_check(tap, mac, err) || netlink_begin(&nl, err))
		return -1;
	if (tap->bridge[0]) {
		if (master_find(&nl, tap, &bridge, err)) {
			netlink_close(&nl);
			return -1;
		}
		change.master = bridge.index;
	}
	ret = link_setup(&nl, tap, name, &change, &index);
	netlink_close(&nl);
	if (ret)
		return setup_refuse(err, ret, name);
	state_add_iface(host->state, tap->owner, name, index);
	return 0;
}

/* One that others made, by its name. */
static int existing_find(const struct op_tap *tap, struct net_link *dev, struct err *err)
{
	struct netlink nl;
	int ret;

	if (netlink_begin(&nl, err))
		return -1;
	ret = netlink_link_get(&nl, tap->name, dev);
	netlink_close(&nl);
	if (!ret && !strcmp(dev->kind, "tun"))
		return 0;
	if (ret)
		err_sys(err, ERR_HOST, -ret, "%s: there is no tap \"%s\"", tap->owner, tap->name);
	else
		err_set(err, ERR_HOST, "%s: interface \"%s\" is not a tap (%s)", tap->owner,
			tap->name, dev->kind[0] ? dev->kind : "hardware");
	err_why(err, "The image says that others make it (CONFIG_NETn_TAP_BY_OTHERS).");
	err_fix(err, "ip tuntap add dev %s mode tap%s%s.", tap->name,
		tap->flags & TAP_VNET_HDR ? " vnet_hdr" : "",
		tap->flags & TAP_MULTI_QUEUE ? " multi_queue" : "");
	return -1;
}

static int existing_note(struct host *host, const struct op_tap *tap, struct err *err)
{
	struct net_link dev;

	if (existing_find(tap, &dev, err))
		return -1;
	state_add_iface(host->state, tap->owner, tap->name, dev.index);
	return 0;
}

static int persist(struct host *host, const struct op_tap *tap, const char *name, struct err *err)
{
	if (host_record(host, OP_TAP, name, err))
		return -1;
	if (ioctl(FD_SLOT_BASE + (int)tap->fd, TUNSETPERSIST, 1)) {
		err_sys(err, ERR_HOST, errno, "cannot make tap \"%s\" persistent", name);
		err_why(err, "The configuration asks for a tap that stays when QEMU is gone.");
		err_fix(err, "Switch CONFIG_NETn_TAP_PERSISTENT off and compose the image again.");
		return -1;
	}
	return 0;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const struct op_tap *tap = &op->tap;
	char name[IFNAMSIZ] = "";

	if (bridge_helper_is_wanted(tap))
		return bridge_helper_tap(host, tap, err);
	if (iface_name_valid(tap->name, err))
		return -1;
	(void)snprintf(name, sizeof(name), "%s", tap->name);
	if (tap->flags & TAP_EXISTING) {
		if (existing_note(host, tap, err) || queue_open(tap, 0, name, err))
			return -1;
	} else if (queue_open(tap, 0, name, err) || configure(host, tap, name, err)) {
		return -1;
	}
	if ((tap->flags & TAP_PERSISTENT) && persist(host, tap, name, err))
		return -1;
	for (uint32_t queue = 1; queue < tap->queues; queue++)
		if (queue_open(tap, queue, name, err))
			return -1;
	return 0;
}

/* Whether an earlier step of the plan makes the bridge; host/bridge.c notes it in a check. */
static int bridge_is_planned(const struct host *host, const char *name)
{
	size_t len = strlen(name);

	for (unsigned i = 0; i < host->state->record_count; i++) {
		const struct state_record *record = &host->state->records[i];

		if (record->op == OP_BRIDGE && !strncmp(record->text, name, len) &&
		    record->text[len] == ' ')
			return 1;
	}
	return 0;
}

static void device_check(const struct op_tap *tap, struct findings *findings)
{
	CLEANUP_FD int fd = open(device_of(tap), O_RDWR | O_CLOEXEC);
	struct err err;

	if (fd < 0)
		(void)device_refuse(tap, &err, errno);
	else if (!net_admin_check("cannot make a tap", &err))
		return;
	findings_add(findings, &err);
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	const struct op_tap *tap = &op->tap;
	bool helper = bridge_helper_is_wanted(tap);
	unsigned char mac[LINK_MAC_LEN];
	struct netlink nl;
	struct net_link dev;
	struct err err;

	if (helper)
		bridge_helper_check(tap, findings);
	else
		device_check(tap, findings);
	if (netlink_begin(&nl, &err)) {
		findings_add(findings, &err);
		return;
	}
	/* The helper names it. */
	if (tap->flags & TAP_EXISTING && existing_find(tap, &dev, &err))
		findings_add(findings, &err);
	else if (tap->flags & TAP_EXISTING)
		state_add_iface(host->state, tap->owner, tap->name, dev.index);
	else if (!helper)
		iface_name_check(host, &nl, tap->owner, tap->name, findings);
	if (values_check(tap, mac, &err))
		findings_add(findings, &err);
	if (tap->bridge[0] && !bridge_is_planned(host, tap->bridge) &&
	    master_find(&nl, tap, &dev, &err))
		findings_add(findings, &err);
	netlink_close(&nl);
}

/* The others of the VM have gone with their descriptors, or go now. */
static int release(struct host *host, const char *name, struct err *err)
{
	struct netlink nl;
	struct net_link dev;
	int ret;

	if (netlink_begin(&nl, err))
		return -1;
	ret = iface_find_own(&nl, host, "tun", name, NULL, &dev);
	if (!ret)
		ret = netlink_link_del(&nl, dev.index);
	netlink_close(&nl);
	if (!ret || ret == -ENODEV)
		return 0;
	err_sys(err, ERR_HOST, -ret, "cannot delete tap \"%s\"", name);
	err_why(err, "It was made persistent for the VM and should go with it.");
	err_fix(err, "ip link del %s.", name);
	return -1;
}

const struct host_op host_tap = {
	.acquire = acquire,
	.check = check,
	.release = release,
	.release_caps = CAP_BIT(CAP_NET_ADMIN),
};
