/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_command.c - kiln import: a domain XML in, a defconfig, a lock and a list of losses out.
 *
 * The configuration is loaded twice: once with nothing but slots, for Kconfig's defaults, and once whole,
 * through the same pipeline that composes it, so that what is printed is known to compose to what was read.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "config/build.h"
#include "devices/registry.h"
#include "domain/domain.h"
#include "import/beyond.h"
#include "import/import.h"
#include "kiln/command.h"
#include "kiln/import_board.h"
#include "kiln/options.h"
#include "kiln/output.h"
#include "kiln/scratch.h"

const char import_options[] =
	"  --board NAME        the target host; default: the first of the menu\n"
	"  -o, --output FILE   write the defconfig there; default: standard output\n"
	"  --lock FILE         write the lock there; default: NAME.layout beside the defconfig\n"
	"  --argv              FILE is a QEMU command line: of a shell script, one argument a\n"
	"                      line, or of /proc/PID/cmdline\n"
	"  --pid N             the command line of the running process N\n"
	"  --by-rules          of a command line: place what has no bus= and addr= by Kiln's rules,\n"
	"                      and not where QEMU puts it\n"
	"  --beyond            print what a command line cannot say, symbol by symbol, and end\n"
	"  --lossy             what cannot be taken over is listed, and is no failure\n"
	"  --tree DIR          folder with Kconfig, src, boards and build/kconfig\n"
	"  FILE                domain XML, as `virsh dumpxml` prints it; - is standard input\n\n"
	"What is not taken over is listed on standard error, with its line and the reason; unless\n"
	"--lossy, the exit code is then 1 and nothing is written.\n";

/** struct run - an import and its options. @boards: those that fit where none was given, or "". */
struct run {
	struct import *import;
	struct import_source source;
	struct options options;
	struct scratch scratch;
	unsigned files;
	const char *output, *lock, *pid, *boards;
	bool lossy, beyond;
};

enum { ARGV = 1, BEYOND, BOARD, BY_RULES, LOCK, LOSSY, PID, TREE };

static const struct option table[] = {
	{"argv", no_argument, NULL, ARGV},         {"pid", required_argument, NULL, PID},
	{"beyond", no_argument, NULL, BEYOND},     {"board", required_argument, NULL, BOARD},
	{"by-rules", no_argument, NULL, BY_RULES}, {"output", required_argument, NULL, 'o'},
	{"lock", required_argument, NULL, LOCK},   {"lossy", no_argument, NULL, LOSSY},
	{"tree", required_argument, NULL, TREE},   {0},
};

static const char *folder_of(struct arena *arena, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? arena_dup(arena, path, (size_t)(slash - path + 1)) : "";
}

/* What of @path stands below a folder, or NULL. */
static const char *below(const char *path, const char *folder)
{
	char *whole = realpath(folder, NULL);
	size_t len = whole ? strlen(whole) : 0;
	bool is = len && strncmp(path, whole, len) == 0 && path[len] == '/';

	free(whole);
	return is ? path + len + 1 : NULL;
}

/*
 * Where compose looks for the lock when nobody names one: in the tree that relative locks are meant from, which
 * has its configs/ by a link at times; and anywhere else at the whole path. Without --lock it is a folder: the
 * name of the domain is not known yet.
 */
static const char *layout_lock(const struct run *run, struct arena *arena)
{
	const char *tree = run->options.pipeline.tree;
	const char *home = config_home(arena, tree, arena_fmt(arena, "%s/build/kconfig", tree));
	const char *given = run->lock ? run->lock : run->output, *folder = folder_of(arena, given);
	const char *name = run->lock ? given + strlen(folder) : "", *path, *rest;
	char *whole = realpath(*folder ? folder : ".", NULL);

	/* A folder that is not there is told when the lock is written. */
	path = arena_fmt(arena, "%s/%s", whole ? whole : folder, name);
	free(whole);
	rest = below(path, arena_fmt(arena, "%s/configs", home));
	if (rest)
		return arena_fmt(arena, "configs/%s", rest);
	rest = below(path, home);
	return rest ? rest : path;
}

static int parse_pid(int argc, char **argv, struct run *run, struct arena *arena,
		     struct err_list *errs)
{
	uint64_t pid;

	if (optind != argc || num_parse(run->pid, 1, INT_MAX, &pid) < 0) {
		command_usage(errs, argv[0], "--pid wants the number of a process, and no FILE");
		return -1;
	}
	run->source.path = arena_fmt(arena, "/proc/%s/cmdline", run->pid);
	return 0;
}

static int parse(int argc, char **argv, struct run *run, struct arena *arena, struct err_list *errs)
{
	char *none[] = {argv[0], NULL};
	int option;

	/* Where the helper and the tree are. */
	if (options_parse(1, none, 0, arena, &run->options, errs) < 0)
		return -1;
	optind = 1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "o:", table, NULL)) != -1) {
		switch (option) {
		case ARGV:
			run->source.argv = true;
			break;
		case BEYOND:
			run->beyond = true;
			return 0;
		case PID:
			run->source.argv = true;
			run->pid = optarg;
			break;
		case BOARD:
			run->source.board = optarg;
			break;
		case BY_RULES:
			run->source.by_rules = true;
			break;
		case 'o':
			run->output = optarg;
			break;
		case LOCK:
			run->lock = optarg;
			break;
		case LOSSY:
			run->lossy = true;
			break;
		case TREE:
			run->options.pipeline.tree = optarg;
			break;
		default:
			command_usage(errs, argv[0], "\"%s\" is not an option, or lacks its value",
				      argv[optind - 1]);
			return -1;
		}
	}
	run->source.layout_lock = layout_lock(run, arena);
	if (run->pid)
		return parse_pid(argc, argv, run, arena, errs);
	if (optind + 1 != argc) {
		command_usage(errs, argv[0], "one domain XML is wanted, or - for standard input");
		return -1;
	}
	run->source.path = argv[optind];
	return 0;
}

/* The helper is a process of its own, and reads files. */
static const char *put(struct run *run, const char *name, const char *text, struct err_list *errs)
{
	const char *path = NULL;
	size_t len = strlen(text);
	struct err err;
	int fd = scratch_file(&run->scratch, arena_fmt(errs->arena, "%s.%u", name, run->files++),
			      &path, &err);

	if (fd >= 0 && write(fd, text, len) != (ssize_t)len)
		(void)scratch_error(&err, errno, "writing", path);
	else if (fd >= 0)
		err.kind = ERR_NONE;
	if (fd >= 0)
		(void)close(fd);
	if (err.kind == ERR_NONE)
		return path;
	err_list_add(errs, &err);
	return NULL;
}

static void fix_source(const struct run *run, struct err *err)
{
	if (strstr(err->what, "GUEST_ARCH_") && *run->boards)
		err_fix(err, "Give --board with one that has such guests: %s.", run->boards);
	else if (strstr(err->what, "GUEST_ARCH_"))
		err_fix(err, "Give a --board whose guests have that architecture; the folder "
			     "boards/ has them all.");
	else
		err_fix(err, "Change that in the %s, or give another --board.",
			run->source.argv ? "command line" : "domain XML");
}

/* Nobody has seen the configuration and the lock: what is to be mended is the XML. */
static void point_at_xml(struct run *run, struct err_list *errs)
{
	const struct pipeline_options *options = &run->options.pipeline;

	for (struct err_node *node = errs->first; node; node = node->next) {
		if (strcmp(node->err.at.file, options->config) == 0 &&
		    strncmp(node->err.check, "config-", strlen("config-")) == 0)
			fix_source(run, &node->err);
		struct err_place *const places[] = {&node->err.at, &node->err.also};

		for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
			bool config = strcmp(places[i]->file, options->config) == 0;
			bool lock = options->lock && strcmp(places[i]->file, options->lock) == 0;
			unsigned line = places[i]->line;

			if (config)
				line = import_line(run->import, line);
			else if (lock)
				line = import_lock_line(run->import, line);
			else
				continue;
			(void)snprintf(places[i]->file, sizeof(places[i]->file), "%s",
				       run->source.path);
			places[i]->line = line;
		}
	}
}

static int load_skeleton(struct run *run, struct pipeline *pipe)
{
	const char *text = import_skeleton(run->import);

	run->options.pipeline.config = put(run, "skeleton", text, pipe->errs);
	run->options.pipeline.lock = NULL;
	if (!run->options.pipeline.config)
		return -1;
	int ret = pipeline_read(pipe, &run->options.pipeline);

	point_at_xml(run, pipe->errs);
	if (ret == 0)
		import_values(run->import, &pipe->vm, &pipe->cfg);
	return ret;
}

static int compose(struct run *run, struct pipeline *pipe)
{
	struct pipeline_options *options = &run->options.pipeline;
	struct text xml = {.arena = pipe->arena};

	options->config = put(run, "config", import_config(run->import), pipe->errs);
	options->lock = put(run, "lock", import_lock(run->import), pipe->errs);
	if (!options->config || !options->lock || pipeline_load(pipe, options) < 0 ||
	    pipeline_layout(pipe) < 0 || domain_write(&pipe->vm, &xml, pipe->errs) < 0)
		return -1;
	import_result(run->import, text_str(&xml));
	return 0;
}

/* Places that only a configured address may have are configured; what may not be there at all moves. */
static bool mend_lock(struct run *run, const struct err_list *errs)
{
	const struct pipeline_options *options = &run->options.pipeline;
	bool mended = false;

	err_list_for_each(node, errs) {
		const struct err *err = &node->err;

		if (options->lock && strcmp(err->at.file, options->lock) == 0)
			mended |= import_lock_refused(run->import, err->at.line);
		else if (strncmp(err->check, "pci-", 4) == 0 &&
			 strncmp(err->sym, "CONFIG_", 7) == 0)
			mended |= import_move(run->import, err->sym, err->why);
	}
	return mended;
}

#define ROUNDS_MAX 8

static int convert(struct run *run, struct arena *arena, struct pipeline *ret,
		   struct err_list *errs)
{
	for (unsigned round = 0; round < ROUNDS_MAX; round++) {
		struct err_list found = {.arena = arena};
		struct pipeline skeleton = {.arena = arena, .errs = &found};
		int status = load_skeleton(run, &skeleton);
		bool last = round + 1 == ROUNDS_MAX;

		if (!last && status == 0 && import_again(run->import))
			continue;
		*ret = (struct pipeline){.arena = arena, .errs = &found};
		if (status == 0)
			status = compose(run, ret);
		if (!last && ((status == 0 && import_again(run->import)) || mend_lock(run, &found)))
			continue;
		point_at_xml(run, &found);
		err_list_for_each(node, &found)
			err_list_add(errs, &node->err);
		ret->errs = errs;
		return status;
	}
	return 0;
}

static void print_notes(const struct run *run, unsigned end)
{
	static const char *const words[] = {
		[IMPORT_LOST] = "lost", [IMPORT_DROPPED] = "dropped", [IMPORT_KEPT] = "kept"};

	for (unsigned loss = 0; loss < end; loss++) {
		const struct import_note *note = import_notes(run->import, (enum import_loss)loss);

		for (; note; note = note->next)
			(void)fprintf(stderr, "%s:%u: %s: %s: %s\n", run->source.path, note->line,
				      words[loss], note->what, note->why);
	}
}

static const char *lock_of(struct pipeline *pipe)
{
	struct config_pin *pins;
	size_t count = config_pins(&pipe->vm, &pins);
	struct lock_pin *lines = arena_alloc(pipe->arena, (count + 1) * sizeof(*lines));

	for (size_t i = 0; i < count; i++)
		lines[i] = (struct lock_pin){.key = pins[i].key, .value = pins[i].value};
	return lock_text(&pipe->vm, &pipe->layout, NULL, lines, count);
}

static int write_file(struct arena *arena, const char *path, const char *text, struct err *err)
{
	const char *folder = folder_of(arena, path);
	struct output out = {0};

	if (output_open(&out, arena, *folder ? folder : ".", err) == 0 &&
	    output_text(&out, path + strlen(folder), text, OUTPUT_KEPT, err) == 0 &&
	    output_commit(&out, err) == 0)
		return 0;
	output_abort(&out);
	return -1;
}

static int write_files(struct run *run, struct pipeline *pipe, struct err_list *errs)
{
	struct arena *arena = pipe->arena;
	const char *config = cfg_defconfig(&pipe->cfg, arena);
	struct err err;

	if (!run->lock)
		run->lock = arena_fmt(arena, "%s%s.layout", folder_of(arena, run->output),
				      pipe->vm.guest.name);
	if (write_file(arena, run->lock, lock_of(pipe), &err) < 0 ||
	    (run->output && write_file(arena, run->output, config, &err) < 0)) {
		err_list_add(errs, &err);
		return -1;
	}
	if (!run->output)
		(void)fputs(config, stdout);
	return 0;
}

static void choose_board(struct run *run, struct arena *arena)
{
	const char *board;

	if (!run->import || run->source.board)
		return;
	board = import_board_choose(arena, run->options.pipeline.tree, run->import, &run->boards);
	if (board)
		import_set_board(run->import, board);
}

int import_command(int argc, char **argv, struct arena *arena, struct err_list *errs)
{
	struct run run = {.source.families = device_families, .boards = ""};
	struct pipeline whole;
	struct err err;
	int status = 0;

	if (parse(argc, argv, &run, arena, errs) < 0)
		return 0;
	if (run.beyond) {
		(void)fputs(beyond_text(arena, device_families), stdout);
		return 0;
	}
	run.import = import_open(arena, &run.source, errs);
	choose_board(&run, arena);
	if (run.import && scratch_open(&run.scratch, arena, &err) < 0)
		err_list_add(errs, &err);
	else if (run.import) {
		int converted = convert(&run, arena, &whole, errs);

		/* What is lost may be why it is refused. */
		print_notes(&run, converted == 0 ? IMPORT_LOSS_COUNT : IMPORT_LOST + 1);
		if (converted == 0 && import_notes(run.import, IMPORT_LOST) && !run.lossy)
			status = ERR_CONFIG;
		else if (converted == 0)
			(void)write_files(&run, &whole, errs);
	}
	scratch_remove(&run.scratch);
	import_close(run.import);
	return status;
}
