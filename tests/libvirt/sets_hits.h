/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets_hits.h - what the random sets must have met, and counting it. P are rows of behaviours.md, E
 * and Q of pci-rules. A refusal counts by libvirt's own words, when Kiln refuses as well.
 */
#ifndef KILN_TESTS_SETS_HITS_H
#define KILN_TESTS_SETS_HITS_H

#include "sets_directed.h"

/** enum hit - growth and places; refusals follow, one for each row of refusal_rows. */
enum hit {
	HIT_PORT_SHARED,
	HIT_SPARE,
	HIT_NO_SPARE,
	HIT_PCIE_PCI,
	HIT_EXPANDER,
	HIT_EXPANDER_NUMBER,
	HIT_SWITCH,
	HIT_TRANSITIONAL,
	HIT_NON_TRANSITIONAL,
	HIT_INTEGRATED,
	HIT_SET_FIXED,
	HIT_SET_FIXED_2,
	HIT_SET_FREE,
	HIT_USB_BUILT_IN,
	HIT_PRIMARY,
	HIT_PRIMARY_ELSEWHERE,
	HIT_PRIMARY_SWAPPED,
	HIT_NO_PLACE,
	HIT_SECOND_VIDEO,
	HIT_HOST_PCI,
	HIT_HOST_MDEV,
	HIT_HOST_SCSI,
	HIT_HOTPLUG_OFF,
	HIT_ROOT_HOTPLUG_OFF,
	HIT_ACPI_INDEX,
	HIT_VIRT,
	HIT_MMIO,
	HIT_MMIO_BESIDE_PCI,
	HIT_MULTIFUNCTION,
	HIT_SOUND_FIXED,
	HIT_SOUND,
	HIT_FILESYSTEM,
	HIT_WATCHDOG,
	HIT_SHMEM,
	HIT_INPUT,
	HIT_PCI_SERIAL,
	HIT_SCSI,
	HIT_SATA,
	HIT_VSOCK,
	HIT_PMEM,
	HIT_MEMORY,
	HIT_MISSING_INDEX,
	HIT_HOLE,
	HIT_LISTED,
	HIT_OVERFLOW,
	HIT_IDLE_BRIDGE,
	HIT_INTO_EXPANDER,
	HIT_BRIDGE_BEHIND,
	HIT_PORT_IN_EXPANDER,
	HIT_PORT_FOR_UPSTREAM,
	HIT_RAISED,
	HIT_CONFIGURED_GROWTH,
	HIT_SERIAL,
	HIT_CONFIGURED,
	HIT_CONFIGURED_CONTROLLER,
	HIT_MIXED,
	HIT_DMI,
	HIT_CIRCLE,
	HIT_COUNT,
};

static const char *const hit_names[HIT_COUNT] = {
	[HIT_PORT_SHARED] = "P01 root ports share a slot",
	[HIT_SPARE] = "P02 a spare port",
	[HIT_NO_SPARE] = "P02 no spare port, as ports are listed",
	[HIT_PCIE_PCI] = "P03 growth: a pcie-to-pci-bridge for conventional devices",
	[HIT_EXPANDER] = "P04 expander buses",
	[HIT_EXPANDER_NUMBER] = "P04 a bus number by rule below another",
	[HIT_SWITCH] = "P05 switch ports",
	[HIT_TRANSITIONAL] = "P06 transitional virtio, conventional on PCI Express",
	[HIT_NON_TRANSITIONAL] = "P06 non-transitional virtio",
	[HIT_INTEGRATED] = "P07 virtio-iommu on bus 0",
	[HIT_SET_FIXED] = "P08 a USB 2 set at 00:1d",
	[HIT_SET_FIXED_2] = "P08 a USB 2 set at 00:1a",
	[HIT_SET_FREE] = "P08 a USB 2 set in a slot of its own",
	[HIT_USB_BUILT_IN] = "P08 PIIX3 USB at 00:01.2",
	[HIT_PRIMARY] = "P09 the primary video's place",
	[HIT_PRIMARY_ELSEWHERE] = "P09 the primary video's place is taken",
	[HIT_PRIMARY_SWAPPED] = "P09 the primary video stands second in the XML",
	[HIT_NO_PLACE] = "P09 a video adapter without a place",
	[HIT_SECOND_VIDEO] = "P09 a second video adapter",
	[HIT_HOST_PCI] = "P10 a host's PCI device",
	[HIT_HOST_MDEV] = "P10 a mediated device",
	[HIT_HOST_SCSI] = "P10 vhost-scsi",
	[HIT_HOTPLUG_OFF] = "P11 hotplug=off on a port",
	[HIT_ROOT_HOTPLUG_OFF] = "P11 hotplug=off on the root",
	[HIT_ACPI_INDEX] = "P12 acpi-index",
	[HIT_VIRT] = "P13 virt on PCI Express",
	[HIT_MMIO] = "P13 virtio-mmio as soon as one device has it",
	[HIT_MMIO_BESIDE_PCI] = "P13 virtio-mmio and a virtio device with a PCI address",
	[HIT_MULTIFUNCTION] = "P14 multifunction by configuration",
	[HIT_SOUND_FIXED] = "P15 ICH9 sound at 00:1b.0",
	[HIT_SOUND] = "P15 sound elsewhere",
	[HIT_FILESYSTEM] = "P15 9p",
	[HIT_WATCHDOG] = "P15 watchdog",
	[HIT_SHMEM] = "P15 shared memory",
	[HIT_INPUT] = "P15 virtio input",
	[HIT_PCI_SERIAL] = "P15 pci-serial",
	[HIT_SCSI] = "P15 SCSI controllers",
	[HIT_SATA] = "P15 SATA controllers",
	[HIT_VSOCK] = "P15 vsock",
	[HIT_PMEM] = "P15 virtio-pmem",
	[HIT_MEMORY] = "P15 virtio-mem",
	[HIT_MISSING_INDEX] = "P17 missing indexes of listed controllers",
	[HIT_HOLE] = "P17 growth: holes between listed controllers are filled",
	[HIT_LISTED] = "P17 listed controllers",
	[HIT_OVERFLOW] = "growth: pci-bridges when the root is full",
	[HIT_IDLE_BRIDGE] = "growth: a pci-bridge that only keeps a slot free (Q1, Q2)",
	[HIT_INTO_EXPANDER] = "an overflow of the root goes into an expander (Q9)",
	[HIT_BRIDGE_BEHIND] = "growth: pci-bridges behind a pcie-to-pci-bridge",
	[HIT_PORT_IN_EXPANDER] = "growth: root ports in an expander when the root is full (Q7)",
	[HIT_PORT_FOR_UPSTREAM] = "growth: a root port for a switch",
	[HIT_RAISED] = "growth: a configured bus is raised",
	[HIT_CONFIGURED_GROWTH] = "growth: a configured bus adds buses",
	[HIT_SERIAL] = "growth: a virtio-serial controller for consoles",
	[HIT_CONFIGURED] = "configured addresses",
	[HIT_CONFIGURED_CONTROLLER] = "configured addresses of controllers",
	[HIT_MIXED] = "a configured endpoint of the other kind",
	[HIT_DMI] = "a dmi-to-pci-bridge",
	[HIT_CIRCLE] = "kiln alone refuses: a switch behind itself, which QEMU cannot start",
};

/** refusal_rows - libvirt's words for each refusal of pci-rules section 10 that sets can reach. */
static const struct {
	const char *name, *words;
} refusal_rows[] = {
	{"P16 E1 bus", "Invalid PCI address bus="},
	{"P16 E1 slot", "Invalid PCI address slot="},
	{"P16 E1 function", "Invalid PCI address function="},
	{"P16 no number", "Invalid value for attribute 'slot'"},
	{"P16 E2 domain", "Only PCI domain 0 is available"},
	{"E4 connection", "cannot be plugged into the PCI controller"},
	{"E4 slot too low", "slot must be >="},
	{"E4 slot too high", "slot must be <="},
	{"E5 integrated", "needs to be an integrated device"},
	{"E6 no growth", "and it cannot be automatically added"},
	{"E7 no growth, no model", "Cannot automatically add a new PCI bus"},
	{"taken", "Attempted double use of PCI Address"},
	{"E8 IDE", "Primary IDE controller must have"},
	{"E9 PIIX3 USB", "PIIX3 USB controller at index 0 must have"},
	{"E10 no place for PIIX3", "Bus 0 must be PCI for integrated"},
	{"E11 SATA", "Primary SATA controller must have"},
	{"E12 root model", "must be model="},
	{"E13 bridge order", "but index must be larger than bus"},
	{"E14 bus numbers", "No free busNr lower than"},
	{"P04 E15 NUMA node", "is configured for a NUMA node"},
	{"E16 root index", "controllers should have index 0"},
	{"E17 expander, i440fx's", "pci-expander-bus controllers are only supported"},
	{"E17 expander, PCI Express", "pcie-expander-bus controllers are not supported"},
	{"P17 E18 index twice", "Multiple 'pci' controllers with index"},
	{"E19 root address", "should not have an address"},
	{"P17 E21 negative index", "Expected non-negative value"},
	{"E22 IOMMU, machine", "is only supported with Q35 and ARM Virt"},
	{"E22 IOMMU, ACPI", "requires ACPI"},
	{"P17 E23 index", "too high, maximum is 255"},
	{"P09 a second adapter with VGA", "is only valid as primary video device"},
};

/** unreachable_rows - what no set can meet, and why. */
static const struct {
	const char *name, *why;
} unreachable_rows[] = {
	{"E3 bus beyond the set, hot-plug capability, no more slots",
	 "libvirt says so at a hot-plug alone; at the definition it adds buses"},
	{"E20 virtio disk with another address", "Kiln has no word for such an address"},
	{"E22 IOMMU, address type", "Kiln has no word for such an address"},
	{"growth by a dmi-to-pci-bridge", "every QEMU that libvirt 9 takes has pcie-pci-bridge; "
					  "tests/unit shows it"},
	{"isolation groups", "pSeries alone has them"},
};

#define REFUSAL_COUNT (sizeof(refusal_rows) / sizeof(refusal_rows[0]))

static unsigned hits[HIT_COUNT], refusals[REFUSAL_COUNT];

static const char *model_at(const struct set *set, unsigned bus)
{
	return pci_models[set->layout.set.bus[bus]->model].name;
}

static bool is_bus_empty(const struct set *set, unsigned bus)
{
	for (unsigned slot = 0; slot < PCI_SLOT_MAX; slot++) {
		if (!pci_slot_free(&set->layout.set, bus, slot))
			return false;
	}
	return true;
}

/* A controller that Kiln added. */
static void count_growth(const struct set *set, const struct layout_dev *rec)
{
	const struct vm_dev *dev = rec->dev;
	const char *model = dev->class->name, *below_model = model_at(set, rec->addr.bus);
	bool hole = dev->index < set->layout.configured_buses;

	hits[HIT_HOLE] += hole;
	hits[HIT_PCIE_PCI] += strcmp(model, "pcie-to-pci-bridge") == 0;
	if (strcmp(model, "pcie-root-port") == 0) {
		const struct vm_dev *whom = vm_find(&set->vm, rec->asked_by);

		hits[HIT_PORT_IN_EXPANDER] += strcmp(below_model, "pcie-expander-bus") == 0;
		hits[HIT_PORT_FOR_UPSTREAM] += whom && strstr(whom->class->name, "upstream");
	} else if (strcmp(model, "pci-bridge") == 0 && !hole) {
		hits[HIT_BRIDGE_BEHIND] += strcmp(below_model, "pcie-to-pci-bridge") == 0;
		hits[HIT_IDLE_BRIDGE] += is_pc(set) && is_bus_empty(set, dev->index);
		hits[HIT_OVERFLOW] += is_pc(set) && !is_bus_empty(set, dev->index);
	}
}

static void count_controllers(const struct set *set)
{
	unsigned added = 0, listed = 0, lowest = 256;

	vm_for_each_dev(dev, set->vm.controllers) {
		const struct layout_dev *rec = layout_find(&set->layout, dev);
		const struct controller_pci *data = dev->data;
		const char *model = dev->class->name;

		if (dev->family != &controller_pci_family || !rec)
			continue;
		added += dev->added;
		listed += !dev->added;
		if (dev->added)
			count_growth(set, rec);
		hits[HIT_PORT_SHARED] += rec->rule == RULE_SHARED_SLOT && rec->addr.function;
		hits[HIT_SWITCH] += strstr(model, "switch") != NULL;
		hits[HIT_DMI] += strcmp(model, "dmi-to-pci-bridge") == 0;
		hits[HIT_CONFIGURED_CONTROLLER] += rec->rule == RULE_CONFIGURED;
		hits[HIT_HOTPLUG_OFF] += prop_word_is(data->hotplug_word, "OFF");
		if (strstr(model, "expander")) {
			hits[HIT_EXPANDER]++;
			hits[HIT_EXPANDER_NUMBER] += data->bus_nr + 2 == lowest && lowest < 256;
			lowest = data->bus_nr < lowest ? (unsigned)data->bus_nr : lowest;
		}
	}
	hits[HIT_LISTED] += listed > 0;
	hits[HIT_MISSING_INDEX] += set->index_less;
	hits[HIT_VIRT] += is_virt(set) && !on_mmio(set) && added;
	if (!is_pc(set)) {
		hits[HIT_SPARE] += added && set->layout.spare;
		hits[HIT_NO_SPARE] += added && !set->layout.spare;
	}
}

/* Hits by family alone. */
static const struct {
	const struct dev_family *family;
	const char *class;
	enum hit hit;
} family_hits[] = {
	{&filesystem_family, NULL, HIT_FILESYSTEM},
	{&watchdog_family, NULL, HIT_WATCHDOG},
	{&shmem_family, NULL, HIT_SHMEM},
	{&input_family, NULL, HIT_INPUT},
	{&console_family, "pci-serial", HIT_PCI_SERIAL},
	{&scsi_family, NULL, HIT_SCSI},
	{&sata_family, NULL, HIT_SATA},
	{&iommu_family, NULL, HIT_INTEGRATED},
	{&t_vsock_family, NULL, HIT_VSOCK},
	{&memory_device_family, "virtio-pmem", HIT_PMEM},
	{&memory_device_family, "virtio-mem", HIT_MEMORY},
	{&t_subsys_family, "pci", HIT_HOST_PCI},
	{&t_subsys_family, "mdev", HIT_HOST_MDEV},
	{&t_subsys_family, "scsi-host", HIT_HOST_SCSI},
	{&t_subsys_family, "scsi-host-transitional", HIT_HOST_SCSI},
};

static void count_family(const struct vm_dev *dev)
{
	for (size_t i = 0; i < sizeof(family_hits) / sizeof(family_hits[0]); i++) {
		const char *class = family_hits[i].class;

		if (family_hits[i].family == dev->family &&
		    (!class || strcmp(class, dev->class->name) == 0))
			hits[family_hits[i].hit]++;
	}
}

static void count_place(const struct set *set, const struct layout_dev *rec)
{
	const struct dev_family *family = rec->dev->family;
	bool fixed = rec->rule == RULE_CHIPSET;

	if (family == &video_family) {
		hits[HIT_PRIMARY] += fixed;
		hits[HIT_PRIMARY_ELSEWHERE] += rec->dev->index == 0 && rec->tried != NULL;
		hits[HIT_PRIMARY_SWAPPED] += set->swapped && fixed;
		hits[HIT_SECOND_VIDEO] += rec->dev->index == 1;
	} else if (family == &sound_family) {
		hits[HIT_SOUND_FIXED] += fixed;
		hits[HIT_SOUND] += rec->rule == RULE_NEXT_SLOT;
	} else if (rec->dev->class->flags & CLASS_SET) {
		hits[HIT_SET_FIXED] += fixed && rec->addr.slot == 0x1d;
		hits[HIT_SET_FIXED_2] += fixed && rec->addr.slot == 0x1a;
		hits[HIT_SET_FREE] += rec->rule == RULE_NEXT_SLOT;
	} else if (family == &usb_family) {
		hits[HIT_USB_BUILT_IN] += fixed && rec->addr.function == 2;
	}
}

static void count_device(const struct set *set, const struct layout_dev *rec)
{
	const struct vm_dev *dev = rec->dev;
	unsigned type = rec->flags & PCI_TYPE_ENDPOINT;
	bool configured = rec->rule == RULE_CONFIGURED;

	count_family(dev);
	count_place(set, rec);
	hits[HIT_CONFIGURED] += configured;
	hits[HIT_RAISED] += rec->raised;
	hits[HIT_MULTIFUNCTION] += configured && dev->addr.multifunction == MULTI_ON;
	hits[HIT_MIXED] +=
		configured && type && !(set->layout.set.bus[rec->addr.bus]->flags & type);
	hits[HIT_INTO_EXPANDER] += rec->rule == RULE_NEXT_SLOT && type &&
				   !strcmp(model_at(set, rec->addr.bus), "pci-expander-bus");
	hits[HIT_SERIAL] += dev->family == &controller_virtio_serial_family && dev->added;
	hits[HIT_TRANSITIONAL] +=
		!is_pc(set) && strcmp(dev->class->name, "virtio-transitional") == 0;
	hits[HIT_NON_TRANSITIONAL] += strcmp(dev->class->name, "virtio-non-transitional") == 0;
	if (dev->has_want && !dev->added && rec->addr.bus &&
	    set->layout.bus_for[rec->addr.bus] == dev->id)
		hits[HIT_CONFIGURED_GROWTH]++;
}

static void count_layout(const struct set *set)
{
	bool some = false, beside = false;

	count_controllers(set);
	for (size_t i = 0; i < set->layout.dev_count; i++)
		count_device(set, &set->layout.devs[i]);
	vm_for_each_dev(dev, set->vm.devs) {
		some |= dev->addr.kind == ADDR_VIRTIO_MMIO;
		beside |= dev->addr.kind == ADDR_PCI && dev->class->where == WHERE_VIRTIO;
		hits[HIT_NO_PLACE] +=
			dev->family == &video_family && dev->class->where == WHERE_NONE;
	}
	hits[HIT_MMIO] += some;
	hits[HIT_MMIO_BESIDE_PCI] += some && beside;
	hits[HIT_ACPI_INDEX] += set->acpi_indexes;
	hits[HIT_ROOT_HOTPLUG_OFF] += prop_word_is(set->vm.guest.root_hotplug, "OFF");
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
		printf("# count: %6u %s\n", hits[i], hit_names[i]);
		missed += hits[i] == 0;
	}
	for (unsigned i = 0; i < REFUSAL_COUNT; i++) {
		printf("# count: %6u refused: %s\n", refusals[i], refusal_rows[i].name);
		missed += refusals[i] == 0;
	}
	for (size_t i = 0; i < sizeof(unreachable_rows) / sizeof(unreachable_rows[0]); i++)
		printf("# count:      - %s: %s\n", unreachable_rows[i].name,
		       unreachable_rows[i].why);
	return missed;
}

#endif
