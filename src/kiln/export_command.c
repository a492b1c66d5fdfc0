/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * export_command.c - kiln export: an image in, its payload and a description for another system out.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "export/export.h"
#include "kiln/command.h"
#include "kiln/open.h"
#include "kiln/output.h"

const char export_options[] =
	"  --to SYSTEM         libvirt: NAME.xml, for virsh define; script: NAME.sh, which starts QEMU;\n"
	"                      kubevirt: NAME.yaml, for kubectl apply\n"
	"  --libvirt VERSION   --to libvirt: which one; default: that of the board's layout\n"
	"  --container IMAGE   --to kubevirt: the container image that shall hold the payload\n"
	"  -o, --output DIR    write there; default: the folder that the image names, so that its\n"
	"                      own paths hold\n"
	"  --payload-dir DIR   where the other system finds the payload; default: where it is written\n"
	"  --unit ID           give it the addresses and the UUID of this unit\n"
	"  --lossy             what cannot be taken over is listed, and is no failure\n"
	"  --force             replace files that are there\n\n"
	"What is not taken over is listed on standard error; unless --lossy, the exit code is then 1\n"
	"and nothing is written. What kiln-run would do and others must is listed as \"to do\".\n";

/** struct target - a system. @suffix: of the description's name. @mode: bits that it gets. */
struct target {
	const char *name, *suffix;
	mode_t mode;
	int (*write)(struct export *export, struct text *ret, struct err *err);
};

static const struct target targets[] = {
	{"libvirt", ".xml", 0, export_libvirt},
	{"script", ".sh", 0444, export_script},
	{"kubevirt", ".yaml", 0, export_kubevirt},
};

struct export_args {
	const struct target *target;
	const char *image, *output, *payload_dir, *libvirt, *unit, *container;
	bool lossy, force;
};

static int usage_target(const char *argv0, const char *name, struct err_list *errs)
{
	struct text known = {.arena = errs->arena};

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		text_fmt(&known, "%s%s", i ? ", " : "", targets[i].name);
	if (name)
		command_usage(errs, argv0, "--to %s: the systems are %s", name, text_str(&known));
	else
		command_usage(errs, argv0, "--to is missing: the systems are %s", text_str(&known));
	return -1;
}

static int take_target(const char *argv0, const char *name, struct export_args *args,
		       struct err_list *errs)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		if (strcmp(targets[i].name, name) == 0) {
			args->target = &targets[i];
			return 0;
		}
	}
	return usage_target(argv0, name, errs);
}

static int check_args(const char *argv0, const struct export_args *args, struct err_list *errs)
{
	if (!args->target)
		return usage_target(argv0, NULL, errs);
	if (args->libvirt && args->target->write != export_libvirt)
		command_usage(errs, argv0, "--libvirt goes with --to libvirt");
	else if (args->container && args->target->write != export_kubevirt)
		command_usage(errs, argv0, "--container goes with --to kubevirt");
	else if (args->payload_dir && args->target->write == export_kubevirt)
		command_usage(errs, argv0, "--payload-dir does not go with --to kubevirt");
	else if (args->payload_dir && !ident_is_valid(IDENT_PATH, args->payload_dir))
		command_usage(errs, argv0, "--payload-dir %s is no absolute path",
			      args->payload_dir);
	else if (args->unit && !ident_is_valid(IDENT_UNIT, args->unit))
		command_usage(errs, argv0, "--unit \"%s\" is no unit id", args->unit);
	else
		return 0;
	return -1;
}

static int parse(int argc, char **argv, struct export_args *args, struct err_list *errs)
{
	enum { TO = 1, LIBVIRT, CONTAINER, PAYLOAD, UNIT, LOSSY, FORCE };
	static const struct option table[] = {
		{"to", required_argument, NULL, TO},
		{"libvirt", required_argument, NULL, LIBVIRT},
		{"container", required_argument, NULL, CONTAINER},
		{"output", required_argument, NULL, 'o'},
		{"payload-dir", required_argument, NULL, PAYLOAD},
		{"unit", required_argument, NULL, UNIT},
		{"lossy", no_argument, NULL, LOSSY},
		{"force", no_argument, NULL, FORCE},
		{0},
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "o:", table, NULL)) != -1) {
		switch (option) {
		case TO:
			if (take_target(argv[0], optarg, args, errs) < 0)
				return -1;
			break;
		case LIBVIRT:
			args->libvirt = optarg;
			break;
		case CONTAINER:
			args->container = optarg;
			break;
		case 'o':
			args->output = optarg;
			break;
		case PAYLOAD:
			args->payload_dir = optarg;
			break;
		case UNIT:
			args->unit = optarg;
			break;
		case LOSSY:
			args->lossy = true;
			break;
		case FORCE:
			args->force = true;
			break;
		default:
			command_usage(errs, argv[0], "\"%s\" is not an option, or lacks its value",
				      argv[optind - 1]);
			return -1;
		}
	}
	if (optind + 1 != argc) {
		command_usage(errs, argv[0], "one image is wanted");
		return -1;
	}
	args->image = argv[optind];
	return check_args(argv[0], args, errs);
}

/* "9", "9.1" or "9.1.0", as `virsh version` says it; else 0. */
static unsigned read_version(const char *text)
{
	uint64_t part[3] = {0};
	size_t count = 0;

	for (;; text++) {
		size_t len = strcspn(text, ".");

		if (count == ARRAY_SIZE(part) || len > 3 ||
		    num_parse_n(text, len, 0, 999, &part[count++]) < 0)
			return 0;
		text += len;
		if (!*text)
			break;
	}
	return (unsigned)(part[0] * 1000000 + part[1] * 1000 + part[2]);
}

/* The layout of a board is that of a libvirt: "libvirt-9". */
static int set_libvirt(struct export *export, const char *given, struct err *err)
{
	const char *board = export->facts->img->meta[META_LAYOUT_ALGO];
	const char *dash = strrchr(board, '-');
	const char *version = given ? given : dash ? dash + 1 : board;

	export->libvirt = read_version(version);
	if (export->libvirt >= EXPORT_VERSION_OLDEST)
		return 0;
	(void)err_set(err, ERR_USAGE, "libvirt %s", version);
	err_why(err, "What a libvirt understands is known here from 9.0 on, as in 9.0 or 11.3.0.");
	err_fix(err, "Say which one it is with --libvirt; `virsh --version` tells it.");
	return -1;
}

static void print_notes(const struct export *export, const char *image)
{
	static const char *const words[] = {[EXPORT_LOST] = "lost", [EXPORT_LEFT] = "to do"};

	for (unsigned loss = 0; loss < EXPORT_LOSS_COUNT; loss++) {
		for (const struct export_note *note = export->notes; note; note = note->next) {
			if (note->loss == (enum export_loss)loss)
				(void)fprintf(stderr, "%s: %s: %s: %s\n", image, words[loss],
					      note->what, note->why);
		}
	}
}

static int refuse_existing(const char *dir, const char *name, struct err *err)
{
	struct stat st;
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (lstat(path, &st) < 0)
		return 0;
	(void)err_set(err, ERR_HOST, "%s is there already", path);
	err_why(err, "It may be somebody's work: a description is edited, a disk written to.");
	err_fix(err, "Give another --output, or --force to replace it.");
	return -1;
}

static int check_existing(const struct export *export, const char *dir, const char *description,
			  struct err *err)
{
	const struct img *img = export->facts->img;

	if (refuse_existing(dir, description, err) < 0 ||
	    (export->more_name && refuse_existing(dir, export->more_name, err) < 0))
		return -1;
	for (uint32_t i = 0; i < img->payload_count; i++) {
		if (refuse_existing(dir, img->payload[i].name, err) < 0)
			return -1;
	}
	return 0;
}

static int write_files(struct output *out, const struct export *export, const struct target *target,
		       const char *name, const char *text, struct err *err)
{
	const struct img *img = export->facts->img;
	struct stat st;

	for (uint32_t i = 0; i < img->payload_count; i++) {
		int fd = output_file(out, img->payload[i].name, err);

		if (fd < 0 || img_payload_copy(img, i, fd, err) < 0)
			return -1;
	}
	if (export->more_name &&
	    output_text(out, export->more_name, text_str(&export->more), OUTPUT_KEPT, err) < 0)
		return -1;
	if (output_text(out, name, text, OUTPUT_KEPT, err) < 0)
		return -1;
	int fd = out->file[out->count - 1].fd;

	/* Who may read it may run it; umask has taken from the read bits what it takes. */
	if (target->mode && fstat(fd, &st) == 0)
		(void)fchmod(fd, st.st_mode | (st.st_mode & target->mode) >> 2);
	return output_commit(out, err);
}

static int describe(struct export *export, const struct export_args *args, const char *dir,
		    struct text *ret, struct err *err)
{
	bool beside = args->target->write != export_libvirt;
	char *real = args->payload_dir || beside ? NULL : realpath(dir, NULL);

	/* A script finds what stands beside it, wherever both are copied to; a cluster knows no path. */
	export->container = args->container;
	if (args->payload_dir)
		export->payload_dir = args->payload_dir;
	else if (!beside)
		export->payload_dir = arena_str(export->arena, real ? real : dir);
	free(real);
	return args->target->write(export, ret, err);
}

/* Return: the exit code, or -1 with @err set. */
static int run(struct export *export, const struct export_args *args, struct err *err)
{
	const struct img *img = export->facts->img;
	const char *dir = args->output ? args->output : img->meta[META_PAYLOAD_DIR];
	const char *name =
		arena_fmt(export->arena, "%s%s", img->meta[META_NAME], args->target->suffix);
	struct text text = {.arena = export->arena};
	struct output out = {0};
	struct stat st;
	bool made = stat(dir, &st) < 0;
	int ret = -1;

	if (output_open(&out, export->arena, dir, err) < 0)
		return -1;
	if (describe(export, args, dir, &text, err) == 0) {
		print_notes(export, args->image);
		if (export_has_lost(export) && !args->lossy)
			ret = ERR_CONFIG;
		else if ((args->force || check_existing(export, dir, name, err) == 0) &&
			 write_files(&out, export, args->target, name, text_str(&text), err) == 0)
			ret = 0;
	}
	output_abort(&out);
	if (ret != 0 && made)
		(void)rmdir(dir);
	return ret;
}

int export_command(int argc, char **argv, struct arena *arena, struct err_list *errs)
{
	struct export_args args = {0};
	struct facts *facts = arena_alloc(arena, sizeof(*facts));
	struct export export = {.arena = arena, .facts = facts};
	struct err err;

	if (parse(argc, argv, &args, errs) < 0 || !args.target)
		return 0;
	struct img *img = image_open(args.image, arena, &err);
	int ret = -1;

	if (img) {
		facts_init(facts, img);
		if (args.unit)
			(void)snprintf(facts->unit, sizeof(facts->unit), "%s", args.unit);
		if (args.target->write != export_libvirt ||
		    set_libvirt(&export, args.libvirt, &err) == 0)
			ret = run(&export, &args, &err);
		(void)close(img->fd);
	}
	if (ret < 0)
		err_list_add(errs, &err);
	return ret < 0 ? 0 : ret;
}
