/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets_hits.h - what the random sets must have met, and counting it. P are rows of behaviours.md, E
 * and Q of pci-rules. A refusal counts by libvirt's own words, when Kiln refuses as well.
 */
#ifndef KILN_TESTS_SETS_HITS_H
#define KILN_TESTS_SETS_HITS_H

#include "sets_make.h"

/** enum hit - growth and places; refusals follow, one for each row of refusal_rows. */
enum hit {
	HIT_PORT_SHARED,
	HIT_SPARE,
	HIT_NO_SPARE,
	HIT_PCIE_PCI,
	HIT_OVERFLOW,
	HIT_IDLE_BRIDGE,
	HIT_CONFIGURED,
	HIT_CONFIGURED_CONTROLLER,
	HIT_RAISED,
	HIT_CONFIGURED_GROWTH,
	HIT_MIXED,
	HIT_MULTIFUNCTION,
	HIT_SERIAL,
	HIT_LISTED,
	HIT_MISSING_INDEX,
	HIT_HOLE,
	HIT_EXPANDER,
	HIT_SWITCH,
	HIT_DMI,
	HIT_PRIMARY,
	HIT_PRIMARY_ELSEWHERE,
	HIT_SECOND_VIDEO,
	HIT_SOUND_FIXED,
	HIT_SET_FIXED,
	HIT_SET_FREE,
	HIT_USB_BUILT_IN,
	HIT_INTEGRATED,
	HIT_COUNT,
};

static const char *const hit_names[HIT_COUNT] = {
	[HIT_PORT_SHARED] = "root ports share a slot (P01)",
	[HIT_SPARE] = "a spare port (P02)",
	[HIT_NO_SPARE] = "no spare port, as ports are listed (P02)",
	[HIT_PCIE_PCI] = "a pcie-to-pci-bridge for conventional devices (P03)",
	[HIT_OVERFLOW] = "pci-bridges when the root is full",
	[HIT_IDLE_BRIDGE] = "a pci-bridge that only keeps a slot free",
	[HIT_CONFIGURED] = "configured addresses",
	[HIT_CONFIGURED_CONTROLLER] = "configured addresses of controllers",
	[HIT_RAISED] = "a configured bus is raised",
	[HIT_CONFIGURED_GROWTH] = "a configured bus adds buses",
	[HIT_MIXED] = "a configured endpoint of the other kind",
	[HIT_MULTIFUNCTION] = "multifunction by configuration",
	[HIT_SERIAL] = "a virtio-serial controller for consoles",
	[HIT_LISTED] = "listed controllers",
	[HIT_MISSING_INDEX] = "missing indexes of listed controllers",
	[HIT_HOLE] = "holes between listed controllers are filled (P17)",
	[HIT_EXPANDER] = "expander buses (P04)",
	[HIT_SWITCH] = "switch ports (P05)",
	[HIT_DMI] = "a dmi-to-pci-bridge",
	[HIT_PRIMARY] = "the primary video's place",
	[HIT_PRIMARY_ELSEWHERE] = "the primary video's place is taken",
	[HIT_SECOND_VIDEO] = "a second video adapter",
	[HIT_SOUND_FIXED] = "ICH9 sound at 00:1b.0",
	[HIT_SET_FIXED] = "a USB 2 set at 00:1d",
	[HIT_SET_FREE] = "a USB 2 set in a slot of its own",
	[HIT_USB_BUILT_IN] = "PIIX3 USB at 00:01.2",
	[HIT_INTEGRATED] = "virtio-iommu on bus 0",
};

/** refusal_rows - libvirt's words for each refusal of pci-rules section 10 that sets can reach. */
static const struct {
	const char *name, *words;
} refusal_rows[] = {
	{"E2 domain", "Only PCI domain 0 is available"},
	{"E4 connection", "cannot be plugged into the PCI controller"},
	{"E4 slot too low", "slot must be >="},
	{"E4 slot too high", "slot must be <="},
	{"E5 integrated", "needs to be an integrated device"},
	{"E6 no growth", "and it cannot be automatically added"},
	{"E7 no growth, no model", "Cannot automatically add a new PCI bus"},
	{"taken", "Attempted double use of PCI Address"},
	{"E9 PIIX3 USB", "PIIX3 USB controller at index 0 must have"},
	{"E12 root model", "must be model="},
	{"E13 bridge order", "but index must be larger than bus"},
	{"E14 bus numbers", "No free busNr lower than"},
	{"E16 root index", "controllers should have index 0"},
	{"E17 expander, i440fx's", "pci-expander-bus controllers are only supported"},
	{"E17 expander, PCI Express", "pcie-expander-bus controllers are not supported"},
	{"E18 index twice", "Multiple 'pci' controllers with index"},
	{"E19 root address", "should not have an address"},
	{"E23 index", "too high, maximum is 255"},
};

#define REFUSAL_COUNT (sizeof(refusal_rows) / sizeof(refusal_rows[0]))

static unsigned hits[HIT_COUNT], refusals[REFUSAL_COUNT];

static void count_controllers(const struct set *set)
{
	unsigned added = 0, listed = 0;
	bool idle = false;

	vm_for_each_dev(dev, set->vm.controllers) {
		const struct layout_dev *rec = layout_find(&set->layout, dev);
		const char *model = dev->class->name;

		if (dev->family != &controller_pci_family || !rec)
			continue;
		added += dev->added;
		listed += !dev->added;
		hits[HIT_PORT_SHARED] += rec->rule == RULE_SHARED_SLOT && rec->addr.function;
		hits[HIT_PCIE_PCI] += dev->added && strcmp(model, "pcie-to-pci-bridge") == 0;
		hits[HIT_HOLE] += dev->added && dev->index < set->layout.configured_buses;
		hits[HIT_EXPANDER] += strstr(model, "expander") != NULL;
		hits[HIT_SWITCH] += strstr(model, "switch") != NULL;
		hits[HIT_DMI] += strcmp(model, "dmi-to-pci-bridge") == 0;
		hits[HIT_CONFIGURED_CONTROLLER] += rec->rule == RULE_CONFIGURED;
		if (dev->added && strcmp(model, "pci-bridge") == 0) {
			bool empty = true;

			for (unsigned s = 0; s < PCI_SLOT_MAX; s++)
				empty &= pci_slot_free(&set->layout.set, dev->index, s);
			idle |= empty;
			hits[HIT_OVERFLOW] += !empty;
		}
	}
	hits[HIT_IDLE_BRIDGE] += idle && !listed;
	hits[HIT_LISTED] += listed > 0;
	hits[HIT_MISSING_INDEX] += set->index_less;
	if (set->vm.machine == &machine_q35) {
		hits[HIT_SPARE] += added && set->layout.spare;
		hits[HIT_NO_SPARE] += added && !set->layout.spare;
	}
}

static void count_device(const struct set *set, const struct layout_dev *rec)
{
	const struct dev_family *family = rec->dev->family;
	bool fixed = rec->rule == RULE_CHIPSET;
	unsigned type = rec->flags & PCI_TYPE_ENDPOINT;

	hits[HIT_CONFIGURED] += rec->rule == RULE_CONFIGURED;
	hits[HIT_RAISED] += rec->raised;
	hits[HIT_MULTIFUNCTION] +=
		rec->dev->addr.multifunction == MULTI_ON && rec->rule == RULE_CONFIGURED;
	hits[HIT_MIXED] += rec->rule == RULE_CONFIGURED && type &&
			   !(set->layout.set.bus[rec->addr.bus]->flags & type);
	hits[HIT_SERIAL] += family == &controller_virtio_serial_family;
	hits[HIT_PRIMARY] += family == &t_video_family && fixed;
	hits[HIT_PRIMARY_ELSEWHERE] +=
		family == &t_video_family && rec->dev->index == 0 && rec->tried != NULL;
	hits[HIT_SECOND_VIDEO] += family == &t_video_family && rec->dev->index == 1;
	hits[HIT_SOUND_FIXED] += family == &t_sound_family && fixed;
	hits[HIT_INTEGRATED] += family == &t_iommu_family;
	if (rec->dev->class->flags & CLASS_SET) {
		hits[HIT_SET_FIXED] += fixed;
		hits[HIT_SET_FREE] += rec->rule == RULE_NEXT_SLOT;
	}
	hits[HIT_USB_BUILT_IN] += family == &t_usb_family && fixed && rec->addr.function == 2;
	if (rec->dev->has_want && !rec->dev->added && rec->addr.bus &&
	    set->layout.bus_for[rec->addr.bus] == rec->dev->id)
		hits[HIT_CONFIGURED_GROWTH]++;
}

static void count_layout(const struct set *set)
{
	count_controllers(set);
	for (size_t i = 0; i < set->layout.dev_count; i++)
		count_device(set, &set->layout.devs[i]);
}

/* @said: what libvirt wrote to stderr. */
static void count_refusal(const char *said)
{
	for (size_t i = 0; i < REFUSAL_COUNT; i++)
		refusals[i] += strstr(said, refusal_rows[i].words) != NULL;
}

/* Prints the counts. Return: how many rules were never met. */
static unsigned print_hits(void)
{
	unsigned missed = 0;

	for (unsigned i = 0; i < HIT_COUNT; i++) {
		printf("# %6u %s\n", hits[i], hit_names[i]);
		missed += hits[i] == 0;
	}
	for (unsigned i = 0; i < REFUSAL_COUNT; i++) {
		printf("# %6u refused: %s\n", refusals[i], refusal_rows[i].name);
		missed += refusals[i] == 0;
	}
	return missed;
}

#endif
