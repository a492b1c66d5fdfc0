/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_compare.c - two sections GUEST merged: which changes, of which kind, and which break.
 */
#include "cm.h"

#include "image/reader.h"
#include "kiln/compare.h"

#define MACHINE "machine accel ~ KVM\nmachine memory = 512\n"
#define NET0    "net0 device = virtio-net-pci\nnet0 mac = 52:54:00:00:00:01\nnet0 path = 02.0/00.0\n"
#define DISK0   "disk0 device = virtio-blk-pci\ndisk0 path = 02.1/00.0\n"

static struct img image_of(const char *text)
{
	struct img img = {.path = "test"};
	struct err err = {0};

	img.section[SECTION_GUEST] = (struct img_span){(const unsigned char *)text, strlen(text)};
	if (img_check_guest(&img, &err) != 0)
		fail_msg("%s", err.what);
	return img;
}

/* "KIND ID KEY OLD NEW WAS!" of each change, "!" where it breaks; what is missing is "-". */
static void assert_changes(const char *old_text, const char *new_text, const char *want)
{
	struct img old = image_of(old_text), new = image_of(new_text);
	struct arena arena = {0};
	struct comparison comparison = {.arena = &arena};
	struct text text = {.arena = &arena};
	size_t count = 0, breaks = 0;

	compare_images(&old, &new, &comparison);
	for (const struct change *c = comparison.first; c; c = c->next) {
		text_fmt(&text, "%s|%s|%s|%s|%s|%s%s\n", change_word(c->kind), c->id,
			 c->key ? c->key : "-", c->old ? c->old : "-", c->new ? c->new : "-",
			 c->was ? c->was : "-", c->breaks ? "!" : "");
		count++;
		breaks += c->breaks;
	}
	assert_string_equal(text_str(&text), want);
	assert_int_equal(comparison.count, count);
	assert_int_equal(comparison.breaks, breaks);
	arena_free(&arena);
}

static void test_the_same_facts_are_no_change(void **state)
{
	(void)state;
	assert_changes(DISK0 MACHINE NET0, DISK0 MACHINE NET0, "");
	assert_changes("", "", "");
}

static void test_a_device_in_a_free_place_breaks_nothing(void **state)
{
	(void)state;
	assert_changes(MACHINE NET0, DISK0 MACHINE NET0,
		       "added|disk0|-|-|virtio-blk-pci at 02.1/00.0|-\n");
	assert_changes(DISK0 MACHINE, DISK0 MACHINE NET0,
		       "added|net0|-|-|virtio-net-pci at 02.0/00.0|-\n");
}

static void test_a_removed_device_is_one_break(void **state)
{
	(void)state;
	assert_changes(DISK0 MACHINE NET0, MACHINE NET0,
		       "removed|disk0|-|virtio-blk-pci at 02.1/00.0|-|-!\n");
	assert_changes(MACHINE NET0, MACHINE, "removed|net0|-|virtio-net-pci at 02.0/00.0|-|-!\n");
}

/* It comes and goes without a break, and all that is told of it is in its words. */
static void test_a_removed_host_side_is_told(void **state)
{
	static const char lan[] = "network0 bridge ~ br0\nnetwork0 device ~ network\n"
				  "network0 name ~ lan\n";

	(void)state;
	assert_changes(lan, "", "removed|network0|-|network, bridge br0, name lan|-|-\n");
	assert_changes("", lan, "added|network0|-|-|network, bridge br0, name lan|-\n");
}

static void test_a_device_in_the_place_of_another_names_it(void **state)
{
	(void)state;
	assert_changes("disk0 device = b\ndisk0 path = 02.0\n",
		       "net0 device = n\nnet0 path = 02.0\n",
		       "removed|disk0|-|b at 02.0|-|-!\n"
		       "added|net0|-|-|n at 02.0|disk0\n");
}

static void test_promised_facts_break_and_told_ones_do_not(void **state)
{
	(void)state;
	assert_changes(MACHINE, "machine accel ~ AUTO\nmachine memory = 1024\n",
		       "changed|machine|accel|KVM|AUTO|-\n"
		       "changed|machine|memory|512|1024|-!\n");
}

static void test_a_fact_of_one_side_is_a_change(void **state)
{
	(void)state;
	assert_changes("disk0 device = b\ndisk0 serial = x\n", "disk0 device = b\n",
		       "changed|disk0|serial|x|-|-!\n");
	assert_changes("disk0 device = b\n", "disk0 cmd ~ y\ndisk0 device = b\n",
		       "changed|disk0|cmd|-|y|-\n");
}

/* A later Kiln may promise what was only told before: the stricter side counts. */
static void test_what_one_side_promises_is_promised(void **state)
{
	(void)state;
	assert_changes("disk0 a ~ 1\n", "disk0 a = 2\n", "changed|disk0|a|1|2|-!\n");
	assert_changes("disk0 a = 1\n", "disk0 a ~ 2\n", "changed|disk0|a|1|2|-!\n");
	assert_changes("disk0 a = 1\n", "disk0 a ~ 1\n", "");
}

static void test_moved_and_renumbered_are_told_apart(void **state)
{
	(void)state;
	assert_changes("net0 bus-seabios = 2\nnet0 path = 02.0/00.0\n",
		       "net0 bus-seabios = 3\nnet0 path = 02.0/00.0\n",
		       "renumbered|net0|bus-seabios|2|3|-!\n");
	assert_changes("net0 path = 02.0/00.0\n", "net0 path = 02.1/00.0\n",
		       "moved|net0|path|02.0/00.0|02.1/00.0|-!\n");
}

/* That a device moved, or that there is another firmware, is said once. */
static void test_numbers_that_follow_from_something_else_are_not_told(void **state)
{
	(void)state;
	assert_changes("net0 bus-seabios = 02\nnet0 path = 02.0/00.0\n",
		       "net0 bus-seabios = 03\nnet0 path = 02.1/00.0\n",
		       "moved|net0|path|02.0/00.0|02.1/00.0|-!\n");
	assert_changes("machine firmware = SEABIOS\nnet0 bus-seabios = 02\nnet0 path = 02.0/00.0\n",
		       "machine firmware = OVMF\nnet0 bus-ovmf = 02\nnet0 path = 02.0/00.0\n",
		       "changed|machine|firmware|SEABIOS|OVMF|-!\n");
	/* An image of a Kiln that did not say the numbers. */
	assert_changes("net0 path = 02.0/00.0\n", "net0 bus-seabios = 02\nnet0 path = 02.0/00.0\n",
		       "");
}

/* "port" is the place of a virtio-serial port, and a number of a PCI Express port. */
static void test_port_is_a_place_only_without_a_path(void **state)
{
	(void)state;
	assert_changes("console0 port = virtio-serial0 1\n", "console0 port = virtio-serial0 2\n",
		       "moved|console0|port|virtio-serial0 1|virtio-serial0 2|-!\n");
	assert_changes("pci.1 path = 01.0\npci.1 port = 8\n", "pci.1 path = 01.0\npci.1 port = 9\n",
		       "changed|pci.1|port|8|9|-!\n");
}

/* disk1, disk1.0 and disk10 are three devices, and disk1 comes before disk1.0. */
static void test_identities_that_begin_alike_are_kept_apart(void **state)
{
	(void)state;
	assert_changes("disk1 a = 1\ndisk1.0 a = 1\ndisk10 a = 1\n",
		       "disk1.0 a = 2\ndisk10 a = 1\n",
		       "removed|disk1|-|a device|-|-!\n"
		       "changed|disk1.0|a|1|2|-!\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_same_facts_are_no_change),
		cmocka_unit_test(test_a_device_in_a_free_place_breaks_nothing),
		cmocka_unit_test(test_a_removed_device_is_one_break),
		cmocka_unit_test(test_a_removed_host_side_is_told),
		cmocka_unit_test(test_a_device_in_the_place_of_another_names_it),
		cmocka_unit_test(test_promised_facts_break_and_told_ones_do_not),
		cmocka_unit_test(test_a_fact_of_one_side_is_a_change),
		cmocka_unit_test(test_what_one_side_promises_is_promised),
		cmocka_unit_test(test_moved_and_renumbered_are_told_apart),
		cmocka_unit_test(test_numbers_that_follow_from_something_else_are_not_told),
		cmocka_unit_test(test_port_is_a_place_only_without_a_path),
		cmocka_unit_test(test_identities_that_begin_alike_are_kept_apart),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
