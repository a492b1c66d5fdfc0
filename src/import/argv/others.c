/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * others.c - options that are devices or tables without a -device: screens, sound of the host, I/O
 * threads, files for the firmware; and what nothing else took.
 */
#include "import/argv/argv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

static const char no_setting[] = "Kiln has no setting that says it";

/* ---- objects ------------------------------------------------------------------------------------ */

/* The 7 of "audio7"; what is named otherwise comes behind the last one. */
static unsigned number_of(const char *id, const char *kind, unsigned last, unsigned most)
{
	uint64_t number;

	if (id && strncmp(id, kind, strlen(kind)) == 0 &&
	    num_parse(id + strlen(kind), last + 1, most, &number) == 0)
		return (unsigned)number;
	return last + 1;
}

static void read_audio(struct argv *argv)
{
	unsigned count = 0;

	argv_for_each(option, argv)
	{
		const char *id;
		xmlNodePtr node;

		if (!argv_is_open(option, "-audiodev"))
			continue;
		option->done = true;
		node = argv_element(argv, option, argv_family(argv, "audio"), "audio");
		id = argv_take(argv, option->tree, "id");
		count = number_of(id, "audio", count, 8);
		xml_attr_fmt(node, "id", "%u", count);
		if (id)
			xml_set(node, "alias/@name", id);
		argv_facts(argv, node, "-audiodev", option->tree);
	}
}

xmlNodePtr argv_audio_find(const struct argv *argv, const char *id)
{
	for (xmlNodePtr audio = argv->devices->children; audio; audio = audio->next) {
		const struct argv_item *item = argv_item(audio);
		const char *alias = xml_find(argv->arena, audio, "alias/@name");

		if (item && strcmp(item->family->name, "audio") == 0 && alias &&
		    strcmp(alias, id) == 0)
			return audio;
	}
	return NULL;
}

void argv_set_audio(struct argv *argv, xmlNodePtr node, const char *id)
{
	xmlNodePtr audio = argv_audio_find(argv, id);

	if (audio)
		argv_set(argv, node, "audio", xml_find(argv->arena, audio, "@id"));
}

void argv_audio(struct argv *argv, xmlNodePtr node, struct node *tree)
{
	const char *id = argv_peek(argv, tree, "audiodev");

	if (id)
		argv_set_audio(argv, node, id);
}

/* QEMU takes every byte of a file; what kiln-run hands over has lost the newline at its end before. */
static void read_secret_file(struct argv *argv, xmlNodePtr node, struct argv_option *option,
			     const char *file)
{
	bool is_file = file && !argv_is_descriptor(file);

	if (is_file)
		argv_set(argv, node, "path", argv_path(argv, option, file));
	else if (file && argv->process)
		argv_note(argv, option, IMPORT_LOST, file,
			  "no process tells where a secret was read from: CONFIG_SECRETn_PATH, or "
			  "secretn.path of a site file");
	argv_set(argv, node, "form",
		 argv_take_if(argv, option->tree, "format", "base64") ? "BASE64"
		 : is_file                                            ? "RAW"
								      : "LINE");
	(void)argv_take_if(argv, option->tree, "format", "raw");
}

/* Before all devices, which name them. */
void argv_named(struct argv *argv)
{
	unsigned threads = 0;

	read_audio(argv);

	argv_for_each(option, argv)
	{
		const char *type, *id, *file;
		xmlNodePtr node;

		if (!argv_is_open(option, "-object"))
			continue;
		type = argv_peek(argv, option->tree, "qom-type");
		if (!type)
			continue;
		if (strcmp(type, "iothread") == 0) {
			node = argv_element(argv, option, argv_family(argv, "iothread"),
					    "iothread");
			id = argv_take(argv, option->tree, "id");
			threads = number_of(id, "iothread", threads, 32);
			xml_attr_fmt(node, "id", "%u", threads);
			argv_item(node)->driver = type;
			(void)argv_take(argv, option->tree, "qom-type");
			argv_set(argv, node, "polls",
				 argv_peek(argv, option->tree, "poll-max-ns") ? "y" : "n");
			argv_facts(argv, node, NULL, option->tree);
		} else if (strcmp(type, "secret") == 0) {
			node = argv_element(argv, option, argv_family(argv, "secret"), "secret");
			id = argv_take(argv, option->tree, "id");
			(void)argv_take(argv, option->tree, "qom-type");
			file = argv_take(argv, option->tree, "file");
			argv_set(argv, node, "name", argv_secret_name(argv, file, id));
			read_secret_file(argv, node, option, file);
			if (argv_take(argv, option->tree, "data"))
				argv_note(argv, option, IMPORT_LOST, "data",
					  "no secret may be in an image: put it into a file of the "
					  "target, CONFIG_SECRETn_PATH or secretn.path of its site "
					  "file, and say file= in place of data=");
			argv_lost(argv, option, "", option->tree, no_setting);
		} else {
			continue;
		}
		option->done = true;
		if (id)
			xml_set(node, "alias/@name", id);
	}
}

/* An object that is a device: the events of an input device of the host. */
static void read_objects(struct argv *argv)
{
	argv_for_each(option, argv)
	{
		const char *type = argv_is_open(option, "-object")
					   ? argv_peek(argv, option->tree, "qom-type")
					   : NULL;
		const struct dev_family *family = argv_family(argv, "input");
		xmlNodePtr node;

		if (!type || strcmp(type, "input-linux") != 0)
			continue;
		option->done = true;
		node = argv_element(argv, option, family, "input");
		argv_item(node)->driver = type;
		argv_item(node)->class = dev_class_find(family, "evdev");
		(void)argv_take(argv, option->tree, "qom-type");
		xml_set(node, "alias/@name", argv_take(argv, option->tree, "id"));
		argv_facts(argv, node, NULL, option->tree);
	}
}

/* ---- tables, watchdog --------------------------------------------------------------------------- */

static void read_files(struct argv *argv)
{
	argv_for_each(option, argv)
	{
		const char *text, *file, *payload;
		xmlNodePtr node;

		if (!argv_is_open(option, "-fw_cfg"))
			continue;
		option->done = true;
		node = argv_element(argv, option, argv_family(argv, "fwcfg"), "entry");
		argv_set(argv, node, "name", argv_take(argv, option->tree, "name"));
		text = argv_take(argv, option->tree, "string");
		file = argv_take(argv, option->tree, "file");
		payload = file ? argv_payload(argv, file) : NULL;
		argv_set(argv, node, "source", text ? "STRING" : payload ? "PAYLOAD" : "FILE");
		argv_set(argv, node, "value", text);
		argv_set(argv, node, "path", payload ? payload : file);
		argv_lost(argv, option, "", option->tree, no_setting);
	}
}

static xmlNodePtr find_device(struct argv *argv, const char *family)
{
	for (xmlNodePtr node = argv->devices->children; node; node = node->next) {
		if (argv_item(node) && strcmp(argv_item(node)->family->name, family) == 0)
			return node;
	}
	return NULL;
}

/* The one of the chipset has no -device: that it may end the guest is what makes it there. */
static void read_watchdog(struct argv *argv)
{
	struct argv_option *option = argv_last(argv, "-watchdog-action");
	xmlNodePtr node = find_device(argv, "watchdog");

	argv_for_each(each, argv)
	{
		if (!each->value || strcmp(each->name, "-global") != 0 ||
		    strcmp(each->value, "ICH9-LPC.noreboot=off") != 0)
			continue;
		each->done = true;
		if (node)
			continue;
		node = argv_element(argv, each, argv_family(argv, "watchdog"), "watchdog");
		argv_item(node)->class = dev_class_find(argv_family(argv, "watchdog"), "itco");
	}
	if (!option || !node)
		return;
	option->done = true;
	argv_word(argv, node, "action", option->value);
}

/* A drive of floppies has no boot index: its controller has one for each. */
static void read_floppies(struct argv *argv)
{
	static const char index[] = "isa-fdc.bootindex"; /* and A=1 */
	const size_t len = sizeof(index) - 1;

	argv_for_each(option, argv)
	{
		uint64_t order;
		char letter;

		if (!option->value || strcmp(option->name, "-global") != 0 ||
		    strncmp(option->value, index, len) != 0)
			continue;
		letter = option->value[len];
		if (!letter || option->value[len + 1] != '=' ||
		    num_parse(option->value + len + 2, 1, INT32_MAX, &order) != 0)
			continue;
		for (xmlNodePtr node = argv->devices->children; node; node = node->next) {
			const struct argv_item *item = argv_item(node);
			const char *unit = xml_find(argv->arena, node, "address/@unit");

			if (!item || !item->driver || strcmp(item->driver, "floppy") != 0 ||
			    !unit || (*unit == '1') != (letter == 'B'))
				continue;
			option->done = true;
			argv_set(argv, node, "boot-order",
				 arena_fmt(argv->arena, "%" PRIu64, order));
		}
	}
}

/* What sits on a sound card: the model of its only codec. */
static void read_codecs(struct argv *argv)
{
	argv_for_each(option, argv)
	{
		const char *driver = argv_is_open(option, "-device")
					     ? argv_peek(argv, option->tree, "driver")
					     : NULL;
		const char *bus, *word;
		xmlNodePtr node;

		if (!driver || strncmp(driver, "hda-", 4) != 0)
			continue;
		bus = argv_peek(argv, option->tree, "bus");
		for (node = argv->devices->children; node; node = node->next) {
			const char *alias = xml_find(argv->arena, node, "alias/@name");

			if (argv_item(node) && argv_item(node)->driver &&
			    strstr(argv_item(node)->driver, "-hda") &&
			    (!bus || (alias && strncmp(bus, alias, strlen(alias)) == 0)))
				break;
		}
		if (!node)
			continue;
		option->done = true;
		word = driver + 4;
		argv_word(argv, node, "codec", word);
		argv_audio(argv, node, option->tree);
		(void)argv_take(argv, option->tree, "audiodev");
		(void)argv_take(argv, option->tree, "driver");
		(void)argv_take(argv, option->tree, "id");
		(void)argv_take(argv, option->tree, "bus");
		(void)argv_take_if(argv, option->tree, "cad", "0");
		argv_lost(argv, option, "", option->tree, no_setting);
	}
}

void argv_others(struct argv *argv)
{
	read_objects(argv);
	read_codecs(argv);
	argv_screens(argv);
	argv_numa(argv);
	read_files(argv);
	read_watchdog(argv);
	read_floppies(argv);
}

/* ---- secrets that nobody names ------------------------------------------------------------------ */

static bool is_named(const struct argv *argv, const char *name)
{
	static const char *const rows[] = {"auth-secret", "cookie-secret", "luks-secret", "tls-key",
					   "password"};

	for (xmlNodePtr node = argv->devices->children; node; node = node->next) {
		const struct argv_setting *set = argv_item(node) ? argv_item(node)->settings : NULL;

		for (; set; set = set->next) {
			for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
				if (strcmp(set->row, rows[i]) == 0 && strcmp(set->text, name) == 0)
					return true;
			}
		}
	}
	return false;
}

/* libvirt's master key opens other secrets, and there are none of those in an image. */
void argv_drop_secrets(struct argv *argv)
{
	xmlNodePtr next;

	for (xmlNodePtr node = argv->devices->children; node; node = next) {
		const struct argv_item *item = argv_item(node);

		next = node->next;
		if (!item || strcmp(item->family->name, "secret") != 0 ||
		    is_named(argv, item->settings->text))
			continue;
		argv_note(argv, item->option, IMPORT_DROPPED, item->settings->text,
			  "a secret that no device names");
		xmlUnlinkNode(node);
		xmlFreeNode(node);
	}
}

/* ---- what is started ---------------------------------------------------------------------------- */

/* The letter of -boot for a device, or 0. */
static char boot_letter(const struct argv_item *item)
{
	const char *driver = item->driver ? item->driver : "";

	if (strcmp(item->family->name, "net") == 0)
		return 'n';
	if (strcmp(item->family->name, "disk") != 0)
		return '\0';
	if (strstr(driver, "-cd"))
		return 'd';
	return strcmp(driver, "floppy") == 0 ? 'a' : 'c';
}

static bool has_order(const struct argv_item *item)
{
	for (const struct argv_fact *fact = item->facts; fact; fact = fact->next) {
		if (strcmp(fact->key, "bootindex") == 0)
			return true;
	}
	for (const struct argv_setting *set = item->settings; set; set = set->next) {
		if (strcmp(set->row, "boot-order") == 0)
			return true;
	}
	return false;
}

static bool is_empty(const struct argv_item *item)
{
	const struct argv_setting *set = item->settings;

	return set && strcmp(set->row, "source") == 0 && strcmp(set->text, "NONE") == 0;
}

void argv_boot(struct argv *argv)
{
	/* PC's default_boot_order (hw/i386/pc_piix.c); Kiln's firmware tries what has an order, and no more. */
	const char *order = arena_fmt(argv->arena, "%s%s", argv->order ? argv->order : "cad",
				      argv->order && strchr(argv->order, 'c') ? "" : "c");
	unsigned count = 0;

	argv_for_each(option, argv)
	{
		if (strcmp(option->name, "-kernel") == 0)
			return;
	}
	for (xmlNodePtr node = argv->devices->children; node; node = node->next) {
		if (argv_item(node) && has_order(argv_item(node)))
			return;
	}
	/* The network where there is nothing else, as the firmware has it in the end. */
	bool disk = false;

	for (xmlNodePtr node = argv->devices->children; node; node = node->next) {
		const struct argv_item *item = argv_item(node);

		disk |= item && boot_letter(item) && boot_letter(item) != 'n' && !is_empty(item);
	}
	if (!disk)
		order = "n";
	for (; *order; order++) {
		for (xmlNodePtr node = argv->devices->children; node; node = node->next) {
			const struct argv_item *item = argv_item(node);

			if (item && boot_letter(item) == *order && !is_empty(item) &&
			    !has_order(item))
				argv_set(argv, node, "boot-order",
					 arena_fmt(argv->arena, "%u", ++count));
		}
	}
}
