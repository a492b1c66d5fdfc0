/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shmem.c - memory that machines of a host share: ivshmem-plain on a file in /dev/shm, or
 * ivshmem-doorbell with interrupts, whose memory a server gives (QEMU's docs/specs/ivshmem-spec.txt).
 */
#include "devices/registry.h"

#include "devices/chardev.h"
#include "model/check.h"
#include "model/emit.h"

struct shmem {
	const char *name, *server;
	uint64_t size, vectors;
	bool ioeventfd;
};

static const struct dev_class shmem_classes[] = {
	{.name = "ivshmem-plain", .sym = "PLAIN", .driver = "ivshmem-plain", .where = WHERE_PCI},
	{.name = "ivshmem-doorbell",
	 .sym = "DOORBELL",
	 .driver = "ivshmem-doorbell",
	 .where = WHERE_PCI},
	{0},
};

static const struct shmem *shmem_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool is_plain(const struct vm_dev *dev)
{
	return dev->class == shmem_classes;
}

static bool is_doorbell(const struct vm_dev *dev)
{
	return !is_plain(dev);
}

#define FIELD(member) .field = offsetof(struct shmem, member)
static const struct prop shmem_props[] = {
	{.name = "name",
	 .sym = "NAME",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED | PROP_UNIQUE,
	 .rule = RULE(FILE_NAME),
	 FIELD(name),
	 .xml = "@name"},
	{.name = "model",
	 .sym = "MODEL",
	 .kind = PROP_CLASS,
	 .flags = PROP_ABI | PROP_PIN,
	 .xml = "model/@type"},
	{.name = "unit", .kind = PROP_CONST, .text = "M", .xml = "size/@unit", .when = is_plain},
	{.name = "size",
	 .sym = "SIZE_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(size),
	 .xml = "size",
	 .min = 1,
	 .max = 65536,
	 .when = is_plain},
	{.name = "server",
	 .sym = "SERVER",
	 .kind = PROP_STRING,
	 .flags = PROP_SITE | PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(server),
	 .xml = "server/@path",
	 .site = SITE_PATH,
	 .when = is_doorbell},
	{.name = "id", .kind = PROP_ALIAS, .text = "%s", .qemu = "id"},
	{.name = "memdev",
	 .kind = PROP_ALIAS,
	 .text = "shmmem-%s",
	 .qemu = "memdev",
	 .when = is_plain},
	{.name = "chardev",
	 .kind = PROP_ALIAS,
	 .text = "char%s",
	 .qemu = "chardev",
	 .when = is_doorbell},
	{.name = "vectors",
	 .sym = "VECTORS",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(vectors),
	 .xml = "msi/@vectors",
	 .qemu = "vectors",
	 .min = 1,
	 .max = 2048,
	 .when = is_doorbell},
	{.name = "ioeventfd",
	 .sym = "IOEVENTFD",
	 .kind = PROP_BOOL,
	 .flags = PROP_ALWAYS | PROP_XML_ONOFF,
	 FIELD(ioeventfd),
	 .xml = "msi/@ioeventfd",
	 .qemu = "ioeventfd",
	 .when = is_doorbell},
	{.name = "address", .sym = "PCI_ADDRESS", .kind = PROP_PCI},
	{.name = "place", .kind = PROP_ADDRESS},
	{0},
};
#undef FIELD

static void shmem_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct shmem *shmem = shmem_of(dev);
	struct arena *arena = emit->arena;

	if (is_doorbell(dev)) {
		chardev_emit_socket(dev, emit, arena_fmt(arena, "char%s", dev->alias), "server", 0);
		return;
	}
	if (!shmem->name)
		return;
	struct node *object = emit_tree(emit, "-object", 0);

	node_add_string(arena, object, "qom-type", "memory-backend-file");
	node_add_string(arena, object, "id", arena_fmt(arena, "shmmem-%s", dev->alias));
	node_add_string(arena, object, "mem-path", arena_fmt(arena, "/dev/shm/%s", shmem->name));
	node_add_uint(arena, object, "size", shmem->size << 20);
	node_add_bool(arena, object, "share", true);
}

static void check_size(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		uint64_t size, up = 1;

		if (dev->family != &shmem_family || !is_plain(dev))
			continue;
		size = shmem_of(dev)->size;
		if ((size & (size - 1)) == 0)
			continue;
		while (up < size)
			up <<= 1;
		struct err *err = dev_error(errs, dev, "size", check->name,
					    "%u MiB is no power of two", (unsigned)size);

		err_why(err, "The guest sees the memory as a PCI region, whose size is a power of "
			     "two; libvirt refuses others too.");
		err_fix(err, "Set %s to %u or %u.", dev_symbol(dev, "size"), (unsigned)(up / 2),
			(unsigned)up);
	}
}

static const struct check shmem_checks[] = {
	{.name = "shmem-size", .run = check_size},
	{0},
};

const struct dev_family shmem_family = {
	.name = "shmem",
	.sym = "SHMEM",
	.max = 4,
	.size = sizeof(struct shmem),
	.rank = RANK_SHMEM,
	.xml = "shmem",
	.alias = "shmem%s",
	.classes = shmem_classes,
	.props = shmem_props,
	.checks = shmem_checks,
	.back = shmem_back,
};
