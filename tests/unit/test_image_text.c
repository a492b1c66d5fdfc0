/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_image_text.c - marks in texts, and the tables of operations and words.
 */
#include "cm.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image/image.h"

static void test_marked_text_is_taken_apart(void **state)
{
	char mark[MARK_MAX], text[256];
	const char *cursor = text;
	struct segment seg;

	(void)state;
	text_mark(mark, FIX_TAP, 7, 256, "");
	snprintf(text, sizeof(text), "tap,id=a,%s", mark);
	text_mark(mark, FIX_MAC, 0, 0, "net0");
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", mark);
	assert_int_equal(text_next(&cursor, &seg), 1);
	assert_int_equal(seg.kind, FIX_LITERAL);
	assert_int_equal(seg.len, 9);
	assert_memory_equal(seg.text, "tap,id=a,", 9);
	assert_int_equal(text_next(&cursor, &seg), 1);
	assert_int_equal(seg.kind, FIX_TAP);
	assert_int_equal(seg.escape, ESCAPE_RAW);
	assert_int_equal(seg.a, 7);
	assert_int_equal(seg.b, 256);
	assert_int_equal(seg.len, 0);
	assert_int_equal(text_next(&cursor, &seg), 1);
	assert_int_equal(seg.kind, FIX_MAC);
	assert_int_equal(seg.len, 4);
	assert_memory_equal(seg.text, "net0", 4);
	assert_int_equal(text_next(&cursor, &seg), 0);
	assert_int_equal(text_next(&cursor, &seg), 0);
}

static void test_longest_mark_fits(void **state)
{
	char mark[MARK_MAX], key[MARK_KEY_MAX + 1];
	const char *cursor = mark;
	struct segment seg;

	(void)state;
	memset(key, 'k', MARK_KEY_MAX);
	key[MARK_KEY_MAX] = '\0';
	text_mark(mark, FIX_MAC, UINT32_MAX, UINT32_MAX, key);
	assert_int_equal(text_next(&cursor, &seg), 1);
	assert_true(seg.a == UINT32_MAX && seg.b == UINT32_MAX);
	assert_int_equal(seg.len, MARK_KEY_MAX);
	assert_int_equal(text_next(&cursor, &seg), 0);
}

/* A child without stderr and without a core file takes @text apart. */
static int signal_of(const char *text)
{
	const struct rlimit none = {0};
	struct segment seg;
	int status;
	pid_t child = fork();

	if (child == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)close(STDERR_FILENO);
		while (text_next(&text, &seg))
			;
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void test_malformed_mark_is_a_bug(void **state)
{
	static const char *const bad[] = {
		"a\001",
		"a\002",
		"\0011:0:0:0:",
		"\001\002",
		"\0010:0:0:0:\002",
		"\00199:0:0:0:\002",
		"\0011:9:0:0:\002",
		"\001x:0:0:0:\002",
		"\0011:0:0:\002",
		"\0011:0:-1:0:\002",
		"\0011:0:0:0:a\001\002",
	};

	(void)state;
	assert_int_equal(signal_of("a\0011:0:0:0:\002b"), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (signal_of(bad[i]) != SIGABRT)
			fail_msg("mark %zu did not abort", i);
}

static void test_each_operation_has_a_name_and_fields_of_its_own(void **state)
{
	(void)state;
	for (enum op_code code = 0; code < OP_COUNT; code++) {
		size_t count;
		const struct op_field *fields = op_fields(code, &count);

		assert_true(op_name(code)[0] && op_phase(code) < PHASE_COUNT);
		for (enum op_code other = 0; other < code; other++)
			assert_string_not_equal(op_name(code), op_name(other));
		for (size_t i = 0; i < count; i++) {
			assert_true(fields[i].offset < sizeof(struct op));
			for (size_t k = 0; k < i; k++)
				assert_true(fields[i].offset > fields[k].offset);
		}
	}
}

static void test_flags_make_an_operation_outlive_qemu(void **state)
{
	struct op tap = {.code = OP_TAP, .tap = {.queues = 4, .flags = TAP_VNET_HDR, .fd = 3}};
	struct op bridge = {.code = OP_BRIDGE};

	(void)state;
	assert_int_equal(op_life(&tap), LIFE_FD);
	tap.tap.flags |= TAP_PERSISTENT;
	assert_int_equal(op_life(&tap), LIFE_RELEASE);
	assert_int_equal(op_life(&bridge), LIFE_NONE);
	bridge.bridge.flags = BRIDGE_CREATE;
	assert_int_equal(op_life(&bridge), LIFE_RELEASE);
}

static void test_descriptor_slots_are_counted(void **state)
{
	struct op tap = {.code = OP_TAP, .tap = {.queues = 4, .fd = 3}};
	struct op file = {.code = OP_FILE, .file = {.fd = 9}};
	struct op bridge = {.code = OP_BRIDGE};

	(void)state;
	assert_int_equal(op_fd_count(&tap), 4);
	assert_int_equal(op_fd_first(&tap), 3);
	assert_int_equal(op_fd_count(&file), 1);
	assert_int_equal(op_fd_first(&file), 9);
	assert_int_equal(op_fd_count(&bridge), 0);
}

static void test_words_are_there(void **state)
{
	(void)state;
	assert_string_equal(op_name(OP_TAP), "tap");
	assert_string_equal(site_word(SITE_PATH), "path");
	assert_string_equal(fixup_word(FIX_FDSET_PATH), "fdsetpath");
	assert_string_equal(img_section_name(SECTION_PLAN), "PLAN");
	assert_string_equal(img_meta_name(META_HOST_ARCH), "host-arch");
	assert_int_equal(site_rule(SITE_UNIT), IDENT_UNIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marked_text_is_taken_apart),
		cmocka_unit_test(test_longest_mark_fits),
		cmocka_unit_test(test_malformed_mark_is_a_bug),
		cmocka_unit_test(test_each_operation_has_a_name_and_fields_of_its_own),
		cmocka_unit_test(test_flags_make_an_operation_outlive_qemu),
		cmocka_unit_test(test_descriptor_slots_are_counted),
		cmocka_unit_test(test_words_are_there),
	};

	return cmocka_run_group_tests_name("image_text", tests, NULL, NULL);
}
