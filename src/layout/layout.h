/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h - every device's address: what is configured, locked, the chipset's, and the rest.
 *
 * In: a machine whose devices are known and valid, and perhaps a lock. Out: addresses in the
 * devices, the controllers that had to be added, and for each address how it came about.
 */
#ifndef KILN_LAYOUT_LAYOUT_H
#define KILN_LAYOUT_LAYOUT_H

#include "layout/lock.h"
#include "layout/pci.h"
#include "model/vm.h"

/** enum layout_rule - what gave a device its address. */
enum layout_rule {
	RULE_NONE, /* it has no PCI address */
	RULE_CONFIGURED, /* .config says so */
	RULE_CONFIGURED_BUS, /* first free place on the bus that .config says */
	RULE_LOCKED, /* the lock says so */
	RULE_CHIPSET, /* a place of the chipset */
	RULE_NEXT_SLOT, /* first free slot */
	RULE_SHARED_SLOT, /* beside others of its kind in a slot */
	RULE_SET, /* its function of the slot in which its set is */
	RULE_GONE, /* the place of a removed device: nothing else was free */
	RULE_LETTER, /* where libvirt puts a drive whose target has that letter */
	RULE_CONFIGURED_CONTROLLER, /* first free place of the controller that .config says */
	RULE_NEXT_PLACE, /* first free place of a controller that is no PCI bus */
	RULE_COUNT,
};

/** layout_rule_name() - the rule as a word for reports. */
const char *layout_rule_name(enum layout_rule rule);

/**
 * struct layout_dev - a device's way to its address.
 * @owner: who it is for the engine; its data points back here.
 * @flags: connection flags.
 * @order: place among those of its rank.
 * @fixed: @addr is known before the search; @origin: on whose word; else it is found.
 * @raised: the bus configured (@asked) was raised by one, behind a port that was added for it.
 * @asked_by: who wanted it: a symbol, or of an added controller the device it was added for.
 * @tried: a place that was tried before and why it was not taken; NULL when there was none.
 * @place: row of the chipset's table that speaks of it, or NULL.
 */
struct layout_dev {
	struct pci_owner owner;
	struct vm_dev *dev;
	unsigned flags;
	unsigned order, position;
	bool fixed, raised, stored;
	enum pci_origin origin;
	struct pci_addr addr, asked;
	enum layout_rule rule;
	const char *asked_by, *tried;
	const struct chipset_place *place;
};

/**
 * struct layout_attached - a device's way to its place on a controller that is no PCI bus.
 * @order: of the list of devices. The others are as in struct layout_dev.
 */
struct layout_attached {
	struct vm_dev *dev;
	size_t order;
	enum layout_rule rule;
	const char *asked_by, *tried;
};

/**
 * struct layout_budget - how much room is left.
 * @ports: PCI Express ports; @free_ports: those with nothing behind.
 * @more_ports: ports that could still be added.
 * @slots: conventional slots that take devices by themselves; @free_slots: empty ones.
 * @more_slots: what added bridges could give at most.
 * @packed: functions behind ports that packed devices can have; @free_packed, @more_packed: as above.
 * @kept: places kept for removed devices.
 */
struct layout_budget {
	unsigned ports, free_ports, more_ports;
	unsigned slots, free_slots, more_slots;
	unsigned packed, free_packed, more_packed;
	unsigned kept;
};

/**
 * enum layout_algorithm - a version of the rules; the lock names it, and it is never changed.
 * @ALGORITHM_LIBVIRT_9: controllers that are added stand at the end of their list (pci-rules 16.1).
 * @ALGORITHM_LIBVIRT_11: ... beside their own type, by index.
 * @ALGORITHM_PACKED_1: as that, and PCI Express devices share ports, eight functions to each.
 */
enum layout_algorithm {
	ALGORITHM_LIBVIRT_9,
	ALGORITHM_LIBVIRT_11,
	ALGORITHM_PACKED_1,
	ALGORITHM_COUNT,
};

/** layout_algorithm_find() - by name; ALGORITHM_COUNT when unknown. */
enum layout_algorithm layout_algorithm_find(const char *name);

/** layout_algorithm_name() - "libvirt-9". */
const char *layout_algorithm_name(enum layout_algorithm algorithm);

#define BUS_NUMBER_NONE -1

/** layout_firmware_word() - "seabios", "qboot", "ovmf": in reports for programs, and in facts. */
const char *layout_firmware_word(enum firmware firmware);

/**
 * layout_firmware() - the firmware that numbers the buses of this machine.
 *
 * Return: FIRMWARE_COUNT when none does: the kernel of virt and microvm numbers them itself; or when
 *         it is not known how, as of a file of one's own.
 */
enum firmware layout_firmware(const struct vm *vm);

/**
 * struct layout - zero-initialise.
 * @set: the buses with all owners, after layout_assign().
 * @devs: one for each device that has a PCI address, in the order of assignment.
 * @attached: one for each device on a controller that is no PCI bus, by type of controller.
 * @bus_for: per bus that was added now, for whom.
 * @first_new: index of the first bus that was added now.
 * @bus_number: per firmware and bus (index of its controller) the number that the guest counts it by;
 *              BUS_NUMBER_NONE = the guest does not find it.
 * @spare: how many spare places were asked for.
 * @notes: sentences for the user, in order (a removed device's place was handed out again).
 */
struct layout {
	const struct vm *vm;
	const struct lock *lock;
	enum layout_algorithm algorithm;
	struct pci_set set;
	struct layout_dev *devs;
	size_t dev_count;
	struct layout_attached *attached;
	size_t attached_count;
	const char *bus_for[PCI_BUS_MAX];
	short bus_number[FIRMWARE_COUNT][PCI_BUS_MAX];
	unsigned configured_buses, first_new, spare;
	struct layout_budget budget;
	const char **notes;
	size_t note_count, note_room;
};

/**
 * layout_assign() - give every device its address.
 * @vm: addresses are filled in; PCI controller 0 is added when it is missing, other controllers as
 *      needed.
 * @lock: honoured; NULL = none.
 * @layout: filled.
 * @errs: every configured or locked address that cannot be; or that there is no room, with the
 *        symbols to change and the budget.
 *
 * Return: 0, or -1 with errors added.
 */
int layout_assign(struct vm *vm, const struct lock *lock, struct layout *layout,
		  struct err_list *errs) MUST_CHECK;

/** layout_find() - how a device got its address; NULL when it has no PCI address. */
const struct layout_dev *layout_find(const struct layout *layout, const struct vm_dev *dev);

/** layout_budget_text() - the budget as lines of text, each with a final newline. */
const char *layout_budget_text(const struct layout *layout, struct arena *arena);

#endif
