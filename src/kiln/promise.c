/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * promise.c - section GUEST: from the rows of every device, its address, and the machine.
 *
 * Knows no device. `kiln diff` merges two such sections, so that it knows none either.
 */
#include "kiln/promise.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "config/build.h"
#include "kiln/report_walk.h"
#include "model/machine.h"
#include "model/place.h"

enum sign { TOLD = '~', PROMISED = '=' };

struct fact {
	const char *id, *key, *value;
	enum sign sign;
};

struct facts_list {
	const struct vm *vm;
	struct fact *facts;
	size_t count, room;
};

/* The section is a line a fact, and has no control characters. */
static const char *one_line(struct arena *arena, const char *value)
{
	struct text text = {.arena = arena};

	if (!strpbrk(value, "\\\001\002\003\004\005\006\007\010\t\n\013\014\r\016\017\020\021\022"
			    "\023\024\025\026\027\030\031\032\033\034\035\036\037\177"))
		return value;
	for (const char *at = value; *at; at++) {
		if (iscntrl((unsigned char)*at) || *at == '\\')
			text_fmt(&text, "\\x%02x", (unsigned char)*at);
		else
			text_add_len(&text, at, 1);
	}
	return text_str(&text);
}

static void add(struct facts_list *list, const char *id, const char *key, enum sign sign,
		const char *value)
{
	if (!value || !*value)
		return;
	if (list->count == list->room) {
		struct fact *old = list->facts;

		list->room = list->room ? list->room * 2 : 256;
		list->facts = arena_alloc(list->vm->arena, list->room * sizeof(*old));
		if (old)
			memcpy(list->facts, old, list->count * sizeof(*old));
	}
	list->facts[list->count++] = (struct fact){
		.id = id, .key = key, .value = one_line(list->vm->arena, value), .sign = sign};
}

/* Upper and lower case are one MAC address, and one UUID. */
static const char *row_value(const struct vm_dev *dev, const struct prop *row)
{
	const char *value = config_row_text(dev, row);

	if (row->rule != RULE(MAC) && row->rule != RULE(UUID))
		return value;
	char *lower = arena_str(dev->vm->arena, value);

	for (char *at = lower; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return lower;
}

/*
 * What is written nowhere is no fact: an option that is off, a choice that leaves it to QEMU. Otherwise
 * a row that begins to apply, such as one for KVM alone, would be a change of the guest.
 */
static bool says_something(const struct vm_dev *dev, const struct prop *row)
{
	if (row->flags & PROP_ALWAYS)
		return true;
	if (row->kind == PROP_BOOL)
		return dev_bool(dev, row);
	/* Of what is promised each number is told: what an older image has as 0 would be taken away. */
	if (row->kind == PROP_UINT && !(row->flags & PROP_ABI))
		return dev_uint(dev, row) != row->absent;
	return row->kind != PROP_ENUM || strcmp(dev_word(dev, row)->sym, "DEFAULT") != 0;
}

static void add_rows(struct facts_list *list, const struct vm_dev *dev)
{
	prop_for_each(row, dev->family->props)
	{
		if (row->flags & (PROP_ABI | PROP_TELL) && dev_applies(dev, row) &&
		    says_something(dev, row))
			add(list, dev->id, row->name, row->flags & PROP_ABI ? PROMISED : TOLD,
			    row_value(dev, row));
	}
}

static void add_device(struct facts_list *list, const struct vm_dev *dev)
{
	struct arena *arena = list->vm->arena;

	/* What others refer to is their back end, and no part of the guest. */
	if (dev->family->flags & FAMILY_REFERRED)
		return;
	add(list, dev->id, "device", dev->family->flags & FAMILY_HOST ? TOLD : PROMISED,
	    dev_driver(dev) ? dev_driver(dev) : dev->class->name);
	add_rows(list, dev);
	switch (dev->addr.kind) {
	case ADDR_VIRTIO_SERIAL:
		add(list, dev->id, "port", PROMISED,
		    arena_fmt(arena, "virtio-serial%u %u", dev->addr.serial.controller,
			      dev->addr.serial.port));
		break;
	case ADDR_VIRTIO_MMIO:
		add(list, dev->id, "transport", PROMISED,
		    arena_fmt(arena, "virtio-mmio-bus.%u", dev->addr.transport));
		break;
	case ADDR_DRIVE:
	case ADDR_USB:
	case ADDR_CCID:
		add(list, dev->id, "place", PROMISED,
		    arena_fmt(arena, "%s %s", place_type_name(dev->addr.type),
			      place_text(arena, &dev->addr)));
		break;
	case ADDR_PCI: /* by add_path() */
	case ADDR_NONE:
	case ADDR_KIND_COUNT:
		break;
	}
}

/* Of a device behind a bridge; the root bus is 0 with each firmware. */
static void add_bus(struct facts_list *list, const struct layout *layout,
		    const struct report_function *f)
{
	struct arena *arena = list->vm->arena;
	enum firmware firmware = layout_firmware(list->vm);

	if (!f->parent || firmware == FIRMWARE_COUNT)
		return;
	short number = layout->bus_number[firmware][f->addr.bus];

	add(list, f->rec->dev->id, arena_fmt(arena, "bus-%s", layout_firmware_word(firmware)),
	    PROMISED,
	    number == BUS_NUMBER_NONE ? "none" : arena_fmt(arena, "%02x", (unsigned)number));
}

static void add_path(struct facts_list *list, const struct layout *layout,
		     const struct report_function *f)
{
	if (!f->rec)
		return;
	add_bus(list, layout, f);
	add(list, f->rec->dev->id, "path", PROMISED, f->path);
	if (f->rec->dev->addr.multifunction == MULTI_ON)
		add(list, f->rec->dev->id, "multifunction", TOLD, "on");
}

static void add_machine(struct facts_list *list, const struct vm *vm)
{
	const char *id = vm->guest_dev->id;

	add(list, id, "type", PROMISED, vm->guest.machine_type);
	add(list, id, "arch", PROMISED, vm->machine->guest_arch);
	add(list, id, "board", TOLD, vm->board->name);
	add(list, id, "qemu", TOLD, vm->board->caps->version);
	add_rows(list, vm->guest_dev);
}

static int compare_facts(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;
	int diff = strcmp(x->id, y->id);

	return diff ? diff : strcmp(x->key, y->key);
}

const char *promise_text(const struct vm *vm, const struct layout *layout)
{
	const struct report_tree *tree = report_walk(vm, layout);
	struct facts_list list = {.vm = vm};
	struct text text = {.arena = vm->arena};

	add_machine(&list, vm);
	vm_for_each_dev(dev, vm->controllers)
		add_device(&list, dev);
	vm_for_each_dev(dev, vm->devs)
		add_device(&list, dev);
	for (size_t i = 0; i < tree->count; i++)
		add_path(&list, layout, &tree->functions[i]);
	qsort(list.facts, list.count, sizeof(*list.facts), compare_facts);
	for (size_t i = 0; i < list.count; i++) {
		const struct fact *fact = &list.facts[i];

		BUG_IF(i && compare_facts(fact - 1, fact) == 0);
		text_add(&text, fact->id);
		text_add(&text, " ");
		text_add(&text, fact->key);
		text_add(&text, fact->sign == PROMISED ? " = " : " ~ ");
		text_add(&text, fact->value);
		text_add(&text, "\n");
	}
	return text_str(&text);
}
