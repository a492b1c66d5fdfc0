/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv_host.c - devices of the host that the guest gets: which they are.
 */
#include "import/argv.h"

#include <string.h>

/* "/sys/bus/mdev/devices/UUID" */
void argv_mediated(struct argv *argv, xmlNodePtr node, const char *path)
{
	const char *slash = strrchr(path, '/');

	argv_set(argv, node, "mdev", slash ? slash + 1 : path);
	argv_item(node)->class =
		dev_class_find(argv_item(node)->family, strstr(argv_item(node)->driver, "nohotplug")
								? "mdev-ramfb"
								: "mdev");
	argv_item(node)->ambiguous = false;
}

/* "03:00.0" is in domain 0. */
void argv_host(struct argv *argv, xmlNodePtr node, const char *text)
{
	const char *colon = strchr(text, ':');
	bool domain = colon && strchr(colon + 1, ':');

	argv_set(argv, node, "host", domain ? text : arena_fmt(argv->arena, "0000:%s", text));
}

void argv_rom(struct argv *argv, xmlNodePtr node, const char *path)
{
	argv_set(argv, node, "rom-file", path);
}

void argv_usb_host(struct argv *argv, xmlNodePtr node, struct node *tree)
{
	static const char folder[] = "/dev/bus/usb/";
	const char *path = argv_take(argv, tree, "hostdevice");
	const char *vendor = argv_take(argv, tree, "vendorid");
	const char *product = argv_take(argv, tree, "productid");
	uint64_t a, b;

	if (path && strncmp(path, folder, strlen(folder)) == 0)
		argv_set(argv, node, "usb", path + strlen(folder));
	else if (vendor && product && tree_number(vendor, &a) && tree_number(product, &b))
		argv_set(argv, node, "usb",
			 arena_fmt(argv->arena, "%04x:%04x", (unsigned)a, (unsigned)b));
}

/* The loader opens the device anew. */
void argv_opened(struct argv *argv, xmlNodePtr node, const char *fd)
{
	(void)argv;
	(void)node;
	(void)fd;
}

/* Of what is looked at in page 0x83 the composer makes the same. */
void argv_device_id(struct argv *argv, xmlNodePtr node, const char *text)
{
	const char *serial = argv_peek(argv, argv_item(node)->option->tree, "serial");

	if (strncmp(text, "drive-", 6) != 0 && !(serial && strcmp(serial, text) == 0))
		argv_fact(argv, node, NULL, "device_id", text);
}
