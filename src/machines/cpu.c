/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu.c - the processor: model, topology.
 */
#include "machines/guest.h"

#include <string.h>

#include "model/check.h"
#include "model/machine.h"

static const struct prop_word cache_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "EMULATE", .xml = "emulate", .qemu = "on"},
	{.sym = "PASSTHROUGH", .xml = "passthrough", .qemu = "off"},
	{.sym = "DISABLE", .xml = "disable", .qemu = "off"},
	{0},
};

static const struct prop_word address_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "EMULATE", .xml = "emulate"},
	{.sym = "PASSTHROUGH", .xml = "passthrough"},
	{0},
};

static bool has_dies(const struct vm_dev *dev)
{
	return dev->vm->machine->flags & MACHINE_DIES;
}

static bool is_passed_through(const struct vm_dev *dev)
{
	const char *model = guest_of(dev)->cpu_model;

	return model && strcmp(model, "host-passthrough") == 0;
}

/* Other models have no caches of the host's to show or hide. */
static bool knows_host_cache(const struct vm_dev *dev)
{
	const char *model = guest_of(dev)->cpu_model;

	return is_passed_through(dev) || (model && strcmp(model, "max") == 0);
}

static bool emulates_cache(const struct vm_dev *dev)
{
	return guest_is_x86(dev) && prop_word_is(guest_of(dev)->cpu_cache, "EMULATE");
}

static bool passes_cache(const struct vm_dev *dev)
{
	return guest_is_x86(dev) && prop_word_is(guest_of(dev)->cpu_cache, "PASSTHROUGH");
}

static bool hides_cache(const struct vm_dev *dev)
{
	return knows_host_cache(dev) &&
	       (emulates_cache(dev) ||
		(guest_is_x86(dev) && prop_word_is(guest_of(dev)->cpu_cache, "DISABLE")));
}

static bool emulates_address(const struct vm_dev *dev)
{
	return guest_is_x86(dev) && prop_word_is(guest_of(dev)->cpu_address, "EMULATE");
}

static bool passes_address(const struct vm_dev *dev)
{
	return guest_is_x86(dev) && prop_word_is(guest_of(dev)->cpu_address, "PASSTHROUGH");
}

/* The host's own, and all that QEMU has, come with a vendor; libvirt says the same. */
static bool has_vendor(const struct vm_dev *dev)
{
	const char *model = guest_of(dev)->cpu_model;

	return guest_is_x86(dev) && model && !knows_host_cache(dev) &&
	       strcmp(model, "host-model") != 0;
}

static bool has_placement(const struct vm_dev *dev)
{
	return !prop_word_is(guest_of(dev)->memory.placement, "DEFAULT");
}

#define FIELD(member) .field = offsetof(struct guest, member)
static const struct prop cpu_props[] = {
	{.name = "cpu-model",
	 .sym = "CPU_MODEL",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_PIN | PROP_ABI,
	 FIELD(cpu_model)},
	{.name = "cpu-vendor",
	 .sym = "CPU_VENDOR",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI,
	 FIELD(cpu_vendor),
	 .xml = "cpu/model/@vendor_id",
	 .option = "-cpu",
	 .qemu = "vendor",
	 .when = has_vendor},
	{.name = "cpu-host", .kind = PROP_STRING, .flags = PROP_ABI, FIELD(cpu_host)},
	{.name = "sockets",
	 .sym = "CPU_SOCKETS",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(sockets),
	 .min = 1,
	 .max = 64},
	{.name = "dies",
	 .sym = "CPU_DIES",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(dies),
	 .min = 1,
	 .max = 64,
	 .when = has_dies},
	{.name = "cores",
	 .sym = "CPU_CORES",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(cores),
	 .min = 1,
	 .max = 288},
	{.name = "threads",
	 .sym = "CPU_THREADS",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(threads),
	 .min = 1,
	 .max = 8},
	{.name = "cpus-present",
	 .sym = "CPU_PRESENT",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(cpu_present),
	 .xml = "vcpu/@current",
	 .max = 4096},
	{.name = "cpu-migratable",
	 .sym = "CPU_MIGRATABLE",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 FIELD(cpu_migratable),
	 .when = is_passed_through},
	{.name = "cpu-enforce",
	 .sym = "CPU_ENFORCE",
	 .kind = PROP_BOOL,
	 FIELD(cpu_enforce),
	 .option = "-cpu",
	 .qemu = "enforce",
	 .when = guest_is_x86},
	{.name = "cpu-cache",
	 .sym = "CPU_CACHE",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(cpu_cache),
	 .words = cache_words,
	 .xml = "cpu/cache/@mode",
	 .option = "-cpu",
	 .qemu = "l3-cache",
	 .when = guest_is_x86},
	{.name = "cpu-cache-level",
	 .kind = PROP_CONST,
	 .text = "3",
	 .xml = "cpu/cache/@level",
	 .when = emulates_cache},
	{.name = "cpu-cache-shown",
	 .kind = PROP_CONST,
	 .text = "on",
	 .option = "-cpu",
	 .qemu = "host-cache-info",
	 .when = passes_cache},
	{.name = "cpu-cache-hidden",
	 .kind = PROP_CONST,
	 .text = "off",
	 .option = "-cpu",
	 .qemu = "host-cache-info",
	 .when = hides_cache},
	{.name = "cpu-address",
	 .sym = "CPU_ADDRESS",
	 .kind = PROP_ENUM,
	 .flags = PROP_ABI,
	 FIELD(cpu_address),
	 .words = address_words,
	 .xml = "cpu/maxphysaddr/@mode",
	 .when = guest_is_x86},
	{.name = "cpu-address-bits",
	 .sym = "CPU_ADDRESS_BITS",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(cpu_address_bits),
	 .xml = "cpu/maxphysaddr/@bits",
	 .option = "-cpu",
	 .qemu = "phys-bits",
	 .min = 32,
	 .max = 52,
	 .when = emulates_address},
	{.name = "cpu-address-host",
	 .kind = PROP_CONST,
	 .text = "on",
	 .option = "-cpu",
	 .qemu = "host-phys-bits",
	 .when = passes_address},
	{.name = "cpu-placement",
	 .sym = "CPU_PLACEMENT_AUTO",
	 .kind = PROP_BOOL,
	 FIELD(cpu_auto),
	 .when = has_placement},
	{0},
};
#undef FIELD

static void check_cpu_model(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;

	if (!guest->cpu_model || strcmp(guest->cpu_model, "host-passthrough") != 0 ||
	    prop_word_is(guest->accel, "KVM"))
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "cpu-model", check->name,
				    "host-passthrough needs KVM, and the accelerator is %s",
				    guest->accel->sym);

	err_why(err, "Without KVM there is no host CPU to pass through; with \"auto\" the guest "
		     "would see another CPU on another target.");
	err_fix(err, "Choose CONFIG_ACCEL_KVM, or a CPU model such as \"max\".");
}

static bool in_list(const char *const *list, const char *word)
{
	while (*list && strcmp(*list, word) != 0)
		list++;
	return *list;
}

static const char *join(struct arena *arena, const char *const *list)
{
	struct text text = {.arena = arena};

	for (; *list; list++)
		text_fmt(&text, "%s%s", text.len ? ", " : "", *list);
	return text_str(&text);
}

/* What the host's CPU is can only be asked there; the board's file says it. */
static void check_host_model(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct board *board = vm->board;
	const char *accel = prop_word_is(vm->guest.accel, "TCG") ? "tcg" : "kvm";
	struct err *err;

	if (board->cpu && caps_has(board->cpu, "accel", accel) &&
	    caps_has(board->cpu, "arch", board->guest_arch) &&
	    !prop_word_is(vm->guest.accel, "AUTO"))
		return;
	if (!board->cpu) {
		err = dev_error(errs, vm->guest_dev, "cpu-model", check->name,
				"the CPU of board %s is not known", board->name);
		err_why(err,
			"host-model becomes a model with features when the image is composed, from "
			"boards/%s/cpu.caps, which only the target can say.",
			board->name);
		err_fix(err,
			"Run there: kiln-run probe-cpu >cpu.caps; put the file into boards/%s/, here "
			"or in a tree of KILN_EXTERNAL. Or set CONFIG_CPU_MODEL to a model that the "
			"target's CPU has, or to \"host-passthrough\".",
			board->name);
		return;
	}
	err = dev_error(errs, vm->guest_dev, "cpu-model", check->name,
			"%s is of another accelerator or architecture", board->cpu->path);
	err_why(err,
		"The guest is %s under %s; a feature of the host's CPU is there only under the "
		"accelerator that was asked for it.",
		board->guest_arch, vm->guest.accel->sym);
	err_fix(err, "Choose CONFIG_ACCEL_KVM, or CONFIG_ACCEL_TCG for a file that `kiln-run "
		     "probe-cpu --accel tcg` wrote; or write the file again.");
}

static void check_cpu_known(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct machine *machine = vm->machine;
	const struct caps *caps = vm->board->caps;
	const char *model = vm->guest.cpu_model;
	struct err *err;

	if (!model || strcmp(model, "host-passthrough") == 0)
		return;
	if (strcmp(model, "host-model") == 0) {
		check_host_model(check, vm, errs);
		return;
	}
	/* QEMU's own word for it is no model that could be promised. */
	bool host = strcmp(model, "host") == 0;
	bool known = !host && caps_has(caps, "cpu", model);

	if (known && (!machine->cpus || in_list(machine->cpus, model)))
		return;
	if (known) {
		err = dev_error(errs, vm->guest_dev, "cpu-model", check->name,
				"the machine %s does not take the CPU model %s", machine->name,
				model);
		err_why(err, "It takes the %s models %s.", machine->guest_arch,
			join(vm->arena, machine->cpus));
		err_fix(err, "Set CONFIG_CPU_MODEL to one of them.");
		return;
	}
	err = dev_error(errs, vm->guest_dev, "cpu-model", check->name,
			"QEMU %s of board %s has no CPU model \"%s\"", caps->version,
			vm->board->name, model);
	err_why(err,
		"The models are the lines `cpu NAME` of boards/%s/qemu.caps, which `kiln probe` wrote "
		"from that QEMU, and \"host-passthrough\" for the host's own.",
		vm->board->name);
	const char *nearest = host ? "host-passthrough" : caps_nearest(caps, "cpu", model);

	if (nearest)
		err_fix(err, "Set CONFIG_CPU_MODEL to \"%s\"%s.", nearest,
			host ? ", with CONFIG_ACCEL_KVM" : " or another of them");
	else
		err_fix(err, "Set CONFIG_CPU_MODEL to one of them; \"max\" is in every QEMU.");
}

/* More than 255 CPUs need an interrupt-remapping IOMMU: QEMU's x86 code and libvirt agree. */
#define CPU_MAX 255

static void check_cpu_count(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;
	uint64_t count = guest_cpus(guest);

	if (count <= CPU_MAX)
		return;
	struct err *err =
		dev_error(errs, vm->guest_dev, "sockets", check->name,
			  "%llu sockets x %llu dies x %llu cores x %llu threads are %llu CPUs",
			  (unsigned long long)guest->sockets,
			  (unsigned long long)(guest->dies ? guest->dies : 1),
			  (unsigned long long)guest->cores, (unsigned long long)guest->threads,
			  (unsigned long long)count);

	err_why(err, "A guest without an interrupt-remapping IOMMU has at most %d CPUs.", CPU_MAX);
	err_fix(err, "Lower CONFIG_CPU_SOCKETS, CONFIG_CPU_CORES or CONFIG_CPU_THREADS.");
}

static void check_present(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;

	if (guest->cpu_present <= guest_cpus(guest))
		return;
	struct err *err =
		dev_error(errs, vm->guest_dev, "cpus-present", check->name,
			  "%llu CPUs at the start, of %llu", (unsigned long long)guest->cpu_present,
			  (unsigned long long)guest_cpus(guest));

	err_why(err, "The topology says how many there can be: sockets x dies x cores x threads.");
	err_fix(err, "Lower CONFIG_CPU_PRESENT, or raise CONFIG_CPU_SOCKETS.");
}

static void check_cache(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	if (!passes_cache(vm->guest_dev) || knows_host_cache(vm->guest_dev))
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "cpu-cache", check->name,
				    "the host's caches for a CPU of model %s",
				    vm->guest.cpu_model ? vm->guest.cpu_model : "");

	err_why(err, "Only the host's own model has caches of the host; libvirt says the same.");
	err_fix(err, "Set CONFIG_CPU_MODEL to \"host-passthrough\" or \"max\", or choose another "
		     "CONFIG_CPU_CACHE.");
}

#define VENDOR_BYTES 12 /* three registers of CPUID */

static void check_vendor(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const char *vendor = has_vendor(vm->guest_dev) ? vm->guest.cpu_vendor : NULL;

	if (!vendor || (strlen(vendor) == VENDOR_BYTES && !strchr(vendor, ',')))
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "cpu-vendor", check->name,
				    "\"%s\" is no vendor of a CPU", vendor);

	err_why(err, "CPUID has %d letters for it, as GenuineIntel; a comma none of them.",
		VENDOR_BYTES);
	err_fix(err, "Write CONFIG_CPU_VENDOR so, with blanks at its end, or clear it.");
}

static const struct check cpu_checks[] = {
	{.name = "cpu-vendor", .run = check_vendor},
	{.name = "cpu-cache", .run = check_cache},
	{.name = "cpu-present", .run = check_present},
	{.name = "cpu-model-known", .run = check_cpu_known},
	{.name = "cpu-model-accelerator", .run = check_cpu_model},
	{.name = "cpu-count", .run = check_cpu_count},
	{0},
};

const struct guest_subject guest_cpu = {
	.props = cpu_props,
	.checks = cpu_checks,
};
