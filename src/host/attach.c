/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attach.c - operation attach: an interface in a network, as an operation tap or macvtap, which it is filled in
 * for and which does all the work: also records of what outlives the process are theirs.
 */
#include <string.h>

#include "host/host.h"

static const struct network *network_of(const struct host *host, const struct op_attach *attach,
					struct err *err)
{
	const struct network *network = networks_find(&host->networks, attach->network);

	if (network)
		return network;
	err_set(err, ERR_IMAGE, "%s: no step says what network \"%s\" is", attach->owner,
		attach->network);
	err_why(err, "An operation network comes before what depends on it.");
	err_fix(err, "Compose the image again.");
	return NULL;
}

/* That a network led there; and a key of tap and macvtap is none of this interface. */
static void tell_network(const struct host *host, const struct network *network,
			 const struct op_attach *attach, struct err *err)
{
	char text[300];
	struct buf buf;

	buf_init(&buf, text, sizeof(text));
	networks_text(&host->networks, network, &buf);
	err_ctx(err, "network \"%s\", %s", network->name, buf.overflow ? network->device : text);
	if (strstr(err->fix, "--set"))
		err_fix(err,
			"Correct what the network is in %s; or name another one: --set "
			"%s.network=NAME, or in the site file.",
			host->networks.path ? host->networks.path : NETWORKS_FILE, attach->owner);
}

static int acquire(struct host *host, const struct op *op, struct err *err)
{
	const struct network *network = network_of(host, &op->attach, err);
	struct state_iface *iface = &host->state->ifaces[host->state->iface_count];
	struct op as;

	if (!network)
		return -1;
	network_attach(network, &op->attach, &as);
	if (!host_op(as.code)->acquire(host, &as, err)) {
		/* What it has made is the next one in the list. */
		if (iface < &host->state->ifaces[host->state->iface_count])
			memcpy(iface->network, network->name, sizeof(iface->network));
		return 0;
	}
	tell_network(host, network, &op->attach, err);
	return -1;
}

static void check(struct host *host, const struct op *op, struct findings *findings)
{
	static struct findings found;
	struct err err;
	const struct network *network = network_of(host, &op->attach, &err);
	struct op as;

	/* That it is unknown was found where it should have been resolved. */
	if (!network)
		return;
	network_attach(network, &op->attach, &as);
	found.count = found.dropped = 0;
	host_op(as.code)->check(host, &as, &found);
	for (unsigned i = 0; i < found.count; i++) {
		tell_network(host, network, &op->attach, &found.err[i]);
		findings_add(findings, &found.err[i]);
	}
}

const struct host_op host_attach = {
	.acquire = acquire,
	.check = check,
};
