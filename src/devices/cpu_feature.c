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

/*
 * Words of libvirt 9.0 (cpu_map/x86_features.xml) that are not QEMU's, and other words of QEMU's for the
 * same. What is not here both spell alike, with '-' where QEMU takes '_' too.
 */
static const struct spelling {
	const char *dashed, *libvirt, *qemu;
} spellings[] = {
	{"cmp-legacy", "cmp_legacy", "cmp-legacy"},
	{"ds-cpl", "ds_cpl", "ds-cpl"},
	{"ffxsr", "fxsr_opt", "fxsr-opt"},
	{"fxsr-opt", "fxsr_opt", "fxsr-opt"},
	{"i64", "lm", "lm"},
	{"lahf-lm", "lahf_lm", "lahf-lm"},
	{"nodeid-msr", "nodeid_msr", "nodeid-msr"},
	{"pclmuldq", "pclmuldq", "pclmulqdq"},
	{"pclmulqdq", "pclmuldq", "pclmulqdq"},
	{"perfctr-core", "perfctr_core", "perfctr-core"},
	{"perfctr-nb", "perfctr_nb", "perfctr-nb"},
	{"sse3", "pni", "pni"},
	{"sse4-1", "sse4.1", "sse4.1"},
	{"sse4-2", "sse4.2", "sse4.2"},
	{"tsc-adjust", "tsc_adjust", "tsc-adjust"},
	{"xd", "nx", "nx"},
};

static const char *dashed(const struct vm *vm, const char *name)
{
	char *text = arena_str(vm->arena, name);

	for (char *at = strchr(text, '_'); at; at = strchr(at, '_'))
		*at = '-';
	return text;
}

static struct spelling spell(const struct vm *vm, const char *name)
{
	const char *text = dashed(vm, name);

	for (size_t i = 0; i < ARRAY_SIZE(spellings) && vm->machine->flags & MACHINE_APIC; i++) {
		if (strcmp(spellings[i].dashed, text) == 0)
			return spellings[i];
	}
	return (struct spelling){text, text, text};
}

static bool is_known(const struct vm *vm, const char *name)
{
	struct spelling words = spell(vm, name);

	/* KVM has these on the target; the probe asked software. */
	if (!(vm->machine->flags & MACHINE_APIC) && strncmp(name, "kvm-", 4) == 0)
		return true;
	return caps_has(vm->board->caps, "cpu-property", words.qemu);
}

/* From here on it has libvirt's name, so that two names of one feature are found to be the same. */
static void feature_prepare(struct vm *vm, struct vm_dev *dev)
{
	const char *words = vm->guest.cpu_words ? vm->guest.cpu_words : "";
	struct cpu_feature *feature = dev->data;
	struct spelling spelling;

	if (!feature->name || !is_known(vm, feature->name))
		return;
	spelling = spell(vm, feature->name);
	feature->name = spelling.libvirt;
	vm->guest.cpu_words =
		arena_fmt(vm->arena, "%s,%s=%s", words, spelling.qemu, feature->policy->qemu);
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

/* Properties of QEMU's CPUs that are numbers or texts, or say what happens without a feature. */
static const char *const others[] = {
	"apic-id",      "check",         "core-id",         "die-id",
	"enforce",      "family",        "guest-phys-bits", "host-phys-bits-limit",
	"hv-spinlocks", "hv-vendor-id",  "lbr-fmt",         "level",
	"level-func7",  "memory",        "min-level",       "min-xlevel",
	"min-xlevel2",  "model",         "model-id",        "module-id",
	"node-id",      "phys-bits",     "socket-id",       "stepping",
	"thread-id",    "tsc-frequency", "ucode-rev",       "vendor",
	"x-hv-max-vps", "xlevel",        "xlevel2",
};

static void check_truth(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const char *name =
			dev->family == &cpu_feature_family ? feature_of(dev)->name : NULL;
		size_t i = 0;

		while (name && i < ARRAY_SIZE(others) && strcmp(others[i], name) != 0)
			i++;
		if (!name || i == ARRAY_SIZE(others))
			continue;
		struct err *err = dev_error(errs, dev, "name", check->name,
					    "\"%s\" is a property of a CPU and no feature", name);

		err_why(err, "A feature is there or not; QEMU does not start with %s=on.", name);
		err_fix(err, "Look for a setting in the menu \"Processor\", and lower "
			     "CONFIG_CPU_FEATURE_COUNT.");
	}
}

static const struct check feature_checks[] = {
	{.name = "cpu-feature-name", .run = check_name},
	{.name = "cpu-feature-known", .run = check_known},
	{.name = "cpu-feature-truth", .run = check_truth},
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
