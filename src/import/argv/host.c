/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.c - what of the host the guest gets: devices, and ports that lead to it.
 */
#include "import/argv/argv.h"

#include <ctype.h>
#include <string.h>

#include "base/num.h"

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
void argv_reopened(struct argv *argv, xmlNodePtr node, const char *fd)
{
	(void)argv;
	(void)node;
	(void)fd;
}

/* "drive-scsi0-0-0-0", or without the target: what libvirt makes of a place, and so does the composer. */
static bool is_of_place(const char *text)
{
	static const char head[] = "drive-scsi";
	unsigned numbers = 0;

	if (strncmp(text, head, strlen(head)) != 0)
		return false;
	for (text += strlen(head); isdigit((unsigned char)*text); text += *text == '-') {
		text += strspn(text, "0123456789");
		numbers++;
	}
	return !*text && numbers >= 3 && numbers <= 4;
}

/* Of what is looked at in page 0x83 the composer makes the same. */
void argv_device_id(struct argv *argv, xmlNodePtr node, const char *text)
{
	const char *serial = argv_peek(argv, argv_item(node)->option->tree, "serial");

	if (!is_of_place(text) && !(serial && strcmp(serial, text) == 0))
		argv_set(argv, node, "given-id", text);
}

/* "tcp:127.0.0.1:2222-:22", in which both addresses may be empty; NULL: Kiln has no such one. */
static const char *forward_of(struct argv *argv, const char *rule)
{
	const char *address = strchr(rule, ':'), *port, *guest;

	port = address ? strchr(address + 1, ':') : NULL;
	guest = port ? strchr(port + 1, '-') : NULL;
	if (!guest || guest[1] != ':')
		return NULL;
	return arena_fmt(argv->arena, "%.*s%.*s:%.*s:%s", (int)(address - rule), rule,
			 port - address > 1 ? (int)(port - address) : 0, address,
			 (int)(guest - port - 1), port + 1, guest + 2);
}

static void add_forward(struct argv *argv, const struct argv_option *option, struct text *list,
			const char *rule)
{
	const char *forward = rule ? forward_of(argv, rule) : NULL;

	if (forward)
		text_fmt(list, "%s%s", list->len ? "," : "", forward);
	else
		argv_note(argv, option, IMPORT_LOST,
			  arena_fmt(argv->arena, "hostfwd=%s", rule ? rule : ""),
			  "it leads elsewhere than to the guest's own address");
}

void argv_forwards(struct argv *argv, xmlNodePtr node, const struct argv_option *option)
{
	struct text list = {.arena = argv->arena};
	struct node *array = argv_take_tree(option->tree, "hostfwd");

	node_for_each(item, array ? array : option->tree) {
		if (array)
			add_forward(argv, option, &list, argv_peek(argv, item, "str"));
		else if (item->key && strcmp(item->key, "hostfwd") == 0)
			add_forward(argv, option, &list, argument_text(argv->arena, item));
	}
	(void)argv_take(argv, option->tree, "hostfwd");
	if (list.len)
		argv_set(argv, node, "forwards", text_str(&list));
}
