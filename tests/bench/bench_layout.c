/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_layout.c - the time of the layout alone, by how many devices there are.
 *
 * usage: bench_layout ROUNDS
 *
 * Prints lines "KIND DEVICES LAYOUT-US REPORT-US", medians of ROUNDS: "searched" disks on q35, which
 * each get a port of their own, and "configured" ones, eight functions to a port. Report is everything
 * that goes into the image about it: section LAYOUT and section GUEST.
 */
#include <err.h>
#include <stdio.h>
#include <time.h>

#include "kiln/promise.h"
#include "kiln/report.h"
#include "layout_vm.h"

#define ROUNDS_MAX 1001

enum kind { SEARCHED, CONFIGURED };

static double now_us(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		err(1, "clock_gettime");
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The machine without rows of its own. */
static const struct dev_family box_family = {.name = "machine", .sym = ""};

static void once(enum kind kind, unsigned count, double *ret_layout, double *ret_report)
{
	struct bench *b = bench_new(&machine_q35, &board_9);
	struct vm_dev box = {.family = &box_family, .id = "machine", .vm = &b->vm};

	b->vm.guest_dev = &box;
	b->vm.guest.machine_type = "pc-q35-7.2";
	for (unsigned i = 0; i < count; i++) {
		struct vm_dev *dev = add(b, &t_disk_family, NULL, i);

		if (kind == CONFIGURED)
			want(dev, 1 + i / 8, 0, i % 8);
	}
	vm_assign_aliases(&b->vm);
	double begin = now_us();

	if (layout_assign(&b->vm, NULL, &b->layout, &b->errs) != 0)
		errx(1, "%s", b->errs.first->err.what);
	double middle = now_us();

	if (!*report_json(&b->vm, &b->layout) || !*promise_text(&b->vm, &b->layout))
		errx(1, "an empty report");
	*ret_layout = middle - begin;
	*ret_report = now_us() - middle;
	bench_free(b);
}

static void measure(const char *name, enum kind kind, unsigned count, size_t rounds)
{
	static double layout[ROUNDS_MAX], report[ROUNDS_MAX];

	for (size_t i = 0; i < rounds; i++)
		once(kind, count, &layout[i], &report[i]);
	qsort(layout, rounds, sizeof(*layout), compare);
	qsort(report, rounds, sizeof(*report), compare);
	(void)printf("%s %u %.0f %.0f\n", name, count, layout[rounds / 2], report[rounds / 2]);
}

int main(int argc, char **argv)
{
	static const unsigned searched[] = {8, 64, 200}, configured[] = {8, 64, 512, 1900};
	size_t rounds = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;

	if (!rounds || rounds > ROUNDS_MAX)
		errx(2, "usage: bench_layout ROUNDS, 1 to %d", ROUNDS_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(searched); i++)
		measure("searched", SEARCHED, searched[i], rounds);
	for (size_t i = 0; i < ARRAY_SIZE(configured); i++)
		measure("configured", CONFIGURED, configured[i], rounds);
	return 0;
}
