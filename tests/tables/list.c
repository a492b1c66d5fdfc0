/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list.c - what the tables of all device families say, one fact a line, for tests/tables/run:
 *
 *	driver FAMILY CLASS DRIVER
 *	prop FAMILY ROW QEMU-PROPERTY
 *	check FAMILY NAME
 *	symbol FAMILY SYMBOL            without slot number: "DISK_SERIAL"
 *	choice FAMILY SYMBOL MEMBER...
 */
#include <stdio.h>

#include "devices/registry.h"
#include "model/check.h"

static void list_choice(const struct dev_family *family, const struct prop *row)
{
	printf("choice %s %s_%s", family->name, family->sym, row->sym);
	for (const struct prop_word *word = row->words; row->kind == PROP_ENUM && word->sym; word++)
		printf(" %s_%s_%s", family->sym, row->sym, word->sym);
	for (const struct dev_class *class = family->classes;
	     row->kind == PROP_CLASS && class->name; class ++) {
		if (class->sym)
			printf(" %s_%s_%s", family->sym, row->sym, class->sym);
	}
	printf("\n");
}

static void list_row(const struct dev_family *family, const struct prop *row)
{
	if (row->qemu)
		printf("prop %s %s %s\n", family->name, row->name, row->qemu);
	if (!row->sym)
		return;
	if (row->kind == PROP_ENUM || row->kind == PROP_CLASS)
		list_choice(family, row);
	else
		printf("symbol %s %s_%s\n", family->name, family->sym, row->sym);
}

static void list_family(const struct dev_family *family)
{
	for (const struct dev_class *class = family->classes; class->name; class ++) {
		if (class->driver)
			printf("driver %s %s %s\n", family->name, class->name, class->driver);
	}
	prop_for_each(row, family->props) list_row(family, row);
	for (const struct check *check = family->checks; check && check->name; check++)
		printf("check %s %s\n", family->name, check->name);
	if (family->flags & FAMILY_INTERNAL)
		return;
	printf("symbol %s %s%s\n", family->name, family->sym,
	       family->flags & FAMILY_SINGLE ? "" : "_COUNT");
	if (family->flags & FAMILY_REPEAT)
		printf("symbol %s %s_REPEAT\n", family->name, family->sym);
}

int main(void)
{
	for (const struct dev_family *const *family = device_families; *family; family++)
		list_family(*family);
	return 0;
}
