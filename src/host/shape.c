/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shape.c - operation shape: limits on what an interface of the VM gets and sends, by traffic control.
 *
 * In: limits as the guest sees them, and the interface that an earlier step noted for the device. What leaves
 * by the interface waits in a queue until it may go (HTB, and fq_codel where the kernel has it); what comes
 * in by it is dropped above the limit, as there is no queue for it.
 *
 * What is put on an interface goes with it, and the interfaces that are made for the VM go. On one that others
 * made it is recorded before, carries a mark of the VM, and is taken off. What others put there is never
 * changed: where it stands in the way the start fails.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "host/bridge.h"
#include "host/caps.h"
#include "host/host.h"
#include "host/netlink_tc.h"

#define BUCKET_MIN 1600 /* bytes: a packet of an Ethernet, as tc(8) takes it */
#define BUCKETS_S \
	1000 /* without a number, a queue's bucket holds what passes in a part of a second */

/** struct side - a direction of one interface, in the words of the operation. */
struct side {
	uint32_t rate, peak, burst;
};

/** struct target - the interface, and what is wanted of it. @mark: of this VM. */
struct target {
	const struct op_shape *shape;
	char name[IF_NAMESIZE];
	int index;
	uint16_t mark;
	struct side leaves, comes_in;
};

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* ---- errors ------------------------------------------------------------------------------------ */

/** struct step - a request, for the message: what it makes, what of the kernel does that, and with tc(8). */
struct step {
	const char *what, *modules, *tc;
};

static const struct step step_queue = {"a queue with a limit (HTB)", "sch_htb",
				       "root htb default 1"};
static const struct step step_fair = {"fair turns in the queue (fq_codel)", "sch_fq_codel",
				      "parent HANDLE:1 fq_codel"};
static const struct step step_ingress = {"a place for filters", "sch_ingress", "ingress"};
static const struct step step_police = {"a filter with a limit", "cls_u32 act_police", "ingress"};
static const struct step step_look = {"a look at its queues", "sch_htb", "root htb"};

static int theirs_refuse(const struct target *target, const char *what, const char *place,
			 struct err *err)
{
	err_set(err, ERR_HOST, "%s: interface \"%s\" has %s already", target->shape->owner,
		target->name, what);
	err_why(err, "Somebody else shapes or filters it, and what others made is not changed.");
	err_fix(err, "Look: tc qdisc show dev %s; remove it: tc qdisc del dev %s %s.", target->name,
		target->name, place);
	return -1;
}

static int step_refuse(const struct target *target, const struct step *step, int sys_errno,
		       struct err *err)
{
	if (sys_errno == EEXIST)
		return theirs_refuse(target,
				     step == &step_ingress ? "an ingress qdisc" : "a root qdisc",
				     step == &step_ingress ? "ingress" : "root", err);
	err_sys(err, ERR_HOST, sys_errno, "%s: cannot put %s on interface \"%s\"",
		target->shape->owner, step->what, target->name);
	if (sys_errno == EPERM || sys_errno == EACCES) {
		err_why(err, "It needs CAP_NET_ADMIN, and this process does not have it.");
		err_fix(err, "Run as root, add AmbientCapabilities=CAP_NET_ADMIN to the unit, or "
			     "compose without CONFIG_NETn_INBOUND_ and _OUTBOUND_.");
	} else if (sys_errno == ENOENT || sys_errno == EOPNOTSUPP) {
		err_why(err, "The kernel does it with %s, and that is not there.", step->modules);
		err_fix(err,
			"modprobe -a %s; or compose without CONFIG_NETn_INBOUND_ and "
			"_OUTBOUND_.",
			step->modules);
	} else {
		err_why(err, "The kernel refused it.");
		err_fix(err, "Try `tc qdisc add dev %s %s`, which asks the same.", target->name,
			step->tc);
	}
	return -1;
}

/* ---- the interface ------------------------------------------------------------------------------- */

/*
 * Of a tap the guest is at the other end: what leaves by it goes to the guest. A macvtap is the guest's own
 * interface: what the guest sends leaves by it (tap_get_user() ends in dev_queue_xmit(), drivers/net/tap.c),
 * and what is for the guest comes in by it (its tap_handle_frame() is a receive handler, which stands behind
 * the filters). libvirt calls that the host's view (virDomainNetTypeSharesHostView()).
 */
static void sides_set(struct target *target, const struct net_link *link)
{
	const struct op_shape *shape = target->shape;
	const struct side in = {shape->in_rate, shape->in_peak, shape->in_burst};
	const struct side out = {shape->out_rate, shape->out_peak, shape->out_burst};
	bool own = !strcmp(link->kind, "macvtap");

	target->leaves = own ? out : in;
	target->comes_in = own ? in : out;
}

static int absent_refuse(const struct op_shape *shape, struct err *err)
{
	err_set(err, ERR_HOST, "%s: there is no interface to be shaped", shape->owner);
	err_why(err, "No earlier step noted one of this network namespace for that device.");
	err_fix(err, "Let kiln-run make the tap (CAP_NET_ADMIN), or compose without "
		     "CONFIG_NETn_INBOUND_ and _OUTBOUND_.");
	return -1;
}

static int gone_refuse(const struct target *target, int sys_errno, struct err *err)
{
	err_sys(err, ERR_HOST, sys_errno, "%s: cannot look up interface \"%s\" (%d)",
		target->shape->owner, target->name, target->index);
	err_why(err, "An earlier step found it, and it is to be shaped.");
	err_fix(err, "Find out who removes or renames interfaces while a VM starts: ip monitor "
		     "link.");
	return -1;
}

/* 14 bits of a hash. */
static uint16_t mark_of(const struct host *host, const char *name)
{
	char key[STATE_NAME_MAX + IF_NAMESIZE + sizeof("shape ")];
	unsigned char bytes[LINK_MAC_LEN];

	(void)snprintf(key, sizeof(key), "shape %s %s", host->state->vm, name);
	host_mark_mac(bytes, 0, key);
	return (uint16_t)(TC_MARK | ((bytes[4] << 8 | bytes[5]) & 0x3fff));
}

static int target_find(struct host *host, struct netlink *nl, const struct op_shape *shape,
		       struct target *target, struct err *err)
{
	const struct state_iface *iface = state_iface_of(host->state, shape->owner);
	struct net_link link = {0};
	int ret;

	if (!iface)
		return absent_refuse(shape, err);
	target->shape = shape;
	target->index = iface->index;
	(void)snprintf(target->name, sizeof(target->name), "%s", iface->name);
	target->mark = mark_of(host, target->name);
	ret = netlink_link_get(nl, target->name, &link);
	if (ret || link.index != target->index)
		return gone_refuse(target, ret ? -ret : ENODEV, err);
	sides_set(target, &link);
	return 0;
}

/* Others' are found before anything is recorded: what is recorded is taken off. */
static int existing_look(struct netlink *nl, const struct target *target, struct err *err)
{
	char what[LINK_KIND_MAX + sizeof("a root qdisc ()")];
	struct tc_seen seen;
	int ret = netlink_tc_look(nl, target->index, target->mark, &seen);

	if (ret)
		return step_refuse(target, &step_look, -ret, err);
	if (target->leaves.rate && seen.root[0]) {
		(void)snprintf(what, sizeof(what), "a root qdisc (%s)", seen.root);
		return theirs_refuse(target, what, "root", err);
	}
	if (target->comes_in.rate && seen.ingress[0]) {
		(void)snprintf(what, sizeof(what), "a qdisc %s", seen.ingress);
		return theirs_refuse(target, what, seen.ingress, err);
	}
	return 0;
}

/* ---- what is put on it ----------------------------------------------------------------------------- */

static struct tc_limit limit_of(const struct side *side)
{
	return (struct tc_limit){
		.rate = side->rate * 1000, .peak = side->peak * 1000, .burst = side->burst * 1024};
}

static int leaves_limit(struct host *host, struct netlink *nl, const struct target *target,
			struct err *err)
{
	struct tc_limit limit = limit_of(&target->leaves);
	int ret = netlink_htb_add(nl, target->index, target->mark);

	if (!limit.burst)
		limit.burst = limit.rate / BUCKETS_S;
	limit.burst = larger(limit.burst, BUCKET_MIN);
	limit.peak_burst = larger(limit.peak / BUCKETS_S, BUCKET_MIN);
	if (!ret)
		ret = netlink_htb_class_add(nl, target->index, target->mark, &limit);
	if (ret)
		return step_refuse(target, &step_queue, -ret, err);
	ret = netlink_fair_add(nl, target->index, target->mark);
	if (ret && ret != -ENOENT)
		return step_refuse(target, &step_fair, -ret, err);
	if (ret)
		(void)snprintf(
			host->notice, sizeof(host->notice),
			"%.32s: the limit of %s has one queue for all connections, which can "
			"be long; for fair turns, modprobe sch_fq_codel",
			target->shape->owner, target->name);
	return 0;
}

/* libvirt's bucket without a number: a second of the rate. */
static int comes_in_limit(struct netlink *nl, const struct target *target, struct err *err)
{
	struct tc_limit limit = limit_of(&target->comes_in);
	int ret = netlink_ingress_add(nl, target->index);

	if (ret)
		return step_refuse(target, &step_ingress, -ret, err);
	limit.burst = larger(limit.burst ? limit.burst : limit.rate, TC_PACKET_MAX);
	ret = netlink_police_add(nl, target->index, target->mark, &limit);
	return ret ? step_refuse(target, &step_police, -ret, err) : 0;
}

/* What is recorded of an interface: which of the two is put on it. */
enum { PUT_ROOT = 1, PUT_INGRESS = 2, PUT_BOTH = PUT_ROOT | PUT_INGRESS };

/* "NAME INDEX MARK PUT". */
static int record(struct host *host, const struct target *target, struct err *err)
{
	char text[STATE_TEXT_MAX];

	(void)snprintf(text, sizeof(text), "%s %d %u %d", target->name, target->index, target->mark,
		       (target->leaves.rate ? PUT_ROOT : 0) |
			       (target->comes_in.rate ? PUT_INGRESS : 0));
	return host_record(host, OP_SHAPE, text, err);
}

static int shape_put(struct host *host, struct netlink *nl, const struct op_shape *shape,
		     struct err *err)
{
	struct target target;

	if (target_find(host, nl, shape, &target, err))
		return -1;
	if (shape->flags & SHAPE_EXISTING &&
	    (existing_look(nl, &target, err) || record(host, &target, err)))
		return -1;
	if (target.leaves.rate && leaves_limit(host, nl, &target, err))
		return -1;
	return target.comes_in.rate ? comes_in_limit(nl, &target, err) : 0;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	struct netlink nl;
	int ret;

	if (netlink_begin(&nl, err))
		return -1;
	ret = shape_put(host, &nl, &op->shape, err);
	netlink_close(&nl);
	return ret;
}

/* Of interfaces that are made for the VM there is nothing to see yet. */
static void check(struct host *host, const struct op *op, struct findings *findings)
{
	const struct op_shape *shape = &op->shape;
	struct target target;
	struct netlink nl;
	struct err err;

	if (net_admin_check("cannot shape an interface", &err))
		findings_add(findings, &err);
	if (!(shape->flags & SHAPE_EXISTING) || !state_iface_of(host->state, shape->owner))
		return;
	if (netlink_begin(&nl, &err)) {
		findings_add(findings, &err);
		return;
	}
	if (target_find(host, &nl, shape, &target, &err) || existing_look(&nl, &target, &err))
		findings_add(findings, &err);
	netlink_close(&nl);
}

/* ---- release ---------------------------------------------------------------------------------------- */

static int gone_is_good(int ret)
{
	return ret == -ENODEV || ret == -ENOENT ? 0 : ret;
}

/** struct remains - a record taken apart. */
struct remains {
	char name[STATE_TEXT_MAX];
	uint64_t index, mark, put;
};

static int remains_parse(struct remains *remains, const char *record)
{
	char *rest = remains->name;

	(void)snprintf(remains->name, sizeof(remains->name), "%s", record);
	(void)strsep(&rest, " ");
	for (unsigned i = 0; i < 3; i++) {
		static const uint64_t max[] = {INT32_MAX, UINT16_MAX, PUT_BOTH};
		uint64_t *const number[] = {&remains->index, &remains->mark, &remains->put};
		const char *word = rest ? strsep(&rest, " ") : NULL;

		if (!word || num_parse(word, 0, max[i], number[i]))
			return -1;
	}
	return 0;
}

/*
 * An ingress qdisc cannot carry a mark, its filter does. One with no filter is ours if the VM was killed in
 * between; it does nothing, so it is no loss if it is not. One that has others' filters as well is left.
 */
static int take_off(struct netlink *nl, const struct remains *remains)
{
	int index = (int)remains->index, ret;
	uint16_t mark = (uint16_t)remains->mark;
	struct tc_seen seen;

	ret = netlink_tc_look(nl, index, mark, &seen);
	if (!ret && seen.root_is_ours)
		ret = gone_is_good(netlink_htb_del(nl, index, mark));
	if (ret || !(remains->put & PUT_INGRESS) || strcmp(seen.ingress, "ingress") != 0)
		return ret;
	if (seen.filters == seen.filters_ours)
		return gone_is_good(netlink_ingress_del(nl, index));
	return seen.filters_ours ? gone_is_good(netlink_police_del(nl, index, mark)) : 0;
}

/* By its index, as others may have given it another name; what is on it carries a mark. */
static int release(struct host *host UNUSED, const char *recorded, struct err *err)
{
	struct remains remains;
	struct netlink nl;
	int ret;

	if (remains_parse(&remains, recorded))
		return 0;
	if (netlink_begin(&nl, err))
		return -1;
	ret = take_off(&nl, &remains);
	netlink_close(&nl);
	if (!ret || ret == -ENODEV)
		return 0;
	err_sys(err, ERR_HOST, -ret, "cannot take the limits off interface \"%s\"", remains.name);
	err_why(err, "They were put on it for the VM and should go with it.");
	err_fix(err, "tc qdisc del dev %s root; tc qdisc del dev %s ingress.", remains.name,
		remains.name);
	return -1;
}

const struct host_op host_shape = {
	.acquire = acquire,
	.check = check,
	.release = release,
	.release_caps = CAP_BIT(CAP_NET_ADMIN),
};
