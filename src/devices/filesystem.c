/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filesystem.c - folders of the target that the guest mounts with 9p.
 *
 * In: rows FSn_*. Out: -fsdev and -device. QEMU opens the files itself, so its user needs the right.
 */
#include "devices/registry.h"

#include <string.h>

#include "model/check.h"
#include "model/emit.h"

struct fs {
	const char *path, *tag;
	const struct prop_word *access, *multidevs;
	bool read_only;
};

static const struct dev_class fs_classes[] = {
	{
		.name = "virtio",
		.sym = "VIRTIO",
		.driver = "virtio-9p-pci",
		.where = WHERE_VIRTIO,
	},
	{
		.name = "virtio-transitional",
		.sym = "VIRTIO_TRANSITIONAL",
		.driver = "virtio-9p-pci-transitional",
		.where = WHERE_PCI,
	},
	{
		.name = "virtio-non-transitional",
		.sym = "VIRTIO_NON_TRANSITIONAL",
		.driver = "virtio-9p-pci-non-transitional",
		.where = WHERE_VIRTIO,
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

#define FIELD(member) .field = offsetof(struct fs, member)
static const struct prop fs_props[] = {
	{.name = "type", .kind = PROP_CONST, .text = "mount", .xml = "@type"},
	{.name = "access",
	 .sym = "ACCESS",
	 .kind = PROP_ENUM,
	 FIELD(access),
	 .words = access_words,
	 .xml = "@accessmode"},
	{.name = "multidevs",
	 .sym = "MULTIDEVS",
	 .kind = PROP_ENUM,
	 FIELD(multidevs),
	 .words = multidevs_words,
	 .xml = "@multidevs"},
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "@model"},
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(path),
	 .xml = "source/@dir"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "fsdev", .kind = PROP_ALIAS, .text = "fsdev-%s", .qemu = "fsdev"},
	{.name = "tag",
	 .sym = "TAG",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_UNIQUE | PROP_ABI,
	 FIELD(tag),
	 .xml = "target/@dir",
	 .qemu = "mount_tag"},
	{.name = "read-only",
	 .sym = "READONLY",
	 .kind = PROP_BOOL,
	 FIELD(read_only),
	 .xml = "readonly"},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};
#undef FIELD

static void fs_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct fs *fs = fs_of(dev);
	struct arena *arena = emit->arena;

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

/* MAX_TAG_LEN of QEMU 7.2, hw/9pfs/9p.h, is 32 with the final NUL. */
#define TAG_MAX 31

static void check_tag(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &filesystem_family || !fs_of(dev)->tag ||
		    strlen(fs_of(dev)->tag) <= TAG_MAX)
			continue;
		struct err *err = dev_error(errs, dev, "tag", check->name, "the tag has %zu bytes",
					    strlen(fs_of(dev)->tag));

		err_why(err, "QEMU shows at most %d bytes of a tag to the guest.", TAG_MAX);
		err_fix(err, "Shorten %s to %d bytes.", dev_symbol(dev, "tag"), TAG_MAX);
	}
}

static const struct check fs_checks[] = {
	{.name = "fs-tag-length", .run = check_tag},
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
