/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serial.c - ports of virtio-serial controllers, and the controllers for them.
 *
 * As libvirt: 31 ports a controller, handed out from 0 upward (to channels from 1: port 0 is for a
 * console), another controller when all are full. Locked ports first; a removed console's port is not reused.
 */
#include "layout/assign.h"

#include <string.h>

#include "model/controller.h"

#define SERIAL_PORTS       31
#define SERIAL_CONTROLLERS 16

/** struct serial_set - ports in use, ports kept for removed devices, which controllers exist. */
struct serial_set {
	uint32_t used[SERIAL_CONTROLLERS], gone[SERIAL_CONTROLLERS];
	bool exists[SERIAL_CONTROLLERS];
};

static bool wants_port(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_SERIAL_PORT;
}

static void store(struct serial_set *set, struct vm_dev *dev, unsigned controller, unsigned port)
{
	set->used[controller] |= 1u << port;
	set->exists[controller] = true;
	dev->addr.kind = ADDR_VIRTIO_SERIAL;
	dev->addr.serial.controller = controller;
	dev->addr.serial.port = port;
}

/* The lowest port that it can have: QEMU refuses anything but a console at port 0. */
static unsigned lowest_port(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_SERIAL_CHANNEL ? 1 : 0;
}

static void take_locked(struct serial_set *set, const struct lock *lock,
			const struct lock_line *line, struct vm_dev *dev, struct err_list *errs)
{
	unsigned controller = line->addr.serial.controller, port = line->addr.serial.port;
	bool fits =
		controller < SERIAL_CONTROLLERS && port < SERIAL_PORTS && port >= lowest_port(dev);

	if (fits && !(set->used[controller] & (1u << port))) {
		store(set, dev, controller, port);
		return;
	}

	struct err *err =
		err_list_new(errs, ERR_CONFIG, "the lock has %s at virtio-serial port %u:%u",
			     dev->id, controller, port);

	err_at(err, lock->path, line->line);
	err_check(err, "layout-lock");
	if (fits)
		err_why(err, "Another line of the lock gives this port away already.");
	else
		err_why(err, "Controllers are 0 to %d and ports %u to %d.", SERIAL_CONTROLLERS - 1,
			lowest_port(dev), SERIAL_PORTS - 1);
	err_fix(err,
		"Restore the line from version control, or let kiln choose anew with `make "
		"layout-update DEVICE=%s`.",
		dev->id);
}

static bool find_port(struct serial_set *set, unsigned lowest, unsigned *ret_controller,
		      unsigned *ret_port)
{
	unsigned fresh = SERIAL_CONTROLLERS;

	for (unsigned c = 0; c < SERIAL_CONTROLLERS; c++) {
		uint32_t busy = set->used[c] | set->gone[c];

		if (!set->exists[c]) {
			fresh = fresh == SERIAL_CONTROLLERS ? c : fresh;
			continue;
		}
		for (unsigned port = lowest; port < SERIAL_PORTS; port++) {
			if (busy & (1u << port))
				continue;
			*ret_controller = c;
			*ret_port = port;
			return true;
		}
	}
	*ret_controller = fresh;
	*ret_port = lowest;
	/* A controller that is gone for now may come back with its ports. */
	while (fresh < SERIAL_CONTROLLERS && (set->gone[fresh] & (1u << *ret_port)))
		++*ret_port;
	return fresh < SERIAL_CONTROLLERS && *ret_port < SERIAL_PORTS;
}

static void take_next(struct serial_set *set, struct vm_dev *dev, struct err_list *errs)
{
	unsigned controller, port;

	if (find_port(set, lowest_port(dev), &controller, &port)) {
		store(set, dev, controller, port);
		return;
	}

	struct err *err = dev_error(errs, dev, NULL, "serial-port-free",
				    "there is no free virtio-serial port for %s", dev->id);

	err_why(err, "%d controllers with %d ports each are the most.", SERIAL_CONTROLLERS,
		SERIAL_PORTS);
	err_fix(err, "Lower CONFIG_%s_COUNT.", dev->family->sym);
}

static void keep_gone(struct serial_set *set, const struct vm *vm, const struct lock *lock)
{
	for (size_t i = 0; lock && i < lock->line_count; i++) {
		const struct lock_line *line = &lock->lines[i];
		unsigned controller = line->addr.serial.controller, port = line->addr.serial.port;

		if (line->addr.kind != ADDR_VIRTIO_SERIAL || controller >= SERIAL_CONTROLLERS ||
		    port >= SERIAL_PORTS)
			continue;
		const struct vm_dev *dev = vm_find(vm, line->id);

		if (!dev || !wants_port(dev))
			set->gone[controller] |= 1u << port;
	}
}

void serial_assign(struct vm *vm, struct layout *layout, struct err_list *errs)
{
	const struct dev_family *family = &controller_virtio_serial_family;
	struct serial_set set = {.used = {0}};
	bool have[SERIAL_CONTROLLERS] = {false};

	keep_gone(&set, vm, layout->lock);
	vm_for_each_dev(dev, vm->controllers) {
		if (dev->family == family && dev->index < SERIAL_CONTROLLERS)
			have[dev->index] = set.exists[dev->index] = true;
	}
	vm_for_each_dev(dev, vm->devs) {
		const struct lock_line *line = lock_find(layout->lock, dev->id);

		if (wants_port(dev) && line && line->addr.kind == ADDR_VIRTIO_SERIAL)
			take_locked(&set, layout->lock, line, dev, errs);
	}
	vm_for_each_dev(dev, vm->devs) {
		if (wants_port(dev) && dev->addr.kind == ADDR_NONE)
			take_next(&set, dev, errs);
	}
	for (unsigned i = 0; i < SERIAL_CONTROLLERS; i++) {
		if (set.exists[i] && !have[i])
			controller_add(vm, layout->algorithm, family, family->classes, i);
	}
}
