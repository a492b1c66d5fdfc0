/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_steps.h - all of import/ on any bytes, for its fuzz targets: refused, or read into a configuration, a
 * lock and notes, each error with why and fix, each note with its reason. What stands between the steps, kconfig
 * and the composer, are processes and files, and is made up here: of the skeleton's symbols alone, without
 * the menu's defaults, and with the domain itself or an empty one for what was composed.
 */
#ifndef TESTS_IMPORT_STEPS_H
#define TESTS_IMPORT_STEPS_H

#include "import/import.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/build.h"
#include "devices/registry.h"
#include "layout/lock.h"
#include "machines/guest.h"
#include "model/machine.h"
#include "model/vm.h"

static const struct caps no_caps;
static const struct board board = {.name = "fuzz",
				   .host_arch = "x86_64",
				   .guest_arch = "x86_64",
				   .qemu = "/usr/bin/qemu-system-x86_64",
				   .layout_algorithm = "libvirt-9",
				   .caps = &no_caps,
				   .cpu = &no_caps};

/* ---- the helper's answer to a configuration of the importer's -------------------------------------- */

/** struct answer - @off: the lines "# CONFIG_... is not set", which come before the switches they undo. */
struct answer {
	struct text text;
	unsigned count;
	const char *config;
};

static void say(struct answer *answer, const char *name, int len, const char *type,
		const char *value, int value_len)
{
	text_fmt(&answer->text, "sym\t%.*s\t%s\tset\tpv\t%u\t-\t-\tK\t1\t%.*s\n", len, name, type,
		 ++answer->count, value_len, value);
}

/* A slot below its COUNT is on, unless there is a line that says otherwise. */
static void say_slots(struct answer *answer, const char *name, int len, unsigned count)
{
	struct arena *arena = answer->text.arena;

	for (unsigned slot = 0; slot < count; slot++) {
		const char *sym = arena_fmt(arena, "%.*s%u", len, name, slot);

		if (!strstr(answer->config, arena_fmt(arena, "# CONFIG_%s is not set\n", sym)))
			say(answer, sym, (int)strlen(sym), "bool", "y", 1);
	}
}

static void say_line(struct answer *answer, const char *line, size_t len)
{
	static const char prefix[] = "CONFIG_", count[] = "_COUNT";
	const char *name = line + strlen(prefix), *equal = memchr(line, '=', len);

	if (strncmp(line, prefix, strlen(prefix)) != 0 || !equal)
		return;
	int name_len = (int)(equal - name), value_len = (int)(line + len - equal - 1);
	const char *value = equal + 1;

	if (*value == '"') {
		say(answer, name, name_len, "string", value + 1, value_len - 2);
		return;
	}
	say(answer, name, name_len, *value == 'y' ? "bool" : "int", value, value_len);
	name_len -= (int)strlen(count);
	if (name_len > 0 && strncmp(name + name_len, count, strlen(count)) == 0)
		say_slots(answer, name, name_len, (unsigned)strtoul(value, NULL, 10));
}

static void load(struct arena *arena, const char *config, struct cfg *ret_cfg)
{
	struct answer answer = {.text.arena = arena, .config = config};
	struct err_list errs = {.arena = arena};

	text_add(&answer.text, "kiln-kconf\t1\n");
	for (const char *line = config; *line; line += strcspn(line, "\n") + 1)
		say_line(&answer, line, strcspn(line, "\n"));
	text_fmt(&answer.text, "end\t%u\t0\n", answer.count);
	if (cfg_parse(arena, "fuzz.config", arena_str(arena, text_str(&answer.text)), ret_cfg,
		      &errs) < 0)
		__builtin_trap();
}

/* ---- what must hold -------------------------------------------------------------------------------- */

static void check_errors(const struct err_list *errs)
{
	err_list_for_each(node, errs) {
		if (!node->err.what[0] || !node->err.why[0] || !node->err.fix[0])
			__builtin_trap();
	}
}

static void check_notes(const struct import *import)
{
	for (unsigned loss = 0; loss < IMPORT_LOSS_COUNT; loss++) {
		const struct import_note *note = import_notes(import, (enum import_loss)loss);

		for (; note; note = note->next) {
			if (!note->what[0] || !note->why[0])
				__builtin_trap();
		}
	}
}

static unsigned count_lines(const char *text)
{
	unsigned lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* A lock of the importer's own making has the form of one, whatever stands in the file. */
static void check_lock(struct arena *arena, const char *text)
{
	struct err_list errs = {.arena = arena};
	struct lock lock = {0};

	if (lock_parse(&lock, arena, "fuzz.layout", text, strlen(text), &errs) < 0)
		check_errors(&errs);
}

/* ---- one input ------------------------------------------------------------------------------------- */

#define ROUNDS_MAX 3

static void run(struct arena *arena, struct import *import, const char *composed)
{
	struct err_list errs = {.arena = arena};
	struct vm vm = {.arena = arena, .board = &board, .families = device_families};
	struct cfg cfg;

	guest_attach(&vm);
	load(arena, import_skeleton(import), &cfg);
	/* What it says of symbols that are not there is no matter here. */
	if (config_build(&vm, &cfg, &errs) < 0 && !vm.machine)
		__builtin_trap();
	import_values(import, &vm, &cfg);

	const char *config = import_config(import), *lock = import_lock(import);

	for (unsigned i = 0; i <= count_lines(config) + 1; i++)
		(void)import_line(import, i);
	for (unsigned i = 0; i <= count_lines(lock) + 1; i++)
		(void)import_lock_line(import, i);
	check_lock(arena, lock);
	import_result(import, composed);
	check_notes(import);
	/* As if the layout had refused the last place that the lock would hold. */
	(void)import_lock_refused(import, count_lines(lock) - 1);
}

enum form { FORM_XML, FORM_ARGV };

static void read_file(struct arena *arena, const char *path, const char *domain, enum form form)
{
	struct err_list errs = {.arena = arena};
	const struct import_source source = {.path = path,
					     .layout_lock = "configs/",
					     .families = device_families,
					     .argv = form == FORM_ARGV};
	struct import *import = import_open(arena, &source, &errs);

	if (!import && !errs.count)
		__builtin_trap();
	for (unsigned round = 0; import && round < ROUNDS_MAX; round++) {
		run(arena, import, round ? "<domain/>" : domain);
		if (!import_again(import))
			break;
	}
	check_errors(&errs);
	import_close(import);
}

/* The importer reads files; what it reads of a domain stands for what was composed of it. */
static void import_steps(const uint8_t *data, size_t size, enum form form)
{
	struct arena arena = {0};
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0)
		abort();
	if (write(fd, data, size) == (ssize_t)size)
		read_file(&arena, arena_fmt(&arena, "/proc/self/fd/%d", fd),
			  form == FORM_XML ? arena_dup(&arena, (const char *)data, size)
					   : "<domain/>",
			  form);
	(void)close(fd);
	arena_free(&arena);
}

#endif
