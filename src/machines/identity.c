/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * identity.c - who the guest is, whose it is on the target, and where its lock is.
 */
#include "machines/guest.h"

#define FIELD(member) .field = offsetof(struct guest, member)
static const struct prop identity_props[] = {
	{.name = "name",
	 .sym = "VM_NAME",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_ABI,
	 .rule = RULE(VM_NAME),
	 FIELD(name)},
	{.name = "title", .sym = "VM_TITLE", .kind = PROP_STRING, .rule = RULE(TEXT), FIELD(title)},
	{.name = "uuid",
	 .sym = "VM_UUID",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI,
	 .rule = RULE(UUID),
	 FIELD(uuid)},
	{.name = "payload-prefix",
	 .sym = "PAYLOAD_PREFIX",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(payload_prefix)},
	{.name = "run-user",
	 .sym = "RUN_USER",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(USER),
	 FIELD(run_user)},
	{.name = "unit",
	 .sym = "UNIT_ID",
	 .kind = PROP_STRING,
	 .rule = RULE(UNIT),
	 FIELD(unit_id),
	 .site = SITE_UNIT},
	{.name = "layout-lock",
	 .sym = "LAYOUT_LOCK",
	 .kind = PROP_STRING,
	 .rule = RULE(TEXT),
	 FIELD(layout_lock)},
	{.name = "executable", .sym = "IMAGE_EXECUTABLE", .kind = PROP_BOOL, FIELD(executable)},
	{0},
};
#undef FIELD

const struct guest_subject guest_identity = {
	.props = identity_props,
};
