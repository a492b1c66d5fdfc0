/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * registry.h - every device family, in the order in which .config is read.
 */
#ifndef KILN_DEVICES_REGISTRY_H
#define KILN_DEVICES_REGISTRY_H

#include "model/device.h"

/** device_families - ended by NULL. */
extern const struct dev_family *const device_families[];

/* Controllers that Kiln adds by itself (devices/controller.c). */
extern const struct dev_family controller_pci_family;
extern const struct dev_family controller_virtio_serial_family;

#endif
