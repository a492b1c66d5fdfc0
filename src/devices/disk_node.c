/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk_node.c - the graph of block nodes below a disk, as libvirt builds it:
 *
 *	throttle            limits, when there are any
 *	copy-on-read        keeps what was read from below, when asked for
 *	format              raw, qcow2 or LUKS; on it lies "backing", which is such a pair again
 *	storage             file, device, payload or server (devices/storage.h); of a payload in place it is the
 *	                    image file, and a "slice" of it follows
 *
 * libvirt sets limits by a command when QEMU runs. Nobody does that here, so they are a node.
 */
#include "devices/disk.h"

#include <string.h>

#include "devices/secret.h"
#include "devices/vhost_user.h"

const struct disk_limit disk_limits[LIMIT_COUNTERS] = {
	[LIMIT_TOTAL_BYTES] = {"total-bytes", "bps-total"},
	[LIMIT_READ_BYTES] = {"read-bytes", "bps-read"},
	[LIMIT_WRITE_BYTES] = {"write-bytes", "bps-write"},
	[LIMIT_TOTAL_IOPS] = {"total-iops", "iops-total"},
	[LIMIT_READ_IOPS] = {"read-iops", "iops-read"},
	[LIMIT_WRITE_IOPS] = {"write-iops", "iops-write"},
};

bool disk_has_medium(const struct vm_dev *dev)
{
	return storage_is_set(&disk_of(dev)->source);
}

unsigned disk_backing_count(const struct disk *disk)
{
	unsigned count = 0;

	while (count < DISK_BACKINGS && storage_is_set(&disk->backing[count].source))
		count++;
	return count;
}

bool disk_throttled(const struct vm_dev *dev)
{
	const struct disk *disk = disk_of(dev);
	bool any = false;

	for (unsigned i = 0; i < LIMIT_COUNTERS; i++)
		any |= disk->limit[i][LIMIT_RATE] != 0;
	return disk->throttle && any;
}

const char *disk_group(struct arena *arena, const struct vm_dev *dev)
{
	const char *group = disk_of(dev)->throttle_group;

	return group ? arena_fmt(arena, "throttle-%s", group)
		     : arena_fmt(arena, "%s-limits", dev->alias);
}

const char *disk_node(const struct vm_dev *dev)
{
	const char *layer = "format";

	if (!disk_has_medium(dev))
		return NULL;
	if (disk_of(dev)->copy_on_read)
		layer = "copy-on-read";
	if (disk_throttled(dev))
		layer = "throttle";
	return arena_fmt(dev->vm->arena, "%s-%s", dev->alias, layer);
}

static enum storage_cache cache_of(const struct disk *disk)
{
	if (prop_word_is(disk->cache, "NONE") || prop_word_is(disk->cache, "DIRECTSYNC"))
		return CACHE_DIRECT;
	if (prop_word_is(disk->cache, "UNSAFE"))
		return CACHE_UNSAFE;
	if (!prop_word_is(disk->cache, "DEFAULT"))
		return CACHE_BUFFERED;
	/* Who shares a disk with another machine must not read what is old; so does libvirt. */
	return disk->shareable ? CACHE_DIRECT : CACHE_DEFAULT;
}

/* In qcow2 the LUKS header is inside; on raw blocks it is a format of its own. */
static void add_luks(struct emit *emit, struct node *format, const struct vm_dev *dev)
{
	const char *secret = secret_id(dev, "luks-secret");

	if (prop_word_is(disk_of(dev)->format, "QCOW2")) {
		format = node_add(emit->arena, format, "encrypt", NODE_OBJECT);
		node_add_string(emit->arena, format, "format", "luks");
	}
	if (secret)
		node_add_string(emit->arena, format, "key-secret", secret);
}

/* One pair of nodes: storage, and the format on it, returned for what else belongs to it. */
static struct node *add_pair(struct emit *emit, const struct vm_dev *dev, const char *layer,
			     struct storage_access *access)
{
	struct arena *arena = emit->arena;
	struct node *format;

	access->node = arena_fmt(arena, "%s-%sstorage", dev->alias, layer);
	access->cache = cache_of(disk_of(dev));
	access->aio = disk_of(dev)->aio ? disk_of(dev)->aio->qemu : NULL;
	if (!(storage_flags(access->storage) & STORAGE_LOCAL))
		access->aio = NULL;
	if (storage_is(access->storage, "PAYLOAD") && disk_of(dev)->in_place)
		access->slice = arena_fmt(arena, "%s-%sslice", dev->alias, layer);
	/* Payload is in memory, which Linux before 6.6 does not open past the cache. */
	else if (storage_is(access->storage, "PAYLOAD"))
		access->cache = CACHE_DEFAULT;
	storage_add(emit, dev, access);
	format = emit_tree(emit, "-blockdev", 0);
	node_add_string(arena, format, "node-name",
			arena_fmt(arena, "%s-%sformat", dev->alias, layer));
	node_add_bool(arena, format, "read-only", access->read_only);
	return format;
}

/* From the lowest upwards, because a node must be there for the one on it. */
static const char *add_backing(struct emit *emit, const struct vm_dev *dev)
{
	static const char *const rows[DISK_BACKINGS] = {"backing1-path", "backing2-path"};
	const struct disk *disk = disk_of(dev);
	const char *below = NULL;

	for (unsigned i = disk_backing_count(disk); i-- > 0;) {
		const char *layer = arena_fmt(emit->arena, "backing%u-", i + 1);
		struct storage_access access = {.storage = &disk->backing[i].source,
						.path_row = rows[i],
						.read_only = true};
		struct node *format = add_pair(emit, dev, layer, &access);

		storage_add_cache(emit->arena, format, access.cache);
		node_add_string(emit->arena, format, "driver", disk->backing[i].format->qemu);
		node_add_string(emit->arena, format, "file",
				access.slice ? access.slice : access.node);
		if (below)
			node_add_string(emit->arena, format, "backing", below);
		below = arena_fmt(emit->arena, "%s-%sformat", dev->alias, layer);
	}
	return below;
}

static void add_word(struct arena *arena, struct node *node, const char *key,
		     const struct prop_word *word)
{
	if (word && word->qemu)
		node_add_string(arena, node, key, word->qemu);
}

static void add_top(struct emit *emit, const struct vm_dev *dev, const char *backing)
{
	const struct disk *disk = disk_of(dev);
	struct arena *arena = emit->arena;
	struct storage_access access = {
		.storage = &disk->source, .path_row = "path", .read_only = disk->shown_read_only};
	struct node *format = add_pair(emit, dev, "", &access);
	const char *driver = disk->format && disk->format->qemu ? disk->format->qemu : "raw";

	add_word(arena, format, "discard", disk->discard);
	add_word(arena, format, "detect-zeroes", disk->detect_zeroes);
	storage_add_cache(arena, format, access.cache);
	if (disk->luks && strcmp(driver, "raw") == 0)
		driver = "luks";
	node_add_string(arena, format, "driver", driver);
	if (disk->luks)
		add_luks(emit, format, dev);
	node_add_string(arena, format, "file", access.slice ? access.slice : access.node);
	if (backing)
		node_add_string(arena, format, "backing", backing);
}

static void add_copy_on_read(struct emit *emit, const struct vm_dev *dev)
{
	struct arena *arena = emit->arena;
	struct node *node = emit_tree(emit, "-blockdev", 0);

	node_add_string(arena, node, "driver", "copy-on-read");
	node_add_string(arena, node, "node-name", arena_fmt(arena, "%s-copy-on-read", dev->alias));
	node_add_string(arena, node, "file", arena_fmt(arena, "%s-format", dev->alias));
	if (prop_word_is(disk_of(dev)->discard, "UNMAP"))
		node_add_string(arena, node, "discard", "unmap");
}

static void add_limits(struct emit *emit, const struct vm_dev *dev)
{
	static const char *const suffix[LIMIT_PARTS] = {"", "-max", "-max-length"};
	const struct disk *disk = disk_of(dev);
	struct arena *arena = emit->arena;
	struct node *object = emit_tree(emit, "-object", 0), *limits;

	node_add_string(arena, object, "qom-type", "throttle-group");
	node_add_string(arena, object, "id", disk_group(arena, dev));
	limits = node_add(arena, object, "limits", NODE_OBJECT);
	for (unsigned i = 0; i < LIMIT_COUNTERS * LIMIT_PARTS; i++) {
		unsigned part = i % LIMIT_PARTS;
		uint64_t value = disk->limit[i / LIMIT_PARTS][part];

		if (value)
			node_add_uint(arena, limits,
				      arena_fmt(arena, "%s%s", disk_limits[i / LIMIT_PARTS].qemu,
						suffix[part]),
				      value);
	}
	if (disk->io_size)
		node_add_uint(arena, limits, "iops-size", disk->io_size);
}

/* The first disk of a group makes the object; a check sees that all say the same. */
static bool is_first(const struct vm_dev *dev)
{
	const char *group = disk_group(dev->vm->arena, dev);

	vm_for_each_dev(other, dev->vm->devs) {
		if (other == dev)
			break;
		if (other->family == dev->family && disk_throttled(other) &&
		    disk_has_medium(other) && strcmp(disk_group(dev->vm->arena, other), group) == 0)
			return false;
	}
	return true;
}

static void add_throttle(struct emit *emit, const struct vm_dev *dev)
{
	const struct disk *disk = disk_of(dev);
	struct arena *arena = emit->arena;
	struct node *node;

	if (is_first(dev))
		add_limits(emit, dev);
	node = emit_tree(emit, "-blockdev", 0);
	node_add_string(arena, node, "driver", "throttle");
	node_add_string(arena, node, "node-name", arena_fmt(arena, "%s-throttle", dev->alias));
	node_add_bool(arena, node, "read-only", disk->shown_read_only);
	node_add_string(arena, node, "throttle-group", disk_group(arena, dev));
	node_add_string(arena, node, "file",
			arena_fmt(arena, "%s-%s", dev->alias,
				  disk->copy_on_read ? "copy-on-read" : "format"));
	if (prop_word_is(disk->discard, "UNMAP"))
		node_add_string(arena, node, "discard", "unmap");
}

/* A floppy drive has no boot index: its controller has one for each. */
static void add_floppy_boot(struct emit *emit, const struct vm_dev *dev)
{
	uint64_t order = disk_of(dev)->boot_order;

	if (!(dev->class->flags & DISK_FLOPPY) || !order)
		return;
	emit_text(emit, "-global",
		  arena_fmt(emit->arena, "isa-fdc.bootindex%c=%u", dev->addr.drive.unit ? 'B' : 'A',
			    (unsigned)order),
		  0);
}

void disk_back(const struct vm_dev *dev, struct emit *emit)
{
	if (dev->class->flags & DISK_VHOST_USER) {
		const struct vhost_user socket = {
			.id = arena_fmt(emit->arena, "chr-vu-%s", dev->alias),
			.path_row = "vhost-user-socket",
			.reconnect = disk_of(dev)->vhost_reconnect,
		};

		vhost_user_emit(dev, emit, &socket);
		return;
	}
	add_floppy_boot(emit, dev);
	if (!disk_has_medium(dev))
		return;
	add_top(emit, dev, add_backing(emit, dev));
	if (disk_of(dev)->copy_on_read)
		add_copy_on_read(emit, dev);
	if (disk_throttled(dev))
		add_throttle(emit, dev);
}
