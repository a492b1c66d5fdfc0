/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * devices.c - every -device as an element: family, model, identity, address, and what it names.
 *
 * Controllers come first, because others name their buses. A device that no family has is left.
 */
#include "import/argv/place.h"

#include <string.h>

#include "base/num.h"
#include "model/machine.h"
#include "model/place.h"

/* QEMU's other names of devices (softmmu/qdev-monitor.c), on PCI. */
static const struct {
	const char *alias, *driver;
} aliases[] = {
	{"virtio-net", "virtio-net-pci"},
	{"virtio-blk", "virtio-blk-pci"},
	{"virtio-scsi", "virtio-scsi-pci"},
	{"virtio-balloon", "virtio-balloon-pci"},
	{"virtio-rng", "virtio-rng-pci"},
	{"virtio-serial", "virtio-serial-pci"},
	{"virtio-gpu", "virtio-gpu-pci"},
	{"virtio-keyboard", "virtio-keyboard-pci"},
	{"virtio-mouse", "virtio-mouse-pci"},
	{"virtio-tablet", "virtio-tablet-pci"},
	{"virtio-9p", "virtio-9p-pci"},
	{"virtio-crypto", "virtio-crypto-pci"},
	{"virtio-iommu", "virtio-iommu-pci"},
	{"virtio-input-host", "virtio-input-host-pci"},
	{"vhost-vsock", "vhost-vsock-pci"},
	{"vhost-user-fs", "vhost-user-fs-pci"},
	{"vhost-user-blk", "vhost-user-blk-pci"},
	{"e1000-82540em", "e1000"},
	{"ahci", "ich9-ahci"},
	{"lsi", "lsi53c895a"},
	{"xhci", "qemu-xhci"},
	{"usb-keyboard", "usb-kbd"},
};

/* A device of a machine's own line, and drivers that a family has without naming them. */
static const struct {
	const char *driver, *family, *model;
} others[] = {
	{"isa-serial", "console", "serial"},
	{"pl011", "console", "serial"},
	{"isa-parallel", "parallel", NULL},
};

const char *argv_driver(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (strcmp(aliases[i].alias, name) == 0)
			return aliases[i].driver;
	}
	return name;
}

bool argv_is_driver(const char *have, const char *name)
{
	size_t len = strlen(have);

	if (strcmp(have, name) == 0)
		return true;
	return len > 4 && strcmp(have + len - 4, "-pci") == 0 &&
	       strncmp(have, name, len - 3) == 0 && strcmp(name + len - 3, "device") == 0;
}

static const struct dev_class *class_by_name(const struct dev_family *family, const char *name)
{
	return name ? dev_class_find(family, name) : NULL;
}

/* @on: the type of controller that it sits on, CONTROLLER_NONE = any. */
static const struct dev_class *find_class(const struct dev_family *family, const char *driver,
					  enum controller_type on)
{
	for (const struct dev_class *class = family->classes; class->name; class ++) {
		if (class->driver && argv_is_driver(class->driver, driver) &&
		    (on == CONTROLLER_NONE || class->on == on))
			return class;
	}
	return NULL;
}

static const struct dev_family *find_family(const struct argv *argv, const char *driver,
					    const char **ret_model)
{
	*ret_model = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (strcmp(others[i].driver, driver) == 0) {
			*ret_model = others[i].model;
			return argv_family(argv, others[i].family);
		}
	}
	for (const struct dev_family *const *entry = argv->import->families; *entry; entry++) {
		if (find_class(*entry, driver, CONTROLLER_NONE))
			return *entry;
	}
	return NULL;
}

const struct dev_family *argv_model(const struct argv *argv, const char *driver,
				    const struct dev_class **ret_class)
{
	const char *model;
	const struct dev_family *family = find_family(argv, driver, &model);

	*ret_class = family ? class_by_name(family, model) : NULL;
	if (family && !*ret_class)
		*ret_class = find_class(family, driver, CONTROLLER_NONE);
	return family;
}

/* ---- controllers -------------------------------------------------------------------------------- */

static bool is_index_taken(const struct argv *argv, const struct dev_family *family, unsigned index)
{
	for (xmlNodePtr node = argv->devices->children; node; node = node->next) {
		const struct argv_item *item = argv_item(node);

		if (item && item->family == family && place_index(argv, node) == index &&
		    xml_attr_text(argv->arena, node, "index"))
			return true;
	}
	return false;
}

/* The root of PCI and a controller that is a part of the machine are number 0. */
static unsigned first_index(const struct argv *argv, const struct dev_family *family)
{
	const struct machine_controller *row = argv->import->machine->controllers;

	for (; row && row->model; row++) {
		const struct dev_class *class =
			row->type == family->controller ? dev_class_find(family, row->model) : NULL;

		if (class && class->flags & CLASS_IMPLICIT)
			return 1;
	}
	return family->controller == CONTROLLER_PCI;
}

/* "scsi1", "pci.3": the number at the end of the id, else the lowest that is free. */
static unsigned new_index(const struct argv *argv, const struct dev_family *family, const char *id)
{
	size_t len = id ? strlen(id) : 0, digits = 0;
	uint64_t index = first_index(argv, family);

	while (digits < len && id[len - digits - 1] >= '0' && id[len - digits - 1] <= '9')
		digits++;
	if (digits && num_parse(id + len - digits, index, PLACE_CONTROLLER_MAX, &index) == 0 &&
	    !is_index_taken(argv, family, (unsigned)index))
		return (unsigned)index;
	index = first_index(argv, family);
	while (is_index_taken(argv, family, (unsigned)index))
		index++;
	return (unsigned)index;
}

static unsigned companion_index(const struct argv *argv, struct node *tree)
{
	const char *master = argv_take(argv, tree, "masterbus");
	struct bus bus;

	(void)argv_take(argv, tree, "firstport");
	return master && place_bus_find(argv, master, &bus) ? bus.index : 0;
}

static xmlNodePtr add_controller(struct argv *argv, struct argv_option *option,
				 const struct dev_family *family, const struct dev_class *class)
{
	xmlNodePtr node = argv_element(argv, option, family, "controller");
	struct node *tree = option->tree;
	const char *id = argv_take(argv, tree, "id");
	bool companion = class->flags & CLASS_SET_COMPANION;
	unsigned index = companion ? companion_index(argv, tree) : new_index(argv, family, id);

	option->done = true;
	argv_item(node)->driver = argv_driver(argv_take(argv, tree, "driver"));
	argv_item(node)->class = class;
	xml_attr(node, "type", place_type_name(family->controller));
	xml_attr_fmt(node, "index", "%u", index);
	xml_attr(node, "model", class->name);
	if (family->controller == CONTROLLER_PCI) {
		xml_set(node, "model/@name", class->driver);
		argv_set(argv, node, "index", arena_fmt(argv->arena, "%u", index));
	}
	if (id)
		xml_set(node, "alias/@name", id);
	place_read(argv, node, tree);
	return node;
}

static void drop_if(struct argv *argv, struct node *tree, const char *key, unsigned number)
{
	const char *text = argv_peek(argv, tree, key);
	uint64_t own;

	if (text && tree_number(text, &own) && own == number)
		(void)argv_take(argv, tree, key);
}

/* Numbers that Kiln counts itself, as libvirt does; another one is kept. */
static void drop_counted(struct argv *argv, xmlNodePtr node, struct node *tree)
{
	const char *slot = xml_find(argv->arena, node, "address/@slot");
	const char *function = xml_find(argv->arena, node, "address/@function");
	bool down = strcmp(argv_item(node)->driver, "xio3130-downstream") == 0;
	uint64_t at[2] = {0, 0};

	drop_if(argv, tree, "chassis", place_index(argv, node));
	drop_if(argv, tree, "chassis_nr", place_index(argv, node));
	drop_if(argv, tree, "slot", 0);
	if (slot && function && tree_number(slot, &at[0]) && tree_number(function, &at[1]))
		drop_if(argv, tree, "port", (unsigned)(down ? at[0] : at[0] << 3 | at[1]));
	argv_set(argv, node, "node", argv_take(argv, tree, "numa_node"));
	/* A setting shows as nothing of Kiln's own does: it is to be configured. */
	if (argv_item(node)->settings->next)
		argv_fact(argv, node, NULL, "numa_node", argv_item(node)->settings->next->text);
}

static void add_root(struct argv *argv)
{
	const struct machine *machine = argv->import->machine;
	struct argv_option *first = argv->options;
	xmlNodePtr node;

	if (!machine->root_model || !first)
		return;
	/* The sign by which the machine was known is no element of a device. */
	node = xml_find_element(argv->import->root, "devices/controller");
	if (node) {
		xmlUnlinkNode(node);
		xmlFreeNode(node);
	}
	node = argv_element(argv, first, argv_family(argv, "pci"), "controller");
	xml_attr(node, "type", "pci");
	xml_attr(node, "index", "0");
	xml_attr(node, "model", machine->root_model);
}

/* Of a -device that nothing took yet: its family with driver and model, or NULL. */
static const struct dev_family *family_asked(struct argv *argv, const struct argv_option *option,
					     const char **ret_name, const char **ret_model)
{
	const char *name = !option->done && option->tree && !strcmp(option->name, "-device")
				   ? argv_peek(argv, option->tree, "driver")
				   : NULL;

	if (!name)
		return NULL;
	*ret_name = argv_driver(name);
	return find_family(argv, *ret_name, ret_model);
}

enum pass { PASS_PCI, PASS_MACHINE, PASS_OTHERS, PASS_COUNT };

static enum pass pass_of(const struct argv_option *option, const struct dev_family *family)
{
	if (family->controller == CONTROLLER_PCI)
		return PASS_PCI;
	return option->origin && strcmp(option->origin->name, "-device") != 0 ? PASS_MACHINE
									      : PASS_OTHERS;
}

/* PCI's before the others, and what QEMU makes with the machine before what -device says. */
static void add_controllers(struct argv *argv, enum pass pass)
{
	argv_for_each(option, argv)
	{
		const char *name, *model;
		const struct dev_family *family = family_asked(argv, option, &name, &model);

		if (!family || family->controller == CONTROLLER_NONE ||
		    pass_of(option, family) != pass)
			continue;
		xmlNodePtr node = add_controller(argv, option, family,
						 find_class(family, name, CONTROLLER_NONE));

		if (pass == PASS_PCI)
			drop_counted(argv, node, option->tree);
	}
}

/* ---- devices ------------------------------------------------------------------------------------ */

static enum controller_type bus_type(const struct argv *argv, const struct node *tree)
{
	const char *text = argv_peek(argv, tree, "bus");
	struct bus bus;

	return text && place_bus_find(argv, text, &bus) && !bus.pci ? bus.type : CONTROLLER_NONE;
}

static const char *queues_of(struct argv *argv, const struct node *tree)
{
	const char *vectors = argv_peek(argv, tree, "vectors");
	uint64_t number;

	if (!vectors || !tree_number(vectors, &number) || number < 4 || number & 1)
		return NULL;
	return arena_fmt(argv->arena, "%u", (unsigned)(number - 2) / 2);
}

/* Members that follow from the identity, and those that name what it is connected to. */
static void take_links(struct argv *argv, xmlNodePtr node, struct node *tree)
{
	static const struct {
		const char *key;
		void (*take)(struct argv *argv, xmlNodePtr node, const char *id);
	} links[] = {
		{"chardev", argv_chardev},     {"netdev", argv_netdev},
		{"drive", argv_block},         {"memdev", argv_memdev},
		{"rng", argv_random},          {"fsdev", argv_files},
		{"tpmdev", argv_tpm},          {"cryptodev", argv_crypto},
		{"sysfsdev", argv_mediated},   {"vhostfd", argv_reopened},
		{"device_id", argv_device_id}, {"romfile", argv_rom},
	};
	const struct argv_item *item = argv_item(node);

	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		const char *id = argv_take(argv, tree, links[i].key);

		if (id)
			links[i].take(argv, node, id);
	}
	if (item->driver && strcmp(item->driver, "usb-host") == 0)
		argv_usb_host(argv, node, tree);
	if (item->driver && strcmp(item->driver, "vfio-pci") == 0) {
		const char *host = argv_take(argv, tree, "host");

		if (host)
			argv_host(argv, node, host);
	}
	if (strcmp(item->family->name, "net") == 0 && !argv_peek(argv, tree, "mac"))
		argv_note(argv, item->option, IMPORT_DROPPED, "mac",
			  "none is said, and QEMU gives its guests the same ones, from "
			  "52:54:00:12:34:56; here each unit has its own, or CONFIG_NETn_MAC");
	argv_audio(argv, node, tree);
	/* Queues of descriptors that are not there yet: the vectors are counted by them (F32). */
	if (strcmp(item->family->name, "net") == 0 && argv_peek(argv, tree, "mq"))
		argv_set(argv, node, "queues", queues_of(argv, tree));
	/* A cache that is written back is what a disk has. */
	if (strcmp(item->family->name, "disk") == 0)
		(void)argv_take_if(argv, tree, "write-cache", "on");
	/* What older command lines said, and QEMU has by itself. */
	if (strcmp(item->family->name, "disk") == 0)
		(void)argv_take_if(argv, tree, "scsi", "off");
	if (strcmp(item->family->name, "video") == 0)
		(void)argv_take_if(argv, tree, "edid", "on");
	if (strcmp(item->family->name, "disk") == 0 && !item->settings)
		argv_set(argv, node, "source", "NONE");
}

static bool has_twin(const struct dev_family *family, const struct dev_class *class)
{
	for (const struct dev_class *other = family->classes; other->name; other++) {
		if (other != class && other->driver && other->on == class->on &&
		    strcmp(other->driver, class->driver) == 0)
			return true;
	}
	return false;
}

/* The number of a machine's own line is its slot, and so stands in its name, whatever QEMU calls it. */
static const char *line_name(struct argv *argv, xmlNodePtr line, const struct node *tree)
{
	const char *index = argv_peek(argv, tree, "index");
	unsigned number = 0;

	for (xmlNodePtr node = argv->devices->children; node && !index; node = node->next) {
		const struct argv_item *item = argv_item(node);

		number += node != line && item && item->driver &&
			  strcmp(item->driver, argv_item(line)->driver) == 0;
	}
	return index ? arena_fmt(argv->arena, "serial%s", index)
		     : arena_fmt(argv->arena, "serial%u", number);
}

static void add_device(struct argv *argv, struct argv_option *option,
		       const struct dev_family *family, const char *driver, const char *model)
{
	struct node *tree = option->tree;
	const struct dev_class *class = class_by_name(family, model);
	const char *id;
	xmlNodePtr node;

	if (!class)
		class = find_class(family, driver, bus_type(argv, tree));
	node = argv_element(argv, option, family, class && class->xml ? class->xml : family->xml);
	option->done = true;
	argv_item(node)->driver = driver;
	if (model || (class && class->on != CONTROLLER_NONE))
		argv_item(node)->class = class;
	argv_item(node)->ambiguous = !model && class && has_twin(family, class);
	(void)argv_take(argv, tree, "driver");
	id = argv_take(argv, tree, "id");
	if (model)
		id = line_name(argv, node, tree);
	if (id)
		xml_set(node, "alias/@name", id);
	place_read(argv, node, tree);
	take_links(argv, node, tree);
	argv_facts(argv, node, NULL, tree);
}

void argv_devices(struct argv *argv)
{
	add_root(argv);
	for (unsigned pass = 0; pass < PASS_COUNT; pass++)
		add_controllers(argv, (enum pass)pass);
	for (xmlNodePtr node = argv->devices->children; node; node = node->next) {
		struct argv_item *item = argv_item(node);

		if (item && item->option->tree)
			argv_facts(argv, node, NULL, item->option->tree);
	}
	/*
	 * A line of the machine has the number of its slot, so none of another kind comes before it; and the
	 * first adapter is the one with the VGA ports.
	 */
	for (unsigned others_too = 0; others_too < 2; others_too++) {
		argv_for_each(option, argv)
		{
			const char *name, *model;
			const struct dev_family *family = family_asked(argv, option, &name, &model);

			if (family && (others_too || model || argv_is_first_screen(name)))
				add_device(argv, option, family, name, model);
		}
	}
}
