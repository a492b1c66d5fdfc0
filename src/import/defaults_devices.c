/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * defaults_devices.c - what libvirt takes for granted of one device, by its element.
 *
 * What a running guest alone has is taken out: it is new with each start.
 */
#include <string.h>

#include "import/defaults.h"
#include "model/machine.h"

/** struct rules - an element of <devices>, and what is done with it. */
struct rules {
	const char *element;
	void (*apply)(struct import *import, xmlNodePtr node);
};

static void remove_node(xmlNodePtr node)
{
	xmlUnlinkNode(node);
	xmlFreeNode(node);
}

void defaults_fill(struct import *import, xmlNodePtr node, const char *path, const char *value)
{
	if (!xml_find(import->arena, node, path))
		xml_set(node, path, value);
}

const char *defaults_value(struct import *import, xmlNodePtr node, const char *path)
{
	const char *text = xml_find(import->arena, node, path);

	return text ? text : "";
}

bool defaults_is(struct import *import, xmlNodePtr node, const char *path, const char *word)
{
	return strcmp(defaults_value(import, node, path), word) == 0;
}

void defaults_unset(xmlNodePtr node, const char *name)
{
	(void)xmlUnsetProp(node, xml_chars(name));
}

/* ---- disks ---------------------------------------------------------------------------------------- */

/** struct bus - a bus by the first letters of a target; how libvirt counts places by the rest of them. */
static const struct bus {
	const char *letters, *bus;
	unsigned controller, unit;
} buses[] = {
	{"vd", "virtio", 0, 0}, {"hd", "ide", 4, 2},  {"sd", "scsi", 7, 7},
	{"fd", "fdc", 2, 2},    {"sd", "sata", 6, 6},
};

static const struct bus *bus_of(struct import *import, xmlNodePtr node)
{
	const char *target = defaults_value(import, node, "target/@dev");
	const char *word = defaults_value(import, node, "target/@bus");

	for (size_t i = 0; i < ARRAY_SIZE(buses); i++) {
		bool same = *word ? strcmp(word, buses[i].bus) == 0
				  : strncmp(target, buses[i].letters, 2) == 0;

		if (same)
			return &buses[i];
	}
	return NULL;
}

/* "sdc" is 2, "sdaa" 26; -1 of what is no such name. */
static int index_of(const char *target)
{
	int index = 0;

	if (strlen(target) < 3 || strlen(target) > 5)
		return -1;
	for (const char *at = target + 2; *at; at++) {
		if (*at < 'a' || *at > 'z')
			return -1;
		index = index * 26 + (*at - 'a') + 1;
	}
	return index - 1;
}

static void place_disk(struct import *import, xmlNodePtr node, const struct bus *bus)
{
	int index = index_of(defaults_value(import, node, "target/@dev"));
	unsigned in;

	if (index < 0 || !bus->controller || xml_find_element(node, "address"))
		return;
	in = (unsigned)index % bus->controller;
	xml_set(node, "address/@type", "drive");
	xml_set(node, "address/@controller",
		arena_fmt(import->arena, "%u", (unsigned)index / bus->controller));
	xml_set(node, "address/@bus", arena_fmt(import->arena, "%u", in / bus->unit));
	xml_set(node, "address/@target", "0");
	xml_set(node, "address/@unit", arena_fmt(import->arena, "%u", in % bus->unit));
}

/* Of a drive without a medium: nothing is opened, in whatever format and by whatever way. */
static void empty_drive(struct import *import, xmlNodePtr node)
{
	static const char *const words[] = {"cache", "io", "discard", "detect_zeroes",
					    "copy_on_read"};
	xmlNodePtr driver = xml_find_element(node, "driver");

	if (!driver)
		return;
	defaults_unset(driver, "type");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *text = xml_attr_text(import->arena, driver, words[i]);

		if (!text)
			continue;
		import_note(import, IMPORT_DROPPED, driver,
			    arena_fmt(import->arena, "devices/disk/driver/@%s \"%s\"", words[i],
				      text),
			    "the drive has no medium");
		defaults_unset(driver, words[i]);
	}
}

/*
 * The end of a chain, at whatever depth. Of a running guest libvirt writes down what it found in the images, where
 * QEMU finds it too.
 */
static void end_chain(struct import *import, xmlNodePtr node)
{
	xmlNodePtr backing = xml_find_element(node, "backingStore");
	const char *file = backing ? defaults_value(import, backing, "source/@file") : "";

	if (backing && *defaults_value(import, import->root, "@id")) {
		if (xml_find(import->arena, backing, "@type"))
			import_note(import, IMPORT_DROPPED, backing,
				    arena_fmt(import->arena, "devices/disk/backingStore%s%s%s",
					      *file ? " \"" : "", file, *file ? "\"" : ""),
				    "the images say what is below them");
		remove_node(backing);
		return;
	}
	if (backing && !xml_find(import->arena, backing, "@type"))
		remove_node(backing);
	else if (backing)
		end_chain(import, backing);
}

static void disk(struct import *import, xmlNodePtr node)
{
	xmlNodePtr mirror = xml_find_element(node, "mirror");
	xmlNodePtr source = xml_find_element(node, "source");

	defaults_disk_source(import, node);
	defaults_fill(import, node, "@type", "file");
	defaults_fill(import, node, "@device", "disk");
	defaults_fill(import, node, "driver/@name", "qemu");
	if (source && !source->children &&
	    (defaults_is(import, source, "@file", "") && defaults_is(import, source, "@dev", "")) &&
	    (defaults_is(import, node, "@type", "file") ||
	     defaults_is(import, node, "@type", "block"))) {
		remove_node(source);
		source = NULL;
	}
	if (source)
		defaults_fill(import, node, "driver/@type", "raw");
	else
		empty_drive(import, node);
	const struct bus *bus = bus_of(import, node);

	if (bus)
		defaults_fill(import, node, "target/@bus", bus->bus);
	if (defaults_is(import, node, "@device", "cdrom") && !xml_find_element(node, "readonly"))
		(void)xml_child(node, "readonly");
	if (bus)
		place_disk(import, node, bus);
	end_chain(import, node);
	/* The state of a job. */
	if (mirror)
		remove_node(mirror);
}

/* Among those of its bus by the letters; a bus stands where its first disk does. */
static void sort_disks(struct import *import, xmlNodePtr devices)
{
	xmlNodePtr next;

	for (xmlNodePtr node = devices->children; node; node = next) {
		xmlNodePtr before = NULL;
		int index = tree_is(node, "disk")
				    ? index_of(defaults_value(import, node, "target/@dev"))
				    : -1;

		next = node->next;
		for (xmlNodePtr other = node->prev; index >= 0 && other; other = other->prev) {
			if (tree_is(other, "disk") &&
			    defaults_is(import, other, "target/@bus",
					defaults_value(import, node, "target/@bus")) &&
			    index_of(defaults_value(import, other, "target/@dev")) > index)
				before = other;
		}
		if (before)
			(void)xmlAddPrevSibling(before, node);
	}
}

/* libvirt's list of consoles comes behind that of serial lines. */
static void sort_consoles(xmlNodePtr devices)
{
	xmlNodePtr last = devices->last, next;

	for (xmlNodePtr node = devices->children; node && last; node = next) {
		next = node == last ? NULL : node->next;
		if (tree_is(node, "console")) {
			xmlUnlinkNode(node);
			(void)xmlAddChild(devices, node);
		}
	}
}

/* ---- network -------------------------------------------------------------------------------------- */

/* Names that libvirt made for a running guest are made anew (behaviour of libvirt itself). */
static bool is_made_name(const char *name)
{
	static const char *const prefixes[] = {"vnet", "macvtap", "macvlan"};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	}
	return false;
}

/* What a running guest says of its network, or what "default" is with libvirt: for the configuration. */
static void network(struct import *import, xmlNodePtr node)
{
	const char *name = defaults_value(import, node, "source/@network");
	const char *bridge = defaults_value(import, node, "source/@bridge");
	xmlNodePtr source = xml_find_element(node, "source");
	struct import_network *known;

	if (!*bridge && strcmp(name, "default") == 0)
		bridge = "virbr0";
	if (!*bridge || !source)
		return;
	import_note(import, IMPORT_DROPPED, node,
		    arena_fmt(import->arena, "devices/interface/source/@network \"%s\"", name),
		    arena_fmt(import->arena,
			      "the configuration has its bridge %s; /etc/kiln/networks of "
			      "a target wins over it",
			      bridge));
	defaults_unset(source, "portid");
	defaults_unset(source, "bridge");
	known = arena_alloc(import->arena, sizeof(*known));
	known->name = name;
	known->bridge = bridge;
	known->next = import->networks;
	import->networks = known;
}

/* Of a trunk's VLANs the one without a tag comes first here. */
static void native_first(xmlNodePtr node)
{
	xmlNodePtr native = xml_find_element(node, "vlan/tag[nativeMode=untagged]");
	xmlNodePtr first = xml_find_element(node, "vlan/tag");

	if (native && native != first)
		(void)xmlAddPrevSibling(first, native);
}

/* Its ports are in a database of its daemon; nothing but ovs-vsctl makes one. */
static void open_vswitch(struct import *import, xmlNodePtr node)
{
	if (!defaults_is(import, node, "virtualport/@type", "openvswitch"))
		return;
	import_note(import, IMPORT_LOST, node,
		    "devices/interface/virtualport/@type \"openvswitch\"",
		    "kiln-run makes ports of the kernel's own bridges; let ovs-vsctl make a tap "
		    "(type='ethernet', managed='no'), or use vhostuser");
	remove_node(xml_find_element(node, "virtualport"));
}

static void interface(struct import *import, xmlNodePtr node)
{
	xmlNodePtr target = xml_find_element(node, "target");
	const char *name = defaults_value(import, node, "target/@dev");

	if (target && is_made_name(name)) {
		import_note(import, IMPORT_DROPPED, target,
			    arena_fmt(import->arena, "devices/interface/target/@dev \"%s\"", name),
			    "the name was made for a running guest");
		remove_node(target);
	}
	if (defaults_is(import, node, "@type", "network"))
		network(import, node);
	native_first(node);
	defaults_forwards(import, node);
	open_vswitch(import, node);
	if (defaults_is(import, node, "@type", "direct"))
		defaults_fill(import, node, "source/@mode", "vepa");
	if (!defaults_is(import, node, "@type", "hostdev"))
		defaults_fill(import, node, "model/@type",
			      strcmp(import->machine->guest_arch, "x86_64") == 0 ? "rtl8139"
										 : "virtio");
}

/* ---- lines ---------------------------------------------------------------------------------------- */

static void character(struct import *import, xmlNodePtr node)
{
	xmlNodePtr source = xml_find_element(node, "source");
	bool pty = defaults_is(import, node, "@type", "pty");

	/* Which terminal it is, only the start says. */
	defaults_unset(node, "tty");
	if (pty && source)
		remove_node(source);
	if (defaults_is(import, node, "@type", "unix"))
		defaults_fill(import, node, "source/@mode", "bind");
}

static void serial(struct import *import, xmlNodePtr node)
{
	character(import, node);
	defaults_fill(import, node, "target/@type",
		      strcmp(import->machine->guest_arch, "x86_64") == 0 ? "isa-serial"
									 : "system-serial");
	/* Only the machine's own lines have places that are counted. */
	if (defaults_is(import, node, "target/@type", "pci-serial") ||
	    defaults_is(import, node, "target/@type", "usb-serial"))
		defaults_unset(xml_find_element(node, "target"), "port");
}

/* The first console of type serial is the first serial line under another name. */
static void console(struct import *import, xmlNodePtr node)
{
	const char *type = defaults_value(import, node, "target/@type");
	xmlNodePtr devices = node->parent;

	character(import, node);
	if (*type && strcmp(type, "serial") != 0)
		return;
	if (!xml_find_element(devices, "serial")) {
		xmlNodeSetName(node, xml_chars("serial"));
		defaults_unset(xml_at(node, "target"), "type");
		serial(import, node);
		return;
	}
	remove_node(node);
}

static void channel(struct import *import, xmlNodePtr node)
{
	xmlNodePtr target = xml_find_element(node, "target");
	const char *path = defaults_value(import, node, "source/@path");

	character(import, node);
	/* Where libvirt puts a socket of its own; Kiln's is in the run directory. */
	if (strstr(path, "/libvirt/qemu/") || strstr(path, "/qemu/channel/"))
		defaults_unset(xml_find_element(node, "source"), "path");
	if (target)
		defaults_unset(target, "state");
}

/* ---- displays and the rest ------------------------------------------------------------------------- */

static void input(struct import *import, xmlNodePtr node)
{
	const char *type = defaults_value(import, node, "@type");

	if (!*defaults_value(import, node, "@bus") && strcmp(type, "evdev") != 0)
		xml_attr(node, "bus", strcmp(type, "tablet") == 0 ? "usb" : "ps2");
}

static xmlNodePtr first_video(const xmlNode *node)
{
	return xml_find_element(node->parent, "video");
}

/* The primary adapter is the first one. */
static void video(struct import *import, xmlNodePtr node)
{
	xmlNodePtr model = xml_find_element(node, "model");

	defaults_fill(import, node, "model/@type",
		      strcmp(import->machine->guest_arch, "x86_64") == 0 ? "cirrus" : "virtio");
	/* libvirt writes its default of what it does not hand to QEMU. */
	if (model && defaults_is(import, node, "model/@heads", "1"))
		defaults_unset(model, "heads");
	if (model && defaults_is(import, node, "model/@type", "cirrus"))
		defaults_unset(model, "vram");
	if (model && defaults_is(import, node, "model/@primary", "yes") &&
	    first_video(node) != node) {
		xmlNodePtr first = first_video(node);

		xmlUnlinkNode(node);
		(void)xmlAddPrevSibling(first, node);
	}
}

static void audio(struct import *import, xmlNodePtr node)
{
	defaults_fill(import, node, "@id", "1");
}

static void hostdev(struct import *import, xmlNodePtr node)
{
	const char *managed = defaults_value(import, node, "@managed");

	if (strcmp(managed, "yes") != 0)
		return;
	import_note(import, IMPORT_DROPPED, node, "devices/hostdev/@managed \"yes\"",
		    "the target binds the device to vfio-pci before the start");
	defaults_unset(node, "managed");
}

static void watchdog(struct import *import, xmlNodePtr node)
{
	defaults_fill(import, node, "@action", "reset");
}

/*
 * libvirt starts virtiofsd itself, for a folder; Kiln's guest is connected to one that somebody started. QEMU
 * 7.2's own and the later one of Rust both know -o source=.
 */
static void filesystem(struct import *import, xmlNodePtr node)
{
	const char *dir = defaults_value(import, node, "source/@dir"), *socket;
	unsigned index = 0;

	if (!defaults_is(import, node, "driver/@type", "virtiofs"))
		return;
	/* The only one that there is with it. */
	if (defaults_is(import, node, "@accessmode", "passthrough"))
		defaults_unset(node, "accessmode");
	if (!*dir)
		return;
	for (xmlNodePtr before = node->prev; before; before = before->prev)
		index += tree_is(before, "filesystem");
	socket = arena_fmt(import->arena, "/run/%s-fs%u.sock",
			   defaults_value(import, import->root, "name"), index);
	import_note(import, IMPORT_LOST, node,
		    arena_fmt(import->arena, "devices/filesystem/source/@dir \"%s\"", dir),
		    arena_fmt(import->arena,
			      "start it on the target before the machine: virtiofsd "
			      "--socket-path=%s -o source='%s'",
			      socket, dir));
	defaults_unset(xml_find_element(node, "source"), "dir");
	xml_set(node, "source/@socket", socket);
}

static const struct rules rules[] = {
	{"disk", disk},           {"filesystem", filesystem},
	{"interface", interface}, {"serial", serial},
	{"parallel", character},  {"console", console},
	{"channel", channel},     {"graphics", defaults_graphics},
	{"input", input},         {"video", video},
	{"audio", audio},         {"hostdev", hostdev},
	{"watchdog", watchdog},
};

void defaults_devices(struct import *import, xmlNodePtr devices)
{
	/* A console may become the serial line, so it is looked at when all others are known. */
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		xmlNodePtr next;

		for (xmlNodePtr node = devices->children; node; node = next) {
			next = node->next;
			if (tree_is(node, rules[i].element))
				rules[i].apply(import, node);
		}
	}
	sort_disks(import, devices);
	sort_consoles(devices);
}
