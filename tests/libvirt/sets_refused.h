/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets_refused.h - sets that libvirt refuses, one rule each.
 */
#ifndef KILN_TESTS_SETS_REFUSED_H
#define KILN_TESTS_SETS_REFUSED_H

#include "sets_random.h"

static void no_usb(struct set *set)
{
	if (!is_virt(set))
		XML("<controller type='usb' model='none'/>\n");
}

static void no_balloon(struct set *set)
{
	XML("<memballoon model='none'/>\n");
}

static void some_devices(struct set *set)
{
	add_disks(set, below(4));
	add_nets(set, below(3), "virtio");
	add_balloon(set, 60);
	add_rngs(set, below(2));
}

static void refuse_elsewhere(struct set *set)
{
	struct vm_dev *dev;

	no_usb(set);
	dev = add_next(set, &iommu_family, "virtio");
	some_devices(set);
	XML("<iommu model='virtio'>");
	at_text(set, dev, 1, 0, 0);
	XML("</iommu>\n");
}

static void refuse_bus_range(struct set *set)
{
	no_usb(set);
	at_text(set, add_net(set, "virtio"), 0x100 + below(20), 3, 0);
	XML("</interface>\n");
}

static void refuse_slot_range(struct set *set)
{
	no_usb(set);
	at_text(set, add_net(set, "virtio"), 0, 0x20 + below(9), 0);
	XML("</interface>\n");
}

static void refuse_function_range(struct set *set)
{
	no_usb(set);
	at_text(set, add_net(set, "virtio"), 0, 3, 8);
	XML("</interface>\n");
}

/* XML takes octal and hexadecimal numbers, .config hexadecimal digits alone; neither takes these. */
static void refuse_no_number(struct set *set)
{
	static const char *const slots[] = {"0x3g", "three", "-3", "3 4", "", "0x"};
	const char *slot = PICK(slots);

	no_usb(set);
	struct vm_dev *dev = add_net(set, "virtio");

	XML("<address type='pci' domain='0' bus='0x0' slot='%s' function='0x0'/></interface>\n",
	    slot);
	say(set, dev, "address", arena_fmt(&set->arena, "00:%s.0", slot));
}

static void refuse_domain(struct set *set)
{
	struct vm_dev *dev;

	no_usb(set);
	dev = add_net(set, "virtio");
	want(dev, 0, 4, 0);
	dev->want.domain = 1;
	set->unsaid = true;
	xml_address(set, &dev->want);
	XML("</interface>\n");
}

static void refuse_slots(struct set *set)
{
	struct vm_dev *dev;

	no_usb(set);
	list_pci(set, is_pc(set) ? "pci-bridge" : "pcie-root-port", 1);
	XML("</controller>\n");
	dev = add_net(set, "virtio");
	/* Bridges begin at slot 1, ports end with slot 0. */
	at_text(set, dev, 1, is_pc(set) ? 0 : 1 + below(20), is_pc(set));
	XML("</interface>\n");
}

static void refuse_connection(struct set *set)
{
	no_usb(set);
	if (is_pc(set)) {
		list_at(set, "pci-bridge", 1, 0, 4);
		list_at(set, "pci-expander-bus", 2, 1, 4);
	} else {
		list_at(set, "pcie-root-port", 1, 0, 4);
		list_at(set, chance(50) ? "pcie-root-port" : "dmi-to-pci-bridge", 2, 1, 0);
	}
	some_devices(set);
}

/* Controllers that nothing takes and nothing is added for. */
static void refuse_growth(struct set *set)
{
	static const char *const models[] = {"pcie-to-pci-bridge", "pci-bridge",
					     "pcie-switch-downstream-port"};

	no_usb(set);
	list_pci(set, PICK(models), 1);
	XML("</controller>\n");
	some_devices(set);
}

static void refuse_taken(struct set *set)
{
	unsigned slot = 4 + below(9);

	no_usb(set);
	for (unsigned i = 0; i < 2; i++) {
		at_text(set, add_net(set, "virtio"), 0, slot, 0);
		XML("</interface>\n");
	}
	some_devices(set);
}

static void refuse_ide(struct set *set)
{
	struct vm_dev *dev = vm_add_controller(&set->vm, &t_ide_family, t_ide_classes, 0);

	set->unsaid = true;
	no_usb(set);
	want(dev, 0, 3 + below(6), below(2));
	XML("<controller type='ide' index='0'>");
	xml_address(set, &dev->want);
	XML("</controller>\n");
	some_devices(set);
}

/* Where the chip has it on pc, and where it is on no other machine. */
static void refuse_piix3(struct set *set)
{
	struct vm_dev *dev = add_at(set, &usb_family, 0, "piix3-uhci");

	XML("<controller type='usb' index='0' model='piix3-uhci'>");
	at_text(set, dev, 0, is_pc(set) ? 5 : 1, is_pc(set) ? below(3) : 2);
	XML("</controller>\n");
	some_devices(set);
}

static void refuse_sata(struct set *set)
{
	struct vm_dev *dev;

	no_usb(set);
	dev = add_at(set, &sata_family, 0, "ahci");
	XML("<controller type='sata' index='0'>");
	at_text(set, dev, 0, 4 + below(9), 0);
	XML("</controller>\n");
	some_devices(set);
}

/* A listed root: 1 is another machine's, 2 a second one, 3 one with an address. */
static void refuse_root(struct set *set, unsigned kind)
{
	const char *own = set->vm.machine->root_model;
	const char *other = is_pc(set) ? "pcie-root" : "pci-root";
	const char *model = kind == 1 ? other : own;
	unsigned index = kind == 2 ? 9 : 0;
	struct vm_dev *dev =
		vm_add_controller(&set->vm, &controller_pci_family,
				  dev_class_find(&controller_pci_family, model), index);

	set->unsaid = true;
	no_usb(set);
	XML("<controller type='pci' index='%u' model='%s'>", index, model);
	if (kind == 3) {
		want(dev, 0, 4, 0);
		xml_address(set, &dev->want);
	}
	XML("</controller>\n");
	some_devices(set);
}

static void refuse_other_root(struct set *set)
{
	refuse_root(set, 1);
}

static void refuse_second_root(struct set *set)
{
	refuse_root(set, 2);
}

static void refuse_root_address(struct set *set)
{
	refuse_root(set, 3);
}

static void refuse_order(struct set *set)
{
	no_usb(set);
	list_at(set, "pci-bridge", 1, 2, 1 + below(9));
	list_at(set, "pci-bridge", 2, 0, 4 + below(9));
	some_devices(set);
}

static void refuse_bus_numbers(struct set *set)
{
	const char *model = set->vm.machine->expander_model;
	struct vm_dev *dev;

	no_usb(set);
	dev = list_pci(set, model, 1);
	XML("<target busNr='%u'/></controller>\n", 1 + set->listed % 2);
	say(set, dev, "bus-nr", set->listed % 2 ? "2" : "1");
	list_pci(set, model, 2);
	XML("</controller>\n");
	some_devices(set);
}

/* The guest of a set has no cells. */
static void refuse_node(struct set *set)
{
	unsigned node = below(3);
	struct vm_dev *dev;

	no_usb(set);
	dev = list_pci(set, set->vm.machine->expander_model, 1);
	XML("<target><node>%u</node></target></controller>\n", node);
	say(set, dev, "node", arena_fmt(&set->arena, "%u", node));
	some_devices(set);
}

static void refuse_expander(struct set *set)
{
	no_usb(set);
	list_pci(set, is_pc(set) ? "pcie-expander-bus" : "pci-expander-bus", 1);
	XML("</controller>\n");
	some_devices(set);
}

static const char *port_or_bridge(const struct set *set)
{
	return is_pc(set) ? "pci-bridge" : "pcie-root-port";
}

static void refuse_high_index(struct set *set)
{
	no_usb(set);
	list_pci(set, port_or_bridge(set), 256 + below(9));
	XML("</controller>\n");
	some_devices(set);
}

static void refuse_index_twice(struct set *set)
{
	no_usb(set);
	list_pci(set, port_or_bridge(set), 9);
	XML("</controller>\n");
	list_pci(set, is_pc(set) ? "pci-bridge" : "dmi-to-pci-bridge", 9);
	XML("</controller>\n");
	some_devices(set);
}

static void refuse_negative_index(struct set *set)
{
	const char *model = port_or_bridge(set);

	no_usb(set);
	list_pci(set, model, 1);
	XML("</controller>\n<controller type='pci' model='%s' index='-1'/>\n", model);
	say(set, add_at(set, &controller_pci_family, set->listed++, model), "index", "-1");
	some_devices(set);
}

static void refuse_second_video(struct set *set)
{
	static const char *const models[] = {"vga", "cirrus", "vmvga"};

	no_usb(set);
	add_video(set, "virtio");
	add_video(set, PICK(models));
	some_devices(set);
}

/* The menu has none where libvirt refuses it: on pc, and on virt, which has no ACPI here. */
static void refuse_iommu(struct set *set)
{
	no_usb(set);
	some_devices(set);
	(void)add_next(set, &iommu_family, "virtio");
	XML("<iommu model='virtio'/>\n");
	set->by_menu = true;
}

#endif
