/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge.h - what taps need to know about bridges.
 */
#ifndef KILN_HOST_BRIDGE_H
#define KILN_HOST_BRIDGE_H

#include "base/err.h"
#include "host/netlink.h"

/**
 * bridge_find() - look up a bridge.
 * @nl: an open socket.
 * @name: its name.
 * @ret_dev: filled.
 * @err: ERR_HOST; when it is absent, the message lists the bridges that there are.
 *
 * Return: 0, or -1.
 */
int bridge_find(struct netlink *nl, const char *name, struct net_link *ret_dev,
		struct err *err) MUST_CHECK;

/** netlink_begin() - netlink_open() with a message. Return: 0, or -1 with ERR_HOST. */
int netlink_begin(struct netlink *nl, struct err *err) MUST_CHECK;

/** net_admin_check() - whether CAP_NET_ADMIN is there. Return: 0, or -1 with ERR_HOST and @what. */
int net_admin_check(const char *what, struct err *err) MUST_CHECK;

#endif
