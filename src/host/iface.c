/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iface.c - what taps and macvtaps have in common: their names, and whose they are.
 */
#include "host/iface.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ALIAS_HEAD "kiln:"

void iface_alias(char alias[static IFACE_ALIAS_MAX], const struct host *host)
{
	(void)snprintf(alias, IFACE_ALIAS_MAX, ALIAS_HEAD "%s", host->state->vm);
}

int iface_name_valid(const char *name, struct err *err)
{
	if (ident_is_valid(IDENT_IFNAME_TEMPLATE, name))
		return 0;
	err_set(err, ERR_IMAGE, "tap name \"%s\" is not an interface name", name);
	err_why(err, "%s", ident_rule(IDENT_IFNAME_TEMPLATE));
	err_fix(err, "Correct the name in the configuration and compose the image again.");
	return -1;
}

/* "kiln:VM" of the interface of that name; "" where there is none. */
static void alias_of(const char *name, char alias[static LINK_ALIAS_MAX])
{
	struct netlink nl;
	struct net_link dev;

	alias[0] = '\0';
	if (netlink_open(&nl))
		return;
	if (!netlink_link_get(&nl, name, &dev) && iface_is_kilns(&dev))
		(void)snprintf(alias, LINK_ALIAS_MAX, "%s", dev.alias);
	netlink_close(&nl);
}

bool iface_is_kilns(const struct net_link *dev)
{
	return !strncmp(dev->alias, ALIAS_HEAD, strlen(ALIAS_HEAD));
}

struct search {
	const char *kind, *alias;
	const unsigned char *mac;
	struct net_link *found;
	int ret;
};

static bool is_own(const struct search *search, const struct net_link *dev)
{
	return !strcmp(dev->kind, search->kind) && !strcmp(dev->alias, search->alias);
}

static void own_search(void *arg, const struct net_link *dev)
{
	struct search *search = arg;

	if (!search->ret || !is_own(search, dev) ||
	    (search->mac && memcmp(dev->mac, search->mac, LINK_MAC_LEN) != 0))
		return;
	*search->found = *dev;
	search->ret = 0;
}

int iface_find_own(struct netlink *nl, const struct host *host, const char *kind, const char *name,
		   const unsigned char *mac, struct net_link *ret_dev)
{
	char alias[IFACE_ALIAS_MAX];
	struct search search = {
		.kind = kind, .alias = alias, .mac = mac, .found = ret_dev, .ret = -ENODEV};
	int ret = netlink_link_get(nl, name, ret_dev);

	iface_alias(alias, host);
	if (ret ? ret != -ENODEV : is_own(&search, ret_dev))
		return ret;
	ret = netlink_link_list(nl, own_search, &search);
	return ret ? ret : search.ret;
}

int iface_exists_refuse(const char *name, struct err *err)
{
	char alias[LINK_ALIAS_MAX];

	alias_of(name, alias);
	err_set(err, ERR_HOST, "interface \"%s\" is there already", name);
	if (alias[0]) {
		err_why(err, "It belongs to the VM \"%s\"; each VM has interfaces of its own.",
			alias + strlen(ALIAS_HEAD));
		err_fix(err,
			"kiln-run down %s; if that knows no such VM, ip link del %s; or give the tap "
			"another name, for example one that ends in %%d.",
			alias + strlen(ALIAS_HEAD), name);
		return -1;
	}
	err_why(err, "kiln-run makes the taps of a VM itself and takes over none, because it could "
		     "not tell whose it is.");
	err_fix(err,
		"ip link del %s, if nothing uses it; or give the tap another name, for "
		"example one that ends in %%d.",
		name);
	return -1;
}

void iface_name_check(struct host *host, struct netlink *nl, const char *owner, const char *name,
		      struct findings *findings)
{
	struct net_link dev;
	struct err err;

	if (strchr(name, '%'))
		return;
	if (state_iface_find(host->state, name)) {
		err_set(&err, ERR_HOST, "tap \"%s\" is in the plan twice", name);
		err_why(&err, "Each tap of a VM is an interface of its own.");
		err_fix(&err, "Give one of them another name and compose the image again.");
		findings_add(findings, &err);
	} else {
		/* The index is not known yet, and one above 0 is enough to be noted. */
		state_add_iface(host->state, owner, name, 1);
	}
	if (!netlink_link_get(nl, name, &dev)) {
		(void)iface_exists_refuse(name, &err);
		findings_add(findings, &err);
	}
}
