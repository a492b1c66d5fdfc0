/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * numa.c - read the nodes of the host from /sys, and choose.
 *
 * In: nodeN/meminfo and nodeN/cpulist. A host without NUMA has one node.
 */
#include "host/numa.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/num.h"
#include "host/host.h"
#include "host/lines.h"

struct node {
	bool there, taken;
	uint64_t free_kib, total_kib;
	struct numset cpus;
};

static struct lines lines;

static int open_file(const char *folder, const char *file)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, file);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* "Node 0 MemFree:   12345 kB" */
static void take_line(char *line, struct node *node)
{
	char *rest = line;
	uint64_t value;

	(void)strsep(&rest, " ");
	(void)strsep(&rest, " ");
	char *word = rest ? strsep(&rest, " ") : NULL;

	if (!rest)
		return;
	rest += strspn(rest, " ");
	if (num_parse_n(rest, strcspn(rest, " "), 0, UINT64_MAX, &value))
		return;
	if (!strcmp(word, "MemTotal:"))
		node->total_kib = value;
	else if (!strcmp(word, "MemFree:") || !strcmp(word, "Inactive(file):"))
		node->free_kib += value;
}

static void read_node(const char *folder, unsigned number, struct node *node)
{
	char name[40];
	char *line;

	(void)snprintf(name, sizeof(name), "node%u/meminfo", number);
	CLEANUP_FD int memory = open_file(folder, name);

	if (memory < 0)
		return;
	node->there = true;
	lines_begin(&lines, memory);
	while (lines_next(&lines, &line) == 1)
		take_line(line, node);
	(void)snprintf(name, sizeof(name), "node%u/cpulist", number);
	CLEANUP_FD int cpus = open_file(folder, name);

	/* A node without CPUs has an empty line. */
	lines_begin(&lines, cpus);
	if (cpus >= 0 && lines_next(&lines, &line) == 1)
		(void)!numset_parse(line, NUMSET_MAX - 1, &node->cpus);
}

static struct node *best(struct node *nodes)
{
	struct node *found = NULL;

	for (unsigned i = 0; i < NUMA_NODES_MAX; i++) {
		if (nodes[i].there && !nodes[i].taken &&
		    (!found || nodes[i].free_kib > found->free_kib))
			found = &nodes[i];
	}
	return found;
}

static void add_cpus(struct numset *all, const struct numset *more)
{
	for (unsigned i = 0; i < NUMSET_MAX / 64; i++)
		all->word[i] |= more->word[i];
}

static int refuse(const char *folder, struct err *err)
{
	err_set(err, ERR_HOST, "no NUMA node with memory in %s", folder);
	err_why(err,
		"The image leaves it to the host on which nodes the guest's memory lies, and the "
		"host does not say what it has.");
	err_fix(err, "Mount /sys, or compose the image with CONFIG_MEMORY_PLACEMENT_DEFAULT=y.");
	return -1;
}

int numa_advise(const char *folder, unsigned cpus, uint64_t mib, struct numset *ret_nodes,
		struct numset *ret_cpus, struct err *err)
{
	static struct node nodes[NUMA_NODES_MAX];
	uint64_t free_kib = 0;
	struct node *node;

	memset(nodes, 0, sizeof(nodes));
	*ret_nodes = *ret_cpus = (struct numset){{0}};
	for (unsigned i = 0; i < NUMA_NODES_MAX; i++)
		read_node(folder, i, &nodes[i]);
	while ((free_kib < mib << 10 || numset_count(ret_cpus) < cpus) && (node = best(nodes))) {
		node->taken = true;
		free_kib += node->free_kib;
		add_cpus(ret_cpus, &node->cpus);
		if (node->total_kib)
			numset_add(ret_nodes, (unsigned)(node - nodes));
	}
	return numset_count(ret_nodes) ? 0 : refuse(folder, err);
}
