/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strict.c - every line of a configuration must have the effect that it asks for.
 *
 * kconfig drops unknown symbols, resets what is out of range, forgets what depends on something
 * switched off, and ends with 0 each time. This compares what was asked with what came out. In: the
 * lines, and the tree after conf_read(). Out: errors with place, reason and remedy.
 */
#include "config/helper/kconf.h"

#include <stdlib.h>
#include <string.h>

static struct err *report(const struct conf *conf, const struct line *line, const char *check,
			  const char *what)
{
	struct err *err = err_list_new(conf->errs, ERR_CONFIG, "%s", what);

	err_at(err, conf->file, line->number);
	err_sym(err, "CONFIG_%s", line->name);
	err_check(err, check);
	return err;
}

/* CONFIG_NET0_QUEUES "Queues [1..256]" (src/devices/net.Kconfig:41) */
static const char *party(const struct conf *conf, const struct symbol *sym)
{
	struct tree_place place = tree_defined(sym);
	const char *prompt = tree_prompt(sym);

	if (!prompt)
		return arena_fmt(conf->arena, "CONFIG_%s (%s:%u)", sym->name, place.file,
				 place.line);
	return arena_fmt(conf->arena, "CONFIG_%s \"%s\" (%s:%u)", sym->name, prompt, place.file,
			 place.line);
}

/*
 * What the board's QEMU has, as kconfig wrote it into .config: nobody's decision. It may say something
 * else, or be gone, as soon as a QEMU was probed again or menus depend on other things; what a menu
 * needs and QEMU lacks is told at the menu's own symbol.
 */
static bool is_capability(const struct line *line)
{
	bool is_switch =
		line->unset || strcmp(line->value, "y") == 0 || strcmp(line->value, "n") == 0;

	return is_switch && strncmp(line->name, "QEMU_", 5) == 0 &&
	       (!line->sym || !tree_prompt(line->sym));
}

static void report_unknown(const struct conf *conf, const struct line *line)
{
	if (is_capability(line))
		return;
	const struct symbol *near = tree_nearest(line->name);
	struct err *err = report(conf, line, "config-unknown", "there is no symbol of this name");

	err_why(err,
		"No Kconfig file of this Kiln and its external trees defines it: a misspelling, or "
		"a configuration of another version. kconfig would drop the line in silence.");
	if (near)
		err_fix(err, "Write %s, or delete line %u.", party(conf, near), line->number);
	else
		err_fix(err, "Delete line %u.", line->number);
}

static void report_type(const struct conf *conf, const struct line *line, const char *form)
{
	const char *what = line->unset ? "\"is not set\" is no value of this symbol"
				       : arena_fmt(conf->arena, "%.80s is no value of this symbol",
						   *line->value ? line->value : "nothing");
	struct err *err = report(conf, line, "config-type", what);

	err_why(err, "%s is of the type %s; kconfig would use its default in silence.",
		party(conf, line->sym), sym_type_name(line->sym->type));
	err_fix(err, "Write %s.", form);
}

/* The value of a quoted string, or NULL when the quotes do not enclose exactly one string. */
static const char *unquote(struct arena *arena, const char *value)
{
	char *text = arena_alloc(arena, strlen(value) + 1);
	size_t len = 0;

	if (*value++ != '"')
		return NULL;
	for (; *value && *value != '"'; value++) {
		if (*value == '\\' && value[1])
			value++;
		text[len++] = *value;
	}
	if (*value != '"' || value[1])
		return NULL;
	return text;
}

/* Whether the line's value has the form of its symbol's type. */
static bool check_type(const struct conf *conf, struct line *line)
{
	switch (line->sym->type) {
	case S_BOOLEAN:
	case S_TRISTATE:
		if (line->unset || !strcmp(line->value, "y") || !strcmp(line->value, "n"))
			return true;
		report_type(conf, line,
			    arena_fmt(conf->arena, "CONFIG_%s=y or \"# CONFIG_%s is not set\"",
				      line->name, line->name));
		return false;
	case S_INT:
	case S_HEX:
		if (!line->unset && sym_string_valid(line->sym, line->value))
			return true;
		report_type(conf, line,
			    arena_fmt(conf->arena, "CONFIG_%s=%s, for example", line->name,
				      sym_get_string_value(line->sym)));
		return false;
	case S_STRING:
		line->text = line->unset ? NULL : unquote(conf->arena, line->value);
		if (line->text)
			return true;
		report_type(
			conf, line,
			arena_fmt(conf->arena,
				  "CONFIG_%s=\"TEXT\", with \\\" and \\\\ for these two characters",
				  line->name));
		return false;
	case S_UNKNOWN:
	case S_OTHER:
		break;
	}
	return false;
}

static bool check_range(const struct conf *conf, const struct line *line)
{
	long long min, max, value;

	if ((line->sym->type != S_INT && line->sym->type != S_HEX) ||
	    !tree_range(line->sym, &min, &max))
		return true;
	value = strtoll(line->value, NULL, line->sym->type == S_HEX ? 16 : 10);
	if (value >= min && value <= max)
		return true;
	struct err *err = report(conf, line, "config-range",
				 arena_fmt(conf->arena, "%s is not between %lld and %lld",
					   line->value, min, max));

	err_why(err, "That is the range of %s; kconfig would take its default in silence.",
		party(conf, line->sym));
	err_fix(err, "Set CONFIG_%s to a number between %lld and %lld.", line->name, min, max);
	return false;
}

static bool has_effect(const struct line *line)
{
	const char *value = sym_get_string_value(line->sym);

	switch (line->sym->type) {
	case S_BOOLEAN:
	case S_TRISTATE:
		return !strcmp(value, line->unset ? "n" : line->value);
	case S_HEX:
		return strtoull(value, NULL, 16) == strtoull(line->value, NULL, 16);
	case S_INT:
	case S_STRING:
		return !strcmp(value, line->text);
	case S_UNKNOWN:
	case S_OTHER:
		break;
	}
	return false;
}

static void report_choice(const struct conf *conf, const struct line *line)
{
	struct symbol *choice = prop_get_symbol(sym_get_choice_prop(line->sym));
	const struct symbol *winner = sym_get_choice_value(choice);
	const char *prompt = tree_prompt(choice);
	const struct line *other = winner ? lines_find(conf, winner) : NULL;
	bool lost = sym_get_tristate_value(line->sym) == no;
	struct err *err = report(conf, line, "config-choice",
				 lost ? "another member of the same choice is set too"
				      : "a choice cannot be without a member");

	if (other && lost)
		err_also(err, conf->file, other->number);
	err_why(err, "Of the choice \"%s\" one member holds, and that is %s.", prompt ? prompt : "",
		winner ? party(conf, winner) : "none");
	if (lost && other)
		err_fix(err, "Delete line %u or line %u.", line->number, other->number);
	else
		err_fix(err, "Set the member that is meant, and delete line %u.", line->number);
}

/* The value has the right form and did not come through. */
static void report_lost(const struct conf *conf, const struct line *line)
{
	struct symbol *sym = line->sym;
	const char *value = sym_get_string_value(sym);
	struct err *err;

	if (is_capability(line))
		return;
	if (!tree_prompt(sym)) {
		err = report(conf, line, "config-computed",
			     arena_fmt(conf->arena, "it cannot be set, and its value is \"%s\"",
				       value));
		err_why(err, "%s has no prompt: its value follows from other symbols.",
			party(conf, sym));
		err_fix(err, "Delete line %u.", line->number);
		return;
	}
	if (sym->visible == no) {
		const char *unmet = tree_unmet(conf->arena, sym);

		err = report(conf, line, "config-unmet",
			     arena_fmt(conf->arena, "it depends on: %s", unmet));
		err_why(err,
			"%s exists only when that is so; kconfig would drop the line in silence.",
			party(conf, sym));
		err_fix(err, "Set what it depends on, or delete line %u.", line->number);
		return;
	}
	if (sym_is_choice_value(sym)) {
		report_choice(conf, line);
		return;
	}
	err = report(conf, line, "config-forced",
		     arena_fmt(conf->arena, "its value is \"%s\" all the same", value));
	err_why(err, "Another symbol selects or limits %s.", party(conf, sym));
	err_fix(err, "Switch off what selects it, or delete line %u.", line->number);
}

static void report_again(const struct conf *conf, const struct line *line, unsigned first)
{
	struct err *err = report(conf, line, "config-twice",
				 arena_fmt(conf->arena, "it is set already in line %u", first));

	err_also(err, conf->file, first);
	err_why(err, "A symbol stands once in a configuration; kconfig would take the last line.");
	err_fix(err, "Delete line %u or line %u.", first, line->number);
}

struct named {
	struct line *line;
};

static int compare_name(const void *a, const void *b)
{
	const struct line *x = ((const struct named *)a)->line;
	const struct line *y = ((const struct named *)b)->line;
	int diff = strcmp(x->name, y->name);

	if (diff)
		return diff;
	return x->number < y->number ? -1 : x->number > y->number;
}

static void check_twice(struct conf *conf)
{
	struct named *sorted = arena_alloc(conf->arena, (conf->count + 1) * sizeof(*sorted));

	for (size_t i = 0; i < conf->count; i++)
		sorted[i].line = &conf->lines[i];
	qsort(sorted, conf->count, sizeof(*sorted), compare_name);
	for (size_t i = 1; i < conf->count; i++) {
		struct line *first = sorted[i - 1].line, *second = sorted[i].line;

		if (strcmp(first->name, second->name) != 0)
			continue;
		first->again = second->number;
		report_again(conf, second, first->number);
	}
}

void strict_check(struct conf *conf)
{
	for (size_t i = 0; i < conf->count; i++) {
		struct symbol *sym = sym_find(conf->lines[i].name);

		if (sym && tree_defines(sym))
			conf->lines[i].sym = sym;
	}
	check_twice(conf);
	for (size_t i = 0; i < conf->count; i++) {
		struct line *line = &conf->lines[i];

		if (!line->sym) {
			report_unknown(conf, line);
			continue;
		}
		sym_calc_value(line->sym);
		if (check_type(conf, line) && check_range(conf, line) && !line->again &&
		    !has_effect(line))
			report_lost(conf, line);
	}
}
