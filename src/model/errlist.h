/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * errlist.h - the composer collects all errors of a pass, sorts them by place, then stops.
 */
#ifndef KILN_MODEL_ERRLIST_H
#define KILN_MODEL_ERRLIST_H

#include <stdio.h>

#include "base/err.h"
#include "model/arena.h"

/** struct err_list - zero-initialise except @arena. */
struct err_list {
	struct arena *arena;
	struct err_node *first, *last;
	size_t count;
};

struct err_node {
	struct err err;
	struct err_node *next;
};

#define err_list_for_each(node, list) \
	for (const struct err_node *node = (list)->first; node; node = node->next)

/**
 * err_list_new() - add an error and fill in its fact.
 * @list: the list.
 * @kind: who must act.
 * @fmt: the fact.
 *
 * Return: the error inside the list, for err_at(), err_why(), err_fix(), ...; never NULL.
 */
struct err *err_list_new(struct err_list *list, enum err_kind kind, const char *fmt, ...)
	PRINTF(3, 4);

/** err_list_add() - add a copy of an error. */
void err_list_add(struct err_list *list, const struct err *err);

/** err_list_sort() - by file and line; what has no place comes last; otherwise in order of adding. */
void err_list_sort(struct err_list *list);

/** err_list_print() - sort, then write every message. */
void err_list_print(struct err_list *list, FILE *out);

/** err_list_kind() - the kind of the first error, ERR_NONE when there is none. */
enum err_kind err_list_kind(const struct err_list *list);

#endif
