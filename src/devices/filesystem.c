/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filesystem.c - folders of the target that the guest mounts with 9p, or with virtiofs.
 *
 * In: rows FSn_*. Out for 9p: -fsdev and -device; QEMU opens the files itself, so its user needs the
 * right. Out for virtiofs: -chardev and -device; virtiofsd, which somebody else starts, opens them.
 */
#include "devices/registry.h"

#include <string.h>

#include "devices/chardev.h"
#include "devices/vhost_user.h"
#include "model/check.h"
#include "model/emit.h"

struct fs {
	const char *path, *tag, *socket;
	const struct prop_word *access, *multidevs;
	bool read_only;
	uint64_t queue_size;
};

#define CLASS_VIRTIOFS CLASS_OWN

static const struct dev_class fs_classes[] = {
	VIRTIO_CLASSES("virtio", "VIRTIO", "virtio-9p", 0, NULL),
	{
		.name = "virtiofs",
		.sym = "VIRTIOFS",
		.driver = "vhost-user-fs-pci",
		.where = WHERE_VIRTIO,
		.flags = CLASS_VIRTIOFS,
	},
	{0},
};

static const struct prop_word access_words[] = {
	{.sym = "MAPPED", .xml = "mapped", .qemu = "mapped"},
	{.sym = "PASSTHROUGH", .xml = "passthrough", .qemu = "passthrough"},
	{.sym = "SQUASH", .xml = "squash", .qemu = "none"},
	{0},
};

static const struct prop_word multidevs_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "REMAP", .xml = "remap", .qemu = "remap"},
	{.sym = "FORBID", .xml = "forbid", .qemu = "forbid"},
	{0},
};

static const struct fs *fs_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool is_virtiofs(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_VIRTIOFS;
}

static bool is_9p(const struct vm_dev *dev)
{
	return !is_virtiofs(dev);
}

#define FIELD(member) .field = offsetof(struct fs, member)
static const struct prop fs_props[] = {
	{.name = "type", .kind = PROP_CONST, .text = "mount", .xml = "@type"},
	{.name = "access",
	 .sym = "ACCESS",
	 .kind = PROP_ENUM,
	 FIELD(access),
	 .words = access_words,
	 .xml = "@accessmode",
	 .when = is_9p},
	{.name = "multidevs",
	 .sym = "MULTIDEVS",
	 .kind = PROP_ENUM,
	 FIELD(multidevs),
	 .words = multidevs_words,
	 .xml = "@multidevs",
	 .when = is_9p},
	{.name = "model", .sym = "MODEL", .kind = PROP_CLASS, .flags = PROP_ABI | PROP_PIN},
	{.name = "model-9p", .kind = PROP_CLASS, .xml = "@model", .when = is_9p},
	{.name = "driver",
	 .kind = PROP_CONST,
	 .text = "virtiofs",
	 .xml = "driver/@type",
	 .when = is_virtiofs},
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(path),
	 .xml = "source/@dir",
	 .when = is_9p},
	{.name = "socket",
	 .sym = "SOCKET",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(PATH),
	 FIELD(socket),
	 .xml = "source/@socket",
	 .site = SITE_PATH,
	 .when = is_virtiofs},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "fsdev", .kind = PROP_ALIAS, .text = "fsdev-%s", .qemu = "fsdev", .when = is_9p},
	{.name = "chardev",
	 .kind = PROP_ALIAS,
	 .text = "chr-vu-%s",
	 .qemu = "chardev",
	 .when = is_virtiofs},
	{.name = "queue-size",
	 .sym = "QUEUE_SIZE",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(queue_size),
	 .xml = "driver/@queue",
	 .qemu = "queue-size",
	 .max = 1024,
	 .when = is_virtiofs},
	{.name = "tag",
	 .sym = "TAG",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_UNIQUE | PROP_ABI,
	 FIELD(tag),
	 .xml = "target/@dir"},
	{.name = "tag-9p", .kind = PROP_STRING, FIELD(tag), .qemu = "mount_tag", .when = is_9p},
	{.name = "tag-virtiofs",
	 .kind = PROP_STRING,
	 FIELD(tag),
	 .qemu = "tag",
	 .when = is_virtiofs},
	{.name = "read-only",
	 .sym = "READONLY",
	 .kind = PROP_BOOL,
	 FIELD(read_only),
	 .xml = "readonly",
	 .when = is_9p},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};
#undef FIELD

static void fs_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct fs *fs = fs_of(dev);
	struct arena *arena = emit->arena;

	if (is_virtiofs(dev)) {
		chardev_emit_socket(dev, emit, arena_fmt(arena, "chr-vu-%s", dev->alias), "socket",
				    0);
		return;
	}
	if (!fs->path)
		return;
	struct node *fsdev = emit_tree(emit, "-fsdev", 0);

	node_add_string(arena, fsdev, "fsdriver", "local");
	node_add_string(arena, fsdev, "security_model", fs->access->qemu);
	if (fs->multidevs->qemu)
		node_add_string(arena, fsdev, "multidevs", fs->multidevs->qemu);
	node_add_string(arena, fsdev, "id", arena_fmt(arena, "fsdev-%s", dev->alias));
	node_add_string(arena, fsdev, "path", fs->path);
	if (fs->read_only)
		node_add_bool(arena, fsdev, "readonly", true);
}

/* MAX_TAG_LEN of QEMU 7.2, hw/9pfs/9p.h, is 32 with the final NUL; virtio_fs_config.tag has 36 bytes. */
static size_t tag_max(const struct vm_dev *dev)
{
	return is_virtiofs(dev) ? 36 : 31;
}

static void check_tag(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &filesystem_family || !fs_of(dev)->tag ||
		    strlen(fs_of(dev)->tag) <= tag_max(dev))
			continue;
		struct err *err = dev_error(errs, dev, "tag", check->name, "the tag has %zu bytes",
					    strlen(fs_of(dev)->tag));

		err_why(err, "QEMU shows at most %zu bytes of a tag to the guest.", tag_max(dev));
		err_fix(err, "Shorten %s to %zu bytes.", dev_symbol(dev, "tag"), tag_max(dev));
	}
}

/* vuf_device_realize() of QEMU. */
static void check_queue_size(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		uint64_t size = 0;

		if (dev->family == &filesystem_family && is_virtiofs(dev))
			size = fs_of(dev)->queue_size;
		if ((size & (size - 1)) == 0)
			continue;
		struct err *err = dev_error(errs, dev, "queue-size", check->name,
					    "a queue cannot have %u entries", (unsigned)size);

		err_why(err, "The size of a virtio queue is a power of two.");
		err_fix(err, "Set %s to 128, 256, 512 or 1024, or to 0 for QEMU's default.",
			dev_symbol(dev, "queue-size"));
	}
}

static void check_shared(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family == &filesystem_family && is_virtiofs(dev))
			vhost_user_check(check, dev, errs);
	}
}

static const struct check fs_checks[] = {
	{.name = "fs-tag-length", .run = check_tag},
	{.name = "fs-queue-size", .run = check_queue_size},
	{.name = "fs-memory-shared", .run = check_shared},
	{0},
};

const struct dev_family filesystem_family = {
	.name = "fs",
	.sym = "FS",
	.max = 8,
	.size = sizeof(struct fs),
	.rank = RANK_FILESYSTEM,
	.xml = "filesystem",
	.alias = "fs%s",
	.classes = fs_classes,
	.props = fs_props,
	.checks = fs_checks,
	.back = fs_back,
};
