/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock.h - configs/NAME.layout: the addresses and values that the guest knows, kept for life.
 *
 * Text for review by people, a fact a line:
 *
 *	format 1
 *	algorithm libvirt-9
 *	machine q35
 *	pin machine-version 7.2
 *	device pci.1 pci 00:01.0 pcie-root-port
 *	device pci.2 pci 00:01.1 pcie-root-port slot 0
 *	device net0 pci 01:00.0
 *	device net1 pci 03:05.0 asked 02:05.0
 *	device console0 serial 0:0
 *	device rng0 mmio 31
 *	device disk1 scsi 0:0:0:2
 *	device input0 usb 0:1.2
 *	gone disk2 pci 04:00.0
 *	end
 *
 * Read and written here and nowhere else; it decides nothing about addresses.
 */
#ifndef KILN_LAYOUT_LOCK_H
#define KILN_LAYOUT_LOCK_H

#include "base/attr.h"
#include "model/address.h"
#include "model/arena.h"
#include "model/errlist.h"

struct vm;
struct layout;

#define LOCK_FORMAT 1

/**
 * struct lock_line - a device or what is left of one.
 * @id: identity; of controllers the alias ("pci.1").
 * @addr: of any kind but ADDR_NONE.
 * @model: of a PCI controller, else NULL.
 * @slot: Kconfig slot of a configured PCI controller (@has_slot).
 * @asked: what .config asked for, when a bus had to be put before it (@has_asked).
 * @gone: the device was removed; its place is kept.
 */
struct lock_line {
	const char *id, *model;
	struct dev_addr addr;
	struct pci_addr asked;
	bool has_asked, has_slot, gone;
	unsigned slot, line;
};

struct lock_pin {
	const char *key, *value;
	unsigned line;
};

/**
 * struct lock - @lines are sorted by identity, @pins by key.
 * @machine: whose addresses they are, "q35", from @machine_line; NULL in a lock that was written
 *           before it was kept.
 */
struct lock {
	const char *path, *algorithm, *machine;
	unsigned machine_line;
	struct lock_line *lines;
	struct lock_pin *pins;
	size_t line_count, pin_count;
};

/**
 * lock_parse() - read the text of a lock.
 * @lock: filled; usable only on success.
 * @arena: owns what @lock points to.
 * @path: for messages.
 * @text: @len bytes; need not end with a NUL.
 * @errs: every wrong line.
 *
 * Return: 0, or -1 with errors added.
 */
int lock_parse(struct lock *lock, struct arena *arena, const char *path, const char *text,
	       size_t len, struct err_list *errs) MUST_CHECK;

/** lock_load() - read the file and lock_parse() it. A file that is missing is an error. */
int lock_load(struct lock *lock, struct arena *arena, const char *path,
	      struct err_list *errs) MUST_CHECK;

/**
 * lock_check() - whether every line of a lock could match something.
 * @lock: as lock_parse() left it.
 * @vm: its machine and families; which devices it has does not matter.
 * @errs: that the lock is another machine's, and then nothing else; or every identity, bus and pin
 *        that nothing could ever match.
 *
 * Return: 0, or -1 with errors added.
 */
int lock_check(const struct lock *lock, const struct vm *vm, struct err_list *errs) MUST_CHECK;

/** lock_find() - the line of that identity, also when it is gone; NULL without a lock. */
const struct lock_line *lock_find(const struct lock *lock, const char *id);

/** lock_find_pin() - the pin of that key; NULL when there is none or no lock. */
const struct lock_pin *lock_find_pin(const struct lock *lock, const char *key);

/**
 * lock_forget() - let one thing be decided anew.
 * @lock: without it afterwards.
 * @id: a device (its address and its pins go), or the key of a pin ("machine-version"); not a PCI
 *      controller that Kiln added: others sit behind it.
 * @err: unknown, or a controller.
 *
 * Return: 0, or -1 with @err set.
 */
int lock_forget(struct lock *lock, const char *id, struct err *err) MUST_CHECK;

/**
 * lock_text() - the lock for a machine that is laid out.
 * @vm: the machine. @layout: its finished layout.
 * @old: the lock so far, or NULL; what it has and @vm lacks becomes "gone".
 * @pins: what to pin, in any order; pins of @old that belong to a gone device are kept.
 * @pin_count: how many.
 */
const char *lock_text(const struct vm *vm, const struct layout *layout, const struct lock *old,
		      const struct lock_pin *pins, size_t pin_count);

/** lock_compare_id() - order of identities for people: numbers count as numbers. */
int lock_compare_id(const char *a, const char *b);

#endif
