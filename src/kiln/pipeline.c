/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pipeline.c - the stages between a .config and what is written.
 */
#include "kiln/pipeline.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "config/build.h"
#include "devices/registry.h"
#include "domain/domain.h"
#include "machines/guest.h"
#include "model/check.h"
#include "model/machine.h"
#include "qemu/argv.h"
#include "qemu/caps.h"
#include "qemu/cpu_caps.h"

static int load_config(struct pipeline *pipe)
{
	const struct pipeline_options *options = pipe->options;
	struct cfg_source source = {
		.helper = options->helper,
		.tree = options->tree,
		.gen = arena_fmt(pipe->arena, "%s/build/kconfig", options->tree),
		.config = options->config,
	};

	return cfg_load(pipe->arena, &source, &pipe->cfg, pipe->errs);
}

/* Only a lock that CONFIG_LAYOUT_LOCK names may still have to be written. */
static bool may_be_absent(const struct pipeline *pipe)
{
	return errno == ENOENT && !pipe->options->forget &&
	       (pipe->options->new_lock || !pipe->options->lock);
}

/* A relative lock path is meant from the tree of the defconfig that names it. */
static const char *lock_path(struct pipeline *pipe)
{
	const char *path = pipe->options->lock ? pipe->options->lock : pipe->vm.guest.layout_lock;

	if (!path || pipe->options->lock || path[0] == '/')
		return path;
	const char *gen = arena_fmt(pipe->arena, "%s/build/kconfig", pipe->options->tree);

	return arena_fmt(pipe->arena, "%s/%s", config_home(pipe->arena, pipe->options->tree, gen),
			 path);
}

static int load_lock(struct pipeline *pipe)
{
	struct err err;

	pipe->lock_path = lock_path(pipe);
	if (!pipe->lock_path)
		return 0;
	if (access(pipe->lock_path, F_OK) != 0 && may_be_absent(pipe))
		return 0;
	pipe->lock = arena_alloc(pipe->arena, sizeof(*pipe->lock));
	if (lock_load(pipe->lock, pipe->arena, pipe->lock_path, pipe->errs) < 0 ||
	    lock_check(pipe->lock, &pipe->vm, pipe->errs) < 0)
		return -1;
	if (pipe->options->forget && lock_forget(pipe->lock, pipe->options->forget, &err) < 0) {
		err_list_add(pipe->errs, &err);
		return -1;
	}
	return 0;
}

static const char *pin_value(const void *arg, const char *key)
{
	const struct lock_pin *pin = lock_find_pin(arg, key);

	return pin ? pin->value : NULL;
}

/* External trees come first, so that a board of theirs can stand in for one of ours. */
static const char *const *board_trees(struct pipeline *pipe)
{
	const char *gen = arena_fmt(pipe->arena, "%s/build/kconfig", pipe->options->tree);

	return config_trees(pipe->arena, pipe->options->tree, gen);
}

static int load_board(struct pipeline *pipe)
{
	const char *path = config_board(&pipe->cfg, board_trees(pipe), &pipe->board, pipe->errs);
	struct err err;

	if (!path)
		return -1;
	if (caps_load(pipe->arena, path, &pipe->caps, &err) < 0) {
		err_list_add(pipe->errs, &err);
		return -1;
	}
	pipe->board.caps = &pipe->caps;
	pipe->vm.board = &pipe->board;
	return 0;
}

/* Only host-model asks for it; a check says what to do where there is none. */
static int load_cpu(struct pipeline *pipe)
{
	const char *model = pipe->vm.guest.cpu_model, *path;
	struct err err;

	if (!model || strcmp(model, "host-model") != 0)
		return 0;
	path = config_board_file(pipe->arena, board_trees(pipe), pipe->board.name, "cpu.caps");
	if (!path)
		return 0;
	if (cpu_caps_load(pipe->arena, path, &pipe->cpu_caps, &err) < 0) {
		err_list_add(pipe->errs, &err);
		return -1;
	}
	pipe->board.cpu = &pipe->cpu_caps;
	pipe->vm.guest.cpu_host = cpu_caps_model(pipe->arena, &pipe->cpu_caps);
	return 0;
}

static void tell(struct pipeline *pipe, const char *symbol, const char *kind, const char *name)
{
	const struct caps *caps = &pipe->caps;

	if (name && caps_has(caps, arena_fmt(pipe->arena, "%s-deprecated", kind), name))
		text_fmt(&pipe->told,
			 "note: %s: the %s %s is deprecated in QEMU %s of board %s; a later QEMU "
			 "will not have it.\n",
			 symbol, kind, name, caps->version, pipe->board.name);
}

int pipeline_read(struct pipeline *pipe, const struct pipeline_options *options)
{
	struct vm *vm = &pipe->vm;

	pipe->options = options;
	vm->arena = pipe->arena;
	vm->families = device_families;
	vm->search = options->search;
	guest_attach(vm);
	if (load_config(pipe) < 0 || load_board(pipe) < 0)
		return -1;
	return config_build(vm, &pipe->cfg, pipe->errs);
}

int pipeline_load(struct pipeline *pipe, const struct pipeline_options *options)
{
	struct vm *vm = &pipe->vm;

	if (pipeline_read(pipe, options) < 0 || load_lock(pipe) < 0)
		return -1;
	pipe->told.arena = pipe->arena;
	if (pipe->lock &&
	    config_apply_pins(vm, &pipe->cfg, pin_value, pipe->lock, &pipe->told, pipe->errs) < 0)
		return -1;
	if (load_cpu(pipe) < 0)
		return -1;
	config_prepare(vm);
	cfg_check_unread(&pipe->cfg, pipe->errs);
	vm_assign_aliases(vm);
	check_run_all(vm, pipe->errs);
	tell(pipe, "CONFIG_MACHINE_VERSION", "machine", vm->guest.machine_type);
	tell(pipe, "CONFIG_CPU_MODEL", "cpu", vm->guest.cpu_model);
	return pipe->errs->count ? -1 : 0;
}

int pipeline_layout(struct pipeline *pipe)
{
	return layout_assign(&pipe->vm, pipe->lock, &pipe->layout, pipe->errs);
}

int pipeline_emit(struct pipeline *pipe)
{
	pipe->emit.arena = pipe->arena;
	pipe->emit.vm = &pipe->vm;
	pipe->emit.errs = pipe->errs;
	plan_accelerator(&pipe->emit);
	if (argv_build(&pipe->vm, &pipe->emit, &pipe->args, &pipe->arg_count, pipe->errs) < 0)
		return -1;
	plan_machined(&pipe->emit);
	plan_memory(&pipe->emit);
	plan_unit(&pipe->emit);
	plan_build(&pipe->emit, &pipe->plan, pipe->errs);
	return pipe->errs->count ? -1 : 0;
}
