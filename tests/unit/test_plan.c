/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_plan.c - the order in which the loader takes what a VM needs, whatever order devices ask in.
 */
#include "cm.h"

#include "image/image.h"
#include "model/arena.h"
#include "model/errlist.h"
#include "plan/plan.h"

/* A change of this list is a change of what a start does: behaviours F55 says why it is so. */
static const enum op_code order[] = {
	/* whether to start at all */
	OP_ACCEL,
	/* what names mean on this host */
	OP_NETWORK,
	OP_NETWORK,
	/* networks, in the order in which NICs ask */
	OP_BRIDGE,
	OP_TAP,
	OP_PORT,
	OP_VHOST,
	OP_MACVTAP,
	OP_MACVTAP,
	OP_ATTACH,
	/* limits, behind the interfaces */
	OP_SHAPE,
	/* devices of the host */
	OP_HOSTDEV,
	OP_VSOCK,
	OP_SCSI,
	OP_USB,
	/* cgroup: the interfaces and the unit are told to the system */
	OP_MACHINED,
	/* memory */
	OP_MEMORY,
	/* descriptors */
	OP_FILE,
	OP_PAYLOAD,
	OP_MONITOR,
	OP_SOCKET,
	OP_SECRET,
	OP_STORE,
	OP_SWTPM,
	OP_CANCEL,
	OP_REACH,
	OP_PASST,
};

static struct arena arena;
static struct vm vm;
static struct emit emit;
static struct err_list errs;
static struct plan plan;

static int setup(void **arg)
{
	(void)arg;
	memset(&emit, 0, sizeof(emit));
	emit.arena = errs.arena = &arena;
	emit.vm = &vm;
	return 0;
}

static int teardown(void **arg)
{
	(void)arg;
	arena_free(&arena);
	return 0;
}

static void test_the_order_does_not_depend_on_who_asks_first(void **arg)
{
	(void)arg;
	/* Phases from the last to the first; within a phase they must stay as they came. */
	for (size_t end = ARRAY_SIZE(order); end > 0;) {
		size_t begin = end;

		while (begin > 0 && op_phase(order[begin - 1]) == op_phase(order[end - 1]))
			begin--;
		for (size_t i = begin; i < end; i++)
			(void)emit_op(&emit, &(struct op){.code = order[i]});
		end = begin;
	}
	plan_build(&emit, &plan, &errs);
	assert_null(errs.first);
	assert_int_equal(plan.op_count, ARRAY_SIZE(order));
	for (size_t i = 0; i < plan.op_count; i++)
		assert_string_equal(op_name(plan.ops[i].code), op_name(order[i]));
}

static void test_operations_of_a_phase_stay_in_the_order_of_asking(void **arg)
{
	static const char *const names[] = {"b", "a", "c"};

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		(void)emit_op(&emit, &(struct op){.code = OP_MONITOR, .monitor = {names[i], 0}});
		(void)emit_op(&emit, &(struct op){.code = OP_BRIDGE, .bridge = {names[i], "", 0}});
	}
	plan_build(&emit, &plan, &errs);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_string_equal(plan.ops[i].bridge.name, names[i]);
		assert_string_equal(plan.ops[3 + i].monitor.name, names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_order_does_not_depend_on_who_asks_first,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_operations_of_a_phase_stay_in_the_order_of_asking, setup, teardown),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
