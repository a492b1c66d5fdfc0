/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_json.c - the layout for programs; keys are documented in report.h.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/json.h"
#include "model/controller.h"
#include "kiln/before.h"
#include "kiln/report.h"
#include "kiln/report_walk.h"
#include "layout/mmio.h"
#include "model/chipset.h"
#include "model/machine.h"
#include "model/place.h"

#define ENTRY_MAX (1u << 18) /* bytes of one function, port or note; the longest seen has 2 KiB */

/** struct report - @buf holds what was written since flush(), and @text all before. */
struct report {
	const struct vm *vm;
	const struct layout *layout;
	struct json_writer json;
	struct buf buf;
	struct text text;
};

static void flush(struct report *to)
{
	BUG_IF(to->buf.overflow);
	text_add_len(&to->text, to->buf.data, to->buf.len);
	buf_cut(&to->buf, 0);
}

static void set_string(struct report *to, const char *key, const char *value)
{
	if (!value)
		return;
	json_key(&to->json, key);
	json_str(&to->json, value);
}

static void set_number(struct report *to, const char *key, uint64_t value)
{
	json_key(&to->json, key);
	json_u64(&to->json, value);
}

static void set_true(struct report *to, const char *key)
{
	json_key(&to->json, key);
	json_put_true(&to->json);
}

static void set_numbers(struct report *to, const struct vm_dev *dev)
{
	const struct controller_pci *data = dev->data;

	if (dev->family != &controller_pci_family)
		return;
	if (data->chassis) {
		set_number(to, "chassis", data->chassis);
		set_number(to, "port", data->port);
	}
	if (data->chassis_nr)
		set_number(to, "chassis_nr", data->chassis_nr);
	if (data->bus_nr)
		set_number(to, "bus_nr", data->bus_nr);
}

/* By the firmware's word; one that does not find the bus is left out. */
static void set_bus_numbers(struct report *to, const struct report_function *f)
{
	if (f->makes_bus < 0 || layout_firmware(to->vm) == FIRMWARE_COUNT)
		return;
	json_key(&to->json, "bus_numbers");
	json_open_object(&to->json);
	for (enum firmware i = 0; i < FIRMWARE_COUNT; i++) {
		short number = to->layout->bus_number[i][f->makes_bus];

		if (number != BUS_NUMBER_NONE)
			set_number(to, layout_firmware_word(i), (uint64_t)number);
	}
	json_close_object(&to->json);
}

static void set_before(struct report *to, const struct layout_dev *rec)
{
	const char *const *lines;
	size_t count = before_list(to->layout, rec, &lines);

	if (!count)
		return;
	json_key(&to->json, "before");
	json_open_array(&to->json);
	for (size_t i = 0; i < count; i++)
		json_str(&to->json, lines[i]);
	json_close_array(&to->json);
}

/* Whether the lock in use has the device, and not only what is left of it. */
static void set_lock(struct report *to, const struct vm_dev *dev)
{
	const struct lock_line *line = lock_find(to->layout->lock, dev->id);

	if (to->layout->lock)
		set_string(to, "lock", line && !line->gone ? "kept" : "new");
}

/* What is known of a device, and not of a function that is built in. */
static void set_device(struct report *to, const struct layout_dev *rec)
{
	const struct vm_dev *dev = rec->dev;
	char addr[PCI_ADDR_TEXT];

	set_string(to, "id", dev->id);
	set_string(to, "alias", dev->alias);
	if (!dev->alias)
		set_true(to, "anonymous");
	set_string(to, "rule", layout_rule_name(rec->rule));
	set_string(to, "asked_by", rec->asked_by);
	set_string(to, "tried", rec->tried);
	if (rec->place)
		set_string(to, "chipset", rec->place->why);
	if (rec->raised)
		set_string(to, "asked_for", pci_addr_text(&rec->asked, addr));
	set_before(to, rec);
	set_lock(to, dev);
	if (dev->addr.multifunction == MULTI_ON)
		set_true(to, "multifunction");
	set_numbers(to, dev);
}

static void add_function(struct report *to, const struct report_function *f)
{
	char addr[PCI_ADDR_TEXT];

	json_open_object(&to->json);
	set_string(to, "path", f->path);
	set_string(to, "address", pci_addr_text(&f->addr, addr));
	set_string(to, "driver", f->driver);
	set_string(to, "name", f->name);
	set_string(to, "bus", report_bus_alias(to->vm, f->addr.bus));
	if (f->rec)
		set_device(to, f->rec);
	else
		set_true(to, "built_in");
	set_bus_numbers(to, f);
	json_close_object(&to->json);
	flush(to);
}

static void add_serial_port(struct report *to, const struct vm_dev *dev)
{
	json_open_object(&to->json);
	set_string(to, "id", dev->id);
	set_string(to, "alias", dev->alias);
	set_number(to, "controller", dev->addr.serial.controller);
	set_number(to, "port", dev->addr.serial.port);
	set_string(to, "driver", dev->class->driver);
	set_string(to, "asked_by", dev_symbol(dev, NULL));
	set_lock(to, dev);
	json_close_object(&to->json);
	flush(to);
}

static void add_transport(struct report *to, const struct vm_dev *dev, unsigned number)
{
	struct arena *arena = to->vm->arena;

	json_open_object(&to->json);
	set_string(to, "id", dev->id);
	set_string(to, "alias", dev->alias);
	set_string(to, "driver", dev_driver(dev));
	set_number(to, "transport", number);
	set_string(to, "bus", arena_fmt(arena, "virtio-mmio-bus.%u", number));
	set_string(to, "address", arena_fmt(arena, "0x%" PRIx64, mmio_address(to->vm, dev)));
	set_string(to, "asked_by", dev->added ? "the devices on it" : dev_symbol(dev, NULL));
	set_lock(to, dev);
	json_close_object(&to->json);
	flush(to);
}

static void set_functions(struct report *to)
{
	const struct report_tree *tree = report_walk(to->vm, to->layout);

	json_key(&to->json, "functions");
	json_open_array(&to->json);
	for (size_t i = 0; i < tree->count; i++)
		add_function(to, &tree->functions[i]);
	json_close_array(&to->json);
}

static void set_serial_ports(struct report *to)
{
	json_key(&to->json, "serial_ports");
	json_open_array(&to->json);
	vm_for_each_dev(dev, to->vm->devs) {
		if (dev->addr.kind == ADDR_VIRTIO_SERIAL)
			add_serial_port(to, dev);
	}
	json_close_array(&to->json);
}

static void set_transports(struct report *to)
{
	const struct vm_dev *on[MMIO_TRANSPORTS_MAX] = {NULL};

	(void)report_transports(to->vm, on);
	json_key(&to->json, "transports");
	json_open_array(&to->json);
	for (unsigned i = MMIO_TRANSPORTS_MAX; i-- > 0;) {
		if (on[i])
			add_transport(to, on[i], i);
	}
	json_close_array(&to->json);
}

static void set_attached(struct report *to)
{
	const struct layout *layout = to->layout;

	json_key(&to->json, "attached");
	json_open_array(&to->json);
	for (size_t i = 0; i < layout->attached_count; i++) {
		const struct layout_attached *rec = &layout->attached[i];
		const struct vm_dev *dev = rec->dev;
		struct place_prop prop[PLACE_PROPS];
		size_t count = place_props(dev, prop);

		json_open_object(&to->json);
		set_string(to, "id", dev->id);
		set_string(to, "alias", dev->alias);
		set_string(to, "driver", dev_driver(dev));
		set_string(to, "on", dev->controller->id);
		set_string(to, "type", place_type_name(dev->addr.type));
		set_string(to, "address", place_text(to->vm->arena, &dev->addr));
		set_string(to, "bus", place_bus(dev));
		json_key(&to->json, "properties");
		json_open_object(&to->json);
		for (size_t j = 0; j < count; j++) {
			if (prop[j].text)
				set_string(to, prop[j].name, prop[j].text);
			else
				set_number(to, prop[j].name, prop[j].number);
		}
		json_close_object(&to->json);
		set_string(to, "rule", layout_rule_name(rec->rule));
		set_string(to, "asked_by", rec->asked_by);
		set_string(to, "tried", rec->tried);
		set_lock(to, dev);
		json_close_object(&to->json);
		flush(to);
	}
	json_close_array(&to->json);
}

/* What somebody wrote and the layout gives no place; the list is there when something is in it. */
static void set_elsewhere(struct report *to)
{
	bool some = false;

	vm_for_each_dev(dev, to->vm->devs) {
		if (!report_is_elsewhere(dev))
			continue;
		if (!some) {
			json_key(&to->json, "elsewhere");
			json_open_array(&to->json);
		}
		some = true;
		json_open_object(&to->json);
		set_string(to, "id", dev->id);
		set_string(to, "alias", dev->alias);
		set_string(to, "driver", dev_driver(dev));
		set_string(to, "asked_by", dev_symbol(dev, NULL));
		json_close_object(&to->json);
		flush(to);
	}
	if (some)
		json_close_array(&to->json);
}

static void set_budget(struct report *to, const struct layout_budget *budget)
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

	json_key(&to->json, "budget");
	json_open_object(&to->json);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		set_number(to, rows[i].key, rows[i].value);
	json_close_object(&to->json);
}

static void set_notes(struct report *to)
{
	json_key(&to->json, "notes");
	json_open_array(&to->json);
	for (size_t i = 0; i < to->layout->note_count; i++) {
		json_str(&to->json, to->layout->notes[i]);
		flush(to);
	}
	json_close_array(&to->json);
}

const char *report_json(const struct vm *vm, const struct layout *layout)
{
	struct report to = {.vm = vm, .layout = layout, .text = {.arena = vm->arena}};

	buf_init(&to.buf, arena_alloc(vm->arena, ENTRY_MAX), ENTRY_MAX);
	json_write(&to.json, &to.buf, JSON_NARROW);
	json_open_object(&to.json);
	set_number(&to, "format", 1);
	set_string(&to, "machine", vm->machine->name);
	set_string(&to, "algorithm", layout_algorithm_name(layout->algorithm));
	if (layout_firmware(vm) != FIRMWARE_COUNT)
		set_string(&to, "firmware", layout_firmware_word(layout_firmware(vm)));
	set_functions(&to);
	set_serial_ports(&to);
	set_transports(&to);
	set_attached(&to);
	set_elsewhere(&to);
	set_budget(&to, &layout->budget);
	set_notes(&to);
	json_close_object(&to.json);
	flush(&to);
	text_add(&to.text, "\n");
	return text_str(&to.text);
}
