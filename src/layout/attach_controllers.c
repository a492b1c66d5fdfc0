/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attach_controllers.c - the controllers that devices sit on: find them, add them, what they offer.
 */
#include "layout/attaching.h"

#include <string.h>

#include "model/machine.h"

/* ---- the table of places ---------------------------------------------------------------------- */

static size_t hash(const struct dev_addr *addr)
{
	size_t value = (size_t)addr->type * 31 + place_controller(addr);

	if (addr->kind == ADDR_USB) {
		for (unsigned i = 0; i < USB_DEPTH; i++)
			value = value * 31 + addr->usb.port[i];
		return value;
	}
	if (addr->kind == ADDR_CCID)
		return value * 31 + addr->ccid.slot;
	return ((value * 31 + addr->drive.bus) * 257 + addr->drive.target) * 1031 +
	       addr->drive.unit;
}

static struct attach_taken *slot_of(const struct attaching *at, const struct dev_addr *addr)
{
	size_t i = hash(addr) & (at->room - 1);

	while (at->taken[i].addr.kind != ADDR_NONE && !place_same(&at->taken[i].addr, addr))
		i = (i + 1) & (at->room - 1);
	return &at->taken[i];
}

const struct attach_taken *attach_at(const struct attaching *at, const struct dev_addr *addr)
{
	const struct attach_taken *taken = slot_of(at, addr);

	return taken->addr.kind == ADDR_NONE ? NULL : taken;
}

void attach_keep(struct attaching *at, const struct dev_addr *addr)
{
	slot_of(at, addr)->addr = *addr;
}

void attach_store(struct attaching *at, struct layout_attached *rec, const struct dev_addr *addr,
		  enum layout_rule rule)
{
	*slot_of(at, addr) = (struct attach_taken){*addr, rec->dev};
	rec->dev->addr = *addr;
	rec->dev->controller = attach_controller(at->vm, addr->type, place_controller(addr));
	rec->rule = rule;
}

/* ---- controllers ------------------------------------------------------------------------------ */

struct vm_dev *attach_controller(const struct vm *vm, enum controller_type type, unsigned index)
{
	vm_for_each_dev(dev, vm->controllers) {
		/* Companions have the index of their master, and no ports of their own. */
		if (dev->family->controller == type && dev->index == index && dev->class->offer)
			return dev;
	}
	return NULL;
}

static const struct dev_family *family_of(const struct vm *vm, enum controller_type type)
{
	for (const struct dev_family *const *entry = vm->families; entry && *entry; entry++) {
		if ((*entry)->controller == type)
			return *entry;
	}
	return NULL;
}

/* What libvirt 9 adds, the first that the board's QEMU has; IDE and floppy are the machine's. */
static const struct {
	enum controller_type type;
	const char *model;
} usual[] = {
	{CONTROLLER_SCSI, "lsilogic"}, {CONTROLLER_SCSI, "virtio-scsi"},
	{CONTROLLER_SATA, "ahci"},     {CONTROLLER_USB, "qemu-xhci"},
	{CONTROLLER_USB, "nec-xhci"},  {CONTROLLER_USB, "piix3-uhci"},
	{CONTROLLER_CCID, "usb-ccid"},
};

static const char *machine_model(const struct machine *machine, enum controller_type type)
{
	for (const struct machine_controller *row = machine->controllers; row && row->model;
	     row++) {
		if (row->type == type)
			return row->model;
	}
	return NULL;
}

static bool can_add(const struct vm *vm, const struct dev_class *class)
{
	const char *driver = class->driver;

	if (class->flags & CLASS_IMPLICIT)
		return true;
	/* Without PCI there are only virtio devices, on transports. */
	if (!vm->machine->root_model && class->where != WHERE_NONE && class->where != WHERE_VIRTIO)
		return false;
	return caps_has(vm->board->caps, "device", driver);
}

static const struct dev_class *class_to_add(const struct attaching *at,
					    const struct dev_family *family, unsigned index)
{
	const struct vm *vm = at->vm;
	const char *id = arena_fmt(vm->arena, "%s%u.model", family->name, index);
	const struct lock_pin *pin = lock_find_pin(at->layout->lock, id);
	const struct dev_class *class = pin ? dev_class_find(family, pin->value) : NULL;
	const char *own = machine_model(vm->machine, family->controller);

	if (!class && index == 0 && own)
		class = dev_class_find(family, own);
	if (class && can_add(vm, class))
		return class;
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++) {
		class = usual[i].type == family->controller ? dev_class_find(family, usual[i].model)
							    : NULL;
		if (class && can_add(vm, class))
			return class;
	}
	return NULL;
}

static struct vm_dev *add(struct attaching *at, const struct dev_family *family,
			  const struct dev_class *class, unsigned index)
{
	struct vm_dev *dev = controller_add(at->vm, at->layout->algorithm, family, class, index);

	dev->id = arena_fmt(at->vm->arena, "%s%u", family->name, index);
	/* QEMU has made it, under no name. */
	if (class->flags & CLASS_IMPLICIT)
		dev->alias = NULL;
	return dev;
}

struct vm_dev *attach_ensure(struct attaching *at, enum controller_type type, unsigned index,
			     const char **ret_why)
{
	struct vm_dev *dev = attach_controller(at->vm, type, index);
	const struct dev_family *family = family_of(at->vm, type);
	/* Others than the first would be somebody's own choice of a bus. */
	unsigned last = type == CONTROLLER_USB ? 0 : PLACE_CONTROLLER_MAX;
	const struct dev_class *class;

	if (dev)
		return dev;
	if (type == CONTROLLER_IDE || type == CONTROLLER_FDC)
		last = 0;
	if (index > last) {
		*ret_why = arena_fmt(at->vm->arena, "There is no %s controller %u.",
				     place_noun(type), index);
		return NULL;
	}
	for (unsigned i = 0; i <= index; i++) {
		dev = attach_controller(at->vm, type, i);
		class = dev ? NULL : class_to_add(at, family, i);
		if (class)
			dev = add(at, family, class, i);
		if (dev)
			continue;
		*ret_why = arena_fmt(at->vm->arena,
				     "Machine %s with the QEMU of board %s has no %s controller.",
				     at->vm->machine->name, at->vm->board->name, place_noun(type));
		return NULL;
	}
	return dev;
}

/* ---- what they offer -------------------------------------------------------------------------- */

static bool usb_offered(struct attaching *at, const struct dev_addr *addr, const char **ret_why)
{
	struct dev_addr parent = *addr;
	unsigned depth = place_depth(addr), port = addr->usb.port[depth - 1], ports;

	parent.usb.port[depth - 1] = 0;
	ports = attach_usb_ports(at, &parent);
	if (port <= ports)
		return true;
	*ret_why =
		depth > 1 && !ports
			? arena_fmt(at->vm->arena, "There is no hub at %s.",
				    place_text(at->vm->arena, &parent))
			: arena_fmt(at->vm->arena, "%s has the ports 1 to %u.",
				    depth > 1 ? attach_at(at, &parent)->dev->id
					      : attach_controller(at->vm, addr->type, addr->usb.bus)
							->id,
				    ports);
	return false;
}

bool attach_offered(struct attaching *at, const struct dev_addr *addr, const char **ret_why)
{
	const struct vm_dev *dev = attach_controller(at->vm, addr->type, place_controller(addr));
	const struct dev_offer *offer = dev->class->offer;

	if (addr->kind == ADDR_USB)
		return usb_offered(at, addr, ret_why);
	if (addr->kind == ADDR_CCID
		    ? addr->ccid.slot < offer->units
		    : addr->drive.bus < offer->buses && addr->drive.target < offer->targets &&
			      addr->drive.unit < offer->units)
		return true;
	*ret_why = offer->why;
	return false;
}

bool attach_free(struct attaching *at, enum controller_type type, unsigned index, unsigned which,
		 struct dev_addr *ret_addr)
{
	const struct vm_dev *dev = attach_controller(at->vm, type, index);
	const struct dev_offer *offer = dev->class->offer;
	struct dev_addr addr = {.kind = ADDR_DRIVE, .type = type};
	unsigned units = offer->units, end;

	if (type == CONTROLLER_USB)
		return attach_usb_free(at, index, which, ret_addr);
	if (type == CONTROLLER_CCID)
		addr.kind = ADDR_CCID;
	if (offer->letters && units > offer->letters)
		units = offer->letters;
	end = offer->buses * offer->targets * units;
	if (offer->letters && !(which & ATTACH_WHOLE) && end > offer->letters)
		end = offer->letters;
	for (unsigned i = 0; i < end; i++) {
		if (addr.kind == ADDR_CCID) {
			addr.ccid.controller = index;
			addr.ccid.slot = i;
		} else {
			addr.drive = (struct drive_addr){
				.controller = index,
				.bus = i / (offer->targets * units),
				.target = i / units % offer->targets,
				.unit = i % units,
			};
		}
		const struct attach_taken *taken = attach_at(at, &addr);

		if (!taken || (!taken->dev && which & ATTACH_GONE)) {
			*ret_addr = addr;
			return true;
		}
	}
	return false;
}

/* Who wanted a controller that was added: its name says nothing to anybody. */
static const struct vm_dev *who_wanted(const struct vm *vm, const struct vm_dev *dev)
{
	vm_for_each(other, vm) {
		if (dev->added && dev->family->controller &&
		    other->class->on == dev->family->controller)
			return other;
	}
	return dev;
}

void attach_refuse_room(struct attaching *at, const struct vm_dev *dev, const char *why)
{
	enum controller_type type = dev->class->on;
	const struct vm_dev *wanted = who_wanted(at->vm, dev);
	struct err *err = dev_error(at->errs, wanted, NULL, "place-room",
				    "there is no free %s place for %s", place_noun(type),
				    wanted == dev ? dev->id
						  : arena_fmt(at->vm->arena, "the %s of %s",
							      dev->class->name, wanted->id));

	err_why(err, "%s", why);
	if (type == CONTROLLER_USB)
		err_fix(err, "Raise CONFIG_USB_COUNT for another USB controller, or give one more "
			     "ports (CONFIG_USB0_PORTS).");
	else
		err_fix(err, "Choose another bus for it, or have fewer of them: CONFIG_%s_COUNT.",
			dev->family->sym);
}
