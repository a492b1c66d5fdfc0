/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_config_build.c - from symbols to devices, with families made for the purpose.
 *
 * The answer of the helper is written here; a symbol that a test does not name is at its default.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/build.h"
#include "model/machine.h"

struct toy {
	const struct prop_word *kind;
	const char *path;
	bool on;
	uint64_t queues;
};

static const struct prop_word kind_words[] = {{.sym = "A"}, {.sym = "B"}, {0}};
static const struct dev_class toy_classes[] = {
	{.name = "plain", .sym = "PLAIN"}, {.name = "fancy", .sym = "FANCY"}, {0}};

static bool is_b(const struct vm_dev *dev)
{
	return !strcmp(((const struct toy *)dev->data)->kind->sym, "B");
}

static const struct prop toy_props[] = {
	{.name = "kind",
	 .sym = "KIND",
	 .kind = PROP_ENUM,
	 .flags = PROP_PIN,
	 .field = offsetof(struct toy, kind),
	 .words = kind_words},
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_PIN},
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_REPEAT_FMT,
	 .field = offsetof(struct toy, path)},
	{.name = "on", .sym = "ON", .kind = PROP_BOOL, .field = offsetof(struct toy, on)},
	{.name = "queues",
	 .sym = "QUEUES",
	 .kind = PROP_UINT,
	 .flags = PROP_PIN,
	 .field = offsetof(struct toy, queues),
	 .absent = 1,
	 .min = 1,
	 .max = 8,
	 .when = is_b},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "driver", .kind = PROP_CONST, .text = "x"},
	{0},
};

static void toy_prepare(struct vm *vm, struct vm_dev *dev)
{
	(void)vm;
	((struct toy *)dev->data)->path = "prepared";
}

static const struct dev_family toy_family = {
	.name = "toy",
	.sym = "TOY",
	.max = 3,
	.size = sizeof(struct toy),
	.flags = FAMILY_REPEAT,
	.alias = "toy%s",
	.classes = toy_classes,
	.props = toy_props,
	.prepare = toy_prepare,
};

struct single {
	bool fast;
};

static const struct prop single_props[] = {
	{.name = "fast", .sym = "FAST", .kind = PROP_BOOL, .field = offsetof(struct single, fast)},
	{0},
};

static const struct dev_class single_classes[] = {{.name = "one"}, {0}};

static const struct dev_family single_family = {
	.name = "single",
	.sym = "SINGLE",
	.max = 1,
	.size = sizeof(struct single),
	.flags = FAMILY_SINGLE,
	.alias = "single0",
	.classes = single_classes,
	.props = single_props,
};

static const struct prop guest_props[] = {
	{.name = "name",
	 .sym = "VM_NAME",
	 .kind = PROP_STRING,
	 .flags = PROP_PIN,
	 .field = offsetof(struct guest, name)},
	{0},
};

static const struct dev_class guest_classes[] = {{.name = "guest"}, {0}};
static const struct dev_family guest_like = {
	.name = "machine",
	.sym = "",
	.max = 1,
	.flags = FAMILY_SINGLE,
	.classes = guest_classes,
	.props = guest_props,
};

static const struct dev_family *const families[] = {&toy_family, &single_family, NULL};

/* The composer's own table stands in machines/; this one comes before it in the link. */
static const struct machine toy_machine = {.name = "toy", .sym = "MACHINE_TOY"};
const struct machine *const machine_table[] = {&toy_machine, NULL};

struct fixture {
	struct arena arena;
	struct err_list errs;
	struct cfg cfg;
	struct vm vm;
	struct vm_dev guest;
	struct place guest_at[2];
	struct text answer, told;
	unsigned lines;
};

static int setup(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof(fixture));
	fixture.errs.arena = &fixture.arena;
	fixture.answer.arena = &fixture.arena;
	fixture.told.arena = &fixture.arena;
	fixture.vm.arena = &fixture.arena;
	fixture.vm.families = families;
	fixture.guest = (struct vm_dev){
		.family = &guest_like,
		.class = guest_classes,
		.id = "machine",
		.data = &fixture.vm.guest,
		.prop_at = fixture.guest_at,
		.vm = &fixture.vm,
	};
	fixture.vm.guest_dev = &fixture.guest;
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	arena_free(&fixture->arena);
	return 0;
}

static const char *const symbols[] = {
	"VM_NAME string vm", "MACHINE_TOY bool y",      "TOY_COUNT int 0",
	"SINGLE bool n",     "SINGLE_FAST bool n",      "TOY@ bool y",
	"TOY@_REPEAT int 0", "TOY@_KIND_A bool y",      "TOY@_KIND_B bool n",
	"TOY@_PATH string ", "TOY@_MODEL_PLAIN bool y", "TOY@_MODEL_FANCY bool n",
	"TOY@_ON bool n",    "TOY@_QUEUES int 1",       "TOY@_PCI_ADDRESS string ",
};

/* What a test sets: "NAME=VALUE". */
static const char *given(const char *const *set, const char *name)
{
	for (; *set; set++) {
		if (!strncmp(*set, name, strlen(name)) && (*set)[strlen(name)] == '=')
			return *set + strlen(name) + 1;
	}
	return NULL;
}

static void add_symbol(struct fixture *fixture, const char *const *set, const char *name,
		       const char *type, const char *value)
{
	const char *other = given(set, name);

	fixture->lines++;
	text_fmt(&fixture->answer, "sym\t%s\t%s\t%s\tpv\t%u\t-\t-\tK\t1\t%s\n", name, type,
		 other ? "set" : "default", other ? fixture->lines : 0, other ? other : value);
}

static void load(struct fixture *fixture, const char *const *set)
{
	text_add(&fixture->answer, "kiln-kconf\t1\n");
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		char name[32], type[8], value[8] = "";
		char *at;

		assert_true(sscanf(symbols[i], "%31s %7s %7s", name, type, value) >= 2);
		at = strchr(name, '@');
		for (unsigned slot = 0; slot < (at ? toy_family.max : 1); slot++) {
			if (at)
				*at = (char)('0' + slot);
			add_symbol(fixture, set, name, type, value);
		}
	}
	text_add(&fixture->answer, "end\t0\t0\n");
	assert_int_equal(cfg_parse(&fixture->arena, "x.config", fixture->answer.data, &fixture->cfg,
				   &fixture->errs),
			 0);
}

static int build(struct fixture *fixture, const char *const *set)
{
	load(fixture, set);
	return config_build(&fixture->vm, &fixture->cfg, &fixture->errs);
}

#define SET(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static const struct toy *toy_of(const struct vm_dev *dev)
{
	return dev->data;
}

static void test_build_nothing_makes_no_device(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET()), 0);
	assert_null(fixture->vm.devs);
	assert_ptr_equal(fixture->vm.machine, &toy_machine);
	assert_string_equal(fixture->vm.guest.name, "vm");
}

static void test_build_count_gates_slots(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=2", "TOY2_ON=y")), 0);
	assert_string_equal(fixture->vm.devs->id, "toy0");
	assert_string_equal(fixture->vm.devs->next->id, "toy1");
	assert_null(fixture->vm.devs->next->next);
}

static void test_build_slot_that_is_off_leaves_a_hole(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=3", "TOY1=n")), 0);
	assert_string_equal(fixture->vm.devs->id, "toy0");
	assert_string_equal(fixture->vm.devs->next->id, "toy2");
	assert_null(fixture->vm.devs->next->next);
}

static void test_build_rows_fill_fields_and_places(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture,
			       SET("TOY_COUNT=1", "TOY0_KIND_A=n", "TOY0_KIND_B=y",
				   "TOY0_MODEL_PLAIN=n", "TOY0_MODEL_FANCY=y", "TOY0_PATH=/a %d",
				   "TOY0_ON=y", "TOY0_QUEUES=8", "TOY0_PCI_ADDRESS=01:1f.7")),
			 0);
	const struct vm_dev *dev = fixture->vm.devs;

	assert_string_equal(toy_of(dev)->kind->sym, "B");
	assert_string_equal(dev->class->name, "fancy");
	/* Not repeated: "%d" means nothing. */
	assert_string_equal(toy_of(dev)->path, "/a %d");
	assert_true(toy_of(dev)->on);
	assert_int_equal(toy_of(dev)->queues, 8);
	assert_true(dev->has_want);
	assert_int_equal(dev->want.bus, 1);
	assert_int_equal(dev->want.slot, 0x1f);
	assert_int_equal(dev->want.function, 7);
	assert_string_equal(dev_place(dev, "queues").file, "x.config");
	assert_int_not_equal(dev_place(dev, "queues").line, 0);
	assert_int_not_equal(dev_place(dev, "queues").line, dev_place(dev, "path").line);
	/* The device itself has no line; the count switches it on. */
	assert_int_equal(dev->at.line, 3);
}

static void test_build_empty_string_is_null(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=1")), 0);
	assert_null(toy_of(fixture->vm.devs)->path);
	assert_false(fixture->vm.devs->has_want);
}

static void test_build_repeat_makes_numbered_devices(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=2", "TOY0_REPEAT=12", "TOY0_PATH=%d/%d%x")),
			 0);
	const struct vm_dev *last = fixture->vm.devs;

	for (unsigned i = 0; i < 11; i++)
		last = last->next;
	assert_string_equal(last->id, "toy0.11");
	assert_string_equal(toy_of(last)->path, "11/11%x");
	assert_string_equal(last->next->id, "toy1");
}

static void test_build_single_family_has_no_slot(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("SINGLE=y", "SINGLE_FAST=y")), 0);
	assert_string_equal(fixture->vm.devs->id, "single");
	assert_true(((const struct single *)fixture->vm.devs->data)->fast);
	assert_null(fixture->vm.devs->next);
}

/* Each builds and must be refused once, by that check, at that symbol. */
static void test_build_refuses(void **state)
{
	static const struct {
		const char *set, *check, *sym;
	} cases[] = {
		{"TOY0_PCI_ADDRESS=1", "pci-address-form", "CONFIG_TOY0_PCI_ADDRESS"},
		{"TOY0_PCI_ADDRESS=00:20.0", "pci-address-form", "CONFIG_TOY0_PCI_ADDRESS"},
		{"TOY0_PCI_ADDRESS=00:1f.8", "pci-address-form", "CONFIG_TOY0_PCI_ADDRESS"},
		{"TOY0_PCI_ADDRESS=00:1f.0 ", "pci-address-form", "CONFIG_TOY0_PCI_ADDRESS"},
		{"TOY0_PCI_ADDRESS=0000:00:01.0", "pci-address-form", "CONFIG_TOY0_PCI_ADDRESS"},
		{"TOY0_PATH=a\001b", "config-text", "CONFIG_TOY0_PATH"},
		{"TOY0_PATH=a\177b", "config-text", "CONFIG_TOY0_PATH"},
		{"TOY0_QUEUES=2", "config-unused", "CONFIG_TOY0_QUEUES"},
		{"TOY0_QUEUES=9", "config-range", "CONFIG_TOY0_QUEUES"},
		{"TOY0_QUEUES=99999999999999999999", "config-range", "CONFIG_TOY0_QUEUES"},
		{"TOY0_REPEAT=1901", "config-range", "CONFIG_TOY0_REPEAT"},
		{"TOY_COUNT=4", "config-range", "CONFIG_TOY_COUNT"},
		{"MACHINE_TOY=n", "config-choice", ""},
		{"TOY0_KIND_A=n", "config-choice", "CONFIG_TOY0_KIND"},
		{"TOY0_MODEL_PLAIN=n", "config-choice", "CONFIG_TOY0_MODEL"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(setup(state), 0);
		struct fixture *fixture = *state;

		assert_int_equal(build(fixture, SET(cases[i].set, "TOY_COUNT=1")), -1);
		const struct err *err = &fixture->errs.first->err;

		assert_string_equal(err->check, cases[i].check);
		assert_string_equal(err->sym, cases[i].sym);
		assert_int_equal(err->kind, ERR_CONFIG);
		assert_true(*err->what && *err->why && *err->fix && *err->at.file);
		assert_int_equal(teardown(state), 0);
	}
}

static void test_build_row_that_applies_may_be_set(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=1", "TOY0_KIND_A=n", "TOY0_KIND_B=y",
					    "TOY0_QUEUES=2")),
			 0);
}

static void test_build_one_address_for_many_is_refused_once(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture,
			       SET("TOY_COUNT=1", "TOY0_REPEAT=5", "TOY0_PCI_ADDRESS=00:05.0")),
			 -1);
	assert_int_equal(fixture->errs.count, 1);
	assert_string_equal(fixture->errs.first->err.check, "pci-address-repeated");
}

static void test_build_mistakes_of_several_devices_are_all_told(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
		build(fixture, SET("TOY_COUNT=3", "TOY0_PCI_ADDRESS=x", "TOY2_PCI_ADDRESS=y")), -1);
	assert_int_equal(fixture->errs.count, 2);
}

static void test_build_reads_every_symbol_of_what_is_on(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=3", "SINGLE=y")), 0);
	cfg_check_unread(&fixture->cfg, &fixture->errs);
	assert_int_equal(fixture->errs.count, 0);
}

static const char *pin_of(const void *arg, const char *key)
{
	const char *const *pins = arg;

	return given(pins, key);
}

static int apply(struct fixture *fixture, const char *const *pins)
{
	return config_apply_pins(&fixture->vm, &fixture->cfg, pin_of, pins, &fixture->told,
				 &fixture->errs);
}

static void test_pins_replace_defaults(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=1")), 0);
	assert_int_equal(apply(fixture, SET("name=old", "toy0.model=fancy", "toy0.kind=B")), 0);
	assert_string_equal(fixture->vm.guest.name, "old");
	assert_string_equal(fixture->vm.devs->class->name, "fancy");
	assert_string_equal(toy_of(fixture->vm.devs)->kind->sym, "B");
	assert_non_null(strstr(text_str(&fixture->told),
			       "note: CONFIG_TOY0_MODEL is at its default, \"plain\", and the lock "
			       "keeps \"fancy\"; `make layout-update DEVICE=toy0.model`"));
}

static void test_pins_that_agree_with_a_choice_are_quiet(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=1", "VM_NAME=new")), 0);
	assert_int_equal(apply(fixture, SET("name=new", "toy0.model=plain")), 0);
	assert_string_equal(text_str(&fixture->told), "");
}

static void test_pins_refuse_a_choice_made_on_purpose(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=1", "VM_NAME=new", "TOY0_MODEL_PLAIN=n",
					    "TOY0_MODEL_FANCY=y")),
			 0);
	assert_int_equal(apply(fixture, SET("name=old", "toy0.model=plain")), -1);
	assert_int_equal(fixture->errs.count, 2);
	const struct err *err = &fixture->errs.first->err;

	assert_string_equal(err->check, "lock-pin");
	assert_string_equal(err->sym, "CONFIG_VM_NAME");
	assert_non_null(strstr(err->what, "\"old\""));
	assert_non_null(strstr(err->fix, "make layout-update"));
}

static void test_pins_of_an_unknown_word_are_refused(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=1")), 0);
	assert_int_equal(apply(fixture, SET("toy0.model=gone")), -1);
}

static void test_pins_of_rows_that_do_not_apply_are_left_alone(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=1")), 0);
	assert_int_equal(apply(fixture, SET("toy0.queues=4")), 0);
	assert_int_equal(toy_of(fixture->vm.devs)->queues, 1);
}

static void test_pins_are_listed_as_they_are_read(void **state)
{
	struct fixture *fixture = *state;
	struct config_pin *pins;

	assert_int_equal(build(fixture, SET("TOY_COUNT=1", "TOY0_KIND_A=n", "TOY0_KIND_B=y")), 0);
	assert_int_equal(config_pins(&fixture->vm, &pins), 4);
	assert_string_equal(pins[0].key, "name");
	assert_string_equal(pins[0].value, "vm");
	assert_string_equal(pins[1].key, "toy0.kind");
	assert_string_equal(pins[1].value, "B");
	assert_string_equal(pins[2].key, "toy0.model");
	assert_string_equal(pins[2].value, "plain");
	assert_string_equal(pins[3].key, "toy0.queues");
	assert_string_equal(pins[3].value, "1");
}

static void test_prepare_runs_after_reading(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(build(fixture, SET("TOY_COUNT=1", "TOY0_PATH=x")), 0);
	config_prepare(&fixture->vm);
	assert_string_equal(toy_of(fixture->vm.devs)->path, "prepared");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_build_nothing_makes_no_device),
		TEST(test_build_count_gates_slots),
		TEST(test_build_slot_that_is_off_leaves_a_hole),
		TEST(test_build_rows_fill_fields_and_places),
		TEST(test_build_empty_string_is_null),
		TEST(test_build_repeat_makes_numbered_devices),
		TEST(test_build_single_family_has_no_slot),
		TEST(test_build_refuses),
		TEST(test_build_row_that_applies_may_be_set),
		TEST(test_build_one_address_for_many_is_refused_once),
		TEST(test_build_mistakes_of_several_devices_are_all_told),
		TEST(test_build_reads_every_symbol_of_what_is_on),
		TEST(test_pins_replace_defaults),
		TEST(test_pins_that_agree_with_a_choice_are_quiet),
		TEST(test_pins_refuse_a_choice_made_on_purpose),
		TEST(test_pins_of_an_unknown_word_are_refused),
		TEST(test_pins_of_rows_that_do_not_apply_are_left_alone),
		TEST(test_pins_are_listed_as_they_are_read),
		TEST(test_prepare_runs_after_reading),
	};

	return cmocka_run_group_tests_name("config_build", tests, NULL, NULL);
}
