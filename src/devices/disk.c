/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk.c - disks on virtio-blk.
 *
 * In: rows DISKn_*. Out: the -blockdev graph (a storage node below a format node, as libvirt
 * builds it) and the host operation that opens the file or unpacks the payload. QEMU gets
 * descriptors in fd sets, so it needs no right on the file itself.
 */
#include "devices/registry.h"
#include "devices/secret.h"

#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "model/check.h"
#include "model/emit.h"

struct disk {
	const struct prop_word *source, *format, *cache;
	const char *path, *serial, *luks_secret;
	bool read_only, writethrough, luks;
	uint64_t queues, boot_order;
	const char *shown_path, *target; /* what XML says: path on the target host, "vda" */
	const char *shown_model; /* NULL for the plain model, whose word is the bus */
};

static const struct prop_word source_words[] = {
	{.sym = "FILE", .xml = "file"},
	{.sym = "BLOCK", .xml = "block"},
	{.sym = "PAYLOAD", .xml = "file"},
	{0},
};

static const struct prop_word format_words[] = {
	{.sym = "RAW", .xml = "raw", .qemu = "raw"},
	{.sym = "QCOW2", .xml = "qcow2", .qemu = "qcow2"},
	{0},
};

static const struct prop_word cache_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "NONE", .xml = "none"},
	{.sym = "WRITEBACK", .xml = "writeback"},
	{.sym = "WRITETHROUGH", .xml = "writethrough"},
	{.sym = "UNSAFE", .xml = "unsafe"},
	{0},
};

static const struct disk *disk_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool source_is(const struct vm_dev *dev, const char *sym)
{
	return prop_word_is(disk_of(dev)->source, sym);
}

static bool cache_is(const struct vm_dev *dev, const char *sym)
{
	return prop_word_is(disk_of(dev)->cache, sym);
}

static bool is_block(const struct vm_dev *dev)
{
	return source_is(dev, "BLOCK");
}

static bool is_not_block(const struct vm_dev *dev)
{
	return !is_block(dev);
}

static bool is_luks(const struct vm_dev *dev)
{
	return disk_of(dev)->luks;
}

static bool is_writethrough(const struct vm_dev *dev)
{
	return disk_of(dev)->writethrough;
}

static const struct dev_class disk_classes[] = {
	{
		.name = "virtio",
		.sym = "VIRTIO",
		.driver = "virtio-blk-pci",
		.where = WHERE_VIRTIO,
		.flags = CLASS_MULTI_QUEUE,
	},
	{
		.name = "virtio-transitional",
		.sym = "VIRTIO_TRANSITIONAL",
		.driver = "virtio-blk-pci-transitional",
		.where = WHERE_PCI,
		.flags = CLASS_MULTI_QUEUE,
	},
	{
		.name = "virtio-non-transitional",
		.sym = "VIRTIO_NON_TRANSITIONAL",
		.driver = "virtio-blk-pci-non-transitional",
		.where = WHERE_VIRTIO,
		.flags = CLASS_MULTI_QUEUE,
	},
	{0},
};

#define FIELD(member) .field = offsetof(struct disk, member)
static const struct prop disk_props[] = {
	{.name = "source",
	 .sym = "SOURCE",
	 .kind = PROP_ENUM,
	 FIELD(source),
	 .words = source_words,
	 .xml = "@type"},
	{.name = "device", .kind = PROP_CONST, .text = "disk", .xml = "@device"},
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_ABI | PROP_PIN},
	{.name = "shown-model", .kind = PROP_STRING, FIELD(shown_model), .xml = "@model"},
	{.name = "driver", .kind = PROP_CONST, .text = "qemu", .xml = "driver/@name"},
	{.name = "format",
	 .sym = "FORMAT",
	 .kind = PROP_ENUM,
	 FIELD(format),
	 .words = format_words,
	 .xml = "driver/@type"},
	{.name = "luks", .sym = "LUKS", .kind = PROP_BOOL, FIELD(luks)},
	{.name = "encryption",
	 .kind = PROP_CONST,
	 .text = "luks",
	 .xml = "source/encryption/@format",
	 .when = is_luks},
	{.name = "encryption-type",
	 .kind = PROP_CONST,
	 .text = "passphrase",
	 .xml = "source/encryption/secret/@type",
	 .when = is_luks},
	{.name = "luks-secret",
	 .sym = "LUKS_SECRET",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_REPEAT_FMT,
	 FIELD(luks_secret),
	 .refers = &secret_family,
	 .xml = "source/encryption/secret/@usage",
	 .when = is_luks},
	{.name = "cache",
	 .sym = "CACHE",
	 .kind = PROP_ENUM,
	 FIELD(cache),
	 .words = cache_words,
	 .xml = "driver/@cache"},
	{.name = "queues",
	 .sym = "QUEUES",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(queues),
	 .xml = "driver/@queues",
	 .qemu = "num-queues",
	 .max = 256},
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REPEAT_FMT | PROP_REQUIRED,
	 FIELD(path),
	 .site = SITE_PATH},
	{.name = "source-file",
	 .kind = PROP_STRING,
	 FIELD(shown_path),
	 .xml = "source/@file",
	 .when = is_not_block},
	{.name = "source-dev",
	 .kind = PROP_STRING,
	 FIELD(shown_path),
	 .xml = "source/@dev",
	 .when = is_block},
	{.name = "target", .kind = PROP_STRING, FIELD(target), .xml = "target/@dev"},
	{.name = "bus", .kind = PROP_CONST, .text = "virtio", .xml = "target/@bus"},
	{.name = "drive", .kind = PROP_ALIAS, .text = "%s-format", .qemu = "drive"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "boot-order",
	 .sym = "BOOT_ORDER",
	 .kind = PROP_UINT,
	 FIELD(boot_order),
	 .xml = "boot/@order",
	 .qemu = "bootindex",
	 .max = 999},
	{.name = "write-cache",
	 .kind = PROP_CONST,
	 .text = "off",
	 .qemu = "write-cache",
	 .when = is_writethrough},
	{.name = "serial",
	 .sym = "SERIAL",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI | PROP_REPEAT_FMT,
	 FIELD(serial),
	 .xml = "serial",
	 .qemu = "serial"},
	{.name = "read-only",
	 .sym = "READONLY",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 FIELD(read_only),
	 .xml = "readonly"},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};
#undef FIELD

/* vda, vdb, ... vdz, vdaa: the position, as libvirt names it; the guest does not see it. */
static const char *target_name(struct arena *arena, unsigned index)
{
	char letters[16];
	size_t at = sizeof(letters);

	letters[--at] = '\0';
	for (unsigned n = index + 1; n; n = (n - 1) / 26)
		letters[--at] = (char)('a' + (n - 1) % 26);
	return arena_fmt(arena, "vd%s", letters + at);
}

static void disk_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct disk *disk = dev->data;

	if (dev->class != disk_classes)
		disk->shown_model = dev->class->name;
	disk->target = target_name(vm->arena, dev->index);
	disk->writethrough = cache_is(dev, "WRITETHROUGH");
	disk->shown_path = disk->path;
	if (disk->path && source_is(dev, "PAYLOAD"))
		disk->shown_path = vm_payload_target(vm, disk->path);
}

/* What cache= means for a node: qemu's documentation of -drive cache, as libvirt writes it. */
static void add_cache(struct emit *emit, struct node *node, const struct vm_dev *dev)
{
	if (cache_is(dev, "DEFAULT"))
		return;
	struct node *cache = node_add(emit->arena, node, "cache", NODE_OBJECT);

	node_add_bool(emit->arena, cache, "direct", cache_is(dev, "NONE"));
	node_add_bool(emit->arena, cache, "no-flush", cache_is(dev, "UNSAFE"));
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

/* Returns the descriptor slot of the opened file, device or unpacked payload. */
static uint32_t add_source(const struct vm_dev *dev, struct emit *emit)
{
	const struct disk *disk = disk_of(dev);
	struct op op;

	memset(&op, 0, sizeof(op));
	if (source_is(dev, "PAYLOAD")) {
		op.code = OP_PAYLOAD;
		op.payload.index = emit_payload_file(emit, dev, "path", disk->path);
		op.payload.flags = PAYLOAD_SEAL;
		return emit_op(emit, &op);
	}
	op.code = OP_FILE;
	op.file.owner = dev->id;
	op.file.path = emit_site_value(emit, dev, "path");
	op.file.flags =
		(disk->read_only ? FILE_READ_ONLY : 0) | (is_block(dev) ? FILE_BLOCK_DEVICE : 0);
	return emit_op(emit, &op);
}

static void disk_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct disk *disk = disk_of(dev);
	struct arena *arena = emit->arena;

	if (!disk->path)
		return;
	const char *name = emit_fd_set(emit, add_source(dev, emit));
	struct node *file = emit_tree(emit, "-blockdev", 0);
	const char *storage = arena_fmt(arena, "%s-storage", dev->alias);

	node_add_string(arena, file, "driver", is_block(dev) ? "host_device" : "file");
	node_add_string(arena, file, "filename", name);
	node_add_string(arena, file, "node-name", storage);
	/* Not auto-read-only: a set with one descriptor has one access mode (qemu-facts.md 1). */
	node_add_bool(arena, file, "read-only", disk->read_only);
	add_cache(emit, file, dev);
	if (!disk->read_only)
		node_add_string(arena, file, "discard", "unmap");

	struct node *format = emit_tree(emit, "-blockdev", 0);

	node_add_string(arena, format, "node-name", arena_fmt(arena, "%s-format", dev->alias));
	node_add_bool(arena, format, "read-only", disk->read_only);
	add_cache(emit, format, dev);
	bool raw = prop_word_is(disk->format, "RAW");

	node_add_string(arena, format, "driver", raw && disk->luks ? "luks" : disk->format->qemu);
	if (disk->luks)
		add_luks(emit, format, dev);
	node_add_string(arena, format, "file", storage);
}

static void check_payload(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &disk_family || !source_is(dev, "PAYLOAD") ||
		    disk_of(dev)->read_only)
			continue;
		struct err *err = dev_error(errs, dev, "read-only", check->name,
					    "a payload disk must be read-only");

		err_why(err, "Payload is part of the image and reaches QEMU sealed; what the guest "
			     "wrote would be lost.");
		err_fix(err, "Set %s=y, or use a disk of source FILE.",
			dev_symbol(dev, "read-only"));
	}
}

/* virtio-blk's serial is 20 bytes: VIRTIO_BLK_ID_BYTES in linux/virtio_blk.h; QEMU cuts silently. */
#define SERIAL_MAX 20

static void check_serial(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &disk_family)
			continue;
		const char *serial = disk_of(dev)->serial;

		if (!serial || strlen(serial) <= SERIAL_MAX)
			continue;
		struct err *err =
			dev_error(errs, dev, "serial", check->name,
				  "serial \"%s\" is %zu bytes long", serial, strlen(serial));

		err_why(err, "A virtio disk shows at most %d bytes of its serial to the guest.",
			SERIAL_MAX);
		err_fix(err, "Shorten %s to %d bytes.", dev_symbol(dev, "serial"), SERIAL_MAX);
	}
}

static bool may_share(const struct vm_dev *a, const struct vm_dev *b)
{
	return disk_of(a)->read_only && disk_of(b)->read_only;
}

/* The same path, and one of the two may write: one error for a repeated slot. */
static void refuse_shared(const struct check *check, const struct vm_dev *dev,
			  const struct vm_dev *old, struct err_list *errs)
{
	bool alike = dev->slot == old->slot;

	if (alike && dev->repeat > 1)
		return;
	struct place other = dev_place(old, "path");
	struct err *err = dev_error(errs, dev, "path", check->name,
				    "\"%s\" is the content of two disks", disk_of(dev)->path);

	err_also(err, other.file, other.line);
	err_why(err,
		"%s is on it too, and at least one of the two may write: they would destroy each "
		"other's data.",
		old->id);
	if (alike)
		err_fix(err, "Put %%d, which stands for the repeat number, into %s.",
			dev_symbol(dev, "path"));
	else
		err_fix(err, "Give %s a path of its own, or make both read-only.",
			dev_symbol(dev, "path"));
}

struct path_entry {
	const struct vm_dev *dev;
	size_t order;
};

static int compare_path(const void *a, const void *b)
{
	const struct path_entry *x = a, *y = b;
	int diff = strcmp(disk_of(x->dev)->path, disk_of(y->dev)->path);

	if (diff)
		return diff;
	return x->order < y->order ? -1 : 1;
}

static size_t collect_paths(const struct vm *vm, struct path_entry *entries)
{
	size_t count = 0;

	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &disk_family || !disk_of(dev)->path)
			continue;
		if (entries)
			entries[count] = (struct path_entry){dev, count};
		count++;
	}
	return count;
}

/* Sorted, because there may be thousands of them. */
static void check_path_unique(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	size_t count = collect_paths(vm, NULL), first = 0;
	struct path_entry *entries = arena_alloc(errs->arena, (count + 1) * sizeof(*entries));

	(void)collect_paths(vm, entries);
	qsort(entries, count, sizeof(*entries), compare_path);
	for (size_t i = 1; i < count; i++) {
		size_t old = first;

		if (strcmp(disk_of(entries[first].dev)->path, disk_of(entries[i].dev)->path) != 0) {
			first = i;
			continue;
		}
		while (old < i && may_share(entries[i].dev, entries[old].dev))
			old++;
		if (old < i)
			refuse_shared(check, entries[i].dev, entries[old].dev, errs);
	}
}

/* What QEMU opens on the target is not relative to whatever folder kiln-run was started in. */
static void check_path_absolute(const struct check *check, const struct vm *vm,
				struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &disk_family || !disk_of(dev)->path || dev->repeat ||
		    source_is(dev, "PAYLOAD") || ident_is_valid(IDENT_PATH, disk_of(dev)->path))
			continue;
		struct err *err =
			dev_error(errs, dev, "path", check->name, "\"%s\" is not a valid %s",
				  disk_of(dev)->path, ident_noun(IDENT_PATH));

		err_why(err, "%s It names a file or device of the target.", ident_rule(IDENT_PATH));
		err_fix(err,
			"Set %s to an absolute path, or choose %s_PAYLOAD for a file of the "
			"build host.",
			dev_symbol(dev, "path"), dev_symbol(dev, "source"));
	}
}

static const struct check disk_checks[] = {
	{.name = "disk-payload-read-only", .run = check_payload},
	{.name = "disk-serial-length", .run = check_serial},
	{.name = "disk-path-unique", .run = check_path_unique},
	{.name = "disk-path-absolute", .run = check_path_absolute},
	{0},
};

const struct dev_family disk_family = {
	.name = "disk",
	.sym = "DISK",
	.max = 64,
	.size = sizeof(struct disk),
	.flags = FAMILY_REPEAT,
	.rank = RANK_DISK,
	.xml = "disk",
	.alias = "virtio-disk%s",
	.classes = disk_classes,
	.props = disk_props,
	.checks = disk_checks,
	.prepare = disk_prepare,
	.back = disk_back,
};
