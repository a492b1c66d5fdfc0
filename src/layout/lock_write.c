/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock_write.c - the lock's text from a machine that is laid out. The same layout gives the same
 * bytes, in an order that people can review.
 */
#include "layout/lock.h"

#include <stdlib.h>
#include <string.h>

#include "layout/assign.h"
#include "model/machine.h"
#include "model/place.h"

int lock_compare_id(const char *a, const char *b)
{
	while (*a && *b) {
		if (*a >= '0' && *a <= '9' && *b >= '0' && *b <= '9') {
			char *end_a, *end_b;
			unsigned long x = strtoul(a, &end_a, 10), y = strtoul(b, &end_b, 10);

			if (x != y)
				return x < y ? -1 : 1;
			a = end_a;
			b = end_b;
		} else if (*a != *b) {
			break;
		} else {
			a++;
			b++;
		}
	}
	return (unsigned char)*a - (unsigned char)*b;
}

/** struct writing - lines to be sorted: PCI controllers, then devices, then what is gone. */
struct writing {
	struct lock_line *lines;
	size_t count;
	struct lock_pin *pins;
	size_t pin_count;
};

static int group(const struct lock_line *line)
{
	return line->gone ? 2 : line->model ? 0 : 1;
}

static int compare_lines(const void *a, const void *b)
{
	const struct lock_line *x = a, *y = b;

	if (group(x) != group(y))
		return group(x) - group(y);
	return lock_compare_id(x->id, y->id);
}

static int compare_pins(const void *a, const void *b)
{
	return lock_compare_id(((const struct lock_pin *)a)->key,
			       ((const struct lock_pin *)b)->key);
}

/* A controller that .config no longer has stays with its slot, so that it may come back. */
static void gather_slot(struct lock_line *line, const struct vm_dev *dev, const struct lock *old)
{
	const struct lock_line *was = lock_find(old, dev->id);

	if (!dev->added) {
		line->has_slot = true;
		line->slot = dev->slot;
	} else if (was && was->has_slot) {
		line->has_slot = true;
		line->slot = was->slot;
	}
}

static void gather(struct writing *w, struct vm_dev *list, const struct lock *old)
{
	vm_for_each_dev(dev, list) {
		struct lock_line *line = &w->lines[w->count];

		/* What the machine has built in is where it is. */
		if (dev->addr.kind == ADDR_NONE || dev->class->flags & CLASS_IMPLICIT)
			continue;
		*line = (struct lock_line){.id = dev->id, .addr = dev->addr};
		if (dev->family->rank == RANK_PCI_CONTROLLER)
			line->model = controller_word(dev);
		if (line->model)
			gather_slot(line, dev, old);
		if ((dev->has_want && !pci_addr_same(&dev->want, &dev->addr.pci)) ||
		    (dev->has_want_bus && dev->want.bus != dev->addr.pci.bus)) {
			line->has_asked = true;
			line->asked = dev->want;
		}
		w->count++;
	}
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct lock_line *)a)->id, ((const struct lock_line *)b)->id);
}

/* Whether a device that is here has the transport, or the place on a controller, of one that is not. */
static bool is_taken(const struct writing *w, size_t here, const struct dev_addr *addr)
{
	for (size_t i = 0; i < here; i++) {
		const struct dev_addr *other = &w->lines[i].addr;

		if (other->kind != addr->kind)
			continue;
		if (addr->type ? place_same(other, addr) : other->transport == addr->transport)
			return true;
	}
	return false;
}

/* A removed device keeps its line until another one has its place. */
static void gather_gone(struct writing *w, const struct layout *layout, const struct lock *old)
{
	size_t here = w->count;

	qsort(w->lines, here, sizeof(*w->lines), compare_ids);
	for (size_t i = 0; old && i < old->line_count; i++) {
		struct lock_line line = old->lines[i];

		if (bsearch(&line, w->lines, here, sizeof(*w->lines), compare_ids))
			continue;
		if (line.addr.kind == ADDR_PCI && pci_owner_at(&layout->set, &line.addr.pci))
			continue;
		if ((line.addr.kind == ADDR_VIRTIO_MMIO || line.addr.type) &&
		    is_taken(w, here, &line.addr))
			continue;
		line.gone = true;
		line.model = NULL;
		w->lines[w->count++] = line;
	}
}

/* "disk2.path" belongs to disk2; a repeated device's identity has a dot of its own. */
static bool is_gone(const struct writing *w, const char *key)
{
	for (size_t i = 0; i < w->count; i++) {
		size_t len = strlen(w->lines[i].id);

		if (w->lines[i].gone && strncmp(key, w->lines[i].id, len) == 0 && key[len] == '.')
			return true;
	}
	return false;
}

static void gather_pins(struct writing *w, const struct lock *old, const struct lock_pin *pins,
			size_t count)
{
	for (size_t i = 0; i < count; i++)
		w->pins[w->pin_count++] = pins[i];
	qsort(w->pins, w->pin_count, sizeof(*w->pins), compare_pins);

	size_t here = w->pin_count;

	for (size_t i = 0; old && i < old->pin_count; i++) {
		if (!bsearch(&old->pins[i], w->pins, here, sizeof(*w->pins), compare_pins) &&
		    is_gone(w, old->pins[i].key))
			w->pins[w->pin_count++] = old->pins[i];
	}
	qsort(w->pins, w->pin_count, sizeof(*w->pins), compare_pins);
}

static void write_line(struct text *text, const struct lock_line *line)
{
	char addr[PCI_ADDR_TEXT];

	text_fmt(text, "%s %s ", line->gone ? "gone" : "device", line->id);
	if (line->addr.kind == ADDR_VIRTIO_SERIAL) {
		text_fmt(text, "serial %u:%u\n", line->addr.serial.controller,
			 line->addr.serial.port);
		return;
	}
	if (line->addr.kind == ADDR_VIRTIO_MMIO) {
		text_fmt(text, "mmio %u\n", line->addr.transport);
		return;
	}
	if (line->addr.type) {
		text_fmt(text, "%s %s\n", place_type_name(line->addr.type),
			 place_text(text->arena, &line->addr));
		return;
	}
	text_fmt(text, "pci %s", pci_addr_text(&line->addr.pci, addr));
	if (line->model)
		text_fmt(text, " %s", line->model);
	if (line->has_slot)
		text_fmt(text, " slot %u", line->slot);
	else if (line->has_asked)
		text_fmt(text, " asked %s", pci_addr_text(&line->asked, addr));
	text_add(text, "\n");
}

static size_t count_devs(const struct vm *vm)
{
	size_t count = 0;

	vm_for_each_dev(dev, vm->controllers)
		count++;
	vm_for_each_dev(dev, vm->devs)
		count++;
	return count;
}

const char *lock_text(const struct vm *vm, const struct layout *layout, const struct lock *old,
		      const struct lock_pin *pins, size_t pin_count)
{
	struct text text = {.arena = vm->arena};
	size_t lines = count_devs(vm) + (old ? old->line_count : 0) + 1;
	size_t room = pin_count + (old ? old->pin_count : 0) + 1;
	struct writing w = {
		.lines = arena_alloc(vm->arena, lines * sizeof(struct lock_line)),
		.pins = arena_alloc(vm->arena, room * sizeof(struct lock_pin)),
	};

	gather(&w, vm->controllers, old);
	gather(&w, vm->devs, old);
	gather_gone(&w, layout, old);
	qsort(w.lines, w.count, sizeof(*w.lines), compare_lines);
	gather_pins(&w, old, pins, pin_count);
	text_add(&text,
		 "# What the guest knows, kept for life. Written by `make layout-lock`; commit "
		 "it, review its changes.\n");
	text_fmt(&text, "format %d\nalgorithm %s\nmachine %s\n", LOCK_FORMAT,
		 layout_algorithm_name(layout->algorithm), vm->machine->name);
	for (size_t i = 0; i < w.pin_count; i++)
		text_fmt(&text, "pin %s %s\n", w.pins[i].key, w.pins[i].value);
	for (size_t i = 0; i < w.count; i++)
		write_line(&text, &w.lines[i]);
	text_add(&text, "end\n");
	return text_str(&text);
}
