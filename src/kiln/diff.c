/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diff.c - kiln diff: two images in, words for people or programs and an exit code out.
 */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "kiln/command.h"
#include "kiln/compare.h"
#include "kiln/open.h"

const char diff_options[] =
	"  --json   for programs\n\n"
	"Breaks, exit code 1: a device removed, moved, or on a bus that its firmware gives another\n"
	"number; another machine type, CPU, topology, memory size, firmware, name or UUID of the\n"
	"machine; another model, MAC address (per unit: the rule for it), serial or number of queues\n"
	"of a device.\n"
	"Keeps, exit code 0: no difference, a device added in a free place, what is only told (the\n"
	"accelerator, the board, kernel and command line; networks, limits on traffic and disks).\n"
	"The content of payload files is not compared.\n";

static const char *or_nothing(const char *value)
{
	return value ? value : "nothing";
}

static void print_change(const struct change *change)
{
	const char *verdict = change->breaks ? "break" : "told";

	switch (change->kind) {
	case CHANGE_ADDED:
		(void)printf("added  %s: %s", change->id, change->new);
		if (change->was)
			(void)printf(", where %s was\n", change->was);
		else
			(void)printf("%s\n", change->host ? "" : ", a free place");
		break;
	case CHANGE_REMOVED:
		(void)printf("%-6s %s: removed; it was %s\n", verdict, change->id, change->old);
		break;
	case CHANGE_MOVED:
		(void)printf("%-6s %s: moved from %s to %s\n", verdict, change->id,
			     or_nothing(change->old), or_nothing(change->new));
		break;
	case CHANGE_RENUMBERED:
		(void)printf("%-6s %s: renumbered: %s counts its bus as %s, and before as %s\n",
			     verdict, change->id, change->key + strlen("bus-"),
			     or_nothing(change->new), or_nothing(change->old));
		break;
	case CHANGE_VALUE:
	case CHANGE_KIND_COUNT:
		(void)printf("%-6s %s %s: %s became %s\n", verdict, change->id, change->key,
			     or_nothing(change->old), or_nothing(change->new));
		break;
	}
}

static void print_text(const struct comparison *comparison)
{
	for (const struct change *change = comparison->first; change; change = change->next)
		print_change(change);
	if (!comparison->count)
		(void)printf("A guest notices no difference.\n");
	else if (!comparison->breaks)
		(void)printf("The guest's ABI is kept: %zu %s, no break.\n", comparison->count,
			     comparison->count == 1 ? "change" : "changes");
	else
		(void)printf("The guest's ABI is broken: %zu of %zu %s.\n", comparison->breaks,
			     comparison->count, comparison->count == 1 ? "change" : "changes");
}

static void set_string(json_t *object, const char *key, const char *value)
{
	BUG_IF(value && json_object_set_new(object, key, json_string(value)) != 0);
}

static int print_json(const struct comparison *comparison, const char *old, const char *new,
		      struct err_list *errs)
{
	json_t *changes = json_array(), *root;

	for (const struct change *change = comparison->first; change; change = change->next) {
		json_t *object = json_object();

		set_string(object, "kind", change_word(change->kind));
		set_string(object, "id", change->id);
		set_string(object, "key", change->key);
		set_string(object, "old", change->old);
		set_string(object, "new", change->new);
		set_string(object, "place_of", change->was);
		BUG_IF(json_object_set_new(object, "breaks", json_boolean(change->breaks)) != 0);
		BUG_IF(json_array_append_new(changes, object) != 0);
	}
	root = json_pack("{s:i, s:s, s:s, s:b, s:o}", "format", 1, "old", old, "new", new, "broken",
			 comparison->breaks > 0, "changes", changes);
	char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;

	json_decref(root);
	if (!text) {
		struct err *err = err_list_new(errs, ERR_USAGE, "a path is not UTF-8");

		err_why(err, "JSON has only UTF-8 texts, and the paths of both images are in it.");
		err_fix(err, "Rename the file, or leave out --json.");
		return -1;
	}
	(void)printf("%s\n", text);
	free(text);
	return 0;
}

static int parse(int argc, char **argv, enum output_form *ret_form, struct err_list *errs)
{
	static const struct option table[] = {{"json", no_argument, NULL, 1}, {0}};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option != 1) {
			command_usage(errs, argv[0], "\"%s\" is not an option", argv[optind - 1]);
			return -1;
		}
		*ret_form = FORM_JSON;
	}
	if (optind + 2 == argc)
		return 0;
	command_usage(errs, argv[0], "two images are wanted, the old one and the new one");
	return -1;
}

int diff_command(int argc, char **argv, struct arena *arena, struct err_list *errs)
{
	struct comparison comparison = {.arena = arena};
	enum output_form form = FORM_TEXT;
	struct img *img[2];
	struct err err;

	if (parse(argc, argv, &form, errs) < 0)
		return 0;
	for (int i = 0; i < 2; i++) {
		img[i] = image_open(argv[optind + i], arena, &err);
		if (!img[i])
			err_list_add(errs, &err);
	}
	if (!errs->count) {
		compare_images(img[0], img[1], &comparison);
		if (form == FORM_TEXT)
			print_text(&comparison);
		else
			(void)print_json(&comparison, argv[optind], argv[optind + 1], errs);
	}
	for (int i = 0; i < 2; i++) {
		if (img[i])
			(void)close(img[i]->fd);
	}
	return comparison.breaks ? ERR_CONFIG : 0;
}
