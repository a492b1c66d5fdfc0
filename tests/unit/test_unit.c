/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_unit.c - unit identities are what the formula of unit.h gives. The expected values come from
 * sha256sum with the command lines in that header (unit 4c4c4544, VM router, device net0).
 */
#include "cm.h"

#include "base/unit.h"

static void test_mac_is_what_sha256sum_gives(void **state)
{
	unsigned char mac[MAC_BYTES];
	char text[MAC_TEXT_MAX];

	(void)state;
	unit_mac(mac, "4c4c4544", "router", "net0");
	ident_format_mac(text, mac);
	assert_string_equal(text, "da:57:81:b4:8f:97"); /* da5781b48f97d898...: 0xda has the bits */
	unit_mac_from_name(mac, "router", "net0");
	ident_format_mac(text, mac);
	assert_string_equal(text, "e6:bd:fc:f1:71:72"); /* e6bdfcf17172bd1b... */
}

static void test_uuid_is_what_sha256sum_gives(void **state)
{
	unsigned char uuid[UUID_BYTES];
	char text[UUID_TEXT_MAX];

	(void)state;
	/* 0e9e55e9bb67b2d9199e46dfd0cbb259...: version 8 over b2d9, variant 10 over 199e */
	unit_uuid(uuid, "4c4c4544", "router");
	ident_format_uuid(text, uuid);
	assert_string_equal(text, "0e9e55e9-bb67-82d9-999e-46dfd0cbb259");
}

static void test_cid_is_what_sha256sum_gives(void **state)
{
	(void)state;
	/* 741e29d0...: 3 + that mod 4294967292 */
	assert_int_equal(unit_cid("4c4c4544", "router", "vsock"), UINT32_C(1948133843));
	for (unsigned i = 0; i < 1000; i++) {
		char unit[16];

		snprintf(unit, sizeof(unit), "u%u", i);
		assert_in_range(unit_cid(unit, "vm", "vsock"), 3, UINT32_C(4294967294));
	}
}

static void test_macs_are_local_unicast_and_differ(void **state)
{
	unsigned char mac[100][MAC_BYTES];
	char device[16], text[MAC_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		snprintf(device, sizeof(device), "net%zu", i);
		unit_mac(mac[i], "u", "vm", device);
		assert_int_equal(mac[i][0] & 3, 2);
		ident_format_mac(text, mac[i]);
		assert_true(ident_is_valid(IDENT_MAC, text));
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(mac[i], mac[k], MAC_BYTES);
	}
}

static void test_parts_are_told_apart(void **state)
{
	unsigned char one[MAC_BYTES], two[MAC_BYTES];

	(void)state;
	unit_mac(one, "ab", "c", "net0");
	unit_mac(two, "a", "bc", "net0");
	assert_memory_not_equal(one, two, MAC_BYTES);
	unit_mac(one, "", "vm", "net0");
	unit_mac_from_name(two, "vm", "net0");
	assert_memory_not_equal(one, two, MAC_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mac_is_what_sha256sum_gives),
		cmocka_unit_test(test_uuid_is_what_sha256sum_gives),
		cmocka_unit_test(test_cid_is_what_sha256sum_gives),
		cmocka_unit_test(test_macs_are_local_unicast_and_differ),
		cmocka_unit_test(test_parts_are_told_apart),
	};

	return cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
