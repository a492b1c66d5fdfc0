/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load.c - run kiln-kconf and collect its answer.
 *
 * The helper gets an empty environment, so that no KCONFIG_ or locale variable of the caller
 * changes a value. In: paths. Out: struct cfg and errors.
 */
#include "config/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MAX (64u << 20)
#define SAID_MAX   400

/* In the child: nothing but dup2 and execve. */
static void NORETURN exec_helper(const char *const *argv, int out, int said)
{
	static char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C";
	char *const environment[] = {path, locale, NULL};
	union {
		const char *const *in;
		char *const *out;
	} args = {.in = argv}; /* execve() takes char *const[] and changes nothing */

	if (dup2(out, STDOUT_FILENO) >= 0 && dup2(said, STDERR_FILENO) >= 0)
		(void)execve(argv[0], args.out, environment);
	_exit(errno == ENOENT ? ERR_NOT_FOUND : ERR_EXEC);
}

static char *read_all(struct arena *arena, int fd)
{
	struct text text = {.arena = arena};
	char buf[65536];
	ssize_t len;

	while ((len = read(fd, buf, sizeof(buf))) != 0) {
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 || text.len > ANSWER_MAX)
			return NULL;
		text_add_len(&text, buf, (size_t)len);
	}
	return text.data ? text.data : arena_str(arena, "");
}

static int failed(struct err_list *errs, const struct cfg_source *source, int status,
		  const char *said)
{
	struct err *err;

	if (WIFEXITED(status) &&
	    (WEXITSTATUS(status) == ERR_NOT_FOUND || WEXITSTATUS(status) == ERR_EXEC)) {
		err = err_list_new(errs, ERR_CONFIG, "%s cannot be run", source->helper);
		err_why(err, "The helper kiln-kconf reads configurations for kiln.");
		err_fix(err, "Build it with `make programs`, or install kiln completely.");
	} else if (WIFSIGNALED(status)) {
		err = err_list_new(errs, ERR_CONFIG, "%s died of signal %d", source->helper,
				   WTERMSIG(status));
		err_why(err, "The helper reads the Kconfig tree below %s.", source->tree);
		err_fix(err, "Run `make olddefconfig` to see whether the tree is sound.");
	} else {
		err = err_list_new(errs, ERR_CONFIG, "the Kconfig tree cannot be loaded: %.*s",
				   SAID_MAX, *said ? said : "no reason was given");
		err_why(err, "The helper reads %s/Kconfig and the fragments in %s.", source->tree,
			source->gen);
		err_fix(err,
			"Mend the Kconfig file, or write the fragments again: make kconfig-tree.");
	}
	err_at(err, source->config, 0);
	err_check(err, "config-helper");
	return -1;
}

/* What the helper wrote to stderr, on one line. */
static const char *said_text(struct arena *arena, int fd)
{
	char *said = lseek(fd, 0, SEEK_SET) == 0 ? read_all(arena, fd) : NULL;

	if (!said)
		return "";
	for (char *at = said; *at; at++) {
		if (*at == '\n')
			*at = at[1] ? ' ' : '\0';
	}
	return said;
}

static int run_helper(struct arena *arena, const char *const *argv, int said, char **ret_answer,
		      int *ret_status)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid_t pid = fork();

	if (pid == 0)
		exec_helper(argv, ends[1], said);
	(void)close(ends[1]);
	*ret_answer = pid > 0 ? read_all(arena, ends[0]) : NULL;
	(void)close(ends[0]);
	if (pid < 0)
		return -1;
	while (waitpid(pid, ret_status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return 0;
}

/* Before the helper is asked, so that a wrong --tree is not called a wrong Kconfig file. */
static int check_tree(struct arena *arena, const struct cfg_source *source, struct err_list *errs)
{
	const char *const files[] = {
		arena_fmt(arena, "%s/Kconfig", source->tree),
		arena_fmt(arena, "%s/devices.Kconfig", source->gen),
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (access(files[i], R_OK) == 0)
			continue;
		struct err *err =
			err_list_new(errs, ERR_CONFIG, "%s: %s", files[i], strerror(errno));

		err_check(err, "config-tree");
		err_why(err, "kiln reads the Kconfig tree in %s and the fragments in %s.",
			source->tree, source->gen);
		err_fix(err, "Give --tree OUTPUT/host/share/kiln of a folder where `make programs` "
			     "ran, or install kiln completely (make install).");
		return -1;
	}
	return 0;
}

/* The helper would take a folder for an empty file. */
static int check_file(const char *path, struct err_list *errs)
{
	struct stat st;
	const char *reason = NULL;

	if (access(path, R_OK) < 0 || stat(path, &st) < 0)
		reason = strerror(errno);
	else if (S_ISDIR(st.st_mode))
		reason = strerror(EISDIR);
	else if (S_ISREG(st.st_mode) && st.st_size >= CFG_BYTES_MAX)
		reason = strerror(EFBIG);
	if (!reason)
		return 0;
	struct err *err = err_list_new(errs, ERR_CONFIG, "%s: %s", path, reason);

	err_why(err, "A configuration is a text file of less than %u MiB that can be read.",
		CFG_BYTES_MAX >> 20);
	err_fix(err, "Give a .config or defconfig; make one with make menuconfig or make "
		     "NAME_defconfig.");
	return -1;
}

int cfg_load(struct arena *arena, const struct cfg_source *source, struct cfg *ret_cfg,
	     struct err_list *errs)
{
	const char *build = arena_fmt(arena, "%s/../..", source->gen);
	const char *const argv[] = {source->helper, "--tree",   source->tree,   "--build",
				    build,          "--config", source->config, NULL};
	char *answer = NULL;
	int status = 0;

	if (check_file(source->config, errs) < 0 || check_tree(arena, source, errs) < 0)
		return -1;
	int said = memfd_create("kiln-kconf-stderr", MFD_CLOEXEC);

	if (said < 0 || run_helper(arena, argv, said, &answer, &status) < 0) {
		struct err err;

		(void)err_sys(&err, ERR_HOST, errno, "%s", source->helper);
		err_why(&err, "The helper that reads configurations could not be started.");
		err_fix(&err, "Look at the limits of processes and descriptors: ulimit -a.");
		err_list_add(errs, &err);
		if (said >= 0)
			(void)close(said);
		return -1;
	}
	const char *text = said_text(arena, said);

	(void)close(said);
	/* Exit code 1 with a complete answer means findings; they are in the answer. */
	if (!WIFEXITED(status) || WEXITSTATUS(status) > ERR_CONFIG || !answer || !*answer)
		return failed(errs, source, status, text);
	return cfg_parse(arena, source->config, answer, ret_cfg, errs);
}

/* A file that scripts/conf or scripts/kconfig-gen wrote, or NULL. */
static char *read_generated(struct arena *arena, const char *gen, const char *name)
{
	int fd = open(arena_fmt(arena, "%s/%s", gen, name), O_RDONLY | O_CLOEXEC);
	char *text = fd >= 0 ? read_all(arena, fd) : NULL;

	if (fd >= 0)
		(void)close(fd);
	return text;
}

const char *config_home(struct arena *arena, const char *tree, const char *gen)
{
	char *text = read_generated(arena, gen, "home");
	char *end = text ? strchr(text, '\n') : NULL;

	if (!end || end == text)
		return tree;
	*end = '\0';
	return text;
}

const char *const *config_trees(struct arena *arena, const char *tree, const char *gen)
{
	char *text = read_generated(arena, gen, "trees");
	size_t room = 2, count = 0;

	for (const char *at = text; at && (at = strchr(at, '\n')); at++)
		room++;
	const char **trees = arena_alloc(arena, room * sizeof(*trees));

	for (char *end, *at = text; at && (end = strchr(at, '\n')); at = end + 1) {
		*end = '\0';
		trees[count++] = at;
	}
	trees[count] = tree;
	return trees;
}
