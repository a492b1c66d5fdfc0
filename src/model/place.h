/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place.h - places on controllers that are no PCI bus: as text, and as QEMU wants them.
 *
 * The text is that of .config, of the lock and of reports: "controller:bus:target:unit" of a drive,
 * "bus:port" of USB with a port like 1.2, "controller:slot" of a smartcard.
 */
#ifndef KILN_MODEL_PLACE_H
#define KILN_MODEL_PLACE_H

#include "model/device.h"

#define PLACE_CONTROLLER_MAX 255

/** place_type_name() - libvirt's name of a type of controllers: "scsi", "usb", "virtio-serial". */
const char *place_type_name(enum controller_type type);

/** place_noun() - the same for sentences: "SCSI", "floppy". */
const char *place_noun(enum controller_type type);

/** place_type_find() - the type of that name that others sit on, or CONTROLLER_NONE. */
enum controller_type place_type_find(const char *name);

/** place_controller() - index of the controller in an address of such a kind. */
unsigned place_controller(const struct dev_addr *addr);

/** place_depth() - how many numbers a USB port has; 0 of what is no port. */
unsigned place_depth(const struct dev_addr *addr);

/** place_same() - whether two addresses of such kinds are one place. */
bool place_same(const struct dev_addr *a, const struct dev_addr *b);

/** place_text() - the address as text. */
const char *place_text(struct arena *arena, const struct dev_addr *addr);

/**
 * place_parse() - read the text of an address.
 * @type: of the controller.
 * @text: whole, or "N:" for the controller alone.
 * @ret_addr: filled.
 * @ret_whole: false when only the controller is given.
 *
 * Return: whether it has the form.
 */
bool place_parse(enum controller_type type, const char *text, struct dev_addr *ret_addr,
		 bool *ret_whole);

/** place_form() - the form of such a text, for errors. */
const char *place_form(enum controller_type type);

/** place_bus() - QEMU's name of the bus that the device sits on: "scsi0.0", "usb.0"; has a place. */
const char *place_bus(const struct vm_dev *dev);

/** place_pci_bus() - QEMU's name of the PCI bus that the device sits on: "pcie.0", "pci.3". */
const char *place_pci_bus(const struct vm_dev *dev);

/** struct place_prop - a property of -device; a port of USB is a text, all else numbers. */
struct place_prop {
	const char *name, *text;
	unsigned number;
};

#define PLACE_PROPS 3

/** place_props() - what -device says besides the bus. Return: how many. */
size_t place_props(const struct vm_dev *dev, struct place_prop ret[PLACE_PROPS]);

#endif
