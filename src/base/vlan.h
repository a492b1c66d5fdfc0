/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vlan.h - lists of VLANs as people write them: "5,10,20-29".
 */
#ifndef KILN_BASE_VLAN_H
#define KILN_BASE_VLAN_H

#include "base/attr.h"

#define VLAN_MAX      4094 /* IEEE 802.1Q: 0 is none, 4095 is reserved */
#define VLAN_LIST_MAX 256 /* bytes of a list, with its NUL */

/**
 * vlan_next() - take the next item off a list.
 * @list: where it goes on; advanced behind the item and its comma.
 * @ret_first, @ret_last: the range, or a number twice.
 *
 * Return: 1, 0 at the end, -1 when what stands there is no item.
 */
int vlan_next(const char **list, unsigned *ret_first, unsigned *ret_last) MUST_CHECK;

/** vlan_is_list() - whether it is a list, not empty, with no VLAN twice. */
int vlan_is_list(const char *list);

#endif
