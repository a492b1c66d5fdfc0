/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c - the layout as text and as a drawing.
 */
#include "kiln/report.h"

#include <inttypes.h>
#include <string.h>

#include "model/controller.h"
#include "kiln/report_walk.h"
#include "layout/mmio.h"
#include "model/machine.h"
#include "model/place.h"

static void draw_lines(struct text *text, const struct report_function *f)
{
	if (f->parent)
		draw_lines(text, f->parent);
	text_add(text, f->last ? "    " : "|   ");
}

static void draw_branch(struct text *text, const struct report_function *f)
{
	if (f->parent)
		draw_lines(text, f->parent);
	text_add(text, f->last ? "`-- " : "|-- ");
}

static void add_numbers(struct text *text, const struct vm_dev *dev)
{
	const struct controller_pci *data = dev->data;

	if (dev->family != &controller_pci_family)
		return;
	switch (pci_model_find(dev->class->name)) {
	case PCI_MODEL_PCIE_ROOT_PORT:
	case PCI_MODEL_PCIE_SWITCH_DOWNSTREAM_PORT:
		text_fmt(text, ", chassis %u, port 0x%x", (unsigned)data->chassis,
			 (unsigned)data->port);
		break;
	case PCI_MODEL_PCI_BRIDGE:
		text_fmt(text, ", chassis_nr %u", (unsigned)data->chassis_nr);
		break;
	case PCI_MODEL_PCI_EXPANDER_BUS:
	case PCI_MODEL_PCIE_EXPANDER_BUS:
		text_fmt(text, ", bus_nr %u", (unsigned)data->bus_nr);
		break;
	case PCI_MODEL_PCI_ROOT:
	case PCI_MODEL_PCIE_ROOT:
	case PCI_MODEL_DMI_TO_PCI_BRIDGE:
	case PCI_MODEL_PCIE_TO_PCI_BRIDGE:
	case PCI_MODEL_PCIE_SWITCH_UPSTREAM_PORT:
	case PCI_MODEL_COUNT:
		break;
	}
}

/* What a guest counts the bus as, with each firmware in the order of the enum. */
static void add_bus_numbers(struct text *text, const struct vm *vm, const struct layout *layout,
			    const struct report_function *f)
{
	if (f->makes_bus < 0 || layout_firmware(vm) == FIRMWARE_COUNT)
		return;
	for (enum firmware i = 0; i < FIRMWARE_COUNT; i++) {
		short number = layout->bus_number[i][f->makes_bus];

		text_add(text, i == 0 ? ", bus " : "/");
		if (number == BUS_NUMBER_NONE)
			text_add(text, "--");
		else
			text_fmt(text, "%02x", (unsigned)number);
	}
}

static void add_ports(struct text *text, const struct vm *vm, const struct report_function *f)
{
	const struct vm_dev *controller = f->rec->dev;

	if (controller->family != &controller_virtio_serial_family)
		return;
	vm_for_each_dev(dev, vm->devs) {
		if (dev->addr.kind != ADDR_VIRTIO_SERIAL ||
		    dev->addr.serial.controller != controller->index)
			continue;
		draw_lines(text, f);
		text_fmt(text, "port %u %s: %s\n", dev->addr.serial.port, dev->id,
			 dev->class->driver);
	}
}

static void draw_function(struct text *text, const struct vm *vm, const struct layout *layout,
			  const struct report_function *f)
{
	draw_branch(text, f);
	text_fmt(text, "%02x.%x ", f->addr.slot, f->addr.function);
	if (!f->rec) {
		text_fmt(text, "%s (%s, built in)\n", f->name, f->driver);
		return;
	}
	const struct vm_dev *dev = f->rec->dev;

	text_fmt(text, "%s: %s", f->name, f->driver ? f->driver : dev->class->name);
	if (dev->alias && strcmp(dev->alias, dev->id) != 0)
		text_fmt(text, " \"%s\"", dev->alias);
	if (dev->addr.multifunction == MULTI_ON)
		text_add(text, ", multifunction");
	add_numbers(text, dev);
	add_bus_numbers(text, vm, layout, f);
	text_add(text, f->makes_bus >= 0 && !f->occupied ? ", free\n" : "\n");
	add_ports(text, vm, f);
}

static void list_device(struct text *text, const struct report_function *f)
{
	const struct layout_dev *rec = f->rec;
	char addr[PCI_ADDR_TEXT];

	text_fmt(text, "%-16s %-8s %-20s %s, for %s", f->name, pci_addr_text(&f->addr, addr),
		 f->path, layout_rule_name(rec->rule), rec->asked_by);
	if (rec->raised)
		text_fmt(text, ", which says %s", pci_addr_text(&rec->asked, addr));
	if (rec->tried)
		text_fmt(text, "; %s", rec->tried);
	text_add(text, "\n");
}

static void list_ports(struct text *text, const struct vm *vm, const struct vm_dev *controller)
{
	if (controller->family != &controller_virtio_serial_family)
		return;
	vm_for_each_dev(dev, vm->devs) {
		if (dev->addr.kind == ADDR_VIRTIO_SERIAL &&
		    dev->addr.serial.controller == controller->index)
			text_fmt(text, "      port %u %s: %s\n", dev->addr.serial.port, dev->id,
				 dev->class->driver);
	}
}

/* From the last transport downwards, as they are handed out. */
static void list_transports(struct text *text, const struct vm *vm)
{
	const struct vm_dev *on[MMIO_TRANSPORTS_MAX] = {NULL};
	bool some = report_transports(vm, on);

	if (!vm->machine->mmio || (!some && vm->machine->root_model))
		return;
	text_fmt(text, "%svirtio-mmio, %u transports\n", vm->machine->root_model ? "\n" : "",
		 vm->machine->mmio->count);
	for (unsigned i = MMIO_TRANSPORTS_MAX; i-- > 0;) {
		if (!on[i])
			continue;
		text_fmt(text, "  %2u 0x%08" PRIx64 " %s: %s", i, mmio_address(vm, on[i]),
			 on[i]->id, dev_driver(on[i]));
		if (strcmp(on[i]->alias, on[i]->id) != 0)
			text_fmt(text, " \"%s\"", on[i]->alias);
		text_add(text, "\n");
		list_ports(text, vm, on[i]);
	}
}

static void list_elsewhere(struct text *text, const struct vm *vm)
{
	vm_for_each_dev(dev, vm->devs) {
		if (!report_is_elsewhere(dev))
			continue;
		text_fmt(text, "elsewhere %s: %s", dev->id, dev_driver(dev));
		if (strcmp(dev->alias, dev->id) != 0)
			text_fmt(text, " \"%s\"", dev->alias);
		text_add(text, ", by QEMU or by hand\n");
	}
}

static const char *type_of(const struct vm_dev *dev)
{
	return dev_driver(dev) ? dev_driver(dev) : dev->class->name;
}

static void list_on(struct text *text, const struct vm_dev *controller, const struct layout *layout)
{
	bool some = false;

	for (size_t i = 0; i < layout->attached_count; i++) {
		const struct vm_dev *dev = layout->attached[i].dev;

		if (dev->controller != controller)
			continue;
		if (!some)
			text_fmt(text, "\n%s: %s\n", controller->id, type_of(controller));
		some = true;
		text_fmt(text, "  %s %s: %s", place_text(text->arena, &dev->addr), dev->id,
			 type_of(dev));
		if (dev->alias && strcmp(dev->alias, dev->id) != 0)
			text_fmt(text, " \"%s\"", dev->alias);
		text_add(text, "\n");
	}
}

static void list_places(struct text *text, const struct layout *layout)
{
	for (size_t i = 0; i < layout->attached_count; i++) {
		const struct layout_attached *rec = &layout->attached[i];
		const struct dev_addr *addr = &rec->dev->addr;

		text_fmt(text, "%-16s %-8s %-20s %s, for %s", rec->dev->id,
			 place_text(text->arena, addr), rec->dev->controller->id,
			 layout_rule_name(rec->rule), rec->asked_by);
		if (rec->tried)
			text_fmt(text, "; %s", rec->tried);
		text_add(text, "\n");
	}
}

static void explain_numbers(struct text *text, const struct vm *vm, const struct report_tree *tree)
{
	bool some = false;

	for (size_t i = 0; i < tree->count; i++)
		some |= tree->functions[i].makes_bus >= 0;
	if (!some || layout_firmware(vm) == FIRMWARE_COUNT)
		return;
	text_add(text, "\nbus: its number in the guest with ");
	for (enum firmware i = 0; i < FIRMWARE_COUNT; i++)
		text_fmt(text, "%s%s", i == 0 ? "" : "/", layout_firmware_word(i));
	text_fmt(text, ", -- = not found; this guest has %s\n",
		 layout_firmware_word(layout_firmware(vm)));
}

const char *report_text(const struct vm *vm, const struct layout *layout)
{
	const struct report_tree *tree = report_walk(vm, layout);
	struct text text = {.arena = vm->arena};

	text_fmt(&text, "%s %s, layout %s\n", vm->machine->name,
		 vm->machine->root_model ? vm->machine->root_model : "without PCI",
		 layout_algorithm_name(layout->algorithm));
	if (vm->machine->root_model)
		text_fmt(&text, "%s\n", report_bus_alias(vm, 0));
	for (size_t i = 0; i < tree->count; i++)
		draw_function(&text, vm, layout, &tree->functions[i]);
	list_transports(&text, vm);
	vm_for_each_dev(dev, vm->controllers)
		list_on(&text, dev, layout);
	list_elsewhere(&text, vm);
	explain_numbers(&text, vm, tree);
	text_fmt(&text, "\n%-16s %-8s %-20s %s\n", "device", "address", "path from the root",
		 "rule, for whom");
	for (size_t i = 0; i < tree->count; i++) {
		if (tree->functions[i].rec)
			list_device(&text, &tree->functions[i]);
	}
	list_places(&text, layout);
	text_fmt(&text, "\n%s", layout_budget_text(layout, vm->arena));
	for (size_t i = 0; i < layout->note_count; i++)
		text_fmt(&text, "note: %s\n", layout->notes[i]);
	return text_str(&text);
}

/* The name of a PCI function is its path; what is none goes by its identity. */
static const char *node_of(const struct report_tree *tree, const struct vm_dev *dev)
{
	for (size_t i = 0; i < tree->count; i++) {
		if (tree->functions[i].rec && tree->functions[i].rec->dev == dev)
			return tree->functions[i].path;
	}
	return dev->id;
}

static void draw_attached(struct text *text, const struct report_tree *tree,
			  const struct layout *layout)
{
	for (size_t i = 0; i < layout->attached_count; i++) {
		const struct vm_dev *dev = layout->attached[i].dev;

		text_fmt(text, "\t\"%s\" [label=\"%s\\n%s\"];\n", dev->id, dev->id, type_of(dev));
		text_fmt(text, "\t\"%s\" -> \"%s\" [label=\"%s\"];\n",
			 node_of(tree, dev->controller), dev->id,
			 place_text(text->arena, &dev->addr));
	}
}

static void draw_transports(struct text *text, const struct vm *vm)
{
	const struct vm_dev *on[MMIO_TRANSPORTS_MAX] = {NULL};

	if (!report_transports(vm, on))
		return;
	text_add(text, "\tmmio [label=\"virtio-mmio\"];\n");
	for (unsigned i = MMIO_TRANSPORTS_MAX; i-- > 0;) {
		if (!on[i])
			continue;
		text_fmt(text, "\t\"mmio %u\" [label=\"%s\\n%s\"];\n", i, on[i]->id,
			 dev_driver(on[i]));
		text_fmt(text, "\tmmio -> \"mmio %u\" [label=\"%u\"];\n", i, i);
	}
}

const char *report_dot(const struct vm *vm, const struct layout *layout)
{
	const struct report_tree *tree = report_walk(vm, layout);
	struct text text = {.arena = vm->arena};

	text_add(&text,
		 "digraph layout {\n\trankdir=LR;\n\tnode [shape=box, fontname=monospace];\n");
	if (vm->machine->root_model)
		text_fmt(&text, "\troot [label=\"%s\\n%s\"];\n", report_bus_alias(vm, 0),
			 vm->machine->root_model);
	draw_transports(&text, vm);
	draw_attached(&text, tree, layout);
	for (size_t i = 0; i < tree->count; i++) {
		const struct report_function *f = &tree->functions[i];
		const char *style = !f->rec ? ", style=dashed" : "";

		if (f->makes_bus >= 0 && !f->occupied)
			style = ", style=dotted";
		text_fmt(&text, "\t\"%s\" [label=\"%s\\n%s\"%s];\n", f->path, f->name,
			 f->driver ? f->driver : "", style);
		if (f->parent)
			text_fmt(&text, "\t\"%s\" -> \"%s\"", f->parent->path, f->path);
		else
			text_fmt(&text, "\troot -> \"%s\"", f->path);
		text_fmt(&text, " [label=\"%02x.%x\"];\n", f->addr.slot, f->addr.function);
	}
	text_add(&text, "}\n");
	return text_str(&text);
}
