/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_paths.c - the files and devices of all disks and of what lies below them, sorted: there may be
 * thousands.
 */
#include "devices/disk_paths.h"

#include <stdlib.h>
#include <string.h>

#include "base/ident.h"
#include "devices/disk.h"

enum use { USE_READ, USE_SHARE, USE_WRITE };

/* One path: whose, from which row, and what is done to it. */
struct entry {
	const struct vm_dev *dev;
	const char *row, *path;
	enum use use;
	bool payload;
	size_t order;
};

struct entries {
	struct entry *list;
	size_t count;
};

static void add(struct entries *entries, const struct vm_dev *dev, const char *row,
		const struct storage *source, enum use use)
{
	if (!source->path || !storage_is_set(source) || storage_flags(source) & STORAGE_NETWORK)
		return;
	if (entries->list)
		entries->list[entries->count] = (struct entry){
			.dev = dev,
			.row = row,
			.path = source->path,
			.use = use,
			.payload = storage_is(source, "PAYLOAD"),
			.order = entries->count,
		};
	entries->count++;
}

static void add_all(struct entries *entries, const struct vm *vm)
{
	static const char *const rows[DISK_BACKINGS] = {"backing1-path", "backing2-path"};

	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &disk_family)
			continue;
		const struct disk *disk = disk_of(dev);
		enum use use = disk->shareable ? USE_SHARE : USE_WRITE;

		add(entries, dev, "path", &disk->source, disk->shown_read_only ? USE_READ : use);
		for (unsigned i = 0; i < disk_backing_count(disk) && i < DISK_BACKINGS; i++)
			add(entries, dev, rows[i], &disk->backing[i].source, USE_READ);
	}
}

static struct entries collect(const struct vm *vm, struct arena *arena)
{
	struct entries entries = {0};

	add_all(&entries, vm);
	entries.list = arena_alloc(arena, (entries.count + 1) * sizeof(*entries.list));
	entries.count = 0;
	add_all(&entries, vm);
	return entries;
}

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int diff = strcmp(x->path, y->path);

	if (diff)
		return diff;
	return x->order < y->order ? -1 : 1;
}

static bool may_share(const struct entry *a, const struct entry *b)
{
	if (a->use == USE_READ && b->use == USE_READ)
		return true;
	return a->dev != b->dev && a->use == USE_SHARE && b->use == USE_SHARE;
}

/* One error for a repeated slot. */
static void refuse(const struct check *check, const struct entry *entry, const struct entry *old,
		   struct err_list *errs)
{
	const struct vm_dev *dev = entry->dev;
	bool alike = dev->slot == old->dev->slot && dev != old->dev;

	if (alike && dev->repeat > 1)
		return;
	struct place other = dev_place(old->dev, old->row);
	struct err *err = dev_error(errs, dev, entry->row, check->name,
				    "\"%s\" is the content of two disks", entry->path);

	err_also(err, other.file, other.line);
	err_why(err,
		"%s is on it too, and at least one of the two may write: they would destroy each "
		"other's data.",
		old->dev->id);
	if (alike)
		err_fix(err, "Put %%d, which stands for the repeat number, into %s.",
			dev_symbol(dev, entry->row));
	else
		err_fix(err, "Give %s a path of its own, or make both read-only.",
			dev_symbol(dev, entry->row));
}

void disk_check_unique(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	struct entries entries = collect(vm, errs->arena);
	size_t first = 0;

	qsort(entries.list, entries.count, sizeof(*entries.list), compare);
	for (size_t i = 1; i < entries.count; i++) {
		size_t old = first;

		if (strcmp(entries.list[first].path, entries.list[i].path) != 0) {
			first = i;
			continue;
		}
		while (old < i && may_share(&entries.list[i], &entries.list[old]))
			old++;
		if (old < i)
			refuse(check, &entries.list[i], &entries.list[old], errs);
	}
}

/* What QEMU opens on the target is not relative to whatever folder kiln-run was started in. */
void disk_check_absolute(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	struct entries entries = collect(vm, errs->arena);

	for (size_t i = 0; i < entries.count; i++) {
		const struct entry *entry = &entries.list[i];
		const struct vm_dev *dev = entry->dev;

		if (dev->repeat || entry->payload || ident_is_valid(IDENT_PATH, entry->path))
			continue;
		struct err *err =
			dev_error(errs, dev, entry->row, check->name, "\"%s\" is not a valid %s",
				  entry->path, ident_noun(IDENT_PATH));

		err_why(err, "%s It names a file or device of the target.", ident_rule(IDENT_PATH));
		err_fix(err,
			"Set %s to an absolute path, or choose %s_PAYLOAD for a file of the "
			"build host.",
			dev_symbol(dev, entry->row),
			dev_symbol(dev, strcmp(entry->row, "path") == 0 ? "source"
					: strcmp(entry->row, "backing1-path") == 0
						? "backing1-source"
						: "backing2-source"));
	}
}
