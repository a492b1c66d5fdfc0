/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.c - the words of a command line as options with members.
 */
#include "import/argv/argv.h"

#include <string.h>

#include "base/num.h"

/* QEMU's options without a value, those of old versions included (qemu-options.hx, removed-features). */
static const char *const alone[] = {
	"-enable-kvm",
	"-no-kvm",
	"-no-acpi",
	"-no-hpet",
	"-no-reboot",
	"-no-shutdown",
	"-S",
	"-snapshot",
	"-nographic",
	"-nodefaults",
	"-usb",
	"-daemonize",
	"-no-user-config",
	"-nodefconfig",
	"-full-screen",
	"-no-quit",
	"-localtime",
	"-win2k-hack",
	"-rtc-td-hack",
	"-no-fd-bootchk",
	"-singlestep",
	"-one-insn-per-tb",
	"-sdl",
	"-curses",
	"-std-vga",
	"-portrait",
	"-xen-attach",
	"-enable-fips",
	"-only-migratable",
	"-preconfig",
	"-mem-prealloc",
	"-semihosting",
	"-no-frame",
	"-alt-grab",
	"-ctrl-grab",
	"-h",
	"-help",
	"-version",
	"-no-kvm-irqchip",
	"-vmwarevga",
	"-s",
	"-tdf",
	"-no-kvm-pit",
	"-no-kvm-pit-reinjection",
	"-enable-nesting",
	"-xen-domid-restrict",
	"-old-param",
	"-audio-help",
	"-async-teardown",
	"-enable-sync-profile",
};

/** struct head - the key that QEMU supplies for a first word without one; NULL = members without a head. */
static const struct head {
	const char *option, *key;
} heads[] = {
	{"-device", "driver"},   {"-netdev", "type"},    {"-chardev", "backend"},
	{"-object", "qom-type"}, {"-machine", "type"},   {"-accel", "accel"},
	{"-smp", "cpus"},        {"-m", "size"},         {"-name", "guest"},
	{"-boot", "order"},      {"-display", "type"},   {"-vnc", "vnc"},
	{"-spice", NULL},        {"-rtc", "base"},       {"-numa", "type"},
	{"-smbios", NULL},       {"-fw_cfg", "name"},    {"-drive", NULL},
	{"-blockdev", NULL},     {"-net", "type"},       {"-nic", "type"},
	{"-mon", "chardev"},     {"-fsdev", "fsdriver"}, {"-tpmdev", "type"},
	{"-audiodev", "driver"}, {"-action", NULL},      {"-overcommit", NULL},
	{"-cpu", "model"},       {"-add-fd", NULL},      {"-virtfs", "fsdriver"},
};

static bool is_alone(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(alone); i++) {
		if (strcmp(alone[i], name) == 0)
			return true;
	}
	return false;
}

static const struct head *head_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		if (strcmp(heads[i].option, name) == 0)
			return &heads[i];
	}
	return NULL;
}

const char *argv_head(const char *name)
{
	const struct head *head = head_of(name);

	return head ? head->key : NULL;
}

static struct err *refuse(struct argv *argv, struct spot spot, const char *what)
{
	struct err *err =
		err_list_new(argv->import->errs, ERR_CONFIG, "column %u: %s", spot.column, what);

	err_at(err, argv->import->path, spot.line);
	err_check(err, "import-argument");
	return err;
}

/* Names of a CPU's features may have a sign in front of them, and dots: no members of members. */
static int read_flat(struct argv *argv, struct argv_option *option, struct fault *fault)
{
	struct keyword *list;
	size_t count;

	if (keywords_split(argv->arena, option->value, KEYWORD_MAY_BE_ALONE, &list, &count, fault) <
	    0)
		return -1;
	option->tree = node_new(argv->arena, NODE_OBJECT);
	for (size_t i = 0; i < count; i++) {
		bool model = !i && !list[i].value;

		node_add_string(argv->arena, option->tree, model ? "model" : list[i].key,
				model           ? list[i].key
				: list[i].value ? list[i].value
						: "on");
	}
	return 0;
}

static int read_tree(struct argv *argv, struct argv_option *option)
{
	const struct head *head = head_of(option->name);
	struct fault fault;
	struct err *err;

	if (!head || !option->value)
		return 0;
	if (strcmp(option->name, "-cpu") == 0 ? read_flat(argv, option, &fault) == 0
					      : argument_read(argv->arena, option->value, head->key,
							      &option->tree, &fault) == 0)
		return 0;
	err = refuse(argv,
		     option->value_word ? word_spot(option->value_word, fault.at)
					: option->word->at,
		     arena_fmt(argv->arena, "the value of %s has %s", option->name, fault.what));
	err_why(err,
		"A value is key=value with commas between, where ,, stands for a comma, or a JSON "
		"object.");
	err_fix(err, "Mend it as QEMU would take it, or take the option out.");
	return -1;
}

static struct argv_option *append(struct argv *argv, const char *name, const char *value,
				  const struct word *word)
{
	struct argv_option *option = arena_alloc(argv->arena, sizeof(*option));

	*option = (struct argv_option){.name = name, .value = value, .word = word};
	if (argv->last)
		argv->last->next = option;
	else
		argv->options = option;
	argv->last = option;
	return option;
}

/* QEMU takes two '-' for one. */
static const char *name_of(const char *text)
{
	return text[0] == '-' && text[1] == '-' && text[2] ? text + 1 : text;
}

/* QEMU would answer, and there would be no machine. */
static int refuse_question(struct argv *argv, const struct argv_option *option)
{
	static const char *const names[] = {"-h", "-help", "-version", "-audio-help"};
	const char *value = option->value;
	bool asks = value && head_of(option->name) &&
		    (strcmp(value, "help") == 0 || strcmp(value, "?") == 0 ||
		     (strlen(value) > 5 && strcmp(value + strlen(value) - 5, ",help") == 0));
	struct err *err;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		asks |= strcmp(names[i], option->name) == 0;
	if (!asks)
		return 0;
	err = refuse(argv, option->word->at,
		     arena_fmt(argv->arena, "%s%s%s is a question to QEMU", option->name,
			       value ? " " : "", value ? value : ""));
	err_why(err, "QEMU answers it and ends; there is no machine.");
	err_fix(err, "Take it out, or give the command line of a machine.");
	return -1;
}

int argv_options(struct argv *argv)
{
	struct words *words = &argv->words;
	size_t i = words->count && words->list[0].text[0] != '-';

	if (i)
		argv->program = words->list[0].text;
	for (; i < words->count; i++) {
		const struct word *word = &words->list[i];
		const char *name = name_of(word->text);
		struct argv_option *option;

		/* A word that is no option is the first disk. */
		if (name[0] != '-') {
			option = append(argv, "-hda", word->text, word);
			option->value_word = word;
			option->given = true;
			continue;
		}
		option = append(argv, name, NULL, word);
		option->given = true;
		if (is_alone(name)) {
			if (refuse_question(argv, option) < 0)
				return -1;
			continue;
		}
		if (i + 1 == words->count) {
			struct err *err = refuse(argv, word->at,
						 arena_fmt(argv->arena,
							   "missing value for %s argument", name));

			err_why(err, "The option takes a value, and is the last word.");
			err_fix(err, "Write its value, or take it out.");
			return -1;
		}
		option->value_word = &words->list[++i];
		option->value = option->value_word->text;
		if (refuse_question(argv, option) < 0 || read_tree(argv, option) < 0)
			return -1;
	}
	return 0;
}

struct argv_option *argv_add(struct argv *argv, struct argv_option *origin, const char *name,
			     const char *value)
{
	struct argv_option *option =
		append(argv, name, value, origin ? origin->word : &argv->words.list[0]);

	option->origin = origin;
	/* Made of what was read, it is well-formed; what is not is left to be kept. */
	if (read_tree(argv, option) < 0)
		option->tree = node_new(argv->arena, NODE_OBJECT);
	return option;
}

struct argv_option *argv_find(struct argv *argv, const char *name, const char *key,
			      const char *value)
{
	argv_for_each(option, argv)
	{
		const char *text = !option->done && option->tree && strcmp(option->name, name) == 0
					   ? argv_peek(argv, option->tree, key)
					   : NULL;

		if (text && strcmp(text, value) == 0)
			return option;
	}
	return NULL;
}

struct argv_option *argv_last(struct argv *argv, const char *name)
{
	struct argv_option *last = NULL;

	argv_for_each(option, argv)
	{
		if (option->done || strcmp(option->name, name) != 0)
			continue;
		if (last)
			last->done = true;
		last = option;
	}
	argv->now = last ? last : argv->now;
	return last;
}

bool argv_is_open(const struct argv_option *option, const char *name)
{
	return !option->done && option->tree && strcmp(option->name, name) == 0;
}

/* Every option of that name as one: QEMU merges them, and what comes later wins. */
struct argv_option *argv_merged(struct argv *argv, const char *name)
{
	struct argv_option *all = NULL;

	argv_for_each(option, argv)
	{
		if (option->done || strcmp(option->name, name) != 0 || !option->tree)
			continue;
		option->done = true;
		if (!all) {
			all = option;
			continue;
		}
		if (!option->tree->child)
			continue;
		if (all->tree->last_child)
			all->tree->last_child->next = option->tree->child;
		else
			all->tree->child = option->tree->child;
		all->tree->last_child = option->tree->last_child;
	}
	argv->now = all ? all : argv->now;
	return all;
}

/* ---- members ------------------------------------------------------------------------------------ */

/* Of those that stand twice QEMU takes the last. */
static struct node *find(const struct node *tree, const char *key)
{
	struct node *found = NULL;

	for (struct node *item = tree ? tree->child : NULL; item; item = item->next) {
		if (item->key && strcmp(item->key, key) == 0)
			found = item;
	}
	return found;
}

static void unlink_key(struct node *tree, const char *key)
{
	struct node **at = &tree->child;

	tree->last_child = NULL;
	while (*at) {
		if ((*at)->key && strcmp((*at)->key, key) == 0) {
			*at = (*at)->next;
			continue;
		}
		tree->last_child = *at;
		at = &(*at)->next;
	}
}

const char *argv_peek(const struct argv *argv, const struct node *tree, const char *key)
{
	return argument_text(argv->arena, find(tree, key));
}

const char *argv_take(const struct argv *argv, struct node *tree, const char *key)
{
	const char *text = argv_peek(argv, tree, key);

	if (text)
		unlink_key(tree, key);
	return text;
}

struct node *argv_take_tree(struct node *tree, const char *key)
{
	struct node *found = find(tree, key);

	if (!found || (found->kind != NODE_OBJECT && found->kind != NODE_ARRAY))
		return NULL;
	unlink_key(tree, key);
	return found;
}

bool argv_take_if(const struct argv *argv, struct node *tree, const char *key, const char *value)
{
	const char *text = argv_peek(argv, tree, key);

	if (!text || strcmp(text, value) != 0)
		return false;
	unlink_key(tree, key);
	return true;
}

bool argv_truth(const struct argv *argv, struct node *tree, const char *key, bool absent)
{
	const char *text = argv_peek(argv, tree, key);
	int truth = text ? tree_truth(text) : -1;

	if (truth < 0)
		return absent;
	unlink_key(tree, key);
	return truth;
}

bool argv_bytes(const char *text, uint64_t unit, uint64_t *ret)
{
	static const char letters[] = "bkmgtpe";
	size_t len = strspn(text, "0123456789");
	uint64_t number;

	if (!len || num_parse_n(text, len, 0, UINT64_MAX, &number) < 0)
		return false;
	if (text[len]) {
		const char *letter = strchr(letters, text[len] | 0x20);

		if (!letter || (text[len + 1] && strcmp(text + len + 1, "iB") != 0 &&
				strcmp(text + len + 1, "B") != 0))
			return false;
		unit = 1ull << (10 * (letter - letters));
	}
	return !__builtin_mul_overflow(number, unit, ret);
}

/* ---- notes -------------------------------------------------------------------------------------- */

const struct argv_option *argv_given(const struct argv_option *option)
{
	while (!option->given && option->origin)
		option = option->origin;
	return option;
}

void argv_note(struct argv *argv, const struct argv_option *option, enum import_loss loss,
	       const char *what, const char *why)
{
	const struct argv_option *from = argv_given(option);

	import_note_at(argv->import, loss, from->word->at.line,
		       arena_fmt(argv->arena, "%s%s%s", from->name, *what ? ": " : "", what), why);
}

void argv_lost(struct argv *argv, const struct argv_option *option, const char *path,
	       const struct node *tree, const char *why)
{
	if (!tree)
		return;
	node_for_each(item, tree) {
		const char *text = argument_text(argv->arena, item);
		const char *key = arena_fmt(argv->arena, "%s%s%s", path, *path ? "." : "",
					    item->key ? item->key : "*");

		if (text)
			argv_note(argv, option, IMPORT_LOST,
				  arena_fmt(argv->arena, "%s=%s", key, text), why);
		else
			argv_lost(argv, option, key, item, why);
	}
}
