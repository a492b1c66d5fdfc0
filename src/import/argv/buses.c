/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buses.c - which bus a device is on, by its name or by QEMU's choice among those that are there.
 *
 * As hw/core/bus.c qbus_init() of QEMU 7.2 and 10.0 names them, and qbus_find_recursive() finds them.
 */
#include "import/argv/slots.h"

#include <string.h>

#include "base/num.h"

/* QEMU's class of such a bus in small letters, and a number behind it. */
const char *slots_bus_word(enum controller_type type)
{
	switch (type) {
	case CONTROLLER_USB:
		return "usb-bus";
	case CONTROLLER_SCSI:
		return "scsi";
	case CONTROLLER_IDE:
	case CONTROLLER_SATA:
		return "ide";
	case CONTROLLER_VIRTIO_SERIAL:
		return "virtio-serial-bus";
	case CONTROLLER_FDC:
		return "floppy-bus";
	case CONTROLLER_CCID:
		return "ccid-bus";
	case CONTROLLER_NONE:
	case CONTROLLER_PCI:
	case CONTROLLER_TYPE_COUNT:
		break;
	}
	return NULL;
}

struct slots_bus *slots_add_bus(struct slots *slots, struct argv_option *owner,
				enum controller_type type, struct slots_bus *above, unsigned count)
{
	struct slots_bus *bus = arena_alloc(slots->argv->arena, sizeof(*bus)), **at;
	const char *word = slots_bus_word(type);
	/* IDE's buses and AHCI's are of one class. */
	enum controller_type counted = type == CONTROLLER_SATA ? CONTROLLER_IDE : type;

	bus->owner = owner;
	bus->type = type;
	bus->above = above;
	bus->order = slots->order++;
	bus->model = PCI_MODEL_COUNT;
	bus->count = count;
	if (owner)
		bus->id = argv_peek(slots->argv, owner->tree, "id");
	/* What an option made that is none of -device has an id of ours alone. */
	if (word && (!owner || !bus->id || !owner->given)) {
		bus->word = word;
		bus->first = slots->counts[counted];
		slots->counts[counted] += count;
	}
	for (at = &slots->buses; *at; at = &(*at)->next)
		;
	*at = bus;
	return bus;
}

/* The number behind the dot where @text is one of @count names, of which WORD.FIRST is the first: "ide.2". */
static bool find_number(const char *word, unsigned first, const char *text, unsigned count,
			unsigned *ret)
{
	const char *dot = strrchr(text, '.');
	size_t len = strlen(word);
	uint64_t number;

	if (!dot || (size_t)(dot - text) != len || strncmp(word, text, len) != 0 ||
	    num_parse(dot + 1, first, first + count - 1, &number) < 0)
		return false;
	*ret = (unsigned)(number - first);
	return true;
}

struct slots_bus *slots_find_bus(struct slots *slots, const char *text, unsigned *ret_number)
{
	struct slots_bus *root = NULL;

	*ret_number = 0;
	for (struct slots_bus *bus = slots->buses; bus; bus = bus->next) {
		if (bus->type == CONTROLLER_PCI && !bus->owner)
			root = bus;
		if (bus->id && strcmp(bus->id, text) == 0)
			return bus;
		if (bus->id && find_number(bus->id, 0, text, bus->count, ret_number))
			return bus;
		if (bus->word && find_number(bus->word, bus->first, text, bus->count, ret_number))
			return bus;
	}
	/* Where the root is pcie.0 a bridge may have had the other name. */
	return strcmp(text, "pci.0") == 0 || strcmp(text, "pcie.0") == 0 ? root : NULL;
}

static unsigned depth_of(const struct slots_bus *bus)
{
	unsigned depth = 0;

	for (; bus->above; bus = bus->above)
		depth++;
	return depth;
}

/* QEMU walks the tree with the newest first: what is on the way down decides, not the bus itself. */
static bool is_before(const struct slots_bus *a, const struct slots_bus *b)
{
	unsigned x = depth_of(a), y = depth_of(b);

	if (a == b)
		return false;
	for (; x > y; x--) {
		if (a->above == b)
			return false;
		a = a->above;
	}
	for (; y > x; y--) {
		if (b->above == a)
			return true;
		b = b->above;
	}
	while (a->above != b->above) {
		a = a->above;
		b = b->above;
	}
	return a->order > b->order;
}

struct slots_bus *slots_default_bus(struct slots *slots, enum controller_type type)
{
	struct slots_bus *found = NULL;

	for (struct slots_bus *bus = slots->buses; bus; bus = bus->next) {
		bool same = bus->type == type ||
			    (type == CONTROLLER_IDE && bus->type == CONTROLLER_SATA);

		if (!same || (type == CONTROLLER_USB && !bus->free))
			continue;
		/* An expander's root is beside the machine's, and newer; what is no bridge QEMU refuses there. */
		if (!found || (type == CONTROLLER_PCI ? bus->roots : is_before(bus, found)))
			found = bus;
	}
	return found;
}
