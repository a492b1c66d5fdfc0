/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rewrite.c - options that change others: -set and -global, old names of devices, and members whose value
 * QEMU mends by itself.
 */
#include "import/argv/short.h"

#include <inttypes.h>
#include <string.h>

static const char *driver_of(const struct argv *argv, const struct argv_option *option)
{
	return argv_is_open(option, "-device") ? argv_peek(argv, option->tree, "driver") : NULL;
}

/* What no family has is written as its members are, and no more as it was. */
static void put(struct argv *argv, struct argv_option *device, const char *key, const char *value)
{
	const struct dev_class *class;

	(void)argv_take(argv, device->tree, key);
	node_add_string(argv->arena, device->tree, key, value);
	device->settled |=
		!argv_model(argv, argv_driver(argv_peek(argv, device->tree, "driver")), &class);
}

/* -set GROUP.ID.KEY=VALUE is a member of the option of that group that has that id. */
static void apply_sets(struct argv *argv)
{
	argv_for_each(option, argv)
	{
		const char *text = option->value, *first, *last, *equals, *id;
		struct argv_option *found;

		if (option->done || strcmp(option->name, "-set") != 0)
			continue;
		equals = strchr(text, '=');
		first = equals ? memchr(text, '.', (size_t)(equals - text)) : NULL;
		last = first ? memchr(first + 1, '.', (size_t)(equals - first - 1)) : NULL;
		if (!last)
			continue;
		id = arena_dup(argv->arena, first + 1, (size_t)(last - first - 1));
		found = argv_find(argv, arena_fmt(argv->arena, "-%.*s", (int)(first - text), text),
				  "id", id);
		if (!found)
			continue;
		option->done = true;
		id = arena_dup(argv->arena, last + 1, (size_t)(equals - last - 1));
		if (driver_of(argv, found))
			put(argv, found, id, equals + 1);
		else
			node_add_string(argv->arena, found->tree, id, equals + 1);
	}
}

/* A share and its device in one. */
static void split_shares(struct argv *argv)
{
	unsigned count = 0;

	argv_for_each(option, argv)
	{
		const char *id, *tag;
		struct argv_option *share;

		if (!argv_is_open(option, "-virtfs"))
			continue;
		option->done = true;
		id = argv_take(argv, option->tree, "id");
		tag = argv_take(argv, option->tree, "mount_tag");
		if (!id)
			id = arena_fmt(argv->arena, "virtfs%u", count);
		count++;
		share = argv_add(argv, option, "-fsdev", argv_peek(argv, option->tree, "fsdriver"));
		share->tree = option->tree;
		node_add_string(argv->arena, share->tree, "id", id);
		argv_add(argv, option, "-device",
			 arena_fmt(argv->arena, "virtio-9p-pci,fsdev=%s,mount_tag=%s", id,
				   tag ? tag : ""));
	}
}

/* Of a disk or a CD, as its drive says; gone with QEMU 6.0. */
static void rename_disk(struct argv *argv, struct argv_option *option, const char *bus)
{
	const char *id = argv_peek(argv, option->tree, "drive");
	struct argv_option *drive = id ? argv_find(argv, "-drive", "id", id) : NULL;
	const char *media = drive ? argv_peek(argv, drive->tree, "media") : NULL;
	bool cdrom = media && strcmp(media, "cdrom") == 0;

	put(argv, option, "driver", arena_fmt(argv->arena, "%s-%s", bus, cdrom ? "cd" : "hd"));
}

/* qxl has at the least twice as much memory as its screen (hw/display/qxl.c, qxl_init_ramsize()). */
static void widen_screen(struct argv *argv, struct argv_option *option)
{
	const char *screen = argv_peek(argv, option->tree, "vgamem_mb");
	const char *ram = argv_peek(argv, option->tree, "ram_size");
	uint64_t needed, bytes = 64ull << 20;

	if (!screen || !argv_bytes(screen, 2ull << 20, &needed) ||
	    (ram && !argv_bytes(ram, 1, &bytes)) || bytes >= needed)
		return;
	put(argv, option, "ram_size", arena_fmt(argv->arena, "%" PRIu64, needed));
}

/* Sizes that two members say, of which the one in MiB wins; and as many screens as Kiln can say for QEMU's all. */
static void say_screen(struct argv *argv, struct argv_option *option)
{
	static const char *const sizes[] = {"ram_size", "vram_size"};
	bool spice = false;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const char *key = arena_fmt(argv->arena, "%s_mb", sizes[i]);
		const char *text = argv_peek(argv, option->tree, key);
		uint64_t number;

		if (!text || !tree_number(text, &number) || number > UINT32_MAX)
			continue;
		(void)argv_take(argv, option->tree, key);
		put(argv, option, sizes[i], arena_fmt(argv->arena, "%" PRIu64, number << 20));
	}
	argv_for_each(each, argv) spice |= strcmp(each->name, "-spice") == 0;
	if (!spice || argv_peek(argv, option->tree, "max_outputs"))
		return;
	put(argv, option, "max_outputs", "16");
	argv_note(
		argv, option, IMPORT_DROPPED, "max_outputs",
		"QEMU lets a viewer have any number of screens, and Kiln 16: CONFIG_VIDEOn_HEADS");
}

/* The first is 1 in .config and in XML; what counts is which is lower. */
static void count_orders_from_one(struct argv *argv)
{
	bool zero = false;
	uint64_t number;

	argv_for_each(option, argv)
	{
		const char *order =
			driver_of(argv, option) ? argv_peek(argv, option->tree, "bootindex") : NULL;

		zero |= order && tree_number(order, &number) && !number;
	}
	argv_for_each(option, argv)
	{
		const char *order = zero && driver_of(argv, option)
					    ? argv_peek(argv, option->tree, "bootindex")
					    : NULL;

		if (order && tree_number(order, &number))
			put(argv, option, "bootindex",
			    arena_fmt(argv->arena, "%" PRIu64, number + 1));
	}
}

/* Whether Kiln says that of such a device itself, on its -device, where -global is of no use. */
static bool is_said(const struct argv *argv, const char *driver, const char *key)
{
	const struct dev_class *class = NULL;
	const struct dev_family *family = argv_model(argv, driver, &class);

	prop_for_each(row, family ? family->props : NULL)
	{
		if (!row->option && row->qemu && strcmp(row->qemu, key) == 0)
			return true;
	}
	return false;
}

static void apply_globals(struct argv *argv)
{
	argv_for_each(option, argv)
	{
		const char *value = option->value, *equals = value ? strchr(value, '=') : NULL;
		const char *dot = equals ? memchr(value, '.', (size_t)(equals - value)) : NULL;
		const char *driver, *key;

		if (option->done || strcmp(option->name, "-global") != 0 || !dot)
			continue;
		driver = arena_dup(argv->arena, value, (size_t)(dot - value));
		key = arena_dup(argv->arena, dot + 1, (size_t)(equals - dot - 1));
		if (!is_said(argv, driver, key))
			continue;
		argv_for_each(device, argv)
		{
			const char *own = driver_of(argv, device);

			if (!own || strcmp(argv_driver(own), driver) != 0)
				continue;
			option->done = true;
			if (!argv_peek(argv, device->tree, key))
				put(argv, device, key, equals + 1);
		}
	}
}

void rewrite_globals(struct argv *argv)
{
	apply_globals(argv);
	argv_for_each(option, argv)
	{
		const char *driver = driver_of(argv, option);

		if (!driver || strncmp(driver, "qxl", 3) != 0)
			continue;
		say_screen(argv, option);
		widen_screen(argv, option);
	}
}

void rewrite_devices(struct argv *argv)
{
	apply_sets(argv);
	split_shares(argv);
	argv_for_each(option, argv)
	{
		const char *driver = driver_of(argv, option);

		if (!driver)
			continue;
		if (strcmp(driver, "ide-drive") == 0)
			rename_disk(argv, option, "ide");
		else if (strcmp(driver, "scsi-disk") == 0)
			rename_disk(argv, option, "scsi");
	}
	count_orders_from_one(argv);
}
