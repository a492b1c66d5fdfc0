/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h - an import under way; private to import/.
 */
#ifndef KILN_IMPORT_STATE_H
#define KILN_IMPORT_STATE_H

#include "import/element.h"
#include "import/import.h"

/**
 * struct import_item - an element that becomes a device.
 * @element: its node; the device once there is one. @family: its kind.
 * @slot, @repeat: identity. @repeats: it has a repeat number.
 * @in_config: it has a slot of .config; else Kiln makes it, at the address that the lock says.
 * @was_promoted: ... and that was found when it was composed.
 * @counted: the file gives no index; libvirt and Kiln count such controllers where they stand.
 * @addressed: its address stands in .config; the lock would not hold it.
 * @refused: why there is no device for it, or NULL.
 */
struct import_item {
	struct element element;
	const struct dev_family *family;
	unsigned slot, repeat;
	bool repeats, in_config, addressed, was_promoted, counted;
	const char *refused;
};

/** struct import_notes - notes in the order in which they were found. */
struct import_notes {
	struct import_note *first, *last;
};

/** struct import_network - the bridge of a network that interfaces name, where the file tells. */
struct import_network {
	const char *name, *bridge;
	struct import_network *next;
};

/**
 * struct import - what import_open() was given, and what came of it.
 * @root: <domain>; changed: what libvirt adds by itself is added.
 * @machine: the machine; @version: of its type, or NULL.
 * @head: the machine's own rows.
 * @networks: those whose bridge is known.
 * @early: the notes as import_open() left them. @layout_lock: for CONFIG_LAYOUT_LOCK, or NULL.
 * @lines: for each line of the configuration the line of the file; @line_count of them.
 * @by_rules: what has no place in a command line is placed by Kiln's rules, and not as by QEMU.
 * @transports: some virtio devices are on transports (virtio-mmio).
 * @no_spare: no spare port is to be added. @again: something needs a slot after all.
 * @lock_items: for each line of the lock the item, or NULL; @lock_count of them.
 */
struct import {
	struct arena *arena;
	struct err_list *errs;
	const char *path, *board, *layout_lock;
	const struct dev_family *const *families;
	xmlNodePtr root;
	const struct machine *machine;
	const char *version;
	struct import_item *items;
	size_t item_count, item_room;
	struct element head;
	struct import_network *networks;
	struct import_notes notes[IMPORT_LOSS_COUNT], early[IMPORT_LOSS_COUNT];
	unsigned *lines;
	size_t line_count, line_room;
	struct import_item **lock_items;
	size_t lock_count;
	struct vm *vm;
	const struct cfg *cfg;
	bool again, no_spare, by_rules, transports;
};

/** import_note_at() - the same of a line of the file. */
void import_note_at(struct import *import, enum import_loss loss, unsigned line, const char *what,
		    const char *why);

/** import_note() - note what is not taken over. */
void import_note(struct import *import, enum import_loss loss, const xmlNode *node,
		 const char *what, const char *why);

#endif
