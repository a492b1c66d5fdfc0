/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * numa.c - the NUMA cells that the guest sees: CPUs and memory of each, distances between them.
 *
 * The slot is the number of the cell. A cell has a memory object of its own, which may be bound to
 * nodes of the host.
 */
#include "devices/registry.h"

#include <string.h>

#include "base/num.h"
#include "base/numset.h"
#include "model/backing.h"
#include "model/check.h"

struct numa {
	uint64_t id, memory_mib;
	uint64_t page_kib;
	const char *cpus, *distances, *host_nodes;
	const struct prop_word *access, *policy;
	bool discard;
	struct backing backing;
};

static const struct dev_class numa_classes[] = {
	{.name = "cell", .where = WHERE_NONE},
	{0},
};

static const struct numa *numa_of(const struct vm_dev *dev)
{
	return dev->data;
}

static bool is_bound(const struct vm_dev *dev)
{
	return numa_of(dev)->host_nodes;
}

static bool has_page_size(const struct vm_dev *dev)
{
	return numa_of(dev)->page_kib;
}

static bool is_in_file(const struct vm_dev *dev)
{
	return prop_word_is(dev->vm->guest.memory.source, "FILE");
}

#define FIELD(member) .field = offsetof(struct numa, member)
#define PAGES         "/memoryBacking/hugepages/page[nodeset=%s]/"
static const struct prop numa_props[] = {
	{.name = "id", .kind = PROP_UINT, .flags = PROP_ALWAYS, FIELD(id), .xml = "@id"},
	{.name = "cpus",
	 .sym = "CPUS",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI,
	 FIELD(cpus),
	 .xml = "@cpus"},
	{.name = "memory",
	 .sym = "MEMORY_MIB",
	 .kind = PROP_UINT,
	 .flags = PROP_ABI | PROP_XML_KIB,
	 FIELD(memory_mib),
	 .xml = "@memory",
	 .min = 1,
	 .max = 4194304},
	{.name = "unit", .kind = PROP_CONST, .text = "KiB", .xml = "@unit"},
	{.name = "access",
	 .sym = "ACCESS",
	 .kind = PROP_ENUM,
	 FIELD(access),
	 .words = backing_access_words,
	 .xml = "@memAccess"},
	{.name = "discard",
	 .sym = "DISCARD",
	 .kind = PROP_BOOL,
	 FIELD(discard),
	 .xml = "@discard",
	 .when = is_in_file},
	{.name = "huge-page-size",
	 .sym = "HUGEPAGE_KIB",
	 .kind = PROP_UINT,
	 FIELD(page_kib),
	 .xml = PAGES "@size",
	 .max = 16777216},
	{.name = "huge-page-unit",
	 .kind = PROP_CONST,
	 .text = "KiB",
	 .xml = PAGES "@unit",
	 .when = has_page_size},
	{.name = "distances",
	 .sym = "DISTANCES",
	 .kind = PROP_STRING,
	 .flags = PROP_ABI | PROP_XML_LIST,
	 FIELD(distances),
	 .xml = "distances/sibling[id=%u]/@value"},
	{.name = "host-nodes",
	 .sym = "HOST_NODES",
	 .kind = PROP_STRING,
	 FIELD(host_nodes),
	 .xml = "/numatune/memnode[cellid=%s]/@nodeset"},
	{.name = "policy",
	 .sym = "HOST_POLICY",
	 .kind = PROP_ENUM,
	 FIELD(policy),
	 .words = backing_policy_words,
	 .xml = "/numatune/memnode[cellid=%s]/@mode",
	 .when = is_bound},
	{0},
};
#undef PAGES
#undef FIELD

static void numa_prepare(struct vm *vm, struct vm_dev *dev)
{
	struct numa *numa = dev->data;

	numa->id = dev->slot;
	numa->backing = (struct backing){
		.id = arena_fmt(vm->arena, "ram-node%u", dev->slot),
		.bytes = numa->memory_mib << 20,
		.access = numa->access,
		.nodes = numa->host_nodes,
		.policy = numa->policy,
		.page_kib = numa->page_kib,
		.discard = numa->discard,
	};
	vm->guest.memory.cells[dev->slot] = &numa->backing;
	vm->guest.numa_cells++;
}

static void add_node(const struct vm_dev *dev, struct emit *emit, const char *memory)
{
	const struct numa *numa = numa_of(dev);
	struct text text = {.arena = emit->arena};
	struct numset set = {{0}};
	unsigned first, last;

	if (numa->cpus && numset_parse(numa->cpus, NUMSET_MAX - 1, &set) < 0)
		return;
	text_fmt(&text, "node,nodeid=%u", dev->slot);
	for (unsigned from = 0; numset_run(&set, from, &first, &last); from = last + 1)
		text_fmt(&text, first == last ? ",cpus=%u" : ",cpus=%u-%u", first, last);
	text_fmt(&text, ",memdev=%s", memory);
	emit_text(emit, "-numa", text_str(&text), 0);
}

/* QEMU wants to know of a cell before it is told how far away it is, so the last one says all. */
static void add_distances(const struct vm_dev *last, struct emit *emit)
{
	vm_for_each_dev(dev, last->vm->devs) {
		const char *at = dev->family == &numa_family ? numa_of(dev)->distances : NULL;

		for (unsigned to = 0; at && *at; to++) {
			size_t len = strcspn(at, ",");

			emit_text(emit, "-numa",
				  arena_fmt(emit->arena, "dist,src=%u,dst=%u,val=%.*s", dev->slot,
					    to, (int)len, at),
				  0);
			at += len + (at[len] == ',');
		}
	}
}

static void numa_back(const struct vm_dev *dev, struct emit *emit)
{
	const struct backing *backing = &numa_of(dev)->backing;

	backing_emit(emit, backing);
	add_node(dev, emit, backing->id);
	if (dev->index + 1 == dev->vm->guest.numa_cells)
		add_distances(dev, emit);
}

/* ---- checks ----------------------------------------------------------------------------------- */

static void check_slots(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	unsigned next = 0;

	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &numa_family)
			continue;
		if (dev->slot != next) {
			struct err *err =
				dev_error(errs, dev, NULL, check->name,
					  "cell %u is there and cell %u is not", dev->slot, next);

			err_why(err, "The guest counts its cells without a gap.");
			err_fix(err, "Switch on CONFIG_NUMA%u, or lower CONFIG_NUMA_COUNT.", next);
			return;
		}
		next++;
	}
}

static void check_memory(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *first = NULL;
	uint64_t sum = 0;

	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &numa_family)
			continue;
		first = first ? first : dev;
		sum += numa_of(dev)->memory_mib;
	}
	if (!first || sum == vm->guest.memory_mib)
		return;
	struct err *err =
		dev_error(errs, first, "memory", check->name,
			  "the cells have %llu MiB together, and the guest has %llu",
			  (unsigned long long)sum, (unsigned long long)vm->guest.memory_mib);

	err_why(err, "All memory lies in some cell.");
	err_fix(err, "Change CONFIG_NUMAn_MEMORY_MIB, or set CONFIG_MEMORY_MIB to %llu.",
		(unsigned long long)sum);
}

static void refuse_cpus(const struct check *check, const struct vm_dev *dev, const char *what,
			struct err_list *errs)
{
	struct err *err = dev_error(errs, dev, "cpus", check->name, "%s", what);

	err_why(err,
		"CPUs are numbers from 0 to %llu and ranges of them with commas between, as "
		"0-1,4, and each is in exactly one cell.",
		(unsigned long long)guest_cpus(&dev->vm->guest) - 1);
	err_fix(err, "Change %s.", dev_symbol(dev, "cpus"));
}

static void check_cpus(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	struct numset all = {{0}}, set;
	const struct vm_dev *last = NULL;
	unsigned max = (unsigned)guest_cpus(&vm->guest) - 1;
	unsigned cell, to;

	if (max >= NUMSET_MAX)
		return;
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &numa_family)
			continue;
		last = dev;
		if (!numa_of(dev)->cpus)
			continue;
		if (numset_parse(numa_of(dev)->cpus, max, &set) < 0) {
			refuse_cpus(check, dev,
				    arena_fmt(vm->arena, "\"%s\" are no CPUs of this guest",
					      numa_of(dev)->cpus),
				    errs);
			return;
		}
		for (cell = 0; numset_run(&set, cell, &cell, &to); cell++) {
			if (numset_has(&all, cell))
				refuse_cpus(check, dev,
					    arena_fmt(vm->arena, "CPU %u is in two cells", cell),
					    errs);
			numset_add(&all, cell);
		}
	}
	if (last && numset_count(&all) != max + 1)
		refuse_cpus(check, last,
			    arena_fmt(vm->arena, "%u of %u CPUs are in no cell",
				      max + 1 - numset_count(&all), max + 1),
			    errs);
}

/* ACPI's SLIT: 10 is the cell itself, 255 is out of reach; QEMU 7.2 hw/core/numa.c says the same. */
#define DISTANCE_SELF 10
#define DISTANCE_MAX  255

static bool are_distances(const char *text, unsigned self, uint64_t cells)
{
	unsigned count = 0;

	for (;; count++) {
		size_t len = strcspn(text, ",");
		uint64_t value;

		if (num_parse_n(text, len, DISTANCE_SELF, DISTANCE_MAX, &value) < 0 ||
		    (count == self) != (value == DISTANCE_SELF))
			return false;
		if (!text[len])
			return count + 1 == cells;
		text += len + 1;
	}
}

static void check_distances(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct vm_dev *with = NULL;

	vm_for_each_dev(dev, vm->devs) {
		if (dev->family == &numa_family && numa_of(dev)->distances)
			with = dev;
	}
	vm_for_each_dev(dev, vm->devs) {
		const char *text = dev->family == &numa_family ? numa_of(dev)->distances : NULL;

		if (dev->family != &numa_family || !with ||
		    (text && are_distances(text, dev->slot, vm->guest.numa_cells)))
			continue;
		struct err *err = dev_error(errs, dev, "distances", check->name,
					    "\"%s\" are not the distances of cell %u",
					    text ? text : "", dev->slot);

		err_why(err,
			"If one cell says how far the others are, each does: %llu numbers, %d for "
			"itself and %d to %d for the others, with commas between.",
			(unsigned long long)vm->guest.numa_cells, DISTANCE_SELF, DISTANCE_SELF + 1,
			DISTANCE_MAX);
		err_fix(err, "Change %s, or clear those of all cells.",
			dev_symbol(dev, "distances"));
	}
}

static void check_nodes(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		const struct numa *numa = dev->family == &numa_family ? numa_of(dev) : NULL;
		const char *fault = NULL;

		if (numa && numa->host_nodes)
			fault = backing_nodes_fault(numa->host_nodes, numa->policy);
		if (!fault)
			continue;
		struct err *err =
			dev_error(errs, dev, "host-nodes", check->name,
				  "\"%s\" are no nodes for this policy", numa->host_nodes);

		err_why(err, "%s", fault);
		err_fix(err, "Change %s; `numactl -H` on the target lists them.",
			dev_symbol(dev, "host-nodes"));
	}
}

static void check_pages(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		uint64_t page = dev->family == &numa_family ? numa_of(dev)->page_kib : 0;
		uint64_t kib = page ? numa_of(dev)->memory_mib << 10 : 0;

		if (!page || ((page & (page - 1)) == 0 && kib % page == 0))
			continue;
		struct err *err = dev_error(errs, dev, "huge-page-size", check->name,
					    "a cell of %llu MiB in pages of %llu KiB",
					    (unsigned long long)numa_of(dev)->memory_mib,
					    (unsigned long long)page);

		err_why(err, "Pages are powers of two, and a cell consists of whole ones.");
		err_fix(err, "Set %s to a size that the target has, as 2048.",
			dev_symbol(dev, "huge-page-size"));
	}
}

/* XML has no word for huge pages of the default size beside those that a cell has. */
static void check_sizes(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	const struct guest_memory *memory = &vm->guest.memory;

	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &numa_family || !has_page_size(dev) || !memory->hugepages ||
		    memory->page_kib)
			continue;
		struct err *err = dev_error(errs, dev, "huge-page-size", check->name,
					    "pages of a certain size beside those of the target's");

		err_why(err, "libvirt would take other cells for ones without huge pages.");
		err_fix(err, "Set CONFIG_MEMORY_HUGEPAGE_KIB to the size for the others, or clear "
			     "CONFIG_MEMORY_HUGEPAGES.");
		return;
	}
}

static void check_auto(const struct check *check, const struct vm *vm, struct err_list *errs)
{
	vm_for_each_dev(dev, vm->devs) {
		if (dev->family != &numa_family || !is_bound(dev) ||
		    !prop_word_is(vm->guest.memory.placement, "AUTO"))
			continue;
		struct err *err =
			dev_error(errs, dev, "host-nodes", check->name,
				  "a cell is bound to nodes that are chosen at the start");

		err_why(err,
			"With automatic placement the nodes of all memory are taken from advice.");
		err_fix(err, "Clear %s, or choose another CONFIG_MEMORY_PLACEMENT.",
			dev_symbol(dev, "host-nodes"));
	}
}

static const struct check numa_checks[] = {
	{.name = "numa-slots", .run = check_slots},
	{.name = "numa-memory", .run = check_memory},
	{.name = "numa-cpus", .run = check_cpus},
	{.name = "numa-distances", .run = check_distances},
	{.name = "numa-nodes", .run = check_nodes},
	{.name = "numa-placement", .run = check_auto},
	{.name = "numa-pages", .run = check_pages},
	{.name = "numa-page-sizes", .run = check_sizes},
	{0},
};

const struct dev_family numa_family = {
	.name = "numa",
	.sym = "NUMA",
	.max = NUMA_CELLS_MAX,
	.size = sizeof(struct numa),
	.rank = RANK_NONE,
	.xml = "cell",
	.under = "cpu/numa",
	.classes = numa_classes,
	.props = numa_props,
	.checks = numa_checks,
	.prepare = numa_prepare,
	.back = numa_back,
};
