/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * row.h - one row of a device, from XML text to its field.
 */
#ifndef KILN_IMPORT_ROW_H
#define KILN_IMPORT_ROW_H

#include "import/element.h"

/** row_read_all() - set every row whose value stands in the element as itself. */
void row_read_all(struct element *element);

/** row_take() - set a text or number from a text of XML; false = it is none, or there already. */
bool row_take(struct element *element, const struct prop *row, const char *text);

/** row_clear() - empty a text. Return: true. */
bool row_clear(struct element *element, const struct prop *row);

/** row_set_word(), row_set_class(), row_flip() - set a choice, a model, the other truth. */
void row_set_word(struct element *element, const struct prop *row, const struct prop_word *word);
void row_set_class(struct element *element, const struct prop *row, const struct dev_class *class);
void row_flip(struct element *element, const struct prop *row);

#endif
