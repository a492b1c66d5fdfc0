/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink_limits.h - the limits of an interface as the kernel has them; who looks need have no right.
 */
#ifndef KILN_HOST_NETLINK_LIMITS_H
#define KILN_HOST_NETLINK_LIMITS_H

#include "host/netlink_tc.h"

/**
 * netlink_limits_look() - what netlink_htb_class_add() and netlink_police_add() of any VM have put on an
 * interface, or what somebody has made of it since.
 * @nl: open. @index: of the interface.
 * @ret_leaves, @ret_comes_in: in bytes; rate 0 where there is none.
 *
 * Return: 0, or -errno.
 */
int netlink_limits_look(struct netlink *nl, int index, struct tc_limit *ret_leaves,
			struct tc_limit *ret_comes_in) MUST_CHECK;

#endif
