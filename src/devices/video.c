/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * video.c - video adapters: the first one is the primary, which the firmware uses.
 *
 * In: rows VIDEOn_*, sizes in MiB. Out: -device; qxl and virtio are other devices as secondaries.
 */
#include "devices/registry.h"

#include <string.h>

#include "model/check.h"
#include "model/machine.h"

struct video {
	uint64_t ram, vram, vram64, vgamem, heads; /* MiB, but for heads */
	uint64_t ram_bytes, vram_bytes;
	uint64_t width, height;
};

#define CLASS_QXL       (CLASS_OWN << 0)
#define CLASS_VRAM_MIB  (CLASS_OWN << 1) /* its memory is vgamem_mb */
#define CLASS_VRAM      (CLASS_OWN << 2) /* its memory is vgamem, in bytes */
#define CLASS_HEADS     (CLASS_OWN << 3) /* has several outputs */
#define CLASS_SECONDARY (CLASS_OWN << 4) /* what its namesake is when it is not the first */
#define CLASS_SIZE      (CLASS_OWN << 5) /* can be told which size a screen has */

static const struct dev_class video_classes[] = {
	{
		.name = "vga",
		.sym = "VGA",
		.driver = "VGA",
		.where = WHERE_PCI,
		.flags = CLASS_VRAM_MIB | CLASS_SIZE,
	},
	{.name = "cirrus", .sym = "CIRRUS", .driver = "cirrus-vga", .where = WHERE_PCI},
	{
		.name = "qxl",
		.sym = "QXL",
		.driver = "qxl-vga",
		.where = WHERE_PCI,
		.flags = CLASS_QXL | CLASS_HEADS | CLASS_SIZE,
	},
	{
		.name = "virtio",
		.sym = "VIRTIO",
		.driver = "virtio-vga",
		.where = WHERE_VIRTIO,
		.flags = CLASS_HEADS | CLASS_SIZE,
	},
	{
		.name = "bochs",
		.sym = "BOCHS",
		.driver = "bochs-display",
		.where = WHERE_PCIE,
		.flags = CLASS_VRAM | CLASS_SIZE,
	},
	{.name = "ramfb", .sym = "RAMFB", .driver = "ramfb", .where = WHERE_NONE},
	{
		.name = "vmvga",
		.sym = "VMVGA",
		.driver = "vmware-svga",
		.where = WHERE_PCI,
		.flags = CLASS_VRAM_MIB,
	},
	{
		.name = "qxl",
		.driver = "qxl",
		.where = WHERE_PCI,
		.flags = CLASS_QXL | CLASS_HEADS | CLASS_SIZE | CLASS_SECONDARY,
	},
	{
		.name = "virtio",
		.driver = "virtio-gpu-pci",
		.where = WHERE_VIRTIO,
		.flags = CLASS_HEADS | CLASS_SIZE | CLASS_SECONDARY,
	},
	{0},
};

static bool is_primary(const struct vm_dev *dev)
{
	return dev->index == 0;
}

static bool is_qxl(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_QXL;
}

static bool has_heads(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_HEADS;
}

static bool has_vram(const struct vm_dev *dev)
{
	return dev->class->flags & (CLASS_QXL | CLASS_VRAM | CLASS_VRAM_MIB);
}

static bool has_vram_mib(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_VRAM_MIB;
}

static bool has_vram_bytes(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_VRAM;
}

static bool has_size(const struct vm_dev *dev)
{
	return dev->class->flags & CLASS_SIZE;
}

static bool has_place(const struct vm_dev *dev)
{
	return dev->class->where != WHERE_NONE;
}

#define FIELD(member) .field = offsetof(struct video, member)
static const struct prop video_props[] = {
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "model/@type"},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "heads",
	 .sym = "HEADS",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(heads),
	 .xml = "model/@heads",
	 .qemu = "max_outputs",
	 .min = 1,
	 .max = 16,
	 .when = has_heads},
	{.name = "ram",
	 .sym = "RAM_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI | PROP_PIN | PROP_XML_KIB,
	 FIELD(ram),
	 .xml = "model/@ram",
	 .min = 16,
	 .max = 512,
	 .when = is_qxl},
	{.name = "ram-bytes",
	 .kind = PROP_UINT,
	 FIELD(ram_bytes),
	 .qemu = "ram_size",
	 .when = is_qxl},
	{.name = "vram",
	 .sym = "VRAM_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI | PROP_PIN | PROP_XML_KIB,
	 FIELD(vram),
	 .xml = "model/@vram",
	 .min = 1,
	 .max = 512,
	 .when = has_vram},
	{.name = "vram-qxl",
	 .kind = PROP_UINT,
	 FIELD(vram_bytes),
	 .qemu = "vram_size",
	 .when = is_qxl},
	{.name = "vram-vga",
	 .kind = PROP_UINT,
	 FIELD(vram),
	 .qemu = "vgamem_mb",
	 .when = has_vram_mib},
	{.name = "vram-bochs",
	 .kind = PROP_UINT,
	 FIELD(vram_bytes),
	 .qemu = "vgamem",
	 .when = has_vram_bytes},
	{.name = "vram64",
	 .sym = "VRAM64_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI | PROP_ALWAYS | PROP_XML_KIB,
	 FIELD(vram64),
	 .xml = "model/@vram64",
	 .qemu = "vram64_size_mb",
	 .max = 65536,
	 .when = is_qxl},
	{.name = "vgamem",
	 .sym = "VGAMEM_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI | PROP_PIN | PROP_XML_KIB,
	 FIELD(vgamem),
	 .xml = "model/@vgamem",
	 .qemu = "vgamem_mb",
	 .min = 8,
	 .max = 256,
	 .when = is_qxl},
	{.name = "width",
	 .sym = "WIDTH",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(width),
	 .xml = "model/resolution/@x",
	 .qemu = "xres",
	 .max = 16384,
	 .when = has_size},
	{.name = "height",
	 .sym = "HEIGHT",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(height),
	 .xml = "model/resolution/@y",
	 .qemu = "yres",
	 .max = 16384,
	 .when = has_size},
	{.name = "primary",
	 .kind = PROP_CONST,
	 .text = "yes",
	 .xml = "model/@primary",
	 .when = is_primary},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI, .when = has_place},
	{.name = "place", .kind = PROP_ADDRESS, .when = has_place},
	{0},
};
#undef FIELD

/* QEMU has virtio-vga for x86 alone; libvirt takes virtio-gpu-pci for the first adapter elsewhere. */
static bool lacks_vga(const struct vm *vm, const struct vm_dev *dev)
{
	return dev->class->where == WHERE_VIRTIO && !strcmp(vm->machine->guest_arch, "aarch64");
}

static void video_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct video *video = dev->data;

	video->ram_bytes = video->ram << 20;
	video->vram_bytes = video->vram << 20;
	if (is_primary(dev) && !lacks_vga(vm, dev))
		return;
	for (const struct dev_class *class = video_classes; class->name; class ++) {
		if (class->flags & CLASS_SECONDARY && strcmp(class->name, dev->class->name) == 0)
			dev->class = class;
	}
}

static void check_secondary(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &video_family || is_primary(dev) ||
		    dev->class->flags & CLASS_SECONDARY)
			continue;
		struct err *err =
			dev_error(errs, dev, "model", check->name,
				  "\"%s\" cannot be a second video adapter", dev->class->name);

		err_why(err, "Only qxl and virtio have a form without the VGA ports, which the "
			     "first adapter owns; libvirt refuses any other as well.");
		err_fix(err, "Choose %s_VIRTIO, or make this one the first.",
			dev_symbol(dev, "model"));
	}
}

static void check_power(const struct check *check, const struct vm_dev *dev, const char *name,
			struct err_list *errs)
{
	const struct prop *row = dev_prop(dev->family, name);
	uint64_t size = dev_applies(dev, row) ? dev_uint(dev, row) : 0, up = 1;

	if ((size & (size - 1)) == 0)
		return;
	while (up < size)
		up <<= 1;
	struct err *err = dev_error(errs, dev, name, check->name, "%u MiB is no power of two",
				    (unsigned)size);

	err_why(err, "The memory is a PCI region, whose size is a power of two; libvirt refuses "
		     "such a vgamem and raises the others in silence.");
	err_fix(err, "Set %s to %u or %u.", dev_symbol(dev, name), (unsigned)(up / 2),
		(unsigned)up);
}

/* What QEMU 7.2 and 10.0 would change in silence, or refuse when the machine starts. */
static const struct limit {
	const char *class, *row;
	uint64_t min, max;
} limits[] = {
	{"bochs", "vram", 4, 256},
};

static void check_limit(const struct check *check, const struct vm_dev *dev,
			const struct limit *limit, struct err_list *errs)
{
	uint64_t size = dev_uint(dev, dev_prop(dev->family, limit->row));
	struct err *err;

	if (size >= limit->min && size <= limit->max)
		return;
	err = dev_error(errs, dev, limit->row, check->name, "%s cannot have %u MiB",
			dev->class->name, (unsigned)size);
	err_why(err, "QEMU has such an adapter with %u to %u MiB.", (unsigned)limit->min,
		(unsigned)limit->max);
	err_fix(err, "Set %s to a power of two between them.", dev_symbol(dev, limit->row));
}

/* QEMU would make the region as large in silence. */
static void check_twice(const struct check *check, const struct vm_dev *dev, struct err_list *errs)
{
	const struct video *video = dev->data;
	struct err *err;

	if (!is_qxl(dev) || video->ram >= 2 * video->vgamem)
		return;
	err = dev_error(errs, dev, "ram", check->name, "%u MiB are too few for a screen of %u MiB",
			(unsigned)video->ram, (unsigned)video->vgamem);
	err_why(err,
		"The screen of qxl, %s, is in this memory beside the commands, and QEMU wants "
		"twice as much.",
		dev_symbol(dev, "vgamem"));
	err_fix(err, "Set %s to %u or more.", dev_symbol(dev, "ram"),
		(unsigned)(2 * video->vgamem));
}

static void check_memory(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &video_family)
			continue;
		check_power(check, dev, "ram", errs);
		check_power(check, dev, "vram", errs);
		check_power(check, dev, "vram64", errs);
		check_power(check, dev, "vgamem", errs);
		for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
			if (strcmp(limits[i].class, dev->class->name) == 0)
				check_limit(check, dev, &limits[i], errs);
		}
		check_twice(check, dev, errs);
	}
}

/* QEMU takes one number alone, and shows its own size; libvirt's schema wants both. */
static void check_size(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const struct video *video = dev->data;

		if (dev->family != &video_family || !has_size(dev) ||
		    !video->width == !video->height)
			continue;
		const char *given = video->width ? "width" : "height";
		const char *missing = video->width ? "height" : "width";
		struct err *err = dev_error(errs, dev, given, check->name,
					    "the screen has a %s and no %s", given, missing);

		err_why(err, "A size is both numbers, or neither where the guest chooses.");
		err_fix(err, "Set %s too, or clear %s.", dev_symbol(dev, missing),
			dev_symbol(dev, given));
	}
}

static const struct check video_checks[] = {
	{.name = "video-secondary", .run = check_secondary},
	{.name = "video-memory", .run = check_memory},
	{.name = "video-size", .run = check_size},
	{0},
};

const struct dev_family video_family = {
	.name = "video",
	.sym = "VIDEO",
	.max = 4,
	.size = sizeof(struct video),
	.rank = RANK_VIDEO,
	.xml = "video",
	.alias = "video%s",
	.classes = video_classes,
	.props = video_props,
	.checks = video_checks,
	.prepare = video_prepare,
};
