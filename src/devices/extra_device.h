/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extra_device.h - the value of a -device that somebody wrote: what the layout must know of it, and the same
 * value with its place; private to devices/extra.c.
 */
#ifndef KILN_DEVICES_EXTRA_DEVICE_H
#define KILN_DEVICES_EXTRA_DEVICE_H

#include <stdbool.h>

#include "model/arena.h"
#include "model/address.h"
#include "model/caps.h"

/**
 * struct extra_device - a -device.
 * @driver: QEMU's name of it. @id: its id, or NULL.
 * @bus, @addr: what it says of its place, or NULL; @slot, @function: what @addr means.
 * @is_json: it is to be written as JSON. @has_multifunction: it says so.
 * @whole: all of it, but for the end of a JSON object; @rest: the same without @bus and @addr.
 */
struct extra_device {
	const char *driver, *id, *bus, *addr, *whole, *rest;
	unsigned slot, function;
	bool is_json, has_multifunction;
};

/**
 * extra_device_read() - read a value.
 * @arena: owns the texts.
 * @caps: what is known of the board's QEMU.
 * @value: "e1000,netdev=n" or JSON, as QEMU reads it.
 * @ret: filled.
 *
 * Return: NULL, or what is wrong, as a sentence.
 */
const char *extra_device_read(struct arena *arena, const struct caps *caps, const char *value,
			      struct extra_device *ret);

/** extra_device_slot() - read @addr, of a PCI device, into slot and function; false: it is no such place. */
bool extra_device_slot(struct extra_device *device);

/**
 * extra_device_text() - the value with an id, and at a place.
 * @device: what was read.
 * @id: its id; written when it has none.
 * @bus: QEMU's name of the PCI bus, or NULL: it stays as it was written.
 * @addr: the place on it.
 */
const char *extra_device_text(struct arena *arena, const struct extra_device *device,
			      const char *id, const char *bus, const struct dev_addr *addr);

#endif
