/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * golden.c - composes each case of tests/golden and compares what comes out, byte by byte.
 *
 * usage: golden [--update] KILN CASES OUT [CASE]...
 *
 * In: CASES/NAME/config (a minimal defconfig), lock (optional), and the expected files: domain.xml,
 * argv (one argument a line), layout, plan; or err, and then kiln must refuse with exit code 1 and
 * leave nothing. Out: one TAP line a case; what differs stays in OUT/NAME and is shown by diff.
 * --update writes the expected files instead: those that are there, or all for a new case.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define CASES_MAX 512
#define ARGS_MAX  16

static char kiln[PATH_MAX], cases[PATH_MAX], out[PATH_MAX];

/* An expected file, and how it is got from an output folder. */
static const struct product {
	const char *expected;
	const char *suffix; /* of OUT/CASE/VM-NAME; NULL: `kiln show --section` */
	const char *section;
} products[] = {
	{.expected = "domain.xml", .suffix = ".xml"},
	{.expected = "argv", .suffix = ".argv"},
	{.expected = "layout", .suffix = ".layout.txt"},
	{.expected = "plan", .section = "PLAN"},
};

#define PRODUCTS (sizeof(products) / sizeof(products[0]))

/* cmocka's TAP output leaves the text of fail_msg() out. */
#define case_fail(...)                           \
	do {                                     \
		print_message("# " __VA_ARGS__); \
		print_message("\n");             \
		fail();                          \
	} while (0)

static void __attribute__((format(printf, 2, 3))) path_set(char *path, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(path, PATH_MAX, fmt, args);
	va_end(args);
	if (len < 0 || len >= PATH_MAX)
		case_fail("the path %s... is too long", path);
}

/* Start a program in @dir, standard output and error to files; its exit code. */
static int run(const char *dir, const char *stdout_path, const char *stderr_path,
	       const char *const words[])
{
	posix_spawn_file_actions_t actions;
	char *argv[ARGS_MAX];
	size_t count = 0;
	pid_t pid;
	int status;

	/* posix_spawn changes no argument, and its prototype does not say so. */
	while (words[count])
		count++;
	assert_true(count < ARGS_MAX);
	memcpy(argv, words, (count + 1) * sizeof(argv[0]));

	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_addchdir_np(&actions, dir), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0),
			 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions, 1, stdout_path,
							  O_WRONLY | O_CREAT | O_TRUNC, 0644),
			 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions, 2, stderr_path,
							  O_WRONLY | O_CREAT | O_TRUNC, 0644),
			 0);
	if (posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0)
		case_fail("%s cannot be started", argv[0]);
	(void)posix_spawn_file_actions_destroy(&actions);
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* diff prints the difference on standard output, as TAP comments. */
static bool differs(const char *expected, const char *actual)
{
	char path[PATH_MAX], line[4096];
	const char *const argv[] = {"/usr/bin/diff", "-u", expected, actual, NULL};
	int result;
	FILE *diff;

	path_set(path, "%s/.diff", out);
	result = run("/", path, path, argv);
	if (result == 0)
		return false;
	diff = fopen(path, "r");
	assert_non_null(diff);
	while (fgets(line, sizeof(line), diff))
		print_message("# %s", line);
	(void)fclose(diff);
	return true;
}

static void copy(const char *from, const char *to)
{
	const char *const argv[] = {"/bin/cp", from, to, NULL};

	if (run("/", "/dev/null", "/dev/null", argv) != 0)
		case_fail("%s cannot be copied to %s", from, to);
}

static void show(const char *path)
{
	char line[4096];
	FILE *file = fopen(path, "r");

	while (file && fgets(line, sizeof(line), file))
		print_message("# | %s", line);
	if (file)
		(void)fclose(file);
}

static bool exists(const char *dir, const char *name)
{
	char path[PATH_MAX];

	path_set(path, "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

/* The VM's name, from the one *.kiln in a folder; "" when there is none. Counts the files. */
static unsigned output_name(const char *dir, char *ret_name)
{
	DIR *list = opendir(dir);
	const struct dirent *entry;
	unsigned count = 0;

	ret_name[0] = 0;
	assert_non_null(list);
	while ((entry = readdir(list))) {
		size_t len = strlen(entry->d_name);

		if (entry->d_name[0] == '.')
			continue;
		count++;
		if (len > 5 && strcmp(entry->d_name + len - 5, ".kiln") == 0) {
			memcpy(ret_name, entry->d_name, len - 5);
			ret_name[len - 5] = 0;
		}
	}
	(void)closedir(list);
	return count;
}

static int compose(const char *dir, const char *images, const char *messages)
{
	const char *const with_lock[] = {
		kiln,         "compose", "--config", "config", "--output", images, "--payload-dir",
		"../payload", "--lock",  "lock",     NULL};
	const char *const argv[] = {kiln,   "compose",       "--config",   "config", "--output",
				    images, "--payload-dir", "../payload", NULL};

	return run(dir, "/dev/null", messages, exists(dir, "lock") ? with_lock : argv);
}

/* Path of the file that belongs to a product, made by `kiln show` where it is a section. */
static void produce(const struct product *product, const char *images, const char *name, char *path)
{
	char image[PATH_MAX], section[64];
	const char *const argv[] = {kiln, "show", image, "--section", section, NULL};

	if (product->suffix) {
		path_set(path, "%s/%s%s", images, name, product->suffix);
		return;
	}
	path_set(path, "%s.%s", images, product->expected);
	path_set(image, "%s/%s.kiln", images, name);
	(void)snprintf(section, sizeof(section), "%s", product->section);
	if (run("/", path, "/dev/null", argv) != 0)
		case_fail("kiln show %s --section %s failed", image, section);
}

struct result {
	char dir[PATH_MAX], images[PATH_MAX], messages[PATH_MAX], name[NAME_MAX + 1];
	unsigned files;
	int code;
};

static void compose_case(const char *case_name, struct result *result)
{
	const char *const clean[] = {"/bin/rm", "-rf", result->images, NULL};

	path_set(result->dir, "%s/%s", cases, case_name);
	path_set(result->images, "%s/%s", out, case_name);
	path_set(result->messages, "%s.err", result->images);
	assert_int_equal(run("/", "/dev/null", "/dev/null", clean), 0);
	assert_int_equal(mkdir(result->images, 0777), 0);
	result->code = compose(result->dir, result->images, result->messages);
	result->files = output_name(result->images, result->name);
}

static void test_case(void **state)
{
	const char *case_name = *state;
	char expected[PATH_MAX], actual[PATH_MAX];
	struct result got;
	unsigned compared = 0, different = 0;

	compose_case(case_name, &got);
	if (exists(got.dir, "err")) {
		path_set(expected, "%s/err", got.dir);
		if (got.code != 1)
			case_fail("kiln compose ended with %d; a refusal is 1", got.code);
		if (differs(expected, got.messages))
			case_fail("the refusal's text differs");
		if (got.files != 0)
			case_fail("%u files were left in the output folder", got.files);
		return;
	}
	if (got.code != 0) {
		show(got.messages);
		case_fail("kiln compose ended with %d", got.code);
	}
	for (size_t i = 0; i < PRODUCTS; i++) {
		if (!exists(got.dir, products[i].expected))
			continue;
		path_set(expected, "%s/%s", got.dir, products[i].expected);
		produce(&products[i], got.images, got.name, actual);
		compared++;
		different += differs(expected, actual);
	}
	if (different)
		case_fail("%u files differ", different);
	if (!compared)
		case_fail("%s has no expected file; make golden-update writes them", got.dir);
}

static void update_case(void **state)
{
	const char *case_name = *state;
	char expected[PATH_MAX], actual[PATH_MAX];
	struct result got;
	bool fresh = true;

	compose_case(case_name, &got);
	for (size_t i = 0; i < PRODUCTS; i++)
		fresh = fresh && !exists(got.dir, products[i].expected);
	fresh = fresh && !exists(got.dir, "err");
	path_set(expected, "%s/err", got.dir);
	if (got.code == 1 && (fresh || exists(got.dir, "err"))) {
		copy(got.messages, expected);
		return;
	}
	if (got.code != 0) {
		show(got.messages);
		case_fail("kiln compose ended with %d", got.code);
	}
	if (exists(got.dir, "err"))
		case_fail(
			"%s was refused before and is not any more: remove err by hand if that is meant",
			case_name);
	for (size_t i = 0; i < PRODUCTS; i++) {
		if (!fresh && !exists(got.dir, products[i].expected))
			continue;
		path_set(expected, "%s/%s", got.dir, products[i].expected);
		produce(&products[i], got.images, got.name, actual);
		copy(actual, expected);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct CMUnitTest *)a)->name, ((const struct CMUnitTest *)b)->name);
}

static bool wanted(const char *name, char *const *only)
{
	if (!*only)
		return true;
	for (; *only; only++) {
		if (strcmp(*only, name) == 0)
			return true;
	}
	return false;
}

static char names[CASES_MAX][NAME_MAX + 1];

static size_t list_cases(struct CMUnitTest *tests, CMUnitTestFunction function, char *const *only)
{
	DIR *list = opendir(cases);
	const struct dirent *entry;
	size_t count = 0;

	while (list && (entry = readdir(list))) {
		char path[PATH_MAX * 2];

		(void)snprintf(path, sizeof(path), "%s/%s/config", cases, entry->d_name);
		if (access(path, R_OK) != 0 || !wanted(entry->d_name, only))
			continue;
		if (count == CASES_MAX) {
			(void)fprintf(stderr, "golden: more than %d cases\n", CASES_MAX);
			exit(1);
		}
		(void)snprintf(names[count], sizeof(names[count]), "%s", entry->d_name);
		tests[count].name = names[count];
		tests[count].test_func = function;
		tests[count].initial_state = names[count];
		count++;
	}
	if (list)
		(void)closedir(list);
	qsort(tests, count, sizeof(tests[0]), by_name);
	return count;
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[CASES_MAX];
	bool update = argc > 1 && strcmp(argv[1], "--update") == 0;
	const char *mkdirs[] = {"/bin/mkdir", "-p", NULL, NULL};
	size_t count;

	argv += update ? 2 : 1;
	argc -= update ? 2 : 1;
	if (argc < 3) {
		(void)fprintf(stderr, "usage: golden [--update] KILN CASES OUT [CASE]...\n");
		return 2;
	}
	mkdirs[2] = argv[2];
	if (run("/", "/dev/null", "/dev/null", mkdirs) != 0 || !realpath(argv[0], kiln) ||
	    !realpath(argv[1], cases) || !realpath(argv[2], out)) {
		(void)fprintf(stderr, "golden: %s, %s or %s is not there\n", argv[0], argv[1],
			      argv[2]);
		return 1;
	}
	count = list_cases(tests, update ? update_case : test_case, argv + 3);
	if (count == 0) {
		(void)fprintf(stderr, "golden: no case in %s\n", cases);
		return 1;
	}
	return _cmocka_run_group_tests(update ? "golden-update" : "golden", tests, count, NULL,
				       NULL)
		       ? 1
		       : 0;
}
