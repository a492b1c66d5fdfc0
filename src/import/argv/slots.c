/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slots.c - where QEMU puts the devices of a command line that says no place of theirs.
 *
 * Devices come in the order in which QEMU makes them, each gets the first place that is free on its bus, and
 * its option is completed as if somebody had written that. Sources: QEMU 7.2 and 10.0, softmmu/vl.c
 * (qemu_create_cli_devices()), blockdev.c (drive_new()), hw/i386/pc_piix.c, pc_q35.c, net/net.c,
 * softmmu/qdev-monitor.c (qbus_find_recursive()), hw/pci/pci.c (do_pci_register_device()); all of them seen
 * with `info qtree` of both.
 */
#include "import/argv/slots.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "model/chipset.h"
#include "model/machine.h"

/* ---- what a driver sits on ------------------------------------------------------------------------ */

/* PCI devices of QEMU that no family has; with them it is known which slots are taken. */
static const char *const others[] = {
	"acpi-erst",     "am53c974",     "ati-vga",
	"ctucan_pci",    "cxl-*",        "dc390",
	"e1000*",        "edu",          "i8255*",
	"i82562",        "i82801",       "ich9-usb-*",
	"igb",           "kvaser_pci",   "lsi53c8*",
	"megasas*",      "mioe3680_pci", "mptsas1068",
	"ne2k_pci",      "nvme",         "pci-bridge-seat",
	"pci-ipmi-*",    "pci-serial*",  "pci-testdev",
	"pcm3680_pci",   "pcnet",        "piix[34]-ide",
	"pvrdma",        "pvscsi",       "pxb-cxl",
	"rocker",        "rtl8139",      "sdhci-pci",
	"secondary-vga", "tpci200",      "tulip",
	"ufs",           "vhost-*-pci*", "vhost-user-vga",
	"virtio-*-pci*", "vmxnet3",      "x-pci-proxy-dev",
	"xen-platform",
};

static bool is_other(const char *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (fnmatch(others[i], driver, 0) == 0)
			return true;
	}
	return false;
}

static bool is_transport(const char *driver)
{
	size_t len = strlen(driver);

	return len > 7 && strcmp(driver + len - 7, "-device") == 0;
}

/* CONTROLLER_NONE = none that has places. */
static enum controller_type type_of(const char *driver, const struct dev_family *family,
				    const struct dev_class *class)
{
	static const struct {
		const char *prefix;
		enum controller_type type;
	} words[] = {
		{"usb-", CONTROLLER_USB},
		{"u2f-", CONTROLLER_USB},
		{"scsi-", CONTROLLER_SCSI},
		{"ide-", CONTROLLER_IDE},
		{"virtserialport", CONTROLLER_VIRTIO_SERIAL},
		{"virtconsole", CONTROLLER_VIRTIO_SERIAL},
	};

	if (class && class->on != CONTROLLER_NONE)
		return class->on == CONTROLLER_SATA ? CONTROLLER_IDE : class->on;
	if (is_transport(driver))
		return CONTROLLER_NONE;
	if (class && (class->where != WHERE_NONE || family->controller))
		return class->where != WHERE_NONE ? CONTROLLER_PCI : CONTROLLER_NONE;
	if (is_other(driver))
		return CONTROLLER_PCI;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strncmp(driver, words[i].prefix, strlen(words[i].prefix)) == 0)
			return words[i].type;
	}
	return CONTROLLER_NONE;
}

/* ---- PCI ---------------------------------------------------------------------------------------- */

static void add_settled(struct slots *slots, struct slots_bus *bus, struct argv_option *option)
{
	struct slots_dev *dev = arena_alloc(slots->argv->arena, sizeof(*dev)), **at;

	dev->option = option;
	for (at = &bus->devs; *at; at = &(*at)->next)
		;
	*at = dev;
}

/*
 * libvirt leaves slot 0 of a bridge alone, as its hot-plug controller may be there, and Kiln does too: a slot
 * behind all that QEMU gave is taken in its place.
 */
static void move_slot(struct slots *slots, struct slots_bus *bus, struct argv_option *option,
		      unsigned min)
{
	struct argv *argv = slots->argv;
	unsigned was, function, slot = min;

	if (!place_slot(argv, option->tree, &was, &function) || was >= min)
		return;
	while (slot < 32 && bus->functions[slot])
		slot++;
	if (slot == 32)
		return;
	bus->functions[slot] |= 1;
	(void)argv_take(argv, option->tree, "addr");
	node_add_string(argv->arena, option->tree, "addr", arena_fmt(argv->arena, "0x%x", slot));
	argv_note(argv, option, IMPORT_DROPPED,
		  arena_fmt(argv->arena, "%s: slot %u of its bridge, which QEMU gives it",
			    argv_peek(argv, option->tree, "driver"), was),
		  arena_fmt(argv->arena,
			    "it moves to slot %u, because a %s has the slots %u to 31 for Kiln and "
			    "libvirt",
			    slot, pci_models[bus->model].name, min));
}

static void move_slots(struct slots *slots)
{
	for (struct slots_bus *bus = slots->buses; bus; bus = bus->next) {
		unsigned min = bus->model < PCI_MODEL_COUNT ? pci_models[bus->model].min_slot : 0;

		for (struct slots_dev *dev = min ? bus->devs : NULL; dev; dev = dev->next)
			move_slot(slots, bus, dev->option, min);
	}
}

static void put_pci(struct slots *slots, struct slots_bus *bus, struct argv_option *option)
{
	unsigned slot, function = 0;

	if (!argv_peek(slots->argv, option->tree, "addr")) {
		for (slot = 0; slot < 32 && bus->functions[slot] & 1; slot++)
			;
		if (slot == 32)
			return;
		node_add_string(slots->argv->arena, option->tree, "addr",
				arena_fmt(slots->argv->arena, "0x%x", slot));
		option->settled = true;
		add_settled(slots, bus, option);
	} else if (!place_slot(slots->argv, option->tree, &slot, &function)) {
		return;
	}
	bus->functions[slot] |= (unsigned char)(1u << function);
}

/* ---- one after the other -------------------------------------------------------------------------- */

static void put(struct slots *slots, struct slots_bus *bus, unsigned number,
		struct argv_option *option, const char *driver)
{
	switch (bus->type) {
	case CONTROLLER_PCI:
		put_pci(slots, bus, option);
		break;
	case CONTROLLER_USB:
		slots_usb(slots, bus, option, driver);
		break;
	case CONTROLLER_SCSI:
		slots_scsi(slots, bus, option);
		break;
	case CONTROLLER_IDE:
	case CONTROLLER_SATA:
	case CONTROLLER_FDC:
		slots_disk(slots, bus, number, option);
		break;
	case CONTROLLER_VIRTIO_SERIAL:
		slots_serial(slots, bus, option, driver);
		break;
	case CONTROLLER_CCID:
	case CONTROLLER_NONE:
	case CONTROLLER_TYPE_COUNT:
		break;
	}
}

/* Buses of the machine have names that are known; another bus is known by its owner. */
static void put_on(struct slots *slots, struct slots_bus *bus, unsigned number,
		   struct argv_option *option)
{
	struct argv *argv = slots->argv;
	bool has_id = bus->owner && bus->id;

	if (bus->type == CONTROLLER_PCI && !bus->owner)
		return;
	(void)argv_take(argv, option->tree, "bus");
	if (has_id && bus->type == CONTROLLER_PCI)
		node_add_string(argv->arena, option->tree, "bus", bus->id);
	else if (has_id)
		node_add_string(argv->arena, option->tree, "bus",
				arena_fmt(argv->arena, "%s.%u", bus->id, number));
	else if (bus->owner)
		option->on = bus->owner;
	else
		node_add_string(argv->arena, option->tree, "bus",
				arena_fmt(argv->arena, "%s.%u", slots_bus_word(bus->type), number));
	option->on_number = number;
}

static void add_buses(struct slots *slots, struct argv_option *option, const char *driver,
		      const struct dev_family *family, const struct dev_class *class,
		      struct slots_bus *above)
{
	unsigned count = 1;
	struct slots_bus *bus;

	if (!family || family->controller == CONTROLLER_NONE || !class ||
	    class->flags & CLASS_SET_COMPANION)
		return;
	if (family->controller == CONTROLLER_SATA)
		count = SLOTS_BUSES;
	bus = slots_add_bus(slots, option, family->controller, above, count);
	bus->roots = strncmp(driver, "pxb", 3) == 0;
	if (bus->type == CONTROLLER_PCI)
		bus->model = pci_model_find(class->name);
	slots_offer(slots, bus, driver, option);
}

/* Of the older expander QEMU finds the bus in front of its bridge, where Kiln and libvirt have nothing. */
static void note_expander(struct argv *argv, const struct slots_bus *bus,
			  struct argv_option *option, const char *driver)
{
	if (bus->roots && bus->model == pci_model_find("pci-expander-bus"))
		argv_note(argv, option, IMPORT_DROPPED, driver,
			  arena_fmt(argv->arena,
				    "without bus= QEMU puts it beside the bridge of %s; it moves "
				    "behind that",
				    bus->id ? bus->id : "the expander"));
}

static void settle(struct slots *slots, struct argv_option *option)
{
	struct argv *argv = slots->argv;
	const char *driver = argv_driver(argv_peek(argv, option->tree, "driver"));
	const char *text = argv_peek(argv, option->tree, "bus");
	const struct dev_class *class = NULL;
	const struct dev_family *family = argv_model(argv, driver, &class);
	enum controller_type type = type_of(driver, family, class);
	struct slots_bus *bus = NULL;
	unsigned number = 0;

	if (type != CONTROLLER_NONE)
		bus = text ? slots_find_bus(slots, text, &number) : slots_default_bus(slots, type);
	if (bus && !text) {
		/* The last one of a controller is the first that QEMU finds. */
		number = bus->count - 1;
		put_on(slots, bus, number, option);
		note_expander(argv, bus, option, driver);
	} else if (bus && bus->word && bus->owner) {
		put_on(slots, bus, number, option);
	}
	if (bus)
		put(slots, bus, number, option, driver);
	add_buses(slots, option, driver, family, class, bus);
}

/* ---- the order in which QEMU makes them ------------------------------------------------------------ */

/** struct turn - a -device, and when it is its turn. */
struct turn {
	struct argv_option *option;
	unsigned rank;
	size_t index;
};

/* JSON comes last, and a disk of -drive behind what -device says; of -watchdog, which ended with 7.1, too. */
static unsigned rank_of(const struct argv_option *option)
{
	static const struct {
		const char *name;
		unsigned rank;
	} ranks[] = {
		{"-machine", 0}, {"-usb", 0},   {"-vga", 1},       {"-nic", 2},   {"-net", 3},
		{"-soundhw", 4}, {"-audio", 4}, {"-usbdevice", 5}, {"-drive", 7}, {"-watchdog", 8},
	};

	if (option->given)
		return option->value[0] == '{' ? 9 : 6;
	for (size_t i = 0; option->origin && i < ARRAY_SIZE(ranks); i++) {
		if (strcmp(option->origin->name, ranks[i].name) == 0)
			return ranks[i].rank;
	}
	return 6;
}

static int compare_turns(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;
	const struct word *left = argv_given(x->option)->word;
	const struct word *right = argv_given(y->option)->word;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	/* Of those that are QEMU's own, and so have no word, the order is that in which they were added. */
	if (left != right && x->rank >= 4)
		return left < right ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static size_t collect(struct argv *argv, struct turn **ret)
{
	size_t count = 0, room = 0;

	argv_for_each(option, argv) room++;
	*ret = arena_alloc(argv->arena, (room + 1) * sizeof(struct turn));
	argv_for_each(option, argv)
	{
		if (!option->done && option->tree && strcmp(option->name, "-device") == 0 &&
		    argv_peek(argv, option->tree, "driver")) {
			(*ret)[count] = (struct turn){option, rank_of(option), count};
			count++;
		}
	}
	return count;
}

/* What the machine has itself. */
static void add_machine(struct slots *slots)
{
	const struct machine *machine = slots->argv->import->machine;
	const struct machine_controller *row = machine->controllers;
	const struct chipset *chipset = machine->chipset;
	struct slots_bus *root = NULL;

	if (machine->root_model)
		root = slots_add_bus(slots, NULL, CONTROLLER_PCI, NULL, 1);
	for (const struct chipset_function *at = chipset ? chipset->functions : NULL;
	     root && at && at->name; at++)
		root->functions[at->slot & 31] |= (unsigned char)(1u << (at->function & 7));
	for (; row && row->model; row++) {
		if (row->type == CONTROLLER_IDE)
			slots_add_bus(slots, NULL, row->type, root, 2);
		else if (row->type == CONTROLLER_SATA)
			slots_add_bus(slots, NULL, row->type, root, SLOTS_BUSES);
		else if (row->type == CONTROLLER_FDC)
			slots_add_bus(slots, NULL, row->type, root, 1);
	}
}

void argv_slots(struct argv *argv)
{
	struct slots slots = {.argv = argv};
	struct turn *turns;
	size_t count = collect(argv, &turns);

	if (count > SLOTS_DEVICES) {
		argv_note(argv, turns[0].option, IMPORT_DROPPED, "",
			  arena_fmt(argv->arena,
				    "of %zu devices those without a place are placed by Kiln's "
				    "rules; QEMU's choice is followed for %u at most",
				    count, SLOTS_DEVICES));
		return;
	}
	add_machine(&slots);
	qsort(turns, count, sizeof(*turns), compare_turns);
	for (size_t i = 0; i < count; i++)
		settle(&slots, turns[i].option);
	move_slots(&slots);
}
