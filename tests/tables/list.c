/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list.c - what the tables of all device families say, one fact a line, for tests/tables/run:
 *
 *	driver FAMILY CLASS DRIVER
 *	object FAMILY CLASS TYPE
 *	prop FAMILY ROW QEMU-PROPERTY
 *	check FAMILY NAME
 *	symbol FAMILY SYMBOL            without slot number: "DISK_SERIAL"
 *	choice FAMILY SYMBOL MEMBER...
 *
 * and of the machine's own settings, which have neither slots nor -device:
 *
 *	setting SYMBOL
 *	setting-choice SYMBOL MEMBER...
 *	setting-check NAME
 *	word ROW KEY OPTION
 */
#include <stdio.h>

#include "devices/registry.h"
#include "machines/guest.h"
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
	/* What becomes no -device is not looked up there. */
	if (row->qemu && row->option)
		printf("word %s.%s %s %s\n", family->name, row->name, row->qemu, row->option);
	else if (row->qemu && !family->under)
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
		if (class->flags & CLASS_OBJECT)
			printf("object %s %s %s\n", family->name, class->name, class->driver);
		else if (class->driver)
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

static void list_setting(const struct prop *row)
{
	if (row->qemu)
		printf("word %s %s %s\n", row->name, row->qemu,
		       row->option ? row->option : "-machine");
	if (row->sym && row->kind != PROP_ENUM)
		printf("setting %s\n", row->sym);
	if (!row->sym || row->kind != PROP_ENUM)
		return;
	printf("setting-choice %s", row->sym);
	for (const struct prop_word *word = row->words; word->sym; word++)
		printf(" %s_%s", row->sym, word->sym);
	printf("\n");
}

int main(void)
{
	struct arena arena = {0};
	const struct dev_family *guest = guest_family(&arena);

	prop_for_each(row, guest->props) list_setting(row);
	for (const struct check *check = guest->checks; check->name; check++)
		printf("setting-check %s\n", check->name);
	arena_free(&arena);
	for (const struct dev_family *const *family = device_families; *family; family++)
		list_family(*family);
	return 0;
}
