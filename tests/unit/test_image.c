/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_image.c - what is packed is what is read: every section, argument, operation, slot, payload.
 */
#include "image_fixture.h"

static int setup(void **state)
{
	struct fixture *fix = malloc(sizeof(*fix));

	assert_non_null(fix);
	fixture_init(fix);
	*state = fix;
	return 0;
}

static int teardown(void **state)
{
	fixture_close(*state);
	free(*state);
	return 0;
}

static int open_good(const struct img_source *src, struct img *img)
{
	int fd = fixture_write(src);
	struct err err;

	if (fixture_open(img, fd, &err) < 0)
		fail_msg("img_open: %s", err.what);
	return fd;
}

static void test_text_sections_are_read_as_packed(void **state)
{
	struct fixture *fix = *state;
	const char *const texts[SECTION_COUNT] = {[SECTION_CONFIG] = fix->src.config,
						  [SECTION_DOMAIN] = fix->src.domain,
						  [SECTION_LAYOUT] = fix->src.layout,
						  [SECTION_GUEST] = fix->src.guest};
	struct img img;
	int fd = open_good(&fix->src, &img);

	for (enum img_section i = SECTION_CONFIG; i <= SECTION_GUEST; i++) {
		assert_int_equal(img.section[i].len, strlen(texts[i]));
		assert_memory_equal(img.section[i].data, texts[i], strlen(texts[i]) + 1);
	}
	for (enum img_meta_key key = 0; key < META_KEY_COUNT; key++)
		assert_string_equal(img.meta[key], fix->src.meta[key]);
	assert_int_equal(img.start, 0);
	assert_int_equal(close(fd), 0);
}

/* A text of the image must have the same segments as the marked text that it came from. */
static void assert_same_text(struct img_text text, const char *marked)
{
	struct segment want, have;

	while (text_next(&marked, &want)) {
		assert_int_equal(img_text_next(&text, &have), 1);
		assert_int_equal(have.kind, want.kind);
		assert_int_equal(have.escape, want.escape);
		assert_int_equal(have.a, want.a);
		assert_int_equal(have.b, want.b);
		assert_int_equal(have.len, want.len);
		assert_memory_equal(have.text, want.text, want.len);
	}
	assert_int_equal(img_text_next(&text, &have), 0);
}

static void test_arguments_are_read_as_packed(void **state)
{
	struct fixture *fix = *state;
	struct img_cursor cursor = {0};
	struct img_arg arg;
	struct img img;
	int fd = open_good(&fix->src, &img);

	assert_int_equal(img.arg_count, FIXTURE_ARGS);
	for (size_t i = 0; i < FIXTURE_ARGS; i++) {
		assert_int_equal(img_arg_next(&img, &cursor, &arg), 1);
		assert_int_equal(arg.flags, fix->args[i].flags);
		assert_same_text(arg.text, fix->args[i].text);
	}
	assert_int_equal(img_arg_next(&img, &cursor, &arg), 0);
	assert_int_equal(close(fd), 0);
}

static void test_site_slots_are_read_as_packed(void **state)
{
	struct fixture *fix = *state;
	struct img_cursor cursor = {0};
	struct img_site site;
	struct img img;
	int fd = open_good(&fix->src, &img);

	assert_int_equal(img.site_count, FIXTURE_SITES);
	for (size_t i = 0; i < FIXTURE_SITES; i++) {
		assert_int_equal(img_site_next(&img, &cursor, &site), 1);
		assert_int_equal(site.kind, fix->sites[i].kind);
		assert_string_equal(site.key, fix->sites[i].key);
		assert_string_equal(site.value, fix->sites[i].value);
	}
	assert_int_equal(img_site_next(&img, &cursor, &site), 0);
	assert_int_equal(close(fd), 0);
}

/* Resolve to the expected text itself, after comparing. */
struct expected {
	const struct op *op;
	size_t field;
};

static const char *next_text(struct expected *expected)
{
	size_t count;
	const struct op_field *fields = op_fields(expected->op->code, &count);
	const char *text;

	while (fields[expected->field].kind != FIELD_TEXT)
		expected->field++;
	assert_true(expected->field < count);
	memcpy(&text, (const char *)expected->op + fields[expected->field++].offset, sizeof(text));
	return text;
}

static const char *resolve_expected(void *arg, struct img_text text, struct err *err)
{
	const char *marked = next_text(arg);

	(void)err;
	assert_same_text(text, marked);
	return marked;
}

static void test_operations_are_read_as_packed(void **state)
{
	struct fixture *fix = *state;
	struct img_cursor cursor = {0};
	struct err err;
	struct img img;
	struct op op;
	int fd = open_good(&fix->src, &img);

	assert_int_equal(img.op_count, FIXTURE_OPS);
	assert_int_equal(img.fd_count, 5);
	for (size_t i = 0; i < FIXTURE_OPS; i++) {
		struct expected expected = {.op = &fix->ops[i]};
		const struct op_field *fields;
		size_t count;

		assert_int_equal(img_op_next(&img, &cursor, resolve_expected, &expected, &op, &err),
				 1);
		assert_int_equal(op.code, fix->ops[i].code);
		fields = op_fields(op.code, &count);
		for (size_t k = 0; k < count; k++)
			if (fields[k].kind == FIELD_TEXT) {
				const char *have, *want;

				memcpy(&have, (char *)&op + fields[k].offset, sizeof(have));
				memcpy(&want, (char *)&fix->ops[i] + fields[k].offset,
				       sizeof(want));
				assert_ptr_equal(have, want);
			} else {
				assert_int_equal(op_number(&op, &fields[k]),
						 op_number(&fix->ops[i], &fields[k]));
			}
	}
	assert_int_equal(img_op_next(&img, &cursor, resolve_expected, NULL, &op, &err), 0);
	assert_int_equal(close(fd), 0);
}

static const char *resolve_nothing(void *arg, struct img_text text, struct err *err)
{
	(void)arg;
	(void)text;
	(void)err_set(err, ERR_HOST, "no");
	return NULL;
}

static void test_operation_whose_text_is_not_resolved_fails(void **state)
{
	struct fixture *fix = *state;
	struct img_cursor cursor = {0};
	struct err err;
	struct img img;
	struct op op;
	int fd = open_good(&fix->src, &img);

	assert_int_equal(img_op_next(&img, &cursor, resolve_nothing, NULL, &op, &err), 1);
	assert_int_equal(img_op_next(&img, &cursor, resolve_nothing, NULL, &op, &err), -1);
	assert_string_equal(err.what, "no");
	assert_int_equal(close(fd), 0);
}

static void assert_same_payload(const struct img *img, uint32_t index, int source_fd)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	unsigned char *want, *have;
	size_t want_len, have_len;
	struct err err;

	if (img_payload_copy(img, index, out, &err) < 0)
		fail_msg("img_payload_copy: %s", err.what);
	want = fixture_bytes(source_fd, &want_len);
	have = fixture_bytes(out, &have_len);
	assert_int_equal(have_len, want_len);
	assert_memory_equal(have, want, want_len);
	assert_int_equal(img->payload[index].raw, want_len);
	free(want);
	free(have);
	assert_int_equal(close(out), 0);
}

static void test_payloads_are_copied_as_packed(void **state)
{
	struct fixture *fix = *state;
	struct img img;
	int fd = open_good(&fix->src, &img);

	assert_int_equal(img.payload_count, FIXTURE_PAYLOADS);
	for (uint32_t i = 0; i < FIXTURE_PAYLOADS; i++) {
		assert_string_equal(img.payload[i].name, fix->payload[i].name);
		assert_int_equal(img.payload[i].offset % IMG_ALIGN, 0);
		assert_same_payload(&img, i, fix->payload_fd[i]);
	}
	assert_int_equal(close(fd), 0);
}

static void test_payload_is_packed_only_when_it_shrinks(void **state)
{
	struct fixture *fix = *state;
	struct img img;
	int fd = open_good(&fix->src, &img);

	assert_true(img.payload[0].block > 0);
	assert_true(img.payload[0].stored < img.payload[0].raw / 2);
	assert_int_equal(img.payload[1].block, 0);
	assert_int_equal(img.payload[1].stored, img.payload[1].raw);
	assert_int_equal(img.payload[1].blocks, 2);
	assert_int_equal(close(fd), 0);
}

static void test_payload_with_one_incompressible_block_is_copied(void **state)
{
	struct fixture *fix = *state;
	size_t len = (size_t)4 * 262144;
	unsigned char *data = calloc(1, len);
	struct img img;
	int fd;

	assert_non_null(data);
	fixture_noise(data + 262144, 262144);
	assert_int_equal(close(fix->payload_fd[0]), 0);
	fixture_set_payload(fix, 0, "mixed", data, len);
	fd = open_good(&fix->src, &img);
	assert_true(img.payload[0].block > 0);
	assert_same_payload(&img, 0, fix->payload_fd[0]);
	free(data);
	assert_int_equal(close(fd), 0);
}

static void test_same_source_gives_same_bytes(void **state)
{
	struct fixture *fix = *state;
	int fd[2] = {fixture_write(&fix->src), fixture_write(&fix->src)};
	unsigned char *bytes[2];
	size_t len[2];

	for (size_t i = 0; i < 2; i++) {
		bytes[i] = fixture_bytes(fd[i], &len[i]);
		assert_int_equal(close(fd[i]), 0);
	}
	assert_int_equal(len[0], len[1]);
	assert_memory_equal(bytes[0], bytes[1], len[0]);
	free(bytes[0]);
	free(bytes[1]);
}

static void test_image_without_any_list_is_read(void **state)
{
	struct fixture *fix = *state;
	struct img_cursor cursor = {0};
	struct img_site site;
	struct img_arg arg;
	struct err err;
	struct img img;
	struct op op;
	int fd;

	fix->src.arg_count = fix->src.op_count = 0;
	fix->src.site_count = fix->src.payload_count = 0;
	fix->src.config = fix->src.domain = fix->src.layout = fix->src.guest = fix->src.needs = "";
	fd = open_good(&fix->src, &img);
	assert_int_equal(img_arg_next(&img, &cursor, &arg), 0);
	assert_int_equal(img_site_next(&img, &cursor, &site), 0);
	assert_int_equal(img_op_next(&img, &cursor, resolve_nothing, NULL, &op, &err), 0);
	assert_int_equal(img.section[SECTION_DOMAIN].len, 0);
	assert_int_equal(close(fd), 0);
}

static void test_image_behind_a_runtime_is_found(void **state)
{
	struct fixture *fix = *state;
	int plain = fixture_write(&fix->src), joined;
	size_t len, front = (size_t)3 * IMG_ALIGN;
	unsigned char *image = fixture_bytes(plain, &len), *runtime = malloc(front);
	struct err err;
	struct img img;

	assert_non_null(runtime);
	fixture_noise(runtime, front);
	joined = fixture_memfd(runtime, front);
	assert_int_equal(fd_write_all(joined, image, len), 0);
	if (fixture_open(&img, joined, &err) < 0)
		fail_msg("img_open: %s", err.what);
	assert_int_equal(img.start, front);
	assert_int_equal(img.size, len);
	assert_string_equal(img.meta[META_NAME], "router");
	for (uint32_t i = 0; i < FIXTURE_PAYLOADS; i++)
		assert_same_payload(&img, i, fix->payload_fd[i]);
	free(image);
	free(runtime);
	assert_int_equal(close(joined), 0);
	assert_int_equal(close(plain), 0);
}

static void test_full_four_mib_of_metadata_are_read(void **state)
{
	struct fixture *fix = *state;
	size_t len = META_BYTES_MAX - 16384;
	char *text = malloc(len + 1);
	struct img img;
	int fd;

	assert_non_null(text);
	fixture_noise((unsigned char *)text, len);
	for (size_t i = 0; i < len; i++) /* compresses a little: unpacked in place to the brim */
		text[i] = (char)(' ' + (text[i] & 63));
	text[len] = '\0';
	fix->src.domain = text;
	fd = open_good(&fix->src, &img);
	assert_int_equal(img.section[SECTION_DOMAIN].len, len);
	assert_memory_equal(img.section[SECTION_DOMAIN].data, text, len);
	free(text);
	assert_int_equal(close(fd), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_text_sections_are_read_as_packed),
		TEST(test_arguments_are_read_as_packed),
		TEST(test_site_slots_are_read_as_packed),
		TEST(test_operations_are_read_as_packed),
		TEST(test_operation_whose_text_is_not_resolved_fails),
		TEST(test_payloads_are_copied_as_packed),
		TEST(test_payload_is_packed_only_when_it_shrinks),
		TEST(test_payload_with_one_incompressible_block_is_copied),
		TEST(test_same_source_gives_same_bytes),
		TEST(test_image_without_any_list_is_read),
		TEST(test_image_behind_a_runtime_is_found),
		TEST(test_full_four_mib_of_metadata_are_read),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
