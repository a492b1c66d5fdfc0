/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory_device.c - memory beside that which the guest starts with: modules (dimm), modules that keep
 * what is in them (nvdimm), and the same two as virtio devices, which grow and shrink or are a file.
 *
 * The limits are QEMU's (7.2 and 10.0 say the same) and libvirt 9.0's, tried with both.
 */
#include "devices/memory_device.h"

#include <inttypes.h>
#include <string.h>

#include "devices/registry.h"
#include "model/backing.h"
#include "model/vm.h"

static const struct dev_class memory_classes[] = {
	{
		.name = "dimm",
		.sym = "DIMM",
		.driver = "pc-dimm",
		.where = WHERE_NONE,
		.flags = CLASS_MODULE,
		.alias = "dimm%s",
	},
	{
		.name = "nvdimm",
		.sym = "NVDIMM",
		.driver = "nvdimm",
		.where = WHERE_NONE,
		.flags = CLASS_MODULE | CLASS_FILE,
		.alias = "nvdimm%s",
	},
	{
		.name = "virtio-mem",
		.sym = "VIRTIO_MEM",
		.driver = "virtio-mem-pci",
		.where = WHERE_PCIE,
		.alias = "virtiomem%s",
	},
	{
		.name = "virtio-pmem",
		.sym = "VIRTIO_PMEM",
		.driver = "virtio-pmem-pci",
		.where = WHERE_PCIE,
		.flags = CLASS_FILE,
		.alias = "virtiopmem%s",
	},
	{0},
};

static bool is_anonymous(const struct vm_dev *dev)
{
	return !memory_device_is_file(dev);
}

static bool is_virtio(const struct vm_dev *dev)
{
	return !memory_device_is_module(dev);
}

static bool is_nvdimm(const struct vm_dev *dev)
{
	return memory_device_is_module(dev) && memory_device_is_file(dev);
}

static bool is_virtio_pmem(const struct vm_dev *dev)
{
	return is_virtio(dev) && memory_device_is_file(dev);
}

/* What a virtio-pmem writes must be in the file when its guest asks for it. */
static bool has_access(const struct vm_dev *dev)
{
	return !is_virtio_pmem(dev);
}

static bool is_dimm_in_files(const struct vm_dev *dev)
{
	return memory_device_is_module(dev) && is_anonymous(dev) &&
	       prop_word_is(dev->vm->guest.memory.source, "FILE");
}

static bool has_page_size(const struct vm_dev *dev)
{
	return is_anonymous(dev) && memory_device_of(dev)->page_kib;
}

static bool has_align(const struct vm_dev *dev)
{
	return is_nvdimm(dev) && memory_device_of(dev)->align_kib;
}

static const char *base_text(const struct vm_dev *dev)
{
	uint64_t base = memory_device_of(dev)->base;

	return base ? arena_fmt(dev->vm->arena, "0x%" PRIx64, base) : NULL;
}

#define FIELD(member) .field = offsetof(struct memory_device, member)
#define UNIT(of, path, applies)                                                              \
	{                                                                                    \
		.name = of "-unit", .kind = PROP_CONST, .text = "KiB", .xml = path "/@unit", \
		.when = applies                                                              \
	}
static const struct prop memory_props[] = {
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_PIN | PROP_ABI,
	 .xml = "@model"},
	{.name = "access",
	 .sym = "ACCESS",
	 .kind = PROP_ENUM,
	 FIELD(access),
	 .words = backing_access_words,
	 .xml = "@access",
	 .when = has_access},
	{.name = "shared",
	 .kind = PROP_CONST,
	 .text = "shared",
	 .xml = "@access",
	 .when = is_virtio_pmem},
	{.name = "discard",
	 .sym = "DISCARD",
	 .kind = PROP_BOOL,
	 FIELD(discard),
	 .xml = "@discard",
	 .when = is_dimm_in_files},
	{.name = "path",
	 .sym = "PATH",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_SITE,
	 .rule = RULE(PATH),
	 .site = SITE_PATH,
	 FIELD(path),
	 .xml = "source/path",
	 .when = memory_device_is_file},
	{.name = "align",
	 .sym = "ALIGN_KIB",
	 .kind = PROP_UINT,
	 FIELD(align_kib),
	 .xml = "source/alignsize",
	 .max = 1048576,
	 .when = is_nvdimm},
	UNIT("align", "source/alignsize", has_align),
	{.name = "pmem",
	 .sym = "PMEM",
	 .kind = PROP_BOOL,
	 FIELD(pmem),
	 .xml = "source/pmem",
	 .when = is_nvdimm},
	{.name = "host-nodes",
	 .sym = "HOST_NODES",
	 .kind = PROP_STRING,
	 FIELD(host_nodes),
	 .xml = "source/nodemask",
	 .when = is_anonymous},
	{.name = "huge-page-size",
	 .sym = "HUGEPAGE_KIB",
	 .kind = PROP_UINT,
	 FIELD(page_kib),
	 .xml = "source/pagesize",
	 .max = 16777216,
	 .when = is_anonymous},
	UNIT("huge-page", "source/pagesize", has_page_size),
	{.name = "size",
	 .sym = "SIZE_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI | PROP_XML_KIB,
	 FIELD(size_mib),
	 .xml = "target/size",
	 .min = 2,
	 .max = 4194304},
	UNIT("size", "target/size", NULL),
	{.name = "node",
	 .sym = "NODE",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI | PROP_ALWAYS,
	 FIELD(node),
	 .xml = "target/node",
	 .qemu = "node",
	 .max = 31,
	 .when = memory_device_has_node},
	{.name = "block",
	 .sym = "BLOCK_KIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI | PROP_PIN,
	 FIELD(block_kib),
	 .xml = "target/block",
	 .min = 2048,
	 .max = 1048576,
	 .when = memory_device_is_virtio_mem},
	UNIT("block", "target/block", memory_device_is_virtio_mem),
	{.name = "requested",
	 .sym = "REQUESTED_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_TELL | PROP_ALWAYS | PROP_XML_KIB,
	 FIELD(requested_mib),
	 .xml = "target/requested",
	 .max = 4194304,
	 .when = memory_device_is_virtio_mem},
	UNIT("requested", "target/requested", memory_device_is_virtio_mem),
	{.name = "label",
	 .sym = "LABEL_KIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(label_kib),
	 .xml = "target/label/size",
	 .max = 1048576,
	 .when = is_nvdimm},
	UNIT("label", "target/label/size", memory_device_has_label),
	{.name = "read-only",
	 .sym = "READONLY",
	 .kind = PROP_BOOL,
	 .flags = PROP_ABI,
	 FIELD(read_only),
	 .xml = "target/readonly",
	 .qemu = "unarmed",
	 .when = is_nvdimm},
	{.name = "block-bytes",
	 .kind = PROP_UINT,
	 FIELD(block),
	 .qemu = "block-size",
	 .when = memory_device_is_virtio_mem},
	{.name = "requested-bytes",
	 .kind = PROP_UINT,
	 FIELD(requested),
	 .qemu = "requested-size",
	 .when = memory_device_is_virtio_mem},
	{.name = "label-bytes",
	 .kind = PROP_UINT,
	 FIELD(label),
	 .qemu = "label-size",
	 .when = is_nvdimm},
	{.name = "memdev", .kind = PROP_ALIAS, .text = "mem%s", .qemu = "memdev"},
	{.name = "prealloc",
	 .kind = PROP_BOOL,
	 FIELD(prealloc),
	 .qemu = "prealloc",
	 .when = memory_device_is_virtio_mem},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "slot-type",
	 .kind = PROP_CONST,
	 .text = "dimm",
	 .xml = "address/@type",
	 .when = memory_device_is_module},
	{.name = "slot",
	 .kind = PROP_UINT,
	 .flags = PROP_ALWAYS,
	 FIELD(slot),
	 .xml = "address/@slot",
	 .qemu = "slot",
	 .when = memory_device_is_module},
	{.name = "base",
	 .sym = "BASE",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(base),
	 .qemu = "addr",
	 .max = 0xffffffffff,
	 .when = memory_device_is_module},
	{.name = "base-hex",
	 .kind = PROP_MADE,
	 .make = base_text,
	 .xml = "address/@base",
	 .when = memory_device_is_module},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI, .when = is_virtio},
	{.name = "place", .kind = PROP_ADDRESS, .when = is_virtio},
	{0},
};
#undef UNIT
#undef FIELD

static void memory_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct guest_memory *guest = &vm->guest.memory;
	struct memory_device *memory = dev->data;

	memory->slot = dev->slot;
	memory->block = memory->block_kib << 10;
	memory->requested = memory->requested_mib << 20;
	memory->label = memory->label_kib << 10;
	guest->devices++;
	guest->devices_mib += memory->size_mib;
	guest->nvdimm |= is_nvdimm(dev);
}

/* QEMU opens it again by the descriptor's number: an fd set is no place for memory (qemu-facts, 1). */
static const char *open_path(const struct vm_dev *dev, struct emit *emit)
{
	struct op op;

	memset(&op, 0, sizeof(op));
	op.code = OP_FILE;
	op.file.owner = dev->id;
	op.file.path = emit_site_value(emit, dev, "path");
	op.file.flags = memory_device_of(dev)->read_only ? FILE_READ_ONLY : 0;
	if (strncmp(memory_device_of(dev)->path, "/dev/dax", 8) == 0)
		op.file.flags |= FILE_CHARACTER_DEVICE;
	return emit_mark(emit, FIX_FD_PATH, emit_op(emit, &op), 0, "");
}

/* What it does not say itself is as in its cell. */
static struct backing cell_of(const struct vm_dev *dev)
{
	const struct guest_memory *guest = &dev->vm->guest.memory;
	const struct backing *cell = NULL;

	if (memory_device_has_node(dev) && memory_device_of(dev)->node < NUMA_CELLS_MAX)
		cell = guest->cells[memory_device_of(dev)->node];
	return cell ? *cell : (struct backing){0};
}

static void set_place(const struct vm_dev *dev, struct backing *backing)
{
	const struct guest_memory *guest = &dev->vm->guest.memory;
	const struct memory_device *memory = memory_device_of(dev);

	if (!memory->host_nodes)
		return;
	/* A policy of the cell goes with nodes of its own. */
	if (!backing->nodes)
		backing->policy = prop_word_is(guest->placement, "DEFAULT") ? backing_policy_words
									    : guest->policy;
	backing->nodes = memory->host_nodes;
}

static void memory_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct guest_memory *guest = &dev->vm->guest.memory;
	struct memory_device *memory = dev->data;
	struct backing backing = cell_of(dev);

	if (memory_device_is_file(dev) && !memory->path)
		return;
	backing.id = arena_fmt(emit->arena, "mem%s", dev->alias);
	backing.bytes = memory->size_mib << 20;
	if (is_virtio_pmem(dev))
		backing.access = &backing_access_words[1];
	else if (memory->access && !prop_word_is(memory->access, "DEFAULT"))
		backing.access = memory->access;
	set_place(dev, &backing);
	if (memory->page_kib)
		backing.page_kib = memory->page_kib;
	memory->prealloc = guest->prealloc || guest->hugepages || backing.page_kib;
	backing.align = memory->align_kib << 10;
	backing.discard |= memory->discard;
	backing.pmem = memory->pmem;
	backing.read_only = memory->read_only;
	/* A page that the target lacks must not be noticed in the middle of a write. */
	backing.prealloc = is_nvdimm(dev);
	backing.unreserved = memory_device_is_virtio_mem(dev);
	if (memory_device_is_file(dev))
		backing.path = open_path(dev, emit);
	backing_emit(emit, &backing);
}

const struct dev_family memory_device_family = {
	.name = "memory-device",
	.sym = "MEMORY_DEVICE",
	.max = 16,
	.size = sizeof(struct memory_device),
	.rank = RANK_MEMORY,
	.xml = "memory",
	.classes = memory_classes,
	.props = memory_props,
	.checks = memory_device_checks,
	.prepare = memory_prepare,
	.back = memory_back,
};
