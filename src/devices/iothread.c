/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iothread.c - threads of QEMU that do the input and output of disks; a disk names the one it uses.
 *
 * Slot N is libvirt's thread N + 1, and QEMU's object iothread(N + 1). Its number is its name too, for
 * rows whose `refers` is &iothread_family.
 */
#include "devices/registry.h"

#include "model/check.h"
#include "model/vm.h"

struct iothread {
	const char *name;
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
	{.name = "name", .kind = PROP_STRING, FIELD(name)},
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
	iothread->name = arena_fmt(vm->arena, "%u", dev->slot + 1);
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

static const struct prop *thread_row(const struct vm_dev *dev)
{
	prop_for_each(row, dev->family->props)
	{
		if (row->refers == &iothread_family && dev_referred(dev, row))
			return row;
	}
	return NULL;
}

/* libvirt refuses it, and so does QEMU without KVM: "ioeventfd is required for iothread". */
static void check_transport(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each(dev, vm) {
		const struct prop *row = thread_row(dev);

		if (!row || !dev_on_mmio(dev))
			continue;
		struct err *err =
			dev_error(errs, dev, row->name, check->name,
				  "%s is on a virtio-mmio transport and cannot use a thread",
				  dev->id);

		err_why(err, "The guest wakes the thread by an event of KVM, for which QEMU needs "
			     "a PCI device.");
		err_fix(err, "Clear %s, or put it on PCI: CONFIG_VIRTIO_BUS_PCI=y.",
			dev_symbol(dev, row->name));
	}
}

static const struct check iothread_checks[] = {
	{.name = "iothread-transport", .run = check_transport},
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
