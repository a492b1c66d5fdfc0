/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink.c - rtnetlink requests (rtnetlink(7), linux/if_link.h), built in a fixed buffer.
 */
#include "host/netlink_request.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_link.h>

#define REPLY_MAX \
	32768 /* what the kernel needs for a message of a dump, and what iproute2 offers */

int netlink_open(struct netlink *nl)
{
	nl->seq = 0;
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	return nl->fd < 0 ? -errno : 0;
}

void netlink_close(struct netlink *nl)
{
	if (nl->fd >= 0)
		(void)close(nl->fd);
	nl->fd = -1;
}

void request_begin(struct request *req, uint16_t type, uint16_t flags, size_t body)
{
	memset(req, 0, offsetof(struct request, attrs));
	req->head.nlmsg_type = type;
	req->head.nlmsg_flags = NLM_F_REQUEST | flags;
	req->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(body);
}

struct rtattr *attr_add(struct request *req, uint16_t type, const void *data, size_t len)
{
	size_t at = NLMSG_ALIGN(req->head.nlmsg_len);
	unsigned char *base = (unsigned char *)req;
	struct rtattr *attr = (struct rtattr *)(void *)(base + at);

	req->head.nlmsg_len = (uint32_t)(at + RTA_ALIGN(RTA_LENGTH(len)));
	if (req->head.nlmsg_len > sizeof(*req))
		return NULL;
	/* What fills it up to the next one goes along. */
	memset(attr, 0, RTA_ALIGN(RTA_LENGTH(len)));
	attr->rta_type = type;
	attr->rta_len = (uint16_t)RTA_LENGTH(len);
	if (data)
		memcpy(RTA_DATA(attr), data, len);
	return attr;
}

struct rtattr *attr_begin(struct request *req, uint16_t type)
{
	return attr_add(req, type, NULL, 0);
}

void attr_end(struct request *req, struct rtattr *attr)
{
	if (attr)
		attr->rta_len = (uint16_t)((unsigned char *)req + req->head.nlmsg_len -
					   (unsigned char *)attr);
}

static int request_send(struct netlink *nl, struct request *req)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

	if (req->head.nlmsg_len > sizeof(*req))
		return -EMSGSIZE;
	req->head.nlmsg_seq = ++nl->seq;
	if (sendto(nl->fd, req, req->head.nlmsg_len, 0, (struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

/* One datagram of the kernel's; what another process sent to the socket is passed over. */
static ssize_t reply_read(struct netlink *nl, void *buf)
{
	for (;;) {
		struct sockaddr_nl from = {0};
		socklen_t len = sizeof(from);
		ssize_t got =
			recvfrom(nl->fd, buf, REPLY_MAX, MSG_TRUNC, (struct sockaddr *)&from, &len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got > REPLY_MAX)
			return -EMSGSIZE;
		if (len == sizeof(from) && from.nl_pid == 0)
			return got;
	}
}

void attr_text(char *to, size_t size, const struct rtattr *attr)
{
	size_t len = RTA_PAYLOAD(attr);

	if (len >= size)
		len = size - 1;
	memcpy(to, RTA_DATA(attr), len);
	to[len] = '\0';
}

static void bridge_parse(struct net_link *dev, const struct rtattr *data)
{
	const struct rtattr *attr = RTA_DATA(data);
	size_t left = RTA_PAYLOAD(data);

	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left))
		if (attr->rta_type == IFLA_BR_VLAN_FILTERING && RTA_PAYLOAD(attr) >= 1)
			dev->vlans = *(const unsigned char *)RTA_DATA(attr) != 0;
}

/* The kind comes before what depends on it. */
static void info_parse(struct net_link *dev, const struct rtattr *info)
{
	const struct rtattr *attr = RTA_DATA(info);
	size_t left = RTA_PAYLOAD(info);

	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
		if (attr->rta_type == IFLA_INFO_KIND)
			attr_text(dev->kind, sizeof(dev->kind), attr);
		else if (attr->rta_type == IFLA_INFO_DATA && !strcmp(dev->kind, "bridge"))
			bridge_parse(dev, attr);
	}
}

static void link_parse(struct net_link *dev, const struct nlmsghdr *head)
{
	const struct ifinfomsg *link = NLMSG_DATA(head);
	const struct rtattr *attr = IFLA_RTA(link);
	size_t left = IFLA_PAYLOAD(head);

	memset(dev, 0, sizeof(*dev));
	dev->index = link->ifi_index;
	dev->flags = link->ifi_flags;
	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
		if (attr->rta_type == IFLA_IFNAME)
			attr_text(dev->name, sizeof(dev->name), attr);
		else if (attr->rta_type == IFLA_IFALIAS)
			attr_text(dev->alias, sizeof(dev->alias), attr);
		else if (attr->rta_type == IFLA_MASTER && RTA_PAYLOAD(attr) >= sizeof(int))
			memcpy(&dev->master, RTA_DATA(attr), sizeof(int));
		else if (attr->rta_type == IFLA_LINK && RTA_PAYLOAD(attr) >= sizeof(int))
			memcpy(&dev->link, RTA_DATA(attr), sizeof(int));
		else if (attr->rta_type == IFLA_ADDRESS && RTA_PAYLOAD(attr) == LINK_MAC_LEN)
			memcpy(dev->mac, RTA_DATA(attr), LINK_MAC_LEN);
		else if (attr->rta_type == IFLA_LINKINFO)
			info_parse(dev, attr);
	}
}

/*
 * Sends and reads until the answer is complete: an acknowledgement, the end of a dump or, where
 * neither was asked for, the one message.
 */
int request_walk(struct netlink *nl, struct request *req, reply_fn *fn, void *arg)
{
	_Alignas(struct nlmsghdr) unsigned char buf[REPLY_MAX];
	int dump = (req->head.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	int ret = request_send(nl, req);

	if (ret < 0)
		return ret;
	for (;;) {
		ssize_t got = reply_read(nl, buf);
		const struct nlmsghdr *head = (const struct nlmsghdr *)(const void *)buf;

		if (got < 0)
			return (int)got;
		for (; NLMSG_OK(head, (size_t)got); head = NLMSG_NEXT(head, got)) {
			if (head->nlmsg_seq != nl->seq)
				continue;
			if (head->nlmsg_type == NLMSG_ERROR)
				return ((const struct nlmsgerr *)NLMSG_DATA(head))->error;
			if (head->nlmsg_type == NLMSG_DONE)
				return 0;
			if (!fn)
				continue;
			fn(arg, head);
			if (!dump)
				return 0;
		}
	}
}

/** struct link_reader - who gets the interfaces of an answer. */
struct link_reader {
	link_fn *fn;
	void *arg;
};

static void link_reply(void *arg, const struct nlmsghdr *head)
{
	const struct link_reader *reader = arg;
	struct net_link dev;

	if (head->nlmsg_type != RTM_NEWLINK)
		return;
	link_parse(&dev, head);
	reader->fn(reader->arg, &dev);
}

int request_run(struct netlink *nl, struct request *req, link_fn *fn, void *arg)
{
	struct link_reader reader = {.fn = fn, .arg = arg};

	return request_walk(nl, req, fn ? link_reply : NULL, &reader);
}

static void link_copy(void *arg, const struct net_link *dev)
{
	*(struct net_link *)arg = *dev;
}

int netlink_link_get(struct netlink *nl, const char *name, struct net_link *ret_link)
{
	struct request req;

	request_begin(&req, RTM_GETLINK, 0, sizeof(req.link));
	attr_add(&req, IFLA_IFNAME, name, strlen(name) + 1);
	return request_run(nl, &req, link_copy, ret_link);
}

int netlink_link_list(struct netlink *nl, link_fn *fn, void *arg)
{
	struct request req;

	request_begin(&req, RTM_GETLINK, NLM_F_DUMP, sizeof(req.link));
	return request_run(nl, &req, fn, arg);
}

int netlink_bridge_add(struct netlink *nl, const char *name, const unsigned char *mac, int vlans)
{
	const unsigned char on = 1;
	struct rtattr *info, *data;
	struct request req;

	request_begin(&req, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(req.link));
	attr_add(&req, IFLA_IFNAME, name, strlen(name) + 1);
	attr_add(&req, IFLA_ADDRESS, mac, LINK_MAC_LEN);
	info = attr_begin(&req, IFLA_LINKINFO);
	attr_add(&req, IFLA_INFO_KIND, "bridge", strlen("bridge"));
	if (vlans) {
		data = attr_begin(&req, IFLA_INFO_DATA);
		attr_add(&req, IFLA_BR_VLAN_FILTERING, &on, sizeof(on));
		attr_end(&req, data);
	}
	attr_end(&req, info);
	return request_run(nl, &req, NULL, NULL);
}

int netlink_macvtap_add(struct netlink *nl, const char *name, int parent, uint32_t mode,
			const unsigned char *mac)
{
	struct rtattr *info, *data;
	struct request req;

	request_begin(&req, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, sizeof(req.link));
	attr_add(&req, IFLA_IFNAME, name, strlen(name) + 1);
	attr_add(&req, IFLA_LINK, &parent, sizeof(parent));
	attr_add(&req, IFLA_ADDRESS, mac, LINK_MAC_LEN);
	info = attr_begin(&req, IFLA_LINKINFO);
	attr_add(&req, IFLA_INFO_KIND, "macvtap", strlen("macvtap"));
	data = attr_begin(&req, IFLA_INFO_DATA);
	attr_add(&req, IFLA_MACVLAN_MODE, &mode, sizeof(mode));
	attr_end(&req, data);
	attr_end(&req, info);
	return request_run(nl, &req, NULL, NULL);
}

int netlink_link_set(struct netlink *nl, int index, const struct link_change *change)
{
	struct request req;

	request_begin(&req, RTM_SETLINK, NLM_F_ACK, sizeof(req.link));
	req.link.ifi_index = index;
	if (change->up) {
		req.link.ifi_flags = IFF_UP;
		req.link.ifi_change = IFF_UP;
	}
	if (change->mac)
		attr_add(&req, IFLA_ADDRESS, change->mac, LINK_MAC_LEN);
	if (change->alias)
		attr_add(&req, IFLA_IFALIAS, change->alias, strlen(change->alias));
	if (change->mtu)
		attr_add(&req, IFLA_MTU, &change->mtu, sizeof(change->mtu));
	if (change->master)
		attr_add(&req, IFLA_MASTER, &change->master, sizeof(change->master));
	return request_run(nl, &req, NULL, NULL);
}

int netlink_link_del(struct netlink *nl, int index)
{
	struct request req;

	request_begin(&req, RTM_DELLINK, NLM_F_ACK, sizeof(req.link));
	req.link.ifi_index = index;
	return request_run(nl, &req, NULL, NULL);
}

int netlink_address_add(struct netlink *nl, int index, uint32_t address, unsigned prefix)
{
	struct request req;
	uint32_t broadcast = prefix < 31 ? address | htonl(UINT32_MAX >> prefix) : address;

	request_begin(&req, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
		      sizeof(req.address));
	req.address.ifa_family = AF_INET;
	req.address.ifa_prefixlen = (unsigned char)prefix;
	req.address.ifa_index = (unsigned)index;
	attr_add(&req, IFA_LOCAL, &address, sizeof(address));
	attr_add(&req, IFA_ADDRESS, &address, sizeof(address));
	if (prefix < 31)
		attr_add(&req, IFA_BROADCAST, &broadcast, sizeof(broadcast));
	return request_run(nl, &req, NULL, NULL);
}
