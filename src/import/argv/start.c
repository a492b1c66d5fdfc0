/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * start.c - name, firmware, what it starts from, tables, clock.
 */
#include "import/argv/start.h"

#include <string.h>
#include <unistd.h>

static const char no_setting[] = "Kiln has no setting that says it";

static void set(struct argv *argv, const char *row, const char *text)
{
	argv_set(argv, argv->import->root, row, text);
}

static void facts(struct argv *argv, const char *option, struct node *tree)
{
	argv_facts(argv, argv->import->root, option, tree);
}

bool start_is_row(const struct argv *argv, const char *option, const char *key)
{
	prop_for_each(row, argv->guest->props)
	{
		if (row->option && row->qemu && strcmp(row->option, option) == 0 &&
		    strcmp(row->qemu, key) == 0)
			return true;
	}
	return false;
}

void start_firmware(struct argv *argv, const char *path)
{
	const char *payload = argv_payload(argv, path);

	set(argv, "firmware-from", payload ? "PAYLOAD" : "TARGET");
	set(argv, "firmware-path", payload ? payload : path);
}

/* ---- what it starts ----------------------------------------------------------------------------- */

static void set_file(struct argv *argv, const char *row, const char *option_name)
{
	struct argv_option *option = argv_last(argv, option_name);
	const char *payload;

	if (!option)
		return;
	option->done = true;
	payload = argv_payload(argv, option->value);
	set(argv, row, payload ? payload : option->value);
}

/* SeaBIOS, which a PC has without the option too. */
static bool is_own_bios(const char *name)
{
	return strcmp(name, "bios-256k.bin") == 0 || strcmp(name, "bios.bin") == 0;
}

/* Below the folder of the script if it is there, and else in that of QEMU's files. */
static const char *bios_path(struct argv *argv, const struct argv_option *option)
{
	const struct argv_option *data = argv_last(argv, "-L");
	const char *name = option->value, *path;

	if (*name == '/' || argv_payload(argv, name))
		return name;
	if (argv->folder && access(arena_fmt(argv->arena, "%s%s", argv->folder, name), F_OK) == 0)
		return argv_path(argv, option, name);
	path = arena_fmt(argv->arena, "%s/%s", data ? data->value : "/usr/share/qemu", name);
	if (*path != '/')
		return argv_path(argv, option, path);
	argv_note(argv, option, IMPORT_DROPPED, name,
		  arena_fmt(argv->arena, "a file of QEMU's own; it is %s", path));
	return path;
}

static void read_bios(struct argv *argv)
{
	struct argv_option *option = argv_last(argv, "-bios");

	if (!option)
		return;
	option->done = true;
	prop_for_each(row, argv->guest->props)
	{
		for (const struct prop_word *word = row->words;
		     strcmp(row->name, "firmware") == 0 && word->sym; word++) {
			/* QEMU's own, which it finds by its name. */
			if (!word->qemu || strcmp(word->qemu, option->value) != 0)
				continue;
			set(argv, "firmware", word->sym);
			return;
		}
	}
	if (is_own_bios(option->value))
		return;
	if (strncmp(argv->type, "virt", 4) == 0) {
		/* Flash there has a size that such a file need not have; without its own the board's is taken. */
		set(argv, "firmware", "OVMF");
		set(argv, "firmware-store", "NONE");
		argv_note(argv, option, IMPORT_LOST, option->value,
			  "the firmware of this machine is in flash, from a file of 64 MiB; it is "
			  "the board's, CONFIG_FIRMWARE_PATH, unless you set another one");
		return;
	}
	set(argv, "firmware", "FILE");
	start_firmware(argv, bios_path(argv, option));
}

void start_read(struct argv *argv)
{
	struct argv_option *option = argv_merged(argv, "-boot");
	bool kernel = false;

	argv_for_each(each, argv) kernel |= strcmp(each->name, "-kernel") == 0;
	set(argv, "boot", kernel ? "KERNEL" : "DISK");
	set_file(argv, "kernel", "-kernel");
	set_file(argv, "initrd", "-initrd");
	if (kernel) {
		struct argv_option *append = argv_last(argv, "-append");

		set(argv, "cmdline", append ? append->value : NULL);
		if (append)
			append->done = true;
	}
	read_bios(argv);
	if (!option)
		return;
	const char *splash = argv_take(argv, option->tree, "splash");

	(void)argv_take(argv, option->tree, "strict");
	if (splash)
		set(argv, "boot-splash",
		    argv_payload(argv, splash) ? argv_payload(argv, splash) : splash);
	argv->order = argv_take(argv, option->tree, "order");
	if (argv_peek(argv, option->tree, "reboot-timeout"))
		set(argv, "boot-retry", "y");
	facts(argv, "-boot", option->tree);
}

void start_tables(struct argv *argv)
{
	argv_for_each(option, argv)
	{
		const char *type;

		if (option->done || strcmp(option->name, "-smbios") != 0 || !option->tree)
			continue;
		type = argv_take(argv, option->tree, "type");
		if (!type)
			continue;
		argv->now = option;
		/* The same as -uuid. */
		if (strcmp(type, "1") == 0)
			set(argv, "uuid", argv_take(argv, option->tree, "uuid"));
		option->done = true;
		if (strcmp(type, "11") == 0) {
			const char *value = argv_take(argv, option->tree, "value");
			xmlNodePtr node =
				argv_element(argv, option, argv_family(argv, "oem"), "entry");

			argv_set(argv, node, "text", value);
			argv_lost(argv, option, "", option->tree, no_setting);
		} else {
			facts(argv, arena_fmt(argv->arena, "-smbios type=%s", type), option->tree);
		}
	}
}

/*
 * Flash that only system management mode may write, of a machine that is not said to have that mode: with it off
 * QEMU takes the option and nobody can write. That is no Secure Boot, and stays what it is.
 */
static bool is_without_smm(const struct argv *argv, const char *key)
{
	const char *smm = argv_peek(argv, argv->machine->tree, "smm");

	return strcmp(key, "driver=cfi.pflash01,property=secure,value") == 0 &&
	       (!smm || tree_truth(smm) <= 0);
}

/* "driver.property=value", or the three with their names. */
void start_globals(struct argv *argv)
{
	argv_for_each(option, argv)
	{
		const char *equals = option->value ? strchr(option->value, '=') : NULL, *key;

		if (option->done || strcmp(option->name, "-global") != 0 || !equals)
			continue;
		key = arena_dup(argv->arena, option->value, (size_t)(equals - option->value));
		if (strncmp(option->value, "driver=", 7) == 0) {
			/* A row of its own: key and value are one text. */
			const char *last = strrchr(option->value, '=');

			key = arena_dup(argv->arena, option->value, (size_t)(last - option->value));
			equals = last;
		}
		if (!start_is_row(argv, "-global", key) || is_without_smm(argv, key))
			continue;
		option->done = true;
		argv->now = option;
		argv_fact(argv, argv->import->root, "-global", key, equals + 1);
	}
}

void start_clock(struct argv *argv)
{
	struct argv_option *option = argv_merged(argv, "-rtc");

	if (!option || !argv_peek(argv, option->tree, "base"))
		argv_fact(argv, argv->import->root, "-rtc", "base", "utc");
	if (option)
		facts(argv, "-rtc", option->tree);
}

void start_actions(struct argv *argv)
{
	struct argv_option *option = argv_merged(argv, "-action");
	struct argv_option *stay = argv_last(argv, "-no-reboot");

	set(argv, "on-reboot", stay ? "DESTROY" : "RESTART");
	if (stay)
		stay->done = true;
	if (!option)
		return;
	if (argv_take_if(argv, option->tree, "reboot", "shutdown"))
		set(argv, "on-reboot", "DESTROY");
	(void)argv_take_if(argv, option->tree, "shutdown", "poweroff");
	facts(argv, "-action", option->tree);
}

static const char *plain_name(struct argv *argv, const char *text)
{
	char *name = arena_str(argv->arena, text);

	for (char *at = name; *at; at++) {
		if (*at == ' ' || *at == '/')
			*at = '-';
	}
	return name;
}

void start_name(struct argv *argv)
{
	struct argv_option *option = argv_merged(argv, "-name");
	struct argv_option *uuid = argv_last(argv, "-uuid");
	const char *name = option ? argv_take(argv, option->tree, "guest") : NULL;

	argv->name = name && *name ? plain_name(argv, name) : "imported";
	xml_set(argv->import->root, "name", argv->name);
	set(argv, "name", argv->name);
	if (option) {
		(void)argv_take(argv, option->tree, "debug-threads");
		(void)argv_take(argv, option->tree, "process");
		argv_lost(argv, option, "", option->tree, no_setting);
	}
	if (uuid) {
		uuid->done = true;
		set(argv, "uuid", uuid->value);
	}
}

void start_host(struct argv *argv)
{
	struct argv_option *option = argv_merged(argv, "-overcommit");
	struct argv_option *fips = argv_last(argv, "-enable-fips");
	struct argv_option *folder = argv_last(argv, "-mem-path");

	if (option && argv_truth(argv, option->tree, "mem-lock", false))
		set(argv, "locked", "y");
	if (option)
		argv_lost(argv, option, "", option->tree, no_setting);
	if (folder) {
		folder->done = true;
		set(argv, "memory-source", "FILE");
		set(argv, "memory-folder", argv_path(argv, folder, folder->value));
	}
	if (fips) {
		fips->done = true;
		set(argv, "fips", "y");
	}
}
