/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * balloon.c - the memory balloon: at most one, on virtio.
 */
#include "devices/registry.h"

#include "model/emit.h"

struct balloon {
	bool autodeflate, free_page_reporting;
	uint64_t stats_period;
};

static const struct dev_class balloon_classes[] = {
	VIRTIO_CLASSES("virtio", "VIRTIO", "virtio-balloon", 0, NULL),
	{0},
};

#define FIELD(member) .field = offsetof(struct balloon, member)
static const struct prop balloon_props[] = {
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "autodeflate",
	 .sym = "AUTODEFLATE",
	 .kind = PROP_BOOL,
	 .flags = PROP_XML_ONOFF | PROP_ABI,
	 FIELD(autodeflate),
	 .xml = "@autodeflate",
	 .qemu = "deflate-on-oom"},
	{.name = "free-page-reporting",
	 .sym = "FREE_PAGE_REPORTING",
	 .kind = PROP_BOOL,
	 .flags = PROP_XML_ONOFF | PROP_ABI,
	 FIELD(free_page_reporting),
	 .xml = "@freePageReporting",
	 .qemu = "free-page-reporting"},
	/* libvirt sets it over QMP; as a property it is there from the first moment. */
	{.name = "stats-period",
	 .sym = "STATS_PERIOD_S",
	 .kind = PROP_UINT,
	 FIELD(stats_period),
	 .xml = "stats/@period",
	 .qemu = "guest-stats-polling-interval",
	 .max = 86400},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};
#undef FIELD

const struct dev_family balloon_family = {
	.name = "balloon",
	.sym = "BALLOON",
	.max = 1,
	.size = sizeof(struct balloon),
	.flags = FAMILY_SINGLE,
	.rank = RANK_BALLOON,
	.xml = "memballoon",
	.alias = "balloon0",
	.classes = balloon_classes,
	.props = balloon_props,
};
