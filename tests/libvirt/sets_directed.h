/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets_directed.h - sets that go for one rule each, because chance seldom meets it.
 *
 * Every third seed is one of them, in turn. Controllers come first, in Kiln's order of types.
 */
#ifndef KILN_TESTS_SETS_DIRECTED_H
#define KILN_TESTS_SETS_DIRECTED_H

#include "sets_refused.h"

/* ---- growth --------------------------------------------------------------------------------------- */

/* Around the last slot of pci-root (example 2), with video and balloon at times. */
static void pc_full(struct set *set)
{
	no_usb(set);
	if (chance(50))
		add_video(set, "vga");
	add_disks(set, 25 + below(8));
	add_balloon(set, 60);
}

/* The dry run counts a set as four slots (Q1, example 10). */
static void pc_usb_set(struct set *set)
{
	add_usb_set(set, 0, 0);
	add_disks(set, 23 + below(8));
	no_balloon(set);
}

/* The same, so that a bridge is added that nothing is on. */
static void pc_idle_bridge(struct set *set)
{
	bool video = chance(50);

	add_usb_set(set, 0, 0);
	if (video)
		add_video(set, "vga");
	add_disks(set, (video ? 25 : 26) + below(3));
	no_balloon(set);
}

/* An overflowing root takes the next bus that accepts, which may be an expander (Q9). */
static void pc_expander_full(struct set *set)
{
	no_usb(set);
	list_controller(set, "pci-expander-bus", 1);
	if (chance(50))
		list_controller(set, "pci-bridge", 2);
	add_disks(set, 26 + below(10));
	no_balloon(set);
}

/* More conventional devices than a bridge has slots: pci-bridges behind it. */
static void many_conventional(struct set *set)
{
	no_usb(set);
	add_nets(set, 30 + below(8), "e1000");
	add_nets(set, below(3), "virtio");
	add_balloon(set, 50);
}

/* Ports until the root is full of them. */
static void many_ports(struct set *set)
{
	no_usb(set);
	add_disks(set, 228 + below(30));
	no_balloon(set);
}

/* Then the next ones are put into an expander (Q7). */
static void ports_in_expander(struct set *set)
{
	no_usb(set);
	list_pci(set, "pcie-expander-bus", 1);
	XML("</controller>\n");
	add_disks(set, 244 + below(8));
	no_balloon(set);
}

/* Nothing to plug an upstream port into: a root port is added for it. */
static void upstream_alone(struct set *set)
{
	no_usb(set);
	list_pci(set, "pcie-switch-upstream-port", 1);
	XML("</controller>\n");
	some_devices(set);
}

/* With downstream ports listed behind it, it is put behind itself. */
static void upstream_behind_itself(struct set *set)
{
	no_usb(set);
	list_pci(set, "pcie-switch-upstream-port", 1);
	XML("</controller>\n");
	for (unsigned i = 0; i <= below(3); i++) {
		list_pci(set, "pcie-switch-downstream-port", 2 + i);
		XML("</controller>\n");
	}
	some_devices(set);
}

/* A conventional device on a bus that is not there brings what is before it. */
static void conventional_on_new_bus(struct set *set)
{
	struct vm_dev *dev;

	no_usb(set);
	dev = add_net(set, "e1000");
	at_text(set, dev, 2 + below(3), 1 + below(30), 0);
	XML("</interface>\n");
	some_devices(set);
}

/* Bus 1 becomes the port in front of the bridge, so it is raised to 2. */
static void conventional_on_bus_1(struct set *set)
{
	no_usb(set);
	at_text(set, add_net(set, "e1000"), 1, 1 + below(30), 0);
	XML("</interface>\n");
	some_devices(set);
}

/* The same for PCI Express: the new bus is a port, whose one slot is 0 (Q12). */
static void express_on_new_bus(struct set *set)
{
	struct vm_dev *dev;

	no_usb(set);
	dev = add_net(set, chance(50) ? "virtio" : "e1000e");
	at_text(set, dev, 1 + below(6), chance(50) ? 0 : below(4), 0);
	XML("</interface>\n");
	some_devices(set);
}

/* Holes between listed controllers. */
static void holes(struct set *set)
{
	no_usb(set);
	for (unsigned i = 0, index = 0; i < 3; i++) {
		index += 1 + below(4);
		list_pci(set, is_pc(set) ? "pci-bridge" : "pcie-root-port", index);
		XML("</controller>\n");
	}
	some_devices(set);
}

/* ---- places of the chipset -------------------------------------------------------------------------- */

/* Two sets at 1d and 1a, a third one anywhere. */
static void usb_sets(struct set *set)
{
	for (unsigned i = 0; i <= below(4); i++)
		add_usb_set(set, i, 0);
	some_devices(set);
}

/* Who comes to the place of the first adapter before it. */
static void video_taken(struct set *set)
{
	struct vm_dev *dev;

	no_usb(set);
	dev = add_net(set, chance(50) ? "e1000" : "virtio");
	at_text(set, dev, 0, is_pc(set) ? 2 : 1, 0);
	XML("</interface>\n");
	add_video(set, chance(50) ? "vga" : "virtio");
	some_devices(set);
}

static void sound_taken(struct set *set)
{
	struct vm_dev *dev;

	no_usb(set);
	if (chance(50)) {
		dev = add_net(set, "virtio");
		at_text(set, dev, 0, 0x1b, 0);
		XML("</interface>\n");
	}
	for (unsigned i = 0; i < 2; i++)
		add_between(set, add_next(set, &sound_family, "ich9"), "<sound model='ich9'>",
			    "</sound>");
	some_devices(set);
}

/* Endpoints that people put on the root itself, and ports in an expander. */
static void expander_ports(struct set *set)
{
	no_usb(set);
	list_controller(set, "pcie-expander-bus", 1);
	list_at(set, "pcie-root-port", 2, 1, 0);
	list_at(set, "pcie-root-port", 3, 1, 1 + below(3));
	some_devices(set);
}

static void integrated(struct set *set)
{
	struct vm_dev *dev;

	no_usb(set);
	some_devices(set);
	dev = add_next(set, &iommu_family, "virtio");
	XML("<iommu model='virtio'>");
	if (chance(40))
		at_text(set, dev, 0, 4, 0);
	XML("</iommu>\n");
}

static void hotplug_off(struct set *set)
{
	no_usb(set);
	for (unsigned i = 1; i < 4; i++) {
		struct vm_dev *dev = list_pci(set, "pcie-root-port", i);
		bool off = chance(60);

		XML("<target hotplug='%s'/></controller>\n", off ? "off" : "on");
		say(set, dev, "hotplug", off ? "OFF" : "ON");
	}
	some_devices(set);
}

/* Functions of a slot by hand, in any order. */
static void functions_by_hand(struct set *set)
{
	unsigned slot = 5 + below(8), count = 2 + below(4);

	no_usb(set);
	for (unsigned i = 0; i < count; i++) {
		struct vm_dev *dev = add_net(set, chance(50) ? "virtio" : "e1000");

		at_text(set, dev, 0, slot, (i * 3 + (slot & 1)) % 8);
		XML("</interface>\n");
	}
	some_devices(set);
}

/* One device of each remaining kind. */
static void each_kind(struct set *set)
{
	no_usb(set);
	add_scsis(set, 100);
	add_disks(set, 1);
	add_between(set, add_next(set, &sound_family, "ich6"), "<sound model='ich6'>", "</sound>");
	add_filesystems(set, 100);
	add_balloon(set, 100);
	add_rngs(set, 2);
	if (!is_virt(set) || chance(50))
		add_pci_serial(set);
	add_inputs(set);
	add_between(set, add_next(set, &watchdog_family, "i6300esb"), "<watchdog model='i6300esb'>",
		    "</watchdog>");
	add_host_devices(set, 3);
	add_between(set, add_next(set, &t_vsock_family, "virtio"),
		    "<vsock model='virtio'><cid auto='no' address='7'/>", "</vsock>");
}

/* One after the other, and never before what has an earlier turn. */
static void memory_devices(struct set *set)
{
	const struct vm_dev *guest = set->vm.guest_dev;
	struct vm_dev *dev = add_next(set, &numa_family, "cell");

	say(set, guest, "memory-max", "4096");
	say_default(set, guest, "memory-slots", "16");
	say(set, dev, "cpus", "0");
	say(set, dev, "memory", "64");
	no_usb(set);
	for (unsigned i = 0, count = 1 + below(3); i < count; i++) {
		bool file = chance(50);

		dev = add_next(set, &memory_device_family, file ? "virtio-pmem" : "virtio-mem");
		say(set, dev, "size", "128");
		if (file)
			say(set, dev, "path", "/k/pmem");
		else
			say_default(set, dev, "block", "2048");
		add_between(
			set, dev,
			file ? "<memory model='virtio-pmem' access='shared'><source><path>/k/pmem"
			       "</path></source><target><size unit='M'>128</size></target>"
			     : "<memory model='virtio-mem'><target><size unit='M'>128</size><node>0"
			       "</node><block>2048</block><requested>0</requested></target>",
			"</memory>");
	}
	some_devices(set);
}

/* In libvirt's layout it changes nothing (Q13): a full root, bridges, a spare slot. */
static void root_hotplug(struct set *set)
{
	bool off = chance(70);

	no_usb(set);
	XML("<controller type='pci' index='0' model='pci-root'><target hotplug='%s'/>"
	    "</controller>\n",
	    off ? "off" : "on");
	set->has_root = true;
	say(set, set->vm.guest_dev, "root-hotplug", off ? "OFF" : "ON");
	if (chance(50))
		list_controller(set, "pci-bridge", 1);
	add_disks(set, chance(50) ? below(9) : 24 + below(9));
	add_balloon(set, 50);
}

/* ---- all of them ------------------------------------------------------------------------------------ */

#define ON_PC   (1u << KIND_PC)
#define ON_Q35  (1u << KIND_Q35)
#define ON_VIRT (1u << KIND_VIRT)
#define ON_PCIE (ON_Q35 | ON_VIRT)
#define ON_ALL  (ON_PC | ON_PCIE)

static const struct directed {
	void (*fill)(struct set *set);
	unsigned machines;
	const char *more;
} directed[] = {
	{pc_full, ON_PC, NULL},
	{pc_usb_set, ON_PC, NULL},
	{pc_idle_bridge, ON_PC, NULL},
	{pc_expander_full, ON_PC, NULL},
	{many_conventional, ON_ALL, NULL},
	{many_ports, ON_PCIE, NULL},
	{ports_in_expander, ON_PCIE, NULL},
	{upstream_alone, ON_PCIE, NULL},
	{upstream_behind_itself, ON_PCIE, NULL},
	{conventional_on_new_bus, ON_ALL, NULL},
	{conventional_on_bus_1, ON_PCIE, NULL},
	{express_on_new_bus, ON_PCIE, NULL},
	{holes, ON_ALL, NULL},
	{usb_sets, ON_PC | ON_Q35, NULL},
	{video_taken, ON_PC | ON_Q35, NULL},
	{sound_taken, ON_ALL, NULL},
	{root_hotplug, ON_PC, NULL},
	{expander_ports, ON_PCIE, NULL},
	{integrated, ON_Q35, NULL},
	{refuse_elsewhere, ON_Q35, NULL},
	{hotplug_off, ON_PCIE, NULL},
	{functions_by_hand, ON_ALL, NULL},
	{each_kind, ON_ALL, NULL},
	{memory_devices, ON_PC | ON_Q35,
	 "<maxMemory slots='16' unit='M'>4096</maxMemory><cpu><numa>"
	 "<cell id='0' cpus='0' memory='524288'/></numa></cpu>"},
	{refuse_bus_range, ON_ALL, NULL},
	{refuse_slot_range, ON_ALL, NULL},
	{refuse_function_range, ON_ALL, NULL},
	{refuse_no_number, ON_ALL, NULL},
	{refuse_domain, ON_ALL, NULL},
	{refuse_slots, ON_PC, NULL},
	{refuse_slots, ON_PCIE, NULL},
	{refuse_connection, ON_ALL, NULL},
	{refuse_growth, ON_PCIE, NULL},
	{refuse_taken, ON_ALL, NULL},
	{refuse_ide, ON_PC, NULL},
	{refuse_piix3, ON_PC, NULL},
	{refuse_piix3, ON_Q35, NULL},
	{refuse_sata, ON_Q35, NULL},
	{refuse_other_root, ON_ALL, NULL},
	{refuse_second_root, ON_ALL, NULL},
	{refuse_root_address, ON_ALL, NULL},
	{refuse_order, ON_PC, NULL},
	{refuse_bus_numbers, ON_ALL, NULL},
	{refuse_node, ON_ALL, NULL},
	{refuse_expander, ON_PC, NULL},
	{refuse_expander, ON_PCIE, NULL},
	{refuse_high_index, ON_PC, NULL},
	{refuse_index_twice, ON_ALL, NULL},
	{refuse_negative_index, ON_ALL, NULL},
	{refuse_second_video, ON_PC | ON_Q35, NULL},
	{refuse_iommu, ON_PC, NULL},
	{refuse_iommu, ON_VIRT, NULL},
};

#define DIRECTED_COUNT (sizeof(directed) / sizeof(directed[0]))

static unsigned directed_kind(unsigned machines)
{
	unsigned kind = below(KIND_MMIO);

	while (!(machines & (1u << kind)))
		kind = (kind + 1) % KIND_MMIO;
	return kind;
}

static struct set *make(uint64_t seed)
{
	const struct directed *aim = seed % 3 ? NULL : &directed[seed / 3 % DIRECTED_COUNT];
	struct set *set;

	state = (seed + 1) * 0x9e3779b97f4a7c15u;
	for (unsigned i = 0; i < 8; i++)
		(void)below(2);
	set = set_begin(seed, aim ? directed_kind(aim->machines) : random_kind(),
			aim ? aim->more : NULL);
	if (aim)
		aim->fill(set);
	else
		fill_random(set);
	set_end(set);
	return set;
}

#endif
