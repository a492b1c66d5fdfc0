/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * element.h - from one element to the values of a device's rows.
 *
 * The rows that write XML are read backwards. What XML does not show as itself (which of two sources
 * writes the same words, a path that stands elsewhere) is found by trying: each value that the rows
 * allow is written, and the one whose XML is nearest to what was read stays.
 */
#ifndef KILN_IMPORT_ELEMENT_H
#define KILN_IMPORT_ELEMENT_H

#include "import/tree.h"
#include "model/vm.h"

/* Whether .config must say a row: the file says it; it says nothing, which is no value of Kconfig's. */
enum row_state { ROW_DEFAULT, ROW_SAID, ROW_ABSENT };

/**
 * struct element - a device while it is read.
 * @node: the element that was read; of the machine itself <domain>.
 * @dev: the device; its values are Kconfig's defaults at first.
 * @is_set: for each row of the family its enum row_state.
 * @is_fixed: ... it is known, and nothing else is tried.
 * @scratch: for what is tried, one after the other.
 */
struct element {
	xmlNodePtr node;
	struct vm_dev *dev;
	unsigned char *is_set;
	bool *is_fixed;
	struct arena *scratch;
};

/**
 * element_read() - fill the rows of a device.
 * @element: @node and @dev are given; @dev->data and @dev->class are filled, @is_set is made.
 * @ret: what of the element its rows would not write again.
 */
void element_read(struct element *element, struct difference *ret);

/** element_set() - set a row for good, from the text of .config; false = it is no such value. */
bool element_set(struct element *element, const char *row_name, const char *text);

#endif
