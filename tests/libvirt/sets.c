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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sets_flip.h"
#include "sets_hits.h"
#include "sets_lines.h"

static FILE *told; /* differences; NULL while the table has a flipped row */

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

/* Whether a controller of libvirt's sits behind itself: QEMU starts no such machine, and Kiln refuses. */
static bool has_circle(const struct lines *lines)
{
	unsigned above[PCI_BUS_MAX] = {0};

	for (size_t i = 0; i < lines->count; i++) {
		unsigned index, bus;

		if (sscanf(lines->line[i], "pci.%u %x:", &index, &bus) == 2 && index < PCI_BUS_MAX)
			above[index] = bus;
	}
	for (unsigned index = 1; index < PCI_BUS_MAX; index++) {
		unsigned bus = above[index], steps = 0;

		while (bus && bus != index && steps++ < PCI_BUS_MAX)
			bus = above[bus];
		if (bus == index)
			return true;
	}
	return false;
}

static bool refused_circle(const struct set *set)
{
	return set->errs.count && strstr(set->errs.first->err.what, "would sit behind itself");
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

static bool exists(const char *dir, uint64_t seed, const char *suffix)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%" PRIu64 ".%s", dir, seed, suffix);
	return access(path, R_OK) == 0;
}

/* What only Kconfig knows was composed for real. */
static bool menu_refused(const char *dir, uint64_t seed)
{
	return exists(dir, seed, "refused");
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
	kiln = set_layout(set) == 0;
	if (set->by_menu && kiln)
		kiln = !menu_refused(dir, seed);
	*ret_outcome = kiln ? "same layout" : "both refuse";
	if (kiln && libvirt) {
		own_lines(set, &ours);
		same = same_lines(&ours, &theirs);
		count_layout(set);
	} else if (libvirt && refused_circle(set) && has_circle(&theirs)) {
		*ret_outcome = "kiln alone refuses: a controller behind itself";
		same = refused_well(set);
		hits[HIT_CIRCLE]++;
	} else {
		same = kiln == libvirt && (refused_well(set) || set->by_menu);
		if (!same && told)
			show_refusal(dir, seed, set);
		count_refusal(said(dir, seed));
	}
	set_free(set);
	return same;
}

/* The same comparison with one row of the connection table flipped must find differences. */
static unsigned compare_flipped(const char *dir, uint64_t first, uint64_t count)
{
	unsigned unseen = 0;

	told = NULL;
	for (unsigned row = 0; row < PCI_MODEL_COUNT; row++) {
		uint64_t differ = 0;
		const char *outcome;

		table_fill(row);
		for (uint64_t seed = first; seed < first + count; seed++)
			differ += !compare_set(dir, seed, &outcome);
		printf("%s - with a wrong row for %s %" PRIu64 " sets differ\n",
		       differ ? "ok" : "not ok", sets_real_models[row].name, differ);
		unseen += !differ;
	}
	table_fill(FLIP_NONE);
	return unseen;
}

static int compare(const char *dir, uint64_t first, uint64_t count)
{
	unsigned failed = 0, refused = 0, missed;

	told = stdout;
	for (uint64_t seed = first; seed < first + count; seed++) {
		const char *outcome;
		bool same = compare_set(dir, seed, &outcome);

		printf("%s - set %" PRIu64 ": %s\n", same ? "ok" : "not ok", seed,
		       same ? outcome : "differs");
		failed += !same;
		refused += same && outcome[0] == 'b';
	}
	printf("# count: %" PRIu64 " sets, %u differ, %u are refused by both\n", count, failed,
	       refused);
	missed = print_hits();
	printf("%s - each rule was met\n", missed ? "not ok" : "ok");
	failed += compare_flipped(dir, first, count);
	return failed || missed;
}

/* Sets that only the menu refuses. */
static int list_menu(const char *dir, uint64_t first, uint64_t count)
{
	(void)dir;
	for (uint64_t seed = first; seed < first + count; seed++) {
		struct set *set = make(seed);

		if (set->by_menu && !set->unsaid)
			printf("%" PRIu64 "\n", seed);
		set_free(set);
	}
	return 0;
}

/* Up to @wanted sets that libvirt took and .config can say, spread over all of them. */
static int list_sample(const char *dir, uint64_t first, uint64_t count, uint64_t wanted)
{
	uint64_t *good = calloc(count, sizeof(*good)), found = 0;

	if (!good)
		DIE("out of memory\n");
	for (uint64_t seed = first; seed < first + count; seed++) {
		struct set *set = make(seed);

		if (!set->unsaid && !set->by_menu && exists(dir, seed, "out") &&
		    (set_layout(set) == 0 || !refused_circle(set)))
			good[found++] = seed;
		set_free(set);
	}
	for (uint64_t i = 0; i < wanted && i < found; i++)
		printf("%" PRIu64 "\n", good[found < wanted ? i : i * found / wanted]);
	free(good);
	return 0;
}

/* What was composed, seeds on stdin, has libvirt's addresses in its XML. */
static int compare_composed(const char *dir)
{
	unsigned failed = 0, count = 0;
	char number[32];

	told = stdout;
	while (fgets(number, sizeof(number), stdin)) {
		uint64_t seed = strtoull(number, NULL, 10);
		static struct lines ours, theirs;
		struct set *set = make(seed);
		char one[512], two[512];

		(void)snprintf(one, sizeof(one), "%s/%" PRIu64 ".kiln.xml", dir, seed);
		(void)snprintf(two, sizeof(two), "%s/%" PRIu64 ".out", dir, seed);
		ours.count = theirs.count = 0;
		bool same = libvirt_lines(set, one, &ours) && libvirt_lines(set, two, &theirs) &&
			    same_lines(&ours, &theirs);

		printf("%sok - set %" PRIu64 " composed: libvirt's addresses in its XML\n",
		       same ? "" : "not ", seed);
		failed += !same;
		count++;
		set_free(set);
	}
	printf("# count: %u sets composed, %u differ\n", count, failed);
	return failed || !count;
}

static void write_file(const char *dir, uint64_t seed, const char *suffix, const char *text)
{
	char path[512];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%" PRIu64 ".%s", dir, seed, suffix);
	file = fopen(path, "we");
	if (!file || fputs(text, file) == EOF || fclose(file) == EOF)
		DIE("%s cannot be written\n", path);
}

static int write_sets(const char *dir, uint64_t first, uint64_t count)
{
	for (uint64_t seed = first; seed < first + count; seed++) {
		struct set *set = make(seed);

		write_file(dir, seed, "xml", text_str(&set->xml));
		if (!set->unsaid)
			write_file(dir, seed, "config", text_str(&set->config));
		set_free(set);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "", *last = argc == 6 ? argv[5] : NULL;
	uint64_t first, count;

	if (argc != 5 && argc != 6) {
		(void)fputs("usage: sets write|menu|composed DIR FIRST COUNT\n"
			    "       sets sample DIR FIRST COUNT WANTED\n"
			    "       sets compare DIR FIRST COUNT ALGORITHM\n",
			    stderr);
		return 2;
	}
	table_fill(FLIP_NONE);
	first = strtoull(argv[3], NULL, 10);
	count = strtoull(argv[4], NULL, 10);
	boards_load(last && strcmp(mode, "compare") == 0 ? last : "libvirt-9");
	if (strcmp(mode, "write") == 0)
		return write_sets(argv[2], first, count);
	if (strcmp(mode, "menu") == 0)
		return list_menu(argv[2], first, count);
	if (strcmp(mode, "sample") == 0)
		return list_sample(argv[2], first, count, last ? strtoull(last, NULL, 10) : 60);
	if (strcmp(mode, "composed") == 0)
		return compare_composed(argv[2]);
	return compare(argv[2], first, count);
}
