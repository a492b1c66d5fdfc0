/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain.h - section LAYOUT in sentences: who asked, which rule, what was passed over.
 */
#ifndef KILN_KILN_EXPLAIN_H
#define KILN_KILN_EXPLAIN_H

#include <jansson.h>

#include "model/arena.h"

/** explain_rule() - a rule of layout.h, by its word, as a sentence; NULL when it is not known. */
const char *explain_rule(const char *word);

/**
 * explain_text() - the explanation for people.
 * @layout: section LAYOUT (report.h).
 * @name: id, QEMU id, address or path of one device; NULL = everything that was given a place.
 * @ret: appended to.
 *
 * Return: how many devices were explained.
 */
size_t explain_text(const json_t *layout, const char *name, struct text *ret);

/**
 * explain_json() - the same for programs: an array of objects of LAYOUT, each with "because", and
 * behind a bridge with "guest_bus", the numbers of the bus that it is on.
 */
json_t *explain_json(const json_t *layout, const char *name);

#endif
