/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cfg.c - parse the answer of kiln-kconf into a table of symbols.
 *
 * In: the records that config/helper/dump.c describes. Out: struct cfg, and the helper's errors. A
 * record of another form is a mismatch of programs, never a mistake of the user.
 */
#include "config/cfg.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

#define FIELDS_MAX 12
#define SYM_FIELDS 11
#define ERR_FIELDS 8

/* The character that stands behind a backslash. */
static char escaped(char c)
{
	switch (c) {
	case 't':
		return '\t';
	case 'n':
		return '\n';
	default:
		return c;
	}
}

/* Undo the escapes of one field, in place. */
static void unescape(char *text)
{
	char *out = text;

	while (*text) {
		if (*text == '\\' && text[1]) {
			*out++ = escaped(text[1]);
			text += 2;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

/* Cut a record at its tabs. Returns the number of fields. */
static size_t split(char *record, char *fields[static FIELDS_MAX])
{
	size_t count = 0;

	for (char *at = record; at && count < FIELDS_MAX; count++) {
		char *tab = strchr(at, '\t');

		fields[count] = at;
		if (tab)
			*tab++ = '\0';
		unescape(fields[count]);
		at = tab;
	}
	return count;
}

static bool read_line_number(const char *text, unsigned *ret)
{
	uint64_t number;

	if (num_parse(text, 0, UINT32_MAX, &number) != 0)
		return false;
	*ret = (unsigned)number;
	return true;
}

/* A bound may be negative. */
static bool read_bound(const char *text, int64_t *ret)
{
	uint64_t number;
	bool negative = *text == '-';

	if (num_parse(text + negative, 0, INT64_MAX, &number) != 0)
		return false;
	*ret = negative ? -(int64_t)number : (int64_t)number;
	return true;
}

static bool read_type(const char *text, enum cfg_type *ret)
{
	static const char *const names[CFG_TYPE_COUNT] = {"bool", "int", "hex", "string"};

	for (size_t i = 0; i < CFG_TYPE_COUNT; i++) {
		if (!strcmp(text, names[i])) {
			*ret = (enum cfg_type)i;
			return true;
		}
	}
	return false;
}

/* sym NAME TYPE ORIGIN FLAGS LINE MIN MAX DEFINED-FILE DEFINED-LINE VALUE */
static bool read_sym(struct cfg *cfg, char *const *field, struct cfg_sym *sym)
{
	unsigned line;

	sym->name = field[1];
	sym->value = field[10];
	sym->at_default = !strcmp(field[3], "default");
	sym->has_prompt = strchr(field[4], 'p') != NULL;
	sym->visible = strchr(field[4], 'v') != NULL;
	sym->in_choice = strchr(field[4], 'c') != NULL;
	sym->has_range = strcmp(field[6], "-") != 0;
	sym->defined.file = field[8];
	if (!read_type(field[2], &sym->type) || !read_line_number(field[5], &line) ||
	    !read_line_number(field[9], &sym->defined.line))
		return false;
	if (line)
		sym->at = (struct place){cfg->file, line};
	return !sym->has_range ||
	       (read_bound(field[6], &sym->min) && read_bound(field[7], &sym->max));
}

/* err CHECK SYMBOL LINE ALSO-LINE WHAT WHY FIX */
static bool read_err(const struct cfg *cfg, char *const *field, struct err_list *errs)
{
	unsigned line, also;

	if (!read_line_number(field[3], &line) || !read_line_number(field[4], &also))
		return false;
	struct err *err = err_list_new(errs, ERR_CONFIG, "%s", field[5]);

	if (line)
		err_at(err, cfg->file, line);
	if (also)
		err_also(err, cfg->file, also);
	err_check(err, field[1]);
	err_sym(err, "%s", field[2]);
	err_why(err, "%s", field[6]);
	err_fix(err, "%s", field[7]);
	return true;
}

static uint32_t hash(const char *name)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h;
}

/* The entry of the table where @name is or belongs. */
static size_t entry_of(const struct cfg *cfg, const char *name)
{
	size_t at = hash(name) & (cfg->room - 1);

	while (cfg->table[at] && strcmp(cfg->syms[cfg->table[at] - 1].name, name) != 0)
		at = (at + 1) & (cfg->room - 1);
	return at;
}

static void build_table(struct cfg *cfg)
{
	for (cfg->room = 64; cfg->room < cfg->count * 2; cfg->room *= 2)
		;
	cfg->table = arena_alloc(cfg->arena, cfg->room * sizeof(*cfg->table));
	cfg->was_read = arena_alloc(cfg->arena, cfg->count + 1);
	for (size_t i = 0; i < cfg->count; i++)
		cfg->table[entry_of(cfg, cfg->syms[i].name)] = (uint32_t)i + 1;
}

static int damaged(struct err_list *errs, const char *file, size_t record)
{
	struct err *err = err_list_new(
		errs, ERR_CONFIG, "the answer of kiln-kconf ends or breaks at record %zu", record);

	err_at(err, file, 0);
	err_check(err, "config-helper");
	err_why(err, "kiln and kiln-kconf must be of the same version.");
	err_fix(err, "Build both again: make programs.");
	return -1;
}

int cfg_parse(struct arena *arena, const char *file, char *answer, struct cfg *ret_cfg,
	      struct err_list *errs)
{
	struct cfg cfg = {.arena = arena, .file = file};
	size_t before = errs->count, record = 0, room = 0;
	bool ended = false;

	for (const char *at = answer; (at = strchr(at, '\n')); at++)
		room++;
	cfg.syms = arena_alloc(arena, (room + 1) * sizeof(*cfg.syms));
	for (char *next, *at = answer; *at && !ended; at = next) {
		char *field[FIELDS_MAX];
		char *end = strchr(at, '\n');

		if (!end)
			break;
		*end = '\0';
		next = end + 1;
		size_t count = split(at, field);
		bool good = false;

		if (!record++)
			good = count == 2 && !strcmp(field[0], "kiln-kconf") &&
			       !strcmp(field[1], "1");
		else if (count == SYM_FIELDS && !strcmp(field[0], "sym"))
			good = read_sym(&cfg, field, &cfg.syms[cfg.count++]);
		else if (count == ERR_FIELDS && !strcmp(field[0], "err"))
			good = read_err(&cfg, field, errs);
		else if (count == 3 && !strcmp(field[0], "end"))
			good = ended = true;
		if (!good)
			return damaged(errs, file, record);
	}
	if (!ended)
		return damaged(errs, file, record);
	build_table(&cfg);
	*ret_cfg = cfg;
	return errs->count == before ? 0 : -1;
}

const struct cfg_sym *cfg_find(const struct cfg *cfg, const char *name)
{
	uint32_t index = cfg->table[entry_of(cfg, name)];

	if (!index)
		return NULL;
	cfg->was_read[index - 1] = true;
	return &cfg->syms[index - 1];
}

bool cfg_yes(const struct cfg *cfg, const char *name)
{
	const struct cfg_sym *sym = cfg_find(cfg, name);

	return sym && sym->type == CFG_BOOL && !strcmp(sym->value, "y");
}

const char *cfg_string(const struct cfg *cfg, const char *name)
{
	const struct cfg_sym *sym = cfg_find(cfg, name);

	return sym ? sym->value : "";
}

static void add_quoted(struct text *text, const char *value)
{
	text_add(text, "\"");
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add(text, "\\");
		text_add_len(text, value, 1);
	}
	text_add(text, "\"\n");
}

const char *cfg_defconfig(const struct cfg *cfg, struct arena *arena)
{
	struct text text = {.arena = arena};

	cfg_for_each(sym, cfg) {
		if (sym->at_default)
			continue;
		if (sym->type == CFG_BOOL && strcmp(sym->value, "y") != 0) {
			text_fmt(&text, "# CONFIG_%s is not set\n", sym->name);
			continue;
		}
		text_fmt(&text, "CONFIG_%s=", sym->name);
		if (sym->type == CFG_STRING)
			add_quoted(&text, sym->value);
		else
			text_fmt(&text, "%s\n", sym->value);
	}
	return text_str(&text);
}

void cfg_check_unread(const struct cfg *cfg, struct err_list *errs)
{
	for (size_t i = 0; i < cfg->count; i++) {
		const struct cfg_sym *sym = &cfg->syms[i];

		/* External trees (absolute paths) may have switches that only other symbols use. */
		if (!sym->visible || cfg->was_read[i] || sym->defined.file[0] == '/')
			continue;
		struct place at = sym->at.file ? sym->at : sym->defined;
		struct err *err = err_list_new(errs, ERR_CONFIG, "nothing in Kiln reads it");

		err_at(err, at.file, at.line);
		err_sym(err, "CONFIG_%s", sym->name);
		err_check(err, "config-unread");
		err_why(err,
			"%s:%u defines it, and no row of a device family or of the machine has "
			"that name; a symbol without effect is refused.",
			sym->defined.file, sym->defined.line);
		err_fix(err, "Remove it from that Kconfig file, or add its row.");
	}
}
