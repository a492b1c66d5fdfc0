/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.c - questions to the loaded Kconfig tree: where, which range, which default, why hidden.
 *
 * It reads the structures of libkconfig-parser and changes nothing in them.
 */
#include "base/num.h"
#include "config/helper/kconf.h"

#include <stdlib.h>
#include <string.h>

bool tree_defines(const struct symbol *sym)
{
	/* UNAME_RELEASE is predefined and differs from host to host. */
	return sym->name && sym->type != S_UNKNOWN && sym->type != S_OTHER &&
	       strcmp(sym->name, "UNAME_RELEASE") != 0;
}

/* menuconfig NAME "..." has a prompt of the kind P_MENU. */
static bool is_prompt(const struct property *prop)
{
	return prop->type == P_PROMPT || prop->type == P_MENU;
}

struct tree_place tree_defined(const struct symbol *sym)
{
	struct tree_place place = {"Kconfig", 0};
	const struct property *prop;

	/* The last definition stands first; the one with a prompt is the one that people edit. */
	for (prop = sym->prop; prop; prop = prop->next) {
		bool asked = is_prompt(prop);

		if (prop->file && (asked || !place.line)) {
			place.file = prop->file->name;
			place.line = (unsigned)prop->lineno;
		}
		if (asked)
			break;
	}
	return slots_place(place.file, place.line);
}

const char *tree_prompt(const struct symbol *sym)
{
	for (const struct property *prop = sym->prop; prop; prop = prop->next) {
		if (is_prompt(prop))
			return prop->text;
	}
	return NULL;
}

bool tree_range(struct symbol *sym, long long *ret_min, long long *ret_max)
{
	int base = sym->type == S_HEX ? 16 : 10;

	for (struct property *prop = sym->prop; prop; prop = prop->next) {
		if (prop->type != P_RANGE || expr_calc_value(prop->visible.expr) == no)
			continue;
		*ret_min = strtoll(sym_get_string_value(prop->expr->left.sym), NULL, base);
		*ret_max = strtoll(sym_get_string_value(prop->expr->right.sym), NULL, base);
		return true;
	}
	return false;
}

bool tree_is_default(struct symbol *sym)
{
	if (!sym_is_changable(sym))
		return true;
	if (!strcmp(sym_get_string_value(sym), sym_get_string_default(sym)))
		return true;
	if (!sym_is_choice_value(sym) || sym_get_tristate_value(sym) != yes)
		return false;
	struct symbol *choice = prop_get_symbol(sym_get_choice_prop(sym));

	return !sym_is_optional(choice) && sym_choice_default(choice) == sym;
}

static void add_term(void *data, struct symbol *sym, const char *str)
{
	struct text *text = data;

	if (sym && sym->name && !(sym->flags & SYMBOL_CONST) && sym->type != S_UNKNOWN)
		text_fmt(text, "%s [=%s]", sym->name, sym_get_string_value(sym));
	else if (sym)
		text_add(text, *str ? str : "\"\"");
	else if (strchr("<>=!", *str) && (*str != '!' || str[1]))
		text_fmt(text, " %s ", str);
	else
		text_add(text, str);
}

#define UNMET_DEPTH 64

static void add_unmet(struct text *text, struct expr *expr, unsigned depth);

/* What hides a symbol or choice. */
static void add_hidden(struct text *text, const struct symbol *sym, unsigned depth)
{
	for (struct property *prop = sym->prop; prop; prop = prop->next) {
		if (is_prompt(prop) && prop->visible.expr)
			add_unmet(text, prop->visible.expr, depth + 1);
	}
}

/* One condition; the same one can stand in the symbol and in the menu around it. */
static void add_condition(struct text *text, struct expr *expr)
{
	size_t before = text->len;

	if (before)
		text_add(text, ", ");
	size_t start = text->len;

	expr_print(expr, add_term, text, E_NONE);
	const char *same = before ? strstr(text->data, text->data + start) : NULL;

	if (same && same < text->data + start) {
		text->len = before;
		text->data[before] = '\0';
	}
}

static void add_unmet(struct text *text, struct expr *expr, unsigned depth)
{
	if (!expr || depth > UNMET_DEPTH || expr_calc_value(expr) != no)
		return;
	if (expr->type == E_AND) {
		add_unmet(text, expr->left.expr, depth + 1);
		add_unmet(text, expr->right.expr, depth + 1);
		return;
	}
	const struct symbol *sym = expr->type == E_SYMBOL ? expr->left.sym : NULL;

	if (!sym || !sym_is_choice(expr->left.sym))
		add_condition(text, expr);
	/* A switch that is hidden itself: what hides that one is the remedy. */
	if (sym && (sym->visible == no || sym_is_choice(expr->left.sym)))
		add_hidden(text, sym, depth);
}

const char *tree_unmet(struct arena *arena, const struct symbol *sym)
{
	struct text text = {.arena = arena};

	add_hidden(&text, sym, 0);
	return text_str(&text);
}

#define NAME_MAX_COMPARED 96

/* Edit distance, with neighbours exchanged as two steps; rows of fixed size. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[NAME_MAX_COMPARED + 1];
	size_t len_a = strlen(a), len_b = strlen(b);

	if (len_a > NAME_MAX_COMPARED || len_b > NAME_MAX_COMPARED)
		return NAME_MAX_COMPARED;
	for (unsigned j = 0; j <= len_b; j++)
		row[j] = j;
	for (unsigned i = 1; i <= len_a; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= len_b; j++) {
			unsigned change = diagonal + (a[i - 1] != b[j - 1]);
			unsigned best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

			diagonal = row[j];
			row[j] = change < best ? change : best;
		}
	}
	return row[len_b];
}

const struct symbol *tree_nearest(const char *name)
{
	const struct symbol *best = NULL;
	unsigned limit = (unsigned)strlen(name) / 3 + 1;
	struct symbol *sym;
	int i;

	for_all_symbols(i, sym)
	{
		if (!tree_defines(sym) || !tree_prompt(sym))
			continue;
		unsigned far = distance(name, sym->name);

		/* Among equals the first by name, so that the hash order does not show. */
		if (far < limit || (far == limit && best && strcmp(sym->name, best->name) < 0)) {
			best = sym;
			limit = far;
		}
	}
	return best;
}
