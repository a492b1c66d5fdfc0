/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_networks.c - what lines of /etc/kiln/networks and texts of images mean, and which are refused.
 */
#include "cm.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/networks.h"

static struct networks networks;
static struct err err;
static char path[64];
static int file = -1; /* in memory; @path leads to it */

static int setup(void **arg)
{
	(void)arg;
	memset(&networks, 0, sizeof(networks));
	memset(&err, 0, sizeof(err));
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	networks.path = path;
	return 0;
}

static int teardown(void **arg)
{
	(void)arg;
	(void)close(file);
	file = -1;
	return 0;
}

static void write_file(const char *text, size_t len)
{
	if (file < 0)
		file = memfd_create("networks", MFD_CLOEXEC);
	assert_true(file >= 0);
	assert_int_equal(ftruncate(file, 0), 0);
	assert_int_equal(pwrite(file, text, len, 0), len);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
}

static void learns(const char *text, const char *known)
{
	write_file(text, strlen(text));
	if (networks_learn(&networks, known, &err))
		fail_msg("%s: %s", text, err.what);
}

static const struct network *found(const char *name)
{
	const struct network *network = networks_find(&networks, name);

	assert_non_null(network);
	return network;
}

static void text_is(const char *name, const char *wanted)
{
	char text[300];
	struct buf buf;

	buf_init(&buf, text, sizeof(text));
	networks_text(&networks, found(name), &buf);
	/* The path differs from run to run. */
	if (strstr(text, path))
		memmove(strstr(text, path), strstr(text, path) + strlen(path),
			strlen(strstr(text, path) + strlen(path)) + 1);
	assert_string_equal(text, wanted);
}

static void test_a_line_says_what_a_network_is(void **arg)
{
	(void)arg;
	learns("# of this host\n\n  lan\tbridge=br0  vlan=10 \n"
	       "mixed bridge=br1 trunk=20,30-39 isolated vlan=5\nplain bridge=b\n"
	       "up macvtap=eth1\nalone macvtap=eth2 mode=passthrough\nvepa mode=vepa macvtap=e\n"
	       "last mode=private macvtap=e",
	       "");
	assert_int_equal(networks.count, 7);
	assert_int_equal(found("lan")->kind, NETWORK_BRIDGE);
	assert_string_equal(found("lan")->device, "br0");
	assert_string_equal(found("lan")->vlans, "10");
	assert_int_equal(found("lan")->flags, TAP_UNTAGGED);
	assert_int_equal(found("lan")->line, 3);
	assert_string_equal(found("mixed")->vlans, "5,20,30-39");
	assert_int_equal(found("mixed")->flags, TAP_UNTAGGED | TAP_ISOLATED);
	assert_int_equal(found("plain")->flags, 0);
	assert_int_equal(found("up")->kind, NETWORK_MACVTAP);
	assert_int_equal(found("up")->mode, MACVTAP_BRIDGE);
	assert_int_equal(found("alone")->mode, MACVTAP_PASSTHROUGH);
	assert_int_equal(found("vepa")->mode, MACVTAP_VEPA);
	assert_int_equal(found("last")->mode, MACVTAP_PRIVATE);
	text_is("lan", "bridge br0, VLAN 10 without a tag (:3)");
	text_is("mixed", "bridge br1, isolated, VLANs 5,20,30-39, the first without a tag (:4)");
	text_is("alone", "macvtap on eth2, mode passthrough (:7)");
	assert_null(networks_find(&networks, "la"));
	assert_null(networks_find(&networks, "br0"));
}

static void test_a_trunk_alone_has_tags(void **arg)
{
	(void)arg;
	learns("t bridge=b trunk=7\n", "");
	assert_string_equal(found("t")->vlans, "7");
	assert_int_equal(found("t")->flags, 0);
}

static void test_lines_may_end_as_those_of_dos(void **arg)
{
	(void)arg;
	learns("# why\r\n\r\nlan bridge=br0\r\nup macvtap=eth1 mode=vepa \r\n", "");
	assert_int_equal(networks.count, 2);
	assert_string_equal(found("lan")->device, "br0");
	assert_int_equal(found("up")->mode, MACVTAP_VEPA);
	assert_int_equal(found("up")->line, 4);
}

static void test_the_host_wins_over_the_image(void **arg)
{
	char names[100];
	struct buf buf;

	(void)arg;
	learns("lan bridge=here\n", "lan bridge=there vlan=9; up macvtap=eth1 mode=vepa;");
	assert_int_equal(networks.count, 2);
	assert_string_equal(found("lan")->device, "here");
	assert_int_equal(found("up")->line, 0);
	assert_int_equal(found("up")->mode, MACVTAP_VEPA);
	text_is("up", "macvtap on eth1, mode vepa (the image)");
	buf_init(&buf, names, sizeof(names));
	networks_names(&networks, &buf);
	assert_non_null(strstr(names, "lan (/proc/"));
	assert_non_null(strstr(names, "), up (the image)"));
}

static void test_the_file_is_read_once(void **arg)
{
	(void)arg;
	learns("lan bridge=one\n", "");
	learns("lan bridge=two\n", "lan bridge=three");
	assert_string_equal(found("lan")->device, "one");
	assert_int_equal(networks.count, 1);
}

static void test_without_the_default_file_there_are_those_of_the_image(void **arg)
{
	char names[16];
	struct buf buf;

	(void)arg;
	/* The default one may be there on this machine; it is only not required. */
	assert_int_equal(networks_learn(&networks, "", &err), -1);
	assert_int_equal(err.kind, ERR_HOST);
	assert_non_null(strstr(err.fix, "--networks"));
	write_file("", 0);
	assert_int_equal(networks_learn(&networks, "", &err), 0);
	buf_init(&buf, names, sizeof(names));
	networks_names(&networks, &buf);
	assert_string_equal(names, "none");
}

static const struct {
	const char *line, *what;
} bad[] = {
	{"lan", "one of bridge= and macvtap="},
	{"lan vlan=5", "one of bridge= and macvtap="},
	{"lan bridge=a macvtap=b", "one of bridge= and macvtap="},
	{"lan bridge=a bridge=a", "\"bridge\" is there twice"},
	{"lan bridge", "\"bridge\" needs a value"},
	{"lan bridge=", "\"\" is no name of an interface"},
	{"lan bridge=sixteen-letters-", "\"sixteen-letters-\" is no name"},
	{"lan bridge=a;", "is no name of an interface"},
	{"lan bridge=a/b", "is no name of an interface"},
	{"lan bridge=br%d", "is no name of an interface"},
	{"lan bridge=a\rb", "is no name of an interface"},
	{"lan bridge=a isolated=yes", "\"isolated\" takes no value"},
	{"lan bridge=a vlan=0", "\"0\" is no VLAN"},
	{"lan bridge=a vlan=4095", "\"4095\" is no VLAN"},
	{"lan bridge=a vlan=010", "\"010\" is no VLAN"},
	{"lan bridge=a vlan=5,6", "\"5,6\" is no VLAN"},
	{"lan bridge=a vlan=", "\"\" is no VLAN"},
	{"lan bridge=a trunk=5,5", "VLANs \"5,5\" are none"},
	{"lan bridge=a vlan=5 trunk=1-9", "VLANs \"1-9\" are none, or one is there twice"},
	{"lan bridge=a trunk=", "VLANs \"\" are none"},
	{"lan bridge=a mode=bridge", "mode= is of macvtaps"},
	{"lan macvtap=a mode=up", "\"up\" is no mode"},
	{"lan macvtap=a vlan=5", "\"vlan\" is of ports"},
	{"lan macvtap=a trunk=5", "\"trunk\" is of ports"},
	{"lan macvtap=a isolated", "\"isolated\" is of ports"},
	{"lan bridge=a # why", "unknown word \"#\""},
	{"lan Bridge=a", "unknown word \"Bridge\""},
	{"bridge=a", "\"bridge=a\" is no name of a network"},
	{"-lan bridge=a", "is no name of a network"},
	{"l\303\244n bridge=a", "is no name of a network"},
	{"lan; bridge=a", "is no name of a network"},
	{"ok bridge=a", "network \"ok\" is there twice"},
};

static void test_what_is_no_network_is_refused_with_its_line(void **arg)
{
	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char text[256];

		setup(NULL);
		(void)snprintf(text, sizeof(text), "ok bridge=b\n%s\n", bad[i].line);
		write_file(text, strlen(text));
		assert_int_equal(networks_learn(&networks, "", &err), -1);
		if (!strstr(err.what, bad[i].what))
			fail_msg("%s: %s", bad[i].line, err.what);
		assert_int_equal(err.kind, ERR_CONFIG);
		assert_string_equal(err.at.file, path);
		assert_int_equal(err.at.line, 2);
		assert_true(err.why[0] && err.fix[0]);
		assert_int_equal(networks.count, 1);
	}
}

static void test_a_refused_file_is_read_again(void **arg)
{
	(void)arg;
	write_file("lan bridge=a\nup\n", 16);
	assert_int_equal(networks_learn(&networks, "", &err), -1);
	learns("lan bridge=b\n", "");
	assert_string_equal(found("lan")->device, "b");
}

static void test_a_name_has_63_bytes_and_a_list_255(void **arg)
{
	char text[600], list[300] = "1";

	(void)arg;
	(void)snprintf(text, sizeof(text), "%063d bridge=b", 7);
	learns(text, "");
	assert_int_equal(strlen(networks.list[0].name), 63);
	setup(NULL);
	(void)snprintf(text, sizeof(text), "%064d bridge=b", 7);
	write_file(text, strlen(text));
	assert_int_equal(networks_learn(&networks, "", &err), -1);
	for (unsigned vlan = 1001; strlen(list) < 255 - 5; vlan++)
		(void)snprintf(list + strlen(list), sizeof(list) - strlen(list), ",%u", vlan);
	setup(NULL);
	(void)snprintf(text, sizeof(text), "lan bridge=b trunk=%s", list);
	learns(text, "");
	assert_string_equal(found("lan")->vlans, list);
	setup(NULL);
	(void)snprintf(text, sizeof(text), "lan bridge=b trunk=%s vlan=4000", list);
	write_file(text, strlen(text));
	assert_int_equal(networks_learn(&networks, "", &err), -1);
	assert_string_equal(err.what, "a list of VLANs has at most 255 bytes");
}

static void test_there_is_room_for_so_many(void **arg)
{
	char text[NETWORKS_MAX * 32];
	struct buf buf;

	(void)arg;
	buf_init(&buf, text, sizeof(text));
	for (unsigned i = 0; i < NETWORKS_MAX; i++)
		buf_addf(&buf, "n%u bridge=b\n", i);
	learns(text, "");
	assert_int_equal(networks.count, NETWORKS_MAX);
	assert_int_equal(networks_learn(&networks, "another bridge=b", &err), -1);
	assert_non_null(strstr(err.what, "more than"));
	setup(NULL);
	buf_add_str(&buf, "another bridge=b\n");
	write_file(text, buf.len);
	assert_int_equal(networks_learn(&networks, "", &err), -1);
	assert_int_equal(err.at.line, NETWORKS_MAX + 1);
}

static void test_bytes_that_are_no_text(void **arg)
{
	static char line[70000];

	(void)arg;
	write_file("lan bridge=b\nx\0y\n", 17);
	assert_int_equal(networks_learn(&networks, "", &err), -1);
	assert_int_equal(err.at.line, 2);
	setup(NULL);
	memset(line, 'a', sizeof(line));
	write_file(line, sizeof(line));
	assert_int_equal(networks_learn(&networks, "", &err), -1);
	assert_true(err.why[0] && err.fix[0]);
}

static void test_every_beginning_of_a_line_is_taken_or_refused(void **arg)
{
	static const char line[] = "guests bridge=br0 vlan=5 trunk=20,30-39 isolated";

	(void)arg;
	for (size_t len = 0; len < sizeof(line); len++) {
		setup(NULL);
		write_file(line, len);
		if (networks_learn(&networks, "", &err)) {
			assert_int_equal(err.kind, ERR_CONFIG);
			assert_int_equal(networks.count, 0);
		} else {
			assert_int_equal(networks.count, len > 0);
		}
	}
}

static void test_a_bad_text_of_an_image_is_the_images_fault(void **arg)
{
	static const char *const texts[] = {"lan", "lan bridge=b; ;", "lan bridge=b; up macvtap="};
	char text[1000];

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		setup(NULL);
		write_file("", 0);
		assert_int_equal(networks_learn(&networks, texts[i], &err), -1);
		assert_int_equal(err.kind, ERR_IMAGE);
	}
	setup(NULL);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(networks_learn(&networks, text, &err), -1);
	assert_int_equal(err.kind, ERR_IMAGE);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_line_says_what_a_network_is),
		TEST(test_a_trunk_alone_has_tags),
		TEST(test_lines_may_end_as_those_of_dos),
		TEST(test_the_host_wins_over_the_image),
		TEST(test_the_file_is_read_once),
		TEST(test_without_the_default_file_there_are_those_of_the_image),
		TEST(test_what_is_no_network_is_refused_with_its_line),
		TEST(test_a_refused_file_is_read_again),
		TEST(test_a_name_has_63_bytes_and_a_list_255),
		TEST(test_there_is_room_for_so_many),
		TEST(test_bytes_that_are_no_text),
		TEST(test_every_beginning_of_a_line_is_taken_or_refused),
		TEST(test_a_bad_text_of_an_image_is_the_images_fault),
	};
#undef TEST
	return cmocka_run_group_tests_name("networks", tests, NULL, NULL);
}
