/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_facts.c - an image joined with the facts of a place: for execve() and for a shell.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "image/facts.h"
#include "image/writer.h"

static char image_buf[META_BYTES_MAX + (64u << 10)];
static struct img img;
static struct facts facts;

/* A mark with the escape that qemu/ would have set. */
static const char *mark(enum fixup_kind kind, enum text_escape escape, unsigned a, unsigned b,
			const char *key)
{
	static char texts[16][MARK_MAX];
	static unsigned next;
	char *text = texts[next++ % ARRAY_SIZE(texts)];

	(void)snprintf(text, MARK_MAX, "%c%u:%u:%u:%u:%s%c", MARK_OPEN, (unsigned)kind,
		       (unsigned)escape, a, b, key, MARK_CLOSE);
	return text;
}

static const char *joined(const char *before, const char *middle, const char *after)
{
	static char texts[16][256];
	static unsigned next;
	char *text = texts[next++ % ARRAY_SIZE(texts)];

	(void)snprintf(text, sizeof(texts[0]), "%s%s%s", before, middle, after);
	return text;
}

/* Writes the arguments into an image that has operations for every slot, and opens it. */
static void open_image(const struct img_source_arg *args, size_t count)
{
	struct op ops[] = {
		{.code = OP_ACCEL, .accel = {.policy = ACCEL_AUTO}},
		{.code = OP_TAP,
		 .tap = {.owner = "net0",
			 .name = "t,0",
			 .bridge = "",
			 .device = "",
			 .helper = "",
			 .mac = "",
			 .vlans = "",
			 .queues = 2,
			 .flags = TAP_MULTI_QUEUE}},
		{.code = OP_TAP,
		 .tap = {.owner = "net1",
			 .name = "t1",
			 .bridge = "",
			 .device = "",
			 .helper = "",
			 .mac = "",
			 .vlans = "",
			 .queues = 1,
			 .fd = 2}},
		{.code = OP_FILE,
		 .file = {.owner = "disk0", .path = mark(FIX_SITE, ESCAPE_RAW, 0, 0, ""), .fd = 3}},
		{.code = OP_MEMORY, .memory = {.cpus = 1, .mib = 1, .flags = MEMORY_ADVICE}},
		{.code = OP_PORT,
		 .port = {.owner = "spice",
			  .address = "::",
			  .first = 5930,
			  .last = 5999,
			  .index = 1,
			  .fd = 4}},
		{.code = OP_VHOST, .vhost = {.owner = "net0", .path = "", .queues = 2, .fd = 5}},
		{.code = OP_VHOST, .vhost = {.owner = "net1", .path = "", .queues = 1, .fd = 7}},
		{.code = OP_PAYLOAD, .payload = {.flags = PAYLOAD_IN_PLACE, .fd = 8}},
	};
	char disk_path[64];
	const struct img_source_payload disk = {.name = "disk", .path = disk_path};
	static const struct site_slot sites[] = {
		{.key = "disk0.path", .kind = SITE_PATH, .value = "/a,\"b"},
		{.key = "unit", .kind = SITE_UNIT, .value = ""},
	};
	struct img_source src = {.config = "",
				 .domain = "",
				 .layout = "",
				 .guest = "",
				 .needs = "",
				 .args = args,
				 .arg_count = count,
				 .ops = ops,
				 .op_count = ARRAY_SIZE(ops),
				 .sites = sites,
				 .site_count = ARRAY_SIZE(sites),
				 .payload = &disk,
				 .payload_count = 1};
	struct err err = {0};
	int fd = memfd_create("image", MFD_CLOEXEC);
	CLEANUP_FD int disk_fd = memfd_create("disk", MFD_CLOEXEC);

	assert_int_equal(ftruncate(disk_fd, 1536), 0);
	(void)snprintf(disk_path, sizeof(disk_path), "/proc/self/fd/%d", disk_fd);

	for (size_t i = 0; i < META_KEY_COUNT; i++)
		src.meta[i] = "x";
	src.meta[META_QEMU] = src.meta[META_PAYLOAD_DIR] = "/x";
	src.meta[META_QEMU_VERSION] = "7.2";
	assert_true(fd >= 0);
	if (img_write(&src, fd, &err) < 0)
		fail_msg("%s: %s", err.what, err.why);
	if (img_open(&img, fd, "image", image_buf, sizeof(image_buf), &err) < 0)
		fail_msg("%s: %s", err.what, err.why);
	facts_init(&facts, &img);
	assert_int_equal(close(fd), 0);
}

static void expect_argv(enum argv_form form, const char *const *wanted)
{
	struct err err = {0};
	char **argv = facts_argv(&facts, form, &err);

	if (!argv) {
		fail_msg("%s: %s", err.what, err.why);
		return;
	}
	assert_string_equal(*argv++, "/x");
	for (; *wanted; wanted++, argv++)
		assert_string_equal(*argv, *wanted);
	assert_null(*argv);
}

static void test_descriptors_have_the_numbers_of_their_slots(void **state)
{
	(void)state;
	const struct img_source_arg args[] = {
		{.text = joined("{\"type\":\"tap\",", mark(FIX_TAP, ESCAPE_JSON, 0, 2, ""), "}")},
		{.text = joined("tap,", mark(FIX_TAP, ESCAPE_KV, 2, 1, ""), ",id=h")},
		{.text = joined("fd=", mark(FIX_FD, ESCAPE_RAW, 3, 0, ""), ",set=1"),
		 .flags = ARG_LOADER_ONLY},
		{.text = mark(FIX_FDSET_PATH, ESCAPE_RAW, 3, 0, "")},
		{.text = mark(FIX_FD_PATH, ESCAPE_RAW, 3, 0, "")},
		{.text = "instead", .flags = ARG_SHELL_ONLY},
	};
	static const char *const wanted[] = {"{\"type\":\"tap\",\"fds\":\"10:11\"}",
					     "tap,fd=12,id=h",
					     "fd=13,set=1",
					     "/dev/fdset/13",
					     "/proc/self/fd/13",
					     NULL};

	open_image(args, ARRAY_SIZE(args));
	expect_argv(ARGV_EXEC, wanted);
}

static void test_a_payload_in_place_is_a_part_of_the_file(void **state)
{
	(void)state;
	const struct img_source_arg args[] = {
		{.text = joined("{\"driver\":\"raw\",", mark(FIX_PLACE, ESCAPE_JSON, 8, 0, ""),
				"}")},
		{.text = joined("driver=raw,", mark(FIX_PLACE, ESCAPE_KV, 8, 0, ""), "")},
	};
	static const char *const shell[] = {"{\"driver\":\"raw\",\"offset\":0}",
					    "driver=raw,offset=0", NULL};
	char json[96], words[96];
	const char *const exec[] = {json, words, NULL};

	open_image(args, ARRAY_SIZE(args));
	(void)snprintf(json, sizeof(json), "{\"driver\":\"raw\",\"offset\":%llu,\"size\":1536}",
		       (unsigned long long)img.payload[0].offset);
	(void)snprintf(words, sizeof(words), "driver=raw,offset=%llu,size=1536",
		       (unsigned long long)img.payload[0].offset);
	expect_argv(ARGV_EXEC, exec);
	expect_argv(ARGV_SHELL, shell);
}

static void test_what_names_an_absent_device_is_left_out(void **state)
{
	(void)state;
	const struct img_source_arg args[] = {
		{.text = mark(FIX_FD, ESCAPE_RAW, 3, 0, "")},
		{.text = "-add-fd"},
		{.text = joined("fd=", mark(FIX_FD, ESCAPE_RAW, 3, 0, ""), "")},
		{.text = "-device"},
		{.text = joined("{\"x\":\"", mark(FIX_FDSET_PATH, ESCAPE_JSON, 3, 0, ""), "\"}")},
		{.text = "-blockdev"},
		{.text = mark(FIX_FD_PATH, ESCAPE_RAW, 3, 0, "")},
		{.text = "-netdev"},
		{.text = joined("tap,", mark(FIX_TAP, ESCAPE_KV, 2, 1, ""), "")},
	};
	static const char *const wanted[] = {"-netdev", "tap,fd=12", NULL};
	static const char *const shell[] = {"13",
					    "-add-fd",
					    "fd=13",
					    "-device",
					    "{\"x\":\"/a,\\\"b\"}",
					    "-blockdev",
					    "/a,\"b",
					    "-netdev",
					    "tap,ifname=t1,script=no,downscript=no",
					    NULL};

	open_image(args, ARRAY_SIZE(args));
	slot_set_add(&facts.absent, 7);
	slot_set_add(&facts.absent, 3);
	expect_argv(ARGV_EXEC, wanted);
	expect_argv(ARGV_SHELL, shell);
}

static void test_vhost_is_off_where_it_is_absent(void **state)
{
	(void)state;
	const struct img_source_arg args[] = {
		{.text = joined("{", mark(FIX_VHOST, ESCAPE_JSON, 5, 2, ""), "}")},
		{.text = joined("x,", mark(FIX_VHOST, ESCAPE_KV, 7, 1, ""), "")},
	};
	static const char *const wanted[] = {"{\"vhost\":true,\"vhostfds\":\"15:16\"}",
					     "x,vhost=on,vhostfd=17", NULL};
	static const char *const absent[] = {"{\"vhost\":false}", "x,vhost=off", NULL};
	static const char *const shell[] = {"{\"vhost\":true}", "x,vhost=on", NULL};

	open_image(args, ARRAY_SIZE(args));
	expect_argv(ARGV_EXEC, wanted);
	slot_set_add(&facts.absent, 5);
	slot_set_add(&facts.absent, 7);
	expect_argv(ARGV_EXEC, absent);
	expect_argv(ARGV_SHELL, shell);
}

static void test_a_port_is_the_first_until_one_is_chosen(void **state)
{
	(void)state;
	const struct img_source_arg args[] = {
		{.text = joined("port=", mark(FIX_PORT, ESCAPE_KV, 1, 5930, ""), ",addr=::")},
	};
	static const char *const first[] = {"port=5930,addr=::", NULL};
	static const char *const chosen[] = {"port=5942,addr=::", NULL};

	open_image(args, ARRAY_SIZE(args));
	expect_argv(ARGV_SHELL, first);
	facts.ports[1] = 5942;
	expect_argv(ARGV_EXEC, chosen);
}

static void test_times_are_counted_from_now(void **state)
{
	(void)state;
	const struct img_source_arg args[] = {
		{.text = joined("base=", mark(FIX_TIME, ESCAPE_RAW, 0, 0, "+0"), ",x")},
		{.text = mark(FIX_TIME, ESCAPE_RAW, 0, 0, "-86401")},
		{.text = mark(FIX_TIME, ESCAPE_RAW, 0, 0, "+4294967295")},
		{.text = mark(FIX_TIME, ESCAPE_RAW, 0, 0, "-4294967295")},
	};
	/* date -u -d @1700000000 and so on; before 1970 there is nothing to count from. */
	static const char *const wanted[] = {"base=2023-11-14T22:13:20,x", "2023-11-13T22:13:19",
					     "2159-12-22T04:41:35", "utc", NULL};
	static const char *const unknown[] = {"base=utc,x", "utc", "utc", "utc", NULL};

	open_image(args, ARRAY_SIZE(args));
	expect_argv(ARGV_SHELL, unknown);
	facts.now = 1700000000;
	expect_argv(ARGV_EXEC, wanted);
}

static void test_nodes_are_members_of_an_object(void **state)
{
	(void)state;
	const struct img_source_arg args[] = {
		{.text = joined("{\"size\":1,", mark(FIX_NODES, ESCAPE_JSON, 0, 0, "bind"), "}")},
		{.text = joined("size=1,", mark(FIX_NODES, ESCAPE_KV, 0, 0, "interleave"), "")},
	};
	static const char *const wanted[] = {
		"{\"size\":1,\"host-nodes\":[0,1,5],\"policy\":\"bind\"}",
		"size=1,host-nodes=0-1,host-nodes=5,policy=interleave", NULL};
	static const char *const undecided[] = {"{\"size\":1,\"policy\":\"default\"}",
						"size=1,policy=default", NULL};

	open_image(args, ARRAY_SIZE(args));
	expect_argv(ARGV_SHELL, undecided);
	assert_int_equal(numset_parse("0-1,5", NUMSET_MAX - 1, &facts.nodes), 0);
	expect_argv(ARGV_EXEC, wanted);
}

static void test_a_shell_gets_names_instead_of_descriptors(void **state)
{
	(void)state;
	const struct img_source_arg args[] = {
		{.text = joined("{\"type\":\"tap\",", mark(FIX_TAP, ESCAPE_JSON, 0, 2, ""), "}")},
		{.text = joined("tap,", mark(FIX_TAP, ESCAPE_KV, 0, 2, ""), ",id=h")},
		{.text = joined("fd=", mark(FIX_FD, ESCAPE_RAW, 3, 0, ""), ",set=1"),
		 .flags = ARG_LOADER_ONLY},
		{.text = joined("{\"filename\":\"", mark(FIX_FDSET_PATH, ESCAPE_JSON, 3, 0, ""),
				"\"}")},
		{.text = joined("file=", mark(FIX_FDSET_PATH, ESCAPE_KV, 3, 0, ""), ",x=y")},
		{.text = "instead", .flags = ARG_SHELL_ONLY},
		{.text = "-enable-fips", .flags = ARG_FIPS},
	};
	static const char tap_json[] =
		"{\"type\":\"tap\",\"ifname\":\"t,0\",\"script\":\"no\",\"downscript\":\"no\",\"queues\":2}";
	static const char *const wanted[] = {
		tap_json,
		"tap,ifname=t,,0,script=no,downscript=no,queues=2,id=h",
		"{\"filename\":\"/a,\\\"b\"}",
		"file=/a,,\"b,x=y",
		"instead",
		NULL};

	static const char *const with_fips[] = {
		tap_json,
		"tap,ifname=t,,0,script=no,downscript=no,queues=2,id=h",
		"{\"filename\":\"/a,\\\"b\"}",
		"file=/a,,\"b,x=y",
		"instead",
		"-enable-fips",
		NULL};

	open_image(args, ARRAY_SIZE(args));
	expect_argv(ARGV_SHELL, wanted);
	facts.fips = true;
	expect_argv(ARGV_SHELL, with_fips);
}

static void test_unknown_facts_are_named_or_refused(void **state)
{
	(void)state;
	const struct img_source_arg args[] = {
		{.text = mark(FIX_UUID, ESCAPE_RAW, 0, 0, "")},
		{.text = mark(FIX_MAC, ESCAPE_RAW, 0, 0, "net0")},
		{.text = mark(FIX_ACCEL, ESCAPE_RAW, 0, 0, "")},
	};
	static const char *const wanted[] = {"<uuid>", "<mac>", "<accel>", NULL};
	struct err err = {0};

	open_image(args, ARRAY_SIZE(args));
	expect_argv(ARGV_EXEC, wanted);
	facts.mode = FACTS_STRICT;
	assert_null(facts_argv(&facts, ARGV_EXEC, &err));
	assert_int_equal(err.kind, ERR_HOST);
	assert_string_not_equal(err.fix, "");
}

static void test_identities_differ_by_unit_and_not_by_anything_else(void **state)
{
	(void)state;
	const struct img_source_arg args[] = {{.text = mark(FIX_MAC, ESCAPE_RAW, 0, 0, "net0")}};
	char first[32], again[32], other[32];
	struct err err = {0};

	open_image(args, ARRAY_SIZE(args));
	facts.mode = FACTS_STRICT;
	(void)snprintf(facts.unit, sizeof(facts.unit), "unit-1");
	(void)snprintf(first, sizeof(first), "%s", facts_argv(&facts, ARGV_EXEC, &err)[1]);
	(void)snprintf(again, sizeof(again), "%s", facts_argv(&facts, ARGV_SHELL, &err)[1]);
	(void)snprintf(facts.unit, sizeof(facts.unit), "unit-2");
	(void)snprintf(other, sizeof(other), "%s", facts_argv(&facts, ARGV_EXEC, &err)[1]);
	assert_string_equal(first, again);
	assert_string_not_equal(first, other);
}

static void test_the_extra_argument_comes_last(void **state)
{
	(void)state;
	const struct img_source_arg args[] = {{.text = "plain,=\"text"}};
	static const char *const wanted[] = {"plain,=\"text", "-S", NULL};

	open_image(args, ARRAY_SIZE(args));
	facts.extra = "-S";
	expect_argv(ARGV_EXEC, wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_descriptors_have_the_numbers_of_their_slots),
		cmocka_unit_test(test_a_payload_in_place_is_a_part_of_the_file),
		cmocka_unit_test(test_what_names_an_absent_device_is_left_out),
		cmocka_unit_test(test_vhost_is_off_where_it_is_absent),
		cmocka_unit_test(test_a_port_is_the_first_until_one_is_chosen),
		cmocka_unit_test(test_times_are_counted_from_now),
		cmocka_unit_test(test_nodes_are_members_of_an_object),
		cmocka_unit_test(test_a_shell_gets_names_instead_of_descriptors),
		cmocka_unit_test(test_unknown_facts_are_named_or_refused),
		cmocka_unit_test(test_identities_differ_by_unit_and_not_by_anything_else),
		cmocka_unit_test(test_the_extra_argument_comes_last),
	};

	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
