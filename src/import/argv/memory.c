/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.c - -object memory-backend-*: of the machine, of a NUMA cell, of a device.
 */
#include "import/argv/argv.h"

#include <inttypes.h>
#include <string.h>

static const char no_setting[] = "Kiln has no setting that says it";

static const char *mib(struct argv *argv, const char *text)
{
	uint64_t bytes;

	if (!text || !argv_bytes(text, 1, &bytes) || bytes % (1u << 20))
		return NULL;
	return arena_fmt(argv->arena, "%" PRIu64, bytes >> 20);
}

static const char *kib(struct argv *argv, const char *text)
{
	uint64_t bytes;

	if (!text || !argv_bytes(text, 1, &bytes))
		return NULL;
	return arena_fmt(argv->arena, "%" PRIu64, bytes >> 10);
}

/* [0,1,3], and "0-1,3" in as many members. */
static const char *take_set(struct argv *argv, struct node *tree, const char *key)
{
	struct text set = {.arena = argv->arena};
	struct node *list = argv_take_tree(tree, key);

	node_for_each(item, list ? list : tree) {
		const char *text = argument_text(argv->arena, item);

		if (text && (list || (item->key && strcmp(item->key, key) == 0)))
			text_fmt(&set, "%s%s", set.len ? "," : "", text);
	}
	(void)argv_take(argv, tree, key);
	return set.len ? text_str(&set) : NULL;
}

/** struct rows - what the owner calls the rows of its memory; NULL = it has none, but the machine. */
struct rows {
	const char *size, *access, *discard, *nodes, *policy, *pages;
};

static const struct rows cell_rows = {"memory",     "access", "discard",
				      "host-nodes", "policy", "huge-page-size"};
static const struct rows machine_rows = {NULL,         "memory-access", "discard",
					 "host-nodes", "policy",        "huge-page-size"};
static const struct rows device_rows = {"size",       "access", "discard",
					"host-nodes", NULL,     "huge-page-size"};

static const char *policy_word(const char *policy)
{
	return policy && strcmp(policy, "bind") == 0 ? "STRICT" : policy;
}

static void read_place(struct argv *argv, xmlNodePtr node, const struct rows *rows,
		       struct node *tree)
{
	const char *nodes = take_set(argv, tree, "host-nodes");

	(void)argv_take_if(argv, tree, "policy", "default");
	if (!nodes)
		return;
	if (rows == &machine_rows)
		argv_set(argv, node, "placement", "FIXED");
	argv_set(argv, node, rows->nodes, nodes);
	if (rows->policy)
		argv_word(argv, node, rows->policy, policy_word(argv_take(argv, tree, "policy")));
	else
		(void)argv_take_if(argv, tree, "policy", "bind");
}

/* What all memory has in common is the machine's, wherever it is said. */
static void read_common(struct argv *argv, xmlNodePtr node, const struct rows *rows,
			struct node *tree, const char *type)
{
	xmlNodePtr machine = argv->import->root;
	bool said = argv_peek(argv, tree, "share"), share = argv_truth(argv, tree, "share", false);
	bool huge = argv_truth(argv, tree, "hugetlb", false);
	const char *size = kib(argv, argv_take(argv, tree, "hugetlbsize"));
	bool memfd = strcmp(type, "memory-backend-memfd") == 0;

	if (share)
		argv_set(argv, node, rows->access, "SHARED");
	else if (said && rows != &machine_rows)
		argv_set(argv, node, rows->access, "PRIVATE");
	if (memfd && !huge && !share)
		argv_set(argv, machine, "memory-source", "MEMFD");
	if (huge && (rows == &machine_rows || !size))
		argv_set(argv, machine, "huge-pages", "y");
	if (size)
		argv_set(argv, node, rows->pages, size);
	/* A device of memory has its pages of itself. */
	if (argv_truth(argv, tree, "prealloc", false) && !huge && rows != &device_rows)
		argv_set(argv, machine, "prealloc", "y");
	argv_set(argv, machine, "prealloc-threads", argv_take(argv, tree, "prealloc-threads"));
	/* A guest's memory in a core dump, and merging: -machine says both for all of it. */
	(void)argv_take_if(argv, tree, "x-use-canonical-path-for-ramblock-id", "off");
	(void)argv_take_if(argv, tree, "x-use-canonical-path-for-ramblock-id", "false");
}

static void read_memory(struct argv *argv, xmlNodePtr node, const struct rows *rows, const char *id)
{
	struct argv_option *option;
	struct node *tree = argv_object(argv, id, &option);
	const char *type = argv_take(argv, tree, "qom-type"), *path;

	if (!tree || !type)
		return;
	path = argv_take(argv, tree, "mem-path");
	if (strcmp(type, "memory-backend-file") == 0 && rows != &device_rows) {
		argv_set(argv, argv->import->root, "memory-source", "FILE");
		argv_set(argv, argv->import->root, "memory-folder", path);
	} else {
		argv_set(argv, node, "path", path);
	}
	read_common(argv, node, rows, tree, type);
	if (argv_truth(argv, tree, "discard-data", false))
		argv_set(argv, node, rows->discard, "y");
	if (rows == &device_rows) {
		argv_set(argv, node, "align", kib(argv, argv_take(argv, tree, "align")));
		argv_set_yes(argv, node, "pmem", argv_truth(argv, tree, "pmem", false));
		(void)argv_take(argv, tree, "readonly");
		(void)argv_take(argv, tree, "reserve");
	}
	read_place(argv, node, rows, tree);
	if (rows->size)
		argv_set(argv, node, rows->size, mib(argv, argv_peek(argv, tree, "size")));
	/* The machine's own stands in -m. */
	(void)argv_take(argv, tree, "size");
	argv_lost(argv, option, "", tree, no_setting);
}

void argv_memdev(struct argv *argv, xmlNodePtr node, const char *id)
{
	const char *family = argv_item(node)->family->name;

	if (node == argv->import->root) {
		read_memory(argv, node, &machine_rows, id);
	} else if (strcmp(family, "numa") == 0) {
		read_memory(argv, node, &cell_rows, id);
	} else if (strcmp(family, "shmem") == 0) {
		struct argv_option *option;
		struct node *tree = argv_object(argv, id, &option);
		const char *path = argv_take(argv, tree, "mem-path");

		if (!tree)
			return;
		if (path && strncmp(path, "/dev/shm/", 9) == 0)
			argv_set(argv, node, "name", path + 9);
		argv_set(argv, node, "size", mib(argv, argv_take(argv, tree, "size")));
		(void)argv_take(argv, tree, "qom-type");
		(void)argv_truth(argv, tree, "share", true);
		argv_lost(argv, option, "", tree, no_setting);
	} else {
		read_memory(argv, node, &device_rows, id);
	}
}
