/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * network.c - networks of the host that interfaces name: a bridge with VLANs, or an interface for macvtaps.
 *
 * In: rows NETWORKn_*. Out: network_known(), which an interface gives to the loader; the host's own file may say
 * otherwise there. No device of the guest, and nothing in XML but the name.
 */
#include "devices/network.h"

#include <string.h>

#include "devices/net.h"
#include "devices/registry.h"
#include "model/check.h"
#include "model/vm.h"

struct network {
	const char *name, *bridge, *trunk, *parent;
	const struct prop_word *kind, *mode;
	uint64_t vlan;
	bool isolated;
};

static const struct prop_word kind_words[] = {
	{.sym = "TARGET"},
	{.sym = "BRIDGE"},
	{.sym = "MACVTAP"},
	{0},
};

static const struct network *network_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool is_bridge(const struct vm_dev *dev)
{
	return prop_word_is(network_of(dev)->kind, "BRIDGE");
}

static bool is_macvtap(const struct vm_dev *dev)
{
	return prop_word_is(network_of(dev)->kind, "MACVTAP");
}

static const struct dev_class network_classes[] = {
	{.name = "network", .where = WHERE_NONE},
	{0},
};

#define FIELD(member) .field = offsetof(struct network, member)
static const struct prop network_props[] = {
	{.name = "name",
	 .sym = "NAME",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_UNIQUE | PROP_TELL,
	 .rule = RULE(NAME),
	 FIELD(name)},
	{.name = "kind",
	 .sym = "KIND",
	 .kind = PROP_ENUM,
	 .flags = PROP_TELL,
	 FIELD(kind),
	 .words = kind_words},
	{.name = "bridge",
	 .sym = "BRIDGE",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_TELL,
	 .rule = RULE(IFNAME),
	 FIELD(bridge),
	 .when = is_bridge},
	{.name = "vlan",
	 .sym = "VLAN",
	 .kind = PROP_UINT,
	 .flags = PROP_TELL,
	 FIELD(vlan),
	 .max = 4094,
	 .when = is_bridge},
	{.name = "trunk",
	 .sym = "TRUNK",
	 .kind = PROP_STRING,
	 .flags = PROP_TELL,
	 .rule = RULE(VLANS),
	 FIELD(trunk),
	 .when = is_bridge},
	{.name = "isolated",
	 .sym = "ISOLATED",
	 .kind = PROP_BOOL,
	 .flags = PROP_TELL,
	 FIELD(isolated),
	 .when = is_bridge},
	{.name = "parent",
	 .sym = "PARENT",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_TELL,
	 .rule = RULE(IFNAME),
	 FIELD(parent),
	 .when = is_macvtap},
	{.name = "mode",
	 .sym = "MODE",
	 .kind = PROP_ENUM,
	 .flags = PROP_TELL,
	 FIELD(mode),
	 .words = net_direct_words,
	 .when = is_macvtap},
	{0},
};
#undef FIELD

/* One VLAN that is both would have a tag and none; and the list of both is one text for the kernel. */
static void check_vlans(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const struct network *network = dev->family == &network_family ? dev->data : NULL;

		if (!network || !is_bridge(dev) || !network->vlan || !network->trunk)
			continue;
		const char *list =
			arena_fmt(vm->arena, "%u,%s", (unsigned)network->vlan, network->trunk);

		if (ident_is_valid(IDENT_VLANS, list))
			continue;
		struct place other = dev_place(dev, "vlan");
		struct err *err =
			dev_error(errs, dev, "trunk", check->name, "VLANs %s are no list", list);

		err_also(err, other.file, other.line);
		err_why(err, "The VLAN without a tag is %u. %s", (unsigned)network->vlan,
			ident_rule(IDENT_VLANS));
		err_fix(err, "Leave it out of %s, or set %s=0.", dev_symbol(dev, "trunk"),
			dev_symbol(dev, "vlan"));
	}
}

static const struct check network_checks[] = {
	{.name = "network-vlans", .run = check_vlans},
	{0},
};

static void add_bridge(const struct network *network, struct text *text)
{
	text_fmt(text, "%s bridge=%s", network->name, network->bridge);
	if (network->vlan)
		text_fmt(text, " vlan=%u", (unsigned)network->vlan);
	if (network->trunk)
		text_fmt(text, " trunk=%s", network->trunk);
	if (network->isolated)
		text_add(text, " isolated");
}

const char *network_known(const struct vm *vm)
{
	struct text text = {.arena = vm->arena};

	vm_for_each_dev(dev, vm->devs) {
		const struct network *network = dev->family == &network_family ? dev->data : NULL;

		if (!network || !network->name || !(network->bridge || network->parent))
			continue;
		text_add(&text, text.len ? "; " : "");
		if (is_bridge(dev))
			add_bridge(network, &text);
		else
			text_fmt(&text, "%s macvtap=%s mode=%s", network->name, network->parent,
				 network->mode->xml);
	}
	return text_str(&text);
}

const struct dev_family network_family = {
	.name = "network",
	.sym = "NETWORK",
	.max = 8,
	.size = sizeof(struct network),
	.flags = FAMILY_HOST,
	.rank = RANK_NONE,
	.classes = network_classes,
	.props = network_props,
	.checks = network_checks,
};
