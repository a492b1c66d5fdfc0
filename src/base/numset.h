/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * numset.h - sets of small numbers as the kernel and libvirt write them: "0-3,8".
 */
#ifndef KILN_BASE_NUMSET_H
#define KILN_BASE_NUMSET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"

#define NUMSET_MAX \
	1024 /* numbers 0 to 1023: CPUs as glibc counts them, NUMA nodes as the kernel does */

/** struct numset - bit N of the words is number N; zero-initialise for the empty set. */
struct numset {
	uint64_t word[NUMSET_MAX / 64];
};

/**
 * numset_parse() - read numbers and ranges with commas between.
 * @text: "0-3,8"; ascending or not, but no number twice and no range backwards.
 * @max: largest number that is accepted; below NUMSET_MAX.
 * @ret: the set; unchanged on failure.
 *
 * Return: 0, or -1 when @text is no such set, or empty.
 */
int numset_parse(const char *text, unsigned max, struct numset *ret) MUST_CHECK;

/** numset_has() - whether @number is in the set. */
bool numset_has(const struct numset *set, unsigned number);

/** numset_add() - put @number, below NUMSET_MAX, into the set. */
void numset_add(struct numset *set, unsigned number);

/** numset_count() - how many numbers are in the set. */
unsigned numset_count(const struct numset *set);

/**
 * numset_run() - the next numbers without a gap.
 * @set: the set.
 * @from: where to look from.
 * @ret_first, @ret_last: the run.
 *
 * Return: whether there is one.
 */
bool numset_run(const struct numset *set, unsigned from, unsigned *ret_first, unsigned *ret_last);

/** numset_add_text() - append the set as numset_parse() reads it, ascending. */
void numset_add_text(const struct numset *set, struct buf *buf);

#endif
