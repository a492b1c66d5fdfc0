/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * macvtap.c - operation macvtap: an interface with the guest's address on one of the host's, and a descriptor
 * of its character device for each queue.
 *
 * It outlives the process, so its name, its parent and both addresses are recorded before it is made; released
 * is what has the VM's alias, or that name, parent and address. In passthrough mode the parent gets the guest's address;
 * its own is recorded too, and put back.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/num.h"
#include "host/bridge.h"
#include "host/caps.h"
#include "host/iface.h"

#define NAME_TRIES 10000 /* numbers for a template, as many as libvirt tries */
#define NODE       "tap" /* in the run directory, for a moment */

static const uint32_t kernel_mode[MACVTAP_MODE_COUNT] = {
	[MACVTAP_VEPA] = MACVLAN_MODE_VEPA,
	[MACVTAP_BRIDGE] = MACVLAN_MODE_BRIDGE,
	[MACVTAP_PRIVATE] = MACVLAN_MODE_PRIVATE,
	[MACVTAP_PASSTHROUGH] = MACVLAN_MODE_PASSTHRU,
};

/* ---- the parent ------------------------------------------------------------------------------ */

struct parent_names {
	struct buf buf;
	char text[256];
};

static void parent_list(void *arg, const struct net_link *dev)
{
	struct parent_names *names = arg;

	/* Those of VMs, and of this start, come and go. */
	if (!(dev->flags & IFF_LOOPBACK) && !iface_is_kilns(dev))
		buf_addf(&names->buf, "%s%s", names->buf.len ? ", " : "", dev->name);
}

static int parent_absent(struct netlink *nl, const struct op_macvtap *tap, struct err *err)
{
	struct parent_names names;

	buf_init(&names.buf, names.text, sizeof(names.text));
	if (netlink_link_list(nl, parent_list, &names))
		buf_cut(&names.buf, 0);
	err_set(err, ERR_HOST, "%s: there is no interface \"%s\"", tap->owner, tap->parent);
	err_why(err, "The VM's macvtap is to sit on it. Interfaces of this host: %s%s.",
		names.buf.len ? names.text : "none", names.buf.overflow ? ", ..." : "");
	err_fix(err, "Name one of them: --set %s.parent=NAME, or in the site file.", tap->owner);
	return -1;
}

static int parent_find(struct netlink *nl, const struct op_macvtap *tap, struct net_link *parent,
		       struct err *err)
{
	int ret;

	if (!ident_is_valid(IDENT_IFNAME, tap->parent)) {
		err_set(err, ERR_IMAGE, "\"%s\" is not an interface name", tap->parent);
		err_why(err, "%s", ident_rule(IDENT_IFNAME));
		err_fix(err, "Correct it in the configuration and compose the image again.");
		return -1;
	}
	ret = netlink_link_get(nl, tap->parent, parent);
	if (ret == -ENODEV)
		return parent_absent(nl, tap, err);
	if (ret) {
		err_sys(err, ERR_HOST, -ret, "cannot look up interface \"%s\"", tap->parent);
		err_why(err, "The kernel refused the question.");
		err_fix(err, "Try `ip link show %s`, which asks the same.", tap->parent);
		return -1;
	}
	if (parent->flags & IFF_UP && !(parent->flags & IFF_LOOPBACK))
		return 0;
	err_set(err, ERR_HOST, "%s: interface \"%s\" is %s", tap->owner, tap->parent,
		parent->flags & IFF_LOOPBACK ? "the loopback" : "down");
	err_why(err, "What sits on it sends and receives through it.");
	err_fix(err,
		parent->flags & IFF_LOOPBACK ? "Name another: --set %s.parent=NAME."
					     : "ip link set %s up.",
		parent->flags & IFF_LOOPBACK ? tap->owner : tap->parent);
	return -1;
}

/* ---- the interface ---------------------------------------------------------------------------- */

static int make_refuse(const struct op_macvtap *tap, const char *name, int sys_errno,
		       struct err *err)
{
	if (sys_errno == EEXIST)
		return iface_exists_refuse(name, err);
	err_sys(err, ERR_HOST, sys_errno, "cannot make macvtap \"%s\" on \"%s\"", name,
		tap->parent);
	if (sys_errno == EPERM) {
		err_why(err, "It needs CAP_NET_ADMIN, and this process does not have it.");
		err_fix(err, "Run as root, or add AmbientCapabilities=CAP_NET_ADMIN to the unit.");
	} else if (sys_errno == EOPNOTSUPP) {
		err_why(err, "The kernel's macvtap driver makes them, and it is not there.");
		err_fix(err, "modprobe macvtap.");
	} else {
		err_why(err, "A port of a bridge carries none, nor a macvtap; and one in mode "
			     "passthrough must be alone on its parent.");
		err_fix(err, "ip -d link shows what is on %s; choose another parent or mode.",
			tap->parent);
	}
	return -1;
}

/* "NAME PARENT MAC OLD": OLD is the parent's own address where that will be changed, else "-". */
static int record(struct host *host, const struct op_macvtap *tap, const char *name,
		  const struct net_link *parent, struct err *err)
{
	char text[STATE_TEXT_MAX], old[MAC_TEXT_MAX] = "-";

	if (tap->mode == MACVTAP_PASSTHROUGH)
		ident_format_mac(old, parent->mac);
	(void)snprintf(text, sizeof(text), "%s %s %s %s", name, tap->parent, tap->mac, old);
	return host_record(host, OP_MACVTAP, text, err);
}

/*
 * The name is chosen here, not by the kernel, because it is recorded first. When somebody else takes it in
 * between, the record goes with it and the next number is tried.
 */
static int make(struct host *host, struct netlink *nl, const struct op_macvtap *tap,
		const unsigned char *mac, char name[static IFNAMSIZ], struct err *err)
{
	const char *percent = strchr(tap->name, '%');
	struct net_link parent, other;
	unsigned number = 0;
	int ret;

	if (parent_find(nl, tap, &parent, err))
		return -1;
	for (; number < NAME_TRIES; number++) {
		if (percent)
			(void)snprintf(name, IFNAMSIZ, "%.*s%u%s", (int)(percent - tap->name),
				       tap->name, number, percent + 2);
		else
			(void)snprintf(name, IFNAMSIZ, "%s", tap->name);
		ret = netlink_link_get(nl, name, &other);
		if (!ret) {
			ret = -EEXIST;
		} else if (ret == -ENODEV) {
			if (record(host, tap, name, &parent, err))
				return -1;
			ret = netlink_macvtap_add(nl, name, parent.index, kernel_mode[tap->mode],
						  mac);
			if (ret == -EEXIST)
				host->state->record_count--;
		}
		if (ret != -EEXIST || !percent)
			break;
	}
	return ret ? make_refuse(tap, name, -ret, err) : 0;
}

static int setup_refuse(const struct op_macvtap *tap, const char *name, int sys_errno,
			struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "cannot configure macvtap \"%s\"", name);
	if (sys_errno == EADDRINUSE || sys_errno == EBUSY) {
		err_why(err, "Another interface on \"%s\" has the address %s.", tap->parent,
			tap->mac);
		err_fix(err,
			"ip -d link shows which; give one of them another (CONFIG_NETn_MAC, or the "
			"unit id).");
		return -1;
	}
	err_why(err,
		"It gets an alias and the address %s and is set up; in mode passthrough \"%s\" "
		"gets the address as well.",
		tap->mac, tap->parent);
	err_fix(err, "Try `ip link set dev %s address %s up` on a macvtap made by hand.", name,
		tap->mac);
	return -1;
}

static int configure(struct host *host, struct netlink *nl, const struct op_macvtap *tap,
		     const unsigned char *mac, const char *name, int *ret_index, struct err *err)
{
	char alias[IFACE_ALIAS_MAX];
	struct link_change change = {.alias = alias};
	struct net_link dev;
	int ret;

	iface_alias(alias, host);
	if (tap->mode == MACVTAP_PASSTHROUGH)
		change.mac = mac;
	ret = netlink_link_get(nl, name, &dev);
	if (!ret)
		ret = netlink_link_set(nl, dev.index, &change);
	/* Not in one request: the kernel takes the address of one that is up for a change in flight. */
	if (!ret)
		ret = netlink_link_set(nl, dev.index, &(struct link_change){.up = 1});
	if (ret)
		return setup_refuse(tap, name, -ret, err);
	*ret_index = dev.index;
	state_add_iface(host->state, tap->owner, name, dev.index);
	return 0;
}

/* ---- its character device --------------------------------------------------------------------- */

/* The device's number, 0 where this /sys does not show the interface. */
static dev_t node_number(const char *name, int index)
{
	char path[sizeof("/sys/class/net//tap/dev") + IFNAMSIZ + 12], text[32], *colon;
	uint64_t major_number, minor_number;

	(void)snprintf(path, sizeof(path), "/sys/class/net/%s/tap%d/dev", name, index);
	if (fd_read_file(path, text, sizeof(text)) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	colon = strchr(text, ':');
	if (!colon)
		return 0;
	*colon = '\0';
	if (num_parse(text, 0, UINT32_MAX, &major_number) ||
	    num_parse(colon + 1, 0, UINT32_MAX, &minor_number))
		return 0;
	return makedev((unsigned)major_number, (unsigned)minor_number);
}

/*
 * Without udev the kernel's own devtmpfs has /dev/tapN, N being the index. Where /dev is something else, or N
 * is another interface's in another network namespace, a node of the right number is made.
 */
static int node_open(struct host *host, const char *name, int index)
{
	dev_t number = node_number(name, index);
	char path[sizeof("/dev/tap") + 12];
	struct stat st;
	int fd, failed;

	(void)snprintf(path, sizeof(path), "/dev/tap%d", index);
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
	failed = errno;
	if (fd >= 0 && !fstat(fd, &st) && S_ISCHR(st.st_mode) && (!number || st.st_rdev == number))
		return fd;
	if (fd >= 0) {
		(void)close(fd);
		failed = ENOENT;
	}
	if (failed != ENOENT || !number)
		return -failed;
	if (mknodat(host->dir->fd, NODE, S_IFCHR | 0600, number))
		return -errno;
	fd = openat(host->dir->fd, NODE, O_RDWR | O_CLOEXEC | O_NOCTTY);
	failed = errno;
	(void)unlinkat(host->dir->fd, NODE, 0);
	return fd < 0 ? -failed : fd;
}

static int node_refuse(const char *name, int index, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "cannot open /dev/tap%d of macvtap \"%s\"", index, name);
	err_why(err, "QEMU gets the packets through this device.");
	if (sys_errno == EACCES || sys_errno == EPERM)
		err_fix(err, "Run as root; or let udev give this user the permission on it.");
	else
		err_fix(err, "Mount devtmpfs on /dev, or /sys of this network namespace.");
	return -1;
}

static int queue_open(struct host *host, const struct op_macvtap *tap, uint32_t queue,
		      const char *name, int index, struct err *err)
{
	CLEANUP_FD int fd = node_open(host, name, index);
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};

	if (fd < 0)
		return node_refuse(name, index, -fd, err);
	/* A device number says little where /sys is another namespace's; the driver knows the name. */
	if (ioctl(fd, TUNGETIFF, &request) || strncmp(request.ifr_name, name, IFNAMSIZ) != 0)
		return node_refuse(name, index, ENODEV, err);
	request.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (tap->flags & MACVTAP_VNET_HDR)
		request.ifr_flags |= IFF_VNET_HDR;
	if (tap->flags & MACVTAP_MULTI_QUEUE)
		request.ifr_flags |= IFF_MULTI_QUEUE;
	if (ioctl(fd, TUNSETIFF, &request)) {
		err_sys(err, ERR_HOST, errno, "cannot set up queue %u of macvtap \"%s\"", queue,
			name);
		err_why(err, "The kernel's macvtap driver refused its flags; queues above one need "
			     "kernel 3.8.");
		err_fix(err, "Set fewer queues (CONFIG_NETn_QUEUES) and compose the image again.");
		return -1;
	}
	return host_fd_put(tap->fd + queue, fd_take(&fd), err);
}

/* ---- the operation ---------------------------------------------------------------------------- */

static int values_check(const struct op_macvtap *tap, unsigned char mac[static LINK_MAC_LEN],
			struct err *err)
{
	if (iface_name_valid(tap->name, err))
		return -1;
	if (!ident_parse_mac(tap->mac, mac))
		return 0;
	err_set(err, ERR_IMAGE, "\"%s\" is not a MAC address", tap->mac);
	err_why(err, "%s", ident_rule(IDENT_MAC));
	err_fix(err, "Correct it in the configuration and compose the image again.");
	return -1;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const struct op_macvtap *tap = &op->macvtap;
	unsigned char mac[LINK_MAC_LEN];
	char name[IFNAMSIZ];
	struct netlink nl;
	int index, ret;

	if (values_check(tap, mac, err) || netlink_begin(&nl, err))
		return -1;
	ret = make(host, &nl, tap, mac, name, err);
	if (!ret)
		ret = configure(host, &nl, tap, mac, name, &index, err);
	netlink_close(&nl);
	for (uint32_t queue = 0; !ret && queue < tap->queues; queue++)
		ret = queue_open(host, tap, queue, name, index, err);
	return ret;
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	const struct op_macvtap *tap = &op->macvtap;
	unsigned char mac[LINK_MAC_LEN];
	struct net_link parent;
	struct netlink nl;
	struct err err;

	if (values_check(tap, mac, &err))
		findings_add(findings, &err);
	if (net_admin_check("cannot make a macvtap", &err))
		findings_add(findings, &err);
	if (netlink_begin(&nl, &err)) {
		findings_add(findings, &err);
		return;
	}
	iface_name_check(host, &nl, tap->owner, tap->name, findings);
	if (parent_find(&nl, tap, &parent, &err))
		findings_add(findings, &err);
	netlink_close(&nl);
}

/* ---- release ---------------------------------------------------------------------------------- */

/** struct remains - a record taken apart. @old: the parent's own address, if @has_old. */
struct remains {
	char text[STATE_TEXT_MAX];
	const char *name, *parent;
	unsigned char mac[LINK_MAC_LEN], old[LINK_MAC_LEN];
	int has_old;
};

static int remains_parse(struct remains *remains, const char *record)
{
	char *word[4], *rest = remains->text;

	(void)snprintf(remains->text, sizeof(remains->text), "%s", record);
	for (unsigned i = 0; i < ARRAY_SIZE(word); i++) {
		word[i] = rest ? strsep(&rest, " ") : NULL;
		if (!word[i])
			return -1;
	}
	remains->name = word[0];
	remains->parent = word[1];
	remains->has_old = !ident_parse_mac(word[3], remains->old);
	return ident_parse_mac(word[2], remains->mac);
}

/*
 * Between being made and getting the alias: by name, address and parent. In mode passthrough it has the parent's own
 * address at first; and on a macvlan it does not sit on that one but beside it (macvlan_common_newlink(),
 * drivers/net/macvlan.c).
 */
static bool is_unmarked(struct netlink *nl, const struct remains *remains,
			const struct net_link *dev)
{
	struct net_link parent;

	if (strcmp(dev->kind, "macvtap") != 0 || netlink_link_get(nl, remains->parent, &parent) ||
	    (dev->link != parent.index && dev->link != parent.link))
		return false;
	return !memcmp(dev->mac, remains->mac, LINK_MAC_LEN) ||
	       (remains->has_old && !memcmp(dev->mac, remains->old, LINK_MAC_LEN));
}

/* It, its parent and its address may have been changed by others since. Return: 0 or a negative errno. */
static int delete (struct netlink *nl, const struct host *host, const struct remains *remains)
{
	struct net_link dev;
	int ret = iface_find_own(nl, host, "macvtap", remains->name, remains->mac, &dev);

	if (ret == -ENODEV) {
		ret = netlink_link_get(nl, remains->name, &dev);
		if (!ret && !is_unmarked(nl, remains, &dev))
			return 0;
	}
	if (!ret)
		ret = netlink_link_del(nl, dev.index);
	return ret == -ENODEV ? 0 : ret;
}

/* Kernels since 4.13 put it back themselves; an address that a third one has set is left. */
static int restore(struct netlink *nl, const struct remains *remains)
{
	struct net_link parent;
	int ret;

	if (!remains->has_old)
		return 0;
	ret = netlink_link_get(nl, remains->parent, &parent);
	if (ret || memcmp(parent.mac, remains->mac, LINK_MAC_LEN) != 0 ||
	    !memcmp(parent.mac, remains->old, LINK_MAC_LEN))
		return ret == -ENODEV ? 0 : ret;
	return netlink_link_set(nl, parent.index, &(struct link_change){.mac = remains->old});
}

static int release(struct host *host, const char *record, struct err *err)
{
	struct remains remains;
	struct netlink nl;
	int ret;

	if (remains_parse(&remains, record))
		return 0;
	if (netlink_begin(&nl, err))
		return -1;
	ret = delete (&nl, host, &remains);
	if (!ret)
		ret = restore(&nl, &remains);
	netlink_close(&nl);
	if (!ret)
		return 0;
	err_sys(err, ERR_HOST, -ret, "cannot delete macvtap \"%s\"", remains.name);
	err_why(err, "It was made for the VM on \"%s\" and should go with it.", remains.parent);
	err_fix(err, "ip link del %s.", remains.name);
	return -1;
}

const struct host_op host_macvtap = {
	.acquire = acquire,
	.check = check,
	.release = release,
	.release_caps = CAP_BIT(CAP_NET_ADMIN),
};
