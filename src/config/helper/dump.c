/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dump.c - the protocol between kiln-kconf and config/cfg.c: records of fields, one a line.
 *
 * Fields are separated by tabs; tab, newline and backslash in a field are \t, \n and \\.
 *   kiln-kconf 1
 *   sym NAME TYPE ORIGIN FLAGS LINE MIN MAX DEFINED-FILE DEFINED-LINE VALUE
 *   err CHECK SYMBOL LINE ALSO-LINE WHAT WHY FIX
 *   end SYMBOLS ERRORS
 * ORIGIN is "default" where the value is what it would be without a line, else "set". FLAGS: p has
 * a prompt, v is visible, c is a member of a choice; "-" for none. LINE is 0 without a line. MIN
 * and MAX are "-" without a range. Symbols come in the order of the menu, the hidden ones too.
 */
#include "config/helper/kconf.h"

#include <stdlib.h>
#include <string.h>

#define SEEN (1 << 30) /* a bit of symbol.flags that libkconfig-parser does not use */

static void put(FILE *out, const char *field)
{
	(void)fputc('\t', out);
	for (size_t plain; *field; field += plain) {
		plain = strcspn(field, "\t\n\\");
		(void)fwrite(field, 1, plain, out);
		if (!field[plain])
			return;
		switch (field[plain++]) {
		case '\t':
			(void)fputs("\\t", out);
			break;
		case '\n':
			(void)fputs("\\n", out);
			break;
		default:
			(void)fputs("\\\\", out);
		}
	}
}

static const char *type_name(const struct symbol *sym)
{
	switch (sym->type) {
	case S_INT:
		return "int";
	case S_HEX:
		return "hex";
	case S_STRING:
		return "string";
	case S_BOOLEAN:
	case S_TRISTATE:
	case S_UNKNOWN:
	case S_OTHER:
		break;
	}
	return "bool";
}

static void put_symbol(struct symbol *sym, unsigned line, FILE *out)
{
	char flags[4] = "", *flag = flags;
	long long min, max;

	sym_calc_value(sym);
	struct tree_place place = tree_defined(sym);

	if (tree_prompt(sym))
		*flag++ = 'p';
	if (sym->visible != no && tree_prompt(sym))
		*flag++ = 'v';
	if (sym_is_choice_value(sym))
		*flag++ = 'c';
	(void)fputs("sym", out);
	put(out, sym->name);
	put(out, type_name(sym));
	put(out, tree_is_default(sym) ? "default" : "set");
	put(out, *flags ? flags : "-");
	(void)fprintf(out, "\t%u", line);
	if (tree_range(sym, &min, &max))
		(void)fprintf(out, "\t%lld\t%lld", min, max);
	else
		(void)fputs("\t-\t-", out);
	put(out, place.file);
	(void)fprintf(out, "\t%u", place.line);
	put(out, sym_get_string_value(sym));
	(void)fputc('\n', out);
}

static int compare_sym(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->sym != y->sym)
		return x->sym < y->sym ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* The number of the last line of a symbol; @lines is sorted by symbol. */
static unsigned line_number(const struct line *lines, size_t count, const struct symbol *sym)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (lines[mid].sym <= sym)
			low = mid + 1;
		else
			high = mid;
	}
	return low && lines[low - 1].sym == sym ? lines[low - 1].number : 0;
}

static void put_errors(const struct conf *conf, FILE *out)
{
	err_list_for_each(node, conf->errs) {
		const struct err *err = &node->err;

		(void)fputs("err", out);
		put(out, err->check);
		put(out, err->sym);
		(void)fprintf(out, "\t%u\t%u", err->at.line, err->also.line);
		put(out, err->what);
		put(out, err->why);
		put(out, err->fix);
		(void)fputc('\n', out);
	}
}

/* Depth first: the order of the menu. */
static const struct menu *next_menu(const struct menu *menu)
{
	if (menu->list)
		return menu->list;
	while (menu && !menu->next)
		menu = menu->parent;
	return menu ? menu->next : NULL;
}

void dump_symbols(const struct conf *conf, FILE *out)
{
	struct line *sorted = arena_alloc(conf->arena, (conf->count + 1) * sizeof(*sorted));
	size_t symbols = 0;

	if (conf->count)
		memcpy(sorted, conf->lines, conf->count * sizeof(*sorted));
	qsort(sorted, conf->count, sizeof(*sorted), compare_sym);
	(void)fputs("kiln-kconf\t1\n", out);
	for (const struct menu *menu = rootmenu.list; menu; menu = next_menu(menu)) {
		struct symbol *sym = menu->sym;

		if (!sym || !tree_defines(sym) || (sym->flags & SEEN))
			continue;
		sym->flags |= SEEN;
		put_symbol(sym, line_number(sorted, conf->count, sym), out);
		symbols++;
	}
	put_errors(conf, out);
	(void)fprintf(out, "end\t%zu\t%zu\n", symbols, conf->errs->count);
}
