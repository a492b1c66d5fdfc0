/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qtree.h - what QEMU made of a command line, compared with what was baked.
 *
 * HMP `info qtree` is read, not `query-pci`: before firmware has run, the latter does not show what
 * is behind a root port. In goes its text and a list of wanted places, out come the differences.
 */
#ifndef KILN_QEMU_QTREE_H
#define KILN_QEMU_QTREE_H

#include <stdbool.h>

#include "qemu/qmp.h"

/**
 * struct qtree_dev - a device of QEMU.
 * @driver: its type; @id: its id, "" when it has none.
 * @bus: name of the bus that it sits on; @bus_type: "PCIE", "PCI", "virtio-serial-bus", ...
 * @has_pci: it has a PCI address: @slot and @function.
 * @has_port: it is a port of a virtio-serial bus: number @port.
 * @is_placed, @place: its properties on a bus of drives, USB or smartcards, as "scsi-id 0 lun 2 "; "" elsewhere.
 */
struct qtree_dev {
	const char *driver, *id, *bus, *bus_type, *place;
	bool has_pci, has_port, is_placed;
	unsigned slot, function, port;
};

/** struct qtree - all devices in the order in which QEMU lists them. */
struct qtree {
	struct qtree_dev *devs;
	size_t count;
};

/**
 * qtree_parse() - read the text of `info qtree`.
 * @arena: owns what is read.
 * @text: the text; names are copied.
 * @ret_tree: filled.
 * @err: ERR_HOST when the text is not of that form.
 *
 * Return: 0, or -1.
 */
int qtree_parse(struct arena *arena, const char *text, struct qtree *ret_tree,
		struct err *err) MUST_CHECK;

/** qtree_read() - ask a running QEMU. Return: 0, or -1 with @err set. */
int qtree_read(struct qmp *qmp, struct qtree *ret_tree, struct err *err) MUST_CHECK;

#define QTREE_PLACES 6 /* and NULL behind the last */

/**
 * struct qtree_want - where a device should be.
 * @id: its alias; NULL = a part of the chipset, known by its place.
 * @driver: its type; NULL = any.
 * @bus: the bus by name: the alias of the controller, "virtio-serial0.0" of a port.
 * @is_port: a port of a virtio-serial bus at @port.
 * @is_anywhere: its place is QEMU's choice; @bus is NULL.
 * @is_alone: the only device of its bus, a virtio-mmio transport.
 * @place: properties of a device on another controller, each as it is part of qtree_dev.place.
 * Else it is at PCI @slot and @function.
 */
struct qtree_want {
	const char *id, *driver, *bus, *place[QTREE_PLACES];
	bool is_port, is_alone, is_anywhere;
	unsigned slot, function, port;
};

/**
 * qtree_wants_load() - read the wanted places from a layout.
 * @arena: owns what is read.
 * @json: section LAYOUT of an image.
 * @len: its bytes.
 * @ret_wants: the list; @ret_count how many.
 * @err: ERR_IMAGE when it is not a layout.
 *
 * Return: 0, or -1.
 */
int qtree_wants_load(struct arena *arena, const char *json, size_t len,
		     struct qtree_want **ret_wants, size_t *ret_count, struct err *err) MUST_CHECK;

/**
 * qtree_compare() - hold QEMU's devices against the wanted ones.
 * @tree: as read.
 * @wants: every PCI function and every port of a virtio-serial bus.
 * @count: how many.
 * @ret_diff: a line for each difference: not there, elsewhere, of another type, not wanted.
 *
 * Every PCI device of QEMU must be wanted, with id or without, every port and every device on a bus of
 * drives, USB or smartcards that has an id, and every device on a virtio-mmio transport.
 *
 * Return: how many differences.
 */
size_t qtree_compare(const struct qtree *tree, const struct qtree_want *wants, size_t count,
		     struct text *ret_diff);

#endif
