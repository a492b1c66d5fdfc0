/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * defaults.c - libvirt's reading of what a domain leaves out.
 */
#include "import/defaults.h"

#include <string.h>

#include "model/machine.h"

/* ---- devices that are there without being said ---------------------------------------------------- */

static bool is_x86(const struct import *import)
{
	return strcmp(import->machine->guest_arch, "x86_64") == 0;
}

static bool is_machine(const struct import *import, const char *name)
{
	return strcmp(import->machine->name, name) == 0;
}

static xmlNodePtr first_of(xmlNodePtr devices, const char *path)
{
	return xml_find_element(devices, path);
}

static const char *number_text(struct import *import, unsigned number)
{
	return arena_fmt(import->arena, "%u", number);
}

static bool is_controller(struct import *import, xmlNodePtr node, const char *type)
{
	const char *word =
		tree_is(node, "controller") ? tree_attr(import->arena, node, "type") : NULL;

	return word && strcmp(word, type) == 0;
}

static bool has_index(struct import *import, xmlNodePtr node, unsigned index)
{
	const char *text = tree_attr(import->arena, node, "index");
	uint64_t number;

	return text && tree_number(text, &number) && number == index;
}

static xmlNodePtr find_controller(struct import *import, xmlNodePtr devices, const char *type,
				  unsigned index)
{
	tree_for_each(node, devices)
	{
		if (is_controller(import, node, type) && has_index(import, node, index))
			return node;
	}
	return NULL;
}

static const char *set_model(struct import *import, xmlNodePtr node)
{
	static const char *const models[] = {"ich9-ehci1", "ich9-uhci1", "ich9-uhci2",
					     "ich9-uhci3"};
	const char *model = tree_attr(import->arena, node, "model");

	for (size_t i = 0; model && i < ARRAY_SIZE(models); i++) {
		if (strcmp(model, models[i]) == 0)
			return model;
	}
	return NULL;
}

/* One of a set without an index joins the set before it, if that lacks its model. */
static bool join_set(struct import *import, xmlNodePtr devices, xmlNodePtr node,
		     const char **ret_index)
{
	xmlNodePtr before = node->prev;
	const char *model = set_model(import, node);

	while (before && !is_controller(import, before, "usb"))
		before = before->prev;
	if (!model || !before || !set_model(import, before))
		return false;
	*ret_index = tree_attr(import->arena, before, "index");
	tree_for_each(other, devices)
	{
		const char *same = set_model(import, other);
		const char *index = tree_attr(import->arena, other, "index");

		if (is_controller(import, other, "usb") && same && index && *ret_index &&
		    strcmp(same, model) == 0 && strcmp(index, *ret_index) == 0)
			return false;
	}
	return *ret_index;
}

static char counted_mark;

bool defaults_counted(const xmlNode *controller)
{
	return controller->_private == &counted_mark;
}

/* A counted one was the lowest that was free, so the next one is behind it. */
static unsigned lowest_free(struct import *import, xmlNodePtr devices, const char *type,
			    unsigned from)
{
	while (find_controller(import, devices, type, from))
		from++;
	return from;
}

/* Controllers without an index get the lowest that is free, in the order of the list. */
static void number_controllers(struct import *import, xmlNodePtr devices)
{
	const char *last = NULL;
	unsigned free = 0;

	tree_for_each(node, devices)
	{
		const char *type = xml_attr_text(import->arena, node, "type"), *text;

		if (!type || !is_controller(import, node, type) ||
		    xml_attr_text(import->arena, node, "index"))
			continue;
		node->_private = &counted_mark;
		if (!join_set(import, devices, node, &text)) {
			if (!last || strcmp(last, type) != 0)
				free = 0;
			free = lowest_free(import, devices, type, free);
			text = number_text(import, free);
			last = type;
		}
		xml_attr(node, "index", text);
	}
}

static void need_controller(struct import *import, xmlNodePtr devices, const char *type,
			    unsigned index, const char *model)
{
	if (find_controller(import, devices, type, index))
		return;
	xmlNodePtr node = xml_child(devices, "controller");

	xml_attr(node, "type", type);
	xml_attr(node, "index", number_text(import, index));
	if (model)
		xml_attr(node, "model", model);
}

/* pci-rules: "USB controller without model: piix3-uhci, but on aarch64 qemu-xhci". */
static void model_controllers(struct import *import, xmlNodePtr devices)
{
	static const struct {
		const char *type, *x86, *other;
	} models[] = {
		{"usb", "piix3-uhci", "qemu-xhci"},
		{"scsi", "lsilogic", "virtio-scsi"},
	};

	tree_for_each(node, devices)
	{
		const char *type = xml_attr_text(import->arena, node, "type");
		const char *model = xml_attr_text(import->arena, node, "model");

		for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
			if (tree_is(node, "controller") && type && !model &&
			    strcmp(type, models[i].type) == 0)
				xml_attr(node, "model",
					 is_x86(import) ? models[i].x86 : models[i].other);
		}
	}
}

static void add_usb(struct import *import, xmlNodePtr devices)
{
	if (find_controller(import, devices, "usb", 0))
		return;
	if (is_machine(import, "pc"))
		need_controller(import, devices, "usb", 0, "piix3-uhci");
	else if (is_machine(import, "q35"))
		need_controller(import, devices, "usb", 0, "qemu-xhci");
}

/* One for each address that names it, from 0 to the highest. */
static void add_disk_controllers(struct import *import, xmlNodePtr devices)
{
	struct arena *arena = import->arena;
	uint64_t count = 0, highest;

	tree_for_each(node, devices)
	{
		const char *bus =
			tree_is(node, "disk") ? xml_find(arena, node, "target/@bus") : NULL;
		const char *text = xml_find(arena, node, "address/@controller");

		if (bus && strcmp(bus, "scsi") == 0 && text && tree_number(text, &highest) &&
		    highest <= 255 && highest >= count)
			count = highest + 1;
	}
	for (unsigned i = 0; i < count; i++)
		need_controller(import, devices, "scsi", i,
				is_x86(import) ? "lsilogic" : "virtio-scsi");
}

static void add_video(xmlNodePtr devices, const struct import *import)
{
	if (!first_of(devices, "graphics") || first_of(devices, "video"))
		return;
	xml_set(devices, "video/model/@type", is_x86(import) ? "cirrus" : "virtio");
}

/* libvirt 9: the first display decides where sound goes; without one, nowhere. */
static void add_audio(struct import *import, xmlNodePtr devices)
{
	const char *display = xml_find(import->arena, devices, "graphics/@type");
	bool spice = display && strcmp(display, "spice") == 0;

	/* Where nothing sounds, it makes no difference to the guest. */
	if (first_of(devices, "audio") || !first_of(devices, "sound"))
		return;
	xml_set(devices, "audio/@id", "1");
	xml_set(devices, "audio/@type", spice ? "spice" : "none");
}

static bool has_disk_on(struct import *import, xmlNodePtr devices, const char *bus)
{
	tree_for_each(node, devices)
	{
		const char *word =
			tree_is(node, "disk") ? xml_find(import->arena, node, "target/@bus") : NULL;

		if (word && strcmp(word, bus) == 0)
			return true;
	}
	return false;
}

/* That of a PC; libvirt refuses another one, and so such a controller is lost. */
static bool is_at_home(struct import *import, xmlNodePtr node)
{
	static const struct {
		const char *attr;
		uint64_t number;
	} home[] = {{"domain", 0}, {"bus", 0}, {"slot", 1}, {"function", 1}};
	xmlNodePtr address = xml_find_element(node, "address");
	uint64_t number;

	for (size_t i = 0; address && i < ARRAY_SIZE(home); i++) {
		const char *text = xml_attr_text(import->arena, address, home[i].attr);

		if (!tree_number(text ? text : "0", &number) || number != home[i].number)
			return false;
	}
	return true;
}

/* libvirt lists what a disk had once; without one it has no word for QEMU (qemu_command.c). */
static void drop_idle(struct import *import, xmlNodePtr devices)
{
	static const struct {
		const char *type, *machine, *why;
	} idle[] = {
		{"ide", "pc", "the machine always has it, and no disk is on it"},
		{"fdc", NULL, "there is no floppy drive, and libvirt makes no controller for none"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(idle); i++) {
		xmlNodePtr node = find_controller(import, devices, idle[i].type, 0);

		if (!node || has_disk_on(import, devices, idle[i].type) ||
		    (idle[i].machine &&
		     (!is_machine(import, idle[i].machine) || !is_at_home(import, node))))
			continue;
		import_note(import, IMPORT_DROPPED, node,
			    arena_fmt(import->arena, "devices/controller/@type \"%s\"",
				      idle[i].type),
			    idle[i].why);
		xmlUnlinkNode(node);
		xmlFreeNode(node);
	}
}

static void add_devices(struct import *import, xmlNodePtr devices)
{
	number_controllers(import, devices);
	drop_idle(import, devices);
	model_controllers(import, devices);
	/* What stands behind the root is left to Kiln, which adds it at the end of the list as libvirt does. */
	if (import->machine->root_model)
		need_controller(import, devices, "pci", 0, import->machine->root_model);
	add_usb(import, devices);
	add_disk_controllers(import, devices);
	add_video(devices, import);
	add_audio(import, devices);
	if (!first_of(devices, "memballoon") &&
	    (is_machine(import, "pc") || is_machine(import, "q35")))
		xml_set(devices, "memballoon/@model", "virtio");
}

/* ---- threads --------------------------------------------------------------------------------------- */

#define THREADS_MAX 256 /* of a file: more are refused where there is no slot for them */

static bool has_thread(struct import *import, xmlNodePtr threads, unsigned id)
{
	const char *text = number_text(import, id);

	tree_for_each(node, threads)
	{
		const char *other = xml_attr_text(import->arena, node, "id");

		if (other && strcmp(other, text) == 0)
			return true;
	}
	return false;
}

/* <iothreads> says how many there are; those that nobody lists have the lowest free numbers. */
static void list_threads(struct import *import)
{
	const char *text = xml_find(import->arena, import->root, "iothreads");
	uint64_t count = 0, listed = 0;
	xmlNodePtr threads;

	if (!text || !tree_number(text, &count) || !count)
		return;
	threads = xml_at(import->root, "iothreadids");
	tree_for_each(node, threads) listed++;
	for (unsigned id = 1; listed < count && id <= THREADS_MAX; id++) {
		if (has_thread(import, threads, id))
			continue;
		xml_attr(xml_child(threads, "iothread"), "id", number_text(import, id));
		listed++;
	}
}

/* ---- the order of devices in which the firmware looks ---------------------------------------------- */

static bool is_kind(struct import *import, xmlNodePtr node, const char *word)
{
	const char *device = xml_attr_text(import->arena, node, "device");

	if (strcmp(word, "network") == 0)
		return tree_is(node, "interface");
	if (!tree_is(node, "disk"))
		return false;
	device = device ? device : "disk";
	if (strcmp(word, "hd") == 0)
		return strcmp(device, "disk") == 0 || strcmp(device, "lun") == 0;
	return strcmp(device, strcmp(word, "fd") == 0 ? "floppy" : "cdrom") == 0;
}

static void boot_first(struct import *import, xmlNodePtr devices, const char *word, unsigned order)
{
	tree_for_each(node, devices)
	{
		if (is_kind(import, node, word)) {
			xml_set(node, "boot/@order", number_text(import, order));
			return;
		}
	}
}

static bool has_order(xmlNodePtr devices)
{
	tree_for_each(node, devices)
	{
		if (first_of(node, "boot"))
			return true;
	}
	return false;
}

/* Each word is the first device of its kind; libvirt itself gives QEMU a bootindex for it. */
static void order_boot(struct import *import, xmlNodePtr devices)
{
	xmlNodePtr os = xml_find_element(import->root, "os"), next;
	unsigned order = 0;
	bool kernel = xml_find_element(import->root, "os/kernel");

	for (xmlNodePtr node = os ? os->children : NULL; node; node = next) {
		const char *word =
			tree_is(node, "boot") ? xml_attr_text(import->arena, node, "dev") : NULL;

		next = node->next;
		if (!word)
			continue;
		/* With a kernel of its own the guest is started from nothing else. */
		if (!kernel)
			boot_first(import, devices, word, ++order);
		import_note(import, IMPORT_DROPPED, node,
			    arena_fmt(import->arena, "os/boot/@dev \"%s\"", word),
			    kernel ? "the guest starts its own kernel"
				   : "the first device of its kind has a boot order instead");
		xmlUnlinkNode(node);
		xmlFreeNode(node);
	}
	if (!order && !kernel && !has_order(devices))
		boot_first(import, devices, "hd", 1);
}

/* Each is one note, however much is in it. */
static void drop_whole(struct import *import)
{
	static const struct {
		const char *element, *why;
	} drops[] = {
		{"metadata", "notes of other programs"},
		{"description", "a text for people"},
		{"seclabel", "the host's access control"},
		{"resource", "the host's cgroup"},
	};
	xmlNodePtr node;

	for (size_t i = 0; i < ARRAY_SIZE(drops); i++) {
		while ((node = xml_find_element(import->root, drops[i].element))) {
			import_note(import, IMPORT_DROPPED, node, drops[i].element, drops[i].why);
			xmlUnlinkNode(node);
			xmlFreeNode(node);
		}
	}
}

void defaults_apply(struct import *import)
{
	xmlNodePtr devices = xml_find_element(import->root, "devices");

	drop_whole(import);

	if (!devices)
		devices = xml_child(import->root, "devices");
	defaults_memory(import, devices);
	/* Its path has the name that libvirt knows. */
	defaults_firmware(import);
	defaults_values(import, devices);
	list_threads(import);
	defaults_devices(import, devices);
	add_devices(import, devices);
	order_boot(import, devices);
}
