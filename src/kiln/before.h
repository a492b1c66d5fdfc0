/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * before.h - which places a search passed over before it took one, and why.
 */
#ifndef KILN_KILN_BEFORE_H
#define KILN_KILN_BEFORE_H

#include "layout/layout.h"

/**
 * before_list() - recompute what a search passed over.
 * @layout: finished.
 * @rec: a device; one whose address was not searched for has an empty list.
 * @ret_lines: sentences without a full stop, in the order of the search; neighbours of one kind are
 *             one sentence. In the arena of the machine.
 *
 * A search takes the first free place from bus 0 upward, so that whatever fits below its answer was
 * in use, and still is.
 *
 * Return: how many.
 */
size_t before_list(const struct layout *layout, const struct layout_dev *rec,
		   const char *const **ret_lines);

#endif
