/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain_command.c - kiln explain: the layout of a configuration or of an image, explained.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bug.h"
#include "kiln/explain.h"
#include "kiln/open.h"
#include "kiln/options.h"
#include "kiln/report.h"

static json_t *image_layout(const struct options *options, struct arena *arena,
			    struct err_list *errs)
{
	struct err err;
	struct img *img = image_open(options->image, arena, &err);

	if (!img) {
		err_list_add(errs, &err);
		return NULL;
	}
	const struct img_span *span = &img->section[SECTION_LAYOUT];
	json_t *layout = json_loadb((const char *)span->data, span->len, 0, NULL);

	(void)close(img->fd);
	if (json_is_array(json_object_get(layout, "functions")))
		return layout;
	json_decref(layout);
	struct err *bad =
		err_list_new(errs, ERR_IMAGE, "%s: the layout cannot be read", options->image);

	err_why(bad, "Section LAYOUT lists every PCI function, as this version of kiln writes it.");
	err_fix(bad, "Compose the image again.");
	return NULL;
}

static json_t *config_layout(const struct options *options, struct arena *arena,
			     struct err_list *errs)
{
	struct pipeline pipe = {.arena = arena, .errs = errs};

	if (pipeline_load(&pipe, &options->pipeline) < 0 || pipeline_layout(&pipe) < 0)
		return NULL;
	json_t *layout = json_loads(report_json(&pipe.vm, &pipe.layout), 0, NULL);

	BUG_IF(!layout);
	return layout;
}

static void print_json(const json_t *layout, const char *name)
{
	json_t *array = explain_json(layout, name);
	char *text = json_dumps(array, JSON_INDENT(1));

	BUG_IF(!text);
	(void)printf("%s\n", text);
	free(text);
	json_decref(array);
}

int explain_command(int argc, char **argv, struct arena *arena, struct err_list *errs)
{
	struct text text = {.arena = arena};
	struct options options;
	json_t *layout;

	if (options_parse(argc, argv, OPTIONS_IMAGE, arena, &options, errs) < 0)
		return 0;
	layout = options.image ? image_layout(&options, arena, errs)
			       : config_layout(&options, arena, errs);
	if (!layout)
		return 0;
	size_t count = explain_text(layout, options.name, &text);

	if (options.name && !count) {
		struct err *err =
			err_list_new(errs, ERR_USAGE, "nothing is called \"%s\"", options.name);

		err_why(err,
			"A device that has a place is named by its id (net0), its QEMU id, its "
			"PCI address (01:00.0) or its path (02.0/00.0).");
		err_fix(err, "`kiln explain` without a name lists them all.");
	} else if (options.form == FORM_JSON) {
		print_json(layout, options.name);
	} else {
		(void)fputs(text_str(&text), stdout);
	}
	json_decref(layout);
	return 0;
}
