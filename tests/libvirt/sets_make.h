/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets_make.h - a random machine from a seed: the model for Kiln and, beside it, the XML for libvirt.
 *
 * Only the connections of devices matter, so most families are those of the unit tests. A machine is
 * a row of set_machines; another one needs its own list of models.
 */
#ifndef KILN_TESTS_SETS_MAKE_H
#define KILN_TESTS_SETS_MAKE_H

#include <inttypes.h>

#include "layout_vm.h"

#define DIE(...)                                             \
	do {                                                 \
		(void)fprintf(stderr, "sets: " __VA_ARGS__); \
		exit(2);                                     \
	} while (0)

static uint64_t state;

static unsigned below(unsigned bound)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 11) % bound);
}

static bool chance(unsigned percent)
{
	return below(100) < percent;
}

/** struct set - a machine and, beside it, its XML; @last is the last configured address. */
struct set {
	struct arena arena;
	struct vm vm;
	struct layout layout;
	struct err_list errs;
	struct text xml;
	struct pci_addr last;
	unsigned first_net, listed;
	bool index_less, has_root;
};

static struct board board = {.name = "oracle", .caps = &caps_new};

/* Mostly few, sometimes around a limit, rarely beyond what a machine can have. */
static unsigned disk_count(bool q35)
{
	unsigned kind = below(20);

	if (kind < 13)
		return below(10);
	if (kind < 17)
		return 22 + below(14);
	if (kind < 19)
		return 40 + below(60);
	return q35 ? 220 + below(25) : 100 + below(150);
}

static const char *disk_name(struct set *set, unsigned index)
{
	char name[8];
	size_t at = sizeof(name) - 1;

	name[at] = '\0';
	for (unsigned i = index + 1; i; i = (i - 1) / 26)
		name[--at] = (char)('a' + (i - 1) % 26);
	return arena_str(&set->arena, name + at);
}

static void maybe_address(struct set *set, struct vm_dev *dev, unsigned percent)
{
	const bool q35 = set->vm.machine == &machine_q35;

	struct pci_addr *last = &set->last;

	if (!chance(percent))
		return;
	dev->has_want = true;
	dev->want = (struct pci_addr){
		.bus = (uint16_t)(chance(65) ? 0 : below(q35 ? 6 : 4)),
		.slot = (uint8_t)(chance(10)   ? below(32)
				  : chance(40) ? 0
					       : 1 + below(9)),
		.function = (uint8_t)(chance(60) ? 0 : below(8)),
	};
	/* Beside the one before, as people do it for multifunction. */
	if (last->slot && last->function < 7 && chance(30)) {
		dev->want = *last;
		dev->want.function++;
	}
	/* libvirt takes bus 0, slot 0 for "none given"; Kiln refuses it. */
	if (dev->want.bus == 0 && dev->want.slot == 0)
		dev->want.slot = (uint8_t)(2 + below(12));
	/* On pc QEMU has IDE there in any case, and Kiln knows it; libvirt only with a disk. */
	if (!q35 && dev->want.bus == 0 && dev->want.slot == 1 && dev->want.function == 1)
		dev->want.function = 3;
	if (chance(2))
		dev->want.domain = 1;
	*last = dev->want;
	last->domain = 0;
	text_fmt(&set->xml,
		 "<address type='pci' domain='%u' bus='0x%x' slot='0x%x' function='0x%x'/>",
		 dev->want.domain, dev->want.bus, dev->want.slot, dev->want.function);
}

static struct vm_dev *add_dev(struct set *set, const struct dev_family *family, const char *class,
			      unsigned slot)
{
	struct vm_dev *dev = vm_add_dev(&set->vm, family, slot, 0, 0);

	dev->class = dev_class_find(family, class);
	if (!dev->class)
		DIE("family %s has no class %s\n", family->name, class);
	return dev;
}

/* Index 0: none in the XML. */
static void list_controller(struct set *set, const char *model, unsigned index)
{
	const struct dev_family *family = &controller_pci_family;
	struct vm_dev *dev = vm_list_controller(&set->vm, family, set->listed++);
	struct controller_pci *data = dev->data;
	bool expander = strstr(model, "expander") != NULL;

	dev->class = dev_class_find(family, model);
	data->index = index;
	/* A number of a machine's own root, so that none is left below. */
	if (expander && chance(20))
		data->bus_nr = 1 + below(chance(40) ? 2 : 200);
	text_fmt(&set->xml, "<controller type='pci' model='%s'", model);
	if (index)
		text_fmt(&set->xml, " index='%u'", index);
	set->index_less |= !index;
	text_add(&set->xml, ">");
	if (data->bus_nr)
		text_fmt(&set->xml, "<target busNr='%u'/>", (unsigned)data->bus_nr);
	maybe_address(set, dev, 12);
	text_add(&set->xml, "</controller>\n");
}

/* A controller that libvirt itself refuses. */
static void list_wrong(struct set *set)
{
	bool q35 = set->vm.machine == &machine_q35;
	struct vm_dev *dev;

	switch (below(7)) {
	case 0:
		list_controller(set, q35 ? "pcie-root-port" : "pci-bridge", 256);
		break;
	case 1:
		list_controller(set, q35 ? "pci-expander-bus" : "pcie-expander-bus", 9);
		break;
	case 2:
		list_controller(set, q35 ? "pcie-root" : "pci-root", 9);
		break;
	case 3:
		list_controller(set, q35 ? "pcie-root-port" : "pci-bridge", 9);
		list_controller(set, q35 ? "dmi-to-pci-bridge" : "pci-bridge", 9);
		break;
	case 4:
		list_controller(set, q35 ? "pcie-switch-downstream-port" : "pci-bridge", 9);
		break;
	case 5:
		dev = vm_add_controller(
			&set->vm, &controller_pci_family,
			dev_class_find(&controller_pci_family, q35 ? "pcie-root" : "pci-root"), 0);
		want(dev, 0, 4, 0);
		text_fmt(&set->xml,
			 "<controller type='pci' index='0' model='%s'><address type='pci' bus='0' "
			 "slot='4'/></controller>\n",
			 dev->class->name);
		set->has_root = true;
		break;
	default:
		(void)vm_add_controller(
			&set->vm, &controller_pci_family,
			dev_class_find(&controller_pci_family, q35 ? "pci-root" : "pcie-root"), 0);
		text_fmt(&set->xml, "<controller type='pci' index='0' model='%s'/>\n",
			 q35 ? "pci-root" : "pcie-root");
		set->has_root = true;
	}
}

static void list_root(struct set *set)
{
	bool q35 = set->vm.machine == &machine_q35;

	/* Otherwise the first without an index would be controller 0. */
	if (!set->has_root)
		text_fmt(&set->xml, "<controller type='pci' index='0' model='%s'/>\n",
			 q35 ? "pcie-root" : "pci-root");
}

static void list_controllers(struct set *set)
{
	static const char *const q35_models[] = {"pcie-root-port",     "pcie-root-port",
						 "pcie-to-pci-bridge", "dmi-to-pci-bridge",
						 "pci-bridge",         "pcie-expander-bus"};
	static const char *const pc_models[] = {"pci-bridge", "pci-bridge", "pci-expander-bus"};
	bool q35 = set->vm.machine == &machine_q35, by_rule = chance(25);
	unsigned index = 0, count = 1 + below(4);

	if (chance(12))
		list_wrong(set);
	list_root(set);
	if (!chance(35))
		return;
	if (q35 && chance(20)) {
		list_controller(set, "pcie-root-port", ++index);
		list_controller(set, "pcie-switch-upstream-port", ++index);
		while (count--)
			list_controller(set, "pcie-switch-downstream-port", ++index);
		return;
	}
	while (count--) {
		index += chance(80) ? 1 : 1 + below(4);
		list_controller(set, q35 ? q35_models[below(6)] : pc_models[below(3)],
				by_rule && chance(60) ? 0 : index);
	}
}

static void add_usb(struct set *set, const char *model, unsigned percent)
{
	struct vm_dev *dev =
		vm_add_controller(&set->vm, &t_usb_family, dev_class_find(&t_usb_family, model), 0);

	text_fmt(&set->xml, "<controller type='usb' index='0' model='%s'>", model);
	maybe_address(set, dev, percent);
	text_add(&set->xml, "</controller>\n");
}

static void add_usbs(struct set *set, unsigned addresses)
{
	static const char *const set2[] = {"ich9-ehci1", "ich9-uhci1", "ich9-uhci2", "ich9-uhci3"};
	bool q35 = set->vm.machine == &machine_q35;
	unsigned kind = below(10);

	if (kind < 5)
		text_add(&set->xml, "<controller type='usb' model='none'/>\n");
	else if (kind < 7)
		add_usb(set, "qemu-xhci", addresses);
	else if (kind < 8 && !q35)
		add_usb(set, "piix3-uhci", addresses ? 60 : 0);
	else
		for (unsigned i = 0; i < 4; i++)
			add_usb(set, set2[i], addresses ? 10 : 0);
}

/* Element, model and back end of a device with nothing else to say. */
static void add_plain(struct set *set, const struct dev_family *family, const char *class,
		      unsigned slot, unsigned percent, const char *open, const char *close)
{
	text_add(&set->xml, open);
	maybe_address(set, add_dev(set, family, class, slot), percent);
	text_fmt(&set->xml, "%s\n", close);
}

static void add_others(struct set *set, unsigned addresses)
{
	bool q35 = set->vm.machine == &machine_q35;

	if (chance(30)) {
		bool virtio = chance(50);

		add_plain(set, &t_video_family, virtio ? "virtio" : "vga", 0, addresses,
			  virtio ? "<video><model type='virtio'/>" : "<video><model type='vga'/>",
			  "</video>");
		if (chance(30))
			add_plain(set, &t_video_family, "virtio", 1, addresses,
				  "<video><model type='virtio'/>", "</video>");
	}
	for (unsigned i = 0; i < 2 && chance(20); i++)
		add_plain(set, &t_sound_family, "ich9", i, addresses, "<sound model='ich9'>",
			  "</sound>");
	if (chance(15))
		add_plain(set, &t_watchdog_family, "i6300esb", 0, addresses,
			  "<watchdog model='i6300esb'>", "</watchdog>");
	if (chance(10))
		add_plain(set, &t_shmem_family, "ivshmem-plain", 0, addresses,
			  "<shmem name='s0'><model type='ivshmem-plain'/><size unit='M'>4</size>",
			  "</shmem>");
	for (unsigned i = 0; i < 2 && chance(10); i++)
		add_plain(set, &t_input_family, "virtio", i, addresses,
			  "<input type='mouse' bus='virtio'>", "</input>");
	if (chance(10))
		add_plain(set, &t_vsock_family, "virtio", 0, addresses,
			  "<vsock model='virtio'><cid auto='no' address='7'/>", "</vsock>");
	if (q35 && chance(15))
		add_plain(set, &t_iommu_family, "virtio", 0, addresses ? 60 : 0,
			  "<iommu model='virtio'>", "</iommu>");
}

static void add_devices(struct set *set, unsigned addresses)
{
	static const char *const nics[] = {"virtio", "e1000", "e1000e"};
	bool q35 = set->vm.machine == &machine_q35;
	unsigned disks = disk_count(q35), nets = below(4) * below(4), rngs = below(3);
	unsigned consoles = chance(60) ? 0 : 1 + below(4);
	unsigned nic_bias = below(4);

	for (unsigned i = 0; i < disks; i++) {
		text_fmt(&set->xml,
			 "<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
			 "<source file='/k/%u'/><target dev='vd%s' bus='virtio'/>",
			 i, disk_name(set, i));
		maybe_address(set, add_dev(set, &disk_family, "virtio", i), addresses);
		text_add(&set->xml, "</disk>\n");
	}
	for (unsigned i = set->first_net; i < nets; i++) {
		const char *model = nics[nic_bias < 3 && chance(60) ? nic_bias : below(3)];

		text_fmt(&set->xml, "<interface type='user'><model type='%s'/>", model);
		maybe_address(set, add_dev(set, &net_family, model, i), addresses);
		text_add(&set->xml, "</interface>\n");
	}
	for (unsigned i = 0; i < consoles; i++) {
		text_fmt(&set->xml,
			 "<console type='pty'><target type='virtio' port='%u'/></console>\n", i);
		(void)add_dev(set, &console_family, "virtio", i);
	}
	if (chance(70)) {
		text_add(&set->xml, "<memballoon model='virtio'>");
		maybe_address(set, add_dev(set, &balloon_family, "virtio", 0), addresses);
		text_add(&set->xml, "</memballoon>\n");
	} else {
		text_add(&set->xml, "<memballoon model='none'/>\n");
	}
	for (unsigned i = 0; i < rngs; i++) {
		text_add(&set->xml, "<rng model='virtio'><backend model='random'>/dev/urandom"
				    "</backend>");
		maybe_address(set, add_dev(set, &rng_family, "virtio", i), addresses);
		text_add(&set->xml, "</rng>\n");
	}
}

static struct set *make(uint64_t seed)
{
	struct set *set = calloc(1, sizeof(*set));
	unsigned addresses;
	bool q35;

	if (!set)
		DIE("out of memory\n");
	state = (seed + 1) * 0x9e3779b97f4a7c15u;
	for (unsigned i = 0; i < 8; i++)
		(void)below(2);
	q35 = chance(50);
	set->vm.arena = &set->arena;
	set->vm.board = &board;
	set->vm.machine = q35 ? &machine_q35 : &machine_pc;
	set->vm.guest.spare_as_libvirt = true;
	set->errs.arena = &set->arena;
	set->xml.arena = &set->arena;
	text_fmt(
		&set->xml,
		"<domain type='qemu'><name>set%" PRIu64
		"</name><memory>65536</memory><vcpu>1</vcpu>"
		"<os><type arch='x86_64' machine='%s'>hvm</type></os><features><acpi/></features><devices>\n"
		"<emulator>/usr/bin/qemu-system-x86_64</emulator>\n",
		seed, q35 ? "pc-q35-7.2" : "pc-i440fx-7.2");
	list_controllers(set);
	/* A conventional NIC asks for the first bus that is not there. */
	if (q35 && chance(6)) {
		struct vm_dev *dev = add_dev(set, &net_family, "e1000", 0);

		dev->has_want = true;
		dev->want = (struct pci_addr){.bus = 1, .slot = (uint8_t)(1 + below(30))};
		text_fmt(&set->xml,
			 "<interface type='user'><model type='e1000'/><address type='pci' bus='1' "
			 "slot='%u'/></interface>\n",
			 dev->want.slot);
		set->first_net = 1;
	}
	addresses = chance(50) ? 0 : chance(70) ? 4 : 25;
	add_usbs(set, addresses);
	add_devices(set, addresses);
	add_others(set, addresses);
	text_add(&set->xml, "</devices></domain>\n");
	return set;
}

static void set_free(struct set *set)
{
	arena_free(&set->arena);
	free(set);
}

#endif
