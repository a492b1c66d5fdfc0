/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.c - a running process: whether it is a QEMU, and what of the host its sockets and taps are.
 */
#include "import/argv/process.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- /proc -------------------------------------------------------------------------------------- */

const char *process_line(struct arena *arena, const char *path, const char *key)
{
	FILE *file = fopen(path, "re");
	const char *found = NULL;
	char line[PATH_MAX];

	while (!found && file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (strncmp(line, key, strlen(key)) == 0)
			found = arena_str(arena, line + strlen(key));
	}
	if (file)
		(void)fclose(file);
	return found;
}

const char *process_link(struct arena *arena, const char *path)
{
	char text[PATH_MAX];
	ssize_t len = readlink(path, text, sizeof(text));

	return len > 0 && len < (ssize_t)sizeof(text) ? arena_dup(arena, text, (size_t)len) : NULL;
}

const char *process_of(struct arena *arena, const char *path)
{
	static const char tail[] = "/cmdline";
	size_t len = strlen(path), end = strlen(tail);

	if (strncmp(path, "/proc/", 6) != 0 || len <= end || strcmp(path + len - end, tail) != 0)
		return NULL;
	return arena_dup(arena, path, len - end);
}

static int refuse(struct argv *argv, const char *what, const char *why, const char *fix)
{
	struct err *err = err_list_new(argv->import->errs, ERR_CONFIG, "%s %s",
				       argv->process + strlen("/proc/"), what);

	err_at(err, argv->import->path, 0);
	err_check(err, "import-process");
	err_why(err, "%s", why);
	err_fix(err, "%s", fix);
	return -1;
}

static const char pgrep[] = "`pgrep -a qemu` lists the QEMUs that run, with their numbers.";

int process_check(struct argv *argv, const char *text, size_t len)
{
	struct arena *arena = argv->arena;
	const char *state =
		process_line(arena, arena_fmt(arena, "%s/status", argv->process), "State:\t");
	const char *program = process_link(arena, arena_fmt(arena, "%s/exe", argv->process));

	if (!state)
		return refuse(argv, "is no process",
			      "None of that number runs, or it is another user's on a host whose "
			      "/proc hides those (hidepid=).",
			      pgrep);
	if (state[0] == 'Z' || state[0] == 'X')
		return refuse(argv, "is a process that has ended",
			      "Its parent has not taken note of it yet, and its command line is "
			      "gone.",
			      "Start the machine again, or import the image, the domain XML or the "
			      "script that it was started of.");
	if (!len)
		return refuse(argv, "is a process without a command line",
			      "It is a thread of the kernel.", pgrep);
	if (words_is_qemu(text) || (program && words_is_qemu(program)))
		return 0;
	return refuse(argv,
		      arena_fmt(arena, "is no QEMU: its program is %s", program ? program : text),
		      "Looked for a program whose name begins with qemu-system-, for kvm and for "
		      "qemu-kvm.",
		      pgrep);
}

/* ---- files, sockets and interfaces --------------------------------------------------------------- */

const char *argv_open_file(const struct argv *argv, const char *path)
{
	const char *folder = arena_fmt(argv->arena, "%s/fd", argv->process);
	size_t tail = strlen(path);
	const char *found = NULL;
	DIR *dir = opendir(folder);
	char whole[PATH_MAX];

	for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
		ssize_t len = readlink(arena_fmt(argv->arena, "%s/%s", folder, entry->d_name),
				       whole, sizeof(whole) - 1);

		if (len <= (ssize_t)tail || whole[0] != '/' ||
		    whole[(size_t)len - tail - 1] != '/' ||
		    memcmp(whole + (size_t)len - tail, path, tail) != 0)
			continue;
		/* Two that end alike: nobody knows which is meant. */
		if (found && strncmp(found, whole, (size_t)len) != 0) {
			found = NULL;
			break;
		}
		found = arena_dup(argv->arena, whole, (size_t)len);
	}
	if (dir)
		(void)closedir(dir);
	return found;
}

/* kiln-run binds below a descriptor of the folder, as its path may be long; what it has to remove it wrote down. */
static const char *socket_of_state(const struct argv *argv, const char *name)
{
	static const char key[] = "release=socket ";
	FILE *file = argv->state ? fopen(argv->state, "re") : NULL;
	const char *found = NULL;
	unsigned count = 0;
	char line[PATH_MAX];

	while (file && fgets(line, sizeof(line), file)) {
		const char *slash = strrchr(line, '/');

		line[strcspn(line, "\n")] = 0;
		if (strncmp(line, key, strlen(key)) != 0 || !slash || strcmp(slash, name) != 0)
			continue;
		found = arena_str(argv->arena, line + strlen(key));
		count++;
	}
	if (file)
		(void)fclose(file);
	return count == 1 ? found : NULL;
}

/* Behind so many words of /proc/net/unix, proc(5): Num RefCount Protocol Flags Type St Inode Path. */
static const char *behind(const char *line, unsigned words)
{
	while (words--) {
		line += strcspn(line, " ");
		line += strspn(line, " ");
	}
	return line;
}

const char *argv_socket(const struct argv *argv, const char *fd)
{
	struct arena *arena = argv->arena;
	const char *link =
		argv->process ? process_link(arena, arena_fmt(arena, "%s/fd/%s", argv->process, fd))
			      : NULL;
	const char *found = NULL;
	unsigned long inode;
	char line[PATH_MAX];
	FILE *file;

	if (!link || strncmp(link, "socket:[", 8) != 0)
		return NULL;
	inode = strtoul(link + 8, NULL, 10);
	file = fopen(arena_fmt(arena, "%s/net/unix", argv->process), "re");
	while (!found && file && fgets(line, sizeof(line), file)) {
		const char *inodes = behind(line, 6), *path = behind(inodes, 1);

		if (strtoul(inodes, NULL, 10) != inode || *path != '/')
			continue;
		line[strcspn(line, "\n")] = 0;
		found = arena_str(arena, path);
	}
	if (file)
		(void)fclose(file);
	return found && strncmp(found, "/proc/", 6) == 0
		       ? socket_of_state(argv, strrchr(found, '/'))
		       : found;
}

/* The name of the interface that /sys/class/net has at that number. */
static const char *interface_at(struct arena *arena, const char *index)
{
	static const char folder[] = "/sys/class/net";
	const char *found = NULL, *text;
	DIR *dir = opendir(folder);

	for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
		if (entry->d_name[0] == '.')
			continue;
		text = process_line(arena, arena_fmt(arena, "%s/%s/ifindex", folder, entry->d_name),
				    "");
		if (text && strcmp(text, index) == 0)
			found = arena_str(arena, entry->d_name);
	}
	if (dir)
		(void)closedir(dir);
	return found;
}

static bool is_here(const struct argv *argv)
{
	const char *its =
		process_link(argv->arena, arena_fmt(argv->arena, "%s/ns/net", argv->process));
	const char *ours = process_link(argv->arena, "/proc/self/ns/net");

	return its && ours && strcmp(its, ours) == 0;
}

bool argv_interface(const struct argv *argv, const char *fd, struct argv_interface *ret)
{
	static const char device[] = "/dev/tap";
	struct arena *arena = argv->arena;
	const char *link, *master, *index;

	*ret = (struct argv_interface){0};
	if (!argv->process)
		return false;
	link = process_link(arena, arena_fmt(arena, "%s/fd/%s", argv->process, fd));
	ret->name =
		process_line(arena, arena_fmt(arena, "%s/fdinfo/%s", argv->process, fd), "iff:\t");
	ret->is_here = is_here(argv);
	if (!ret->name && ret->is_here && link && strncmp(link, device, strlen(device)) == 0)
		ret->name = interface_at(arena, link + strlen(device));
	else if (!ret->name)
		return false;
	if (!ret->name)
		return false;
	if (!ret->is_here)
		return true;
	master = process_link(arena, arena_fmt(arena, "/sys/class/net/%s/master", ret->name));
	if (master && strrchr(master, '/'))
		ret->master = strrchr(master, '/') + 1;
	ret->is_bridge =
		ret->master &&
		access(arena_fmt(arena, "/sys/class/net/%s/bridge", ret->master), F_OK) == 0;
	index = process_line(arena, arena_fmt(arena, "/sys/class/net/%s/iflink", ret->name), "");
	if (link && strncmp(link, device, strlen(device)) == 0 && index)
		ret->parent = interface_at(arena, index);
	return true;
}
