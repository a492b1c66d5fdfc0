/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show.c - kiln show: an image as it is, without the facts of a target (image/show.h).
 */
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/show.h"
#include "kiln/command.h"
#include "kiln/open.h"

const char show_options[] =
	"  --json             everything, as JSON\n"
	"  --argv             the command line as a shell can start it, one argument a line\n"
	"  --payload-dir DIR  with --argv: where the payload files are; default NAME.payload\n"
	"                     beside the image, else the place on the target\n"
	"  --section NAME     META, CONFIG, DOMAIN, LAYOUT, GUEST, NEEDS, ARGV or PLAN alone\n";

struct show_args {
	const char *image, *section, *payload_dir;
	enum show_what what;
};

static int parse(int argc, char **argv, struct show_args *args, struct err_list *errs)
{
	enum { JSON = 1, ARGV, SECTION, PAYLOAD };
	static const struct option table[] = {
		{"json", no_argument, NULL, JSON},
		{"argv", no_argument, NULL, ARGV},
		{"section", required_argument, NULL, SECTION},
		{"payload-dir", required_argument, NULL, PAYLOAD},
		{0},
	};
	unsigned views = 0;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (option) {
		case JSON:
			args->what = SHOW_JSON;
			views++;
			break;
		case ARGV:
			args->what = SHOW_SHELL;
			views++;
			break;
		case SECTION:
			args->what = SHOW_SECTION;
			args->section = optarg;
			views++;
			break;
		case PAYLOAD:
			args->payload_dir = optarg;
			break;
		default:
			command_usage(errs, argv[0], "\"%s\" is not an option, or lacks its value",
				      argv[optind - 1]);
			return -1;
		}
	}
	if (views > 1)
		command_usage(errs, argv[0], "--json, --argv and --section exclude each other");
	else if (args->payload_dir && args->what != SHOW_SHELL)
		command_usage(errs, argv[0], "--payload-dir goes with --argv");
	else if (optind + 1 != argc)
		command_usage(errs, argv[0], "one image is wanted");
	else
		args->image = argv[optind];
	return args->image ? 0 : -1;
}

/* `kiln compose` leaves links to the payload beside the image, so that it can be tried at once. */
static const char *payload_beside(struct arena *arena, const char *image, const char *name)
{
	const char *slash = strrchr(image, '/');
	const char *dir = arena_fmt(arena, "%.*s%s.payload", slash ? (int)(slash - image) + 1 : 0,
				    image, name);
	struct stat st;

	return stat(dir, &st) == 0 && S_ISDIR(st.st_mode) ? dir : NULL;
}

int show_command(int argc, char **argv, struct arena *arena, struct err_list *errs)
{
	struct show_args args = {.what = SHOW_TEXT};
	struct facts *facts = arena_alloc(arena, sizeof(*facts));
	struct err err;

	if (parse(argc, argv, &args, errs) < 0)
		return 0;
	struct img *img = image_open(args.image, arena, &err);

	if (!img) {
		err_list_add(errs, &err);
		return 0;
	}
	facts_init(facts, img);
	facts->payload_dir = args.payload_dir
				     ? args.payload_dir
				     : payload_beside(arena, args.image, img->meta[META_NAME]);
	if (img_show(facts, args.what, args.section, &err) < 0)
		err_list_add(errs, &err);
	(void)close(img->fd);
	return 0;
}
