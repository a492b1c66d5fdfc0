/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.c - networks and serial lines of one word as back end and device.
 */
#include "import/argv/short.h"

#include <string.h>

/* ---- networks ----------------------------------------------------------------------------------- */

static const char *card_of(enum machine_kind machine)
{
	if (machine == KIND_PC)
		return "e1000";
	if (machine == KIND_Q35)
		return "e1000e";
	return machine == KIND_MICROVM ? "virtio-net-device" : "virtio-net-pci";
}

static void add_card(struct argv *argv, struct argv_option *option, struct node *tree,
		     const char *netdev)
{
	const char *model = argv_take(argv, tree, "model"), *mac = argv_take(argv, tree, "macaddr");
	const char *short_mac = argv_take(argv, tree, "mac");
	const char *name = argv_take(argv, tree, "name"), *addr = argv_take(argv, tree, "addr");
	const char *vectors;

	mac = mac ? mac : short_mac;
	if (!model)
		model = card_of(short_kind(argv));
	if (strcmp(model, "virtio") == 0)
		model = "virtio-net-pci";
	vectors = argv_take(argv, tree, "vectors");
	/* Without them -nic gives its card none, and so no MSI-X; what is there by itself has as many as it needs. */
	if (!vectors && option->given && strcmp(option->name, "-nic") == 0)
		vectors = "0";
	/* Four is what a card of one queue has. */
	if (strcmp(model, "virtio-net-pci") != 0 || (vectors && strcmp(vectors, "4") == 0))
		vectors = NULL;
	argv_add(argv, option, "-device",
		 arena_fmt(argv->arena, "%s,netdev=%s%s%s%s%s%s%s%s%s", model, netdev,
			   mac ? ",mac=" : "", mac ? mac : "", name ? ",id=" : "", name ? name : "",
			   addr ? ",addr=" : "", addr ? addr : "", vectors ? ",vectors=" : "",
			   vectors ? vectors : ""));
}

static bool has_none(const struct argv *argv, const struct argv_option *option)
{
	const char *vectors = option->origin && strcmp(option->origin->name, "-nic") == 0 &&
					      argv_is_open(option, "-device")
				      ? argv_peek(argv, option->tree, "vectors")
				      : NULL;

	return vectors && strcmp(vectors, "0") == 0;
}

/*
 * Cards of -nic have no vectors, and so no MSI-X. Where no other virtio card would lose its own by it, the
 * guest keeps that.
 */
void short_vectors(struct argv *argv)
{
	struct argv_option *first = NULL, *last = argv->last;

	argv_for_each(option, argv)
	{
		const char *driver = argv_is_open(option, "-device")
					     ? argv_peek(argv, option->tree, "driver")
					     : NULL;

		if (!driver || strcmp(argv_driver(driver), "virtio-net-pci") != 0)
			continue;
		if (!has_none(argv, option))
			return;
		first = first ? first : option;
	}
	if (!first)
		return;
	argv_for_each(option, argv)
	{
		if (has_none(argv, option))
			(void)argv_take(argv, option->tree, "vectors");
		if (option == last)
			break;
	}
	(void)argv_add(argv, first, "-global", "virtio-net-pci.vectors=0");
}

/* -nic: card and network in one; -net: one card and one network make a pair, as on QEMU's hub. */
void short_networks(struct argv *argv)
{
	struct argv_option *card = NULL, *network = NULL, *last = argv->last;
	unsigned count = 0;

	argv_for_each(option, argv)
	{
		bool nic = strcmp(option->name, "-nic") == 0,
		     net = strcmp(option->name, "-net") == 0;
		const char *type = option->tree ? argv_peek(argv, option->tree, "type") : NULL;
		const char *id = arena_fmt(argv->arena, "net-back%u", count);

		if (!option->done && type && (nic || net)) {
			option->done = true;
			if (strcmp(type, "none") == 0)
				continue;
			if (net && strcmp(type, "nic") == 0 && !card) {
				card = option;
			} else if (net && strcmp(type, "nic") != 0 && !network) {
				network = option;
			} else if (net) {
				option->done = false;
			} else {
				struct argv_option *back = argv_add(argv, option, "-netdev", type);

				add_card(argv, option, option->tree, id);
				(void)argv_take(argv, option->tree, "type");
				(void)argv_take(argv, option->tree, "id");
				back->tree->last_child->next = option->tree->child;
				if (option->tree->last_child)
					back->tree->last_child = option->tree->last_child;
				node_add_string(argv->arena, back->tree, "id", id);
				count++;
			}
		}
		if (net && card && network) {
			struct argv_option *back = argv_add(argv, network, "-netdev",
							    argv_peek(argv, network->tree, "type"));

			add_card(argv, card, card->tree, id);
			(void)argv_take(argv, network->tree, "type");
			back->tree->last_child->next = network->tree->child;
			if (network->tree->last_child)
				back->tree->last_child = network->tree->last_child;
			node_add_string(argv->arena, back->tree, "id", id);
			card = network = NULL;
			count++;
		}
		if (option == last)
			break;
	}
	/* A half of a pair is nothing that the guest could use. */
	if (card)
		card->done = false;
	if (network)
		network->done = false;
}

/* ---- lines -------------------------------------------------------------------------------------- */

/* What follows a ':' up to the next comma, and the rest as members. */
static const char *with_path(struct argv *argv, const char *backend, const char *key,
			     const char *text)
{
	return arena_fmt(argv->arena, "%s,%s=%s", backend, key, text);
}

static const char *address(struct argv *argv, const char *backend, const char *text,
			   const char *extra)
{
	size_t len = strcspn(text, ",");
	const char *colon = memrchr(text, ':', len);

	if (!colon)
		return NULL;
	/* No host is each of its own. */
	if (colon == text)
		return arena_fmt(argv->arena, "%s,host=0.0.0.0,port=%.*s%s%s", backend,
				 (int)len - 1, text + 1, extra, text + len);
	return arena_fmt(argv->arena, "%s,host=%.*s,port=%.*s%s%s", backend, (int)(colon - text),
			 text, (int)(len - (size_t)(colon - text) - 1), colon + 1, extra,
			 text + len);
}

/* -serial and its like, as -chardev (chardev/char.c, qemu_chr_parse_compat()); NULL = none. */
static const char *chardev_of(struct argv *argv, const char *text)
{
	static const struct {
		const char *prefix, *backend, *key;
	} paths[] = {
		{"file:", "file", "path"},   {"pipe:", "pipe", "path"},
		{"unix:", "socket", "path"}, {"/dev/parport", "parallel", NULL},
		{"/dev/", "serial", NULL},
	};

	if (strncmp(text, "mon:", 4) == 0)
		text += 4;
	if (strncmp(text, "tcp:", 4) == 0)
		return address(argv, "socket", text + 4, "");
	if (strncmp(text, "telnet:", 7) == 0)
		return address(argv, "socket", text + 7, ",telnet=on");
	if (strncmp(text, "udp:", 4) == 0)
		return address(argv, "udp", text + 4, "");
	if (strncmp(text, "vc", 2) == 0)
		return "vc";
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		size_t len = strlen(paths[i].prefix);

		if (strncmp(text, paths[i].prefix, len) == 0)
			return with_path(argv, paths[i].backend, "path",
					 paths[i].key ? text + len : text);
	}
	return text;
}

void short_lines(struct argv *argv, const char *name, const char *driver)
{
	struct argv_option *last = argv->last;
	unsigned count = 0;

	argv_for_each(option, argv)
	{
		const char *id, *back;

		if (!option->done && strcmp(option->name, name) == 0) {
			option->done = true;
			id = arena_fmt(argv->arena, "%s-back%u", name + 1, count);
			back = strncmp(option->value, "chardev:", 8) == 0
				       ? NULL
				       : chardev_of(argv, option->value);
			id = back ? id : option->value + 8;
			/* libvirt's id of the back end has that of the line in it. */
			const char *line =
				strncmp(id, "char", 4) == 0 && id[4]
					? id + 4
					: arena_fmt(argv->arena, "%s%u", name + 1, count);

			if (back && strcmp(back, "none") != 0)
				argv_add(argv, option, "-chardev",
					 arena_fmt(argv->arena, "%s,id=%s", back, id));
			if (!back || strcmp(back, "none") != 0)
				argv_add(argv, option, "-device",
					 arena_fmt(argv->arena, "%s,chardev=%s,id=%s", driver, id,
						   line));
			count++;
		}
		if (option == last)
			break;
	}
}
