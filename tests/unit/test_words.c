/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_words.c - written command lines: words, their places, fields, trees; and no memory at any step.
 *
 * LINK: -Wl,--wrap=mmap -Wl,--wrap=calloc
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "qemu/argument.h"
#include "qemu/render.h"
#include "qemu/words.h"

struct bench {
	struct arena arena;
	struct err_list errs;
	struct words words;
};

/* A copy of exactly that size, so that ASan sees a read behind its end. */
static int split(struct bench *b, const char *text, size_t len)
{
	char *exact = test_malloc(len ? len : 1);

	*b = (struct bench){.errs.arena = &b->arena};
	memcpy(exact, text, len);
	int ret = words_split(&b->arena, "run.sh", exact, len, &b->words, &b->errs);

	test_free(exact);
	return ret;
}

static void assert_words(const char *text, size_t len, const char *expected)
{
	struct bench b;
	struct text all = {.arena = &b.arena};

	if (split(&b, text, len) < 0)
		fail_msg("%s", b.errs.first->err.what);
	for (size_t i = 0; i < b.words.count; i++) {
		text_add(&all, i ? "|" : "");
		text_add(&all, b.words.list[i].text);
	}
	assert_string_equal(text_str(&all), expected);
	arena_free(&b.arena);
}

#define is_split(text, expected) assert_words(text, sizeof(text) - 1, expected)

static void assert_refused(const char *text, size_t len, unsigned line, const char *what)
{
	struct bench b;

	assert_int_equal(split(&b, text, len), -1);
	assert_int_equal(b.errs.count, 1);
	assert_string_equal(b.errs.first->err.what, what);
	assert_string_equal(b.errs.first->err.at.file, "run.sh");
	assert_int_equal(b.errs.first->err.at.line, line);
	assert_true(b.errs.first->err.why[0] && b.errs.first->err.fix[0]);
	arena_free(&b.arena);
}

#define is_refused(text, line, what) assert_refused(text, sizeof(text) - 1, line, what)

static void test_shell_quotes_are_taken_off(void **state)
{
	(void)state;
	is_split("kvm -a 'b  c' \"d e\" f\\ g ''", "kvm|-a|b  c|d e|f g|");
	is_split("kvm 'a'\"b\"c -x '\\' \"\\$ \\` \\\" \\\\ \\n\"", "kvm|abc|-x|\\|$ ` \" \\ \\n");
	is_split("kvm -a \\\n  -b \"c\\\nd\" e\\\nf\n", "kvm|-a|-b|cd|ef");
	is_split("kvm -device '{\"driver\":\"e1000\"}'", "kvm|-device|{\"driver\":\"e1000\"}");
}

static void test_a_script_gives_the_command_that_starts_qemu(void **state)
{
	(void)state;
	is_split(
		"#!/bin/sh\nset -e # here\ncd $DIR\nexec /usr/bin/qemu-system-x86_64 -m 1G >log 2>&1 &\nwait\n",
		"/usr/bin/qemu-system-x86_64|-m|1G");
	is_split("DISK=/d/a.img\nsudo -u x kvm -hda \"$DISK\" -cdrom ${DISK} || exit 1\n",
		 "kvm|-hda|/d/a.img|-cdrom|/d/a.img");
	is_split("LC_ALL=C \\\nPATH=/bin \\\n/usr/bin/kvm \\\n-S\n", "/usr/bin/kvm|-S");
	is_split("-m 1G -smp 2", "-m|1G|-smp|2");
	is_split("/opt/machine -m 1G", "/opt/machine|-m|1G");
}

static void test_a_script_may_collect_its_options(void **state)
{
	(void)state;
	is_split("a=(-m 1G # memory\n  -hda \"x y\"\n# -S\n)\na+=( -S )\nkvm \"${a[@]}\" -smp 2\n",
		 "kvm|-m|1G|-hda|x y|-S|-smp|2");
	is_split("a=(-S)\na=(\"${a[@]}\" -m 1G)\nkvm ${a[@]}", "kvm|-S|-m|1G");
	is_split("a=()\nkvm \"${a[@]}\" -S \"$@\"", "kvm|-S");
	is_split("o='-m 1G'\no=\"$o -S\"\no+=' -smp 2 '\nkvm $o -usb", "kvm|-m|1G|-S|-smp|2|-usb");
	is_split("kvm -m ${m:-2G} ${e:-} -smp \"${s:=2}\" -name ${1-x}",
		 "kvm|-m|2G|-smp|2|-name|x");
	is_split("m=\nkvm -m ${m:-2G}", "kvm|-m|2G");
}

static void test_what_is_no_command_is_passed_over(void **state)
{
	(void)state;
	is_split("cat <<EOF\nkvm -S\nEOF\nkvm -m 1G", "kvm|-m|1G");
	is_split("cat >f <<-'E_1'\n\tkvm -S\n\tE_1\nkvm -m 1G", "kvm|-m|1G");
	is_split("cat <<EOF\nkvm -m 1G", "kvm|-m|1G");
	is_split("echo $((1 << 20))\nkvm -m 1G", "kvm|-m|1G");
	is_split("kvm `# the first` -m 1G \\\n `# the second` \\\n -S", "kvm|-m|1G|-S");
}

static void test_lines_and_nul_are_words_as_they_are(void **state)
{
	(void)state;
	is_split("/usr/bin/qemu\n-append\na 'b' $c\n\n-m\n1G\n",
		 "/usr/bin/qemu|-append|a 'b' $c||-m|1G");
	is_split("kvm\0-append\0a b\0\0-m\0", "kvm|-append|a b||-m");
	is_split("kvm\0-m\0001G", "kvm|-m|1G");
	is_split("\0", "");
}

static void test_environment_stands_apart(void **state)
{
	struct bench b;
	static const char text[] = "A=1 B='x y' kvm C=2";

	(void)state;
	assert_int_equal(split(&b, text, strlen(text)), 0);
	assert_int_equal(b.words.environment_count, 2);
	assert_string_equal(b.words.environment[1].text, "B=x y");
	assert_int_equal(b.words.count, 2);
	arena_free(&b.arena);
}

static void test_every_byte_knows_its_place(void **state)
{
	struct bench b;
	static const char text[] = "kvm \\\n  -a 'b\\'\"c\"\n";

	(void)state;
	assert_int_equal(split(&b, text, strlen(text)), 0);
	assert_string_equal(b.words.list[2].text, "b\\c");
	assert_int_equal(b.words.list[1].at.line, 2);
	assert_int_equal(b.words.list[1].at.column, 3);
	assert_int_equal(word_spot(&b.words.list[2], 0).column, 7);
	assert_int_equal(word_spot(&b.words.list[2], 1).column, 8);
	assert_int_equal(word_spot(&b.words.list[2], 2).column, 11);
	assert_int_equal(word_spot(&b.words.list[2], 3).line, 2);
	arena_free(&b.arena);
	assert_int_equal(split(&b, "kvm\0-ab", 7), 0);
	assert_int_equal(word_spot(&b.words.list[1], 2).line, 2);
	assert_int_equal(word_spot(&b.words.list[1], 2).column, 3);
	arena_free(&b.arena);
}

static void test_what_only_a_shell_knows_is_refused(void **state)
{
	(void)state;
	is_refused("kvm -m 1G 'x", 1, "column 11: a ' that is not closed");
	is_refused("kvm \\\n -m \"x", 2, "column 5: a \" that is not closed");
	is_refused("kvm -m \\", 1, "column 8: a \\ with nothing behind it");
	is_refused("a=1\nkvm -m $b", 2, "column 8: a variable or command of the shell");
	is_refused("kvm -m \"${b}\"", 1, "column 9: a variable or command of the shell");
	is_refused("kvm -m $(nproc)", 1, "column 8: a variable or command of the shell");
	is_refused("kvm -m `nproc`", 1, "column 8: a command of the shell");
	is_refused("kvm -hda ~/a", 1, "column 10: somebody's home folder");
	is_refused("b='1 *'\nkvm -m $b", 2, "column 8: a variable or command of the shell");
	is_refused("kvm -m ${b:-$(nproc)}", 1, "column 8: a variable or command of the shell");
	is_refused("b=(1\nkvm \"${c[@]}\"", 0, "no command here starts QEMU");
	is_refused("kvm \"${c[@]}\"", 1, "column 6: a variable or command of the shell");
	is_refused("kvm -m 1\nkvm -m 2\n", 0, "lines 1 and 2 both start QEMU");
	is_refused("echo hello\n", 0, "no command here starts QEMU");
	is_refused("", 0, "no command here starts QEMU");
}

static void test_too_much_is_refused(void **state)
{
	char *large = test_calloc(1, WORDS_BYTES_MAX + 1);

	(void)state;
	memset(large, 'a', WORDS_BYTES_MAX + 1);
	assert_refused(large, WORDS_BYTES_MAX + 1, 0, "the command line is longer than 1 MiB");
	memset(large, 0, WORDS_MAX + 1);
	assert_refused(large, WORDS_MAX + 1, 0, "the command line has more than 16384 words");
	for (size_t i = 0; i < WORDS_MAX + 1; i++)
		memcpy(large + 2 * i, " a", 2);
	assert_refused(large, 2 * (size_t)(WORDS_MAX + 1), 1,
		       "column 32770: more than 16384 words");
	test_free(large);
}

/* ---- fields ------------------------------------------------------------------------------------- */

static void assert_fields(const char *text, size_t expected)
{
	struct arena arena = {0};
	struct keyword *list;
	struct fault fault;
	struct text again = {.arena = &arena};
	size_t count;

	assert_int_equal(keywords_split(&arena, text, KEYWORD_MAY_BE_ALONE, &list, &count, &fault),
			 0);
	assert_int_equal(count, expected);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(list[i].at, again.len + (i > 0));
		text_add(&again, i ? "," : "");
		render_quote(&again, list[i].key, strlen(list[i].key), ESCAPE_KV);
		text_add(&again, list[i].value ? "=" : "");
		if (list[i].value)
			render_quote(&again, list[i].value, strlen(list[i].value), ESCAPE_KV);
	}
	assert_string_equal(text_str(&again), text);
	arena_free(&arena);
}

static void test_variables_that_grow_are_refused(void **state)
{
	struct arena arena = {0};
	struct text doubling = {.arena = &arena}, uses = {.arena = &arena};

	(void)state;
	text_add(&doubling, "a=0123456789abcdef\n");
	for (unsigned i = 0; i < 40; i++)
		text_add(&doubling, "a=\"$a$a\"\n");
	text_add(&doubling, "kvm -name $a\n");
	assert_refused(text_str(&doubling), doubling.len, 17,
		       "column 4: the variables before and here become too much");
	text_add(&uses, "a=\nkvm -name \"");
	for (unsigned i = 0; i <= WORDS_MAX; i++)
		text_add(&uses, "$a");
	text_add(&uses, "\"\n");
	assert_refused(text_str(&uses), uses.len, 2,
		       "column 32774: the variables before and here become too much");
	arena_free(&arena);
}

static void test_fields_are_counted_and_keep_order_and_doubles(void **state)
{
	(void)state;
	assert_fields("", 1);
	assert_fields("a", 1);
	assert_fields("a=1,b=2,a=3", 3);
	assert_fields("a=x=y,b=c,,d", 2);
	assert_fields("a=,,,,", 1);
	assert_fields("a=,b", 2);
	assert_fields("a,,b=1,", 2);
	assert_fields("a=,,,b=1", 2);
	assert_fields(",", 2);
}

static void assert_tree(const char *text, const char *head, const char *json)
{
	struct arena arena = {0};
	struct fault fault = {0};
	struct node *tree;

	if (argument_read(&arena, text, head, &tree, &fault) < 0)
		fail_msg("%s: %s", text, fault.what);
	assert_string_equal(render_json(&arena, tree), json);
	arena_free(&arena);
}

static void test_key_value_becomes_a_tree(void **state)
{
	(void)state;
	assert_tree("e1000,id=n,mac=1", "driver",
		    "{\"driver\":\"e1000\",\"id\":\"n\",\"mac\":\"1\"}");
	assert_tree("driver=a,b", "driver", "{\"driver\":\"a\",\"b\":\"on\"}");
	assert_tree("socket,server,nowait", "backend",
		    "{\"backend\":\"socket\",\"server\":\"on\",\"wait\":\"off\"}");
	assert_tree("a.b.c=1,a.b.d=2,a.e=3", NULL,
		    "{\"a\":{\"b\":{\"c\":\"1\",\"d\":\"2\"},\"e\":\"3\"}}");
	assert_tree("s.0.host=a,s.1.host=b", NULL, "{\"s\":[{\"host\":\"a\"},{\"host\":\"b\"}]}");
	assert_tree("f=a,,b=c", NULL, "{\"f\":\"a,b=c\"}");
	assert_tree("", NULL, "{}");
	assert_tree("x=", NULL, "{\"x\":\"\"}");
	assert_tree("x=1,", NULL, "{\"x\":\"1\"}");
	assert_tree("x=1..2,.y=3,z.=4", NULL, "{\"x\":\"1..2\",\".y\":\"3\",\"z.\":\"4\"}");
}

static void test_json_becomes_a_tree(void **state)
{
	(void)state;
	assert_tree("{\"driver\":\"a,b\",\"n\":1,\"t\":true,\"o\":{\"l\":[1,\"x\",{}]}}", NULL,
		    "{\"driver\":\"a,b\",\"n\":1,\"t\":true,\"o\":{\"l\":[1,\"x\",{}]}}");
	assert_tree("{\"u\":\"\\u00e4\\\"\\\\\\/\"}", NULL, "{\"u\":\"\303\244\\\"\\\\/\"}");
}

static void assert_fault(const char *text, const char *what, size_t at)
{
	struct arena arena = {0};
	struct fault fault = {0};
	struct node *tree;

	assert_int_equal(argument_read(&arena, text, NULL, &tree, &fault), -1);
	assert_string_equal(fault.what, what);
	assert_int_equal(fault.at, at);
	arena_free(&arena);
}

static void test_malformed_values_are_refused_with_their_place(void **state)
{
	struct arena arena = {0};
	struct fault fault = {0};
	struct keyword *list;
	struct text many = {.arena = &arena};
	size_t count = 1;

	(void)state;
	assert_fault("a=1,=2", "a '=' without a key in front of it", 4);
	assert_fault(",a=1", "nothing between two commas", 0);
	assert_fault("a=1,a.b=2", "a key that has a value and members", 4);
	assert_fault("a.b=1,a=2", "a key that has a value and members", 6);
	assert_fault("{\"a\":1", "no JSON", 6);
	assert_fault("{\"a\":\"\\u0000\"}", "a string with a NUL in it", 13);
	assert_fault("{\"a\":1}x", "no JSON", 7);
	assert_int_equal(keywords_split(&arena, "a=1,b", KEYWORD_WITH_VALUE, &list, &count, &fault),
			 -1);
	assert_string_equal(fault.what, "a field without '='");
	assert_int_equal(fault.at, 4);
	assert_int_equal(count, 0);
	for (unsigned i = 0; i < ARGUMENT_WORDS_MAX; i++)
		text_add(&many, "a,");
	assert_fault(text_str(&many), "more than 4096 fields between commas", 0);
	many = (struct text){.arena = &arena};
	for (unsigned i = 0; i < ARGUMENT_DEPTH_MAX + 2; i++)
		text_add(&many, "a.");
	text_add(&many, "a=1");
	assert_fault(text_str(&many), "a key with more than 32 dots", 0);
	arena_free(&arena);
}

/* ---- no memory ---------------------------------------------------------------------------------- */

static int allocations, fail_at;

static bool fails(void)
{
	return ++allocations == fail_at;
}

void *__real_mmap(void *at, size_t len, int access, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t len, int access, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t len, int access, int flags, int fd, off_t offset)
{
	return fails() ? MAP_FAILED : __real_mmap(at, len, access, flags, fd, offset);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

/* Long words and many of them, so that every kind of allocation is met. */
static int work(void)
{
	static char text[400000];
	struct bench b = {.errs.arena = &b.arena};
	struct fault fault;
	struct node *tree;
	size_t len = 0;

	len += (size_t)snprintf(text, sizeof(text), "kvm ");
	while (len < 340000)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "-d e,id=%zu,x='%zu'%s",
					len, len, len % 7 ? "," : " ");
	if (words_split(&b.arena, "x", text, len, &b.words, &b.errs) < 0)
		return 1;
	for (size_t i = 0; i < b.words.count; i++) {
		if (argument_read(&b.arena, b.words.list[i].text, "driver", &tree, &fault) < 0)
			return 1;
	}
	arena_free(&b.arena);
	return 0;
}

/* Of the leak sanitizer, where there is one. */
void __lsan_disable(void) __attribute__((weak));

/* Runs work() in a process in which one allocation fails; its exit code. */
static int work_failing(int number)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		/* What a process holds that ends for want of memory is no leak. */
		if (__lsan_disable)
			__lsan_disable();
		allocations = 0;
		fail_at = number;
		exit(work());
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_each_allocation_may_fail(void **state)
{
	int number = 1;

	(void)state;
	while (work_failing(number) == ERR_HOST)
		number++;
	assert_int_equal(work_failing(number), 0);
	assert_true(number > 4);
	print_message("# %d allocations failed in turn\n", number - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shell_quotes_are_taken_off),
		cmocka_unit_test(test_a_script_gives_the_command_that_starts_qemu),
		cmocka_unit_test(test_lines_and_nul_are_words_as_they_are),
		cmocka_unit_test(test_a_script_may_collect_its_options),
		cmocka_unit_test(test_what_is_no_command_is_passed_over),
		cmocka_unit_test(test_environment_stands_apart),
		cmocka_unit_test(test_every_byte_knows_its_place),
		cmocka_unit_test(test_what_only_a_shell_knows_is_refused),
		cmocka_unit_test(test_too_much_is_refused),
		cmocka_unit_test(test_variables_that_grow_are_refused),
		cmocka_unit_test(test_fields_are_counted_and_keep_order_and_doubles),
		cmocka_unit_test(test_key_value_becomes_a_tree),
		cmocka_unit_test(test_json_becomes_a_tree),
		cmocka_unit_test(test_malformed_values_are_refused_with_their_place),
		cmocka_unit_test(test_each_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
