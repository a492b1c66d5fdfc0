/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * numa.c - -numa as cells: which CPUs and which memory each has, and how far it is from the others.
 *
 * What is not said is filled in as QEMU does it (hw/core/numa.c, hw/core/machine.c of 7.2).
 */
#include "import/argv/argv.h"

#include <inttypes.h>
#include <string.h>

#include "base/numset.h"

#define CELLS     32
#define NEAR      10
#define FAR       20
#define DISTANCES 256

static const char no_setting[] = "Kiln has no setting that says it";

/** struct cells - what is said of all; @any: of any CPU; @far: of any distance. */
struct cells {
	struct argv *argv;
	xmlNodePtr node[CELLS];
	struct numset cpus[CELLS];
	unsigned far[CELLS][CELLS], count;
	bool any, is_far;
};

static uint64_t number_of(const struct argv *argv, const char *row)
{
	const struct argv_setting *set = argv_item(argv->import->root)->settings;
	uint64_t number = 1;

	for (; set; set = set->next) {
		if (strcmp(set->row, row) == 0)
			(void)tree_number(set->text, &number);
	}
	return number;
}

static bool take_number(struct argv *argv, struct node *tree, const char *key, uint64_t limit,
			uint64_t *ret)
{
	const char *text = argv_take(argv, tree, key);

	return text && tree_number(text, ret) && *ret < limit;
}

/* "cpus" may stand several times. */
static void take_ranges(struct cells *cells, unsigned cell, struct node *tree)
{
	struct numset set = {{0}};

	node_for_each(item, tree) {
		const char *text = item->key && strcmp(item->key, "cpus") == 0
					   ? argument_text(cells->argv->arena, item)
					   : NULL;

		if (!text || numset_parse(text, NUMSET_MAX - 1, &set) < 0)
			continue;
		for (unsigned i = 0; i < NUMSET_MAX; i++) {
			if (numset_has(&set, i))
				numset_add(&cells->cpus[cell], i);
		}
		cells->any = true;
	}
	(void)argv_take(cells->argv, tree, "cpus");
}

static void read_cell(struct cells *cells, struct argv_option *option)
{
	struct argv *argv = cells->argv;
	const char *memory;
	uint64_t id = cells->count, bytes;
	xmlNodePtr node;

	if (argv_peek(argv, option->tree, "nodeid") &&
	    !take_number(argv, option->tree, "nodeid", CELLS, &id))
		return;
	if (id >= CELLS || cells->node[id])
		return;
	option->done = true;
	node = argv_element(argv, option, argv_family(argv, "numa"), "cell");
	xml_attr_fmt(node, "id", "%u", (unsigned)id);
	cells->node[id] = node;
	cells->count++;
	take_ranges(cells, (unsigned)id, option->tree);
	/* Of machine types up to 5.0. */
	memory = argv_take(argv, option->tree, "mem");
	if (memory && argv_bytes(memory, 1u << 20, &bytes))
		argv_set(argv, node, "memory", arena_fmt(argv->arena, "%" PRIu64, bytes >> 20));
	memory = argv_take(argv, option->tree, "memdev");
	if (memory)
		argv_memdev(argv, node, memory);
	argv_lost(argv, option, "", option->tree, no_setting);
}

/* A CPU by its place; of what is not said all of them. */
static void read_cpu(struct cells *cells, struct argv_option *option)
{
	static const struct {
		const char *key, *row;
	} parts[] = {{"socket-id", "sockets"},
		     {"die-id", "dies"},
		     {"core-id", "cores"},
		     {"thread-id", "threads"}};
	struct argv *argv = cells->argv;
	uint64_t cell, place[4], all = 1;
	bool said[4];

	if (!take_number(argv, option->tree, "node-id", CELLS, &cell))
		return;
	option->done = true;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		said[i] = take_number(argv, option->tree, parts[i].key, NUMSET_MAX, &place[i]);
		all *= number_of(argv, parts[i].row);
	}
	for (uint64_t cpu = 0; cpu < all && cpu < NUMSET_MAX; cpu++) {
		uint64_t rest = cpu;
		bool is_it = true;

		for (size_t i = ARRAY_SIZE(parts); i-- > 0;) {
			uint64_t count = number_of(argv, parts[i].row);

			is_it &= !said[i] || rest % count == place[i];
			rest /= count;
		}
		if (is_it)
			numset_add(&cells->cpus[cell], (unsigned)cpu);
	}
	cells->any = true;
	argv_lost(argv, option, "", option->tree, no_setting);
}

static void read_distance(struct cells *cells, struct argv_option *option)
{
	struct argv *argv = cells->argv;
	uint64_t from, to, value;

	if (!take_number(argv, option->tree, "src", CELLS, &from) ||
	    !take_number(argv, option->tree, "dst", CELLS, &to) ||
	    !take_number(argv, option->tree, "val", DISTANCES, &value))
		return;
	option->done = true;
	cells->far[from][to] = (unsigned)value;
	cells->is_far = true;
}

/* A CPU of which nothing is said is in node 0; where nothing is said of any, each socket has a node. */
static void set_cpus(struct cells *cells)
{
	struct argv *argv = cells->argv;
	uint64_t sockets = number_of(argv, "sockets");
	uint64_t each =
		number_of(argv, "dies") * number_of(argv, "cores") * number_of(argv, "threads");

	for (uint64_t cpu = 0; cpu < sockets * each && cpu < NUMSET_MAX; cpu++) {
		unsigned home = cells->any ? 0 : (unsigned)(cpu / each % cells->count);
		bool has = false;

		for (unsigned i = 0; i < CELLS; i++)
			has |= numset_has(&cells->cpus[i], (unsigned)cpu);
		if (!has)
			numset_add(&cells->cpus[home], (unsigned)cpu);
	}
	for (unsigned i = 0; i < CELLS; i++) {
		struct text text = {.arena = argv->arena};
		unsigned first, last;

		for (unsigned from = 0; numset_run(&cells->cpus[i], from, &first, &last);
		     from = last + 1)
			text_fmt(&text, first == last ? "%s%u" : "%s%u-%u", text.len ? "," : "",
				 first, last);
		if (cells->node[i] && text.len)
			argv_set(argv, cells->node[i], "cpus", text_str(&text));
	}
}

/* One direction is both where the other is not said. */
static void set_distances(struct cells *cells)
{
	for (unsigned i = 0; i < cells->count; i++) {
		struct text text = {.arena = cells->argv->arena};

		for (unsigned j = 0; j < cells->count; j++) {
			unsigned far = cells->far[i][j] ? cells->far[i][j] : cells->far[j][i];

			if (!far)
				far = i == j ? NEAR : FAR;
			text_fmt(&text, "%s%u", j ? "," : "", far);
		}
		if (cells->node[i])
			argv_set(cells->argv, cells->node[i], "distances", text_str(&text));
	}
}

static bool is_shared(const struct cells *cells, unsigned cell)
{
	const struct argv_setting *set = argv_item(cells->node[cell])->settings;

	while (set && (strcmp(set->row, "access") != 0 || strcmp(set->text, "SHARED") != 0))
		set = set->next;
	return set;
}

/* Where each cell is shared the guest's memory is. */
static void set_access(struct cells *cells)
{
	bool all = true;

	for (unsigned i = 0; i < CELLS; i++)
		all &= !cells->node[i] || is_shared(cells, i);
	if (all)
		argv_set(cells->argv, cells->argv->import->root, "memory-access", "SHARED");
}

void argv_numa(struct argv *argv)
{
	struct cells cells = {.argv = argv};

	argv_for_each(option, argv)
	{
		if (!argv_is_open(option, "-numa"))
			continue;
		if (argv_take_if(argv, option->tree, "type", "node"))
			read_cell(&cells, option);
		else if (argv_take_if(argv, option->tree, "type", "cpu"))
			read_cpu(&cells, option);
		else if (argv_take_if(argv, option->tree, "type", "dist"))
			read_distance(&cells, option);
	}
	if (!cells.count)
		return;
	set_cpus(&cells);
	set_access(&cells);
	if (cells.is_far)
		set_distances(&cells);
}
