/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * controller.h - the controllers that the layout adds and numbers; devices/ says what they are, and
 * neither knows the other.
 */
#ifndef KILN_MODEL_CONTROLLER_H
#define KILN_MODEL_CONTROLLER_H

#include <stdint.h>

#include "model/device.h"

/* Defined in devices/controller.c. */
extern const struct dev_family controller_pci_family;
extern const struct dev_family controller_virtio_serial_family;

/**
 * struct controller_pci - data of controller_pci_family.
 * @index: the bus that it makes. @model_name: QEMU's driver, as libvirt's <model name=>.
 * @chassis, @port: of ports. @chassis_nr: of a pci-bridge. @bus_nr: of an expander bus. 0 in .config
 *                  is "by rule"; the layout puts the number in its place.
 * @node: of an expander, the guest's NUMA cell as written, or NULL; @numa_node: its number.
 * @hotplug_word: of ports and of pci-root: default, on or off. @hotplug: what that means for QEMU, of
 *                ports, and for the layout.
 */
struct controller_pci {
	uint64_t index;
	const char *model_name;
	uint64_t chassis, port, chassis_nr, bus_nr;
	const char *node;
	uint64_t numa_node;
	const struct prop_word *hotplug_word;
	bool hotplug;
};

/** struct controller_serial - data of controller_virtio_serial_family. @shown_model: in XML. */
struct controller_serial {
	const char *shown_model;
};

/** controller_index() - the index of a controller as XML says it. */
const char *controller_index(const struct vm_dev *dev);

/** CONTROLLER_HEAD() - the rows with which every <controller> begins. @word: its type. */
#define CONTROLLER_HEAD(word)                                                                 \
	{.name = "type", .kind = PROP_CONST, .text = word, .xml = "@type"},                   \
	{                                                                                     \
		.name = "index", .kind = PROP_MADE, .make = controller_index, .xml = "@index" \
	}

#endif
