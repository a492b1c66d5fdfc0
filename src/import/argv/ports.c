/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports.c - where QEMU puts a device on a controller of USB, SCSI, disks or serial ports when nothing
 * says where.
 *
 * As in 7.2 and 10.0: hw/usb/bus.c usb_claim_port(), hw/scsi/scsi-bus.c scsi_qdev_realize(),
 * hw/ide/qdev.c ide_qdev_realize(), hw/char/virtio-serial-bus.c virtser_port_device_realize(); all of them
 * seen with `info qtree` of both.
 */
#include "import/argv/slots.h"

#include <string.h>

#include "base/num.h"

#define HUB_PORTS  8
#define LUN_MAX    16383
#define TARGET_MAX 255

void slots_member(struct slots *slots, struct argv_option *option, const char *key, unsigned value)
{
	node_add_string(slots->argv->arena, option->tree, key,
			arena_fmt(slots->argv->arena, "%u", value));
	option->settled = true;
}

static bool number_of(const struct slots *slots, const struct argv_option *option, const char *key,
		      uint64_t *ret)
{
	const char *text = argv_peek(slots->argv, option->tree, key);

	*ret = 0;
	return text && tree_number(text, ret);
}

/* ---- USB ---------------------------------------------------------------------------------------- */

static void add_port(struct slots *slots, struct slots_bus *bus, const char *path)
{
	struct slots_port *port = arena_alloc(slots->argv->arena, sizeof(*port)), **at;

	port->path = path;
	for (at = &bus->free; *at; at = &(*at)->next)
		;
	*at = port;
}

static void add_ports(struct slots *slots, struct slots_bus *bus, const char *prefix,
		      unsigned count)
{
	for (unsigned i = 1; i <= count; i++)
		add_port(slots, bus,
			 arena_fmt(slots->argv->arena, "%s%s%u", prefix, *prefix ? "." : "", i));
}

static void take_port(struct slots_bus *bus, const char *path)
{
	struct slots_port **at = &bus->free;

	while (*at && strcmp((*at)->path, path) != 0)
		at = &(*at)->next;
	if (*at)
		*at = (*at)->next;
}

void slots_offer(struct slots *slots, struct slots_bus *bus, const char *driver,
		 const struct argv_option *option)
{
	uint64_t two, three;

	if (bus->type != CONTROLLER_USB)
		return;
	if (strstr(driver, "xhci")) {
		if (!number_of(slots, option, "p2", &two))
			two = 4;
		if (!number_of(slots, option, "p3", &three))
			three = 4;
		two = two > three ? two : three;
	} else if (strstr(driver, "ohci")) {
		if (!number_of(slots, option, "num-ports", &two))
			two = 3;
	} else {
		two = strstr(driver, "ehci") ? 6 : 2;
	}
	add_ports(slots, bus, "", two < USB_PORTS ? (unsigned)two : USB_PORTS);
}

void slots_usb(struct slots *slots, struct slots_bus *bus, struct argv_option *option,
	       const char *driver)
{
	struct argv *argv = slots->argv;
	const char *port = argv_peek(argv, option->tree, "port");
	bool hub = strcmp(driver, "usb-hub") == 0;

	/* The last one that is free is for a hub, so that there are more of them. */
	if (!port && !hub && bus->free && !bus->free->next) {
		struct argv_option *more =
			argv_add(argv, option, "-device",
				 arena_fmt(argv->arena, "usb-hub,port=%s", bus->free->path));
		const char *name = argv_peek(argv, option->tree, "bus");

		more->on = option->on;
		more->settled = true;
		if (name)
			node_add_string(argv->arena, more->tree, "bus", name);
		add_ports(slots, bus, bus->free->path, HUB_PORTS);
		bus->free = bus->free->next;
	}
	if (!port && bus->free) {
		port = bus->free->path;
		node_add_string(argv->arena, option->tree, "port", port);
		option->settled = true;
	}
	if (!port)
		return;
	take_port(bus, port);
	if (hub)
		add_ports(slots, bus, port, HUB_PORTS);
}

/* ---- SCSI --------------------------------------------------------------------------------------- */

static bool is_unit_free(const struct slots_bus *bus, uint64_t channel, uint64_t target,
			 uint64_t lun)
{
	for (const struct slots_unit *unit = bus->targets; unit; unit = unit->next) {
		if (unit->channel == channel && unit->target == target && unit->lun == lun)
			return false;
	}
	return true;
}

void slots_scsi(struct slots *slots, struct slots_bus *bus, struct argv_option *option)
{
	struct slots_unit *unit = arena_alloc(slots->argv->arena, sizeof(*unit));
	bool target = number_of(slots, option, "scsi-id", &unit->target);
	bool lun = number_of(slots, option, "lun", &unit->lun);

	(void)number_of(slots, option, "channel", &unit->channel);
	if (!target) {
		while (unit->target < TARGET_MAX &&
		       !is_unit_free(bus, unit->channel, unit->target, unit->lun))
			unit->target++;
		slots_member(slots, option, "scsi-id", (unsigned)unit->target);
	} else if (!lun) {
		while (unit->lun < LUN_MAX &&
		       !is_unit_free(bus, unit->channel, unit->target, unit->lun))
			unit->lun++;
	}
	if (!lun)
		slots_member(slots, option, "lun", (unsigned)unit->lun);
	unit->next = bus->targets;
	bus->targets = unit;
}

/* ---- disks, serial ports ------------------------------------------------------------------------ */

void slots_disk(struct slots *slots, struct slots_bus *bus, unsigned number,
		struct argv_option *option)
{
	uint64_t unit;

	number = number < SLOTS_BUSES ? number : 0;
	if (!number_of(slots, option, "unit", &unit)) {
		while (unit < 3 && bus->units[number] >> unit & 1)
			unit++;
		/* One disk a bus is all that AHCI has; it has no unit to say. */
		if (bus->type != CONTROLLER_SATA)
			slots_member(slots, option, "unit", (unsigned)unit);
	}
	bus->units[number] |= (unsigned char)(1u << (unit & 7));
}

void slots_serial(struct slots *slots, struct slots_bus *bus, struct argv_option *option,
		  const char *driver)
{
	uint64_t number;

	if (!number_of(slots, option, "nr", &number)) {
		/* The first console is port 0, and else port 0 is left for one. */
		number = strcmp(driver, "virtconsole") == 0 && !bus->ports[0] ? 0 : 1;
		while (number && number < SLOTS_PORTS - 1 && bus->ports[number])
			number++;
		slots_member(slots, option, "nr", (unsigned)number);
	}
	if (number < SLOTS_PORTS)
		bus->ports[number] = true;
}
