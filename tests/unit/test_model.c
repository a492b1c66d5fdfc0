/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_model.c - arena, error list, identities and aliases, the checks that hold for any row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/check.h"
#include "model/emit.h"
#include "model/vm.h"

struct thing {
	const char *label, *name;
	uint64_t boot_order;
};

static const struct dev_class thing_classes[] = {
	{.name = "plain", .driver = "thing-pci"},
	{.name = "odd", .driver = "odd-pci", .alias = "odd%s"},
	{0},
};

static const struct prop thing_props[] = {
	{.name = "label",
	 .sym = "LABEL",
	 .kind = PROP_STRING,
	 .field = offsetof(struct thing, label),
	 .flags = PROP_REQUIRED},
	{.name = "name",
	 .sym = "NAME",
	 .kind = PROP_STRING,
	 .field = offsetof(struct thing, name),
	 .flags = PROP_UNIQUE | PROP_SITE,
	 .rule = RULE(IFNAME),
	 .site = SITE_IFNAME},
	{.name = "boot-order",
	 .sym = "BOOT_ORDER",
	 .kind = PROP_UINT,
	 .field = offsetof(struct thing, boot_order)},
	{0},
};

static const struct dev_family thing_family = {
	.name = "thing",
	.sym = "THING",
	.max = 4,
	.size = sizeof(struct thing),
	.alias = "th%s",
	.classes = thing_classes,
	.props = thing_props,
};

static const struct prop no_props[] = {{0}};
static const struct dev_class no_classes[] = {{.name = "guest"}, {0}};
static const struct dev_family basics = {.name = "guest",
					 .sym = "",
					 .alias = "guest",
					 .classes = no_classes,
					 .props = no_props,
					 .flags = FAMILY_SINGLE};

static const struct dev_family *const families[] = {&thing_family, NULL};

struct fixture {
	struct arena arena;
	struct vm vm;
	struct err_list errs;
};

static int setup(void **state)
{
	static struct fixture fix;

	memset(&fix, 0, sizeof(fix));
	fix.vm.arena = &fix.arena;
	fix.vm.families = families;
	fix.errs.arena = &fix.arena;
	fix.vm.guest_dev = vm_add_dev(&fix.vm, &basics, 0, 0, 0);
	fix.vm.devs = fix.vm.last_dev = NULL;
	*state = &fix;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fix = *state;

	arena_free(&fix->arena);
	return 0;
}

static struct vm_dev *add(struct fixture *fix, unsigned slot, const char *label, const char *name)
{
	struct vm_dev *dev = vm_add_dev(&fix->vm, &thing_family, slot, 0, 0);
	struct thing *thing = dev->data;

	thing->label = label;
	thing->name = name;
	return dev;
}

static const struct err *only_error(struct fixture *fix)
{
	check_run_all(&fix->vm, &fix->errs);
	assert_int_equal(fix->errs.count, 1);
	assert_string_not_equal(fix->errs.first->err.why, "");
	assert_string_not_equal(fix->errs.first->err.fix, "");
	return &fix->errs.first->err;
}

static void test_arena_returns_zeroed_aligned_memory_of_any_size(void **state)
{
	struct fixture *fix = *state;
	static const size_t sizes[] = {1, 7, 64, 70000, 300000, 1 << 20, 3};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned char *data = arena_alloc(&fix->arena, sizes[i]);

		assert_int_equal((uintptr_t)data % _Alignof(max_align_t), 0);
		for (size_t n = 0; n < sizes[i]; n++)
			assert_int_equal(data[n], 0);
		memset(data, 0xff, sizes[i]);
	}
}

static void test_cleared_arena_gives_zeroed_memory_again(void **state)
{
	struct arena arena = {0};
	static const size_t sizes[] = {3 << 20, 40,     500000, 300000, 300000,
				       300000,  300000, 300000, 300000};

	(void)state;
	arena_clear(&arena);
	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			unsigned char *data = arena_alloc(&arena, sizes[i]);

			for (size_t n = 0; n < sizes[i]; n++)
				assert_int_equal(data[n], 0);
			memset(data, 0xff, sizes[i]);
		}
		arena_clear(&arena);
	}
	arena_free(&arena);
	assert_null(arena.chunk);
}

static void test_text_grows_over_any_length(void **state)
{
	struct fixture *fix = *state;
	struct text text = {.arena = &fix->arena};

	assert_string_equal(text_str(&text), "");
	for (int i = 0; i < 10000; i++)
		text_fmt(&text, "%d,", i);
	assert_int_equal(text.len, strlen(text_str(&text)));
	assert_memory_equal(text_str(&text) + text.len - 5, "9999,", 5);
}

static void test_errors_are_sorted_by_place_and_stable(void **state)
{
	struct fixture *fix = *state;
	static const struct {
		const char *file;
		unsigned line;
		const char *what;
	} in[] = {{NULL, 0, "e"}, {"b", 2, "d"}, {"a", 9, "b"}, {"a", 9, "c"}, {"a", 1, "a"}};
	char seen[8] = "";

	for (size_t i = 0; i < ARRAY_SIZE(in); i++)
		err_at(err_list_new(&fix->errs, ERR_CONFIG, "%s", in[i].what), in[i].file,
		       in[i].line);
	err_list_sort(&fix->errs);
	err_list_for_each(node, &fix->errs)
		seen[strlen(seen)] = node->err.what[0];
	assert_string_equal(seen, "abcde");
}

static void test_identity_and_alias_use_the_slot(void **state)
{
	struct fixture *fix = *state;
	struct vm_dev *two = add(fix, 2, "l", NULL);
	struct vm_dev *many = vm_add_dev(&fix->vm, &thing_family, 3, 1, 4);

	assert_string_equal(two->id, "thing2");
	assert_string_equal(two->alias, "th2");
	assert_string_equal(many->id, "thing3.1");
	many->class = &thing_classes[1];
	vm_assign_aliases(&fix->vm);
	assert_string_equal(many->alias, "odd3.1");
	assert_ptr_equal(vm_find(&fix->vm, "thing3.1"), many);
	assert_null(vm_find(&fix->vm, "thing4"));
}

static void test_symbol_of_a_row_carries_slot_and_suffix(void **state)
{
	struct fixture *fix = *state;
	struct vm_dev *dev = add(fix, 2, "l", NULL);

	assert_string_equal(dev_symbol(dev, "label"), "CONFIG_THING2_LABEL");
	assert_string_equal(dev_symbol(dev, NULL), "CONFIG_THING2");
}

static void test_missing_required_value_is_refused(void **state)
{
	struct fixture *fix = *state;

	add(fix, 0, "l", NULL);
	add(fix, 1, NULL, NULL);
	const struct err *err = only_error(fix);

	assert_string_equal(err->check, "value-required");
	assert_string_equal(err->sym, "CONFIG_THING1_LABEL");
}

static void test_value_of_wrong_form_is_refused(void **state)
{
	struct fixture *fix = *state;

	add(fix, 0, "l", "a name");
	const struct err *err = only_error(fix);

	assert_string_equal(err->check, "value-form");
	assert_string_equal(err->sym, "CONFIG_THING0_NAME");
}

static void test_value_that_must_be_unique_is_refused_twice(void **state)
{
	struct fixture *fix = *state;

	add(fix, 0, "same", "tap0");
	add(fix, 1, "same", "tap1");
	add(fix, 2, "same", "TAP0");
	const struct err *err = only_error(fix);

	assert_string_equal(err->check, "value-unique");
	assert_string_equal(err->sym, "CONFIG_THING2_NAME");
	assert_non_null(strstr(err->why, "thing0"));
}

static void test_boot_order_taken_twice_is_refused(void **state)
{
	struct fixture *fix = *state;

	((struct thing *)add(fix, 0, "l", NULL)->data)->boot_order = 1;
	((struct thing *)add(fix, 1, "l", NULL)->data)->boot_order = 2;
	((struct thing *)add(fix, 2, "l", NULL)->data)->boot_order = 1;
	assert_string_equal(only_error(fix)->check, "boot-order-unique");
}

static void test_good_devices_pass_every_check(void **state)
{
	struct fixture *fix = *state;

	add(fix, 0, "l", "tap0");
	add(fix, 1, "l", "tap1");
	check_run_all(&fix->vm, &fix->errs);
	assert_int_equal(fix->errs.count, 0);
}

static void test_operations_get_fresh_descriptor_slots(void **state)
{
	struct fixture *fix = *state;
	struct emit emit = {.arena = &fix->arena, .vm = &fix->vm, .errs = &fix->errs};
	struct op tap = {.code = OP_TAP,
			 .tap = {.owner = "a",
				 .name = "b",
				 .bridge = "",
				 .device = "",
				 .helper = "",
				 .mac = "",
				 .vlans = "",
				 .queues = 3}};
	struct op bridge = {.code = OP_BRIDGE, .bridge = {.name = "b", .address = ""}};

	assert_int_equal(emit_op(&emit, &tap), 0);
	assert_int_equal(emit_op(&emit, &bridge), 0);
	assert_int_equal(emit_op(&emit, &tap), 3);
	assert_int_equal(emit.fd_count, 6);
	assert_int_equal(emit.last_op->op.tap.fd, 3);
}

static void test_site_value_is_declared_once(void **state)
{
	struct fixture *fix = *state;
	struct emit emit = {.arena = &fix->arena, .vm = &fix->vm, .errs = &fix->errs};
	struct vm_dev *dev = add(fix, 1, "l", "tap1");
	const char *mark = emit_site_value(&emit, dev, "name");

	assert_string_equal(emit_site_value(&emit, dev, "name"), mark);
	assert_int_equal(emit.site_count, 1);
	assert_string_equal(emit.sites->slot.key, "thing1.name");
	assert_string_equal(emit.sites->slot.value, "tap1");
}

static void test_payload_that_cannot_be_read_is_an_error_with_a_fix(void **state)
{
	struct fixture *fix = *state;
	struct emit emit = {.arena = &fix->arena, .vm = &fix->vm, .errs = &fix->errs};
	struct vm_dev *dev = add(fix, 0, "no/such/file", NULL);

	(void)emit_payload_file(&emit, dev, "label", "no/such/file");
	assert_int_equal(fix->errs.count, 1);
	assert_string_equal(fix->errs.first->err.check, "payload-readable");
	assert_non_null(strstr(fix->errs.first->err.fix, "CONFIG_THING0_LABEL"));
}

static void test_capabilities_are_found_by_kind_and_name(void **state)
{
	static const char *lines[] = {"device a", "device virtio", "device-x b", "machine pc"};
	struct caps caps = {.lines = lines, .count = ARRAY_SIZE(lines)};

	(void)state;
	assert_true(caps_has(&caps, "device", "virtio"));
	assert_true(caps_has(&caps, "device-x", "b"));
	assert_false(caps_has(&caps, "device", "b"));
	assert_false(caps_has(&caps, "machine", "p"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_arena_returns_zeroed_aligned_memory_of_any_size),
		TEST(test_cleared_arena_gives_zeroed_memory_again),
		TEST(test_text_grows_over_any_length),
		TEST(test_errors_are_sorted_by_place_and_stable),
		TEST(test_identity_and_alias_use_the_slot),
		TEST(test_symbol_of_a_row_carries_slot_and_suffix),
		TEST(test_missing_required_value_is_refused),
		TEST(test_value_of_wrong_form_is_refused),
		TEST(test_value_that_must_be_unique_is_refused_twice),
		TEST(test_boot_order_taken_twice_is_refused),
		TEST(test_good_devices_pass_every_check),
		TEST(test_operations_get_fresh_descriptor_slots),
		TEST(test_site_value_is_declared_once),
		TEST(test_payload_that_cannot_be_read_is_an_error_with_a_fix),
		TEST(test_capabilities_are_found_by_kind_and_name),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
