/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * numset.c - a set as bits; its text as numbers and ranges.
 */
#include "base/numset.h"

#include <string.h>

#include "base/num.h"

bool numset_has(const struct numset *set, unsigned number)
{
	return number < NUMSET_MAX && set->word[number / 64] >> (number % 64) & 1;
}

void numset_add(struct numset *set, unsigned number)
{
	set->word[number / 64] |= (uint64_t)1 << (number % 64);
}

unsigned numset_count(const struct numset *set)
{
	unsigned count = 0;

	for (unsigned i = 0; i < NUMSET_MAX / 64; i++)
		count += (unsigned)__builtin_popcountll(set->word[i]);
	return count;
}

/* "3" or "0-3", up to a comma or the end. */
static int parse_range(const char *text, size_t len, unsigned max, struct numset *set)
{
	const char *dash = memchr(text, '-', len);
	size_t first_len = dash ? (size_t)(dash - text) : len;
	uint64_t first, last;

	if (num_parse_n(text, first_len, 0, max, &first))
		return -1;
	last = first;
	if (dash && num_parse_n(dash + 1, len - first_len - 1, first, max, &last))
		return -1;
	for (; first <= last; first++) {
		if (numset_has(set, (unsigned)first))
			return -1;
		numset_add(set, (unsigned)first);
	}
	return 0;
}

int numset_parse(const char *text, unsigned max, struct numset *ret)
{
	struct numset set = {{0}};

	for (;;) {
		size_t len = strcspn(text, ",");

		if (parse_range(text, len, max, &set))
			return -1;
		if (!text[len])
			break;
		text += len + 1;
	}
	*ret = set;
	return 0;
}

bool numset_run(const struct numset *set, unsigned from, unsigned *ret_first, unsigned *ret_last)
{
	while (from < NUMSET_MAX && !numset_has(set, from))
		from++;
	if (from >= NUMSET_MAX)
		return false;
	*ret_first = from;
	while (numset_has(set, from + 1))
		from++;
	*ret_last = from;
	return true;
}

void numset_add_text(const struct numset *set, struct buf *buf)
{
	unsigned first, last;
	const char *gap = "";

	for (unsigned from = 0; numset_run(set, from, &first, &last); from = last + 1) {
		buf_addf(buf, first == last ? "%s%u" : "%s%u-%u", gap, first, last);
		gap = ",";
	}
}
