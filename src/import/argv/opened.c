/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opened.c - what a process has open, in the place of the descriptors that its command line names.
 *
 * In: /proc/N/fd and /proc/N/fdinfo, which its own user and root may read. Out: paths in the options. Where it
 * is not certain what a descriptor is it stays one, and who reads the option tells so; nothing is guessed.
 *
 * Of "/dev/fdset/S" the command line has a number that QEMU has closed. But before it opens any file QEMU
 * duplicates those of all -add-fd in their order, each at the lowest free number, and closes the given ones
 * when all have been (system/vl.c, qemu_process_early_options(); seen in 7.2 and 10.0). So the duplicates stand
 * one behind the other, with nothing between them but what QEMU was started with; and each file of a set that
 * is in use has a second descriptor, which its user has. Where the first one stands is tried, and what follows
 * from each start that fits has to be the same.
 */
#include "import/argv/process.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

#define NUMBERS_MAX 65536u /* more are not looked at */

/*
 * A number. @inherited: QEMU was started with it; all that it opens itself closes on exec. @same: the first number
 * of that file, which has in @have how many there are. @need: while a start is tried, how many there have to be.
 */
struct slot {
	const char *path;
	bool inherited, named;
	unsigned same, have, need;
};

/*
 * An -add-fd. @used: an option names its set. @again: there is another one of the set before it. @path: what
 * follows from the starts that fit, unless it @differs. @number: while a start is tried.
 */
struct given {
	const char *set, *opaque, *path;
	bool used, again, differs;
	unsigned number;
};

struct opened {
	struct argv *argv;
	struct slot *slots;
	unsigned count;
	struct given *given;
	size_t given_count;
	const char *image;
};

static const char set_prefix[] = "/dev/fdset/";

/* ---- /proc -------------------------------------------------------------------------------------- */

/* "flags:" is octal. */
static bool closes_on_exec(struct arena *arena, const char *process, const char *number)
{
	const char *flags =
		process_line(arena, arena_fmt(arena, "%s/fdinfo/%s", process, number), "flags:");

	return flags && (strtoul(flags, NULL, 8) & 02000000);
}

static bool is_number(const char *text, uint64_t *ret)
{
	return num_parse(text, 0, NUMBERS_MAX - 1, ret) == 0;
}

static struct slot *slot(struct opened *opened, unsigned number)
{
	if (number >= opened->count) {
		/* Doubled: a hostile line names every 64th number. */
		unsigned count = number + 64 > 2 * opened->count ? number + 64 : 2 * opened->count;
		struct slot *more = arena_alloc(opened->argv->arena, count * sizeof(*more));

		if (opened->count)
			memcpy(more, opened->slots, opened->count * sizeof(*more));
		opened->slots = more;
		opened->count = count;
	}
	return &opened->slots[number];
}

static bool read_slots(struct opened *opened)
{
	struct arena *arena = opened->argv->arena;
	const char *process = opened->argv->process;
	DIR *dir = opendir(arena_fmt(arena, "%s/fd", process));

	for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
		uint64_t number;
		struct slot *at;

		if (!is_number(entry->d_name, &number))
			continue;
		at = slot(opened, (unsigned)number);
		at->path =
			process_link(arena, arena_fmt(arena, "%s/fd/%s", process, entry->d_name));
		at->inherited = !closes_on_exec(arena, process, entry->d_name);
	}
	if (dir)
		(void)closedir(dir);
	return dir != NULL;
}

/* kiln-run's QEMU holds the lock of its run directory, whose state has the image. */
static const char *image_of(struct opened *opened)
{
	static const char tail[] = "/lock";

	for (unsigned i = 0; i < opened->count; i++) {
		const char *path = opened->slots[i].path;
		size_t len = path ? strlen(path) : 0;
		const char *state;

		if (len <= strlen(tail) || strcmp(path + len - strlen(tail), tail) != 0 ||
		    !strstr(path, "/kiln/"))
			continue;
		state = arena_fmt(opened->argv->arena, "%.*s/state", (int)(len - strlen(tail)),
				  path);
		if (!process_line(opened->argv->arena, state, "kiln-state="))
			continue;
		opened->argv->state = state;
		return process_line(opened->argv->arena, state, "image=");
	}
	return NULL;
}

/* ---- numbers that the command line has ---------------------------------------------------------- */

/* Behind "/proc/self/fd/" or "/dev/fd/", or NULL. */
static const char *number_in(const char *text)
{
	static const char *const prefixes[] = {"/proc/self/fd/", "/dev/fd/"};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (strncmp(text, prefixes[i], strlen(prefixes[i])) == 0)
			return text + strlen(prefixes[i]);
	}
	return NULL;
}

static bool ends_with(const char *text, const char *tail)
{
	size_t len = strlen(text), end = strlen(tail);

	return len >= end && strcmp(text + len - end, tail) == 0;
}

/* "7", "7:8" of a member that holds descriptors, and the path of one. */
static void name_numbers(struct opened *opened, const char *key, const char *text)
{
	const char *path = number_in(text);
	uint64_t number;

	if (!path && !ends_with(key, "fd") && !ends_with(key, "fds") && !ends_with(key, "str"))
		return;
	for (const char *at = path ? path : text; *at;) {
		size_t len = strcspn(at, ":");

		if (num_parse_n(at, len, 0, NUMBERS_MAX - 1, &number) == 0)
			slot(opened, (unsigned)number)->named = true;
		at += len + (at[len] == ':');
	}
}

static void use_set(struct opened *opened, const char *text)
{
	if (strncmp(text, set_prefix, strlen(set_prefix)) != 0)
		return;
	for (size_t i = 0; i < opened->given_count; i++) {
		if (strcmp(opened->given[i].set, text + strlen(set_prefix)) == 0)
			opened->given[i].used = true;
	}
}

static void look_at(struct opened *opened, const struct node *tree)
{
	node_for_each(item, tree) {
		const char *text = argument_text(opened->argv->arena, item);

		if (!text) {
			look_at(opened, item);
			continue;
		}
		name_numbers(opened, item->key ? item->key : "", text);
		use_set(opened, text);
	}
}

static void read_given(struct opened *opened)
{
	struct argv *argv = opened->argv;
	size_t count = 0;

	argv_for_each(option, argv) count += strcmp(option->name, "-add-fd") == 0;
	opened->given = arena_alloc(argv->arena, (count + 1) * sizeof(*opened->given));
	argv_for_each(option, argv)
	{
		struct given *given = &opened->given[opened->given_count];
		bool is = strcmp(option->name, "-add-fd") == 0 && option->tree;

		if (!is)
			continue;
		*given = (struct given){.set = argv_peek(argv, option->tree, "set"),
					.opaque = argv_peek(argv, option->tree, "opaque")};
		for (size_t i = 0; given->set && i < opened->given_count; i++)
			given->again |= strcmp(opened->given[i].set, given->set) == 0;
		opened->given_count += given->set != NULL;
	}
	argv_for_each(option, argv)
	{
		if (option->tree)
			look_at(opened, option->tree);
		else if (option->value) {
			name_numbers(opened, "", option->value);
			use_set(opened, option->value);
		}
	}
}

/* ---- sets --------------------------------------------------------------------------------------- */

static bool is_file(const struct slot *at)
{
	return at->path && at->path[0] == '/' && !at->inherited && !at->named;
}

static int by_path(const void *a, const void *b)
{
	const struct slot *first = *(struct slot *const *)a, *second = *(struct slot *const *)b;

	return strcmp(first->path, second->path);
}

static void count_files(struct opened *opened)
{
	struct slot **list = arena_alloc(opened->argv->arena, (opened->count + 1) * sizeof(*list));
	size_t count = 0;

	for (unsigned i = 0; i < opened->count; i++) {
		if (opened->slots[i].path)
			list[count++] = &opened->slots[i];
	}
	if (count)
		qsort(list, count, sizeof(*list), by_path);
	for (size_t i = 0, first = 0; i < count; i++) {
		if (strcmp(list[i]->path, list[first]->path) != 0)
			first = i;
		list[i]->same = (unsigned)(list[first] - opened->slots);
		list[first]->have++;
	}
}

/* Each file has a descriptor for each -add-fd, and one for who uses the set. */
static bool are_enough(struct opened *opened)
{
	struct slot *slots = opened->slots;
	bool enough = true;

	for (unsigned i = 0; i < opened->count; i++)
		slots[i].need = 0;
	for (size_t i = 0; i < opened->given_count; i++) {
		const struct given *given = &opened->given[i];

		if (given->used)
			slots[slots[given->number].same].need += given->again ? 1 : 2;
	}
	for (unsigned i = 0; i < opened->count; i++)
		enough &= slots[i].have >= slots[i].need;
	return enough;
}

/* Where they are when the first duplicate is at @number; false = it cannot be there. */
static bool follow(struct opened *opened, unsigned number)
{
	const struct slot *slots = opened->slots;

	for (size_t i = 0; i < opened->given_count; i++, number++) {
		while (number < opened->count && (slots[number].named || slots[number].inherited))
			number++;
		if (number >= opened->count || (opened->given[i].used && !is_file(&slots[number])))
			return false;
		opened->given[i].number = number;
	}
	return are_enough(opened);
}

static void find_sets(struct opened *opened)
{
	count_files(opened);
	for (unsigned number = 0; number < opened->count; number++) {
		if (opened->slots[number].named || opened->slots[number].inherited ||
		    !follow(opened, number))
			continue;
		for (size_t i = 0; i < opened->given_count; i++) {
			struct given *given = &opened->given[i];
			const char *path = opened->slots[given->number].path;

			if (!given->used)
				continue;
			given->differs |= given->path && strcmp(given->path, path) != 0;
			given->path = path;
		}
	}
}

/* ---- in their place ------------------------------------------------------------------------------ */

/* The file itself; NULL: it has no name, or none any more. */
static const char *file_of(const struct opened *opened, const char *link)
{
	static const char memory[] = "/memfd:", gone[] = " (deleted)";
	const char *slash = link ? strrchr(link, '/') : NULL, *image = opened->image;
	const char *guest = "imported";

	if (!slash || link[0] != '/')
		return NULL;
	if (!ends_with(link, gone)) {
		const char *last = image ? strrchr(image, '/') : NULL;

		/* A part of the image is a disk, and the image is none. */
		return image && strcmp(slash + 1, last ? last + 1 : image) == 0 ? NULL : link;
	}
	if (!image || strncmp(link, memory, strlen(memory)) != 0 ||
	    strcmp(link, "/memfd:secret (deleted)") == 0)
		return NULL;
	/* kiln-run calls the memory that holds payload by the name of the file. */
	argv_for_each(option, opened->argv)
	{
		const char *name = argv_is_open(option, "-name")
					   ? argv_peek(opened->argv, option->tree, "guest")
					   : NULL;

		guest = name ? name : guest;
	}
	return arena_fmt(opened->argv->arena, "/var/lib/kiln/%s/%.*s", guest,
			 (int)(strlen(link) - strlen(memory) - strlen(gone)),
			 link + strlen(memory));
}

/* Older libvirt wrote "rdwr:/the/path" there. */
static const char *path_in(const char *opaque)
{
	const char *slash = opaque ? strchr(opaque, '/') : NULL;

	return slash && (slash == opaque || slash[-1] == ':') ? slash : NULL;
}

static const char *file_of_set(const struct opened *opened, const char *set)
{
	const struct given *found = NULL;

	for (size_t i = 0; i < opened->given_count; i++) {
		const struct given *given = &opened->given[i];

		if (strcmp(given->set, set) != 0)
			continue;
		if (path_in(given->opaque))
			return path_in(given->opaque);
		if (given->differs || !given->path ||
		    (found && strcmp(found->path, given->path) != 0))
			return NULL;
		found = given;
	}
	return found ? file_of(opened, found->path) : NULL;
}

static const char *replaced(struct opened *opened, struct argv_option *option, const char *text)
{
	const char *number = number_in(text), *path = NULL;
	uint64_t at;

	if (strncmp(text, set_prefix, strlen(set_prefix)) == 0)
		path = file_of_set(opened, text + strlen(set_prefix));
	else if (number && is_number(number, &at) && at < opened->count &&
		 opened->slots[at].inherited)
		path = file_of(opened, opened->slots[at].path);
	if (!path)
		return NULL;
	/* What is kept is written anew. */
	option->settled = true;
	if (opened->argv->process)
		argv_note(opened->argv, option, IMPORT_DROPPED, text,
			  arena_fmt(opened->argv->arena, "what the process has open there is %s",
				    path));
	return path;
}

/* Whether who reads the option tells himself of a descriptor that it has. */
static bool is_told(const struct argv *argv, const struct argv_option *option)
{
	static const char *const names[] = {"-add-fd", "-blockdev", "-chardev",  "-drive",
					    "-fsdev",  "-netdev",   "-tpmdev",   "-hda",
					    "-hdb",    "-hdc",      "-hdd",      "-cdrom",
					    "-fda",    "-fdb",      "-mtdblock", "-sd",
					    "-pflash"};
	const char *type;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], option->name) == 0)
			return true;
	}
	type = option->tree ? argv_peek(argv, option->tree, "qom-type") : NULL;
	return type && strcmp(type, "secret") == 0;
}

static void put_files(struct opened *opened, struct argv_option *option, struct node *tree)
{
	struct argv *argv = opened->argv;
	struct node *next;

	for (struct node *item = tree->child; item; item = next) {
		const char *text = argument_text(argv->arena, item), *path;

		next = item->next;
		if (!text) {
			put_files(opened, option, item);
			continue;
		}
		if (!argv_is_descriptor(text))
			continue;
		path = replaced(opened, option, text);
		if (path) {
			item->kind = NODE_STRING;
			item->string = path;
		} else if (item->key && !is_told(opened->argv, option)) {
			argv_note(argv, option, IMPORT_LOST,
				  arena_fmt(argv->arena, "%s=%s", item->key, text), argv->no_file);
			(void)argv_take(argv, tree, item->key);
		}
	}
}

bool argv_is_descriptor(const char *path)
{
	return strncmp(path, set_prefix, strlen(set_prefix)) == 0 || number_in(path);
}

void argv_opened(struct argv *argv)
{
	struct opened opened = {.argv = argv};

	argv->no_file = "a descriptor says nothing of what it is; who started QEMU knows";
	read_given(&opened);
	if (argv->process && !read_slots(&opened)) {
		argv->no_file =
			"what a process has open its own user and root may see alone: be one "
			"of them, or import the image, the domain XML or the script that it "
			"was started of";
	} else if (argv->process) {
		find_sets(&opened);
		opened.image = image_of(&opened);
		argv->no_file =
			"it is not certain which of the files that the process has open it "
			"is, or that one has no name any more; import the image, the domain "
			"XML or the script that it was started of";
	}
	if (opened.image) {
		argv->no_file =
			arena_fmt(argv->arena,
				  "what the process has open there is no file of its own; kiln-run "
				  "started it, and `kiln show %s --section CONFIG` has all of it",
				  opened.image);
		import_note_at(argv->import, IMPORT_DROPPED, 1, opened.image,
			       "kiln-run started it of this image, whose own configuration is what "
			       "`kiln show --section CONFIG` prints");
	}
	argv_for_each(option, argv)
	{
		const char *path;

		if (option->tree && strcmp(option->name, "-add-fd") != 0) {
			put_files(&opened, option, option->tree);
		} else if (!option->tree && option->value && argv_is_descriptor(option->value)) {
			path = replaced(&opened, option, option->value);
			if (!path && !is_told(argv, option)) {
				option->done = true;
				argv_note(argv, option, IMPORT_LOST, option->value, argv->no_file);
			}
			option->value = path ? path : option->value;
		}
	}
}
