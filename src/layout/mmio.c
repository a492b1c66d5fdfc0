/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmio.c - transports by lock, then from the last one downwards.
 *
 * In: a machine with transports and the devices that are to sit on them. Out: a number for each. It
 * knows no machine: how many there are stands in model/machine.h.
 */
#include "layout/mmio.h"

#include <stdlib.h>
#include <string.h>

#include "layout/assign.h"

/*
 * libvirt's order of virtio devices on the command line by rank, seen with domxml-to-native. It is
 * not the order of PCI addresses.
 */
static const unsigned char walk[RANK_NONE + 1] = {
	[RANK_PCI_CONTROLLER] = 1, [RANK_CONTROLLER] = 2, [RANK_DISK] = 3,
	[RANK_FILESYSTEM] = 4,     [RANK_NET] = 5,        [RANK_SERIAL] = 6,
	[RANK_INPUT] = 7,          [RANK_SOUND] = 8,      [RANK_VIDEO] = 9,
	[RANK_WATCHDOG] = 10,      [RANK_HOSTDEV] = 11,   [RANK_BALLOON] = 12,
	[RANK_RNG] = 13,           [RANK_IOMMU] = 14,     [RANK_SHMEM] = 15,
	[RANK_MEMORY] = 16,        [RANK_VSOCK] = 17,     [RANK_NONE] = 18,
};

/** struct mmio_dev - a device with its place in the lists, which decides among those of a rank. */
struct mmio_dev {
	struct vm_dev *dev;
	size_t position;
};

struct mmio_set {
	struct vm *vm;
	struct layout *layout;
	struct err_list *errs;
	struct mmio_dev *devs;
	size_t count;
	const struct vm_dev *owner[MMIO_TRANSPORTS_MAX];
	bool gone[MMIO_TRANSPORTS_MAX];
};

static int compare_devs(const void *a, const void *b)
{
	const struct mmio_dev *x = a, *y = b;
	unsigned wx = walk[x->dev->family->rank], wy = walk[y->dev->family->rank];

	if (wx != wy)
		return wx < wy ? -1 : 1;
	return x->position < y->position ? -1 : x->position > y->position;
}

static size_t count_devs(struct vm_dev *list)
{
	size_t count = 0;

	vm_for_each_dev(dev, list)
		count += dev_on_mmio(dev);
	return count;
}

static void gather(struct mmio_set *set, struct vm_dev *list)
{
	vm_for_each_dev(dev, list) {
		if (!dev_on_mmio(dev))
			continue;
		set->devs[set->count] = (struct mmio_dev){dev, set->count};
		set->count++;
	}
}

static void store(struct mmio_set *set, struct vm_dev *dev, unsigned transport)
{
	set->owner[transport] = dev;
	dev->addr.kind = ADDR_VIRTIO_MMIO;
	dev->addr.transport = transport;
}

static void refuse_locked(struct mmio_set *set, const struct lock_line *line, const char *why)
{
	struct err *err =
		err_list_new(set->errs, ERR_CONFIG, "the lock has %s on virtio-mmio transport %u",
			     line->id, line->addr.transport);

	err_at(err, set->layout->lock->path, line->line);
	err_check(err, "layout-lock");
	err_why(err, "%s", why);
	err_fix(err,
		"Restore the line from version control, or let kiln choose anew with `make "
		"layout-update DEVICE=%s`.",
		line->id);
}

static void take_locked(struct mmio_set *set, struct vm_dev *dev)
{
	const struct lock_line *line = lock_find(set->layout->lock, dev->id);
	const struct machine_mmio *mmio = set->vm->machine->mmio;

	if (!line || line->addr.kind != ADDR_VIRTIO_MMIO)
		return;
	unsigned transport = line->addr.transport;

	if (transport >= mmio->count)
		refuse_locked(set, line, mmio->why);
	else if (set->owner[transport])
		refuse_locked(set, line,
			      arena_fmt(set->vm->arena, "The lock gives it to %s too.",
					set->owner[transport]->id));
	else
		store(set, dev, transport);
}

static void keep_gone(struct mmio_set *set)
{
	const struct lock *lock = set->layout->lock;

	for (size_t i = 0; lock && i < lock->line_count; i++) {
		const struct lock_line *line = &lock->lines[i];

		if (line->addr.kind != ADDR_VIRTIO_MMIO ||
		    line->addr.transport >= MMIO_TRANSPORTS_MAX)
			continue;
		const struct vm_dev *dev = vm_find(set->vm, line->id);

		if (!dev || !dev_on_mmio(dev))
			set->gone[line->addr.transport] = true;
	}
}

static bool find_free(const struct mmio_set *set, bool take_gone, unsigned *ret_transport)
{
	for (unsigned i = set->vm->machine->mmio->count; i-- > 0;) {
		if (set->owner[i] || (set->gone[i] && !take_gone))
			continue;
		*ret_transport = i;
		return true;
	}
	return false;
}

/* The kind of which there are most is what one can have fewer of. */
static const struct vm_dev *most_of(const struct mmio_set *set)
{
	const struct vm_dev *most = NULL;
	size_t best = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct vm_dev *dev = set->devs[i].dev;
		size_t here = 0;

		for (size_t j = 0; j < set->count; j++)
			here += set->devs[j].dev->family == dev->family;
		if (here > best && !dev->added) {
			most = dev;
			best = here;
		}
	}
	return most;
}

static const char *fewer(const struct mmio_set *set)
{
	const struct vm_dev *most = most_of(set);
	struct arena *arena = set->vm->arena;

	if (!most)
		return "Remove a device";
	if (most->repeats)
		return arena_fmt(arena, "Lower %s_REPEAT", dev_symbol(most, NULL));
	if (most->family->flags & FAMILY_SINGLE)
		return arena_fmt(arena, "Switch %s off", dev_symbol(most, NULL));
	return arena_fmt(arena, "Lower CONFIG_%s_COUNT", most->family->sym);
}

static void refuse_room(struct mmio_set *set, const struct vm_dev *dev)
{
	const struct machine *machine = set->vm->machine;
	struct err *err = dev_error(set->errs, dev, NULL, "mmio-room",
				    "there is no free virtio-mmio transport for %s", dev->id);

	err_why(err, "%s %zu devices want one.", machine->mmio->why, set->count);
	err_fix(err, "%s, or put virtio devices on PCI (%s).", fewer(set),
		machine->root_model ? "CONFIG_VIRTIO_BUS_PCI" : "CONFIG_MICROVM_PCIE");
}

static void take_next(struct mmio_set *set, struct vm_dev *dev)
{
	unsigned transport;

	if (find_free(set, false, &transport)) {
		store(set, dev, transport);
	} else if (find_free(set, true, &transport)) {
		store(set, dev, transport);
		layout_note(
			set->layout,
			arena_fmt(set->vm->arena,
				  "%s gets virtio-mmio transport %u, which was kept for a removed "
				  "device: nothing else is free.",
				  dev->id, transport));
	} else {
		refuse_room(set, dev);
	}
}

void mmio_assign(struct vm *vm, struct layout *layout, struct err_list *errs)
{
	struct mmio_set set = {.vm = vm, .layout = layout, .errs = errs};
	size_t room = count_devs(vm->controllers) + count_devs(vm->devs), before = errs->count;

	if (!room)
		return;
	set.devs = arena_alloc(vm->arena, room * sizeof(*set.devs));
	gather(&set, vm->controllers);
	gather(&set, vm->devs);
	qsort(set.devs, set.count, sizeof(*set.devs), compare_devs);
	keep_gone(&set);
	for (size_t i = 0; i < set.count; i++)
		take_locked(&set, set.devs[i].dev);
	/* One refusal for lack of room says it all. */
	for (size_t i = 0; i < set.count && errs->count == before; i++) {
		if (set.devs[i].dev->addr.kind == ADDR_NONE)
			take_next(&set, set.devs[i].dev);
	}
}

uint64_t mmio_address(const struct vm *vm, const struct vm_dev *dev)
{
	const struct machine_mmio *mmio = vm->machine->mmio;

	return mmio->base + dev->addr.transport * mmio->stride;
}
