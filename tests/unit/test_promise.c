/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_promise.c - section GUEST of a machine: rows by their flags, paths, order, one line each.
 */
#include "cm.h"

#include "image/reader.h"
#include "kiln/promise.h"
#include "layout_vm.h"

struct gadget {
	const char *serial, *note, *color, *mac;
	uint64_t queues, rate;
	bool hidden;
};

static bool is_shown(const struct vm_dev *dev)
{
	return !((const struct gadget *)dev->data)->hidden;
}

#define FIELD(member) .field = offsetof(struct gadget, member)
static const struct prop gadget_props[] = {
	{.name = "serial", .kind = PROP_STRING, .flags = PROP_ABI, FIELD(serial)},
	{.name = "note", .kind = PROP_STRING, .flags = PROP_TELL, FIELD(note)},
	{.name = "color", .kind = PROP_STRING, FIELD(color)},
	{.name = "mac", .kind = PROP_STRING, .flags = PROP_ABI, .rule = RULE(MAC), FIELD(mac)},
	{.name = "queues", .kind = PROP_UINT, .flags = PROP_ABI, FIELD(queues), .when = is_shown},
	{.name = "rate", .kind = PROP_UINT, .flags = PROP_TELL, FIELD(rate)},
	{.name = NULL},
};

static const struct dev_class gadget_classes[] = {
	{.name = "virtio", .driver = "virtio-rng-pci", .where = WHERE_VIRTIO},
	{.name = NULL},
};

static const struct dev_family gadget_family = {
	.name = "gadget",
	.sym = "GADGET",
	.size = sizeof(struct gadget),
	.rank = RANK_RNG,
	.alias = "gadget%s",
	.classes = gadget_classes,
	.props = gadget_props,
};

static struct gadget *add_gadget(struct bench *b, unsigned slot)
{
	return add(b, &gadget_family, NULL, slot)->data;
}

/* The machine without rows of its own. */
static const struct dev_family box_family = {.name = "machine", .sym = ""};

static const char *text_of(struct bench *b)
{
	struct vm_dev box = {.family = &box_family, .id = "machine", .vm = &b->vm};

	b->vm.guest_dev = &box;
	b->vm.guest.machine_type = "pc-q35-7.2";
	if (layout_assign(&b->vm, NULL, &b->layout, &b->errs) != 0)
		fail_msg("%s", b->errs.first->err.what);
	return promise_text(&b->vm, &b->layout);
}

static void assert_line(const char *text, const char *line)
{
	bool first = strncmp(text, line + 1, strlen(line + 1)) == 0;

	if (!first && !strstr(text, line))
		fail_msg("no line %s in\n%s", line, text);
}

static void test_flags_of_a_row_say_what_is_promised(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);
	struct gadget *gadget = add_gadget(b, 0);

	(void)state;
	*gadget = (struct gadget){.serial = "s1", .note = "n1", .color = "red", .queues = 3};
	const char *text = text_of(b);

	assert_line(text, "\ngadget0 device = virtio-rng-pci\n");
	assert_line(text, "\ngadget0 serial = s1\n");
	assert_line(text, "\ngadget0 note ~ n1\n");
	assert_line(text, "\ngadget0 queues = 3\n");
	assert_line(text, "\nmachine type = pc-q35-7.2\n");
	assert_null(strstr(text, "red"));
	assert_null(strstr(text, "gadget0 mac"));
	bench_free(b);
}

static void test_a_row_that_does_not_apply_is_no_fact(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	*add_gadget(b, 0) = (struct gadget){.queues = 3, .hidden = true};
	assert_null(strstr(text_of(b), "queues"));
	bench_free(b);
}

static void test_a_number_that_is_only_told_is_none_when_it_is_not_set(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add_gadget(b, 0);
	add_gadget(b, 1)->rate = 125;
	const char *text = text_of(b);

	assert_line(text, "\ngadget0 queues = 0\n");
	assert_null(strstr(text, "gadget0 rate"));
	assert_line(text, "\ngadget1 rate ~ 125\n");
	bench_free(b);
}

static void test_a_mac_address_has_one_spelling(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	*add_gadget(b, 0) = (struct gadget){.mac = "52:54:00:AB:cd:EF", .serial = "AB"};
	const char *text = text_of(b);

	assert_line(text, "\ngadget0 mac = 52:54:00:ab:cd:ef\n");
	assert_line(text, "\ngadget0 serial = AB\n");
	bench_free(b);
}

static void test_a_value_stays_on_its_line(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	*add_gadget(b, 0) = (struct gadget){.serial = "a\nb\\c\177"};
	assert_line(text_of(b), "\ngadget0 serial = a\\x0ab\\x5cc\\x7f\n");
	bench_free(b);
}

static void test_places_are_paths_from_the_root(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);

	(void)state;
	add(b, &t_net_family, "e1000", 0);
	add(b, &t_console_family, "virtio", 3);
	const char *text = text_of(b);

	assert_line(text, "\nnet0 path = 01.0/00.0/01.0\n");
	assert_line(text, "\npci.1 path = 01.0\n");
	assert_line(text, "\nnet0 bus-seabios = 02\n");
	assert_null(strstr(text, "pci.1 bus-"));
	assert_null(strstr(text, "bus-qboot"));
	assert_line(text, "\npci.1 multifunction ~ on\n");
	assert_line(text, "\npci.1 chassis = 1\n");
	assert_line(text, "\nconsole3 port = virtio-serial0 0\n");
	assert_line(text, "\npcie.0 device = pcie-root\n");
	bench_free(b);
}

static void test_lines_are_in_the_readers_order(void **state)
{
	struct bench *b = bench_new(&machine_q35, &board_9);
	struct img_fact before = {0}, fact;
	struct img_cursor cursor = {0};
	struct img img = {.path = "test"};
	struct err err = {0};
	size_t facts = 0;

	(void)state;
	for (unsigned i = 0; i < 12; i++)
		add_gadget(b, i)->serial = "x";
	(void)vm_add_dev(&b->vm, &gadget_family, 12, 0, 2);
	(void)vm_add_dev(&b->vm, &gadget_family, 12, 1, 2);
	const char *text = text_of(b);

	img.section[SECTION_GUEST] = (struct img_span){(const unsigned char *)text, strlen(text)};
	if (img_check_guest(&img, &err) != 0)
		fail_msg("%s", err.what);
	while (img_fact_next(&img, &cursor, &fact)) {
		assert_true(!facts || img_fact_compare(&before, &fact) < 0);
		before = fact;
		facts++;
	}
	assert_true(facts > (size_t)14 * 3);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags_of_a_row_say_what_is_promised),
		cmocka_unit_test(test_a_row_that_does_not_apply_is_no_fact),
		cmocka_unit_test(test_a_number_that_is_only_told_is_none_when_it_is_not_set),
		cmocka_unit_test(test_a_mac_address_has_one_spelling),
		cmocka_unit_test(test_a_value_stays_on_its_line),
		cmocka_unit_test(test_places_are_paths_from_the_root),
		cmocka_unit_test(test_lines_are_in_the_readers_order),
	};

	return cmocka_run_group_tests_name("promise", tests, NULL, NULL);
}
