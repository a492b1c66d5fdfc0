/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_netlink.c - requests to the kernel, byte for byte those of bridge(8), iproute2 6.1, on interface 3.
 * LINK: -Wl,--wrap=sendto,--wrap=recvfrom,--wrap=__recvfrom_chk
 *
 * They are what `strace -e write=3 bridge ...` shows; compared without the number of the request.
 */
#include "netlink_fixture.h"

#include "base/vlan.h"
#include "image/ops.h"

static int port_set(uint32_t flags, const char *vlans)
{
	const struct port_change change = {.flags = flags, .vlans = vlans};
	struct netlink nl = {.fd = -1};

	count = 0;
	return netlink_port_set(&nl, 3, &change);
}

#define HEAD_DEL "34000000 1100 0500 ........ 00000000 07000000 03000000 00000000 00000000"
#define ALL_GO   HEAD_DEL "1400 1a00 0800 0200 0800 0100 0800 0200 1000 fe0f"
#define HEAD_ONE "2c000000 1300 0500 ........ 00000000 07000000 03000000 00000000 00000000"
#define HEAD_TWO "34000000 1300 0500 ........ 00000000 07000000 03000000 00000000 00000000"

static void test_an_access_port_has_one_vlan_without_a_tag(void **state)
{
	(void)state;
	assert_int_equal(port_set(TAP_UNTAGGED, "5"), 0);
	assert_int_equal(count, 2);
	assert_sent(0, ALL_GO);
	assert_sent(1, HEAD_ONE "0c00 1a00 0800 0200 0600 0500");
}

static void test_ranges_and_numbers_of_a_trunk(void **state)
{
	(void)state;
	assert_int_equal(port_set(0, "10-12"), 0);
	assert_sent(1, HEAD_TWO "1400 1a00 0800 0200 0800 0a00 0800 0200 1000 0c00");
	assert_int_equal(port_set(0, "10"), 0);
	assert_sent(1, HEAD_ONE "0c00 1a00 0800 0200 0000 0a00");
}

/* What bridge(8) needs several requests for. */
static void test_all_of_a_trunk_are_in_one_request(void **state)
{
	static const char head[] =
		"44000000 1300 0500 ........ 00000000 07000000 03000000 00000000 00000000";
	char hex[256];

	(void)state;
	assert_int_equal(port_set(TAP_UNTAGGED, "5-6,10-12"), 0);
	assert_int_equal(count, 2);
	(void)snprintf(hex, sizeof(hex), "%s%s", head,
		       "2400 1a00 0800 0200 0600 0500 0800 0200 0000 0600"
		       "0800 0200 0800 0a00 0800 0200 1000 0c00");
	assert_sent(1, hex);
}

static void test_flags_of_a_port(void **state)
{
	(void)state;
	assert_int_equal(port_set(TAP_PORT_FLAGS, ""), 0);
	assert_int_equal(count, 1);
	assert_sent(0, "54000000 1300 0500 ........ 00000000 07000000 03000000 00000000 00000000"
		       "3400 0c80 0500 0900 00000000 0500 1b00 00000000 0500 1e00 00000000"
		       "0500 0800 00000000 0500 2000 01000000 0500 2100 01000000");
	assert_int_equal(port_set(TAP_VNET_HDR, ""), 0);
	assert_int_equal(count, 0);
}

static void test_the_longest_list_fits(void **state)
{
	char list[VLAN_LIST_MAX] = "1";
	size_t len = 1;

	(void)state;
	for (unsigned i = 3; i < 1000; i += 2) {
		int more = snprintf(list + len, sizeof(list) - len, ",%u", i);

		if (len + (size_t)more >= sizeof(list))
			break;
		len += (size_t)more;
	}
	list[len] = '\0';
	assert_true(vlan_is_list(list));
	assert_int_equal(port_set(0, list), 0);
	assert_int_equal(count, 2);
}

static void test_a_refusal_ends_it(void **state)
{
	(void)state;
	answer = -EOPNOTSUPP;
	assert_int_equal(port_set(TAP_ISOLATED, "5"), -EOPNOTSUPP);
	assert_int_equal(count, 1);
	answer = 0;
	assert_int_equal(port_set(0, "5,,6"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_access_port_has_one_vlan_without_a_tag),
		cmocka_unit_test(test_ranges_and_numbers_of_a_trunk),
		cmocka_unit_test(test_all_of_a_trunk_are_in_one_request),
		cmocka_unit_test(test_flags_of_a_port),
		cmocka_unit_test(test_the_longest_list_fits),
		cmocka_unit_test(test_a_refusal_ends_it),
	};

	return cmocka_run_group_tests_name("host_netlink", tests, NULL, NULL);
}
