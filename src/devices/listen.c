/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen.c - the TCP ports on which QEMU listens, of displays and of lines: each once.
 *
 * Ports that are chosen at start are no matter here.
 */
#include "devices/listen.h"

#include <stdlib.h>
#include <string.h>

#include "devices/chardev.h"
#include "devices/display.h"
#include "devices/registry.h"

/** struct listener - a port of a device, and the row that says it. */
struct listener {
	const struct vm_dev *dev;
	const char *row, *address;
	unsigned port;
};

#define PER_DEVICE 2

static void add(struct listener *all, unsigned *count, const struct vm_dev *dev, const char *row,
		const char *address, uint64_t port)
{
	if (address && port)
		all[(*count)++] = (struct listener){dev, row, address, (unsigned)port};
}

static unsigned listeners_of(const struct vm_dev *dev, struct listener all[static PER_DEVICE])
{
	static const struct {
		const struct dev_family *family;
		const char *row, *automatic;
	} rows[] = {
		{&vnc_family, "port", "automatic"},
		{&vnc_family, "websocket", NULL},
		{&spice_family, "port", "automatic"},
		{&spice_family, "tls-port", "automatic"},
	};
	unsigned count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].family != dev->family || display_is_unix(dev) ||
		    (rows[i].automatic && dev_bool(dev, dev_prop(dev->family, rows[i].automatic))))
			continue;
		const struct prop *row = dev_prop(dev->family, rows[i].row);

		if (dev_applies(dev, row))
			add(all, &count, dev, row->name,
			    dev_string(dev, dev_prop(dev->family, "address")), dev_uint(dev, row));
	}
	if (chardev_is_tcp(dev) && chardev_listens(dev) && chardev_of(dev)->port)
		add(all, &count, dev, "port", chardev_of(dev)->host,
		    strtoul(chardev_of(dev)->port, NULL, 10));
	return count;
}

static bool is_any(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

static bool is_loopback(const char *address)
{
	return strcmp(address, "127.0.0.1") == 0 || strcmp(address, "::1") == 0;
}

/* The name of the loopback is both of its addresses. */
static bool overlap(const char *one, const char *other)
{
	return strcmp(one, other) == 0 || is_any(one) || is_any(other) ||
	       (strcmp(one, "localhost") == 0 && is_loopback(other)) ||
	       (strcmp(other, "localhost") == 0 && is_loopback(one));
}

static void refuse(const struct check *check, const struct listener *new,
		   const struct listener *old, struct err_list *errs)
{
	struct place other = dev_place(old->dev, old->row);
	struct err *err = dev_error(errs, new->dev, new->row, check->name, "port %u is taken twice",
				    new->port);

	err_also(err, other.file, other.line);
	err_why(err, "%s is the same, and only one can listen on a port of %s.",
		dev_symbol(old->dev, old->row), old->address);
	err_fix(err, "Set %s to another port.", dev_symbol(new->dev, new->row));
}

void listen_check(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	size_t count = 0, devices = 0;

	vm_for_each_dev(dev, vm->devs)
		devices++;
	struct listener *all = arena_alloc(vm->arena, PER_DEVICE * (devices + 1) * sizeof(*all));

	vm_for_each_dev(dev, vm->devs) {
		size_t end = count + listeners_of(dev, &all[count]);

		for (; count < end; count++) {
			size_t old = 0;

			while (old < count && (all[old].port != all[count].port ||
					       !overlap(all[old].address, all[count].address)))
				old++;
			if (old < count)
				refuse(check, &all[count], &all[old], errs);
		}
	}
}
