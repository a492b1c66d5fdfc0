/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlan.c - lists of VLANs, taken apart item by item.
 */
#include "base/vlan.h"

#include <stdint.h>
#include <string.h>

/* A number without zeros in front. Return: where it ends, or NULL. */
static const char *number_take(const char *text, unsigned *ret)
{
	unsigned value = 0;

	if (*text < '1' || *text > '9')
		return NULL;
	for (; *text >= '0' && *text <= '9'; text++) {
		value = value * 10 + (unsigned)(*text - '0');
		if (value > VLAN_MAX)
			return NULL;
	}
	*ret = value;
	return text;
}

int vlan_next(const char **list, unsigned *ret_first, unsigned *ret_last)
{
	const char *at = *list;

	if (!*at)
		return 0;
	at = number_take(at, ret_first);
	if (!at)
		return -1;
	*ret_last = *ret_first;
	if (*at == '-')
		at = number_take(at + 1, ret_last);
	if (!at || *ret_last < *ret_first || (*at && (*at != ',' || !at[1])))
		return -1;
	*list = at + (*at == ',');
	return 1;
}

int vlan_is_list(const char *list)
{
	unsigned char seen[VLAN_MAX + 1] = {0};
	unsigned first, last;
	int ret;

	if (!*list || strlen(list) >= VLAN_LIST_MAX)
		return 0;
	while ((ret = vlan_next(&list, &first, &last)) == 1)
		for (; first <= last; first++)
			if (seen[first]++)
				return 0;
	return ret == 0;
}
