/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assign.h - what the files of the layout share among themselves; nobody else includes it.
 */
#ifndef KILN_LAYOUT_ASSIGN_H
#define KILN_LAYOUT_ASSIGN_H

#include "layout/chipset.h"
#include "layout/layout.h"
#include "model/machine.h"

/** enum pass_kind - the dry run finds how many buses are needed, the real one hands out. */
enum pass_kind { PASS_DRY, PASS_REAL };

/**
 * struct pass - one of the two.
 * @take_gone: growing did not help: hand out the places of removed devices before adding buses.
 * @no_room: it failed for lack of places.
 */
struct pass {
	enum pass_kind kind;
	bool take_gone, no_room;
	struct vm *vm;
	struct layout *layout;
	struct err_list *errs;
};

/** layout_note() - add a sentence for the user to @layout->notes. */
void layout_note(struct layout *layout, const char *text);

/** flags_of() - connection flags of a device; 0 when it is not a PCI device. */
unsigned flags_of(const struct vm *vm, const struct vm_dev *dev);

/** controller_list() - order and indexes of the configured controllers; what cannot be. */
void controller_list(struct vm *vm, struct layout *layout, struct err_list *errs);

/**
 * controller_settle() - the controllers by type, then by index, whichever asked first.
 *
 * Once all have addresses, the list decides nothing but the order in XML and on the command line, and
 * libvirt reads its own XML in this order: libvirt 11 has it from the first, libvirt 9 once it is started
 * anew (seen with dumpxml and domxml-to-native). So a domain that is written and read is the same one.
 */
void controller_settle(struct vm *vm);

/** controller_class() - the class that such a word means, or NULL. */
const struct dev_class *controller_class(const char *word);

/**
 * bus_numbers_place() - a place for a controller that leaves the bus numbers of locked ones alone.
 *
 * Return: false when there is none, or no lock: then it is searched as ever.
 */
bool bus_numbers_place(struct pass *pass, struct layout_dev *rec);

/** acpi_index_tell() - a note for each ACPI index that stays out of the guest's tables. */
void acpi_index_tell(const struct vm *vm, struct layout *layout);

/** bus_numbers_count() - fill @layout->bus_number; a note when locked buses are counted anew. */
void bus_numbers_count(struct vm *vm, struct layout *layout);

/** controller_word() - a PCI controller's model in the lock: libvirt's, or QEMU's where two share it. */
const char *controller_word(const struct vm_dev *dev);

/** controller_bus_index() - "pci.12" -> 12; 0 when it is no such name. */
unsigned controller_bus_index(const char *id);

/** controller_add() - add a controller where the algorithm wants it in the list. */
struct vm_dev *controller_add(struct vm *vm, enum layout_algorithm algorithm,
			      const struct dev_family *family, const struct dev_class *class,
			      unsigned index);

/** controller_add_locked() - add the PCI controllers that the lock keeps. */
void controller_add_locked(struct vm *vm, struct layout *layout, struct err_list *errs);

/** serial_assign() - ports of virtio-serial controllers, and these controllers. */
void serial_assign(struct vm *vm, struct layout *layout, struct err_list *errs);

/** collect_devs() - (re)build @layout->devs: who wants an address, who brings one. */
void collect_devs(struct vm *vm, struct layout *layout, struct err_list *errs);

/** fixed_reserve() - take the locked and the configured addresses. */
void fixed_reserve(struct pass *pass);

/** chipset_reserve() - take the machine's own functions. */
void chipset_reserve(struct pass *pass);

/** chipset_assign() - required and preferred places. Return: -1 with an error added. */
int chipset_assign(struct pass *pass);

/** bus_assign() - places of those that .config sends to a bus. Return: -1 with an error added. */
int bus_assign(struct pass *pass);

/**
 * set_assign() - a place for a CLASS_SET: its function, beside its set where that has a slot.
 *
 * Return: -1 with an error added.
 */
int set_assign(struct pass *pass, struct layout_dev *rec);

/** fixed_refuse() - an error about a configured or locked address, from what the engine said. */
void fixed_refuse(struct pass *pass, const struct layout_dev *rec, const struct err *found);

/** dev_next() - search a place for a device; -1 with an error added. */
int dev_next(struct pass *pass, struct layout_dev *rec, int function);

/** number_all() - store addresses in the devices, multifunction, chassis, port, bus numbers. */
void number_all(struct vm *vm, struct layout *layout, struct err_list *errs);

/** budget_count() - fill @layout->budget from its buses. */
void budget_count(struct layout *layout);

/** budget_refuse() - turn "no free place" into symbols to change and the budget. */
void budget_refuse(struct pass *pass, const struct layout_dev *rec, const struct err *err);

/** budget_refuse_bus() - the same for a bus whose controller finds no place; @placed others did. */
void budget_refuse_bus(struct pass *pass, unsigned bus, unsigned placed);

#endif
