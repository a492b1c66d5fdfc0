/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_shape.c - limits on what an interface gets and sends: libvirt's <bandwidth>.
 *
 * In: NETn_INBOUND_ and NETn_OUTBOUND_, in libvirt's units: kilobytes of 1000 bytes a second, as its tc takes
 * "kbps" (virNetDevBandwidthSet(), tc(8)), and KiB. Out: a host operation behind that of the tap or macvtap,
 * and what is wrong with a number. QEMU has no part in it.
 */
#include "devices/net.h"

#include <string.h>

#include "model/emit.h"
#include "model/vm.h"

void net_shape_emit(const struct vm_dev *dev, struct emit *emit)
{
	const struct net *net = net_of(dev);
	struct op op;

	if (!net_limits_inbound(dev) && !net_limits_outbound(dev))
		return;
	memset(&op, 0, sizeof(op));
	op.code = OP_SHAPE;
	op.shape.owner = dev->id;
	op.shape.in_rate = (uint32_t)net->inbound.average;
	op.shape.in_peak = (uint32_t)net->inbound.peak;
	op.shape.in_burst = (uint32_t)net->inbound.burst;
	op.shape.out_rate = (uint32_t)net->outbound.average;
	op.shape.out_peak = (uint32_t)net->outbound.peak;
	op.shape.out_burst = (uint32_t)net->outbound.burst;
	op.shape.flags = net_is_tap(dev) && !net_makes_tap(dev) ? SHAPE_EXISTING : 0;
	(void)emit_op(emit, &op);
}

/* ---- checks ------------------------------------------------------------------------------------- */

static void check_peak(const struct check *check, const struct vm_dev *dev, const char *row,
		       const struct net_limit *limit, struct err_list *errs)
{
	if (!limit->peak || limit->peak >= limit->average)
		return;
	struct err *err = dev_error(errs, dev, row, check->name,
				    "a peak of %u kB/s is below the average of %u kB/s",
				    (unsigned)limit->peak, (unsigned)limit->average);

	err_why(err, "The peak holds at all times, so that the average could not be reached.");
	err_fix(err, "Set %s to the average or more, or to 0 for none.", dev_symbol(dev, row));
}

/* The kernel has the time that a bucket takes to fill in 32 bits. */
static void check_burst(const struct check *check, const struct vm_dev *dev, const char *row,
			const struct net_limit *limit, struct err_list *errs)
{
	if (limit->burst * 1024 <= limit->average * 1000 * SHAPE_TIME_MAX)
		return;
	struct err *err =
		dev_error(errs, dev, row, check->name, "a burst of %u KiB is too large for %u kB/s",
			  (unsigned)limit->burst, (unsigned)limit->average);

	err_why(err,
		"The kernel counts a burst in time, and at that average has room for %d "
		"seconds.",
		SHAPE_TIME_MAX);
	err_fix(err, "Set %s to %u or less, or raise the average.", dev_symbol(dev, row),
		(unsigned)(limit->average * 1000 * SHAPE_TIME_MAX / 1024));
}

void net_shape_check(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &net_family || dev->repeat)
			continue;
		if (net_limits_inbound(dev)) {
			check_peak(check, dev, "inbound-peak", &net_of(dev)->inbound, errs);
			check_burst(check, dev, "inbound-burst", &net_of(dev)->inbound, errs);
		}
		if (net_limits_outbound(dev)) {
			check_peak(check, dev, "outbound-peak", &net_of(dev)->outbound, errs);
			check_burst(check, dev, "outbound-burst", &net_of(dev)->outbound, errs);
		}
	}
}
