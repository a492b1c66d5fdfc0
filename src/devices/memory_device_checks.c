/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory_device_checks.c - what memory devices must keep together: room, slots, cells, sizes.
 *
 * The limits are QEMU's (7.2 and 10.0 say the same) and libvirt 9.0's, tried with both.
 */
#include "devices/memory_device.h"

#include <inttypes.h>

#include "devices/registry.h"
#include "model/backing.h"
#include "model/machine.h"

#define for_each_memory(dev, vm)         \
	vm_for_each_dev(dev, (vm)->devs) \
		if (dev->family == &memory_device_family)

static const struct vm_dev *first_of(const struct vm *vm)
{
	for_each_memory(dev, vm) return dev;
	return NULL;
}

static void check_room(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest_memory *memory = &vm->guest.memory;
	const struct vm_dev *first = first_of(vm);
	uint64_t all = vm->guest.memory_mib + memory->devices_mib;

	if (!first || memory->max_mib >= all)
		return;
	struct err *err =
		dev_error(errs, first, "size", check->name,
			  "the memory devices have %" PRIu64 " MiB together, and there is "
			  "room for %" PRIu64,
			  memory->devices_mib,
			  memory->max_mib > vm->guest.memory_mib
				  ? memory->max_mib - vm->guest.memory_mib
				  : 0);

	err_why(err,
		"CONFIG_MEMORY_MAX_MIB, %" PRIu64 ", is what the guest can have with all of them; "
		"it has %" PRIu64 " without.",
		memory->max_mib, vm->guest.memory_mib);
	err_fix(err, "Set CONFIG_MEMORY_MAX_MIB to %" PRIu64 " or more.", all);
}

/* libvirt counts the virtio ones too. */
static void check_slots(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest_memory *memory = &vm->guest.memory;

	if (!memory->max_mib)
		return;
	for_each_memory(dev, vm)
	{
		const char *what = NULL;

		if (memory->devices > memory->slots)
			what = arena_fmt(vm->arena, "%" PRIu64 " memory devices", memory->devices);
		else if (memory_device_is_module(dev) && dev->slot >= memory->slots)
			what = arena_fmt(vm->arena, "a module in slot %u", dev->slot);
		if (!what)
			continue;
		struct err *err = dev_error(errs, dev, NULL, check->name,
					    "%s, and %" PRIu64 " slots", what, memory->slots);

		err_why(err, "There are as many slots as memory devices at the least, and a module "
			     "is in the slot of its number.");
		err_fix(err, "Raise CONFIG_MEMORY_SLOTS.");
		return;
	}
}

static void check_node(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_memory(dev, vm)
	{
		uint64_t node = memory_device_of(dev)->node;

		if (!memory_device_has_node(dev) || node < vm->guest.numa_cells)
			continue;
		struct err *err = dev_error(errs, dev, "node", check->name,
					    "there is no NUMA cell %" PRIu64, node);

		err_why(err,
			"The guest has %" PRIu64 " cells, and memory that is added lies in "
			"one of them.",
			vm->guest.numa_cells);
		if (vm->guest.numa_cells)
			err_fix(err, "Set %s to a cell from 0 to %" PRIu64 ".",
				dev_symbol(dev, "node"), vm->guest.numa_cells - 1);
		else
			err_fix(err,
				"Set CONFIG_NUMA_COUNT=1, with all memory and CPUs in the cell.");
	}
}

/* A PC and the machine virt tell of modules in ACPI tables; virt has those with UEFI alone. */
static void check_acpi(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_memory(dev, vm)
	{
		if (!memory_device_is_module(dev) || vm->guest.features.has_acpi)
			continue;
		struct err *err = dev_error(errs, dev, "model", check->name,
					    "a memory module in a machine without ACPI tables");

		err_why(err, "The guest finds modules in ACPI tables alone, and QEMU refuses one "
			     "without them.");
		err_fix(err, "%s, or choose %s_VIRTIO_MEM.",
			vm->machine->flags & MACHINE_PC ? "Set CONFIG_FEATURE_ACPI=y"
							: "Choose CONFIG_FIRMWARE_OVMF",
			dev_symbol(dev, "model"));
	}
}

/* QEMU aligns memory to the pages that the kernel makes of it by itself (QEMU_VMALLOC_ALIGN). */
#define PAGE_KIB 2048

static uint64_t page_of(const struct vm_dev *dev)
{
	const struct guest_memory *guest = &dev->vm->guest.memory;
	uint64_t page = memory_device_of(dev)->page_kib;

	if (memory_device_is_file(dev))
		return PAGE_KIB;
	if (!page && guest->hugepages)
		page = guest->page_kib;
	if (memory_device_is_virtio_mem(dev) && memory_device_of(dev)->block_kib > page)
		page = memory_device_of(dev)->block_kib;
	return page > PAGE_KIB ? page : PAGE_KIB;
}

static void refuse_multiple(const struct check *check, const struct vm_dev *dev, const char *row,
			    const char *value, struct err_list *errs)
{
	struct err *err = dev_error(errs, dev, row, check->name,
				    "%s is no multiple of %" PRIu64 " KiB", value, page_of(dev));

	err_why(err, "Memory is added in whole pages of the target, a virtio-mem in its blocks.");
	err_fix(err, "Set %s to a multiple.", dev_symbol(dev, row));
}

static void check_size(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_memory(dev, vm)
	{
		const struct memory_device *memory = memory_device_of(dev);
		uint64_t page = page_of(dev);

		if ((memory->size_mib << 10) % page)
			refuse_multiple(check, dev, "size",
					arena_fmt(vm->arena, "%" PRIu64 " MiB", memory->size_mib),
					errs);
		if (memory_device_is_virtio_mem(dev) && (memory->requested_mib << 10) % page)
			refuse_multiple(check, dev, "requested",
					arena_fmt(vm->arena, "%" PRIu64 " MiB",
						  memory->requested_mib),
					errs);
		if (memory_device_is_module(dev) && memory->base % (page << 10))
			refuse_multiple(check, dev, "base",
					arena_fmt(vm->arena, "0x%" PRIx64, memory->base), errs);
	}
}

static bool is_power(uint64_t number)
{
	return (number & (number - 1)) == 0;
}

static void check_powers(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	static const char *const names[] = {"block", "align", "huge-page-size"};

	for_each_memory(dev, vm)
	{
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			const struct prop *row = dev_prop(dev->family, names[i]);

			if (!dev_applies(dev, row) || is_power(dev_uint(dev, row)))
				continue;
			struct err *err =
				dev_error(errs, dev, names[i], check->name,
					  "%" PRIu64 " KiB is no power of two", dev_uint(dev, row));

			err_why(err, "Pages, blocks and what begins at them are powers of two.");
			err_fix(err, "Set %s to one, as 2048.", dev_symbol(dev, names[i]));
		}
	}
}

static void check_requested(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_memory(dev, vm)
	{
		const struct memory_device *memory = memory_device_of(dev);

		if (!memory_device_is_virtio_mem(dev) || memory->requested_mib <= memory->size_mib)
			continue;
		struct err *err = dev_error(errs, dev, "requested", check->name,
					    "%" PRIu64 " MiB are requested, of %" PRIu64,
					    memory->requested_mib, memory->size_mib);

		err_why(err, "The size is what the device can have at most.");
		err_fix(err, "Lower %s, or raise the size.", dev_symbol(dev, "requested"));
	}
}

/* QEMU: "Property 'nvdimm.label-size' is required at least 0x20000". */
#define LABEL_MIN_KIB 128

static void check_label(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_memory(dev, vm)
	{
		uint64_t label = memory_device_of(dev)->label_kib,
			 size = memory_device_of(dev)->size_mib << 10;

		if (!memory_device_has_label(dev) ||
		    (label >= LABEL_MIN_KIB && label + PAGE_KIB <= size))
			continue;
		struct err *err =
			dev_error(errs, dev, "label", check->name,
				  "a label area of %" PRIu64 " KiB, of %" PRIu64, label, size);

		err_why(err, "It has %d KiB at the least, and leaves a page of %d KiB.",
			LABEL_MIN_KIB, PAGE_KIB);
		err_fix(err, "Change %s, or set it to 0 for none.", dev_symbol(dev, "label"));
	}
}

static void check_nodes(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_memory(dev, vm)
	{
		const char *nodes = memory_device_of(dev)->host_nodes;
		const char *fault = nodes ? backing_nodes_fault(nodes, NULL) : NULL;

		if (!fault)
			continue;
		struct err *err = dev_error(errs, dev, "host-nodes", check->name,
					    "\"%s\" are no nodes of a host", nodes);

		err_why(err, "%s", fault);
		err_fix(err, "Change %s; `numactl -H` on the target lists them.",
			dev_symbol(dev, "host-nodes"));
	}
}

const struct check memory_device_checks[] = {
	{.name = "memory-device-room", .run = check_room},
	{.name = "memory-device-slot", .run = check_slots},
	{.name = "memory-device-node", .run = check_node},
	{.name = "memory-device-acpi", .run = check_acpi},
	{.name = "memory-device-size", .run = check_size},
	{.name = "memory-device-power", .run = check_powers},
	{.name = "memory-device-requested", .run = check_requested},
	{.name = "memory-device-label", .run = check_label},
	{.name = "memory-device-nodes", .run = check_nodes},
	{0},
};
