/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iothread.c - threads of QEMU that do the input and output of disks; a disk names the one it uses.
 *
 * Slot N is libvirt's thread N + 1, and QEMU's object iothread(N + 1).
 */
#include "devices/registry.h"

#include "model/check.h"
#include "model/vm.h"

struct iothread {
	uint64_t id, pool_min, pool_max, poll_ns;
	bool polls;
};

static const struct dev_class iothread_classes[] = {
	{.name = "iothread",
	 .driver = "iothread",
	 .where = WHERE_NONE,
	 .flags = CLASS_OBJECT | CLASS_FROM_ONE},
	{0},
};

static const struct iothread *iothread_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool has_polling(const struct vm_dev *dev)
{
	return iothread_of(dev)->polls;
}

#define FIELD(member) .field = offsetof(struct iothread, member)
static const struct prop iothread_props[] = {
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "number", .kind = PROP_UINT, FIELD(id), .xml = "@id"},
	{.name = "pool-min",
	 .sym = "POOL_MIN",
	 .kind = PROP_UINT,
	 FIELD(pool_min),
	 .xml = "@thread_pool_min",
	 .qemu = "thread-pool-min",
	 .max = 1024},
	{.name = "pool-max",
	 .sym = "POOL_MAX",
	 .kind = PROP_UINT,
	 FIELD(pool_max),
	 .xml = "@thread_pool_max",
	 .qemu = "thread-pool-max",
	 .max = 1024},
	{.name = "polls", .sym = "POLL", .kind = PROP_BOOL, FIELD(polls)},
	{.name = "poll-max",
	 .sym = "POLL_MAX_NS",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 FIELD(poll_ns),
	 .qemu = "poll-max-ns",
	 .max = 1000000000,
	 .when = has_polling},
	{0},
};
#undef FIELD

static void iothread_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct iothread *iothread = dev->data;

	iothread->id = dev->slot + 1;
	vm->guest.iothreads++;
}

#define POOL_DEFAULT 64 /* QEMU's THREAD_POOL_MAX_THREADS_DEFAULT */

static void check_pool(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const struct iothread *pool =
			dev->family == &iothread_family ? iothread_of(dev) : NULL;

		if (!pool || pool->pool_min <= (pool->pool_max ? pool->pool_max : POOL_DEFAULT))
			continue;
		struct err *err =
			dev_error(errs, dev, "pool-min", check->name,
				  "%u workers at least are more than %u at most",
				  (unsigned)pool->pool_min,
				  (unsigned)(pool->pool_max ? pool->pool_max : POOL_DEFAULT));

		err_why(err, "The pool of a thread has at most %d workers where nothing is said.",
			POOL_DEFAULT);
		err_fix(err, "Lower %s, or raise %s.", dev_symbol(dev, "pool-min"),
			dev_symbol(dev, "pool-max"));
	}
}

static const struct check iothread_checks[] = {
	{.name = "iothread-pool", .run = check_pool},
	{0},
};

const struct dev_family iothread_family = {
	.name = "iothread",
	.sym = "IOTHREAD",
	.max = 32,
	.size = sizeof(struct iothread),
	.rank = RANK_NONE,
	.xml = "iothread",
	.under = "iothreadids",
	.alias = "iothread%s",
	.classes = iothread_classes,
	.props = iothread_props,
	.checks = iothread_checks,
	.prepare = iothread_prepare,
};
