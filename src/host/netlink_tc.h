/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink_tc.h - traffic control of one interface, the requests that tc(8) makes: a limit for what leaves by
 * it, a limit for what comes in by it, and what is there already.
 *
 * As in netlink.h, functions return 0 or a negative errno, and whoever calls them words the message. -ENOENT
 * from one that adds means that the kernel lacks the module (net/sched/sch_api.c, cls_api.c, act_api.c).
 */
#ifndef KILN_HOST_NETLINK_TC_H
#define KILN_HOST_NETLINK_TC_H

#include <stdbool.h>
#include <stdint.h>

#include "host/netlink.h"

/*
 * The largest packet that a filter sees: 65535 bytes of one that the guest's card has put together, with its
 * headers. What is larger than a bucket of the filter never passes.
 */
#define TC_PACKET_MAX (66u * 1024)

#define TC_CLASS_MINOR    1
#define TC_INGRESS_HANDLE 0xffff0000u /* tc's "ffff:" */

/* A mark of a VM: this and 14 bits; above 0, and below what the kernel chooses itself (0x8000, net/sched/sch_api.c). */
#define TC_MARK 0x4000u

/** tc_is_marked() - whether a handle, or a filter's tcm_info, has a mark. */
static inline bool tc_is_marked(uint32_t handle)
{
	return handle >> 30 == TC_MARK >> 14;
}

/**
 * struct tc_limit - two buckets that fill at a rate; what passes must be in both.
 * @rate, @burst: bytes a second, and bytes that the bucket holds.
 * @peak, @peak_burst: likewise of the second one; @peak 0: there is none.
 *
 * Both rates are above 0, and a bucket holds at most 274 seconds of its rate: the kernel has that time as
 * 32 bits of 64 ns (PSCHED_SHIFT, include/net/pkt_sched.h).
 */
struct tc_limit {
	uint32_t rate, burst, peak, peak_burst;
};

/**
 * struct tc_seen - what stands on an interface.
 * @root, @ingress: the kind of the qdisc that somebody put there, "" where there is none but the kernel's own,
 *                  whose handle is 0. @ingress may be "clsact", which stands in the same place.
 * @root_is_ours: whether @root has the mark.
 * @filters, @filters_ours: of "ingress": all, and those with the mark.
 */
struct tc_seen {
	char root[LINK_KIND_MAX], ingress[LINK_KIND_MAX];
	bool root_is_ours;
	unsigned filters, filters_ours;
};

/** netlink_tc_look() - look at interface @index; what is ours has @mark. Return: 0, or -errno. */
int netlink_tc_look(struct netlink *nl, int index, uint16_t mark,
		    struct tc_seen *ret_seen) MUST_CHECK;

/**
 * netlink_htb_add() - put a root qdisc HTB with handle "@mark:" on it, in which all goes to class 1.
 *
 * Return: 0, or -errno (-EEXIST: somebody else's root qdisc is there, and is left).
 */
int netlink_htb_add(struct netlink *nl, int index, uint16_t mark) MUST_CHECK;

/** netlink_htb_class_add() - class 1 of it, with the limit. Return: 0, or -errno. */
int netlink_htb_class_add(struct netlink *nl, int index, uint16_t mark,
			  const struct tc_limit *limit) MUST_CHECK;

/** netlink_fair_add() - fq_codel in the class: connections take turns, and queues stay short. Return: 0, or -errno. */
int netlink_fair_add(struct netlink *nl, int index, uint16_t mark) MUST_CHECK;

/** netlink_htb_del() - remove the root qdisc, if it has the mark. Return: 0, or -errno. */
int netlink_htb_del(struct netlink *nl, int index, uint16_t mark) MUST_CHECK;

/** netlink_ingress_add() - the place for filters of what comes in. Return: 0, or -errno (-EEXIST). */
int netlink_ingress_add(struct netlink *nl, int index) MUST_CHECK;

/**
 * netlink_police_add() - a filter of priority @mark that drops what is above a limit.
 * @limit: @burst holds TC_PACKET_MAX at least; @peak_burst means nothing here, it is TC_PACKET_MAX
 *         (tcfp_mtu, net/sched/act_police.c).
 *
 * Return: 0, or -errno.
 */
int netlink_police_add(struct netlink *nl, int index, uint16_t mark,
		       const struct tc_limit *limit) MUST_CHECK;

/** netlink_ingress_del() - remove the place with all of its filters. Return: 0, or -errno. */
int netlink_ingress_del(struct netlink *nl, int index) MUST_CHECK;

/** netlink_police_del() - remove the filters of priority @mark. Return: 0, or -errno. */
int netlink_police_del(struct netlink *nl, int index, uint16_t mark) MUST_CHECK;

#endif
