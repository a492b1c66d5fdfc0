/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * controller.h - data of the controllers, which the layout numbers (pci-rules 9.1).
 */
#ifndef KILN_DEVICES_CONTROLLER_H
#define KILN_DEVICES_CONTROLLER_H

#include <stdint.h>

/**
 * struct controller_pci - data of controller_pci_family.
 * @index: the bus that it makes. @model_name: QEMU's driver, as libvirt's <model name=>.
 * @chassis, @port: of ports. @chassis_nr: of a pci-bridge. @bus_nr: of an expander bus.
 */
struct controller_pci {
	uint64_t index;
	const char *model_name;
	uint64_t chassis, port, chassis_nr, bus_nr;
};

/** struct controller_serial - data of controller_virtio_serial_family. */
struct controller_serial {
	uint64_t index;
};

#endif
