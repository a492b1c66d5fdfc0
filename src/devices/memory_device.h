/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory_device.h - memory devices: their data, for the rows and for the checks.
 */
#ifndef KILN_DEVICES_MEMORY_DEVICE_H
#define KILN_DEVICES_MEMORY_DEVICE_H

#include "model/check.h"
#include "model/device.h"

/**
 * struct memory_device - memory beside that which the guest starts with.
 * @base, @requested_mib, @block_kib, @label_kib, @align_kib: as configured; 0 = QEMU's, or none.
 * @slot..@label: what QEMU is told, in bytes. @prealloc: of a virtio-mem, which takes its memory itself.
 */
struct memory_device {
	uint64_t size_mib, node, base, requested_mib, block_kib, label_kib, align_kib, page_kib;
	uint64_t slot, requested, block, label;
	const char *path, *host_nodes;
	const struct prop_word *access;
	bool read_only, pmem, discard, prealloc;
};

#define CLASS_MODULE CLASS_OWN /* sits in a slot for modules */
#define CLASS_FILE   (CLASS_OWN << 1) /* is a file of the target */

/** memory_device_of() - the data of such a device. */
static inline const struct memory_device *memory_device_of(const struct vm_dev *dev)
{
	return dev->data;
}

/** memory_device_is_module() - whether it sits in a slot for modules, and is found through ACPI. */
static inline bool memory_device_is_module(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_MODULE;
}

/** memory_device_is_file() - whether it is a file of the target. */
static inline bool memory_device_is_file(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_FILE;
}

/** memory_device_is_virtio_mem() - whether it can grow and shrink. */
static inline bool memory_device_is_virtio_mem(const struct vm_dev *dev)
{
	return !memory_device_is_module(dev) && !memory_device_is_file(dev);
}

/** memory_device_has_node() - whether it lies in a NUMA cell: all but a virtio-pmem. */
static inline bool memory_device_has_node(const struct vm_dev *dev)
{
	return memory_device_is_module(dev) || !memory_device_is_file(dev);
}

/** memory_device_has_label() - whether it is an NVDIMM with a label area. */
static inline bool memory_device_has_label(const struct vm_dev *dev)
{
	return memory_device_is_module(dev) && memory_device_is_file(dev) &&
	       memory_device_of(dev)->label_kib;
}

/** memory_device_checks - of the family; ended by a NULL name. */
extern const struct check memory_device_checks[];

#endif
