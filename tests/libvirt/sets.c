/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets.c - random sets of devices, as libvirt domain XML without addresses and as Kiln lays them
 * out; the comparison of both.
 *
 *	sets write DIR FIRST COUNT      DIR/SEED.xml for each seed
 *	sets compare DIR FIRST COUNT    DIR/SEED.out is what libvirt made of it, or lacks: refused
 *
 * The generator writes its own XML, so that an error of src/domain cannot hide one of src/layout.
 * The machine is built anew from the seed in both calls. TAP; the last test is that each rule was
 * met.
 */
#include <inttypes.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/controller.h"
#include "devices/registry.h"
#include "layout/layout.h"
#include "machines/machines.h"

#define DIE(...)                                             \
	do {                                                 \
		(void)fprintf(stderr, "sets: " __VA_ARGS__); \
		exit(2);                                     \
	} while (0)

/** enum hit - what the sets must have met at least once. */
enum hit {
	HIT_PORT_SHARED,
	HIT_SPARE,
	HIT_NO_SPARE,
	HIT_PCIE_PCI,
	HIT_OVERFLOW,
	HIT_IDLE_BRIDGE,
	HIT_CONFIGURED,
	HIT_RAISED,
	HIT_CONFIGURED_GROWTH,
	HIT_MULTIFUNCTION,
	HIT_SERIAL,
	HIT_LISTED,
	HIT_HOLE,
	HIT_EXPANDER,
	HIT_SWITCH,
	HIT_DMI,
	HIT_VIRT,
	HIT_MMIO,
	HIT_MMIO_BESIDE_PCI,
	HIT_REFUSED_TAKEN,
	HIT_REFUSED_SLOT,
	HIT_REFUSED_CONNECTION,
	HIT_REFUSED_BUILT_IN,
	HIT_REFUSED_ROOM,
	HIT_REFUSED_BRIDGE_ORDER,
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
	[HIT_RAISED] = "a configured bus is raised",
	[HIT_CONFIGURED_GROWTH] = "a configured bus adds buses",
	[HIT_MULTIFUNCTION] = "multifunction by configuration",
	[HIT_SERIAL] = "a virtio-serial controller for consoles",
	[HIT_LISTED] = "listed controllers",
	[HIT_HOLE] = "holes between listed controllers are filled (P17)",
	[HIT_EXPANDER] = "expander buses (P04)",
	[HIT_SWITCH] = "switch ports (P05)",
	[HIT_DMI] = "a dmi-to-pci-bridge",
	[HIT_VIRT] = "aarch64 virt on PCI Express",
	[HIT_MMIO] = "virtio-mmio as soon as one device has it (3.10)",
	[HIT_MMIO_BESIDE_PCI] = "virtio-mmio and a virtio device with a PCI address",
	[HIT_REFUSED_TAKEN] = "refused: address taken",
	[HIT_REFUSED_SLOT] = "refused: slot out of range",
	[HIT_REFUSED_CONNECTION] = "refused: does not plug in there",
	[HIT_REFUSED_BUILT_IN] = "refused: a built-in function",
	[HIT_REFUSED_ROOM] = "refused: no room",
	[HIT_REFUSED_BRIDGE_ORDER] = "refused: index not larger than the bus",
};

static unsigned hits[HIT_COUNT];

/* ---- the generator ----------------------------------------------------------------------------- */

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
	unsigned first_net;
};

static const char *cap_lines[] = {"device pcie-pci-bridge", "device pcie-root-port",
				  "device virtio-blk-pci-non-transitional"};
static const struct caps caps = {.lines = cap_lines, .count = 3};
static struct board board = {.name = "oracle", .caps = &caps};

/* Mostly few, sometimes around a limit, rarely beyond what a machine can have. */
static unsigned disk_count(bool express)
{
	unsigned kind = below(20);

	if (kind < 13)
		return below(10);
	if (kind < 17)
		return 22 + below(14);
	if (kind < 19)
		return 40 + below(60);
	return express ? 220 + below(25) : 100 + below(150);
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

/* q35 and virt. */
static bool is_express(const struct set *set)
{
	return set->vm.machine != &machine_pc;
}

static void maybe_address(struct set *set, struct vm_dev *dev, unsigned percent)
{
	const bool express = is_express(set);
	struct pci_addr *last = &set->last;

	if (!chance(percent))
		return;
	dev->has_want = true;
	dev->want = (struct pci_addr){
		.bus = (uint16_t)(chance(65) ? 0 : below(express ? 6 : 4)),
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
	if (!express && dev->want.bus == 0 && dev->want.slot == 1 && dev->want.function == 1)
		dev->want.function = 3;
	*last = dev->want;
	text_fmt(&set->xml,
		 "<address type='pci' domain='0' bus='0x%x' slot='0x%x' function='0x%x'/>",
		 dev->want.bus, dev->want.slot, dev->want.function);
}

static struct vm_dev *add(struct set *set, const struct dev_family *family, const char *class,
			  unsigned slot)
{
	struct vm_dev *dev = vm_add_dev(&set->vm, family, slot, 0, 0);

	dev->class = dev_class_find(family, class);
	if (!dev->class)
		DIE("family %s has no class %s\n", family->name, class);
	return dev;
}

static void add_controller(struct set *set, const char *model, unsigned index)
{
	(void)vm_add_controller(&set->vm, &controller_pci_family,
				dev_class_find(&controller_pci_family, model), index);
	text_fmt(&set->xml, "<controller type='pci' index='%u' model='%s'/>\n", index, model);
}

static void add_controllers(struct set *set)
{
	static const char *const express_models[] = {"pcie-root-port",     "pcie-root-port",
						     "pcie-to-pci-bridge", "dmi-to-pci-bridge",
						     "pci-bridge",         "pcie-expander-bus"};
	static const char *const pc_models[] = {"pci-bridge", "pci-bridge", "pci-expander-bus"};
	bool express = is_express(set);
	unsigned index = 0, count = 1 + below(4);

	if (!chance(35))
		return;
	if (express && chance(20)) {
		add_controller(set, "pcie-root-port", ++index);
		add_controller(set, "pcie-switch-upstream-port", ++index);
		while (count--)
			add_controller(set, "pcie-switch-downstream-port", ++index);
		return;
	}
	while (count--) {
		index += chance(80) ? 1 : 1 + below(4);
		add_controller(set, express ? express_models[below(6)] : pc_models[below(3)],
			       index);
	}
}

static void add_devices(struct set *set, unsigned addresses)
{
	static const char *const nics[] = {"virtio", "e1000", "e1000e"};
	bool mmio = set->vm.guest.virtio_mmio;
	/* libvirt does not count transports, so there are never more than the 32. */
	unsigned disks = mmio ? below(10) : disk_count(is_express(set));
	unsigned nets = below(4) * below(4), rngs = below(3) + mmio;
	unsigned consoles = chance(60) ? 0 : 1 + below(4);
	unsigned nic_bias = below(4);

	for (unsigned i = 0; i < disks; i++) {
		text_fmt(&set->xml,
			 "<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
			 "<source file='/k/%u'/><target dev='vd%s' bus='virtio'/>",
			 i, disk_name(set, i));
		maybe_address(set, add(set, &disk_family, "virtio", i), addresses);
		text_add(&set->xml, "</disk>\n");
	}
	for (unsigned i = set->first_net; i < nets; i++) {
		const char *model = nics[nic_bias < 3 && chance(60) ? nic_bias : below(3)];

		text_fmt(&set->xml, "<interface type='user'><model type='%s'/>", model);
		maybe_address(set, add(set, &net_family, model, i), addresses);
		text_add(&set->xml, "</interface>\n");
	}
	for (unsigned i = 0; i < consoles; i++) {
		text_fmt(&set->xml,
			 "<console type='pty'><target type='virtio' port='%u'/></console>\n", i);
		(void)add(set, &console_family, "virtio", i);
	}
	if (chance(70)) {
		text_add(&set->xml, "<memballoon model='virtio'>");
		maybe_address(set, add(set, &balloon_family, "virtio", 0), addresses);
		text_add(&set->xml, "</memballoon>\n");
	} else {
		text_add(&set->xml, "<memballoon model='none'/>\n");
	}
	for (unsigned i = 0; i < rngs; i++) {
		text_add(&set->xml, "<rng model='virtio'><backend model='random'>/dev/urandom"
				    "</backend>");
		/* From one device libvirt concludes for all that have no address. */
		if (mmio && i == 0) {
			text_add(&set->xml, "<address type='virtio-mmio'/></rng>\n");
			(void)add(set, &rng_family, "virtio", i);
			continue;
		}
		maybe_address(set, add(set, &rng_family, "virtio", i), addresses);
		text_add(&set->xml, "</rng>\n");
	}
}

/** kinds - the machines, by how often they come. */
static const struct kind {
	const struct machine *machine;
	const char *arch, *type;
	unsigned percent;
	bool mmio;
} kinds[] = {
	{&machine_pc, "x86_64", "pc-i440fx-7.2", 36, false},
	{&machine_q35, "x86_64", "pc-q35-7.2", 36, false},
	{&machine_virt, "aarch64", "virt-7.2", 18, false},
	{&machine_virt, "aarch64", "virt-7.2", 10, true},
};

static const struct kind *choose_kind(void)
{
	const struct kind *kind = kinds;
	unsigned at = below(100);

	while (at >= kind->percent)
		at -= kind++->percent;
	return kind;
}

static struct set *make(uint64_t seed)
{
	struct set *set = calloc(1, sizeof(*set));
	const struct kind *kind;

	if (!set)
		DIE("out of memory\n");
	state = (seed + 1) * 0x9e3779b97f4a7c15u;
	for (unsigned i = 0; i < 8; i++)
		(void)below(2);
	kind = choose_kind();
	set->vm.arena = &set->arena;
	set->vm.board = &board;
	set->vm.machine = kind->machine;
	set->vm.guest.spare_as_libvirt = true;
	set->vm.guest.virtio_mmio = kind->mmio;
	set->errs.arena = &set->arena;
	set->xml.arena = &set->arena;
	text_fmt(&set->xml,
		 "<domain type='qemu'><name>set%" PRIu64
		 "</name><memory>65536</memory><vcpu>1</vcpu>"
		 "<os><type arch='%s' machine='%s'>hvm</type></os><devices>\n"
		 "<emulator>/usr/bin/qemu-system-%s</emulator>\n"
		 "<controller type='usb' model='none'/>\n",
		 seed, kind->arch, kind->type, kind->arch);
	add_controllers(set);
	/* A conventional NIC asks for the first bus that is not there. */
	if (is_express(set) && chance(6)) {
		struct vm_dev *dev = add(set, &net_family, "e1000", 0);

		dev->has_want = true;
		dev->want = (struct pci_addr){.bus = 1, .slot = (uint8_t)(1 + below(30))};
		text_fmt(&set->xml,
			 "<interface type='user'><model type='e1000'/><address type='pci' bus='1' "
			 "slot='%u'/></interface>\n",
			 dev->want.slot);
		set->first_net = 1;
	}
	add_devices(set, chance(50) ? 0 : chance(70) ? 4 : 25);
	text_add(&set->xml, "</devices></domain>\n");
	return set;
}

static void set_free(struct set *set)
{
	arena_free(&set->arena);
	free(set);
}

/* ---- what Kiln says -----------------------------------------------------------------------------
 * A line a device: "pci.1 00:01.0 multi pcie-root-port chassis=1 port=8". Ports of virtio-serial are
 * left out: libvirt 9.0 gives consoles none and lets QEMU count (seen).
 */

struct lines {
	const char *line[4096];
	size_t count;
};

static void add_line(struct lines *lines, const char *line)
{
	if (lines->count == sizeof(lines->line) / sizeof(lines->line[0]))
		DIE("too many lines\n");
	lines->line[lines->count++] = line;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void own_lines(struct set *set, struct lines *lines)
{
	struct vm_dev *lists[] = {set->vm.controllers, set->vm.devs};

	for (size_t l = 0; l < 2; l++) {
		vm_for_each_dev(dev, lists[l]) {
			const struct controller_pci *data = dev->data;
			struct text text = {.arena = &set->arena};
			char addr[PCI_ADDR_TEXT];

			if (dev->addr.kind == ADDR_VIRTIO_MMIO)
				add_line(lines, arena_fmt(&set->arena, "%s mmio", dev->id));
			if (dev->addr.kind != ADDR_PCI)
				continue;
			text_fmt(&text, "%s %s%s", dev->id, pci_addr_text(&dev->addr.pci, addr),
				 dev->addr.multifunction == MULTI_ON ? " multi" : "");
			if (dev->family == &controller_pci_family) {
				text_fmt(&text, " %s", dev->class->name);
				if (data->chassis)
					text_fmt(&text, " chassis=%u port=%u",
						 (unsigned)data->chassis, (unsigned)data->port);
				if (data->chassis_nr)
					text_fmt(&text, " chassisNr=%u",
						 (unsigned)data->chassis_nr);
				if (data->bus_nr)
					text_fmt(&text, " busNr=%u", (unsigned)data->bus_nr);
			}
			add_line(lines, text_str(&text));
		}
	}
	qsort(lines->line, lines->count, sizeof(lines->line[0]), compare_lines);
}

/* ---- what libvirt says ------------------------------------------------------------------------- */

static const char *attr(struct set *set, const xmlNode *node, const char *name)
{
	xmlChar *value = node ? xmlGetProp(node, (const xmlChar *)name) : NULL;
	const char *copy = value ? arena_str(&set->arena, (const char *)value) : "";

	xmlFree(value);
	return copy;
}

static const xmlNode *child(const xmlNode *node, const char *name)
{
	for (const xmlNode *c = node->children; c; c = c->next) {
		if (c->type == XML_ELEMENT_NODE && strcmp((const char *)c->name, name) == 0)
			return c;
	}
	return NULL;
}

static unsigned number(struct set *set, const xmlNode *node, const char *name)
{
	return (unsigned)strtoul(attr(set, node, name), NULL, 0);
}

static unsigned disk_index(const char *target)
{
	unsigned index = 0;

	for (const char *p = target + 2; *p; p++)
		index = index * 26 + (unsigned)(*p - 'a') + 1;
	return index - 1;
}

/** struct ordinals - position of an element among those of its name. */
struct ordinals {
	unsigned net, rng;
};

static const char *name_of(struct set *set, const xmlNode *node, struct ordinals *at)
{
	const char *element = (const char *)node->name;

	if (strcmp(element, "controller") == 0) {
		const char *type = attr(set, node, "type");

		if (strcmp(type, "pci") == 0)
			return arena_fmt(&set->arena, "pci.%s", attr(set, node, "index"));
		if (strcmp(type, "virtio-serial") == 0)
			return arena_fmt(&set->arena, "virtio-serial%s", attr(set, node, "index"));
		return NULL; /* SATA of q35, USB none: built in or nothing */
	}
	if (strcmp(element, "disk") == 0)
		return arena_fmt(&set->arena, "disk%u",
				 disk_index(attr(set, child(node, "target"), "dev")));
	if (strcmp(element, "interface") == 0)
		return arena_fmt(&set->arena, "net%u", at->net++);
	if (strcmp(element, "rng") == 0)
		return arena_fmt(&set->arena, "rng%u", at->rng++);
	if (strcmp(element, "memballoon") == 0)
		return "balloon";
	return NULL;
}

static void add_target(struct set *set, struct text *text, const xmlNode *node)
{
	const xmlNode *target = child(node, "target");

	text_fmt(text, " %s", attr(set, node, "model"));
	if (!target)
		return;
	if (attr(set, target, "chassis")[0])
		text_fmt(text, " chassis=%u port=%u", number(set, target, "chassis"),
			 number(set, target, "port"));
	if (attr(set, target, "chassisNr")[0])
		text_fmt(text, " chassisNr=%u", number(set, target, "chassisNr"));
	if (attr(set, target, "busNr")[0])
		text_fmt(text, " busNr=%u", number(set, target, "busNr"));
}

static void libvirt_line(struct set *set, struct lines *lines, const xmlNode *node,
			 struct ordinals *at)
{
	const char *name = name_of(set, node, at);
	const xmlNode *address = child(node, "address");
	struct text text = {.arena = &set->arena};
	struct pci_addr addr;
	char buf[PCI_ADDR_TEXT];

	if (!name || !address)
		return;
	if (strcmp(attr(set, address, "type"), "virtio-mmio") == 0) {
		add_line(lines, arena_fmt(&set->arena, "%s mmio", name));
		return;
	}
	addr = (struct pci_addr){
		.domain = (uint16_t)number(set, address, "domain"),
		.bus = (uint16_t)number(set, address, "bus"),
		.slot = (uint8_t)number(set, address, "slot"),
		.function = (uint8_t)number(set, address, "function"),
	};
	text_fmt(&text, "%s %s%s", name, pci_addr_text(&addr, buf),
		 strcmp(attr(set, address, "multifunction"), "on") == 0 ? " multi" : "");
	if (strncmp(name, "pci.", 4) == 0)
		add_target(set, &text, node);
	add_line(lines, text_str(&text));
}

static bool libvirt_lines(struct set *set, const char *path, struct lines *lines)
{
	xmlDoc *doc = xmlReadFile(path, NULL, XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	const xmlNode *devices = doc ? child(xmlDocGetRootElement(doc), "devices") : NULL;
	struct ordinals at = {0};

	for (const xmlNode *node = devices ? devices->children : NULL; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE)
			libvirt_line(set, lines, node, &at);
	}
	xmlFreeDoc(doc);
	qsort(lines->line, lines->count, sizeof(lines->line[0]), compare_lines);
	return devices;
}

/* ---- which rules a set met --------------------------------------------------------------------- */

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
	hits[HIT_VIRT] += set->vm.machine == &machine_virt && added;
	if (is_express(set)) {
		hits[HIT_SPARE] += added && set->layout.spare;
		hits[HIT_NO_SPARE] += added && !set->layout.spare;
	}
}

static void count_devices(const struct set *set)
{
	for (size_t i = 0; i < set->layout.dev_count; i++) {
		const struct layout_dev *rec = &set->layout.devs[i];

		hits[HIT_CONFIGURED] += rec->rule == RULE_CONFIGURED;
		hits[HIT_RAISED] += rec->raised;
		hits[HIT_MULTIFUNCTION] +=
			rec->dev->addr.multifunction == MULTI_ON && rec->rule == RULE_CONFIGURED;
		hits[HIT_SERIAL] += rec->dev->family == &controller_virtio_serial_family;
		if (rec->dev->has_want && !rec->dev->added && rec->addr.bus &&
		    set->layout.bus_for[rec->addr.bus] == rec->dev->id)
			hits[HIT_CONFIGURED_GROWTH]++;
	}
}

static void count_mmio(const struct set *set)
{
	bool some = false, beside = false;

	vm_for_each_dev(dev, set->vm.devs) {
		some |= dev->addr.kind == ADDR_VIRTIO_MMIO;
		beside |= dev->addr.kind == ADDR_PCI && dev->class->where == WHERE_VIRTIO;
	}
	hits[HIT_MMIO] += some;
	hits[HIT_MMIO_BESIDE_PCI] += some && beside;
}

static void count_refusal(const struct set *set)
{
	err_list_for_each(node, &set->errs) {
		const struct err *err = &node->err;

		hits[HIT_REFUSED_TAKEN] += strstr(err->why, "holds one device") != NULL;
		hits[HIT_REFUSED_BUILT_IN] += strstr(err->why, "The machine has its") != NULL;
		hits[HIT_REFUSED_SLOT] += strstr(err->what, "has slot") != NULL;
		hits[HIT_REFUSED_CONNECTION] += strstr(err->what, "cannot be plugged") != NULL;
		hits[HIT_REFUSED_ROOM] += strcmp(err->check, "pci-room") == 0;
		hits[HIT_REFUSED_BRIDGE_ORDER] += strcmp(err->check, "pci-bridge-order") == 0;
	}
}

/* ---- the comparison ---------------------------------------------------------------------------- */

static bool same_lines(const struct lines *ours, const struct lines *theirs)
{
	size_t i = 0, j = 0;
	bool same = true;

	while (i < ours->count || j < theirs->count) {
		int order = i == ours->count     ? 1
			    : j == theirs->count ? -1
						 : strcmp(ours->line[i], theirs->line[j]);

		if (order < 0)
			printf("#   kiln:    %s\n", ours->line[i]);
		if (order > 0)
			printf("#   libvirt: %s\n", theirs->line[j]);
		same &= order == 0;
		i += order <= 0;
		j += order >= 0;
	}
	return same;
}

/* A refusal without what, why and fix is none. */
static bool refused_well(const struct set *set)
{
	err_list_for_each(node, &set->errs) {
		if (!node->err.what[0] || !node->err.why[0] || !node->err.fix[0])
			return false;
	}
	return set->errs.count;
}

static void show_refusal(const char *dir, uint64_t seed, const struct set *set)
{
	char path[512], line[512];
	FILE *file;

	err_list_for_each(node, &set->errs)
		printf("#   kiln: %s\n", node->err.what);
	(void)snprintf(path, sizeof(path), "%s/%" PRIu64 ".err", dir, seed);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		printf("#   libvirt: %s%s", line, strchr(line, '\n') ? "" : "\n");
	if (file)
		(void)fclose(file);
}

static bool compare_set(const char *dir, uint64_t seed, const char **ret_outcome)
{
	struct set *set = make(seed);
	static struct lines ours, theirs;
	char path[512];
	bool libvirt, kiln, same;

	(void)snprintf(path, sizeof(path), "%s/%" PRIu64 ".out", dir, seed);
	ours.count = theirs.count = 0;
	libvirt = libvirt_lines(set, path, &theirs);
	kiln = layout_assign(&set->vm, NULL, &set->layout, &set->errs) == 0;
	*ret_outcome = kiln ? "same layout" : "both refuse";
	if (kiln && libvirt) {
		own_lines(set, &ours);
		same = same_lines(&ours, &theirs);
		count_controllers(set);
		count_devices(set);
		count_mmio(set);
	} else {
		same = kiln == libvirt && refused_well(set);
		if (!same)
			show_refusal(dir, seed, set);
		count_refusal(set);
	}
	set_free(set);
	return same;
}

static int compare(const char *dir, uint64_t first, uint64_t count)
{
	unsigned failed = 0, refused = 0, missed = 0;

	printf("1..%" PRIu64 "\n", count + 1);
	for (uint64_t seed = first; seed < first + count; seed++) {
		const char *outcome;
		bool same = compare_set(dir, seed, &outcome);

		printf("%s %" PRIu64 " - set %" PRIu64 ": %s\n", same ? "ok" : "not ok",
		       seed - first + 1, seed, same ? outcome : "differs");
		failed += !same;
		refused += same && outcome[0] == 'b';
	}
	printf("# %" PRIu64 " sets, %u differ, %u are refused by both\n", count, failed, refused);
	for (unsigned i = 0; i < HIT_COUNT; i++) {
		printf("# %6u %s\n", hits[i], hit_names[i]);
		missed += hits[i] == 0;
	}
	printf("%s %" PRIu64 " - each rule was met\n", missed ? "not ok" : "ok", count + 1);
	return failed || missed;
}

static void write_set(const char *dir, uint64_t seed)
{
	struct set *set = make(seed);
	char path[512];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%" PRIu64 ".xml", dir, seed);
	file = fopen(path, "we");
	if (!file || fputs(text_str(&set->xml), file) == EOF || fclose(file) == EOF)
		DIE("%s cannot be written\n", path);
	set_free(set);
}

int main(int argc, char **argv)
{
	const char *algorithm = "libvirt-9";
	uint64_t first, count;

	if (argc != 5 && argc != 6) {
		(void)fputs("usage: sets write|compare DIR FIRST COUNT [ALGORITHM]\n", stderr);
		return 2;
	}
	first = strtoull(argv[3], NULL, 10);
	count = strtoull(argv[4], NULL, 10);
	board.layout_algorithm = argc == 6 ? argv[5] : algorithm;
	if (strcmp(argv[1], "compare") == 0)
		return compare(argv[2], first, count);
	for (uint64_t seed = first; seed < first + count; seed++)
		write_set(argv[2], seed);
	return 0;
}
