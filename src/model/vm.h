/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm.h - the model: one virtual machine as every pass sees it.
 *
 * Filled by config/ (later also by domain/ and qemu/ on import), checked by check.h, completed by
 * layout/, and const from then on.
 */
#ifndef KILN_MODEL_VM_H
#define KILN_MODEL_VM_H

#include "image/ops.h"
#include "model/arena.h"
#include "model/caps.h"
#include "model/device.h"
#include "model/guest.h"

struct machine;
struct layout;

/** enum firmware - what starts the guest, of those that number PCI buses. */
enum firmware { FIRMWARE_SEABIOS, FIRMWARE_QBOOT, FIRMWARE_OVMF, FIRMWARE_COUNT };

/** struct board - the target host (boards/NAME). @cpu: lines of cpu.caps, or NULL: not asked for. */
struct board {
	const char *name;
	const char *host_arch, *guest_arch; /* as uname -m */
	const char *qemu; /* path on the target */
	const char *layout_algorithm; /* "libvirt-9" or "libvirt-11" (pci-rules.md 16) */
	const struct caps *caps, *cpu;
};

/**
 * struct vm - a machine with everything in it.
 * @arena: owns all of it.
 * @board, @machine: chosen descriptors.
 * @guest: basics. @guest_dev: a pseudo device whose data is @guest, so that rows and checks work
 *         on the basics as on any device; not in @devs.
 * @devs: devices, families in the order of the registry, then slot, then repeat.
 * @controllers: in libvirt's list order: configured ones by type and index; layout/ adds others.
 * @families: all families, ended by NULL (devices/registry.h).
 * @search: folders where relative payload paths are looked for, ended by NULL.
 */
struct vm {
	struct arena *arena;
	const struct board *board;
	const struct machine *machine;
	struct guest guest;
	struct vm_dev *guest_dev;
	struct vm_dev *devs, *last_dev;
	struct vm_dev *controllers, *last_controller;
	const struct dev_family *const *families;
	const char *const *search;
};

#define vm_for_each_dev(dev, list) for (struct vm_dev *dev = (list); dev; dev = dev->next)

/* Controllers, then devices; what is inserted behind the current one is met too. */
#define vm_for_each(dev, vm) for (struct vm_dev *dev = vm_first(vm); dev; dev = vm_next(vm, dev))

/** vm_first(), vm_next() - for vm_for_each(). */
struct vm_dev *vm_first(const struct vm *vm);
struct vm_dev *vm_next(const struct vm *vm, const struct vm_dev *dev);

/**
 * vm_add_dev() - add a device with zeroed data, its first class, identity and alias: at the end of
 *                the devices, or a controller to its place in the list of controllers.
 * @vm: the machine.
 * @family: its family; not FAMILY_INTERNAL.
 * @slot: Kconfig slot.
 * @repeat: number among those alike.
 * @repeats: 0 = the slot is not repeated.
 */
struct vm_dev *vm_add_dev(struct vm *vm, const struct dev_family *family, unsigned slot,
			  unsigned repeat, unsigned repeats);

/**
 * vm_add_controller() - append a controller to the list of controllers.
 * @vm: the machine.
 * @family: its family (FAMILY_INTERNAL allowed).
 * @class: its model.
 * @index: its index in the index space of its family.
 */
struct vm_dev *vm_add_controller(struct vm *vm, const struct dev_family *family,
				 const struct dev_class *class, unsigned index);

/**
 * vm_add_companion() - add a controller that comes with another one, behind it and of its index.
 * @vm: the machine.
 * @dev: the one that is there: in .config, or the companion before this one.
 * @class: model of the new one.
 * @id: its identity.
 */
struct vm_dev *vm_add_companion(struct vm *vm, struct vm_dev *dev, const struct dev_class *class,
				const char *id);

/**
 * vm_list_controller() - append a controller of the configuration to the list of controllers.
 * @vm: the machine.
 * @family: its family (FAMILY_CONTROLLER).
 * @slot: Kconfig slot; its identity until it has an index.
 */
struct vm_dev *vm_list_controller(struct vm *vm, const struct dev_family *family, unsigned slot);

/** vm_place_controller() - put one into the list by type, then by index: never by the order of families. */
void vm_place_controller(struct vm *vm, struct vm_dev *dev);

/** vm_name_controller() - identity, alias and number of a controller from its index. */
void vm_name_controller(struct vm_dev *dev);

/**
 * vm_assign_aliases() - give every device its QEMU id from its identity and class.
 *
 * Numbers are slots, never positions, so that removing a device from the middle renames nothing.
 */
void vm_assign_aliases(struct vm *vm);

/** vm_find() - the device or controller of that identity, or NULL. */
struct vm_dev *vm_find(const struct vm *vm, const char *id);

/**
 * vm_payload_target() - where a payload file is on the target: PREFIX/NAME/FILE.
 *
 * No path of the build host may enter an image; `kiln export` puts payload there.
 */
const char *vm_payload_target(const struct vm *vm, const char *path);

/**
 * vm_payload_path() - find a payload file of the configuration on the build host.
 * @vm: the machine.
 * @path: absolute, or relative to one of @vm->search.
 *
 * Return: a path that exists and is readable, or NULL.
 */
const char *vm_payload_path(const struct vm *vm, const char *path);

#endif
