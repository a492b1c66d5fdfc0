/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink_limits.c - the limits of an interface as the kernel has them: the class of an HTB and the policing
 * filter that netlink_tc.c puts there. Changes nothing. Of the programs kiln-ctl alone has it.
 */
#include "host/netlink_limits.h"

#include <string.h>

#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>

#include "host/netlink_request.h"

#define TICKS_PER_S 15625000u /* of 64 ns, PSCHED_SHIFT */

/** struct look - a look at one interface, in one direction. */
struct look {
	int index;
	struct tc_limit *limit;
};

static const struct rtattr *attr_find(const struct rtattr *attr, size_t left, unsigned type)
{
	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left))
		if ((attr->rta_type & NLA_TYPE_MASK) == type)
			return attr;
	return NULL;
}

static const struct rtattr *attr_in(const struct rtattr *outer, unsigned type)
{
	return outer ? attr_find(RTA_DATA(outer), RTA_PAYLOAD(outer), type) : NULL;
}

static int is_text(const struct rtattr *attr, const char *text)
{
	return attr && RTA_PAYLOAD(attr) == strlen(text) + 1 &&
	       memcmp(RTA_DATA(attr), text, strlen(text)) == 0;
}

/* The attribute @type among the options of a message of @kind, or NULL. */
static const struct rtattr *option_of(const struct nlmsghdr *head, const char *kind, unsigned type)
{
	const struct rtattr *attrs = TCA_RTA((char *)NLMSG_DATA(head));
	size_t len = TCA_PAYLOAD(head);

	if (!is_text(attr_find(attrs, len, TCA_KIND), kind))
		return NULL;
	return attr_in(attr_find(attrs, len, TCA_OPTIONS), type);
}

static int is_read(void *to, size_t size, const struct rtattr *attr)
{
	if (!attr || RTA_PAYLOAD(attr) < size)
		return 0;
	memcpy(to, RTA_DATA(attr), size);
	return 1;
}

static uint32_t bytes_of(uint32_t ticks, uint32_t rate)
{
	uint64_t bytes = (uint64_t)ticks * rate / TICKS_PER_S;

	return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

/* Without a peak of its own a class has its rate as such. */
static void class_reply(void *arg, const struct nlmsghdr *head)
{
	const struct tcmsg *tc = NLMSG_DATA(head);
	struct look *look = arg;
	struct tc_htb_opt class;

	if (head->nlmsg_type != RTM_NEWTCLASS || tc->tcm_ifindex != look->index ||
	    !tc_is_marked(tc->tcm_handle) || TC_H_MIN(tc->tcm_handle) != TC_CLASS_MINOR ||
	    !is_read(&class, sizeof(class), option_of(head, "htb", TCA_HTB_PARMS)))
		return;
	*look->limit = (struct tc_limit){.rate = class.rate.rate,
					 .burst = bytes_of(class.buffer, class.rate.rate)};
	if (class.ceil.rate == class.rate.rate)
		return;
	look->limit->peak = class.ceil.rate;
	look->limit->peak_burst = bytes_of(class.cbuffer, class.ceil.rate);
}

static void filter_reply(void *arg, const struct nlmsghdr *head)
{
	const struct tcmsg *tc = NLMSG_DATA(head);
	struct look *look = arg;
	struct tc_police police;

	if (head->nlmsg_type != RTM_NEWTFILTER || tc->tcm_ifindex != look->index ||
	    !tc_is_marked(tc->tcm_info))
		return;
	/* Action 1 of the filter. */
	const struct rtattr *action = attr_in(option_of(head, "u32", TCA_U32_ACT), 1);

	if (!is_text(attr_in(action, TCA_ACT_KIND), "police") ||
	    !is_read(&police, sizeof(police),
		     attr_in(attr_in(action, TCA_ACT_OPTIONS), TCA_POLICE_TBF)))
		return;
	*look->limit = (struct tc_limit){
		.rate = police.rate.rate,
		.burst = bytes_of(police.burst, police.rate.rate),
		.peak = police.peakrate.rate,
		.peak_burst = police.peakrate.rate ? police.mtu : 0,
	};
}

static int look_at(struct netlink *nl, uint16_t type, uint32_t parent, reply_fn *fn, int index,
		   struct tc_limit *ret_limit)
{
	struct look look = {.index = index, .limit = ret_limit};
	struct request req;

	memset(ret_limit, 0, sizeof(*ret_limit));
	request_begin(&req, type, NLM_F_DUMP, sizeof(req.tc));
	req.tc.tcm_ifindex = index;
	req.tc.tcm_parent = parent;
	return request_walk(nl, &req, fn, &look);
}

int netlink_limits_look(struct netlink *nl, int index, struct tc_limit *ret_leaves,
			struct tc_limit *ret_comes_in)
{
	int ret = look_at(nl, RTM_GETTCLASS, 0, class_reply, index, ret_leaves);

	return ret ? ret
		   : look_at(nl, RTM_GETTFILTER, TC_INGRESS_HANDLE, filter_reply, index,
			     ret_comes_in);
}
