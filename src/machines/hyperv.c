/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hyperv.c - Hyper-V enlightenments: what KVM tells a guest of Microsoft's, as libvirt's <hyperv>.
 */
#include "machines/guest.h"

#include <string.h>

#include "model/check.h"
#include "model/machine.h"

static bool may_have(const struct vm_dev *dev)
{
	return guest_is_x86(dev) && !prop_word_is(guest_of(dev)->accel, "TCG");
}

static bool passes_all(const struct vm_dev *dev)
{
	return may_have(dev) && guest_of(dev)->hyperv.passthrough;
}

static bool has_spinlocks(const struct vm_dev *dev)
{
	return may_have(dev) && guest_of(dev)->hyperv.spinlocks;
}

static bool has_stimer(const struct vm_dev *dev)
{
	return may_have(dev) && guest_of(dev)->hyperv.stimer;
}

static bool has_vendor(const struct vm_dev *dev)
{
	return may_have(dev) && guest_of(dev)->hyperv.vendor;
}

#define FIELD(member) .field = offsetof(struct guest, hyperv.member)
/* A switch: on in XML and in -cpu, or nothing. */
#define SWITCH(row, symbol, member, element, word, condition)                                  \
	{                                                                                      \
		.name = (row), .sym = (symbol), .kind = PROP_BOOL,                             \
		.flags = PROP_ABI | PROP_XML_ONOFF, FIELD(member),                             \
		.xml = "features/hyperv/" element "/@state", .option = "-cpu", .qemu = (word), \
		.when = (condition)                                                            \
	}
static const struct prop hyperv_props[] = {
	{.name = "hyperv-passthrough",
	 .sym = "HYPERV_PASSTHROUGH",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 FIELD(passthrough),
	 .option = "-cpu",
	 .qemu = "hv-passthrough",
	 .when = may_have},
	{.name = "hyperv-mode",
	 .kind = PROP_CONST,
	 .text = "passthrough",
	 .xml = "features/hyperv/@mode",
	 .when = passes_all},
	SWITCH("hyperv-relaxed", "HYPERV_RELAXED", relaxed, "relaxed", "hv-relaxed", may_have),
	SWITCH("hyperv-vapic", "HYPERV_VAPIC", vapic, "vapic", "hv-vapic", may_have),
	SWITCH("hyperv-spinlocks", "HYPERV_SPINLOCKS", spinlocks, "spinlocks", NULL, may_have),
	{.name = "hyperv-retries",
	 .sym = "HYPERV_SPINLOCKS_RETRIES",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(retries),
	 .xml = "features/hyperv/spinlocks/@retries",
	 .option = "-cpu",
	 .qemu = "hv-spinlocks",
	 .min = 4095,
	 .max = 1000000,
	 .when = has_spinlocks},
	SWITCH("hyperv-vpindex", "HYPERV_VPINDEX", vpindex, "vpindex", "hv-vpindex", may_have),
	SWITCH("hyperv-runtime", "HYPERV_RUNTIME", runtime, "runtime", "hv-runtime", may_have),
	SWITCH("hyperv-synic", "HYPERV_SYNIC", synic, "synic", "hv-synic", may_have),
	SWITCH("hyperv-stimer", "HYPERV_STIMER", stimer, "stimer", "hv-stimer", may_have),
	SWITCH("hyperv-stimer-direct", "HYPERV_STIMER_DIRECT", stimer_direct, "stimer/direct",
	       "hv-stimer-direct", has_stimer),
	SWITCH("hyperv-reset", "HYPERV_RESET", reset, "reset", "hv-reset", may_have),
	SWITCH("hyperv-frequencies", "HYPERV_FREQUENCIES", frequencies, "frequencies",
	       "hv-frequencies", may_have),
	SWITCH("hyperv-reenlightenment", "HYPERV_REENLIGHTENMENT", reenlightenment,
	       "reenlightenment", "hv-reenlightenment", may_have),
	SWITCH("hyperv-tlbflush", "HYPERV_TLBFLUSH", tlbflush, "tlbflush", "hv-tlbflush", may_have),
	SWITCH("hyperv-ipi", "HYPERV_IPI", ipi, "ipi", "hv-ipi", may_have),
	SWITCH("hyperv-evmcs", "HYPERV_EVMCS", evmcs, "evmcs", "hv-evmcs", may_have),
	SWITCH("hyperv-avic", "HYPERV_AVIC", avic, "avic", "hv-avic", may_have),
	{.name = "hyperv-vendor",
	 .sym = "HYPERV_VENDOR_ID",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI,
	 FIELD(vendor),
	 .xml = "features/hyperv/vendor_id/@value",
	 .option = "-cpu",
	 .qemu = "hv-vendor-id",
	 .when = may_have},
	{.name = "hyperv-vendor-state",
	 .kind = PROP_CONST,
	 .text = "on",
	 .xml = "features/hyperv/vendor_id/@state",
	 .when = has_vendor},
	{.name = "hyperv-crash",
	 .kind = PROP_BOOL,
	 FIELD(crash),
	 .option = "-cpu",
	 .qemu = "hv-crash",
	 .when = may_have},
	{0},
};
#undef SWITCH
#undef FIELD

/* QEMU 7.2 target/i386/kvm/kvm.c: kvm_hyperv_properties, .dependencies. */
static void check_needs(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest_hyperv *has = &vm->guest.hyperv;
	const struct {
		bool wanted, there;
		const char *row, *needs;
	} rules[] = {
		{has->synic, has->vpindex, "hyperv-synic", "HYPERV_VPINDEX"},
		{has->stimer, has->synic, "hyperv-stimer", "HYPERV_SYNIC"},
		{has->stimer, vm->guest.clock.hypervclock, "hyperv-stimer", "CLOCK_HYPERV"},
		{has->tlbflush, has->vpindex, "hyperv-tlbflush", "HYPERV_VPINDEX"},
		{has->ipi, has->vpindex, "hyperv-ipi", "HYPERV_VPINDEX"},
		{has->evmcs, has->vapic, "hyperv-evmcs", "HYPERV_VAPIC"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!rules[i].wanted || rules[i].there || has->passthrough)
			continue;
		struct err *err = dev_error(errs, vm->guest_dev, rules[i].row, check->name,
					    "this enlightenment needs another one");

		err_why(err, "QEMU does not start the guest without CONFIG_%s.", rules[i].needs);
		err_fix(err, "Set CONFIG_%s=y too.", rules[i].needs);
	}
}

#define VENDOR_MAX 12 /* bytes of three CPUID registers */

static void check_vendor(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const char *vendor = vm->guest.hyperv.vendor;
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-";

	if (!vendor || (strlen(vendor) <= VENDOR_MAX && !vendor[strspn(vendor, letters)]))
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "hyperv-vendor", check->name,
				    "\"%s\" is no vendor of a hypervisor", vendor);

	err_why(err, "CPUID has room for %d letters, digits, blanks, '.', '_' and '-'.",
		VENDOR_MAX);
	err_fix(err, "Shorten CONFIG_HYPERV_VENDOR_ID.");
}

static const struct check hyperv_checks[] = {
	{.name = "hyperv-needs", .run = check_needs},
	{.name = "hyperv-vendor", .run = check_vendor},
	{0},
};

const struct guest_subject guest_hyperv = {
	.props = hyperv_props,
	.checks = hyperv_checks,
};
