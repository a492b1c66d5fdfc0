/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * errlist.c - a list of errors in an arena, sorted stably by place.
 */
#include "model/errlist.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void err_list_add(struct err_list *list, const struct err *err)
{
	struct err_node *node = arena_alloc(list->arena, sizeof(*node));

	node->err = *err;
	if (list->last)
		list->last->next = node;
	else
		list->first = node;
	list->last = node;
	list->count++;
}

struct err *err_list_new(struct err_list *list, enum err_kind kind, const char *fmt, ...)
{
	struct err err;
	va_list args;

	va_start(args, fmt);
	(void)err_set(&err, kind, "%s", arena_vfmt(list->arena, fmt, args));
	va_end(args);
	err_list_add(list, &err);
	return &list->last->err;
}

struct sort_entry {
	struct err_node *node;
	size_t order;
};

static int compare_place(const void *a, const void *b)
{
	const struct sort_entry *x = a, *y = b;
	const struct err *ex = &x->node->err, *ey = &y->node->err;

	if (!ex->at.file[0] != !ey->at.file[0])
		return ex->at.file[0] ? -1 : 1;
	int diff = strcmp(ex->at.file, ey->at.file);

	if (diff)
		return diff;
	if (ex->at.line != ey->at.line)
		return ex->at.line < ey->at.line ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

void err_list_sort(struct err_list *list)
{
	if (list->count < 2)
		return;
	struct sort_entry *entries = arena_alloc(list->arena, list->count * sizeof(*entries));
	size_t n = 0;

	for (struct err_node *node = list->first; node; node = node->next) {
		entries[n].node = node;
		entries[n].order = n;
		n++;
	}
	qsort(entries, n, sizeof(*entries), compare_place);
	for (size_t i = 0; i + 1 < n; i++)
		entries[i].node->next = entries[i + 1].node;
	entries[n - 1].node->next = NULL;
	list->first = entries[0].node;
	list->last = entries[n - 1].node;
}

void err_list_print(struct err_list *list, FILE *out)
{
	char message[4 * ERR_TEXT_MAX];

	err_list_sort(list);
	err_list_for_each(node, list) {
		(void)err_format(&node->err, message, sizeof(message));
		(void)fputs(message, out);
	}
}

enum err_kind err_list_kind(const struct err_list *list)
{
	return list->first ? list->first->err.kind : ERR_NONE;
}
