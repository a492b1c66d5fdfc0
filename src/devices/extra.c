/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extra.c - options of QEMU for which there is no symbol, a slot for each device that is among them.
 *
 * In: EXTRAn_ARGS, words as in a shell. A -device in it is a device of the layout: where it goes is
 * found by the tables of all families, or by what QEMU said of it. Out: the words as they are, the
 * -device with its id and place, at the end of the command line and in XML.
 */
#include "devices/registry.h"

#include <string.h>

#include "base/num.h"
#include "devices/extra_device.h"
#include "devices/extra_options.h"
#include "devices/extra_words.h"
#include "model/check.h"
#include "model/emit.h"
#include "model/machine.h"
#include "model/place.h"
#include "model/vm.h"

/*
 * @args: as configured. @options: in pairs, ended by a NULL option; @fault: why there are none.
 * @at: which of them is the -device; NULL = none. @device: what it says, or @device_fault.
 */
struct extra {
	const char *args, *fault, *device_fault;
	struct dev_option *options, *at;
	struct extra_device device;
};

static const struct dev_class extra_classes[] = {
	{.name = "args", .where = WHERE_NONE},
	{0},
};

#define FIELD(member) .field = offsetof(struct extra, member)
static const struct prop extra_props[] = {
	{.name = "args",
	 .sym = "ARGS",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_ABI,
	 .rule = RULE(TEXT),
	 FIELD(args)},
	{.name = "address", .kind = PROP_PCI, .text = "ARGS"},
	{0},
};
#undef FIELD

static struct extra *extra_of(const struct vm_dev *dev)
{
	return dev->data;
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* Two or more of a kind have no order in which addresses go to them but that of their slots. */
static const char *pair_words(struct vm *vm, struct extra *extra, const char *const *words)
{
	struct dev_option *option = extra->options;

	for (; *words; option++) {
		const struct extra_option *known = extra_option_find(*words);

		if ((*words)[0] != '-' || !(*words)[1])
			return arena_fmt(vm->arena, "The word \"%s\" belongs to no option.",
					 *words);
		option->option = *words++;
		if (known && known->is_flag)
			continue;
		/* Of an option that is unknown it is not known either; that is said of the option. */
		if (!*words && known)
			return arena_fmt(vm->arena, "%s has no value.", option->option);
		if (*words)
			option->value = *words++;
		if (!known || strcmp(known->name, "device") != 0)
			continue;
		if (extra->at)
			return "A slot has one -device, so that the device keeps its name and its "
			       "place.";
		extra->at = option;
	}
	return option == extra->options ? "There is no word in it." : NULL;
}

static const struct dev_class *class_of(const struct vm *vm, const char *driver)
{
	for (const struct dev_family *const *family = vm->families; *family; family++) {
		for (const struct dev_class *class = (*family)->classes; class->name; class ++) {
			if (class->driver && !(class->flags & CLASS_OBJECT) &&
			    strcmp(class->driver, driver) == 0)
				return class;
		}
	}
	return NULL;
}

static bool is_property(const struct vm *vm, const char *driver, const char *name)
{
	return caps_has(vm->board->caps, "property", arena_fmt(vm->arena, "%s %s", driver, name));
}

/* What no table knows and QEMU did not call PCI Express goes where each PCI device can be. */
static enum pci_where where_of(const struct vm *vm, const char *driver)
{
	const struct dev_class *class = class_of(vm, driver);
	const struct caps *caps = vm->board->caps;

	if (class && class->where == WHERE_VIRTIO)
		return caps_has(caps, "device", "virtio-blk-pci-non-transitional") ? WHERE_PCIE
										   : WHERE_PCI;
	if (class)
		return class->where;
	if (caps_has(caps, "pci-bridge", driver))
		return WHERE_BRIDGE;
	/* Only PCI devices have it. */
	if (!is_property(vm, driver, "multifunction"))
		return WHERE_NONE;
	return caps_has(caps, "pci-express", driver) ? WHERE_PCIE : WHERE_PCI;
}

/* "pcie.0", "pci.3": QEMU's names of the buses that the layout knows. */
static bool read_bus(const struct vm *vm, const char *name, uint16_t *ret)
{
	static const char prefix[] = "pci.";
	const char *root = vm->machine->root_model;
	uint64_t bus;

	if (strncmp(name, prefix, strlen(prefix)) == 0 &&
	    num_parse(name + strlen(prefix), 0, 255, &bus) == 0) {
		*ret = (uint16_t)bus;
		return bus || (root && strcmp(root, "pci-root") == 0);
	}
	*ret = 0;
	return strcmp(name, "pcie.0") == 0 && root && strcmp(root, "pcie-root") == 0;
}

static const char *read_place(struct vm *vm, struct vm_dev *dev, struct extra_device *device)
{
	if (device->bus && !read_bus(vm, device->bus, &dev->want.bus))
		return arena_fmt(vm->arena,
				 "\"%s\" is no PCI bus of this machine: they are %s and pci.1, "
				 "pci.2 and so on.",
				 device->bus,
				 vm->machine->root_model &&
						 strcmp(vm->machine->root_model, "pci-root") == 0
					 ? "pci.0"
					 : "pcie.0");
	if (!extra_device_slot(device))
		return arena_fmt(
			vm->arena,
			"\"%s\" is no place on a PCI bus: slot 0 to 1f in hexadecimal, and "
			"perhaps '.' and a function from 0 to 7.",
			device->addr);
	dev->has_want = device->addr;
	dev->has_want_bus = device->bus && !device->addr;
	dev->want.slot = (uint8_t)device->slot;
	dev->want.function = (uint8_t)device->function;
	return NULL;
}

/* It is a device of its own class, so that all passes meet it as any other. */
static const char *read_device(struct vm *vm, struct vm_dev *dev, struct extra *extra)
{
	const char *fault =
		extra_device_read(vm->arena, vm->board->caps, extra->at->value, &extra->device);
	struct dev_class *class;
	enum pci_where where;

	if (fault)
		return fault;
	if (!caps_has(vm->board->caps, "device", extra->device.driver))
		return arena_fmt(vm->arena, "QEMU %s of board %s has no device %s.",
				 vm->board->caps->version, vm->board->name, extra->device.driver);
	where = where_of(vm, extra->device.driver);
	if (where == WHERE_BRIDGE)
		return arena_fmt(vm->arena,
				 "%s makes a PCI bus, and where buses are is the layout's: set "
				 "CONFIG_PCI_COUNT.",
				 extra->device.driver);
	class = arena_alloc(vm->arena, sizeof(*class));
	*class = (struct dev_class){.name = extra->device.driver,
				    .driver = extra->device.driver,
				    .alias = extra->device.id,
				    .where = where};
	dev->class = class;
	return where == WHERE_NONE ? NULL : read_place(vm, dev, &extra->device);
}

static void extra_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct extra *extra = extra_of(dev);
	const char *const *words;
	size_t room = 1;

	if (!extra->args)
		return;
	extra->fault = extra_split(vm->arena, extra->args, &words);
	for (const char *const *word = words; *word; word++)
		room++;
	extra->options = arena_alloc(vm->arena, room * sizeof(*extra->options));
	if (!extra->fault)
		extra->fault = pair_words(vm, extra, words);
	if (!extra->fault && extra->at)
		extra->device_fault = read_device(vm, dev, extra);
}

/* ---- writing ---------------------------------------------------------------------------------- */

static const struct dev_option *extra_options(const struct vm_dev *dev)
{
	struct extra *extra = extra_of(dev);
	const char *bus = dev->addr.kind == ADDR_PCI ? place_pci_bus(dev) : NULL;

	if (extra->at)
		extra->at->value = extra_device_text(dev->vm->arena, &extra->device, dev->alias,
						     bus, &dev->addr);
	return extra->options;
}

/* ---- checks ----------------------------------------------------------------------------------- */

#define for_each_extra(dev, vm)          \
	vm_for_each_dev(dev, (vm)->devs) \
		if ((dev)->family == &extra_family && extra_of(dev)->args)

static void check_words(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_extra(dev, vm)
	{
		const char *fault = extra_of(dev)->fault;

		if (!fault)
			continue;
		struct err *err = dev_error(errs, dev, "args", check->name,
					    "the arguments cannot be taken apart");

		err_why(err, "%s", fault);
		err_fix(err, "Write options and values with blanks between, and '...' around a "
			     "value with blanks or quotes; a further -device into a further slot.");
	}
}

static void refuse_option(const struct check *check, const struct vm_dev *dev, const char *option,
			  const struct extra_option *known, struct err_list *errs)
{
	const struct caps *caps = dev->vm->board->caps;
	struct err *err;

	if (known && known->why) {
		err = dev_error(errs, dev, "args", check->name, "%s is not for the extra arguments",
				option);
		err_why(err, "%s", known->why);
		err_fix(err, "%s", known->fix);
		return;
	}
	err = dev_error(errs, dev, "args", check->name, "QEMU %s of board %s has no option %s",
			caps->version, dev->vm->board->name, option);
	err_why(err, known ? "It is not in qemu.caps, which `kiln probe` wrote from that QEMU."
			   : "It is not among the options of QEMU that Kiln knows.");
	err_fix(err, "Look at the spelling, delete it, or choose another board.");
}

/* QEMU makes a device for a drive that is not told otherwise, and -set can move a device. */
static void check_value(const struct check *check, const struct vm_dev *dev,
			const struct dev_option *option, const struct extra_option *known,
			struct err_list *errs)
{
	struct err *err;

	if (strcmp(known->name, "drive") == 0 && !strstr(option->value, "if=none")) {
		err = dev_error(errs, dev, "args", check->name,
				"-drive \"%s\" makes a device by itself", option->value);
		err_why(err, "Without if=none QEMU adds a device where it likes.");
		err_fix(err,
			"Write -drive if=none,id=... and a -device, or set CONFIG_DISK_COUNT.");
	} else if (strcmp(known->name, "set") == 0 && !strncmp(option->value, "device.", 7)) {
		err = dev_error(errs, dev, "args", check->name, "-set \"%s\" changes a device",
				option->value);
		err_why(err, "The device is written out before, with its place; QEMU knows none "
			     "of a -device in JSON by that name either.");
		err_fix(err, "Set the symbol of that device, or write -global.");
	}
}

static void check_options(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_extra(dev, vm)
	{
		const struct dev_option *option = extra_of(dev)->options;

		for (; !extra_of(dev)->fault && option->option; option++) {
			const struct extra_option *known = extra_option_find(option->option);

			if (!known || known->why ||
			    (known->group && !caps_has(vm->board->caps, "option", known->group)))
				refuse_option(check, dev, option->option, known, errs);
			else
				check_value(check, dev, option, known, errs);
		}
	}
}

static void check_device(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	for_each_extra(dev, vm)
	{
		const char *fault = extra_of(dev)->device_fault;

		if (!fault)
			continue;
		struct err *err = dev_error(errs, dev, "args", check->name,
					    "-device \"%s\" is refused", extra_of(dev)->at->value);

		err_why(err, "%s", fault);
		err_fix(err, "Change it, or use the family of devices that Kiln has for it.");
	}
}

/* Of two slots the later one is refused. */
static bool is_taken(const struct vm_dev *dev, const struct vm_dev *other)
{
	bool is_ours = other->family == &extra_family && other->slot >= dev->slot;

	return !is_ours && other->alias && strcmp(dev->alias, other->alias) == 0;
}

/* Controllers get their names in the layout. */
static void extra_back(const struct vm_dev *dev, struct emit *emit)
{
	for (struct vm_dev *other = vm_first(dev->vm); other; other = vm_next(dev->vm, other)) {
		if (!is_taken(dev, other))
			continue;
		struct err *err = dev_error(emit->errs, dev, "args", "extra-id",
					    "the id \"%s\" is taken", dev->alias);

		err_also(err, other->at.file, other->at.line);
		err_why(err, "%s has it, and QEMU knows a device by its id.", other->id);
		err_fix(err, "Write another id=, or none.");
	}
}

static const struct check extra_checks[] = {
	{.name = "extra-words", .run = check_words},
	{.name = "extra-option", .run = check_options},
	{.name = "extra-device", .run = check_device},
	{0},
};

const struct dev_family extra_family = {
	.name = "extra",
	.sym = "EXTRA",
	.max = 16,
	.size = sizeof(struct extra),
	.rank = RANK_EXTRA,
	.alias = "extra%s",
	.classes = extra_classes,
	.props = extra_props,
	.checks = extra_checks,
	.prepare = extra_prepare,
	.back = extra_back,
	.options = extra_options,
};
