/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c - one table of options, and who takes which.
 */
#include "kiln/options.h"

#include <getopt.h>
#include <string.h>
#include <unistd.h>

enum { CONFIG = 1, PAYLOAD, TREE, LOCK, OUTPUT, WRITE_LOCK, FORGET, IMAGE, JSON, LOADER };

static const struct option table[] = {
	{"config", required_argument, NULL, CONFIG},
	{"payload-dir", required_argument, NULL, PAYLOAD},
	{"tree", required_argument, NULL, TREE},
	{"lock", required_argument, NULL, LOCK},
	{"output", required_argument, NULL, OUTPUT},
	{"write-lock", no_argument, NULL, WRITE_LOCK},
	{"forget", required_argument, NULL, FORGET},
	{"image", required_argument, NULL, IMAGE},
	{"json", no_argument, NULL, JSON},
	{"loader", required_argument, NULL, LOADER},
	{0},
};

/* 0 = every command takes it. */
static const unsigned taken_by[] = {
	[OUTPUT] = OPTIONS_OUTPUT, [WRITE_LOCK] = OPTIONS_LOCK, [FORGET] = OPTIONS_LOCK,
	[IMAGE] = OPTIONS_IMAGE,   [JSON] = OPTIONS_IMAGE,      [LOADER] = OPTIONS_OUTPUT,
};

static int defaults(struct options *ret, struct arena *arena, struct err_list *errs)
{
	const char *dir = exe_dir(arena, errs);

	if (!dir)
		return -1;
	ret->pipeline.config = ".config";
	ret->pipeline.output = "images";
	ret->pipeline.tree = arena_fmt(arena, "%s/../share/kiln", dir);
	ret->pipeline.helper = arena_fmt(arena, "%s/kiln-kconf", dir);
	if (access(ret->pipeline.helper, X_OK) != 0)
		ret->pipeline.helper = arena_fmt(arena, "%s/../lib/kiln/kiln-kconf", dir);
	return 0;
}

static int take(int option, char **argv, struct options *ret, struct err_list *errs)
{
	struct pipeline_options *pipeline = &ret->pipeline;

	switch (option) {
	case CONFIG:
		pipeline->config = optarg;
		break;
	case PAYLOAD:
		if (pipeline->search_count == DIRS_MAX) {
			command_usage(errs, argv[0], "more than %d --payload-dir", DIRS_MAX);
			return -1;
		}
		pipeline->search[pipeline->search_count++] = optarg;
		break;
	case TREE:
		pipeline->tree = optarg;
		break;
	case LOCK:
		pipeline->lock = optarg;
		break;
	case OUTPUT:
		pipeline->output = optarg;
		break;
	case WRITE_LOCK:
		ret->write_lock = pipeline->new_lock = true;
		break;
	case FORGET:
		pipeline->forget = optarg;
		break;
	case IMAGE:
		ret->image = optarg;
		break;
	case LOADER:
		pipeline->loader = optarg;
		break;
	case JSON:
		ret->form = FORM_JSON;
		break;
	default:
		command_usage(errs, argv[0], "\"%s\" is not an option, or lacks its value",
			      argv[optind - 1]);
		return -1;
	}
	return 0;
}

int options_parse(int argc, char **argv, unsigned takes, struct arena *arena, struct options *ret,
		  struct err_list *errs)
{
	int option;

	memset(ret, 0, sizeof(*ret));
	if (defaults(ret, arena, errs) < 0)
		return -1;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option > 0 && option < (int)ARRAY_SIZE(taken_by) && taken_by[option] &&
		    !(taken_by[option] & takes)) {
			command_usage(errs, argv[0], "\"--%s\" is not an option of it",
				      table[option - 1].name);
			return -1;
		}
		if (take(option, argv, ret, errs) < 0)
			return -1;
	}
	if (takes & OPTIONS_IMAGE && optind < argc)
		ret->name = argv[optind++];
	if (optind != argc) {
		command_usage(errs, argv[0], "\"%s\" is one argument too many", argv[optind]);
		return -1;
	}
	/* An option that would change nothing is refused, not ignored. */
	if (ret->pipeline.forget && !ret->write_lock) {
		command_usage(errs, argv[0], "--forget goes with --write-lock");
		return -1;
	}
	return 0;
}
