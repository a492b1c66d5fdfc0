/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * needs.c - from every option: its group and parameters, its type, the properties that it sets.
 */
#include "qemu/needs.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "image/needs.h"
#include "model/keyval.h"
#include "model/machine.h"
#include "qemu/capability.h"
#include "qemu/caps.h"

/* What was said of late: nearly two thousand disks of one kind need the same. */
#define SAID_COUNT 256

struct needs {
	const struct vm *vm;
	struct arena *arena;
	const char **lines;
	size_t count, room;
	struct said {
		enum need_kind kind;
		const char *owner, *name;
	} said[SAID_COUNT];
};

/* Whether it was said before; compared by the texts' places, since most stand in tables. */
static bool is_said(struct needs *needs, enum need_kind kind, const char *owner, const char *name)
{
	uintptr_t mixed = ((uintptr_t)owner * 31 + (uintptr_t)name) * 31 + kind;
	struct said *said = &needs->said[(mixed ^ mixed >> 12) % SAID_COUNT];

	if (said->kind == kind && said->owner == owner && said->name == name)
		return true;
	*said = (struct said){kind, owner, name};
	return false;
}

static void add_line(struct needs *needs, const char *line)
{
	struct need ignored;

	/* A mark of the target (a path, an address) stands in no name. */
	if (need_parse(line, strlen(line), &ignored))
		return;
	if (needs->count == needs->room) {
		const char **old = needs->lines;

		needs->room = needs->room ? needs->room * 2 : 256;
		needs->lines = arena_alloc(needs->arena, needs->room * sizeof(*old));
		if (old)
			memcpy(needs->lines, old, needs->count * sizeof(*old));
	}
	needs->lines[needs->count++] = line;
}

static void add(struct needs *needs, enum need_kind kind, const char *name)
{
	if (!is_said(needs, kind, NULL, name))
		add_line(needs, arena_fmt(needs->arena, "%s %s", need_word(kind), name));
}

static void add_of(struct needs *needs, enum need_kind kind, const char *owner, const char *name)
{
	if (!is_said(needs, kind, owner, name))
		add_line(needs, arena_fmt(needs->arena, "%s %s %s", need_word(kind), owner, name));
}

static bool board_has(const struct needs *needs, enum need_kind kind, const char *name)
{
	return caps_has(needs->vm->board->caps, need_word(kind), name);
}

/* Only what the board's QEMU can be asked for can be asked of the target's. */
static void add_known(struct needs *needs, enum need_kind kind, const char *name)
{
	static const char asked[] = "";

	/* In a place of its own: what the board does not have is not said, and may be needed all the same. */
	if (!is_said(needs, kind, asked, name) && board_has(needs, kind, name))
		add(needs, kind, name);
}

/* ---- values as trees ------------------------------------------------------------------------- */

/*
 * Options whose value makes a thing: the key of its type, the kind of the type, and that of its
 * properties (NEED_KIND_COUNT: those of the others are checked by nobody beforehand).
 */
static const struct maker {
	const char *option, *type;
	enum need_kind kind, property;
} makers[] = {
	{"-audiodev", "driver", NEED_AUDIODEV, NEED_KIND_COUNT},
	{"-blockdev", "driver", NEED_BLOCKDEV, NEED_KIND_COUNT},
	{"-chardev", "backend", NEED_CHARDEV, NEED_KIND_COUNT},
	{"-device", "driver", NEED_DEVICE, NEED_PROPERTY},
	{"-display", "type", NEED_DISPLAY, NEED_KIND_COUNT},
	{"-netdev", "type", NEED_NETDEV, NEED_KIND_COUNT},
	{"-object", "qom-type", NEED_OBJECT, NEED_OBJECT_PROPERTY},
	{"-tpmdev", "type", NEED_TPM, NEED_KIND_COUNT},
};

static const struct maker *maker_of(const char *option)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		if (strcmp(makers[i].option, option) == 0)
			return &makers[i];
	}
	return NULL;
}

/* Of kinds that stand in the schema of newer releases alone the board's QEMU may have none. */
static void add_type(struct needs *needs, enum need_kind kind, const char *type)
{
	if (kind == NEED_AUDIODEV)
		add_known(needs, kind, type);
	else
		add(needs, kind, type);
}

static void add_property(struct needs *needs, const struct maker *maker, const char *type,
			 const char *key)
{
	if (maker->property == NEED_KIND_COUNT || strcmp(key, maker->type) == 0 ||
	    strcmp(key, "id") == 0)
		return;
	/* Where a device is put is no property of it. */
	if (maker->kind == NEED_DEVICE && strcmp(key, "bus") == 0)
		return;
	add_of(needs, maker->property, type, key);
}

/* The layers of a block device are in one another. */
static void add_drivers(struct needs *needs, const struct node *tree)
{
	node_for_each(item, tree) {
		if (item->kind == NODE_OBJECT || item->kind == NODE_ARRAY)
			add_drivers(needs, item);
		else if (item->kind == NODE_STRING && item->key && strcmp(item->key, "driver") == 0)
			add(needs, NEED_BLOCKDEV, item->string);
	}
}

static void add_tree(struct needs *needs, const struct maker *maker, const struct node *tree)
{
	const char *type = NULL;

	if (maker->kind == NEED_BLOCKDEV) {
		add_drivers(needs, tree);
		return;
	}
	node_for_each(item, tree) {
		if (item->key && strcmp(item->key, maker->type) == 0 && item->kind == NODE_STRING)
			type = item->string;
	}
	if (!type)
		return;
	add_type(needs, maker->kind, type);
	node_for_each(item, tree) {
		if (item->key)
			add_property(needs, maker, type, item->key);
	}
}

/* ---- values as text -------------------------------------------------------------------------- */

/* The next "key=value" or word of a text in which two commas are one; NULL at the end. */
static const char *next_part(struct arena *arena, const char **cursor)
{
	const char *at = *cursor;
	size_t len;

	if (!at)
		return NULL;
	len = keyval_len(at);
	*cursor = at[len] ? at + len + 1 : NULL;
	return arena_dup(arena, at, len);
}

static const char *key_of(struct arena *arena, const char *part)
{
	return arena_dup(arena, part, strcspn(part, "="));
}

static void add_text(struct needs *needs, const struct maker *maker, const char *text)
{
	const char *cursor = text, *type = next_part(needs->arena, &cursor), *part;
	size_t key = strlen(maker->type);

	if (strncmp(type, maker->type, key) == 0 && type[key] == '=')
		type += key + 1;
	add_type(needs, maker->kind, type);
	while ((part = next_part(needs->arena, &cursor)))
		add_property(needs, maker, type, key_of(needs->arena, part));
}

/* Somebody's own -device or -object as JSON. */
static void add_json(struct needs *needs, const struct maker *maker, const char *text)
{
	json_t *tree = json_loads(text, 0, NULL), *value;
	const char *type = json_string_value(json_object_get(tree, maker->type)), *key;

	if (type)
		add_type(needs, maker->kind, arena_str(needs->arena, type));
	json_object_foreach(tree, key, value)
	{
		if (type)
			add_property(needs, maker, type, key);
	}
	json_decref(tree);
}

/* A word of -machine is a property of its newest machine too, which is the one that was asked. */
static bool is_machine_property(const struct needs *needs, const char *key)
{
	const struct caps *caps = needs->vm->board->caps;
	size_t word = strlen(need_word(NEED_MACHINE_PROPERTY));

	for (size_t i = 0; i < caps->count; i++) {
		const char *line = caps->lines[i], *end = strrchr(line, ' ');

		if (strncmp(line, need_word(NEED_MACHINE_PROPERTY), word) == 0 &&
		    line[word] == ' ' && strcmp(end + 1, key) == 0)
			return true;
	}
	return false;
}

static void add_machine(struct needs *needs, const char *text)
{
	const char *cursor = text, *machine = next_part(needs->arena, &cursor), *part;

	add(needs, NEED_MACHINE, machine);
	/* QEMU 7.2 dies of making a microvm for trial. */
	while (strcmp(machine, "microvm") != 0 && (part = next_part(needs->arena, &cursor))) {
		char *key = arena_dup(needs->arena, part, strcspn(part, "="));

		/* QEMU takes both spellings. */
		for (char *at = strchr(key, '_'); at; at = strchr(at, '_'))
			*at = '-';
		if (is_machine_property(needs, key))
			add_of(needs, NEED_MACHINE_PROPERTY, machine, key);
	}
}

static void add_cpu(struct needs *needs, const char *text)
{
	const char *cursor = text, *part;

	add_known(needs, NEED_CPU, next_part(needs->arena, &cursor));
	while ((part = next_part(needs->arena, &cursor))) {
		const char *key = key_of(needs->arena, part);

		add_known(needs, NEED_CPU_PROPERTY, *key == '+' || *key == '-' ? key + 1 : key);
	}
}

/* ---- options --------------------------------------------------------------------------------- */

/* Three groups have another name than their option. */
static const char *group_of(const char *option)
{
	static const struct {
		const char *option, *group;
	} others[] = {
		{"-boot", "boot-opts"},
		{"-m", "memory"},
		{"-smp", "smp-opts"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		if (strcmp(others[i].option, option) == 0)
			return others[i].group;
	}
	return option + strspn(option, "-");
}

static void add_option(struct needs *needs, const struct emit_arg *arg)
{
	const char *group = group_of(arg->option), *cursor = arg->text, *part;

	add_known(needs, NEED_OPTION, group);
	/* Whether QEMU has it depends on the kernel, so no board says, and the target is asked. */
	if (strcmp(group, "sandbox") == 0)
		add(needs, NEED_OPTION, group);
	/* Those of -machine are properties of the machine; which of them are listed here changed. */
	while (strcmp(arg->option, "-machine") != 0 && arg->text && *arg->text != '{' &&
	       (part = next_part(needs->arena, &cursor))) {
		if (strchr(part, '='))
			add_known(needs, NEED_OPTION_PARAMETER,
				  arena_fmt(needs->arena, "%s %s", group,
					    key_of(needs->arena, part)));
	}
}

/* The syntax that was chosen for a value has its own proof. */
static void add_syntax(struct needs *needs, const char *option)
{
	const char *name = caps_syntax(needs->vm->board->caps, option);
	const struct capability *row = name ? capability_find(name) : NULL;

	if (row && row->proof == PROOF_SCHEMA)
		add(needs, NEED_SCHEMA, row->what);
}

static void add_arg(struct needs *needs, const struct emit_arg *arg)
{
	const struct maker *maker = maker_of(arg->option);

	add_option(needs, arg);
	bool is_json = arg->text && arg->text[0] == '{';

	if (arg->tree || is_json)
		add_syntax(needs, arg->option);
	if (maker && arg->tree)
		add_tree(needs, maker, arg->tree);
	else if (maker && is_json)
		add_json(needs, maker, arg->text);
	else if (maker && arg->text)
		add_text(needs, maker, arg->text);
	else if (strcmp(arg->option, "-machine") == 0)
		add_machine(needs, arg->text);
	else if (strcmp(arg->option, "-cpu") == 0)
		add_cpu(needs, arg->text);
	else if (strcmp(arg->option, "-accel") == 0)
		add_known(needs, NEED_ACCEL, arg->text);
}

static int compare_line(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *needs_text(const struct vm *vm, const struct emit *emit)
{
	struct needs needs = {.vm = vm, .arena = emit->arena};
	struct text text = {.arena = emit->arena};

	add(&needs, NEED_ARCH, vm->machine->guest_arch);
	add(&needs, NEED_VERSION,
	    arena_fmt(emit->arena, "%u.%u", vm->board->caps->major, vm->board->caps->minor));
	for (const struct emit_arg *arg = emit->args; arg; arg = arg->next)
		add_arg(&needs, arg);
	BUG_IF(!needs.lines);
	qsort(needs.lines, needs.count, sizeof(*needs.lines), compare_line);
	for (size_t i = 0; i < needs.count; i++) {
		if (i == 0 || strcmp(needs.lines[i - 1], needs.lines[i]) != 0)
			text_fmt(&text, "%s\n", needs.lines[i]);
	}
	return text_str(&text);
}
