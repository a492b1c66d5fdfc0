/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink_tc.c - traffic control by rtnetlink (linux/pkt_sched.h, linux/pkt_cls.h): HTB for what leaves by an
 * interface, a filter that drops for what comes in.
 *
 * Rates go as numbers: the tables of times that tc(8) sends along have been without effect since Linux 3.10;
 * HTB does without them, police wants one and does not look into it (qdisc_get_rtab()).
 */
#include "host/netlink_tc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>

#include "host/netlink_request.h"

#define NS_PER_S    1000000000ull
#define NS_PER_TICK 64
#define CLASS_QUANTUM \
	60000 /* one class shares with none; but without a number the kernel's log has a warning */
#define CELL_LOG 3 /* any but 0: the kernel refuses a table without */

/* How long the bucket takes to fill, in the kernel's ticks. */
static uint32_t ticks_of(uint32_t bytes, uint32_t rate)
{
	uint64_t unit = (uint64_t)rate * NS_PER_TICK;
	uint64_t ticks = (bytes * NS_PER_S + unit - 1) / unit;

	return ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX;
}

static struct tc_ratespec rate_of(uint32_t rate)
{
	return (struct tc_ratespec){
		.rate = rate, .cell_log = CELL_LOG, .linklayer = TC_LINKLAYER_ETHERNET};
}

static void tc_begin(struct request *req, uint16_t type, uint16_t flags, int index, uint32_t parent)
{
	request_begin(req, type, flags, sizeof(req->tc));
	req->tc.tcm_ifindex = index;
	req->tc.tcm_parent = parent;
}

/* What adds fails where something stands in its place. */
static void tc_add_begin(struct request *req, uint16_t type, int index, uint32_t parent,
			 uint32_t handle, const char *kind)
{
	tc_begin(req, type, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, index, parent);
	req->tc.tcm_handle = handle;
	attr_add(req, TCA_KIND, kind, strlen(kind) + 1);
}

static uint32_t class_of(uint16_t mark)
{
	return TC_H_MAKE((uint32_t)mark << 16, TC_CLASS_MINOR);
}

int netlink_htb_add(struct netlink *nl, int index, uint16_t mark)
{
	const struct tc_htb_glob htb = {.version = 3, .rate2quantum = 10, .defcls = TC_CLASS_MINOR};
	struct rtattr *options;
	struct request req;

	tc_add_begin(&req, RTM_NEWQDISC, index, TC_H_ROOT, (uint32_t)mark << 16, "htb");
	options = attr_begin(&req, TCA_OPTIONS);
	attr_add(&req, TCA_HTB_INIT, &htb, sizeof(htb));
	attr_end(&req, options);
	return request_walk(nl, &req, NULL, NULL);
}

/* Without a peak both buckets are the same, and a burst goes as fast as the interface. */
int netlink_htb_class_add(struct netlink *nl, int index, uint16_t mark,
			  const struct tc_limit *limit)
{
	uint32_t peak = limit->peak ? limit->peak : limit->rate;
	const struct tc_htb_opt class = {
		.rate = rate_of(limit->rate),
		.ceil = rate_of(peak),
		.buffer = ticks_of(limit->burst, limit->rate),
		.cbuffer = ticks_of(limit->peak ? limit->peak_burst : limit->burst, peak),
		.quantum = CLASS_QUANTUM,
	};
	struct rtattr *options;
	struct request req;

	tc_add_begin(&req, RTM_NEWTCLASS, index, (uint32_t)mark << 16, class_of(mark), "htb");
	options = attr_begin(&req, TCA_OPTIONS);
	attr_add(&req, TCA_HTB_PARMS, &class, sizeof(class));
	attr_end(&req, options);
	return request_walk(nl, &req, NULL, NULL);
}

int netlink_fair_add(struct netlink *nl, int index, uint16_t mark)
{
	struct request req;

	tc_add_begin(&req, RTM_NEWQDISC, index, class_of(mark), 0, "fq_codel");
	return request_walk(nl, &req, NULL, NULL);
}

int netlink_htb_del(struct netlink *nl, int index, uint16_t mark)
{
	struct request req;

	tc_begin(&req, RTM_DELQDISC, NLM_F_ACK, index, TC_H_ROOT);
	req.tc.tcm_handle = (uint32_t)mark << 16;
	return request_walk(nl, &req, NULL, NULL);
}

int netlink_ingress_add(struct netlink *nl, int index)
{
	struct request req;

	tc_add_begin(&req, RTM_NEWQDISC, index, TC_H_INGRESS, TC_INGRESS_HANDLE, "ingress");
	return request_walk(nl, &req, NULL, NULL);
}

int netlink_ingress_del(struct netlink *nl, int index)
{
	struct request req;

	tc_begin(&req, RTM_DELQDISC, NLM_F_ACK, index, TC_H_INGRESS);
	req.tc.tcm_handle = TC_INGRESS_HANDLE;
	return request_walk(nl, &req, NULL, NULL);
}

/* Action 1 of a filter: what is in the buckets goes on, the rest is dropped. */
static void police_add(struct request *req, const struct tc_limit *limit)
{
	const struct tc_police police = {
		.action = TC_ACT_SHOT,
		.burst = ticks_of(limit->burst, limit->rate),
		.mtu = TC_PACKET_MAX,
		.rate = rate_of(limit->rate),
		.peakrate = limit->peak ? rate_of(limit->peak) : (struct tc_ratespec){0},
	};
	struct rtattr *action = attr_begin(req, 1), *options;

	attr_add(req, TCA_ACT_KIND, "police", sizeof("police"));
	options = attr_begin(req, TCA_ACT_OPTIONS);
	attr_add(req, TCA_POLICE_TBF, &police, sizeof(police));
	attr_add(req, TCA_POLICE_RATE, NULL, TC_RTAB_SIZE);
	if (limit->peak)
		attr_add(req, TCA_POLICE_PEAKRATE, NULL, TC_RTAB_SIZE);
	attr_end(req, options);
	attr_end(req, action);
}

static uint32_t filter_info(uint16_t mark)
{
	return TC_H_MAKE((uint32_t)mark << 16, htons(ETH_P_ALL));
}

int netlink_police_add(struct netlink *nl, int index, uint16_t mark, const struct tc_limit *limit)
{
	/* One key without a mask: every packet. */
	const struct {
		struct tc_u32_sel sel;
		struct tc_u32_key key;
	} all = {.sel = {.flags = TC_U32_TERMINAL, .nkeys = 1}};
	const uint32_t class = TC_H_MAKE(0, TC_CLASS_MINOR);
	struct rtattr *options, *actions;
	struct request req;

	tc_add_begin(&req, RTM_NEWTFILTER, index, TC_INGRESS_HANDLE, 0, "u32");
	req.tc.tcm_info = filter_info(mark);
	options = attr_begin(&req, TCA_OPTIONS);
	attr_add(&req, TCA_U32_CLASSID, &class, sizeof(class));
	actions = attr_begin(&req, TCA_U32_ACT);
	police_add(&req, limit);
	attr_end(&req, actions);
	attr_add(&req, TCA_U32_SEL, &all, sizeof(all));
	attr_end(&req, options);
	return request_walk(nl, &req, NULL, NULL);
}

int netlink_police_del(struct netlink *nl, int index, uint16_t mark)
{
	struct request req;

	tc_begin(&req, RTM_DELTFILTER, NLM_F_ACK, index, TC_INGRESS_HANDLE);
	req.tc.tcm_info = filter_info(mark);
	attr_add(&req, TCA_KIND, "u32", sizeof("u32"));
	return request_walk(nl, &req, NULL, NULL);
}

/* ---- what is there ---------------------------------------------------------------------------- */

/** struct look - a look at one interface. */
struct look {
	int index;
	uint16_t mark;
	struct tc_seen *seen;
};

static void kind_copy(char kind[static LINK_KIND_MAX], const struct nlmsghdr *head)
{
	const struct rtattr *attr = TCA_RTA((char *)NLMSG_DATA(head));
	size_t left = TCA_PAYLOAD(head);

	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left))
		if (attr->rta_type == TCA_KIND)
			attr_text(kind, LINK_KIND_MAX, attr);
}

/* A dump has those of every interface. */
static void qdisc_reply(void *arg, const struct nlmsghdr *head)
{
	const struct tcmsg *tc = NLMSG_DATA(head);
	struct look *look = arg;

	if (head->nlmsg_type != RTM_NEWQDISC || tc->tcm_ifindex != look->index)
		return;
	if (tc->tcm_parent == TC_H_INGRESS)
		kind_copy(look->seen->ingress, head);
	if (tc->tcm_parent != TC_H_ROOT || !tc->tcm_handle)
		return;
	kind_copy(look->seen->root, head);
	look->seen->root_is_ours = tc->tcm_handle == (uint32_t)look->mark << 16;
}

static void filter_reply(void *arg, const struct nlmsghdr *head)
{
	const struct tcmsg *tc = NLMSG_DATA(head);
	struct look *look = arg;

	if (head->nlmsg_type != RTM_NEWTFILTER || tc->tcm_ifindex != look->index)
		return;
	look->seen->filters++;
	look->seen->filters_ours += TC_H_MAJ(tc->tcm_info) >> 16 == look->mark;
}

int netlink_tc_look(struct netlink *nl, int index, uint16_t mark, struct tc_seen *ret_seen)
{
	struct look look = {.index = index, .mark = mark, .seen = ret_seen};
	struct request req;
	int ret;

	memset(ret_seen, 0, sizeof(*ret_seen));
	tc_begin(&req, RTM_GETQDISC, NLM_F_DUMP, index, 0);
	ret = request_walk(nl, &req, qdisc_reply, &look);
	if (ret || strcmp(ret_seen->ingress, "ingress") != 0)
		return ret;
	tc_begin(&req, RTM_GETTFILTER, NLM_F_DUMP, index, TC_INGRESS_HANDLE);
	return request_walk(nl, &req, filter_reply, &look);
}
