/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * number.c - what follows from final addresses: multifunction, chassis, port and bus numbers.
 */
#include "layout/assign.h"

#include <string.h>

#include "model/controller.h"

static void mark_multifunction(struct layout *layout)
{
	for (size_t i = 0; i < layout->dev_count; i++) {
		const struct layout_dev *rec = &layout->devs[i];
		struct pci_addr first = rec->addr;

		if (first.function == 0)
			continue;
		first.function = 0;
		const struct pci_owner *owner = pci_owner_at(&layout->set, &first);

		/* The machine's own functions are no devices: nothing is written for them. */
		if (!owner || !owner->data)
			continue;
		struct vm_dev *dev = ((struct layout_dev *)owner->data)->dev;

		if (dev->addr.multifunction == MULTI_DEFAULT)
			dev->addr.multifunction = MULTI_ON;
	}
}

static void number_controller(const struct vm *vm, const struct layout_dev *rec)
{
	struct controller_pci *data = rec->dev->data;
	uint64_t lowest = 256;

	switch (pci_model_find(rec->dev->class->name)) {
	case PCI_MODEL_PCI_BRIDGE:
		if (!data->chassis_nr)
			data->chassis_nr = rec->dev->index;
		break;
	case PCI_MODEL_PCIE_ROOT_PORT:
		if (!data->chassis)
			data->chassis = rec->dev->index;
		if (!data->port)
			data->port = rec->addr.slot * 8u + rec->addr.function;
		break;
	case PCI_MODEL_PCIE_SWITCH_DOWNSTREAM_PORT:
		if (!data->chassis)
			data->chassis = rec->dev->index;
		if (!data->port)
			data->port = rec->addr.slot;
		break;
	case PCI_MODEL_PCI_EXPANDER_BUS:
	case PCI_MODEL_PCIE_EXPANDER_BUS:
		vm_for_each_dev(dev, vm->controllers) {
			const struct controller_pci *other = dev->data;

			if (dev->family == &controller_pci_family && other->bus_nr &&
			    other->bus_nr < lowest)
				lowest = other->bus_nr;
		}
		if (!data->bus_nr && lowest > 2)
			data->bus_nr = lowest - 2;
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

static bool is_expander(const struct vm_dev *dev)
{
	enum pci_model model = pci_model_find(dev->class->name);

	return dev->family == &controller_pci_family &&
	       (model == PCI_MODEL_PCI_EXPANDER_BUS || model == PCI_MODEL_PCIE_EXPANDER_BUS);
}

static bool has_bus_nr(const struct vm *vm, uint64_t bus_nr)
{
	vm_for_each_dev(dev, vm->controllers) {
		if (is_expander(dev) &&
		    ((const struct controller_pci *)dev->data)->bus_nr == bus_nr)
			return true;
	}
	return false;
}

/* QEMU takes a bus number once (hw/pci-bridge/pci_expander_bridge.c, seen: "Bus 100 is already in use"). */
static void check_expander_twice(const struct vm *vm, const struct vm_dev *dev,
				 struct err_list *errs)
{
	uint64_t bus_nr = ((const struct controller_pci *)dev->data)->bus_nr, other_nr = 254;
	const struct vm_dev *other = vm->controllers;
	struct err *err;

	while (!is_expander(other) ||
	       ((const struct controller_pci *)other->data)->bus_nr != bus_nr)
		other = other->next;
	if (other == dev)
		return;
	while (other_nr > 1 && has_bus_nr(vm, other_nr))
		other_nr--;
	err = dev_error(errs, dev, "bus-nr", "pci-bus-number", "bus number %u of %s is that of %s",
			(unsigned)bus_nr, dev->id, other->id);
	err_why(err,
		"The guest finds each root under a number of its own, and QEMU takes each once.");
	err_fix(err, "Set %s to another one, such as %u, or to 0.", dev_symbol(dev, "bus-nr"),
		(unsigned)other_nr);
}

/* Bus numbers of expanders go down from 254; what SeaBIOS counts for the others goes up from 0. */
static void check_expander(const struct vm *vm, const struct layout_dev *rec, struct err_list *errs)
{
	const struct controller_pci *data = rec->dev->data;
	struct err *err;

	if (!is_expander(rec->dev))
		return;
	if (data->bus_nr) {
		check_expander_twice(vm, rec->dev, errs);
		return;
	}
	err = dev_error(errs, rec->dev, NULL, "pci-bus-number",
			"no bus number is left for PCI controller %u", rec->dev->index);
	err_why(err, "An expander bus gets two less than the lowest bus number so far, and that is "
		     "2 or less.");
	err_fix(err, "Give the expander buses higher numbers, or remove one.");
}

static void check_bridge(const struct layout *layout, const struct layout_dev *rec,
			 struct err_list *errs)
{
	const struct vm_dev *dev = rec->dev;
	char addr[PCI_ADDR_TEXT], text[64];
	struct err *err;

	if (pci_model_find(dev->class->name) != PCI_MODEL_PCI_BRIDGE || dev->index > rec->addr.bus)
		return;
	err = dev_error(errs, dev, dev->has_want ? "pci-address" : NULL, "pci-bridge-order",
			"%s sits on pci.%u, at PCI address %s", dev->id, rec->addr.bus,
			pci_addr_text(&rec->addr, addr));
	err_why(err,
		"The index of a pci-bridge, %u, must be larger than that of the bus it is "
		"plugged into, %u.",
		dev->index, rec->addr.bus);
	if (pci_suggest_below(&layout->set, rec->flags, dev->index, 3, text, sizeof(text)))
		err_fix(err, "Set %s to a free address of a lower bus: %s.",
			dev_symbol(dev, "pci-address"), text);
	else
		err_fix(err, "Set %s above %u.", dev_symbol(dev, "index"), rec->addr.bus);
}

/*
 * The first free place of a switch's upstream port can be a downstream port of that very switch. libvirt
 * 9.0 gives it that address, and QEMU then says "Bus 'pci.1' not found".
 */
static void check_circles(const struct layout *layout, struct err_list *errs)
{
	unsigned above[PCI_BUS_MAX] = {0};

	for (size_t i = 0; i < layout->dev_count; i++) {
		const struct layout_dev *rec = &layout->devs[i];

		if (rec->dev->family == &controller_pci_family && rec->dev->index < PCI_BUS_MAX)
			above[rec->dev->index] = rec->addr.bus;
	}
	for (size_t i = 0; i < layout->dev_count; i++) {
		const struct vm_dev *dev = layout->devs[i].dev;
		unsigned bus = layout->devs[i].addr.bus, steps = 0;

		if (dev->family != &controller_pci_family || dev->index >= PCI_BUS_MAX)
			continue;
		/* Each circle is told by the lowest index in it. */
		while (bus > dev->index && steps++ < PCI_BUS_MAX)
			bus = above[bus];
		if (bus != dev->index)
			continue;
		struct err *err =
			dev_error(errs, dev, "pci-address", "pci-circle",
				  "PCI controller %u would sit behind itself", dev->index);

		err_why(err,
			"Its place is on bus %u, which is behind it. libvirt 9.0 lets that pass, "
			"and QEMU cannot start such a machine.",
			layout->devs[i].addr.bus);
		err_fix(err,
			"Set %s to a port in front of it, or list a pcie-root-port with an index "
			"below its own.",
			dev_symbol(dev, "pci-address"));
	}
}

static bool is_port(const struct vm_dev *dev)
{
	enum pci_model model = pci_model_find(dev->class->name);

	return dev->family == &controller_pci_family &&
	       (model == PCI_MODEL_PCIE_ROOT_PORT ||
		model == PCI_MODEL_PCIE_SWITCH_DOWNSTREAM_PORT);
}

/* QEMU takes a chassis number once (hw/pci/pcie_port.c, seen: "Can't add chassis slot"). */
static void check_chassis(const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *taken[256] = {NULL};
	unsigned next = 1;

	vm_for_each_dev(dev, vm->controllers) {
		const struct controller_pci *data = dev->data;

		if (is_port(dev) && data->chassis < ARRAY_SIZE(taken) && !taken[data->chassis])
			taken[data->chassis] = dev;
	}
	while (next < ARRAY_SIZE(taken) - 1 && taken[next])
		next++;
	vm_for_each_dev(dev, vm->controllers) {
		const struct controller_pci *data = dev->data;
		const struct vm_dev *other;
		struct err *err;

		if (!is_port(dev) || data->chassis >= ARRAY_SIZE(taken))
			continue;
		other = taken[data->chassis];
		if (other == dev)
			continue;
		err = dev_error(errs, dev, "chassis", "pci-chassis",
				"chassis number %u of %s is that of %s", (unsigned)data->chassis,
				dev->id, other->id);
		err_why(err, "QEMU takes each chassis number once; by rule it is a port's index.");
		err_fix(err, "Set %s to another one, such as %u, or to 0.",
			dev_symbol(other->added ? dev : other, "chassis"), next);
	}
}

/*
 * A guest looks at functions 1 to 7 of a slot only when it finds a function 0. What loses it by the
 * removal of a device is refused; what .config wants so is only told.
 */
static void check_first(struct vm *vm, struct layout *layout, const struct layout_dev *rec,
			struct err_list *errs)
{
	struct pci_addr first = rec->addr;
	char addr[PCI_ADDR_TEXT];

	first.function = 0;
	if (rec->addr.function == 0 || pci_owner_at(&layout->set, &first))
		return;
	if (!(layout->set.bus[first.bus]->slot[first.slot].gone & 1u)) {
		layout_note(layout, arena_fmt(vm->arena,
					      "%s is at %s, and nothing is at function 0 of that "
					      "slot: most guests will not find it.",
					      rec->dev->id, pci_addr_text(&rec->addr, addr)));
		return;
	}

	struct err *err = err_list_new(errs, ERR_CONFIG, "%s would lose function 0 of its slot",
				       rec->dev->id);

	err_at(err, layout->lock->path, 0);
	err_check(err, "layout-lock");
	err_why(err,
		"It is at %s, the device at function 0 has been removed, and a guest looks at the "
		"other functions only when there is a function 0.",
		pci_addr_text(&rec->addr, addr));
	err_fix(err,
		"Keep that device, or let kiln choose another place for this one: `make "
		"layout-update DEVICE=%s`.",
		rec->dev->id);
}

void number_all(struct vm *vm, struct layout *layout, struct err_list *errs)
{
	for (size_t i = 0; i < layout->dev_count; i++) {
		const struct layout_dev *rec = &layout->devs[i];

		rec->dev->addr.kind = ADDR_PCI;
		rec->dev->addr.pci = rec->addr;
		/* From the first on, so that one more behind the port changes nothing of it. */
		if (rec->flags & PCI_AGGREGATE && rec->flags & PCI_TYPE_ENDPOINT &&
		    rec->addr.function == 0 && !rec->dev->has_want)
			rec->dev->addr.multifunction = MULTI_ON;
		/* What libvirt gives to the first of a set has the mark even when it is alone. */
		if (rec->dev->class->flags & CLASS_SET && rec->addr.function == 0 &&
		    !rec->dev->has_want)
			rec->dev->addr.multifunction = MULTI_ON;
	}
	mark_multifunction(layout);
	for (size_t i = 0; i < layout->dev_count; i++)
		check_first(vm, layout, &layout->devs[i], errs);
	vm_for_each_dev(dev, vm->controllers) {
		const struct layout_dev *rec = layout_find(layout, dev);

		if (!rec || dev->family != &controller_pci_family)
			continue;
		number_controller(vm, rec);
		check_bridge(layout, rec, errs);
		check_expander(vm, rec, errs);
	}
	check_circles(layout, errs);
	check_chassis(vm, errs);
}
