/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hub.c - USB hubs: configured ones, and those that the layout adds when ports run out.
 */
#include "devices/registry.h"

#include "model/vm.h"

static unsigned ports_hub(const struct vm_dev *dev)
{
	(void)dev;
	return 8;
}

static const struct dev_offer offer_hub = {.type = CONTROLLER_USB, .ports = ports_hub};

static const struct dev_class hub_classes[] = {
	{.name = "usb", .driver = "usb-hub", .on = CONTROLLER_USB, .offer = &offer_hub},
	{0},
};

static const struct prop hub_props[] = {
	{.name = "type", .kind = PROP_CONST, .text = "usb", .xml = "@type"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "usb-address", .sym = "USB_ADDRESS", .kind = PROP_PLACE},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};

const struct dev_family hub_family = {
	.name = "hub",
	.sym = "HUB",
	.max = 8,
	.flags = FAMILY_ADDED,
	.rank = RANK_NONE,
	.xml = "hub",
	.alias = "hub%s",
	.classes = hub_classes,
	.props = hub_props,
};
