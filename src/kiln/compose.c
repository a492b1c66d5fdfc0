/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compose.c - kiln compose, check and budget: the pipeline, the files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/build.h"
#include "domain/domain.h"
#include "kiln/aside.h"
#include "kiln/command.h"
#include "kiln/executable.h"
#include "kiln/options.h"
#include "kiln/output.h"
#include "kiln/promise.h"
#include "kiln/report.h"
#include "kiln/service.h"
#include "qemu/argv.h"
#include "qemu/needs.h"

#define COMMON_OPTIONS                                                                  \
	"  --config FILE       the .config or defconfig; default .config\n"             \
	"  --payload-dir DIR   look here for relative payload paths; may be repeated\n" \
	"  --tree DIR          folder with Kconfig, src, boards and build/kconfig\n"    \
	"  --lock FILE         layout lock; default: what CONFIG_LAYOUT_LOCK says, if it is there\n"

const char compose_options[] =
	COMMON_OPTIONS "  --output DIR        where the results go; default images\n"
		       "  --loader FILE       kiln-run for CONFIG_IMAGE_EXECUTABLE; default: the "
		       "build's\n"
		       "  --write-lock        write the lock too\n"
		       "  --forget ID         decide this device or pin anew; goes with "
		       "--write-lock\n";

const char check_options[] = COMMON_OPTIONS;

const char explain_options[] =
	COMMON_OPTIONS "  --image FILE        explain an image instead of a configuration\n"
		       "  --json              for programs\n"
		       "  DEVICE              id, QEMU id, PCI address or path; default: all\n";

static int run_pipeline(struct pipeline *pipe, const struct options *options)
{
	if (pipeline_load(pipe, &options->pipeline) < 0)
		return -1;
	return pipeline_layout(pipe);
}

static void print_notes(const struct pipeline *pipe)
{
	(void)fputs(text_str(&pipe->told), stderr);
	for (size_t i = 0; i < pipe->layout.note_count; i++)
		(void)fprintf(stderr, "note: %s\n", pipe->layout.notes[i]);
}

static void fill_meta(struct pipeline *pipe, struct img_source *source)
{
	const struct vm *vm = &pipe->vm;
	const struct board *board = vm->board;

	source->meta[META_NAME] = vm->guest.name;
	source->meta[META_VERSION] = KILN_VERSION;
	source->meta[META_BOARD] = board->name;
	source->meta[META_HOST_ARCH] = board->host_arch;
	source->meta[META_GUEST_ARCH] = board->guest_arch;
	source->meta[META_MACHINE] = vm->guest.machine_type;
	source->meta[META_QEMU] = board->qemu;
	source->meta[META_QEMU_VERSION] = board->caps->version;
	source->meta[META_RUN_USER] = vm->guest.run_user;
	source->meta[META_PAYLOAD_DIR] =
		arena_fmt(pipe->arena, "%s/%s", vm->guest.payload_prefix, vm->guest.name);
	source->meta[META_LAYOUT_ALGO] = layout_algorithm_name(pipe->layout.algorithm);
}

static void fill_source(struct pipeline *pipe, struct img_source *source)
{
	const struct emit *emit = &pipe->emit;
	struct op *ops = pipe->plan.ops;
	struct img_source_payload *payload =
		arena_alloc(pipe->arena, (emit->payload_count + 1) * sizeof(*payload));
	size_t count = 0;

	fill_meta(pipe, source);
	source->args = pipe->args;
	source->arg_count = pipe->arg_count;
	source->ops = ops;
	source->op_count = pipe->plan.op_count;
	source->sites = pipe->plan.sites;
	source->site_count = pipe->plan.site_count;
	for (const struct emit_payload *item = emit->payload; item; item = item->next) {
		payload[count].name = item->name;
		payload[count].path = item->path;
		count++;
	}
	source->payload = payload;
	source->payload_count = count;
}

/* The arguments with marks in a readable form, as `kiln show --section ARGV` prints them. */
static const char *argv_text(struct pipeline *pipe)
{
	struct text text = {.arena = pipe->arena};
	char word[MARK_MAX];

	for (size_t i = 0; i < pipe->arg_count; i++) {
		const char *cursor = pipe->args[i].text;
		struct segment seg;

		if (pipe->args[i].flags & ARG_SHELL_ONLY)
			continue;
		while (text_next(&cursor, &seg)) {
			if (seg.kind == FIX_LITERAL) {
				text_add_len(&text, seg.text, seg.len);
				continue;
			}
			segment_word(word, &seg);
			text_add(&text, word);
		}
		text_add(&text, "\n");
	}
	return text_str(&text);
}

/* The lock is a source file of the tree, so it is written where it is read from. */
static int write_lock(struct pipeline *pipe, struct err *err)
{
	struct output out = {0};

	if (!pipe->lock_path) {
		err_set(err, ERR_CONFIG, "there is no path for the lock");
		err_why(err, "CONFIG_LAYOUT_LOCK is empty.");
		err_fix(err, "Set CONFIG_LAYOUT_LOCK=\"configs/NAME.layout\" in the defconfig, or "
			     "give --lock FILE.");
		return -1;
	}
	struct config_pin *pins;
	size_t count = config_pins(&pipe->vm, &pins);
	struct lock_pin *lines = arena_alloc(pipe->arena, (count + 1) * sizeof(*lines));

	for (size_t i = 0; i < count; i++)
		lines[i] = (struct lock_pin){.key = pins[i].key, .value = pins[i].value};
	const char *text = lock_text(&pipe->vm, &pipe->layout, pipe->lock, lines, count);
	const char *slash = strrchr(pipe->lock_path, '/');
	const char *dir =
		slash ? arena_dup(pipe->arena, pipe->lock_path, (size_t)(slash - pipe->lock_path))
		      : ".";

	if (output_open(&out, pipe->arena, dir, err) < 0 ||
	    output_text(&out, slash ? slash + 1 : pipe->lock_path, text, OUTPUT_KEPT, err) < 0 ||
	    output_commit(&out, err) < 0) {
		output_abort(&out);
		return -1;
	}
	(void)printf("%s\n", pipe->lock_path);
	return 0;
}

/* So that `kiln show --argv` can be started at the desk; no path of it enters the image. */
static int link_payload(struct pipeline *pipe, struct output *out, struct err *err)
{
	const char *folder = arena_fmt(pipe->arena, "%s.payload", pipe->vm.guest.name);

	for (const struct emit_payload *item = pipe->emit.payload; item; item = item->next) {
		char *target = realpath(item->path, NULL);
		int ret = target ? output_link(out, folder, item->name, target, err) : 0;

		free(target);
		if (ret < 0)
			return -1;
	}
	return 0;
}

/* What nothing else waits for: with many devices a second process makes it. */
enum { ASIDE_DOMAIN, ASIDE_TREE, ASIDE_DOT };

static int make_texts(struct pipeline *pipe, const char *texts[static ASIDE_TEXTS])
{
	struct text xml = {.arena = pipe->arena};

	if (domain_write(&pipe->vm, &xml, pipe->errs) < 0)
		return -1;
	texts[ASIDE_DOMAIN] = text_str(&xml);
	texts[ASIDE_TREE] = report_text(&pipe->vm, &pipe->layout);
	texts[ASIDE_DOT] = report_dot(&pipe->vm, &pipe->layout);
	return 0;
}

static int make_texts_aside(void *arg, const char *texts[static ASIDE_TEXTS])
{
	return make_texts(arg, texts);
}

/* Below, starting a process takes longer than it saves. */
#define ASIDE_MIN 256

static bool is_large(const struct vm *vm)
{
	size_t count = 0;

	vm_for_each(dev, vm)
		count++;
	return count >= ASIDE_MIN;
}

/* What goes into the image, here, and the other texts beside. Return: 0, or -1 with errors. */
static int emit_all(struct pipeline *pipe, struct img_source *source,
		    const char *texts[static ASIDE_TEXTS])
{
	struct aside aside = {-1, -1};

	if (is_large(&pipe->vm))
		aside_start(&aside, make_texts_aside, pipe);
	int ret = pipeline_emit(pipe);

	if (ret == 0) {
		fill_source(pipe, source);
		source->config = cfg_defconfig(&pipe->cfg, pipe->arena);
		source->layout = report_json(&pipe->vm, &pipe->layout);
		source->guest = promise_text(&pipe->vm, &pipe->layout);
		source->needs = needs_text(&pipe->vm, &pipe->emit);
	}
	if (!aside_finish(&aside, pipe->arena, texts) && ret == 0)
		ret = make_texts(pipe, texts);
	source->domain = texts[ASIDE_DOMAIN];
	return ret;
}

static int write_files(struct pipeline *pipe, struct output *out, struct img_source *source,
		       const char *const texts[static ASIDE_TEXTS], struct err *err)
{
	const struct vm *vm = &pipe->vm;
	const char *name = vm->guest.name;
	struct arena *arena = pipe->arena;
	int fd = output_file(out, arena_fmt(arena, "%s.kiln", name), err);

	if (fd < 0 || img_write(source, fd, err) < 0)
		return -1;
	if (vm->guest.executable &&
	    executable_write(out, name, pipe->options->loader, vm->board->host_arch, fd, err) < 0)
		return -1;
	const struct {
		const char *suffix, *text;
	} files[] = {
		{"xml", source->domain},           {"argv", argv_text(pipe)},
		{"layout.txt", texts[ASIDE_TREE]}, {"layout.json", source->layout},
		{"layout.dot", texts[ASIDE_DOT]},
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *file = arena_fmt(arena, "%s.%s", name, files[i].suffix);

		if (output_text(out, file, files[i].text, OUTPUT_DERIVED, err) < 0)
			return -1;
	}
	if (service_write(out, vm, &pipe->plan, err) < 0 || link_payload(pipe, out, err) < 0)
		return -1;
	return output_commit(out, err);
}

/* An option that would change nothing is refused, not ignored. */
static int check_loader(const struct pipeline *pipe, struct err *err)
{
	if (!pipe->options->loader || pipe->vm.guest.executable)
		return 0;
	err_set(err, ERR_CONFIG, "--loader %s for an image without a loader",
		pipe->options->loader);
	err_why(err, "It is put in front of the image where CONFIG_IMAGE_EXECUTABLE is set.");
	err_fix(err, "Set CONFIG_IMAGE_EXECUTABLE=y, or leave the option out.");
	return -1;
}

int compose_command(int argc, char **argv, struct arena *arena, struct err_list *errs)
{
	struct options options;
	struct pipeline pipe = {.arena = arena, .errs = errs};
	struct img_source source = {0};
	struct output out = {0};
	const char *texts[ASIDE_TEXTS] = {NULL};
	struct err err;

	if (options_parse(argc, argv, OPTIONS_OUTPUT | OPTIONS_LOCK, arena, &options, errs) < 0 ||
	    run_pipeline(&pipe, &options) < 0 || emit_all(&pipe, &source, texts) < 0)
		return 0;
	print_notes(&pipe);
	if (check_loader(&pipe, &err) < 0 ||
	    output_open(&out, arena, options.pipeline.output, &err) < 0 ||
	    write_files(&pipe, &out, &source, texts, &err) < 0) {
		output_abort(&out);
		err_list_add(errs, &err);
		return 0;
	}
	if (options.write_lock && write_lock(&pipe, &err) < 0)
		err_list_add(errs, &err);
	return 0;
}

int check_command(int argc, char **argv, struct arena *arena, struct err_list *errs)
{
	struct options options;
	struct pipeline pipe = {.arena = arena, .errs = errs};

	if (options_parse(argc, argv, 0, arena, &options, errs) < 0 ||
	    run_pipeline(&pipe, &options) < 0 || pipeline_emit(&pipe) < 0)
		return 0;
	print_notes(&pipe);
	return 0;
}

int budget_command(int argc, char **argv, struct arena *arena, struct err_list *errs)
{
	struct options options;
	struct pipeline pipe = {.arena = arena, .errs = errs};

	if (options_parse(argc, argv, 0, arena, &options, errs) < 0 ||
	    run_pipeline(&pipe, &options) < 0)
		return 0;
	(void)fputs(layout_budget_text(&pipe.layout, arena), stdout);
	return 0;
}
