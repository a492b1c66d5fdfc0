/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_image_version.c - IMG_VERSION is raised when what an image may hold changes.
 *
 * A reader of one version must know all that an image of that version holds, so the tables of the format
 * are held against a checksum for each version. What format.h lays out is in it by its sizes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "image/checksum.h"
#include "image/format.h"
#include "image/image.h"
#include "image/needs.h"
#include "image/text.h"

/* Add a row, with the next version, when the test says so; never change one that was released. */
static const struct {
	uint32_t version;
	uint64_t tables;
} versions[] = {
	/* 1 was the number of several formats, before anything was released. */
	{2, 0xd6878cda8bc2b7c1},
	{3, 0x4374c186a307ac42},
	{4, 0xe6990a9ac4fda54a},
	{5, 0x238182c6d381d0a3},
};

static void add_operations(struct buf *buf)
{
	for (unsigned code = 0; code < OP_COUNT; code++) {
		size_t count;
		const struct op_field *fields = op_fields((enum op_code)code, &count);

		buf_addf(buf, "op %s", op_name((enum op_code)code));
		for (size_t i = 0; i < count; i++)
			buf_addf(buf, " %s:%d:%u", fields[i].name, (int)fields[i].kind,
				 fields[i].limit);
		buf_add_char(buf, '\n');
	}
}

static void add_words(struct buf *buf)
{
	for (unsigned i = 0; i < FIX_COUNT; i++)
		buf_addf(buf, "fixup %s\n", fixup_word((enum fixup_kind)i));
	for (unsigned i = 0; i < SITE_KIND_COUNT; i++)
		buf_addf(buf, "site %s\n", site_word((enum site_kind)i));
	for (unsigned i = 0; i < SECTION_COUNT; i++)
		buf_addf(buf, "section %s\n", img_section_name((enum img_section)i));
	for (unsigned i = 0; i < META_KEY_COUNT; i++)
		buf_addf(buf, "meta %s\n", img_meta_name((enum img_meta_key)i));
	for (unsigned i = 0; i < NEED_KIND_COUNT; i++)
		buf_addf(buf, "need %s\n", need_word((enum need_kind)i));
}

static void add_layout(struct buf *buf)
{
	buf_addf(buf, "sizes %zu %zu %zu %zu %zu\n", sizeof(struct img_disk_header),
		 sizeof(struct img_disk_section), sizeof(struct img_disk_block),
		 sizeof(struct img_disk_segment), sizeof(struct img_disk_trailer));
	buf_addf(buf, "limits %d %d %d %d %d %u %d %d %d\n", OP_MAX, FD_SLOT_MAX, FD_SLOT_BASE,
		 ARGV_MAX, ARG_BYTES_MAX, ARGV_BYTES_MAX, SITE_MAX, SITE_VALUE_MAX, PAYLOAD_MAX);
	buf_addf(buf, "escapes %d flags %u\n", (int)ESCAPE_COUNT,
		 ARG_LOADER_ONLY | ARG_SHELL_ONLY | ARG_FIPS);
}

static void test_a_change_of_the_format_raises_the_version(void **state)
{
	const size_t last = sizeof(versions) / sizeof(versions[0]) - 1;
	char text[8192];
	struct buf buf;

	(void)state;
	buf_init(&buf, text, sizeof(text));
	add_operations(&buf);
	add_words(&buf);
	add_layout(&buf);
	assert_false(buf.overflow);
	uint64_t tables = img_checksum(text, buf.len);

	if (tables != versions[last].tables)
		print_message(
			"# the tables of the format changed: add {%u, 0x%016llx} to versions, raise "
			"IMG_VERSION to it, and write it into FORMAT.md\n",
			IMG_VERSION + 1, (unsigned long long)tables);
	assert_true(tables == versions[last].tables);
	assert_int_equal(versions[last].version, IMG_VERSION);
	for (size_t i = 1; i <= last; i++)
		assert_int_equal(versions[i].version, versions[i - 1].version + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_change_of_the_format_raises_the_version),
	};

	return cmocka_run_group_tests_name("image_version", tests, NULL, NULL);
}
