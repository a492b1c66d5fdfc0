/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.c - kiln verify: start the board's QEMU paused and hold its devices against the layout.
 *
 * The guest never runs, nothing of the target is needed, and no privilege is.
 */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "kiln/argcheck.h"
#include "kiln/command.h"
#include "kiln/open.h"
#include "kiln/standin.h"
#include "qemu/qtree.h"

#define TIMEOUT_S 120

const char verify_options[] =
	"  --qemu PATH   this QEMU; default: the path of the target's\n"
	"  --json        for programs\n\n"
	"Exit code 1 when a device is missing, elsewhere, of another type, or not wanted, or when an\n"
	"argument that something stands in for has what this QEMU does not know; 4 when QEMU cannot be\n"
	"started with these devices. What stands in for the target is said.\n";

struct verify_args {
	const char *image, *qemu;
	enum output_form form;
};

/* What came out. */
struct verdict {
	struct text differences; /* a line each */
	size_t wanted, differ;
	const char *version;
	struct standin standin;
};

static int parse(int argc, char **argv, struct verify_args *args, struct err_list *errs)
{
	enum { QEMU = 1, JSON };
	static const struct option table[] = {
		{"qemu", required_argument, NULL, QEMU}, {"json", no_argument, NULL, JSON}, {0}};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == QEMU) {
			args->qemu = optarg;
		} else if (option == JSON) {
			args->form = FORM_JSON;
		} else {
			command_usage(errs, argv[0], "\"%s\" is not an option, or lacks its value",
				      argv[optind - 1]);
			return -1;
		}
	}
	if (optind + 1 == argc) {
		args->image = argv[optind];
		return 0;
	}
	command_usage(errs, argv[0], "one image is wanted");
	return -1;
}

static int read_version(struct qmp *qmp, const char **ret_version, struct err *err)
{
	json_t *reply = qmp_command(qmp, "query-version", NULL, err);
	double major = 0, minor = 0, micro = 0; /* qmp.c reads every number as a real one */

	if (!reply)
		return -1;
	(void)json_unpack(reply, "{s:{s:F, s:F, s:F}}", "qemu", "major", &major, "minor", &minor,
			  "micro", &micro);
	json_decref(reply);
	*ret_version = arena_fmt(qmp->arena, "%d.%d.%d", (int)major, (int)minor, (int)micro);
	return 0;
}

/* Another device is looked for where one stands in. */
static void expect_standins(struct qtree_want *wants, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *by = wants[i].driver ? standin_driver(wants[i].driver) : NULL;

		if (by)
			wants[i].driver = by;
	}
}

static int run_qemu(const struct img *img, const char *qemu, struct arena *arena,
		    struct verdict *verdict, struct err *err)
{
	const struct img_span *layout = &img->section[SECTION_LAYOUT];
	struct qtree_want *wants;
	const char *const *args;
	struct qtree tree;
	struct qmp qmp;

	if (qtree_wants_load(arena, (const char *)layout->data, layout->len, &wants,
			     &verdict->wanted, err) < 0 ||
	    standin_args(&verdict->standin, qemu, &args, err) < 0)
		return -1;
	expect_standins(wants, verdict->wanted);
	int ret = qmp_start(&qmp, arena, args, TIMEOUT_S, err);

	if (ret == 0)
		ret = read_version(&qmp, &verdict->version, err);
	if (ret == 0)
		ret = argcheck(&qmp, verdict->standin.argv, &verdict->differences, &verdict->differ,
			       err);
	if (ret == 0)
		ret = qtree_read(&qmp, &tree, err);
	qmp_stop(&qmp);
	if (ret < 0) {
		if (err->kind == ERR_HOST)
			err_fix(err,
				"`kiln show --argv %s` prints the command line. Compose for the "
				"QEMU that is there, or name another with --qemu.",
				img->path);
		/* 126 and 127 are a loader's, which becomes QEMU; here QEMU is only asked. */
		err->kind = ERR_HOST;
		return -1;
	}
	verdict->differ += qtree_compare(&tree, wants, verdict->wanted, &verdict->differences);
	return 0;
}

static void print_text(const struct verdict *verdict, const struct verify_args *args)
{
	(void)printf("%s%s: QEMU %s, %zu devices wanted, ", text_str(&verdict->differences),
		     args->image, verdict->version, verdict->wanted);
	if (verdict->differ)
		(void)printf("%zu %s\n", verdict->differ,
			     verdict->differ == 1 ? "difference" : "differences");
	else
		(void)printf("all as baked\n");
	for (size_t i = 0; i < verdict->standin.note_count; i++)
		(void)printf("note: %s\n", verdict->standin.notes[i]);
}

static json_t *lines_array(const char *text)
{
	json_t *array = json_array();

	while (*text) {
		size_t len = strcspn(text, "\n");

		BUG_IF(json_array_append_new(array, json_stringn(text, len)) != 0);
		text += len + (text[len] == '\n');
	}
	return array;
}

static void print_json(const struct verdict *verdict, const struct verify_args *args,
		       struct err_list *errs)
{
	json_t *notes = json_array();

	for (size_t i = 0; i < verdict->standin.note_count; i++)
		BUG_IF(json_array_append_new(notes, json_string(verdict->standin.notes[i])) != 0);
	json_t *root = json_pack("{s:i, s:s, s:s, s:I, s:o, s:o}", "format", 1, "image",
				 args->image, "qemu", verdict->version, "wanted",
				 (json_int_t)verdict->wanted, "differences",
				 lines_array(text_str(&verdict->differences)), "notes", notes);
	char *text = root ? json_dumps(root, JSON_INDENT(1)) : NULL;

	json_decref(root);
	if (!text) {
		struct err *err = err_list_new(errs, ERR_USAGE, "the image's path is not UTF-8");

		err_why(err, "JSON has only UTF-8 texts, and the path is in it.");
		err_fix(err, "Rename the file, or leave out --json.");
		return;
	}
	(void)printf("%s\n", text);
	free(text);
}

int verify_command(int argc, char **argv, struct arena *arena, struct err_list *errs)
{
	struct verify_args args = {.form = FORM_TEXT};
	struct verdict verdict = {.differences = {.arena = arena}};
	struct scratch scratch = {0};
	struct err err;

	if (parse(argc, argv, &args, errs) < 0)
		return 0;
	struct img *img = image_open(args.image, arena, &err);

	if (!img) {
		err_list_add(errs, &err);
		return 0;
	}
	verdict.standin.img = img;
	verdict.standin.scratch = &scratch;
	int ret = scratch_open(&scratch, arena, &err);

	if (ret == 0)
		ret = run_qemu(img, args.qemu ? args.qemu : img->meta[META_QEMU], arena, &verdict,
			       &err);
	scratch_remove(&scratch);
	(void)close(img->fd);
	if (ret < 0)
		err_list_add(errs, &err);
	else if (args.form == FORM_JSON)
		print_json(&verdict, &args, errs);
	else
		print_text(&verdict, &args);
	return verdict.differ ? ERR_CONFIG : 0;
}
