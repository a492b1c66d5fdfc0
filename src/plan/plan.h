/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h - the host plan: operations in the order in which the loader acquires them.
 */
#ifndef KILN_PLAN_PLAN_H
#define KILN_PLAN_PLAN_H

#include "model/emit.h"

/**
 * struct plan - what goes into section PLAN.
 * @ops: ordered by phase, within a phase in the order in which devices asked.
 * @sites: slots that the target may bind; FIX_SITE's number is the index.
 */
struct plan {
	struct op *ops;
	size_t op_count;
	struct site_slot *sites;
	size_t site_count;
};

/**
 * plan_accelerator() - add the operation that decides whether and how the CPU is virtualised.
 * @emit: the collection; call once.
 */
void plan_accelerator(struct emit *emit);

/**
 * plan_memory() - add the operation for locked memory and for NUMA advice, where one is wanted.
 * @emit: the collection, with what every device asked for; call once.
 */
void plan_memory(struct emit *emit);

/**
 * plan_machined() - add the operation that tells systemd-machined of the VM, where that is wanted.
 * @emit: the collection; call once.
 */
void plan_machined(struct emit *emit);

/**
 * plan_unit() - declare the site slot "unit", from which the loader derives identities.
 * @emit: the collection; call once, last.
 */
void plan_unit(struct emit *emit);

/**
 * plan_build() - order what was collected.
 * @emit: complete: the accelerator and every device asked for what they need.
 * @plan: filled; lives in @emit->arena.
 * @errs: limits that are exceeded.
 */
void plan_build(const struct emit *emit, struct plan *plan, struct err_list *errs);

#endif
