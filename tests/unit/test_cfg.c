/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_cfg.c - the answer of kiln-kconf: symbols, errors, damage, the minimal defconfig.
 *
 * The answers are written here; that the helper writes such answers is tests/kconfig's subject.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/cfg.h"

static const char answer[] =
	"kiln-kconf\t1\n"
	"sym\tVM_NAME\tstring\tset\tpv\t3\t-\t-\tsrc/machines/guest.Kconfig\t7\ta \\\\ \\t\\n\"b\"\n"
	"sym\tMEMORY_MIB\tint\tset\tpv\t4\t16\t4194304\tsrc/machines/guest.Kconfig\t9\t256\n"
	"sym\tOFFSET\tint\tdefault\tpv\t0\t-5\t5\tKconfig\t10\t-3\n"
	"sym\tBALLOON\tbool\tset\tpv\t5\t-\t-\tKconfig\t11\tn\n"
	"sym\tMACHINE_Q35\tbool\tdefault\tpvc\t0\t-\t-\tKconfig\t12\ty\n"
	"sym\tMASK\thex\tset\tpv\t6\t-\t-\tKconfig\t13\t0x20\n"
	"sym\tHIDDEN\tint\tdefault\tp\t0\t-\t-\tKconfig\t14\t\n";

struct fixture {
	struct arena arena;
	struct err_list errs;
	struct cfg cfg;
};

static int setup(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof(fixture));
	fixture.errs.arena = &fixture.arena;
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	arena_free(&fixture->arena);
	return 0;
}

static int parse(struct fixture *fixture, const char *text)
{
	return cfg_parse(&fixture->arena, "x.config", arena_str(&fixture->arena, text),
			 &fixture->cfg, &fixture->errs);
}

static int parse_with(struct fixture *fixture, const char *tail)
{
	return parse(fixture, arena_fmt(&fixture->arena, "%s%s", answer, tail));
}

static void test_cfg_symbols_have_type_value_place_and_range(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse_with(fixture, "end\t7\t0\n"), 0);
	const struct cfg_sym *sym = cfg_find(&fixture->cfg, "MEMORY_MIB");

	assert_non_null(sym);
	assert_int_equal(sym->type, CFG_INT);
	assert_string_equal(sym->value, "256");
	assert_false(sym->at_default);
	assert_true(sym->has_range);
	assert_int_equal(sym->min, 16);
	assert_int_equal(sym->max, 4194304);
	assert_string_equal(sym->at.file, "x.config");
	assert_int_equal(sym->at.line, 4);
	assert_string_equal(sym->defined.file, "src/machines/guest.Kconfig");
	assert_int_equal(sym->defined.line, 9);
}

static void test_cfg_escapes_are_undone(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse_with(fixture, "end\t7\t0\n"), 0);
	assert_string_equal(cfg_string(&fixture->cfg, "VM_NAME"), "a \\ \t\n\"b\"");
}

static void test_cfg_negative_bounds_are_read(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse_with(fixture, "end\t7\t0\n"), 0);
	const struct cfg_sym *sym = cfg_find(&fixture->cfg, "OFFSET");

	assert_int_equal(sym->min, -5);
	assert_int_equal(sym->max, 5);
	assert_null(sym->at.file);
}

static void test_cfg_flags_tell_visibility_and_choice(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse_with(fixture, "end\t7\t0\n"), 0);
	assert_true(cfg_find(&fixture->cfg, "MACHINE_Q35")->in_choice);
	assert_false(cfg_find(&fixture->cfg, "HIDDEN")->visible);
	assert_true(cfg_find(&fixture->cfg, "HIDDEN")->has_prompt);
}

static void test_cfg_absent_symbol_is_null_no_and_empty(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse_with(fixture, "end\t7\t0\n"), 0);
	assert_null(cfg_find(&fixture->cfg, "NO_SUCH"));
	assert_false(cfg_yes(&fixture->cfg, "NO_SUCH"));
	assert_string_equal(cfg_string(&fixture->cfg, "NO_SUCH"), "");
}

static void test_cfg_defconfig_has_what_is_not_at_its_default(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse_with(fixture, "end\t7\t0\n"), 0);
	assert_string_equal(cfg_defconfig(&fixture->cfg, &fixture->arena),
			    "CONFIG_VM_NAME=\"a \\\\ \t\n\\\"b\\\"\"\n"
			    "CONFIG_MEMORY_MIB=256\n"
			    "# CONFIG_BALLOON is not set\n"
			    "CONFIG_MASK=0x20\n");
}

static void test_cfg_errors_of_the_helper_become_errors(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse_with(fixture,
				    "err\tconfig-twice\tCONFIG_X\t9\t2\twhat\\\\\twhy.\tfix.\n"
				    "end\t7\t1\n"),
			 -1);
	assert_int_equal(fixture->errs.count, 1);
	const struct err *err = &fixture->errs.first->err;

	assert_int_equal(err->kind, ERR_CONFIG);
	assert_string_equal(err->at.file, "x.config");
	assert_int_equal(err->at.line, 9);
	assert_int_equal(err->also.line, 2);
	assert_string_equal(err->sym, "CONFIG_X");
	assert_string_equal(err->check, "config-twice");
	assert_string_equal(err->what, "what\\");
	assert_string_equal(err->why, "why.");
	assert_string_equal(err->fix, "fix.");
	/* The values are there all the same, so that the caller can go on collecting. */
	assert_string_equal(cfg_string(&fixture->cfg, "MEMORY_MIB"), "256");
}

static void test_cfg_damaged_answers_are_refused(void **state)
{
	static const char *const damaged[] = {
		"",
		"end\t0\t0\n",
		"kiln-kconf\t2\nend\t0\t0\n",
		"kiln-kconf\t1\n",
		"kiln-kconf\t1\nend\t0\t0",
		"kiln-kconf\t1\nsym\tA\tbool\tset\tpv\t1\t-\t-\tK\t1\nend\t1\t0\n",
		"kiln-kconf\t1\nsym\tA\ttristate\tset\tpv\t1\t-\t-\tK\t1\ty\nend\t1\t0\n",
		"kiln-kconf\t1\nsym\tA\tbool\tset\tpv\tx\t-\t-\tK\t1\ty\nend\t1\t0\n",
		"kiln-kconf\t1\nsym\tA\tint\tset\tpv\t1\t1\tz\tK\t1\t1\nend\t1\t0\n",
		"kiln-kconf\t1\nerr\tc\ts\t1\tx\tw\tw\tf\nend\t0\t1\n",
		"kiln-kconf\t1\nother\nend\t0\t0\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		struct fixture *fixture = *state;

		fixture->errs = (struct err_list){.arena = &fixture->arena};
		assert_int_equal(parse(fixture, damaged[i]), -1);
		assert_int_equal(fixture->errs.count, 1);
		assert_string_equal(fixture->errs.first->err.check, "config-helper");
		assert_true(*fixture->errs.first->err.why && *fixture->errs.first->err.fix);
	}
}

/* Every proper prefix of a good answer is damaged: a helper that died cannot pass for one. */
static void test_cfg_every_truncation_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const char *whole = arena_fmt(&fixture->arena, "%send\t7\t0\n", answer);

	for (size_t len = 0; len < strlen(whole); len++) {
		char *part = arena_dup(&fixture->arena, whole, len);

		fixture->errs = (struct err_list){.arena = &fixture->arena};
		assert_int_equal(
			cfg_parse(&fixture->arena, "x", part, &fixture->cfg, &fixture->errs), -1);
	}
}

static void test_cfg_unread_visible_symbols_are_reported(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(parse_with(fixture, "end\t7\t0\n"), 0);
	(void)cfg_find(&fixture->cfg, "VM_NAME");
	(void)cfg_find(&fixture->cfg, "MEMORY_MIB");
	(void)cfg_find(&fixture->cfg, "BALLOON");
	(void)cfg_find(&fixture->cfg, "MACHINE_Q35");
	(void)cfg_find(&fixture->cfg, "MASK");
	cfg_check_unread(&fixture->cfg, &fixture->errs);
	/* OFFSET alone: HIDDEN is not visible. */
	assert_int_equal(fixture->errs.count, 1);
	assert_string_equal(fixture->errs.first->err.sym, "CONFIG_OFFSET");
	assert_string_equal(fixture->errs.first->err.check, "config-unread");
	assert_string_equal(fixture->errs.first->err.at.file, "Kconfig");
	(void)cfg_find(&fixture->cfg, "OFFSET");
	fixture->errs = (struct err_list){.arena = &fixture->arena};
	cfg_check_unread(&fixture->cfg, &fixture->errs);
	assert_int_equal(fixture->errs.count, 0);
}

#define SYMBOLS_MANY 10000

static void test_cfg_ten_thousand_symbols_are_all_found(void **state)
{
	struct fixture *fixture = *state;
	struct text text = {.arena = &fixture->arena};

	text_add(&text, "kiln-kconf\t1\n");
	for (unsigned i = 0; i < SYMBOLS_MANY; i++)
		text_fmt(&text, "sym\tS%u\tint\tset\tpv\t%u\t-\t-\tK\t1\t%u\n", i, i + 1, i * 7);
	text_add(&text, "end\t10000\t0\n");
	assert_int_equal(parse(fixture, text_str(&text)), 0);
	for (unsigned i = 0; i < SYMBOLS_MANY; i++) {
		char name[16], value[16];

		(void)snprintf(name, sizeof(name), "S%u", i);
		(void)snprintf(value, sizeof(value), "%u", i * 7);
		assert_string_equal(cfg_string(&fixture->cfg, name), value);
	}
}

static void test_cfg_load_missing_configuration_is_named(void **state)
{
	struct fixture *fixture = *state;
	const struct cfg_source source = {"/bin/true", "/", "/", "/no/such/.config"};

	assert_int_equal(cfg_load(&fixture->arena, &source, &fixture->cfg, &fixture->errs), -1);
	assert_non_null(strstr(fixture->errs.first->err.what, "/no/such/.config"));
}

/* A folder with what cfg_load() looks for before it asks the helper; the helper reads nothing. */
static const char *make_tree(struct fixture *fixture)
{
	static const char *const names[] = {"Kconfig", "devices.Kconfig"};
	char *dir = arena_fmt(&fixture->arena, "/tmp/kiln-cfg-XXXXXX");

	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int fd = open(arena_fmt(&fixture->arena, "%s/%s", dir, names[i]),
			      O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		assert_true(fd >= 0);
		assert_int_equal(close(fd), 0);
	}
	return dir;
}

static void remove_tree(struct fixture *fixture, const char *dir)
{
	assert_int_equal(unlink(arena_fmt(&fixture->arena, "%s/Kconfig", dir)), 0);
	assert_int_equal(unlink(arena_fmt(&fixture->arena, "%s/devices.Kconfig", dir)), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void test_cfg_load_missing_helper_is_named(void **state)
{
	struct fixture *fixture = *state;
	const char *tree = make_tree(fixture);
	const struct cfg_source source = {"/no/such/kiln-kconf", tree, tree, "/dev/null"};

	assert_int_equal(cfg_load(&fixture->arena, &source, &fixture->cfg, &fixture->errs), -1);
	assert_non_null(strstr(fixture->errs.first->err.what, "/no/such/kiln-kconf"));
	assert_non_null(strstr(fixture->errs.first->err.fix, "make programs"));
	remove_tree(fixture, tree);
}

static void test_cfg_load_silent_helper_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const char *tree = make_tree(fixture);
	const struct cfg_source source = {"/bin/true", tree, tree, "/dev/null"};

	assert_int_equal(cfg_load(&fixture->arena, &source, &fixture->cfg, &fixture->errs), -1);
	assert_string_equal(fixture->errs.first->err.check, "config-helper");
	remove_tree(fixture, tree);
}

static void test_cfg_load_tree_without_kconfig_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct cfg_source source = {"/bin/true", "/no/such", "/no/such", "/dev/null"};

	assert_int_equal(cfg_load(&fixture->arena, &source, &fixture->cfg, &fixture->errs), -1);
	assert_string_equal(fixture->errs.first->err.check, "config-tree");
}

static void test_cfg_load_folder_is_no_configuration(void **state)
{
	struct fixture *fixture = *state;
	const struct cfg_source source = {"/bin/true", "/", "/", "/"};

	assert_int_equal(cfg_load(&fixture->arena, &source, &fixture->cfg, &fixture->errs), -1);
	assert_non_null(strstr(fixture->errs.first->err.what, "Is a directory"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cfg_symbols_have_type_value_place_and_range),
		TEST(test_cfg_escapes_are_undone),
		TEST(test_cfg_negative_bounds_are_read),
		TEST(test_cfg_flags_tell_visibility_and_choice),
		TEST(test_cfg_absent_symbol_is_null_no_and_empty),
		TEST(test_cfg_defconfig_has_what_is_not_at_its_default),
		TEST(test_cfg_errors_of_the_helper_become_errors),
		TEST(test_cfg_damaged_answers_are_refused),
		TEST(test_cfg_every_truncation_is_refused),
		TEST(test_cfg_unread_visible_symbols_are_reported),
		TEST(test_cfg_ten_thousand_symbols_are_all_found),
		TEST(test_cfg_load_missing_configuration_is_named),
		TEST(test_cfg_load_missing_helper_is_named),
		TEST(test_cfg_load_silent_helper_is_refused),
		TEST(test_cfg_load_tree_without_kconfig_is_refused),
		TEST(test_cfg_load_folder_is_no_configuration),
	};

	return cmocka_run_group_tests_name("cfg", tests, NULL, NULL);
}
