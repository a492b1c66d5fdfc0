/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * identity.c - who the guest is, whose it is on the target, and where its lock is.
 */
#include <string.h>

#include "machines/guest.h"

static bool is_machined(const struct vm_dev *dev)
{
	return guest_of(dev)->machined;
}

static const struct prop_word init_words[] = {
	{.sym = "NONE"},
	{.sym = "SYSTEMD"},
	{.sym = "BUSYBOX"},
	{0},
};

static bool has_init(const struct vm_dev *dev)
{
	return !prop_word_is(guest_of(dev)->init, "NONE");
}

/* A unit for an image that is a program calls nothing else. */
static bool has_programs(const struct vm_dev *dev)
{
	const struct guest *guest = guest_of(dev);

	return has_init(dev) && !(guest->executable && prop_word_is(guest->init, "SYSTEMD"));
}

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
	{.name = "machined", .sym = "HOST_MACHINED", .kind = PROP_BOOL, FIELD(machined)},
	{.name = "machined-program",
	 .sym = "HOST_MACHINED_PROGRAM",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(machined_program),
	 .when = is_machined},
	/* Interfaces take it over as the default of their own (net.Kconfig). */
	{.name = "bridge-helper",
	 .sym = "HOST_BRIDGE_HELPER",
	 .kind = PROP_STRING,
	 .rule = RULE(PATH),
	 FIELD(bridge_helper)},
	{.name = "init", .sym = "HOST_INIT", .kind = PROP_ENUM, FIELD(init), .words = init_words},
	{.name = "host-programs",
	 .sym = "HOST_PROGRAMS",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(host_programs),
	 .when = has_programs},
	{.name = "host-images",
	 .sym = "HOST_IMAGES",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(host_images),
	 .when = has_init},
	{.name = "stop-s",
	 .sym = "HOST_STOP_S",
	 .kind = PROP_UINT,
	 FIELD(stop_s),
	 .max = 3600,
	 .when = has_init},
	{0},
};
#undef FIELD

/* Names of machines are host names to systemd (hostname_is_valid(), hostname-util.c), and unlike ours. */
static bool is_host_name(const char *name)
{
	const char *last = ".";

	for (; *name; last = name++)
		if (*name == '_' || (strchr("-.", *name) && *last == '.') ||
		    (*name == '.' && *last == '-'))
			return false;
	return !strchr("-.", *last);
}

static void check_name(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const char *name = vm->guest.name;

	if (!vm->guest.machined || !name || is_host_name(name))
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "name", check->name,
				    "\"%s\" cannot be the name of a machine", name);

	err_why(err,
		"systemd-machined takes names of hosts: letters, digits, '-' and '.', the latter "
		"two neither side by side nor at the end.");
	err_fix(err, "Give the VM such a name, or switch CONFIG_HOST_MACHINED off.");
}

/* "Executable name contains special characters", says systemd (string_is_safe(), string-util.c). */
static void check_programs(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;
	const char *path = guest->executable ? guest->host_images : guest->host_programs;

	if (!prop_word_is(guest->init, "SYSTEMD") || !path || !strpbrk(path, "\"'\\"))
		return;
	struct err *err =
		dev_error(errs, vm->guest_dev, guest->executable ? "host-images" : "host-programs",
			  check->name, "systemd starts no program of the folder %s", path);

	err_why(err, "The path of a program in a unit has no quotes and no backslash.");
	err_fix(err, "Install %s in another folder, as %s.",
		guest->executable ? "the image" : "kiln-run and kiln-ctl",
		guest->executable ? "/var/lib/kiln" : "/usr/bin");
}

static const struct check identity_checks[] = {
	{.name = "init-programs", .run = check_programs},
	{.name = "machined-name", .run = check_name},
	{0},
};

const struct guest_subject guest_identity = {
	.props = identity_props,
	.checks = identity_checks,
};
