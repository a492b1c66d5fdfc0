/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv.c - the machine's own options, then controllers, then devices.
 *
 * The order is that of libvirt 9.0, seen with domxml-to-native, so that the command lines of the
 * two can be compared line by line. Known differences: no -S and no secret master key (nobody
 * manages the process), no -no-shutdown (QEMU ends when the guest powers off), descriptors in
 * place of paths, node names from aliases.
 */
#include "qemu/argv.h"

#include <inttypes.h>
#include <string.h>

#include "base/bug.h"
#include "model/machine.h"
#include "model/place.h"
#include "qemu/address.h"
#include "qemu/caps.h"
#include "qemu/machine.h"

/*
 * libvirt's order of devices on the command line, by their XML elements; what it does not name
 * comes last. The order of addresses is another one (enum dev_rank).
 */
static const char *const device_order[] = {
	"disk",    "filesystem", "interface", "smartcard", "serial",  "parallel",
	"channel", "console",    "tpm",       "input",     "audio",   "graphics",
	"video",   "sound",      "watchdog",  "redirdev",  "hostdev", "memballoon",
	"rng",     "panic",      "shmem",     "memory",    "vsock",
};

static unsigned device_place(const struct vm_dev *dev)
{
	unsigned place = 0;

	while (place < ARRAY_SIZE(device_order) &&
	       strcmp(device_order[place], dev_element(dev)) != 0)
		place++;
	return place;
}

/* ---- devices ---------------------------------------------------------------------------------- */

static bool has_descriptor(const struct vm_dev *dev)
{
	prop_for_each(row, dev->family->props)
	{
		if (row->flags & PROP_DESCRIPTOR && dev_applies(dev, row))
			return true;
	}
	return false;
}

static void fill_device(const struct address_buses *buses, const struct vm_dev *dev,
			struct arena *arena, struct node *tree, unsigned flags)
{
	bool object = dev->class->flags & CLASS_OBJECT;

	node_add_string(arena, tree, object ? "qom-type" : "driver", dev_driver(dev));
	prop_for_each(row, dev->family->props)
	{
		if (!dev_applies(dev, row) ||
		    (flags & ARG_SHELL_ONLY && row->flags & PROP_DESCRIPTOR))
			continue;
		if (row->kind == PROP_ADDRESS)
			address_add(buses, arena, tree, dev);
		else if (row->qemu && (!row->option || (object && !strcmp(row->option, "-object"))))
			emit_row(dev, row, arena, tree);
	}
}

static void add_form(const struct address_buses *buses, const struct vm_dev *dev, struct emit *emit,
		     unsigned flags)
{
	const char *option = dev->class->flags & CLASS_OBJECT ? "-object" : "-device";

	fill_device(buses, dev, emit->arena, emit_tree(emit, option, flags), flags);
}

static void add_device(const struct address_buses *buses, const struct vm_dev *dev,
		       struct emit *emit)
{
	if (dev->class->flags & CLASS_IMPLICIT)
		return;
	if (dev->family->back)
		dev->family->back(dev, emit);
	if (dev_driver(dev) && has_descriptor(dev)) {
		add_form(buses, dev, emit, ARG_LOADER_ONLY);
		add_form(buses, dev, emit, ARG_SHELL_ONLY);
	} else if (dev_driver(dev)) {
		add_form(buses, dev, emit, 0);
	}
	if (dev->family->after)
		dev->family->after(dev, emit);
}

static bool is_early(const struct vm_dev *dev)
{
	return dev->family->flags & FAMILY_EARLY;
}

/* The bus that a controller sits on must be there before it, whatever their indexes are. */
static void add_bus(struct address_buses *buses, unsigned index, struct emit *emit)
{
	const struct vm_dev *dev = buses->dev[index];

	if (!dev || buses->added[index])
		return;
	buses->added[index] = true;
	if (dev->addr.kind == ADDR_PCI && dev->addr.pci.bus < ADDRESS_BUSES)
		add_bus(buses, dev->addr.pci.bus, emit);
	add_device(buses, dev, emit);
}

static bool is_hub(const struct vm_dev *dev)
{
	return strcmp(dev_element(dev), "hub") == 0;
}

/* Before all that may sit on one, which may be another hub. */
static void add_hubs(const struct vm *vm, const struct address_buses *buses, struct emit *emit)
{
	for (unsigned depth = 1; depth <= USB_DEPTH; depth++) {
		vm_for_each_dev(dev, vm->devs) {
			if (is_hub(dev) && place_depth(&dev->addr) == depth)
				add_device(buses, dev, emit);
		}
	}
}

/* Whether it comes where the order of devices has it: others have a place of their own. */
static bool has_turn(const struct vm_dev *dev)
{
	return !is_early(dev) && !is_hub(dev) && !dev->family->under && !dev->family->options;
}

static void add_devices(const struct vm *vm, struct emit *emit)
{
	struct address_buses buses;

	address_find_buses(vm, &buses);
	/* An IOMMU translates for what QEMU makes after it; a secret must be there for who uses it. */
	vm_for_each_dev(dev, vm->devs) {
		if (is_early(dev))
			add_device(&buses, dev, emit);
	}
	/* A bus must be there before what sits on it: PCI controllers, then the others. */
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family->rank == RANK_PCI_CONTROLLER && dev->index < ADDRESS_BUSES)
			add_bus(&buses, dev->index, emit);
	}
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family->rank != RANK_PCI_CONTROLLER && !dev->class->on)
			add_device(&buses, dev, emit);
	}
	add_hubs(vm, &buses, emit);
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->class->on)
			add_device(&buses, dev, emit);
	}
	for (unsigned place = 0; place <= ARRAY_SIZE(device_order); place++) {
		vm_for_each_dev(dev, vm->devs) {
			if (device_place(dev) == place && has_turn(dev))
				add_device(&buses, dev, emit);
		}
	}
}

/* Objects and options of the machine that have slots as devices have. */
static void add_others(const struct vm *vm, struct emit *emit)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family->under)
			add_device(NULL, dev, emit);
	}
}

/* Behind all that is Kiln's, which they may change. */
static void add_written(const struct vm *vm, struct emit *emit)
{
	vm_for_each_dev(dev, vm->devs) {
		if (!dev->family->options)
			continue;
		if (dev->family->back)
			dev->family->back(dev, emit);
		for (const struct dev_option *item = dev->family->options(dev); item->option;
		     item++)
			emit_text(emit, item->option, item->value, 0);
	}
}

/* Without one QEMU opens a window. */
static bool has_display(const struct vm *vm)
{
	vm_for_each_dev(dev, vm->devs) {
		if (strcmp(dev_element(dev), "graphics") == 0)
			return true;
	}
	return false;
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void render_args(const struct vm *vm, struct emit *emit, struct img_source_arg **ret_args,
			size_t *ret_count)
{
	struct img_source_arg *args =
		arena_alloc(emit->arena, (2 * emit->arg_count + 1) * sizeof(*args));
	size_t count = 0;

	for (const struct emit_arg *arg = emit->args; arg; arg = arg->next) {
		const char *value = arg->text;

		if (arg->tree)
			value = caps_render(vm->board->caps, emit->arena, arg->option, arg->tree);
		args[count++] = (struct img_source_arg){.flags = arg->flags, .text = arg->option};
		if (value)
			args[count++] = (struct img_source_arg){.flags = arg->flags, .text = value};
	}
	*ret_args = args;
	*ret_count = count;
}

int argv_build(const struct vm *vm, struct emit *emit, struct img_source_arg **ret_args,
	       size_t *ret_count, struct err_list *errs)
{
	size_t errors = errs->count;

	machine_add(vm, emit);
	add_others(vm, emit);
	emit_text(emit, "-uuid",
		  vm->guest.uuid ? vm->guest.uuid : emit_mark(emit, FIX_UUID, 0, 0, ""), 0);
	machine_add_smbios(vm, emit);
	if (!has_display(vm))
		emit_text(emit, "-display", "none", 0);
	emit_text(emit, "-no-user-config", NULL, 0);
	emit_text(emit, "-nodefaults", NULL, 0);
	machine_add_start(vm, emit);
	add_devices(vm, emit);
	add_written(vm, emit);
	emit_text(emit, "-sandbox",
		  "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny", 0);
	emit_text(emit, "-msg", "timestamp=on", 0);
	render_args(vm, emit, ret_args, ret_count);
	return errs->count == errors ? 0 : -1;
}
