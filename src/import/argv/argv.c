/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv.c - a command line from a file or a process to the tree that is imported.
 */
#include "import/argv/argv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "devices/extra_options.h"
#include "import/argv/place.h"
#include "import/argv/process.h"
#include "import/head.h"
#include "qemu/render.h"

/* ---- reading ------------------------------------------------------------------------------------ */

static int refuse_file(struct import *import, int error)
{
	struct err *err = err_list_new(import->errs, ERR_CONFIG,
				       "the command line cannot be read: %s", strerror(error));

	err_at(err, import->path, 0);
	err_check(err, "import-file");
	err_why(err, "It is read as a whole, and nothing else is.");
	err_fix(err,
		"Give a file with a command line, - for standard input, or --pid with the number "
		"of a running QEMU that you may look at.");
	return -1;
}

static int read_all(struct import *import, int fd, struct text *ret)
{
	char buf[65536];
	ssize_t len;

	while ((len = read(fd, buf, sizeof(buf))) > 0) {
		text_add_len(ret, buf, (size_t)len);
		/* What is larger is refused by who takes it apart. */
		if (ret->len > WORDS_BYTES_MAX)
			return 0;
	}
	return len < 0 ? refuse_file(import, errno) : 0;
}

static int read_file(struct import *import, const char *path, struct text *ret)
{
	int fd, status;

	if (strcmp(path, "-") == 0)
		return read_all(import, STDIN_FILENO, ret);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	/* Of a process that is not there process_check() tells. */
	if (fd < 0)
		return errno == ENOENT && process_of(import->arena, path)
			       ? 0
			       : refuse_file(import, errno);
	status = read_all(import, fd, ret);
	(void)close(fd);
	return status;
}

/* ---- what is left ------------------------------------------------------------------------------- */

/* Options that say nothing of the guest; @why NULL: the composer says the same. */
static const struct {
	const char *name, *why;
} meanings[] = {
	{"-nodefaults", NULL},
	{"-no-user-config", NULL},
	{"-nodefconfig", NULL},
	{"-msg", NULL},
	{"-sandbox", NULL},
	{"-machine", NULL},
	{"-S", "the guest runs when it is started"},
	{"-daemonize", "who supervises QEMU is decided on the target"},
	{"-pidfile", "kiln-run knows the process"},
	{"-monitor", "kiln-run has monitors of its own"},
	{"-qmp", "kiln-run has monitors of its own"},
	{"-qmp-pretty", "kiln-run has monitors of its own"},
	{"-mon", "kiln-run has monitors of its own"},
	{"-add-fd", "descriptors are handed over anew"},
	{"-D", "where QEMU's log goes"},
	{"-L", "the board says where QEMU's files are"},
	{"-runas", "CONFIG_RUN_USER says who QEMU runs as"},
	{"-run-with", "CONFIG_RUN_USER says who QEMU runs as"},
	{"-chroot", "kiln-run confines QEMU"},
	{"-no-shutdown", "QEMU ends when the guest does"},
	{"-incoming", "the guest starts"},
	{"-id", "a number of Proxmox"},
	{"-domid", "a number of Xen"},
	{"-no-fd-bootchk", "it means nothing to SeaBIOS"},
	{"-k", "no screen of Kiln's has a keyboard here"},
};

static bool means_nothing(struct argv *argv, struct argv_option *option)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		if (strcmp(meanings[i].name, option->name) != 0)
			continue;
		option->done = true;
		if (meanings[i].why)
			argv_note(argv, option, IMPORT_DROPPED, option->value ? option->value : "",
				  meanings[i].why);
		return true;
	}
	return false;
}

/* The chardev of a monitor has no other use. */
static void drop_monitors(struct argv *argv)
{
	argv_for_each(option, argv)
	{
		bool qmp =
			strcmp(option->name, "-qmp") == 0 || strcmp(option->name, "-monitor") == 0;
		const char *id =
			argv_is_open(option, "-mon") ? argv_peek(argv, option->tree, "chardev")
			: qmp && strncmp(option->value, "chardev:", 8) == 0 ? option->value + 8
									    : NULL;
		struct argv_option *chardev = id ? argv_find(argv, "-chardev", "id", id) : NULL;

		if (chardev)
			chardev->done = true;
	}
}

/* The sound of the host has a name of Kiln's. */
static void rename_audio(struct argv *argv, struct argv_option *option)
{
	const char *id = argv_take(argv, option->tree, "audiodev");
	xmlNodePtr node = id ? argv_audio_find(argv, id) : NULL;

	if (!id)
		return;
	option->settled |= node != NULL;
	node_add_string(argv->arena, option->tree, "audiodev",
			node ? arena_fmt(argv->arena, "audio%s",
					 xml_attr_text(argv->arena, node, "id"))
			     : id);
}

static void keep(struct argv *argv, struct argv_option *option)
{
	bool json = option->given && option->value && option->value[0] == '{';

	if (option->tree && strcmp(option->name, "-device") == 0) {
		place_rename(argv, option);
		rename_audio(argv, option);
	}
	/* What was made of another option, or got a place, is what its members are. */
	if ((!option->given || option->settled) && option->tree)
		option->value =
			json ? render_json(argv->arena, option->tree)
			     : render_kv(argv->arena, option->tree, argv_head(option->name));
	xmlNodePtr line = xml_at(argv->import->root, "commandline");

	xml_attr(xml_child(line, "arg"), "value",
		 option->given ? option->word->text : option->name);
	line->last->line = (unsigned short)option->word->at.line;
	if (option->value) {
		xml_attr(xml_child(line, "arg"), "value", option->value);
		line->last->line = (unsigned short)option->word->at.line;
	}
	option->done = true;
	argv_note(argv, option, IMPORT_KEPT, option->value ? option->value : "",
		  "Kiln does not know it, and QEMU gets it as it is");
}

/* Why it cannot go to QEMU beside what Kiln writes; NULL = it can. */
static const char *why_not(const struct argv *argv, const struct argv_option *option)
{
	const struct extra_option *known = extra_option_find(option->name);
	const char *kind;

	if (!known)
		return "QEMU 7 and newer have no such option";
	if (strcmp(option->name, "-snapshot") == 0)
		return "Kiln has no disk that forgets what was written; give the guest one with a "
		       "backing file, and make its upper file anew before each start";
	if (known->why || strcmp(option->name, "-set") == 0)
		return "Kiln decides itself what this option is about, and has no setting that says "
		       "it";
	kind = argv_is_open(option, "-drive") ? argv_peek(argv, option->tree, "if") : "none";
	return kind && strcmp(kind, "none") == 0 ? NULL : "no machine of Kiln's has such drives";
}

void argv_rest(struct argv *argv)
{
	drop_monitors(argv);
	argv_for_each(option, argv)
	{
		const char *why;

		if (option->done || means_nothing(argv, option))
			continue;
		why = why_not(argv, option);
		if (!why) {
			keep(argv, option);
			continue;
		}
		option->done = true;
		argv_note(argv, option, IMPORT_LOST, option->value ? option->value : "", why);
	}
}

/* ---- the whole ---------------------------------------------------------------------------------- */

/* One that went into the background has "/" for its folder (os-posix.c, os_setup_post()). */
static bool has_left(const struct argv *argv)
{
	argv_for_each(option, argv)
	{
		if (argv->process && strcmp(option->name, "-daemonize") == 0)
			return true;
	}
	return false;
}

const char *argv_path(struct argv *argv, const struct argv_option *option, const char *path)
{
	const char *rest = strncmp(path, "./", 2) == 0 ? path + 2 : path, *whole = NULL;

	if (*path == '/')
		return path;
	if (has_left(argv))
		whole = argv_open_file(argv, rest);
	else if (argv->folder)
		whole = arena_fmt(argv->arena, "%s%s", argv->folder, rest);
	if (!whole) {
		argv_note(
			argv, option, IMPORT_LOST, path,
			"a relative path, and the folder that it begins in is not known; a process "
			"tells it to its own user and to root, unless it was daemonized");
		return NULL;
	}
	argv_note(argv, option, IMPORT_DROPPED, path,
		  arena_fmt(argv->arena, "a relative path; it is %s", whole));
	return whole;
}

/* Of a process its own folder; of a script the one that it is in; else the one that we are in. */
static const char *folder_of(struct arena *arena, const char *path)
{
	char here[PATH_MAX];
	const char *slash = strrchr(path, '/'), *process = process_of(arena, path);

	if (process) {
		ssize_t size =
			readlink(arena_fmt(arena, "%s/cwd", process), here, sizeof(here) - 1);

		return size > 0 ? arena_fmt(arena, "%.*s/", (int)size, here) : NULL;
	}
	if (*path == '/')
		return arena_dup(arena, path, (size_t)(slash - path) + 1);
	if (!getcwd(here, sizeof(here)))
		return NULL;
	return arena_fmt(arena, "%s/%.*s", here, slash ? (int)(slash - path) + 1 : 0, path);
}

const char *argv_payload(const struct argv *argv, const char *path)
{
	/* CONFIG_PAYLOAD_PREFIX, as it is unless somebody changed it. */
	const char *prefix = arena_fmt(argv->arena, "/var/lib/kiln/%s/", argv->name);
	size_t len = strlen(prefix);

	return strncmp(path, prefix, len) == 0 && path[len] ? path + len : NULL;
}

static void finish(struct argv *argv)
{
	struct import *import = argv->import;

	argv_named(argv);
	argv_machine_parts(argv);
	argv_plain_adapters(argv);
	if (!import->by_rules)
		argv_slots(argv);
	argv_devices(argv);
	argv_others(argv);
	argv_boot(argv);
	argv_drop_secrets(argv);
	argv_set(argv, import->root, "virtio-bus", argv->transports ? "MMIO" : "PCI");
	argv_rest(argv);
	if (argv->program && *argv->program)
		import_note_at(import, IMPORT_DROPPED, argv->words.list[0].at.line, argv->program,
			       "the board says which QEMU");
	for (size_t i = 0; i < argv->words.environment_count; i++)
		import_note_at(import, IMPORT_DROPPED, argv->words.environment[i].at.line,
			       argv->words.environment[i].text, "the environment is kiln-run's");
}

static int refuse_empty(struct import *import)
{
	struct err *err = err_list_new(import->errs, ERR_CONFIG, "the command line has no option");

	err_at(err, import->path, 0);
	err_check(err, "import-file");
	err_why(err, "A process of the kernel's, or one that has ended, has no command line.");
	err_fix(err, "Give the command line of a QEMU that is a machine.");
	return -1;
}

int argv_open(struct import *import, const char *path)
{
	struct argv argv = {
		.import = import,
		.arena = import->arena,
		.folder = folder_of(import->arena, path),
		.process = process_of(import->arena, path),
	};
	struct text text = {.arena = import->arena};
	struct argv_item *item = arena_alloc(import->arena, sizeof(*item));

	if (read_file(import, path, &text) < 0 ||
	    (argv.process && process_check(&argv, text_str(&text), text.len) < 0) ||
	    words_split(import->arena, path, text_str(&text), text.len, &argv.words, import->errs) <
		    0 ||
	    argv_options(&argv) < 0)
		return -1;
	if (!argv.options)
		return refuse_empty(import);
	import->root = xml_document("domain");
	/* The mark of a tree whose elements have something behind them. */
	import->root->doc->_private = &argv;
	import->root->_private = item;
	item->option = argv.options;
	argv.devices = xml_child(import->root, "devices");
	argv_config(&argv);
	argv_opened(&argv);
	argv_short(&argv);
	if (argv_machine(&argv) < 0)
		return -1;
	finish(&argv);
	import->root->doc->_private = item;
	return 0;
}
