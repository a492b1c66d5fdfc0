/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets_controllers.h - controllers at random, each in the model and in the XML.
 *
 * They stand in the XML by type in the order in which Kiln lists them, because libvirt hands out slots
 * along its own list.
 */
#ifndef KILN_TESTS_SETS_CONTROLLERS_H
#define KILN_TESTS_SETS_CONTROLLERS_H

#include "sets_make.h"

#define PICK(list) (list)[below(sizeof(list) / sizeof((list)[0]))]

static struct vm_dev *add_usb(struct set *set, const char *model, unsigned index, unsigned percent)
{
	struct vm_dev *dev = add_at(set, &usb_family, index, model);

	XML("<controller type='usb' index='%u' model='%s'>", index, model);
	maybe_address(set, dev, percent);
	XML("</controller>\n");
	return dev;
}

/* The four controllers of ICH9, which are one choice of the menu. */
static void add_usb_set(struct set *set, unsigned index, unsigned percent)
{
	static const char *const companions[] = {"ich9-uhci1", "ich9-uhci2", "ich9-uhci3"};
	struct vm_dev *dev = add_at(set, &usb_family, index, "ich9-ehci1");

	XML("<controller type='usb' index='%u' model='ich9-ehci1'>", index);
	if (chance(percent)) {
		struct pci_addr addr = choose_address(set);

		/* Kiln refuses another function, and says why; libvirt lets it pass. */
		addr.function = 7;
		at_text(set, dev, addr.bus, addr.slot, addr.function);
	}
	XML("</controller>\n");
	for (unsigned i = 0; i < 3; i++) {
		XML("<controller type='usb' index='%u' model='%s'>", index, companions[i]);
		if (chance(percent) && set->companions < COMPANION_MAX) {
			struct pci_addr addr = choose_address(set);

			set->companion[set->companions].index = index;
			set->companion[set->companions].model = companions[i];
			set->companion[set->companions++].addr = addr;
			set->unsaid = true;
			xml_address(set, &addr);
		}
		XML("</controller>\n");
	}
}

static void add_usbs(struct set *set)
{
	static const char *const others[] = {"nec-xhci", "ehci", "qemu-xhci"};
	unsigned kind = below(10), count = chance(20) ? 2 + below(2) : 1;

	if (kind < 4) {
		/* Without a word libvirt adds one on x86, and Kiln's XML has that word. */
		if (!is_virt(set))
			XML("<controller type='usb' model='none'/>\n");
		return;
	}
	for (unsigned index = 0; index < count; index++) {
		if (kind < 5 && is_pc(set) && !index)
			add_usb(set, "piix3-uhci", 0, set->addresses ? 60 : 0);
		else if (kind < 6 && !is_virt(set))
			add_usb(set, "piix4-uhci", index, set->addresses);
		else if (kind < 8 && !is_virt(set))
			add_usb_set(set, index, set->addresses ? 10 : 0);
		else
			add_usb(set, PICK(others), index, set->addresses);
	}
}

static void add_satas(struct set *set, unsigned percent)
{
	if (!chance(percent))
		return;
	/* That of q35 is its own. */
	for (unsigned index = is_q35(set); index <= below(3); index++) {
		struct vm_dev *dev = add_at(set, &sata_family, index, "ahci");

		XML("<controller type='sata' index='%u'>", index);
		maybe_address(set, dev, set->addresses);
		XML("</controller>\n");
	}
}

static void add_scsis(struct set *set, unsigned percent)
{
	static const char *const models[] = {
		"virtio-scsi", "virtio-transitional", "virtio-non-transitional",
		"lsilogic",    "lsisas1068",          "lsisas1078",
		"vmpvscsi",
	};

	if (!chance(percent))
		return;
	for (unsigned index = 0, count = 1 + below(2); index < count; index++) {
		/* libvirt puts them all on transports, which only virtio's can be on. */
		const char *model = on_mmio(set) ? models[0] : PICK(models);
		struct vm_dev *dev = add_at(set, &scsi_family, index, model);

		XML("<controller type='scsi' index='%u' model='%s'>", index, model);
		maybe_address(set, dev, set->addresses);
		XML("</controller>\n");
	}
}

/* Index 0: none in the XML. */
static struct vm_dev *list_pci(struct set *set, const char *model, unsigned index)
{
	struct vm_dev *dev = add_at(set, &controller_pci_family, set->listed++, model);

	if (!set->has_root) {
		/* Otherwise the first without an index would be controller 0. */
		XML("<controller type='pci' index='0' model='%s'/>\n", set->vm.machine->root_model);
		set->has_root = true;
	}
	XML("<controller type='pci' model='%s'", model);
	if (index) {
		XML(" index='%u'", index);
		say(set, dev, "index", arena_fmt(&set->arena, "%u", index));
	}
	set->index_less |= !index;
	XML(">");
	return dev;
}

static void add_target(struct set *set, struct vm_dev *dev, const char *model)
{
	/* A number of a machine's own root, so that none is left below. */
	if (strstr(model, "expander") && chance(20)) {
		unsigned number = 1 + below(chance(40) ? 2 : 200);

		XML("<target busNr='%u'/>", number);
		say(set, dev, "bus-nr", arena_fmt(&set->arena, "%u", number));
	} else if (strstr(model, "port") && !strstr(model, "upstream") && chance(15)) {
		bool on = chance(40);

		XML("<target hotplug='%s'/>", on ? "on" : "off");
		say(set, dev, "hotplug", on ? "ON" : "OFF");
	} else if (strcmp(model, "pcie-root-port") == 0 && chance(8)) {
		/* QEMU takes each number once. */
		unsigned chassis = 200 + dev->slot;

		XML("<target chassis='%u' port='9'/>", chassis);
		say(set, dev, "chassis", arena_fmt(&set->arena, "%u", chassis));
		say(set, dev, "port", "9");
	} else if (strcmp(model, "pci-bridge") == 0 && chance(8)) {
		XML("<target chassisNr='78'/>");
		say(set, dev, "chassis-nr", "78");
	}
}

static struct vm_dev *list_controller(struct set *set, const char *model, unsigned index)
{
	struct vm_dev *dev = list_pci(set, model, index);

	add_target(set, dev, model);
	maybe_address(set, dev, set->addresses ? 12 : 0);
	XML("</controller>\n");
	return dev;
}

static void list_at(struct set *set, const char *model, unsigned index, unsigned bus, unsigned slot)
{
	at_text(set, list_pci(set, model, index), bus, slot, 0);
	XML("</controller>\n");
}

static void list_controllers(struct set *set, unsigned percent)
{
	static const char *const express_models[] = {"pcie-root-port",     "pcie-root-port",
						     "pcie-to-pci-bridge", "dmi-to-pci-bridge",
						     "pci-bridge",         "pcie-expander-bus"};
	static const char *const pc_models[] = {"pci-bridge", "pci-bridge", "pci-expander-bus"};
	unsigned index = 0, count = 1 + below(4);
	bool by_rule = chance(25);

	if (!chance(percent))
		return;
	if (!is_pc(set) && chance(20)) {
		list_controller(set, "pcie-root-port", ++index);
		list_controller(set, "pcie-switch-upstream-port", ++index);
		while (count--)
			list_controller(set, "pcie-switch-downstream-port", ++index);
		return;
	}
	while (count--) {
		index += chance(80) ? 1 : 1 + below(4);
		list_controller(set, is_pc(set) ? PICK(pc_models) : PICK(express_models),
				by_rule && chance(60) ? 0 : index);
	}
}

static void add_serials(struct set *set, unsigned percent)
{
	static const char *const models[] = {"virtio", "virtio-transitional",
					     "virtio-non-transitional"};

	for (unsigned index = 0; index < 2 && chance(percent); index++) {
		const char *model = on_mmio(set) ? models[0] : PICK(models);
		struct vm_dev *dev = add_at(set, &controller_virtio_serial_family, index, model);

		XML("<controller type='virtio-serial' index='%u'", index);
		if (strcmp(model, "virtio") != 0)
			XML(" model='%s'", model);
		XML(">");
		maybe_address(set, dev, set->addresses);
		XML("</controller>\n");
	}
}

#endif
