/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block.c - -blockdev and -drive as the rows of a disk: the inverse of devices/disk_node.c.
 */
#include "import/argv/block.h"

#include <string.h>

static const char no_setting[] = "Kiln has no setting of a disk that says it";

/* ---- nodes -------------------------------------------------------------------------------------- */

static void read_flags(struct walk *walk, struct node *tree)
{
	struct node *cache = argv_take_tree(tree, "cache");

	if (cache) {
		walk->direct |= argv_truth(walk->argv, cache, "direct", false);
		walk->no_flush |= argv_truth(walk->argv, cache, "no-flush", false);
		walk->buffered = true;
		argv_lost(walk->argv, walk->option, "cache", cache, no_setting);
	}
	walk->read_only |= argv_truth(walk->argv, tree, "read-only", false);
	/* One access mode for the descriptor of a file. */
	(void)argv_truth(walk->argv, tree, "auto-read-only", false);
	(void)argv_take(walk->argv, tree, "node-name");
	(void)argv_take(walk->argv, tree, "driver");
}

static void set_path(const struct walk *walk, const char *driver, const char *path)
{
	const char *payload = argv_payload(walk->argv, path);

	if (argv_is_descriptor(path)) {
		argv_note(walk->argv, walk->option, IMPORT_LOST, path, walk->argv->no_file);
		return;
	}
	bool block = strncmp(driver, "host_", 5) == 0 || strncmp(path, "/dev/", 5) == 0;

	block_set(walk, "source", payload ? "PAYLOAD" : block ? "BLOCK" : "FILE");
	block_set(walk, "path", payload ? payload : argv_path(walk->argv, walk->option, path));
}

static void read_storage(struct walk *walk, struct node *tree)
{
	const char *driver = argv_peek(walk->argv, tree, "driver"), *path;

	driver = driver ? driver : "file";
	path = argv_take(walk->argv, tree, "filename");
	if (path) {
		set_path(walk, driver, path);
	} else {
		(void)block_server(walk, tree, driver);
	}
	if (!*walk->prefix)
		argv_word(walk->argv, walk->node, "aio", argv_take(walk->argv, tree, "aio"));
	else
		(void)argv_take(walk->argv, tree, "aio");
	(void)argv_take_if(walk->argv, tree, "discard", "unmap");
	(void)argv_take_if(walk->argv, tree, "locking", "auto");
	read_flags(walk, tree);
	argv_lost(walk->argv, walk->option, "", tree, no_setting);
}

static struct node *find_node(struct walk *walk, struct node *tree, const char *key)
{
	const char *name = argv_take(walk->argv, tree, key);
	struct argv_option *option =
		name ? argv_find(walk->argv, "-blockdev", "node-name", name) : NULL;

	if (!option)
		return argv_take_tree(tree, key);
	option->done = true;
	walk->option = option;
	return option->tree;
}

static void read_node(struct walk *walk, struct node *tree);

static void read_backing(const struct walk *above, struct node *tree)
{
	static const char *const prefixes[] = {"", "backing1-", "backing2-"};
	struct walk walk = *above;
	struct node *backing = find_node(&walk, tree, "backing");

	if (!backing || ++walk.depth >= ARRAY_SIZE(prefixes))
		return;
	walk.prefix = prefixes[walk.depth];
	read_node(&walk, backing);
}

static void read_luks(const struct walk *walk, struct node *tree)
{
	struct node *encrypt = argv_take_tree(tree, "encrypt");
	struct node *from = encrypt ? encrypt : tree;
	const char *secret = argv_take(walk->argv, from, "key-secret");

	if (!secret && !encrypt)
		return;
	block_set(walk, "luks", "y");
	block_set(walk, "luks-secret", argv_secret(walk->argv, secret));
	if (encrypt) {
		(void)argv_take_if(walk->argv, encrypt, "format", "luks");
		argv_lost(walk->argv, walk->option, "encrypt", encrypt, no_setting);
	}
}

static bool is_format(const char *driver)
{
	static const char *const formats[] = {"raw", "qcow2", "luks"};

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (strcmp(driver, formats[i]) == 0)
			return true;
	}
	return false;
}

/* Payload in its place in the image: a raw node that begins where it does. Another offset is left, and lost. */
static struct node *read_slice(struct walk *walk, struct node *file)
{
	const char *driver = file ? argv_peek(walk->argv, file, "driver") : NULL;
	const struct argv_option *own = walk->option;
	struct node *below;

	if (!driver || strcmp(driver, "raw") != 0)
		return file;
	if (argv_take_if(walk->argv, file, "offset", "0"))
		argv_set(walk->argv, walk->node, "in-place", "y");
	read_flags(walk, file);
	below = find_node(walk, file, "file");
	argv_lost(walk->argv, own, "", file, no_setting);
	return below;
}

static void read_format(struct walk *walk, struct node *tree, const char *driver)
{
	struct argv_option *own = walk->option;
	struct node *file;

	block_set(walk, "format", strcmp(driver, "qcow2") == 0 ? "QCOW2" : "RAW");
	read_luks(walk, tree);
	if (!*walk->prefix) {
		argv_word(walk->argv, walk->node, "discard",
			  argv_take(walk->argv, tree, "discard"));
		argv_word(walk->argv, walk->node, "detect-zeroes",
			  argv_take(walk->argv, tree, "detect-zeroes"));
	}
	read_backing(walk, tree);
	(void)argv_take(walk->argv, tree, "backing");
	read_flags(walk, tree);
	file = find_node(walk, tree, "file");
	argv_lost(walk->argv, own, "", tree, no_setting);
	file = read_slice(walk, file);
	if (file)
		read_storage(walk, file);
}

static void set_limits(const struct walk *walk, struct node *limits)
{
	static const struct {
		const char *qemu, *row;
	} counters[] = {
		{"bps-total", "total-bytes"}, {"bps-read", "read-bytes"},
		{"bps-write", "write-bytes"}, {"iops-total", "total-iops"},
		{"iops-read", "read-iops"},   {"iops-write", "write-iops"},
	};
	static const struct {
		const char *qemu, *row;
	} parts[] = {{"", ""}, {"-max", "-burst"}, {"-max-length", "-burst-length"}};
	struct argv *argv = walk->argv;

	block_set(walk, "throttle", "y");
	for (size_t i = 0; i < ARRAY_SIZE(counters) * ARRAY_SIZE(parts); i++) {
		const char *key =
			arena_fmt(argv->arena, "%s%s", counters[i / 3].qemu, parts[i % 3].qemu);

		block_take(walk, limits,
			   arena_fmt(argv->arena, "%s%s", counters[i / 3].row, parts[i % 3].row),
			   key);
	}
	block_take(walk, limits, "io-size", "iops-size");
}

static void read_limits(struct walk *walk, const char *id)
{
	struct argv_option *option = argv_group(walk->argv, id);
	struct node *limits = option ? argv_take_tree(option->tree, "limits") : NULL, *copy;

	block_set(walk, "throttle", "y");
	if (strncmp(id, "throttle-", 9) == 0)
		block_set(walk, "throttle-group", id + 9);
	if (!limits)
		return;
	/* The next disk of the group has the same. */
	copy = node_new(walk->argv->arena, NODE_OBJECT);
	node_for_each(item, limits)
		node_add_string(walk->argv->arena, copy, item->key,
				argument_text(walk->argv->arena, item));
	set_limits(walk, copy);
	limits->next = NULL;
	option->tree->last_child->next = limits;
	option->tree->last_child = limits;
}

/* Limits in -drive, also by their names from before QEMU 1.7. */
static void read_drive_limits(struct walk *walk, struct node *tree)
{
	static const struct {
		const char *old, *now;
	} names[] = {
		{"iops", "iops-total"},
		{"iops_rd", "iops-read"},
		{"iops_wr", "iops-write"},
		{"bps", "bps-total"},
		{"bps_rd", "bps-read"},
		{"bps_wr", "bps-write"},
		{"iops_max", "iops-total-max"},
		{"iops_rd_max", "iops-read-max"},
		{"iops_wr_max", "iops-write-max"},
		{"bps_max", "bps-total-max"},
		{"bps_rd_max", "bps-read-max"},
		{"bps_wr_max", "bps-write-max"},
		{"iops_size", "iops-size"},
	};
	struct argv *argv = walk->argv;
	struct node *limits = argv_take_tree(tree, "throttling");

	if (!limits)
		limits = node_new(argv->arena, NODE_OBJECT);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = argv_take(argv, tree, names[i].old);

		if (value)
			node_add_string(argv->arena, limits, names[i].now, value);
	}
	if (!limits->child)
		return;
	block_take(walk, limits, "throttle-group", "group");
	set_limits(walk, limits);
	argv_lost(argv, walk->option, "throttling", limits, no_setting);
}

static void read_node(struct walk *walk, struct node *tree)
{
	const char *driver = argv_peek(walk->argv, tree, "driver");

	driver = driver ? driver : "raw";
	if (is_format(driver)) {
		read_format(walk, tree, driver);
	} else if (strcmp(driver, "throttle") == 0 || strcmp(driver, "copy-on-read") == 0) {
		struct argv_option *own = walk->option;
		const char *group = argv_take(walk->argv, tree, "throttle-group");
		struct node *file;

		if (group)
			read_limits(walk, group);
		else
			block_set(walk, "copy-on-read", "y");
		(void)argv_take_if(walk->argv, tree, "discard", "unmap");
		read_flags(walk, tree);
		file = find_node(walk, tree, "file");
		argv_lost(walk->argv, own, "", tree, no_setting);
		if (file)
			read_node(walk, file);
	} else {
		/* Without a format the blocks are what they are. */
		block_set(walk, "format", "RAW");
		read_storage(walk, tree);
	}
}

/* QEMU's documentation of -drive cache=; write-cache of -device tells the two halves apart. */
static void set_cache(const struct walk *walk, const char *write_cache, const char *share)
{
	bool through = write_cache && tree_truth(write_cache) == 0;
	const char *word = "DEFAULT";

	if (walk->no_flush)
		word = "UNSAFE";
	else if (walk->direct && !through && share && tree_truth(share) > 0)
		word = "DEFAULT"; /* who shares a disk must not read what is old */
	else if (walk->direct)
		word = through ? "DIRECTSYNC" : "NONE";
	else if (walk->buffered || through)
		word = through ? "WRITETHROUGH" : "WRITEBACK";
	block_set(walk, "cache", word);
}

/* ---- -drive ------------------------------------------------------------------------------------- */

static void read_drive_cache(struct walk *walk, struct node *tree)
{
	const char *cache = argv_take(walk->argv, tree, "cache");

	if (cache && strcmp(cache, "off") == 0)
		cache = "none";
	if (cache)
		argv_word(walk->argv, walk->node, "cache", cache);
}

/* The word of a format; where none is said QEMU looks into the file, which nobody does here. */
static const char *format_of(const struct walk *walk, const char *format, const char *file,
			     const char *media)
{
	struct argv *argv = walk->argv;
	size_t len = strlen(file);
	bool plain = strncmp(file, "/dev/", 5) == 0 || (media && strcmp(media, "cdrom") == 0) ||
		     (len > 4 && strcmp(file + len - 4, ".iso") == 0);

	if (format && strcmp(format, "raw") != 0 && strcmp(format, "qcow2") != 0 &&
	    strcmp(format, "host_device") != 0)
		argv_note(argv, walk->option, IMPORT_LOST,
			  arena_fmt(argv->arena, "format=%s", format),
			  "Kiln's disks are raw or qcow2; `qemu-img convert` makes one of it");
	if (format)
		return strcmp(format, "qcow2") == 0 ? "QCOW2" : "RAW";
	format = argv_guess_format(file);
	if (!plain && strcmp(format, "QCOW2") != 0)
		argv_note(argv, walk->option, IMPORT_DROPPED, file,
			  "without format= QEMU looks into the file; it is taken for raw by its "
			  "name. Say -drive with format=qcow2 if it is that");
	return format;
}

static void read_drive(struct walk *walk)
{
	struct argv *argv = walk->argv;
	struct node *tree = walk->option->tree;
	const char *file = argv_take(argv, tree, "file"), *format, *media;

	format = argv_take(argv, tree, "format");
	read_drive_cache(walk, tree);
	argv_word(argv, walk->node, "aio", argv_take(argv, tree, "aio"));
	if (argv_peek(argv, tree, "discard"))
		argv_word(argv, walk->node, "discard",
			  strcmp(argv_peek(argv, tree, "discard"), "on") == 0
				  ? "unmap"
				  : argv_peek(argv, tree, "discard"));
	(void)argv_take(argv, tree, "discard");
	argv_word(argv, walk->node, "detect-zeroes", argv_take(argv, tree, "detect-zeroes"));
	argv_word(argv, walk->node, "werror", argv_take(argv, tree, "werror"));
	argv_word(argv, walk->node, "rerror", argv_take(argv, tree, "rerror"));
	walk->read_only |= argv_truth(argv, tree, "readonly", false);
	if (argv_truth(argv, tree, "copy-on-read", false))
		block_set(walk, "copy-on-read", "y");
	block_take(walk, tree, "serial", "serial");
	read_drive_limits(walk, tree);
	media = argv_take(argv, tree, "media");
	(void)argv_take_if(argv, tree, "if", "none");
	if (!file) {
		block_set(walk, "source", "NONE");
	} else {
		block_set(walk, "format", format_of(walk, format, file, media));
		set_path(walk, "file", file);
	}
	argv_lost(argv, walk->option, "", tree, no_setting);
}

/* A SCSI disk without a serial number has the name of its drive in page 0x83 (hw/scsi/scsi-disk.c). */
static void keep_name(const struct walk *walk, struct node *device, const char *id)
{
	struct argv *argv = walk->argv;
	const struct argv_item *item = argv_item(walk->node);

	if (!item->driver ||
	    (strcmp(item->driver, "scsi-hd") != 0 && strcmp(item->driver, "scsi-cd") != 0) ||
	    argv_peek(argv, device, "serial") || argv_peek(argv, device, "device_id") ||
	    argv_peek(argv, walk->option->tree, "serial"))
		return;
	argv_device_id(argv, walk->node, id);
}

void argv_block(struct argv *argv, xmlNodePtr node, const char *id)
{
	struct walk walk = {.argv = argv, .node = node, .prefix = ""};
	struct node *device = argv_item(node)->option->tree;

	walk.option = argv_find(argv, "-drive", "id", id);
	if (walk.option) {
		keep_name(&walk, device, id);
		walk.option->done = true;
		(void)argv_take(argv, walk.option->tree, "id");
		read_drive(&walk);
	} else {
		walk.option = argv_find(argv, "-blockdev", "node-name", id);
		if (!walk.option)
			return;
		walk.option->done = true;
		read_node(&walk, walk.option->tree);
		set_cache(&walk, argv_peek(argv, device, "write-cache"),
			  argv_peek(argv, device, "share-rw"));
	}
	if (walk.read_only && !strstr(argv_item(node)->driver, "-cd"))
		block_set(&walk, "read-only", "y");
}
