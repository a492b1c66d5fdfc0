/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.c - how much memory the guest has, and what it is made of.
 */
#include "machines/guest.h"

#define FIELD(member) .field = offsetof(struct guest, member)
static const struct prop memory_props[] = {
	{.name = "memory",
	 .sym = "MEMORY_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(memory_mib),
	 .min = 16,
	 .max = 4194304},
	{0},
};
#undef FIELD

const struct guest_subject guest_memory = {
	.props = memory_props,
};
