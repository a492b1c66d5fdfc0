/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sets.c - random sets of devices, as libvirt domain XML without addresses and as Kiln lays them
 * out; the comparison of both.
 *
 *	sets write DIR FIRST COUNT      DIR/SEED.xml for each seed
 *	sets compare DIR FIRST COUNT    DIR/SEED.out is what libvirt made of it, or lacks: refused
 *
 * The generator writes its own XML, so that an error of src/domain cannot hide one of src/layout.
 * The machine is built anew from the seed in both calls. TAP; the last tests are that each rule was
 * met, and that a wrong row of the connection table would have been seen.
 */
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sets_flip.h"
#include "sets_hits.h"

static FILE *told; /* differences; NULL while the table has a flipped row */

/* ---- what Kiln says -----------------------------------------------------------------------------
 * A line a device: "pci.1 00:01.0 multi pcie-root-port chassis=1 port=8". Ports of virtio-serial are
 * left out: libvirt 9.0 gives consoles none and lets QEMU count (seen).
 */

struct lines {
	const char *line[4096];
	size_t count;
};

static void add_line(struct lines *lines, const char *line)
{
	if (lines->count == sizeof(lines->line) / sizeof(lines->line[0]))
		DIE("too many lines\n");
	lines->line[lines->count++] = line;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The controllers of a set have one id: their model tells them apart. */
static const char *own_name(struct set *set, const struct vm_dev *dev)
{
	if (dev->family != &t_usb_family)
		return dev->id;
	return arena_fmt(&set->arena, "usb%u-%s", dev->index, dev->class->name);
}

static void own_lines(struct set *set, struct lines *lines)
{
	struct vm_dev *lists[] = {set->vm.controllers, set->vm.devs};

	for (size_t l = 0; l < 2; l++) {
		vm_for_each_dev(dev, lists[l]) {
			const struct controller_pci *data = dev->data;
			struct text text = {.arena = &set->arena};
			char addr[PCI_ADDR_TEXT];

			if (dev->addr.kind != ADDR_PCI)
				continue;
			text_fmt(&text, "%s %s%s", own_name(set, dev),
				 pci_addr_text(&dev->addr.pci, addr),
				 dev->addr.multifunction == MULTI_ON ? " multi" : "");
			if (dev->family == &controller_pci_family) {
				text_fmt(&text, " %s", dev->class->name);
				if (data->chassis)
					text_fmt(&text, " chassis=%u port=%u",
						 (unsigned)data->chassis, (unsigned)data->port);
				if (data->chassis_nr)
					text_fmt(&text, " chassisNr=%u",
						 (unsigned)data->chassis_nr);
				if (data->bus_nr)
					text_fmt(&text, " busNr=%u", (unsigned)data->bus_nr);
			}
			add_line(lines, text_str(&text));
		}
	}
	qsort(lines->line, lines->count, sizeof(lines->line[0]), compare_lines);
}

/* ---- what libvirt says ------------------------------------------------------------------------- */

static const char *attr(struct set *set, const xmlNode *node, const char *name)
{
	xmlChar *value = node ? xmlGetProp(node, (const xmlChar *)name) : NULL;
	const char *copy = value ? arena_str(&set->arena, (const char *)value) : "";

	xmlFree(value);
	return copy;
}

static const xmlNode *child(const xmlNode *node, const char *name)
{
	for (const xmlNode *c = node->children; c; c = c->next) {
		if (c->type == XML_ELEMENT_NODE && strcmp((const char *)c->name, name) == 0)
			return c;
	}
	return NULL;
}

static unsigned number(struct set *set, const xmlNode *node, const char *name)
{
	return (unsigned)strtoul(attr(set, node, name), NULL, 0);
}

static unsigned disk_index(const char *target)
{
	unsigned index = 0;

	for (const char *p = target + 2; *p; p++)
		index = index * 26 + (unsigned)(*p - 'a') + 1;
	return index - 1;
}

/** struct ordinals - position of an element among those of its name. */
struct ordinals {
	unsigned net, rng, video, sound, watchdog, shmem, input, iommu, vsock;
};

static const char *numbered(struct set *set, const char *name, unsigned *at)
{
	return arena_fmt(&set->arena, "%s%u", name, (*at)++);
}

static const char *name_of(struct set *set, const xmlNode *node, struct ordinals *at)
{
	const char *element = (const char *)node->name;

	if (strcmp(element, "controller") == 0) {
		const char *type = attr(set, node, "type");

		if (strcmp(type, "pci") == 0)
			return arena_fmt(&set->arena, "pci.%s", attr(set, node, "index"));
		if (strcmp(type, "virtio-serial") == 0)
			return arena_fmt(&set->arena, "virtio-serial%s", attr(set, node, "index"));
		if (strcmp(type, "usb") == 0)
			return arena_fmt(&set->arena, "usb%s-%s", attr(set, node, "index"),
					 attr(set, node, "model"));
		return NULL; /* SATA of q35, USB none: built in or nothing */
	}
	if (strcmp(element, "disk") == 0)
		return arena_fmt(&set->arena, "disk%u",
				 disk_index(attr(set, child(node, "target"), "dev")));
	if (strcmp(element, "interface") == 0)
		return numbered(set, "net", &at->net);
	if (strcmp(element, "rng") == 0)
		return numbered(set, "rng", &at->rng);
	if (strcmp(element, "video") == 0)
		return numbered(set, "video", &at->video);
	if (strcmp(element, "sound") == 0)
		return numbered(set, "sound", &at->sound);
	if (strcmp(element, "watchdog") == 0)
		return numbered(set, "watchdog", &at->watchdog);
	if (strcmp(element, "shmem") == 0)
		return numbered(set, "shmem", &at->shmem);
	if (strcmp(element, "iommu") == 0)
		return numbered(set, "iommu", &at->iommu);
	if (strcmp(element, "vsock") == 0)
		return numbered(set, "vsock", &at->vsock);
	if (strcmp(element, "input") == 0 && strcmp(attr(set, node, "bus"), "virtio") == 0)
		return numbered(set, "input", &at->input);
	if (strcmp(element, "memballoon") == 0)
		return "balloon";
	return NULL;
}

static void add_target(struct set *set, struct text *text, const xmlNode *node)
{
	const xmlNode *target = child(node, "target");

	text_fmt(text, " %s", attr(set, node, "model"));
	if (!target)
		return;
	if (attr(set, target, "chassis")[0])
		text_fmt(text, " chassis=%u port=%u", number(set, target, "chassis"),
			 number(set, target, "port"));
	if (attr(set, target, "chassisNr")[0])
		text_fmt(text, " chassisNr=%u", number(set, target, "chassisNr"));
	if (attr(set, target, "busNr")[0])
		text_fmt(text, " busNr=%u", number(set, target, "busNr"));
}

static void libvirt_line(struct set *set, struct lines *lines, const xmlNode *node,
			 struct ordinals *at)
{
	const char *name = name_of(set, node, at);
	const xmlNode *address = child(node, "address");
	struct text text = {.arena = &set->arena};
	struct pci_addr addr;
	char buf[PCI_ADDR_TEXT];

	if (!name || !address)
		return;
	addr = (struct pci_addr){
		.domain = (uint16_t)number(set, address, "domain"),
		.bus = (uint16_t)number(set, address, "bus"),
		.slot = (uint8_t)number(set, address, "slot"),
		.function = (uint8_t)number(set, address, "function"),
	};
	text_fmt(&text, "%s %s%s", name, pci_addr_text(&addr, buf),
		 strcmp(attr(set, address, "multifunction"), "on") == 0 ? " multi" : "");
	if (strncmp(name, "pci.", 4) == 0)
		add_target(set, &text, node);
	add_line(lines, text_str(&text));
}

static bool libvirt_lines(struct set *set, const char *path, struct lines *lines)
{
	xmlDoc *doc = xmlReadFile(path, NULL, XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	const xmlNode *devices = doc ? child(xmlDocGetRootElement(doc), "devices") : NULL;
	struct ordinals at = {0};

	for (const xmlNode *node = devices ? devices->children : NULL; node; node = node->next) {
		if (node->type == XML_ELEMENT_NODE)
			libvirt_line(set, lines, node, &at);
	}
	xmlFreeDoc(doc);
	qsort(lines->line, lines->count, sizeof(lines->line[0]), compare_lines);
	return devices;
}

/* ---- the comparison ---------------------------------------------------------------------------- */

static bool same_lines(const struct lines *ours, const struct lines *theirs)
{
	size_t i = 0, j = 0;
	bool same = true;

	while (i < ours->count || j < theirs->count) {
		int order = i == ours->count     ? 1
			    : j == theirs->count ? -1
						 : strcmp(ours->line[i], theirs->line[j]);

		if (order < 0 && told)
			(void)fprintf(told, "#   kiln:    %s\n", ours->line[i]);
		if (order > 0 && told)
			(void)fprintf(told, "#   libvirt: %s\n", theirs->line[j]);
		same &= order == 0;
		i += order <= 0;
		j += order >= 0;
	}
	return same;
}

/* A refusal without what, why and fix is none. */
static bool refused_well(const struct set *set)
{
	err_list_for_each(node, &set->errs) {
		if (!node->err.what[0] || !node->err.why[0] || !node->err.fix[0])
			return false;
	}
	return set->errs.count;
}

static const char *said(const char *dir, uint64_t seed)
{
	static char text[8192];
	char path[512];
	size_t len = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%" PRIu64 ".err", dir, seed);
	file = fopen(path, "re");
	if (file) {
		len = fread(text, 1, sizeof(text) - 1, file);
		(void)fclose(file);
	}
	text[len] = '\0';
	return text;
}

static void show_refusal(const char *dir, uint64_t seed, const struct set *set)
{
	err_list_for_each(node, &set->errs)
		printf("#   kiln: %s\n", node->err.what);
	for (const char *line = said(dir, seed); *line;) {
		size_t len = strcspn(line, "\n");

		printf("#   libvirt: %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

static bool compare_set(const char *dir, uint64_t seed, const char **ret_outcome)
{
	struct set *set = make(seed);
	static struct lines ours, theirs;
	char path[512];
	bool libvirt, kiln, same;

	(void)snprintf(path, sizeof(path), "%s/%" PRIu64 ".out", dir, seed);
	ours.count = theirs.count = 0;
	libvirt = libvirt_lines(set, path, &theirs);
	kiln = layout_assign(&set->vm, NULL, &set->layout, &set->errs) == 0;
	*ret_outcome = kiln ? "same layout" : "both refuse";
	if (kiln && libvirt) {
		own_lines(set, &ours);
		same = same_lines(&ours, &theirs);
		count_layout(set);
	} else {
		same = kiln == libvirt && refused_well(set);
		if (!same && told)
			show_refusal(dir, seed, set);
		count_refusal(said(dir, seed));
	}
	set_free(set);
	return same;
}

/* The same comparison with one row of the connection table flipped must find differences. */
static unsigned compare_flipped(const char *dir, uint64_t first, uint64_t count, uint64_t number)
{
	unsigned unseen = 0;

	told = NULL;
	for (unsigned row = 0; row < PCI_MODEL_COUNT; row++) {
		uint64_t differ = 0;
		const char *outcome;

		table_fill(row);
		for (uint64_t seed = first; seed < first + count; seed++)
			differ += !compare_set(dir, seed, &outcome);
		printf("%s %" PRIu64 " - with a wrong row for %s %" PRIu64 " sets differ\n",
		       differ ? "ok" : "not ok", number + row, sets_real_models[row].name, differ);
		unseen += !differ;
	}
	table_fill(FLIP_NONE);
	return unseen;
}

static int compare(const char *dir, uint64_t first, uint64_t count)
{
	unsigned failed = 0, refused = 0, missed;

	told = stdout;
	printf("1..%" PRIu64 "\n", count + 1 + PCI_MODEL_COUNT);
	for (uint64_t seed = first; seed < first + count; seed++) {
		const char *outcome;
		bool same = compare_set(dir, seed, &outcome);

		printf("%s %" PRIu64 " - set %" PRIu64 ": %s\n", same ? "ok" : "not ok",
		       seed - first + 1, seed, same ? outcome : "differs");
		failed += !same;
		refused += same && outcome[0] == 'b';
	}
	printf("# %" PRIu64 " sets, %u differ, %u are refused by both\n", count, failed, refused);
	missed = print_hits();
	printf("%s %" PRIu64 " - each rule was met\n", missed ? "not ok" : "ok", count + 1);
	failed += compare_flipped(dir, first, count, count + 2);
	return failed || missed;
}

static void write_set(const char *dir, uint64_t seed)
{
	struct set *set = make(seed);
	char path[512];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%" PRIu64 ".xml", dir, seed);
	file = fopen(path, "we");
	if (!file || fputs(text_str(&set->xml), file) == EOF || fclose(file) == EOF)
		DIE("%s cannot be written\n", path);
	set_free(set);
}

int main(int argc, char **argv)
{
	const char *algorithm = "libvirt-9";
	uint64_t first, count;

	if (argc != 5 && argc != 6) {
		(void)fputs("usage: sets write|compare DIR FIRST COUNT [ALGORITHM]\n", stderr);
		return 2;
	}
	table_fill(FLIP_NONE);
	first = strtoull(argv[3], NULL, 10);
	count = strtoull(argv[4], NULL, 10);
	board.layout_algorithm = argc == 6 ? argv[5] : algorithm;
	if (strcmp(argv[1], "compare") == 0)
		return compare(argv[2], first, count);
	for (uint64_t seed = first; seed < first + count; seed++)
		write_set(argv[2], seed);
	return 0;
}
