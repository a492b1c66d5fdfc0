/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iface.h - what taps and macvtaps have in common.
 */
#ifndef KILN_HOST_IFACE_H
#define KILN_HOST_IFACE_H

#include <stdbool.h>

#include "host/host.h"
#include "host/netlink.h"

#define IFACE_ALIAS_MAX (STATE_NAME_MAX + 8)

/** iface_alias() - "kiln:VM", by which everybody can tell whose an interface is. */
void iface_alias(char alias[static IFACE_ALIAS_MAX], const struct host *host);

/** iface_name_valid() - whether it is an interface's name or a template. Return: 0, or -1 with ERR_IMAGE. */
int iface_name_valid(const char *name, struct err *err) MUST_CHECK;

/** iface_is_kilns() - whether it has the alias of iface_alias(), of whatever VM. */
bool iface_is_kilns(const struct net_link *dev);

/**
 * iface_find_own() - the interface that was made for the VM by this name, or, where that is not there or somebody
 *                    else's by now, one of the VM that was given another name since.
 * @nl: an open socket.
 * @host: the VM, by whose alias it is known.
 * @kind: what it must be, as "macvtap".
 * @name: what it was called.
 * @mac: an address by which a renamed one is known again among those of the VM; NULL = any of that kind.
 * @ret_dev: set when it is found.
 *
 * Return: 0, -ENODEV, or another negative errno.
 */
int iface_find_own(struct netlink *nl, const struct host *host, const char *kind, const char *name,
		   const unsigned char *mac, struct net_link *ret_dev) MUST_CHECK;

/** iface_exists_refuse() - the error of a name that is taken, and whose it is. Return: -1. */
int iface_exists_refuse(const char *name, struct err *err);

/**
 * iface_name_check() - find what is wrong with a name that an interface of the plan is to get.
 * @host: the VM; names of the plan gather in its state in memory, where acquiring would put them as well.
 * @nl: an open socket.
 * @owner: the device.
 * @name: the name or template, valid or not.
 * @findings: gets a name that is in the plan twice, or is there already.
 */
void iface_name_check(struct host *host, struct netlink *nl, const char *owner, const char *name,
		      struct findings *findings);

#endif
