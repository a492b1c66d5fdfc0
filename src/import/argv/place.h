/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place.h - where a device sits; for devices.c alone.
 */
#ifndef KILN_IMPORT_ARGV_PLACE_H
#define KILN_IMPORT_ARGV_PLACE_H

#include "import/argv/argv.h"

/** struct bus - what a bus= names: the element of its controller or NULL, offer and number. */
struct bus {
	xmlNodePtr node;
	const struct dev_class *class;
	enum controller_type type;
	unsigned index, number;
	bool pci;
};

/** place_bus_find() - the bus of that name. Return: whether there is one. */
bool place_bus_find(const struct argv *argv, const char *text, struct bus *ret);

/** place_bus_of() - the bus of a -device: the one that it names, QEMU's choice, or the root. */
bool place_bus_of(const struct argv *argv, const struct argv_option *option, struct bus *ret);

/** place_rename() - name the bus of a -device that is kept as it is as the composer names it. */
void place_rename(struct argv *argv, struct argv_option *option);

/** place_index() - the index of a controller's element. */
unsigned place_index(const struct argv *argv, xmlNodePtr node);

/** place_slot() - slot and function of "addr" in a tree. Return: whether it is there and well-formed. */
bool place_slot(const struct argv *argv, const struct node *tree, unsigned *slot,
		unsigned *function);

/** place_read() - bus= and its like, out of the tree and into an <address>. */
void place_read(struct argv *argv, xmlNodePtr node, struct node *tree);

#endif
