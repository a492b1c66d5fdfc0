/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_limits.c - the rules of limits: those of QEMU's throttle groups.
 */
#include "devices/disk_limits.h"

#include <string.h>

#include "devices/disk.h"

static const char *part_row(struct arena *arena, unsigned counter, enum limit_part part)
{
	static const char *const suffix[LIMIT_PARTS] = {"", "-burst", "-burst-length"};

	return arena_fmt(arena, "%s%s", disk_limits[counter].row, suffix[part]);
}

/* QEMU's rules: util/throttle.c, throttle_is_valid(). Returns the row at fault, or NULL. */
static const char *limit_fault(struct arena *arena, const struct disk *disk, unsigned counter,
			       const char **ret_why)
{
	const uint64_t *limit = disk->limit[counter];
	unsigned total = counter - counter % 3;

	if (counter != total && limit[LIMIT_RATE] && disk->limit[total][LIMIT_RATE]) {
		*ret_why = "Together and apart cannot be limited at the same time.";
		return part_row(arena, counter, LIMIT_RATE);
	}
	if (limit[LIMIT_BURST] && limit[LIMIT_BURST] <= limit[LIMIT_RATE]) {
		*ret_why = "A burst is above the rate that holds without it.";
		return part_row(arena, counter, LIMIT_BURST);
	}
	if (limit[LIMIT_BURST] && !limit[LIMIT_RATE]) {
		*ret_why = "A burst is above a rate, and there is none.";
		return part_row(arena, counter, LIMIT_BURST);
	}
	if (limit[LIMIT_LENGTH] && !limit[LIMIT_BURST]) {
		*ret_why = "The length is that of a burst, and there is none.";
		return part_row(arena, counter, LIMIT_LENGTH);
	}
	return NULL;
}

void disk_check_limits(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const struct disk *disk = disk_of(dev);

		for (unsigned i = 0; disk->throttle && i < LIMIT_COUNTERS; i++) {
			const char *why, *row = limit_fault(errs->arena, disk, i, &why);

			if (!row)
				continue;
			struct err *err = dev_error(errs, dev, row, check->name,
						    "%s of %s is not possible", row, dev->id);

			err_why(err, "%s", why);
			err_fix(err, "Change %s, or set it to 0.", dev_symbol(dev, row));
		}
		if (!disk->throttle || disk_throttled(dev))
			continue;
		struct err *err = dev_error(errs, dev, "throttle", check->name,
					    "no limit of %s is set", dev->id);

		err_why(err, "What has no effect is refused rather than ignored.");
		err_fix(err, "Set %s or another limit, or switch %s off.",
			dev_symbol(dev, "total-iops"), dev_symbol(dev, "throttle"));
	}
}

static bool same_limits(const struct disk *a, const struct disk *b)
{
	return memcmp(a->limit, b->limit, sizeof(a->limit)) == 0 && a->io_size == b->io_size;
}

/* The disks of a group share one budget, so there is one object with one set of limits. */
void disk_check_group(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_disk(dev, vm)
	{
		const char *group = disk_of(dev)->throttle_group;

		vm_for_each_dev(other, vm->devs) {
			if (other == dev || !group)
				break;
			if (other->family != &disk_family || other->repeat ||
			    !disk_of(other)->throttle_group ||
			    strcmp(disk_of(other)->throttle_group, group) != 0)
				continue;
			if (same_limits(disk_of(dev), disk_of(other)))
				break;
			struct place place = dev_place(other, "throttle-group");
			struct err *err = dev_error(errs, dev, "throttle-group", check->name,
						    "the limits of group \"%s\" are two", group);

			err_also(err, place.file, place.line);
			err_why(err,
				"%s is in the group with other limits, and a group has one "
				"budget for all of its disks.",
				other->id);
			err_fix(err, "Give both the same limits, or %s another name.",
				dev_symbol(dev, "throttle-group"));
			break;
		}
	}
}
