/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu_feature.c - features that a CPU model gets or loses, each with a policy, as libvirt's <feature>.
 *
 * They are words of -cpu and no devices. What is optional is asked for: QEMU leaves out what the host
 * has not.
 */
#include "devices/registry.h"

#include <string.h>

#include "model/check.h"
#include "model/machine.h"

struct cpu_feature {
	const char *name;
	const struct prop_word *policy;
};

static const struct dev_class feature_classes[] = {
	{.name = "feature", .where = WHERE_NONE},
	{0},
};

static const struct prop_word policy_words[] = {
	{.sym = "REQUIRE", .xml = "require", .qemu = "on"},
	{.sym = "FORCE", .xml = "force", .qemu = "on"},
	{.sym = "OPTIONAL", .xml = "optional", .qemu = "on"},
	{.sym = "DISABLE", .xml = "disable", .qemu = "off"},
	{.sym = "FORBID", .xml = "forbid", .qemu = "off"},
	{0},
};

static const struct cpu_feature *feature_of(const struct vm_dev *dev)
{
	return dev->data;
}

#define FIELD(member) .field = offsetof(struct cpu_feature, member)
static const struct prop feature_props[] = {
	{.name = "policy",
	 .sym = "POLICY",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(policy),
	 .words = policy_words,
	 .xml = "@policy"},
	{.name = "name",
	 .sym = "NAME",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI | PROP_REQUIRED | PROP_UNIQUE,
	 FIELD(name),
	 .xml = "@name"},
	{0},
};
#undef FIELD

static void feature_prepare(struct vm *vm, struct vm_dev *dev)
{
	const struct cpu_feature *feature = feature_of(dev);
	const char *words = vm->guest.cpu_words ? vm->guest.cpu_words : "";

	if (feature->name)
		vm->guest.cpu_words = arena_fmt(vm->arena, "%s,%s=%s", words, feature->name,
						feature->policy->qemu);
}

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

static void check_name(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const char *name =
			dev->family == &cpu_feature_family ? feature_of(dev)->name : NULL;

		if (!name || !name[strspn(name, letters)])
			continue;
		struct err *err = dev_error(errs, dev, "name", check->name,
					    "\"%s\" is no name of a CPU feature", name);

		err_why(err,
			"Names are QEMU's: small letters, digits, '-', '_' and '.', as pcid or "
			"sse4.2.");
		err_fix(err, "Write %s as `%s -cpu help` has it.", dev_symbol(dev, "name"),
			vm->board->qemu);
	}
}

/* Of every model: QEMU knows a feature whether or not the model has it. It takes '_' for '-'. */
static bool is_known(const struct vm *vm, const char *name)
{
	char *dashes = arena_str(vm->arena, name);

	for (char *at = strchr(dashes, '_'); at; at = strchr(at, '_'))
		*at = '-';
	/* An accelerator of the host adds those; the probe asked software. */
	if (!(vm->machine->flags & MACHINE_APIC) && strncmp(name, "kvm-", 4) == 0)
		return true;
	return caps_has(vm->board->caps, "cpu-property", name) ||
	       caps_has(vm->board->caps, "cpu-property", dashes);
}

static void check_known(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct caps *caps = vm->board->caps;

	vm_for_each_dev(dev, vm->devs) {
		const char *name =
			dev->family == &cpu_feature_family ? feature_of(dev)->name : NULL;

		if (!name || name[strspn(name, letters)] || is_known(vm, name))
			continue;
		struct err *err = dev_error(errs, dev, "name", check->name,
					    "QEMU %s of board %s has no CPU feature \"%s\"",
					    caps->version, vm->board->name, name);
		const char *nearest = caps_nearest(caps, "cpu-property", name);

		err_why(err,
			"The features are the lines `cpu-property NAME` of boards/%s/qemu.caps, "
			"which `kiln probe` wrote from that QEMU.",
			vm->board->name);
		if (nearest)
			err_fix(err, "Set %s to \"%s\" or another of them.",
				dev_symbol(dev, "name"), nearest);
		else
			err_fix(err, "Set %s to one of them, or lower CONFIG_CPU_FEATURE_COUNT.",
				dev_symbol(dev, "name"));
	}
}

static const struct check feature_checks[] = {
	{.name = "cpu-feature-name", .run = check_name},
	{.name = "cpu-feature-known", .run = check_known},
	{0},
};

const struct dev_family cpu_feature_family = {
	.name = "cpu-feature",
	.sym = "CPU_FEATURE",
	.max = 64,
	.size = sizeof(struct cpu_feature),
	.rank = RANK_NONE,
	.xml = "feature",
	.under = "cpu",
	.classes = feature_classes,
	.props = feature_props,
	.checks = feature_checks,
	.prepare = feature_prepare,
};
