/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config.c - -readconfig: a file of groups, as the options that they stand for. Proxmox describes the
 * controllers of its q35 machines so.
 *
 * In: the path, and the file if it is here. Out: options behind -readconfig, as QEMU has them at that place; what
 * is no group with an option is lost. The form is that of qemu_config_foreach(), util/qemu-config.c:
 *
 *   [device "ehci"]
 *     driver = "ich9-usb-ehci1"
 */
#include "import/argv/argv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

#define CONFIG_BYTES_MAX 65536

/* Groups that are called as their option, and those that are not (system/vl.c, qemu_add_opts()). */
static const struct {
	const char *group, *option;
} groups[] = {
	{"device", "-device"},  {"drive", "-drive"},   {"chardev", "-chardev"},
	{"netdev", "-netdev"},  {"object", "-object"}, {"machine", "-machine"},
	{"accel", "-accel"},    {"global", "-global"}, {"fsdev", "-fsdev"},
	{"tpmdev", "-tpmdev"},  {"mon", "-mon"},       {"numa", "-numa"},
	{"rtc", "-rtc"},        {"name", "-name"},     {"vnc", "-vnc"},
	{"spice", "-spice"},    {"memory", "-m"},      {"smp-opts", "-smp"},
	{"boot-opts", "-boot"},
};

/** struct config - a file under way: the group that lines belong to, NULL = none that is taken. */
struct config {
	struct argv *argv;
	struct argv_option *from;
	const char *option;
	struct text members;
};

/* A regular file alone: the command line of a stranger may name anything. Return: 0, or an errno. */
static int read_config(const char *path, char *buf, size_t *ret_len)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	ssize_t len;

	if (fd < 0 || fstat(fd, &st))
		return errno;
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	len = fd_read_all(fd, buf, CONFIG_BYTES_MAX);
	if (len < 0)
		return errno;
	*ret_len = (size_t)len;
	if (len == CONFIG_BYTES_MAX)
		return EFBIG;
	return memchr(buf, '\0', *ret_len) ? EILSEQ : 0;
}

static void end_group(struct config *config)
{
	if (config->option) {
		struct argv_option *option = argv_add(config->argv, config->from, config->option,
						      text_str(&config->members));

		/* It is the user's own, as if the command line had it. */
		option->given = true;
		option->origin = NULL;
	}
	config->option = NULL;
	config->members = (struct text){.arena = config->argv->arena};
}

static void add_member(struct config *config, const char *key, size_t key_len, const char *value,
		       size_t len)
{
	text_fmt(&config->members, "%s%.*s=", config->members.len ? "," : "", (int)key_len, key);
	for (size_t i = 0; i < len; i++)
		text_fmt(&config->members, value[i] == ',' ? ",," : "%c", value[i]);
}

/* The text between two '"' that end the line, or NULL. */
static const char *quoted(const char *text, size_t *ret_len)
{
	const char *end = *text == '"' ? strchr(text + 1, '"') : NULL;

	if (!end)
		return NULL;
	*ret_len = (size_t)(end - text) - 1;
	return text + 1;
}

/* '[GROUP]' or '[GROUP "ID"]'. */
static bool begin_group(struct config *config, const char *line)
{
	size_t len = strcspn(line + 1, " ]"), id_len = 0;
	const char *rest = line + 1 + len, *id = *rest == ' ' ? quoted(rest + 1, &id_len) : NULL;

	end_group(config);
	if (*rest != ']' && (!id || id[id_len + 1] != ']'))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		if (strlen(groups[i].group) == len && !strncmp(groups[i].group, line + 1, len))
			config->option = groups[i].option;
	}
	if (config->option && id)
		add_member(config, "id", 2, id, id_len);
	return config->option != NULL;
}

/* 'KEY = "VALUE"' of a group. */
static bool take_member(struct config *config, const char *line)
{
	size_t key = strcspn(line, " \t="), len;
	const char *value = line + key + strspn(line + key, " \t");

	if (*value != '=' || !key)
		return false;
	value++;
	value = quoted(value + strspn(value, " \t"), &len);
	if (!value)
		return false;
	add_member(config, line, key, value, len);
	return true;
}

static void take_line(struct config *config, const char *line)
{
	bool was_open = config->option != NULL;

	line += strspn(line, " \t");
	if (!*line || *line == '#')
		return;
	if (*line == '[' ? begin_group(config, line) : was_open && take_member(config, line))
		return;
	argv_note(config->argv, config->from, IMPORT_LOST, line,
		  "in that file no group of an option that is known, or none of its members");
}

static void take_file(struct argv *argv, struct argv_option *from, const char *path)
{
	struct config config = {
		.argv = argv, .from = from, .members = (struct text){.arena = argv->arena}};
	char *buf = arena_alloc(argv->arena, CONFIG_BYTES_MAX + 1), *next = buf;
	struct argv_option *rest = from->next, *last = argv->last;
	size_t len = 0;
	int failed = read_config(path, buf, &len);

	if (failed) {
		argv_note(argv, from, IMPORT_LOST, path,
			  arena_fmt(argv->arena,
				    "options in a file that cannot be read here (%s): import it "
				    "where the machine runs",
				    strerror(failed)));
		return;
	}
	buf[len] = '\0';
	from->next = NULL;
	argv->last = from;
	while (next)
		take_line(&config, strsep(&next, "\r\n"));
	end_group(&config);
	if (rest) {
		argv->last->next = rest;
		argv->last = last;
	}
}

void argv_config(struct argv *argv)
{
	argv_for_each(option, argv)
	{
		const char *path;

		if (option->done || strcmp(option->name, "-readconfig") != 0 || !option->value)
			continue;
		option->done = true;
		path = argv_path(argv, option, option->value);
		if (path)
			take_file(argv, option, path);
	}
}
