/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_host_tc.c - requests of traffic control, byte for byte: those of tc(8), iproute2 6.1, on interface 2.
 * LINK: -Wl,--wrap=sendto,--wrap=recvfrom,--wrap=__recvfrom_chk
 *
 * Theirs are what `strace -e write=3 tc ...` shows for the same limits with the handle 4abc:. They differ where tc
 * sends tables of times and we none (of HTB) or an empty one (of police), in cell_log and cell_align, which belong
 * to those tables, and in the size of a bucket, which tc rounds to microseconds.
 */
#include "netlink_fixture.h"

#include "host/netlink_limits.h"
#include "host/netlink_tc.h"

#define INDEX 2
#define MARK  0x4abc

/* tc: rate 333kbps ceil 777kbps burst 77k cburst 1600 */
#define RATE        333000u
#define PEAK        777000u
#define BURST       (77u * 1024)
#define PEAK_BURST  1600u
#define TC_BUFFER   3699687u
#define TC_CBUFFER  32171u
#define TC_US_TICKS 16 /* a microsecond, which tc rounds down to, and a bit */

#define BUFFER_AT 76 /* in the request of a class, behind both rates */

static struct netlink nl = {.fd = -1};

static void begin(void)
{
	count = 0;
	answer = 0;
	memset(told, 0, sizeof(told));
}

static uint32_t number_at(unsigned request, size_t at)
{
	uint32_t number;

	assert_true(request < count && at + sizeof(number) <= sent[request].len);
	memcpy(&number, sent[request].data + at, sizeof(number));
	return number;
}

static void test_a_queue_is_that_of_tc(void **state)
{
	(void)state;
	begin();
	assert_int_equal(netlink_htb_add(&nl, INDEX, MARK), 0);
	assert_sent(0, "48000000 2400 0506 ........ 00000000 00000000 02000000 0000bc4a ffffffff"
		       "00000000 08000100 68746200 1c000200 18000200 03000000 0a000000 01000000"
		       "00000000 00000000");
	assert_int_equal(netlink_htb_del(&nl, INDEX, MARK), 0);
	assert_sent(1, "24000000 2500 0500 ........ 00000000 00000000 02000000 0000bc4a ffffffff"
		       "00000000");
	/* tc adds options without content. */
	assert_int_equal(netlink_fair_add(&nl, INDEX, MARK), 0);
	assert_sent(2, "34000000 2400 0506 ........ 00000000 00000000 02000000 00000000 0100bc4a"
		       "00000000 0d000100 66715f63 6f64656c 00000000");
}

static void test_a_class_is_that_of_tc_but_for_its_tables(void **state)
{
	const struct tc_limit limit = {RATE, BURST, PEAK, PEAK_BURST};

	(void)state;
	begin();
	assert_int_equal(netlink_htb_class_add(&nl, INDEX, MARK, &limit), 0);
	assert_sent(0, "60000000 2800 0506 ........ 00000000 00000000 02000000 0100bc4a 0000bc4a"
		       "00000000 08000100 68746200 34000200 30000100"
		       "03010000 0000 0000 c8140500 03010000 0000 0000 28db0b00"
		       "f4733800 b07d0000 60ea0000 00000000 00000000");
	assert_in_range(number_at(0, BUFFER_AT), TC_BUFFER, TC_BUFFER + TC_US_TICKS);
	assert_in_range(number_at(0, BUFFER_AT + 4), TC_CBUFFER, TC_CBUFFER + TC_US_TICKS);
}

static void test_without_a_peak_both_buckets_are_one(void **state)
{
	const struct tc_limit limit = {.rate = RATE, .burst = BURST};

	(void)state;
	begin();
	assert_int_equal(netlink_htb_class_add(&nl, INDEX, MARK, &limit), 0);
	assert_sent(0, "60000000 2800 0506 ........ 00000000 00000000 02000000 0100bc4a 0000bc4a"
		       "00000000 08000100 68746200 34000200 30000100"
		       "03010000 0000 0000 c8140500 03010000 0000 0000 c8140500"
		       "f4733800 f4733800 60ea0000 00000000 00000000");
}

/* A bucket is a time, in 64 ns: so many of them hold the burst, and one less does not. */
static void test_a_bucket_holds_its_burst_and_no_more(void **state)
{
	static const struct tc_limit limits[] = {
		{.rate = 1000, .burst = 1600},
		{.rate = RATE, .burst = BURST},
		{.rate = 4294967000, .burst = 1600},
		{.rate = 4294967000, .burst = UINT32_MAX},
		/* The longest time, SHAPE_TIME_MAX. */
		{.rate = 1000000, .burst = 274000000},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		begin();
		assert_int_equal(netlink_htb_class_add(&nl, INDEX, MARK, &limits[i]), 0);
		double tick = (double)limits[i].rate * 64e-9;
		double ticks = number_at(0, BUFFER_AT), burst = limits[i].burst;

		assert_true(ticks * tick >= burst * (1 - 1e-12));
		assert_true((ticks - 1) * tick < burst);
	}
	/* More than the kernel can hold is all that it can. */
	begin();
	assert_int_equal(netlink_htb_class_add(&nl, INDEX, MARK,
					       &(struct tc_limit){.rate = 1000, .burst = 1 << 20}),
			 0);
	assert_int_equal(number_at(0, BUFFER_AT), UINT32_MAX);
}

static void test_a_place_for_filters_is_that_of_tc(void **state)
{
	(void)state;
	begin();
	assert_int_equal(netlink_ingress_add(&nl, INDEX), 0);
	assert_sent(0, "30000000 2400 0506 ........ 00000000 00000000 02000000 0000ffff f1ffffff"
		       "00000000 0c000100 696e6772 65737300");
	/* tc names the kind again. */
	assert_int_equal(netlink_ingress_del(&nl, INDEX), 0);
	assert_sent(1, "24000000 2500 0500 ........ 00000000 00000000 02000000 0000ffff f1ffffff"
		       "00000000");
	assert_int_equal(netlink_police_del(&nl, INDEX, MARK), 0);
	assert_sent(2, "2c000000 2d00 0500 ........ 00000000 00000000 02000000 00000000 0000ffff"
		       "0003bc4a 08000100 75333200");
}

/* "HEAD" TABLE "BETWEEN" TABLE "END", a table being 1024 zero bytes. */
static const char *with_tables(const char *head, const char *between, const char *end)
{
	static char text[8192];
	static char zeros[2 * 1024 + 1];

	memset(zeros, '0', sizeof(zeros) - 1);
	(void)snprintf(text, sizeof(text), "%s%s%s%s%s", head, zeros, between ? between : "",
		       between ? zeros : "", end);
	return text;
}

#define EVERY_PACKET \
	"24000500 01000100 00000000 00000000 00000000 00000000 00000000 00000000 00000000"

static void test_a_filter_is_that_of_tc_but_for_its_tables(void **state)
{
	const struct tc_limit limit = {.rate = RATE, .burst = BURST};

	(void)state;
	begin();
	assert_int_equal(netlink_police_add(&nl, INDEX, MARK, &limit), 0);
	assert_sent(0, with_tables("b4040000 2c00 0506 ........ 00000000 00000000 02000000 00000000"
				   "0000ffff 0003bc4a 08000100 75333200 88040200 08000100 01000000"
				   "58040700 54040100 0b000100 706f6c69 63650000 44040200"
				   "3c000100 00000000 02000000 00000000 f4733800 00080100"
				   "03010000 0000 0000 c8140500 00000000 00000000 00000000"
				   "00000000 00000000 00000000 04040200",
				   NULL, EVERY_PACKET));
}

static void test_a_filter_with_a_peak_has_two_tables(void **state)
{
	const struct tc_limit limit = {.rate = RATE, .burst = BURST, .peak = PEAK};

	(void)state;
	begin();
	assert_int_equal(netlink_police_add(&nl, INDEX, MARK, &limit), 0);
	assert_sent(0, with_tables("b8080000 2c00 0506 ........ 00000000 00000000 02000000 00000000"
				   "0000ffff 0003bc4a 08000100 75333200 8c080200 08000100 01000000"
				   "5c080700 58080100 0b000100 706f6c69 63650000 48080200"
				   "3c000100 00000000 02000000 00000000 f4733800 00080100"
				   "03010000 0000 0000 c8140500 03010000 0000 0000 28db0b00"
				   "00000000 00000000 00000000 04040200",
				   "04040300", EVERY_PACKET));
}

static void test_what_the_kernel_refuses_is_handed_on(void **state)
{
	const struct tc_limit limit = {.rate = RATE, .burst = BURST};

	(void)state;
	begin();
	answer = -ENOENT;
	assert_int_equal(netlink_police_add(&nl, INDEX, MARK, &limit), -ENOENT);
	answer = -EEXIST;
	assert_int_equal(netlink_htb_add(&nl, INDEX, MARK), -EEXIST);
}

/* ---- what stands on an interface ------------------------------------------------------------------- */

/* What Linux tells of the class above, which tc had added. */
#define CLASS_HEAD "ec000000 2800 0200 00000000 00000000 00000000 "
#define CLASS_REST                                                                \
	"0100bc4a ffffffff 00000000 08000100 68746200 34000200 30000100"          \
	"00010000 00000000 c8140500 00010000 00000000 28db0b00 e7733800 ab7d0000" \
	"60ea0000 00000000 00000000"                                              \
	"48000700 14000100 00000000 00000000 00000000 00000000 18000300 00000000" \
	"00000000 00000000 00000000 00000000 18000400 00000000 00000000 00000000" \
	"e7733800 ab7d0000 2c000300 00000000 00000000 00000000 00000000 00000000" \
	"00000000 00000000 00000000 00000000 00000000 18000400 00000000 00000000" \
	"00000000 e7733800 ab7d0000"

/* And of the filter above, with the peak: the third of three messages, behind that of the table that it is in. */
#define FILTER                                                                              \
	"54010000 2c000200 00000000 00000000 00000000 02000000 00080080 0000ffff 0003bc4a " \
	"08000100 75333200 08000b00 00000000 20010200 24000500 01000100 00000000 00000000 " \
	"00000000 00000000 00000000 00000000 00000000 08000200 00000080 08000100 01000000 " \
	"08000b00 08000000 c4000700 c0000100 0b000100 706f6c69 63650000 44000400 14000100 " \
	"00000000 00000000 00000000 00000000 14000700 00000000 00000000 00000000 00000000 " \
	"18000300 00000000 00000000 00000000 00000000 00000000 08000a00 00000000 64000200 " \
	"3c000100 01000000 02000000 00000000 e7733800 00080100 00010000 00000000 c8140500 " \
	"00010000 00000000 28db0b00 01000000 01000000 00000000 24000600 c7000000 00000000 " \
	"c7000000 00000000 00000000 00000000 00000000 00000000 1c000900 00000000 00000000 " \
	"00000000 00000000 00000000 00000000"

/* tell() - that message is in the answer to that request. */
static void tell(unsigned request, const char *hex)
{
	unsigned char *to = told[request];
	char digits[3] = {0};

	memset(to, 0, sizeof(told[0]));
	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		digits[0] = *hex;
		digits[1] = *++hex;
		*to++ = (unsigned char)strtoul(digits, NULL, 16);
	}
}

static struct tc_limit leaves, comes_in;

static void look(const char *classes)
{
	begin();
	tell(0, classes);
	assert_int_equal(netlink_limits_look(&nl, INDEX, &leaves, &comes_in), 0);
	assert_int_equal(count, 2);
}

static void test_a_class_is_read_as_its_limit(void **state)
{
	(void)state;
	look(CLASS_HEAD "02000000" CLASS_REST);
	assert_int_equal(leaves.rate, RATE);
	assert_int_equal(leaves.peak, PEAK);
	/* What tc prints of them: 77Kb and 1599b. */
	assert_in_range(leaves.burst, BURST - 1, BURST);
	assert_int_equal(leaves.peak_burst, 1599);
	assert_int_equal(comes_in.rate, 0);
	assert_sent(0, "24000000 2a00 0103 ........ 00000000 00000000 02000000 00000000 00000000"
		       "00000000");
	assert_sent(1, "24000000 2e00 0103 ........ 00000000 00000000 02000000 00000000 0000ffff"
		       "00000000");
}

/* Of another interface, with a handle that is no mark, not the one class, of another kind, and cut off. */
static void test_what_is_not_ours_is_no_limit(void **state)
{
	static const struct {
		size_t at;
		unsigned char byte;
	} odd[] = {{20, 3}, {27, 0x80}, {27, 0x3f}, {24, 2}, {40, 'x'}, {48, 0x2f}, {44, 0x2f}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		begin();
		tell(0, CLASS_HEAD "02000000" CLASS_REST);
		told[0][odd[i].at] = odd[i].byte;
		assert_int_equal(netlink_limits_look(&nl, INDEX, &leaves, &comes_in), 0);
		if (leaves.rate)
			fail_msg("byte %zu", odd[i].at);
	}
	begin();
	answer = -EPERM;
	assert_int_equal(netlink_limits_look(&nl, INDEX, &leaves, &comes_in), -EPERM);
}

static void test_a_filter_is_read_as_its_limit(void **state)
{
	(void)state;
	begin();
	tell(1, FILTER);
	assert_int_equal(netlink_limits_look(&nl, INDEX, &leaves, &comes_in), 0);
	assert_int_equal(leaves.rate, 0);
	assert_int_equal(comes_in.rate, RATE);
	assert_in_range(comes_in.burst, BURST - 1, BURST);
	assert_int_equal(comes_in.peak, PEAK);
	assert_int_equal(comes_in.peak_burst, TC_PACKET_MAX);
}

/* Without a mark, of another kind, with another action, and with one whose options are cut off. */
static void test_anothers_filter_is_no_limit(void **state)
{
	static const struct {
		size_t at;
		unsigned char byte;
	} odd[] = {{20, 3}, {35, 0x00}, {40, 'x'}, {128, 'x'}, {216, 0x38}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		begin();
		tell(1, FILTER);
		told[1][odd[i].at] = odd[i].byte;
		assert_int_equal(netlink_limits_look(&nl, INDEX, &leaves, &comes_in), 0);
		if (comes_in.rate)
			fail_msg("byte %zu", odd[i].at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_queue_is_that_of_tc),
		cmocka_unit_test(test_a_class_is_that_of_tc_but_for_its_tables),
		cmocka_unit_test(test_without_a_peak_both_buckets_are_one),
		cmocka_unit_test(test_a_bucket_holds_its_burst_and_no_more),
		cmocka_unit_test(test_a_place_for_filters_is_that_of_tc),
		cmocka_unit_test(test_a_filter_is_that_of_tc_but_for_its_tables),
		cmocka_unit_test(test_a_filter_with_a_peak_has_two_tables),
		cmocka_unit_test(test_what_the_kernel_refuses_is_handed_on),
		cmocka_unit_test(test_a_class_is_read_as_its_limit),
		cmocka_unit_test(test_what_is_not_ours_is_no_limit),
		cmocka_unit_test(test_a_filter_is_read_as_its_limit),
		cmocka_unit_test(test_anothers_filter_is_no_limit),
	};

	return cmocka_run_group_tests_name("host_tc", tests, NULL, NULL);
}
