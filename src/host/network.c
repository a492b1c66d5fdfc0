/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * network.c - operation network: what the network of an interface is on this host, before anything that
 * depends on it. Changes nothing; operation attach makes the interface.
 */
#include "host/host.h"

static int unknown_refuse(const struct host *host, const struct op_network *network,
			  struct err *err)
{
	char names[400];
	struct buf buf;

	buf_init(&buf, names, sizeof(names));
	networks_names(&host->networks, &buf);
	err_set(err, ERR_HOST, "%s: there is no network \"%s\"", network->owner, network->name);
	err_why(err, "Neither this host nor the image says what it is. Networks: %s%s.", names,
		buf.overflow ? ", ..." : "");
	err_fix(err,
		"Write \"%s bridge=BRIDGE\" into %s; or name another one: --set %s.network=NAME, or "
		"in the site file.",
		network->name, host->networks.path ? host->networks.path : NETWORKS_FILE,
		network->owner);
	return -1;
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const struct op_network *network = &op->network;

	if (networks_learn(&host->networks, network->known, err))
		return -1;
	return networks_find(&host->networks, network->name) ? 0
							     : unknown_refuse(host, network, err);
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	struct err err;

	if (acquire(host, op, &err))
		findings_add(findings, &err);
}

const struct host_op host_network = {
	.acquire = acquire,
	.check = check,
};
