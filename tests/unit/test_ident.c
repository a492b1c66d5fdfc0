/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_ident.c - each rule with values that keep it and values that break it.
 */
#include "cm.h"

#include "base/ident.h"

#define LONG_128 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_129 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	enum ident_kind kind;
	const char *good[6], *bad[13];
} cases[] = {
	{IDENT_IFNAME,
	 {"br0", "eth0.100", "fifteen-bytes-x", "caf\xc3\xa9", "-all", "..."},
	 {"", ".", "..", "sixteen-bytes-xx", "a/b", "a b", "a:1", "a\tb", "vm%d", "a\x7f", "a;b",
	  "all", "default"}},
	{IDENT_IFNAME_TEMPLATE,
	 {"br0", "vm%d", "%d"},
	 {"", "vm%", "vm%s", "%d%d", "vm%%d", "fourteen-byte-%d", "a b%d", "vm%1d", "a\xa0"}},
	{IDENT_VM_NAME,
	 {"router", "0", "A.b_c-d"},
	 {"", ".a", "-a", "_a", "a b", "a/b", "a%d", LONG_64, "\xc3\xa9", "a\n"}},
	{IDENT_MAC,
	 {"52:54:00:12:34:56", "00:00:00:00:00:01", "FE:ff:ff:ff:ff:ff"},
	 {"", "00:00:00:00:00:00", "01:00:5e:00:00:01", "52:54:00:12:34", "52:54:00:12:34:5",
	  "52-54-00-12-34-56", "52:54:00:12:34:56:", "g2:54:00:12:34:56", " 2:54:00:12:34:56"}},
	{IDENT_VLANS,
	 {"1", "4094", "1-4094", "5,10,20-29", "7-7", "9,3"},
	 {"", "0", "4095", "05", "5,", "5,5", "9-5", "1-", "5-9,7", "1-2-3"}},
	{IDENT_PCI_HOST,
	 {"0000:00:00.0", "000a:ff:1f.7"},
	 {"", "06:12.5", "0000:06:12", "0000:06:2f.0", "0000:06:12.8", "0000:06:12.55",
	  "000A:06:12.5", "10000:06:12.5", "0000:06:12:5", " 000:06:12.5"}},
	{IDENT_SCSI_HOST,
	 {"7:0:0:0", "0:0:255:16383", "4294967295:0:0:4294967295"},
	 {"", "7:0:0", "7:0:0:", ":0:0:0", "7:0:0:0:0", "07:0:0:0", "7:0:0:0 ", "7:0:0:x",
	  "-1:0:0:0", "4294967296:0:0:0"}},
	{IDENT_USB_HOST,
	 {"1234:beef", "001/001", "999/127"},
	 {"", "1234:BEEF", "1234beef", "0x1234:beef", "123:beef", "1234:bee", "1/2", "001/000",
	  "000/001", "001/128", "001:002", "001/02a", "0001/001"}},
	{IDENT_WWPN,
	 {"naa.5123456789abcde0"},
	 {"", "5123456789abcde0", "naa.5123456789abcde", "naa.5123456789abcde01",
	  "naa.5123456789ABCDE0", "eui.5123456789abcde0"}},
	{IDENT_UUID,
	 {"6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8"},
	 {"", "6ba7b8109dad11d180b400c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c",
	  "6ba7b810-9dad-11d1-80b400-c04fd430c8", "{ba7b810-9dad-11d1-80b4-00c04fd430c}"}},
	{IDENT_PATH, {"/", "/a b/c,d", "/\xc3\xa9"}, {"", "a", "./a", "/a\nb", "/a\x01", "/\x7f"}},
	{IDENT_IPV4_NET,
	 {"192.0.2.1/24", "0.0.0.0/0", "255.255.255.255/32"},
	 {"", "192.0.2.1", "192.0.2.1/33", "192.0.2.256/24", "192.0.2/24", "192.0.02.1/24",
	  "192.0.2.1/", "192.0.2.1.1/24", " 192.0.2.1/24", "192.0.2.1/24 "}},
	{IDENT_UNIT,
	 {"4c4c4544004b5a10", "unit-7", "~!", LONG_128},
	 {"", " ", "a b", "a\n", "\xc3\xa9", LONG_129}},
	{IDENT_USER,
	 {"kiln", "_kiln", "libvirt-qemu", "a1$"},
	 {"", "Kiln", "0", "-a", "$", "a$b", "a b", "root:", LONG_64}},
	{IDENT_FILE_NAME,
	 {"vmlinuz-6.1", "...", ".config", "a b"},
	 {"", ".", "..", "a/b", "/", "a\n", LONG_64}},
	{IDENT_HOST,
	 {"localhost", "192.0.2.1", "::1", "fe80::1%eth0", "a_b-c.example", "0"},
	 {"", "-a", "a b", "a,b", "a/b", "[::1]", "a\n", "\xc3\xa9"}},
	{IDENT_PORT, {"1", "65535", "514"}, {"", "0", "65536", "-1", "http", " 1", "01", "1x"}},
	{IDENT_NAME, {"disk-key", "0", "A.b_c-d"}, {"", ".a", "-a", "_a", "a b", "a/b", LONG_64}},
	{IDENT_CREDENTIAL,
	 {"disk-key", ".hidden", "a%b", LONG_128},
	 {"", ".", "..", "a/b", "a:b", "a b", "\xc3\xa9", "a\n", LONG_128 LONG_128}},
	{IDENT_TEXT, {"", "a b", "\xc3\xa9"}, {"\n", "a\tb", "\x1b[0m", "\x01", "\x7f"}},
};

static void test_each_rule_takes_and_refuses(void **state)
{
	(void)state;
	assert_int_equal(sizeof(cases) / sizeof(cases[0]), IDENT_COUNT);
	for (size_t i = 0; i < IDENT_COUNT; i++) {
		assert_int_equal(cases[i].kind, i);
		for (size_t k = 0; k < 6 && cases[i].good[k]; k++)
			if (!ident_is_valid(cases[i].kind, cases[i].good[k]))
				fail_msg("%s: \"%s\" was refused", ident_noun(cases[i].kind),
					 cases[i].good[k]);
		for (size_t k = 0; k < 10 && cases[i].bad[k]; k++)
			if (ident_is_valid(cases[i].kind, cases[i].bad[k]))
				fail_msg("%s: \"%s\" was taken", ident_noun(cases[i].kind),
					 cases[i].bad[k]);
	}
}

static void test_each_rule_is_a_sentence(void **state)
{
	(void)state;
	for (enum ident_kind kind = 0; kind < IDENT_COUNT; kind++) {
		const char *rule = ident_rule(kind);

		assert_true(rule[0] == 'A');
		assert_int_equal(rule[strlen(rule) - 1], '.');
		assert_true(ident_noun(kind)[0]);
	}
}

static void test_path_has_at_most_4095_bytes(void **state)
{
	char path[IDENT_PATH_MAX + 1];

	(void)state;
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[IDENT_PATH_MAX] = '\0';
	assert_false(ident_is_valid(IDENT_PATH, path));
	path[IDENT_PATH_MAX - 1] = '\0';
	assert_true(ident_is_valid(IDENT_PATH, path));
}

static void test_mac_is_written_as_read(void **state)
{
	unsigned char mac[MAC_BYTES];
	char text[MAC_TEXT_MAX];

	(void)state;
	assert_int_equal(ident_parse_mac("52:54:00:AB:0c:9f", mac), 0);
	ident_format_mac(text, mac);
	assert_string_equal(text, "52:54:00:ab:0c:9f");
}

static void test_uuid_is_written_as_read(void **state)
{
	unsigned char uuid[UUID_BYTES];
	char text[UUID_TEXT_MAX];

	(void)state;
	assert_int_equal(ident_parse_uuid("6BA7B810-9dad-11d1-80b4-00c04fd430c8", uuid), 0);
	assert_int_equal(uuid[0], 0x6b);
	assert_int_equal(uuid[15], 0xc8);
	ident_format_uuid(text, uuid);
	assert_string_equal(text, "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
}

static void test_ipv4_address_and_prefix_are_read(void **state)
{
	uint32_t addr;
	unsigned prefix;

	(void)state;
	assert_int_equal(ident_parse_ipv4_net("192.0.2.1/24", &addr, &prefix), 0);
	assert_int_equal(addr, 0xc0000201);
	assert_int_equal(prefix, 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_rule_takes_and_refuses),
		cmocka_unit_test(test_each_rule_is_a_sentence),
		cmocka_unit_test(test_path_has_at_most_4095_bytes),
		cmocka_unit_test(test_mac_is_written_as_read),
		cmocka_unit_test(test_uuid_is_written_as_read),
		cmocka_unit_test(test_ipv4_address_and_prefix_are_read),
	};

	return cmocka_run_group_tests_name("ident", tests, NULL, NULL);
}
