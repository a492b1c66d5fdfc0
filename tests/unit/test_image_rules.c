/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_image_rules.c - what an image may say: limits, references, texts. The writer refuses it with
 * the reader's checks, and the reader's checks hold for any bytes.
 */
#include "image_fixture.h"

#include <fcntl.h>

#include "image/reader.h"

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

static void assert_not_written(const struct img_source *src, const char *part)
{
	CLEANUP_FD int fd = memfd_create("image", MFD_CLOEXEC);
	struct err err = {0};

	if (img_write(src, fd, &err) == 0)
		fail_msg("was written; \"%s\" expected", part);
	assert_refused(&err, ERR_CONFIG, part);
}

static void test_wrong_operations_are_refused(void **state)
{
	struct fixture *fix = *state;
	const struct {
		size_t at;
		struct op op;
		const char *part;
	} cases[] = {
		{0, {.code = OP_ACCEL, .accel = {.policy = ACCEL_POLICY_COUNT}}, "accel policy"},
		{5, {.code = OP_ACCEL}, "a second accelerator"},
		{0, {.code = OP_BRIDGE, .bridge = {"b", "", 1u << 2}}, "bridge flags"},
		{2,
		 {.code = OP_TAP,
		  .tap = {"net0", "t", "", "", "", "", "", 0, 0, TAP_MULTI_QUEUE, 0}},
		 "tap with 0 queues"},
		{2,
		 {.code = OP_TAP, .tap = {"net0", "t", "", "", "", "", "", 0, 2, 0, 0}},
		 "not multi-queue"},
		{2,
		 {.code = OP_TAP,
		  .tap = {"net0", "t", "", "", "", "", "", 0, 257, TAP_MULTI_QUEUE, 0}},
		 "tap queues"},
		{2,
		 {.code = OP_MACVTAP, .macvtap = {"net0", "m", "e", "x", 0, 0, 0, 0}},
		 "macvtap with 0 queues"},
		{2,
		 {.code = OP_MACVTAP, .macvtap = {"net0", "m", "e", "x", 0, 2, 0, 0}},
		 "not multi-queue"},
		{2,
		 {.code = OP_MACVTAP,
		  .macvtap = {"net0", "m", "e", "x", MACVTAP_MODE_COUNT, 1, 0, 0}},
		 "macvtap mode"},
		{2, {.code = OP_VHOST, .vhost = {"net0", "", 0, 0, 0}}, "vhost with 0 queues"},
		{2, {.code = OP_VHOST, .vhost = {"net0", "", 257, 0, 0}}, "vhost queues"},
		{2, {.code = OP_VHOST, .vhost = {"net0", "", 2, 2, 0}}, "vhost flags"},
		{0,
		 {.code = OP_SHAPE, .shape = {"net0", SHAPE_RATE_MAX + 1, 0, 0, 0, 0, 0, 0}},
		 "shape in_rate"},
		{0,
		 {.code = OP_SHAPE, .shape = {"net0", 1, 0, 0, 1, 0, SHAPE_BURST_MAX + 1, 0}},
		 "shape out_burst"},
		{0, {.code = OP_SHAPE, .shape = {"net0", 1, 0, 0, 0, 0, 0, 2}}, "shape flags"},
		{3, {.code = OP_FILE, .file = {"d", "/d", 0, 1}}, "slot 1 is filled twice"},
		{3, {.code = OP_FILE, .file = {"d", "/d", 0, 5}}, "fills descriptor slot 2"},
		{3, {.code = OP_FILE, .file = {"d", "/d", 0, FD_SLOT_MAX}}, "descriptor slots"},
		{3, {.code = OP_FILE, .file = {"d", "/d", 0, UINT32_MAX}}, "descriptor slots"},
		{4, {.code = OP_PAYLOAD, .payload = {FIXTURE_PAYLOADS, 0, 3}}, "payload 3 of 3"},
		{4, {.code = OP_PAYLOAD, .payload = {0, 4, 3}}, "payload flags"},
		{4,
		 {.code = OP_PAYLOAD, .payload = {0, PAYLOAD_IN_PLACE, 3}},
		 "600000 bytes, which is no multiple of 512"},
		{4,
		 {.code = OP_STORE, .store = {"f", "/f", "", FIXTURE_PAYLOADS + 1, 3}},
		 "payload 3 of 3"},
		{5, {.code = OP_MONITOR, .monitor = {"q\nmp", 4}}, "control characters"},
		{5, {.code = OP_PORT, .port = {"s", "::", 7, 6, 0, 4}}, "ports from 7 to 6"},
		{5, {.code = OP_PORT, .port = {"s", "::", 0, 6, 0, 4}}, "ports from 0 to 6"},
		{5, {.code = OP_PORT, .port = {"s", "::", 7, 7, PORTS_MAX, 4}}, "port index"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct op saved = fix->ops[cases[i].at];

		fix->ops[cases[i].at] = cases[i].op;
		assert_not_written(&fix->src, cases[i].part);
		fix->ops[cases[i].at] = saved;
	}
}

static void test_a_payload_in_place_is_stored_as_it_is(void **state)
{
	struct fixture *fix = *state;
	unsigned char data[1024] = {'d', 'i', 's', 'k'}, read[sizeof(data)];
	struct img img;
	struct err err;

	assert_int_equal(close(fix->payload_fd[0]), 0);
	fixture_set_payload(fix, 0, "disk", data, sizeof(data));
	fix->ops[4].payload = (struct op_payload){.index = 0, .flags = PAYLOAD_IN_PLACE, .fd = 3};
	CLEANUP_FD int fd = fixture_write(&fix->src);

	assert_int_equal(fixture_open(&img, fd, &err), 0);
	assert_int_equal(img.payload[0].block, 0);
	assert_int_equal(img.payload[0].offset % 4096, 0);
	assert_int_equal(fd_pread_all(fd, read, sizeof(read), (off_t)img.payload[0].offset),
			 sizeof(read));
	assert_memory_equal(read, data, sizeof(data));
	fix->ops[4].payload.flags |= PAYLOAD_SEAL;
	assert_not_written(&fix->src, "payload 0 cannot be used in place");
}

static void test_a_second_store_is_refused(void **state)
{
	struct fixture *fix = *state;

	fix->ops[3] = (struct op){.code = OP_STORE, .store = {"f", "/f", "/t", 0, 2}};
	fix->ops[4] = (struct op){.code = OP_STORE, .store = {"g", "/g", "/t", 0, 3}};
	assert_not_written(&fix->src, "a second operation store");
}

static void test_references_to_nothing_are_refused(void **state)
{
	static const struct {
		enum fixup_kind kind;
		unsigned a, b;
		const char *key;
	} bad[] = {
		{FIX_FD, 5, 0, ""},
		{FIX_FD, 0, 1, ""},
		{FIX_FD, 0, 0, "x"},
		{FIX_FD_PATH, 99, 0, ""},
		{FIX_FDSET_PATH, UINT32_MAX, 0, ""},
		{FIX_TAP, 0, 1, ""},
		{FIX_TAP, 1, 1, ""},
		{FIX_TAP, 0, 3, ""},
		{FIX_TAP, 0, 0, ""},
		{FIX_TAP, 2, 1, ""},
		{FIX_TAP, 0, UINT32_MAX, ""},
		{FIX_VHOST, 0, 2, ""}, /* a tap's */
		{FIX_VHOST, 5, 1, ""},
		{FIX_PLACE, 3, 0, ""}, /* an unpacked payload's */
		{FIX_PLACE, 5, 0, ""},
		{FIX_SITE, 3, 0, ""},
		{FIX_MAC, 0, 0, ""},
		{FIX_UUID, 1, 0, ""},
		{FIX_ACCEL, 0, 1, ""},
		{FIX_TIME, 0, 0, ""},
		{FIX_TIME, 1, 0, "+1"},
		{FIX_TIME, 0, 1, "+1"},
		{FIX_NODES, 0, 0, "bind"}, /* no operation advises */
		{FIX_PORT, 0, 5930, ""}, /* no operation chooses */
		{FIX_PORT, PORTS_MAX, 5930, ""},
	};
	struct fixture *fix = *state;
	char *mark = fix->arg_text[0];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text_mark(mark, bad[i].kind, bad[i].a, bad[i].b, bad[i].key);
		assert_not_written(&fix->src, "means nothing here");
	}
}

static void test_times_are_a_sign_and_seconds(void **state)
{
	static const char *const bad[] = {"1", "+", "--1", "+4294967296", "+1x", "utc"};
	struct fixture *fix = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text_mark(fix->arg_text[0], FIX_TIME, 0, 0, bad[i]);
		assert_not_written(&fix->src, "are no seconds");
	}
}

static void test_accelerator_needs_its_operation(void **state)
{
	struct fixture *fix = *state;

	fix->src.ops++;
	fix->src.op_count--;
	assert_not_written(&fix->src, "\"accel\"");
}

/* Operations run before there are descriptors and an accelerator to speak of. */
static void test_operation_texts_know_no_descriptors(void **state)
{
	static const enum fixup_kind bad[] = {FIX_FD,    FIX_FD_PATH, FIX_FDSET_PATH, FIX_TAP,
					      FIX_VHOST, FIX_ACCEL,   FIX_PORT};
	struct fixture *fix = *state;
	char *mark = fix->arg_text[0]; /* first: nothing else refers to it */

	fix->args[0].text = "";
	fix->ops[5].monitor.name = mark;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		text_mark(mark, bad[i], 0, bad[i] == FIX_TAP ? 2 : 0, "");
		assert_not_written(&fix->src, "means nothing here");
	}
	text_mark(mark, FIX_SITE, 0, 0, "");
	assert_int_equal(close(fixture_write(&fix->src)), 0);
}

static void test_wrong_site_slots_are_refused(void **state)
{
	static const struct {
		struct site_slot site;
		const char *part;
	} cases[] = {
		{{"disk1.path", SITE_IFNAME, ""}, "\"disk1.path\" is there twice"},
		{{"", SITE_IFNAME, ""}, "is no key"},
		{{"a b", SITE_IFNAME, ""}, "is no key"},
		{{"x", SITE_KIND_COUNT, ""}, "unknown kind"},
		{{"x", SITE_UNIT, ""}, "a second site slot for the unit id"},
		{{"x", SITE_PATH, "/a\tb"}, "control characters"},
	};
	struct fixture *fix = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct site_slot saved = fix->sites[0];

		fix->sites[0] = cases[i].site;
		assert_not_written(&fix->src, cases[i].part);
		fix->sites[0] = saved;
	}
}

static void test_wrong_meta_is_refused(void **state)
{
	static const struct {
		enum img_meta_key key;
		const char *value, *part;
	} cases[] = {
		{META_BOARD, "", "board is empty"},
		{META_BOARD, "a\nhost-arch=b", "no line \"guest-arch=...\""},
		{META_LAYOUT_ALGO, "x\ny=z", "more lines"},
		{META_MACHINE, "a\tb", "control characters"},
		{META_NAME, "../etc", "no valid VM name"},
		{META_QEMU, "qemu", "no valid absolute path"},
		{META_RUN_USER, "Root", "no valid user name"},
		{META_PAYLOAD_DIR, "here", "no valid absolute path"},
	};
	struct fixture *fix = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *saved = fix->src.meta[cases[i].key];

		fix->src.meta[cases[i].key] = cases[i].value;
		assert_not_written(&fix->src, cases[i].part);
		fix->src.meta[cases[i].key] = saved;
	}
}

static void test_control_characters_in_sections_are_refused(void **state)
{
	struct fixture *fix = *state;

	fix->src.domain = "<domain>\x1b[2J</domain>";
	assert_not_written(&fix->src, "section DOMAIN, offset 8: control character 0x1b");
}

static void test_longest_argument_is_taken_and_no_longer(void **state)
{
	struct fixture *fix = *state;
	char *text = malloc(ARG_BYTES_MAX + 1);

	assert_non_null(text);
	memset(text, 'a', ARG_BYTES_MAX);
	text[ARG_BYTES_MAX] = '\0';
	fix->args[0].text = text;
	assert_not_written(&fix->src, "131072 bytes in one argument, at most 131071");
	text[ARG_BYTES_MAX - 1] = '\0';
	assert_int_equal(close(fixture_write(&fix->src)), 0);
	free(text);
}

/* What a fact can become on a target counts, not what it is in the image. */
static void test_limits_count_the_longest_fact(void **state)
{
	struct fixture *fix = *state;
	char *text = malloc(ARG_BYTES_MAX), mark[MARK_MAX];
	size_t len = ARG_BYTES_MAX - 1 - (IDENT_PATH_MAX - 1);

	assert_non_null(text);
	memset(text, 'a', len + 1);
	text_mark(mark, FIX_SITE, 1, 0, "");
	snprintf(text + len + 1, ARG_BYTES_MAX - len - 1, "%s", mark);
	fix->args[0].text = text;
	assert_not_written(&fix->src, "131072 bytes in one argument");
	fix->args[0].text = text + 1;
	assert_int_equal(close(fixture_write(&fix->src)), 0);
	free(text);
}

static void test_all_arguments_have_a_limit(void **state)
{
	struct fixture *fix = *state;
	size_t count = ARGV_BYTES_MAX / ARG_BYTES_MAX + 1;
	struct img_source_arg *args = calloc(ARGV_MAX + 1, sizeof(*args));
	char *text = malloc(ARG_BYTES_MAX);

	assert_non_null(args);
	assert_non_null(text);
	memset(text, 'a', ARG_BYTES_MAX - 1);
	text[ARG_BYTES_MAX - 1] = '\0';
	for (size_t i = 0; i < ARGV_MAX + 1; i++)
		args[i].text = i < count ? text : "";
	fix->src.args = args;
	fix->src.arg_count = count - 1;
	assert_int_equal(close(fixture_write(&fix->src)), 0);
	fix->src.arg_count = count;
	assert_not_written(&fix->src, "bytes in all arguments, at most 3145728");
	fix->src.arg_count = ARGV_MAX + 1;
	assert_not_written(&fix->src, "32769 arguments");
	free(args);
	free(text);
}

static void test_lists_have_limits(void **state)
{
	struct fixture *fix = *state;
	struct op *ops = calloc(OP_MAX + 1, sizeof(*ops));
	struct site_slot *sites = calloc(SITE_MAX, sizeof(*sites));
	char(*keys)[8] = calloc(SITE_MAX, sizeof(*keys));

	assert_non_null(ops);
	assert_non_null(sites);
	assert_non_null(keys);
	fix->src.arg_count = fix->src.site_count = 0;
	for (size_t i = 0; i <= OP_MAX; i++)
		ops[i] = (struct op){.code = OP_BRIDGE, .bridge = {"b", "", 0}};
	fix->src.ops = ops;
	fix->src.op_count = OP_MAX;
	assert_int_equal(close(fixture_write(&fix->src)), 0);
	fix->src.op_count = OP_MAX + 1;
	assert_not_written(&fix->src, "4097 operations");
	fix->src.op_count = 0;
	for (size_t i = 0; i < SITE_MAX; i++) {
		snprintf(keys[i], sizeof(keys[i]), "s%zu", i);
		sites[i] = (struct site_slot){keys[i], SITE_PATH, ""};
	}
	fix->src.sites = sites;
	fix->src.site_count = SITE_MAX;
	assert_int_equal(close(fixture_write(&fix->src)), 0);
	sites[17].key = "s4000";
	assert_not_written(&fix->src, "\"s4000\" is there twice");
	fix->src.site_count = SITE_MAX + 1;
	assert_not_written(&fix->src, "4097 site slots");
	fix->src.site_count = 0;
	fix->src.payload_count = PAYLOAD_MAX + 1;
	assert_not_written(&fix->src, "65 payload files");
	free(ops);
	free(sites);
	free(keys);
}

static void test_metadata_has_a_limit(void **state)
{
	struct fixture *fix = *state;
	char *text = malloc(META_BYTES_MAX + 1);

	assert_non_null(text);
	memset(text, ' ', META_BYTES_MAX);
	text[META_BYTES_MAX] = '\0';
	fix->src.domain = text;
	assert_not_written(&fix->src, "bytes of metadata");
	free(text);
}

static void test_files_that_are_no_payload_are_refused(void **state)
{
	struct fixture *fix = *state;
	const struct {
		const char *path, *part;
	} cases[] = {
		{"/nonexistent/vmlinuz", "cannot be opened: No such file"},
		{"/", "is not a regular file"},
		{"/dev/null", "is not a regular file"},
		{"/proc/self/fd/%d", "is empty"},
	};
	CLEANUP_FD int empty = memfd_create("empty", MFD_CLOEXEC);
	char path[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", empty);
		fix->payload[0].path = strchr(cases[i].path, '%') ? path : cases[i].path;
		assert_not_written(&fix->src, cases[i].part);
	}
}

static void test_payload_names_are_file_names_of_their_own(void **state)
{
	static const char *const names[] = {"a/b", "..", "", "tiny"};
	struct fixture *fix = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		fix->payload[0].name = names[i];
		assert_not_written(&fix->src, "payload name");
	}
}

static void test_full_disk_is_the_hosts_fault(void **state)
{
	struct fixture *fix = *state;
	CLEANUP_FD int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct err err = {0};

	assert_int_equal(img_write(&fix->src, full, &err), -1);
	assert_refused(&err, ERR_HOST, "No space left");
}

/* ---- any bytes ------------------------------------------------------------------------------- */

static const char *resolve_walk(void *arg, struct img_text text, struct err *err)
{
	size_t *sum = arg;
	struct segment seg;

	(void)err;
	while (img_text_next(&text, &seg))
		*sum += seg.len;
	return "";
}

/* Everything that the checks have let through can be walked. */
static size_t walk(const struct img *img)
{
	struct img_cursor cursor = {0};
	struct img_site site;
	struct img_arg arg;
	struct err err;
	struct op op;
	size_t sum = 0;

	while (img_arg_next(img, &cursor, &arg))
		(void)resolve_walk(&sum, arg.text, &err);
	cursor = (struct img_cursor){0};
	while (img_site_next(img, &cursor, &site))
		sum += strlen(site.key) + strlen(site.value);
	cursor = (struct img_cursor){0};
	while (img_op_next(img, &cursor, resolve_walk, &sum, &op, &err) == 1)
		sum += op_fd_count(&op);
	return sum;
}

/* Sections at the end of pages of their own size, so that ASan sees a byte too far. */
static int check_bytes(const struct img *good, enum img_section section, const void *bytes,
		       size_t len, struct err *err)
{
	struct img img = *good;
	unsigned char *copy = malloc(len ? len : 1);
	char *meta = malloc(IMG_META_LEN_MAX);
	int ret;

	assert_non_null(copy);
	assert_non_null(meta);
	if (len)
		memcpy(copy, bytes, len);
	img.section[section] = (struct img_span){.data = copy, .len = len};
	memset(err, 0, sizeof(*err));
	ret = img_check_content(&img, meta, err);
	if (ret == 0)
		assert_true(walk(&img) > 0);
	free(copy);
	free(meta);
	return ret;
}

static void test_every_truncated_section_is_refused(void **state)
{
	static const enum img_section sections[] = {SECTION_META, SECTION_ARGV, SECTION_PLAN};
	struct fixture *fix = *state;
	CLEANUP_FD int fd = fixture_write(&fix->src);
	struct err err;
	struct img img;

	assert_int_equal(fixture_open(&img, fd, &err), 0);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		struct img_span span = img.section[sections[i]];

		assert_int_equal(check_bytes(&img, sections[i], span.data, span.len, &err), 0);
		for (size_t len = 0; len < span.len; len++) {
			assert_int_equal(check_bytes(&img, sections[i], span.data, len, &err), -1);
			assert_refused(&err, ERR_IMAGE, "");
		}
		/* One more byte, which is the NUL behind the section, is too many as well. */
		assert_int_equal(check_bytes(&img, sections[i], span.data, span.len + 1, &err), -1);
	}
}

static void test_any_byte_of_a_section_is_refused_or_harmless(void **state)
{
	static const enum img_section sections[] = {SECTION_META, SECTION_GUEST, SECTION_ARGV,
						    SECTION_PLAN};
	static const unsigned char values[] = {0x00, 0x01, 0x02, 0x7f, 0x80, 0xff};
	struct fixture *fix = *state;
	CLEANUP_FD int fd = fixture_write(&fix->src);
	size_t refused = 0, taken = 0;
	unsigned char bytes[8192];
	struct err err;
	struct img img;

	assert_int_equal(fixture_open(&img, fd, &err), 0);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		struct img_span span = img.section[sections[i]];

		assert_true(span.len <= sizeof(bytes));
		for (size_t k = 0; k < span.len * sizeof(values); k++) {
			memcpy(bytes, span.data, span.len);
			bytes[k / sizeof(values)] = values[k % sizeof(values)];
			if (check_bytes(&img, sections[i], bytes, span.len, &err) == 0) {
				taken++;
			} else {
				assert_refused(&err, ERR_IMAGE, "");
				refused++;
			}
		}
	}
	assert_true(refused > taken);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_wrong_operations_are_refused),
		TEST(test_a_payload_in_place_is_stored_as_it_is),
		TEST(test_a_second_store_is_refused),
		TEST(test_references_to_nothing_are_refused),
		TEST(test_times_are_a_sign_and_seconds),
		TEST(test_accelerator_needs_its_operation),
		TEST(test_operation_texts_know_no_descriptors),
		TEST(test_wrong_site_slots_are_refused),
		TEST(test_wrong_meta_is_refused),
		TEST(test_control_characters_in_sections_are_refused),
		TEST(test_longest_argument_is_taken_and_no_longer),
		TEST(test_limits_count_the_longest_fact),
		TEST(test_all_arguments_have_a_limit),
		TEST(test_lists_have_limits),
		TEST(test_metadata_has_a_limit),
		TEST(test_files_that_are_no_payload_are_refused),
		TEST(test_payload_names_are_file_names_of_their_own),
		TEST(test_full_disk_is_the_hosts_fault),
		TEST(test_every_truncated_section_is_refused),
		TEST(test_any_byte_of_a_section_is_refused_or_harmless),
	};

	return cmocka_run_group_tests_name("image_rules", tests, NULL, NULL);
}
