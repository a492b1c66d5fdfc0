/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.c - how much memory the guest has, what it is made of, and where on the host it is.
 *
 * The objects themselves are model/backing.c's. Where a page lies is the host's business: it follows
 * from fixed nodes, or from advice that kiln-run takes from the host when the guest starts.
 */
#include "machines/guest.h"

#include "model/backing.h"
#include "model/check.h"

static const struct prop_word source_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "ANONYMOUS", .xml = "anonymous"},
	{.sym = "FILE", .xml = "file"},
	{.sym = "MEMFD", .xml = "memfd"},
	{0},
};

static const struct prop_word placement_words[] = {
	{.sym = "DEFAULT"},
	{.sym = "FIXED"},
	{.sym = "AUTO", .xml = "auto"},
	{0},
};

static const struct guest_memory *memory_of(const struct vm_dev *dev)
{
	return &guest_of(dev)->memory;
}

static bool is_in_files(const struct vm_dev *dev)
{
	return prop_word_is(memory_of(dev)->source, "FILE");
}

static bool has_pages(const struct vm_dev *dev)
{
	return memory_of(dev)->hugepages;
}

static bool has_page_size(const struct vm_dev *dev)
{
	return has_pages(dev) && memory_of(dev)->page_kib;
}

static bool has_prealloc(const struct vm_dev *dev)
{
	return memory_of(dev)->prealloc;
}

static bool is_placed(const struct vm_dev *dev)
{
	return !prop_word_is(memory_of(dev)->placement, "DEFAULT");
}

static bool is_fixed(const struct vm_dev *dev)
{
	return prop_word_is(memory_of(dev)->placement, "FIXED");
}

static bool has_room(const struct vm_dev *dev)
{
	return memory_of(dev)->max_mib;
}

static bool lacks_merging(const struct vm_dev *dev)
{
	return memory_of(dev)->nosharepages;
}

#define FIELD(member) .field = offsetof(struct guest, member)
static const struct prop memory_props[] = {
	{.name = "memory",
	 .sym = "MEMORY_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(memory_mib),
	 .min = 16,
	 .max = 4194304},
	{.name = "memory-max",
	 .sym = "MEMORY_MAX_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI | PROP_XML_KIB,
	 FIELD(memory.max_mib),
	 .xml = "maxMemory",
	 .max = 16777216},
	{.name = "memory-max-unit",
	 .kind = PROP_CONST,
	 .text = "KiB",
	 .xml = "maxMemory/@unit",
	 .when = has_room},
	{.name = "memory-slots",
	 .sym = "MEMORY_SLOTS",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI,
	 FIELD(memory.slots),
	 .xml = "maxMemory/@slots",
	 .min = 1,
	 .max = 256,
	 .when = has_room},
	{.name = "nvdimm", .kind = PROP_BOOL, FIELD(memory.nvdimm), .qemu = "nvdimm"},
	{.name = "memory-source",
	 .sym = "MEMORY_SOURCE",
	 .kind = PROP_ENUM,
	 FIELD(memory.source),
	 .words = source_words,
	 .xml = "memoryBacking/source/@type"},
	{.name = "memory-folder",
	 .sym = "MEMORY_FOLDER",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 .rule = RULE(PATH),
	 FIELD(memory.dir),
	 .when = is_in_files},
	{.name = "memory-access",
	 .sym = "MEMORY_ACCESS",
	 .kind = PROP_ENUM,
	 FIELD(memory.access),
	 .words = backing_access_words,
	 .xml = "memoryBacking/access/@mode"},
	{.name = "huge-pages",
	 .sym = "MEMORY_HUGEPAGES",
	 .kind = PROP_BOOL,
	 FIELD(memory.hugepages),
	 .xml = "memoryBacking/hugepages"},
	{.name = "huge-page-size",
	 .sym = "MEMORY_HUGEPAGE_KIB",
	 .kind = PROP_UINT,
	 FIELD(memory.page_kib),
	 .xml = "memoryBacking/hugepages/page/@size",
	 .max = 16777216,
	 .when = has_pages},
	{.name = "huge-page-unit",
	 .kind = PROP_CONST,
	 .text = "KiB",
	 .xml = "memoryBacking/hugepages/page/@unit",
	 .when = has_page_size},
	{.name = "no-merging",
	 .sym = "MEMORY_NOSHAREPAGES",
	 .kind = PROP_BOOL,
	 FIELD(memory.nosharepages),
	 .xml = "memoryBacking/nosharepages"},
	{.name = "merging",
	 .kind = PROP_CONST,
	 .text = "off",
	 .qemu = "mem-merge",
	 .when = lacks_merging},
	{.name = "locked",
	 .sym = "MEMORY_LOCKED",
	 .kind = PROP_BOOL,
	 FIELD(memory.locked),
	 .xml = "memoryBacking/locked"},
	{.name = "prealloc", .sym = "MEMORY_PREALLOC", .kind = PROP_BOOL, FIELD(memory.prealloc)},
	{.name = "allocation",
	 .kind = PROP_CONST,
	 .text = "immediate",
	 .xml = "memoryBacking/allocation/@mode",
	 .when = has_prealloc},
	{.name = "prealloc-threads",
	 .sym = "MEMORY_PREALLOC_THREADS",
	 .kind = PROP_UINT,
	 FIELD(memory.prealloc_threads),
	 .xml = "memoryBacking/allocation/@threads",
	 .max = 256,
	 .when = has_prealloc},
	{.name = "discard",
	 .sym = "MEMORY_DISCARD",
	 .kind = PROP_BOOL,
	 FIELD(memory.discard),
	 .xml = "memoryBacking/discard",
	 .when = is_in_files},
	{.name = "placement",
	 .sym = "MEMORY_PLACEMENT",
	 .kind = PROP_ENUM,
	 FIELD(memory.placement),
	 .words = placement_words,
	 .xml = "numatune/memory/@placement"},
	{.name = "policy",
	 .sym = "MEMORY_POLICY",
	 .kind = PROP_ENUM,
	 FIELD(memory.policy),
	 .words = backing_policy_words,
	 .xml = "numatune/memory/@mode",
	 .when = is_placed},
	{.name = "host-nodes",
	 .sym = "MEMORY_HOST_NODES",
	 .kind = PROP_STRING,
	 .flags = PROP_REQUIRED,
	 FIELD(memory.host_nodes),
	 .xml = "numatune/memory/@nodeset",
	 .when = is_fixed},
	{0},
};
#undef FIELD

static void check_nodes(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest_memory *memory = &vm->guest.memory;
	const char *fault = NULL;

	if (is_fixed(vm->guest_dev) && memory->host_nodes)
		fault = backing_nodes_fault(memory->host_nodes, memory->policy);
	if (!fault)
		return;
	struct err *err = dev_error(errs, vm->guest_dev, "host-nodes", check->name,
				    "\"%s\" are no nodes for this policy", memory->host_nodes);

	err_why(err, "%s", fault);
	err_fix(err, "Change CONFIG_MEMORY_HOST_NODES; `numactl -H` on the target lists them.");
}

static void check_room(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest *guest = &vm->guest;
	struct err *err;

	if (!guest->memory.max_mib)
		return;
	if (guest->memory.max_mib <= guest->memory_mib) {
		err = dev_error(errs, vm->guest_dev, "memory-max", check->name,
				"%llu MiB is no more than the memory of %llu MiB",
				(unsigned long long)guest->memory.max_mib,
				(unsigned long long)guest->memory_mib);
		err_why(err, "It is what the guest can have with all memory devices together.");
		err_fix(err, "Raise CONFIG_MEMORY_MAX_MIB, or set it to 0.");
		return;
	}
	if (guest->numa_cells)
		return;
	err = dev_error(errs, vm->guest_dev, "memory-max", check->name,
			"room for memory devices without a NUMA cell");
	err_why(err, "ACPI tells the guest in which cell memory that is added later lies; "
		     "libvirt refuses it too.");
	err_fix(err, "Set CONFIG_NUMA_COUNT=1, with all memory and CPUs in the cell.");
}

static const struct check memory_checks[] = {
	{.name = "memory-nodes", .run = check_nodes},
	{.name = "memory-room", .run = check_room},
	{0},
};

const struct guest_subject guest_memory = {
	.props = memory_props,
	.checks = memory_checks,
};
