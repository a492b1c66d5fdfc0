/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kconf.c - kiln-kconf: load the Kconfig tree and one configuration, check it, tell the values.
 *
 * In: --tree DIR (the tree with Kconfig), --build DIR (the folder above build/kconfig/), --config
 * FILE (a full .config or a minimal defconfig), optionally --check. Out: the protocol of dump.c on
 * stdout, or with --check only messages for people on stderr. Exit code 0, 1 with errors, 2 usage.
 * It must not write any file. Slots that the configuration does not use are neither read nor told,
 * but with --all-slots, and where something is wrong, since an error may name any symbol.
 */
#include "config/helper/kconf.h"

#include "config/cfg.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
/* libkconfig-parser frees nothing; its leaks are not ours. The name is the sanitizer's. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

/* libkconfig-parser prints on stderr and may exit; what it says is caught here. */
static int real_stderr = -1, caught = -1;

static void give_back_stderr(void)
{
	char buf[4096];
	ssize_t len;

	if (caught < 0)
		return;
	(void)dup2(real_stderr, STDERR_FILENO);
	for (off_t at = 0; (len = pread(caught, buf, sizeof(buf), at)) > 0; at += len) {
		if (write(STDERR_FILENO, buf, (size_t)len) != len)
			break;
	}
	caught = -1;
}

static void catch_stderr(void)
{
	real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	caught = memfd_create("kiln-kconf", MFD_CLOEXEC);
	if (real_stderr < 0 || caught < 0 || dup2(caught, STDERR_FILENO) < 0 ||
	    atexit(give_back_stderr) != 0) {
		caught = -1;
		exit(ERR_HOST);
	}
}

/* Anything that the library still has to say is an error, although it goes on. */
static void report_caught(struct conf *conf)
{
	char said[ERR_TEXT_MAX - 64];
	ssize_t len = pread(caught, said, sizeof(said) - 1, 0);

	(void)dup2(real_stderr, STDERR_FILENO);
	caught = -1;
	if (len <= 0)
		return;
	said[len] = '\0';
	for (char *at = said; *at; at++) {
		if (*at == '\n')
			*at = at[1] ? ';' : '\0';
	}
	struct err *err = err_list_new(conf->errs, ERR_CONFIG, "kconfig complains: %s", said);

	err_check(err, "config-tree");
	err_why(err,
		"kconfig goes on after such a message and ends with 0; the values could be other "
		"than meant.");
	err_fix(err, "Mend the Kconfig file that the message names.");
}

static char *read_file(const char *path, size_t *ret_size, struct err *err)
{
	struct stat st;
	size_t size = 0;
	ssize_t len;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0) {
		(void)err_sys(err, ERR_CONFIG, errno, "%s", path);
		err_why(err, "The configuration cannot be read.");
		err_fix(err, "Make one first: make menuconfig, or make NAME_defconfig.");
		if (fd >= 0)
			(void)close(fd);
		return NULL;
	}
	if (S_ISDIR(st.st_mode)) {
		(void)close(fd);
		(void)err_sys(err, ERR_CONFIG, EISDIR, "%s", path);
		err_why(err, "A configuration is a file.");
		err_fix(err, "Give the .config or the defconfig.");
		return NULL;
	}
	char *text = calloc(1, CFG_BYTES_MAX + 1);

	while (text && size < CFG_BYTES_MAX &&
	       (len = read(fd, text + size, CFG_BYTES_MAX - size)) > 0)
		size += (size_t)len;
	(void)close(fd);
	if (text && size < CFG_BYTES_MAX) {
		*ret_size = size;
		return text;
	}
	free(text);
	(void)err_set(err, ERR_CONFIG, "%s: larger than %u bytes", path, CFG_BYTES_MAX);
	err_why(err, "No configuration is that large; this is another file.");
	err_fix(err, "Give the .config or the defconfig.");
	return NULL;
}

struct options {
	const char *tree, *build, *config, *name;
	bool check, all_slots;
};

static int usage(void)
{
	(void)fputs(
		"usage: kiln-kconf --tree DIR --build DIR --config FILE [--name NAME] [--check] "
		"[--all-slots]\n",
		stderr);
	return ERR_USAGE;
}

static bool parse_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {{"tree", required_argument, NULL, 't'},
					      {"build", required_argument, NULL, 'b'},
					      {"config", required_argument, NULL, 'c'},
					      {"name", required_argument, NULL, 'n'},
					      {"check", no_argument, NULL, 'C'},
					      {"all-slots", no_argument, NULL, 'A'},
					      {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 't':
			options->tree = optarg;
			break;
		case 'b':
			options->build = optarg;
			break;
		case 'c':
			options->config = optarg;
			break;
		case 'n':
			options->name = optarg;
			break;
		case 'C':
			options->check = true;
			break;
		case 'A':
			options->all_slots = true;
			break;
		default:
			return false;
		}
	}
	if (!options->name)
		options->name = options->config;
	return optind == argc && options->tree && options->build && options->config;
}

/* Sources are found in the working directory first, then in srctree: see the top Kconfig. */
static void load_tree(const struct options *options, const struct conf *conf, const char *text)
{
	char tree[PATH_MAX];

	if (!realpath(options->tree, tree) || chdir(options->build) < 0 ||
	    setenv("srctree", tree, 1) < 0 || unsetenv("CONFIG_") < 0) {
		(void)fprintf(stderr, "kiln-kconf: %s, %s: %s\n", options->tree, options->build,
			      strerror(errno));
		exit(ERR_CONFIG);
	}
	slots_want(conf, tree, options->all_slots ? NULL : text);
	conf_parse("Kconfig");
}

/* A value is computed when it is first asked for, and that is when the library complains. */
static void calc_all(void)
{
	struct symbol *sym;
	int i;

	for_all_symbols(i, sym)
	{
		sym_calc_value(sym);
	}
}

/* The library can load one tree in a process's life: once more, from the start, with all slots. */
static void NORETURN run_again(int argc, char **argv, int home)
{
	static char all_slots[] = "--all-slots";
	char **again = calloc((size_t)argc + 2, sizeof(*again));

	(void)dup2(real_stderr, STDERR_FILENO);
	caught = -1;
	if (again && fchdir(home) == 0) {
		memcpy(again, argv, (size_t)argc * sizeof(*again));
		again[argc] = all_slots;
		(void)execv("/proc/self/exe", again);
	}
	(void)fprintf(stderr, "kiln-kconf: /proc/self/exe: %s\n", strerror(errno));
	exit(ERR_HOST);
}

static int run(const struct options *options, struct conf *conf)
{
	char path[PATH_MAX];
	struct err err;
	size_t size = 0;
	struct stat st;
	char *text = read_file(options->config, &size, &err);

	if (!text || !realpath(options->config, path)) {
		char message[4 * ERR_TEXT_MAX];

		(void)err_format(&err, message, sizeof(message));
		(void)fputs(message, stderr);
		return ERR_CONFIG;
	}
	catch_stderr();
	load_tree(options, conf, text);
	/* Warnings about the configuration are in our own errors, and better. */
	if (fstat(caught, &st) < 0 || conf_read(path) != 0 || ftruncate(caught, st.st_size) < 0)
		return ERR_CONFIG;
	calc_all();
	lines_read(conf, text, size);
	free(text);
	strict_check(conf);
	report_caught(conf);
	return ERR_NONE;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct arena arena = {0};
	struct err_list errs = {.arena = &arena};
	struct conf conf = {.arena = &arena, .errs = &errs};
	int home = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (!parse_options(argc, argv, &options))
		return usage();
	conf.file = options.name;
	int rc = run(&options, &conf);

	if (rc)
		return rc;
	if (!options.all_slots && (errs.count || !slots_complete()))
		run_again(argc, argv, home);
	if (options.check)
		err_list_print(&errs, stderr);
	else
		dump_symbols(&conf, stdout);
	rc = errs.count ? ERR_CONFIG : ERR_NONE;
	if (fflush(stdout) != 0)
		rc = ERR_HOST;
	arena_free(&arena);
	return rc;
}
