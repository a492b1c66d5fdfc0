/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.c - from what devices asked for to the ordered list of host operations.
 *
 * `resolution_order` is the one place where the order is decided. The loader does the steps as they
 * stand in the image.
 */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "image/image.h"

/* Each phase uses what those before it found out, and none waits for one behind it (behaviours F55). */
static const enum op_phase resolution_order[] = {
	/* Without the accelerator nothing else need be touched. */
	PHASE_CPU,
	/*
	 * Names before all that may depend on what they mean: a network may be a bridge or an interface
	 * of the host, and one that is a pool of PCI functions has to be known before the host devices.
	 */
	PHASE_RESOLVE,
	/* Before host devices: what a NIC names may turn out to be one, and then rules must be made for it. */
	PHASE_NETWORK,
	/* Before the cgroup, whose device rules need to know the devices. */
	PHASE_HOSTDEV,
	/* After the networks, whose interfaces are told along; before memory, which is accounted in it. */
	PHASE_CGROUP,
	PHASE_MEMORY,
	/* They die with the process, and nothing depends on them. */
	PHASE_DESCRIPTOR,
};
_Static_assert(ARRAY_SIZE(resolution_order) == PHASE_COUNT, "each phase has its place");

void plan_accelerator(struct emit *emit)
{
	static const struct {
		const char *sym;
		enum accel_policy policy;
	} policies[] = {{"KVM", ACCEL_KVM}, {"TCG", ACCEL_TCG}, {"AUTO", ACCEL_AUTO}};
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_ACCEL;
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		if (strcmp(emit->vm->guest.accel->sym, policies[i].sym) == 0)
			op.accel.policy = policies[i].policy;
	}
	(void)emit_op(emit, &op);
}

/* libvirt's rule: what is locked, and a GiB for what the devices have of their own; 0 = nothing is. */
static uint64_t lock_limit(const struct emit *emit)
{
	const struct guest *guest = &emit->vm->guest;
	const unsigned *locks = emit->locks;
	uint64_t times = locks[EMIT_LOCK_VFIO];

	if (times && !locks[EMIT_LOCK_IOMMU])
		times = 1;
	times += locks[EMIT_LOCK_VDPA];
	return times ? times * (guest->memory_mib + guest->memory.devices_mib) + 1024 : 0;
}

void plan_memory(struct emit *emit)
{
	const struct guest *guest = &emit->vm->guest;
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_MEMORY;
	if (guest->memory.locked)
		op.memory.flags |= MEMORY_LOCKED;
	if (prop_word_is(guest->memory.placement, "AUTO"))
		op.memory.flags |= MEMORY_ADVICE;
	if (guest->cpu_auto)
		op.memory.flags |= MEMORY_ADVICE | MEMORY_CPUS;
	op.memory.lock_mib = guest->memory.locked ? 0 : (uint32_t)lock_limit(emit);
	if (!op.memory.flags && !op.memory.lock_mib)
		return;
	op.memory.cpus = (uint32_t)guest_cpus(guest);
	op.memory.mib = (uint32_t)(guest->memory_mib + guest->memory.devices_mib);
	(void)emit_op(emit, &op);
}

void plan_machined(struct emit *emit)
{
	const struct guest *guest = &emit->vm->guest;
	struct op op;

	if (!guest->machined)
		return;
	memset(&op, 0, sizeof(op));
	op.code = OP_MACHINED;
	op.machined.program = guest->machined_program;
	op.machined.uuid = guest->uuid ? guest->uuid : emit_mark(emit, FIX_UUID, 0, 0, "");
	(void)emit_op(emit, &op);
}

void plan_unit(struct emit *emit)
{
	(void)emit_site_value(emit, emit->vm->guest_dev, "unit");
}

struct entry {
	const struct op *op;
	size_t phase, order;
};

static size_t phase_place(enum op_code code)
{
	size_t place = 0;

	while (resolution_order[place] != op_phase(code))
		place++;
	return place;
}

static int compare_phase(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->phase != y->phase)
		return x->phase < y->phase ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static void limit(struct err_list *errs, const char *what, size_t count, size_t max)
{
	if (count <= max)
		return;
	struct err *err = err_list_new(errs, ERR_CONFIG, "%zu %s are too many", count, what);

	err_check(err, "image-limits");
	err_why(err, "kiln-run has room for %zu.", max);
	err_fix(err, "Lower the QUEUES or the REPEAT of slots, or configure fewer devices.");
}

void plan_build(const struct emit *emit, struct plan *plan, struct err_list *errs)
{
	struct entry *entries = arena_alloc(emit->arena, (emit->op_count + 1) * sizeof(*entries));
	size_t count = 0;

	for (const struct emit_op *item = emit->ops; item; item = item->next) {
		entries[count].op = &item->op;
		entries[count].phase = phase_place(item->op.code);
		entries[count].order = count;
		count++;
	}
	qsort(entries, count, sizeof(*entries), compare_phase);
	memset(plan, 0, sizeof(*plan));
	plan->ops = arena_alloc(emit->arena, (count + 1) * sizeof(*plan->ops));
	/* Two interfaces on one bridge ask for it twice: a target may bind them to different ones. */
	for (size_t i = 0; i < count; i++)
		plan->ops[plan->op_count++] = *entries[i].op;
	plan->sites = arena_alloc(emit->arena, (emit->site_count + 1) * sizeof(*plan->sites));
	for (const struct emit_site *site = emit->sites; site; site = site->next)
		plan->sites[plan->site_count++] = site->slot;
	limit(errs, "host operations", plan->op_count, OP_MAX);
	limit(errs, "descriptors", emit->fd_count, FD_SLOT_MAX);
	limit(errs, "site slots", plan->site_count, SITE_MAX);
	limit(errs, "payload files", emit->payload_count, PAYLOAD_MAX);
}
