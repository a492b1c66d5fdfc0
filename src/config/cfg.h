/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cfg.h - a configuration as typed values with places.
 *
 * A full .config and a minimal defconfig are the same here: the helper kiln-kconf loads the Kconfig
 * tree, applies defaults and makes the strict check; this reads what it says.
 */
#ifndef KILN_CONFIG_CFG_H
#define KILN_CONFIG_CFG_H

#include <stdbool.h>
#include <stdint.h>

#include "model/errlist.h"
#include "model/prop.h"

enum cfg_type { CFG_BOOL, CFG_INT, CFG_HEX, CFG_STRING, CFG_TYPE_COUNT };

/**
 * struct cfg_sym - a symbol of the Kconfig tree, hidden ones too.
 * @name: without CONFIG_.
 * @value: "y" or "n", digits, or the text of a string; "" for a number that is hidden.
 * @at_default: the value is what it would be without a line in the configuration.
 * @has_prompt: it can be set. @visible: it can be set now. @in_choice: member of a choice.
 * @has_range, @min, @max: the range that holds at the moment.
 * @at: the line of the configuration; no place when there is none.
 * @defined: where the tree defines it.
 */
struct cfg_sym {
	const char *name, *value;
	enum cfg_type type;
	bool at_default, has_prompt, visible, in_choice, has_range;
	int64_t min, max;
	struct place at, defined;
};

/**
 * struct cfg - a configuration.
 * @arena: owns it. @file: its name for messages.
 * @syms: @count symbols in the order of the menu.
 * @table: open hash of @room entries: index into @syms plus one, or 0.
 * @was_read: for each symbol, whether somebody asked for it (cfg_check_unread()).
 */
struct cfg {
	struct arena *arena;
	const char *file;
	struct cfg_sym *syms;
	size_t count, room;
	uint32_t *table;
	bool *was_read;
};

#define cfg_for_each(sym, cfg) \
	for (const struct cfg_sym *sym = (cfg)->syms; sym < (cfg)->syms + (cfg)->count; sym++)

#define CFG_BYTES_MAX (16u << 20) /* of a configuration; a whole .config has 10 KiB */

/**
 * struct cfg_source - where a configuration comes from.
 * @helper: the program kiln-kconf.
 * @tree: folder with Kconfig, src/ and boards/.
 * @gen: folder that scripts/kconfig-gen filled; its path ends in build/kconfig.
 * @config: .config or defconfig.
 */
struct cfg_source {
	const char *helper, *tree, *gen, *config;
};

/**
 * cfg_load() - run the helper and take its answer.
 * @arena: owns the result.
 * @source: where from.
 * @ret_cfg: filled on success, and also when the strict check found errors.
 * @errs: gets everything that is wrong with the configuration or the tree.
 *
 * Return: 0, or -1 with errors in @errs.
 */
int cfg_load(struct arena *arena, const struct cfg_source *source, struct cfg *ret_cfg,
	     struct err_list *errs) MUST_CHECK;

/**
 * cfg_parse() - read the helper's answer (see config/helper/dump.c).
 * @arena: owns the result.
 * @file: name of the configuration for messages.
 * @answer: NUL-terminated; changed and kept.
 * @ret_cfg: filled unless the answer itself is damaged.
 * @errs: gets the errors that the answer tells, or one for a damaged answer.
 *
 * Return: 0, or -1 with errors in @errs.
 */
int cfg_parse(struct arena *arena, const char *file, char *answer, struct cfg *ret_cfg,
	      struct err_list *errs) MUST_CHECK;

/** cfg_find() - the symbol of that name, or NULL; counts as read. */
const struct cfg_sym *cfg_find(const struct cfg *cfg, const char *name);

/** cfg_yes() - whether a bool is y; no when there is no such symbol. */
bool cfg_yes(const struct cfg *cfg, const char *name);

/** cfg_string() - the value of a symbol; "" when there is no such symbol. */
const char *cfg_string(const struct cfg *cfg, const char *name);

/** cfg_defconfig() - the minimal defconfig: one line for each symbol that is not at its default. */
const char *cfg_defconfig(const struct cfg *cfg, struct arena *arena);

/**
 * cfg_check_unread() - report each visible symbol that nobody asked for.
 *
 * Nothing that can be set may be without effect (DESIGN.md rule 7). Symbols of external trees are
 * left out: theirs may steer other symbols only. Call it when all is read.
 */
void cfg_check_unread(const struct cfg *cfg, struct err_list *errs);

#endif
