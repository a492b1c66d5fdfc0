/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_json.c - the layout for programs; keys are documented in report.h.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "model/controller.h"
#include "kiln/before.h"
#include "kiln/report.h"
#include "kiln/report_walk.h"
#include "layout/mmio.h"
#include "model/chipset.h"
#include "model/machine.h"

/* Jansson fails on bad UTF-8 and without memory; identities and drivers are ASCII. */
static void set(json_t *object, const char *key, json_t *value)
{
	BUG_IF(json_object_set_new(object, key, value) != 0);
}

static void set_string(json_t *object, const char *key, const char *value)
{
	if (value)
		set(object, key, json_string(value));
}

static void append(json_t *array, json_t *value)
{
	BUG_IF(json_array_append_new(array, value) != 0);
}

static void set_numbers(json_t *object, const struct vm_dev *dev)
{
	const struct controller_pci *data = dev->data;

	if (dev->family != &controller_pci_family)
		return;
	if (data->chassis) {
		set(object, "chassis", json_integer((json_int_t)data->chassis));
		set(object, "port", json_integer((json_int_t)data->port));
	}
	if (data->chassis_nr)
		set(object, "chassis_nr", json_integer((json_int_t)data->chassis_nr));
	if (data->bus_nr)
		set(object, "bus_nr", json_integer((json_int_t)data->bus_nr));
}

static void set_before(json_t *object, const struct layout *layout, const struct layout_dev *rec)
{
	const char *const *lines;
	size_t count = before_list(layout, rec, &lines);
	json_t *array = count ? json_array() : NULL;

	for (size_t i = 0; i < count; i++)
		append(array, json_string(lines[i]));
	if (array)
		set(object, "before", array);
}

/* Whether the lock in use has the device, and not only what is left of it. */
static void set_lock(json_t *object, const struct layout *layout, const struct vm_dev *dev)
{
	const struct lock_line *line = lock_find(layout->lock, dev->id);

	if (layout->lock)
		set_string(object, "lock", line && !line->gone ? "kept" : "new");
}

static json_t *function_object(const struct vm *vm, const struct layout *layout,
			       const struct report_function *f)
{
	json_t *object = json_object();
	char addr[PCI_ADDR_TEXT];

	set_string(object, "path", f->path);
	set_string(object, "address", pci_addr_text(&f->addr, addr));
	set_string(object, "driver", f->driver);
	set_string(object, "name", f->name);
	set_string(object, "bus", report_bus_alias(vm, f->addr.bus));
	if (!f->rec) {
		set(object, "built_in", json_true());
		return object;
	}
	set_string(object, "id", f->rec->dev->id);
	set_string(object, "alias", f->rec->dev->alias);
	if (!f->rec->dev->alias)
		set(object, "anonymous", json_true());
	set_string(object, "rule", layout_rule_name(f->rec->rule));
	set_string(object, "asked_by", f->rec->asked_by);
	set_string(object, "tried", f->rec->tried);
	if (f->rec->place)
		set_string(object, "chipset", f->rec->place->why);
	if (f->rec->raised)
		set_string(object, "asked_for", pci_addr_text(&f->rec->asked, addr));
	set_before(object, layout, f->rec);
	set_lock(object, layout, f->rec->dev);
	if (f->rec->dev->addr.multifunction == MULTI_ON)
		set(object, "multifunction", json_true());
	set_numbers(object, f->rec->dev);
	return object;
}

static json_t *serial_ports(const struct vm *vm, const struct layout *layout)
{
	json_t *array = json_array();

	vm_for_each_dev(dev, vm->devs) {
		if (dev->addr.kind != ADDR_VIRTIO_SERIAL)
			continue;
		json_t *object = json_object();

		set_string(object, "id", dev->id);
		set_string(object, "alias", dev->alias);
		set(object, "controller", json_integer(dev->addr.serial.controller));
		set(object, "port", json_integer(dev->addr.serial.port));
		set_string(object, "driver", dev->class->driver);
		set_string(object, "asked_by", dev_symbol(dev, NULL));
		set_lock(object, layout, dev);
		append(array, object);
	}
	return array;
}

static json_t *transports(const struct vm *vm, const struct layout *layout)
{
	const struct vm_dev *on[MMIO_TRANSPORTS_MAX] = {NULL};
	json_t *array = json_array();

	(void)report_transports(vm, on);
	for (unsigned i = MMIO_TRANSPORTS_MAX; i-- > 0;) {
		if (!on[i])
			continue;
		json_t *object = json_object();

		set_string(object, "id", on[i]->id);
		set_string(object, "alias", on[i]->alias);
		set_string(object, "driver", dev_driver(on[i]));
		set(object, "transport", json_integer(i));
		set_string(object, "bus", arena_fmt(vm->arena, "virtio-mmio-bus.%u", i));
		set_string(object, "address",
			   arena_fmt(vm->arena, "0x%" PRIx64, mmio_address(vm, on[i])));
		set_string(object, "asked_by",
			   on[i]->added ? "the devices on it" : dev_symbol(on[i], NULL));
		set_lock(object, layout, on[i]);
		append(array, object);
	}
	return array;
}

static json_t *budget_object(const struct layout_budget *budget)
{
	const struct {
		const char *key;
		unsigned value;
	} rows[] = {
		{"ports", budget->ports},
		{"free_ports", budget->free_ports},
		{"more_ports", budget->more_ports},
		{"slots", budget->slots},
		{"free_slots", budget->free_slots},
		{"more_slots", budget->more_slots},
		{"kept", budget->kept},
	};
	json_t *object = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		set(object, rows[i].key, json_integer(rows[i].value));
	return object;
}

const char *report_json(const struct vm *vm, const struct layout *layout)
{
	const struct report_tree *tree = report_walk(vm, layout);
	json_t *root = json_object(), *functions = json_array(), *notes = json_array();

	set(root, "format", json_integer(1));
	set_string(root, "machine", vm->machine->name);
	set_string(root, "algorithm", layout_algorithm_name(layout->algorithm));
	for (size_t i = 0; i < tree->count; i++)
		append(functions, function_object(vm, layout, &tree->functions[i]));
	set(root, "functions", functions);
	set(root, "serial_ports", serial_ports(vm, layout));
	set(root, "transports", transports(vm, layout));
	set(root, "budget", budget_object(&layout->budget));
	for (size_t i = 0; i < layout->note_count; i++)
		append(notes, json_string(layout->notes[i]));
	set(root, "notes", notes);

	char *text = json_dumps(root, JSON_INDENT(1));

	BUG_IF(!text);
	const char *copy = arena_fmt(vm->arena, "%s\n", text);

	free(text);
	json_decref(root);
	return copy;
}
