/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net.c - what an interface is connected to: -netdev, and the taps that a process was handed.
 */
#include "import/argv/argv.h"

#include <string.h>

static const char no_setting[] = "Kiln has no setting that says it";

/* ---- -netdev ------------------------------------------------------------------------------------ */

/* A script that is not run, and QEMU's own, which adds nothing on a host that lacks it. */
static void drop_scripts(struct argv *argv, struct node *tree)
{
	(void)argv_take_if(argv, tree, "script", "no");
	(void)argv_take_if(argv, tree, "downscript", "no");
	(void)argv_take_if(argv, tree, "script", "");
	(void)argv_take_if(argv, tree, "downscript", "");
	(void)argv_take(argv, tree, "downscript");
}

/* "30:32" and a queue count are both as many queues. */
static const char *queues_of(struct argv *argv, struct node *tree)
{
	const char *queues = argv_take(argv, tree, "queues"), *fds = argv_take(argv, tree, "fds");
	unsigned count = fds != NULL;

	for (const char *at = fds; at && *at; at++)
		count += *at == ':';
	(void)argv_take(argv, tree, "vhostfds");
	(void)argv_take(argv, tree, "vhostfd");
	return fds ? arena_fmt(argv->arena, "%u", count) : queues;
}

/* Those that libvirt and Kiln make for a running guest are made anew. */
static bool is_made_name(const struct argv *argv, const char *name)
{
	static const char *const prefixes[] = {"vnet", "macvtap"};
	const char *dash = strrchr(name, '-');

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		const char *rest = name + strlen(prefixes[i]);

		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0 &&
		    rest[strspn(rest, "0123456789")] == 0)
			return true;
	}
	return dash && strncmp(argv->name, name, (size_t)(dash - name)) == 0 &&
	       strncmp(dash + 1, "net", 3) == 0 && dash[4] &&
	       dash[4 + strspn(dash + 4, "0123456789")] == 0;
}

/* @fds: "7" or "7:8", queues of one interface. */
static bool read_opened_tap(struct argv *argv, xmlNodePtr node, const struct argv_option *option,
			    const char *fds)
{
	const char *text = arena_fmt(argv->arena, "fd=%s", fds), *kind = "TAP";
	struct argv_interface tap;

	if (!argv_interface(argv, arena_dup(argv->arena, fds, strcspn(fds, ":")), &tap)) {
		argv_note(argv, option, IMPORT_LOST, "fd", argv->no_file);
		return false;
	}
	if (!tap.is_here) {
		argv_note(argv, option, IMPORT_LOST, text,
			  arena_fmt(argv->arena,
				    "it is the tap %s in another network name space; run kiln in "
				    "that (nsenter --net=%s/ns/net) to be told its bridge",
				    tap.name, argv->process));
	} else if (tap.parent) {
		kind = "DIRECT";
		argv_set(argv, node, "parent", tap.parent);
		argv_note(argv, option, IMPORT_DROPPED, text,
			  arena_fmt(argv->arena,
				    "what the process has open there is the macvtap %s on %s; its "
				    "mode is not told, and taken for bridge: CONFIG_NETn_DIRECT_*",
				    tap.name, tap.parent));
	} else if (tap.is_bridge) {
		kind = "BRIDGE";
		argv_set(argv, node, "bridge", tap.master);
		argv_note(
			argv, option, IMPORT_DROPPED, text,
			arena_fmt(argv->arena,
				  "what the process has open there is the tap %s on the bridge %s",
				  tap.name, tap.master));
	} else {
		argv_note(argv, option, tap.master ? IMPORT_LOST : IMPORT_DROPPED, text,
			  arena_fmt(argv->arena,
				    "what the process has open there is the tap %s%s%s%s", tap.name,
				    tap.master ? ", a port of " : "", tap.master ? tap.master : "",
				    tap.master ? ", which is no bridge of the kernel's" : ""));
	}
	argv_set(argv, node, "kind", kind);
	if (!is_made_name(argv, tap.name))
		argv_set(argv, node, "tap", tap.name);
	return true;
}

static void read_tap(struct argv *argv, xmlNodePtr node, const struct argv_option *option)
{
	struct node *tree = option->tree;
	const char *bridge = argv_take(argv, tree, "br"), *fd = argv_take(argv, tree, "fd");
	const char *fds = argv_peek(argv, tree, "fds");

	(void)argv_take(argv, tree, "helper");
	if (!(fd || fds) || !read_opened_tap(argv, node, option, fd ? fd : fds))
		argv_set(argv, node, "kind", bridge ? "BRIDGE" : "TAP");
	argv_set(argv, node, "bridge", bridge);
	argv_set(argv, node, "tap", argv_take(argv, tree, "ifname"));
	if (argv_peek(argv, tree, "vhost"))
		argv_set(argv, node, "vhost",
			 argv_truth(argv, tree, "vhost", false) ? "REQUIRED" : "OFF");
	argv_set(argv, node, "queues", queues_of(argv, tree));
	drop_scripts(argv, tree);
	if (argv_peek(argv, tree, "script"))
		argv_note(argv, option, IMPORT_LOST,
			  arena_fmt(argv->arena, "script=%s", argv_take(argv, tree, "script")),
			  "no script is run; CONFIG_NETn_KIND_BRIDGE puts the tap on a bridge");
}

static void read_vhost_user(struct argv *argv, xmlNodePtr node, struct node *tree)
{
	const char *id = argv_take(argv, tree, "chardev");
	struct argv_option *chardev = id ? argv_find(argv, "-chardev", "id", id) : NULL;

	argv_set(argv, node, "kind", "VHOST_USER");
	argv_set(argv, node, "queues", argv_take(argv, tree, "queues"));
	if (!chardev)
		return;
	chardev->done = true;
	(void)argv_take(argv, chardev->tree, "id");
	(void)argv_take(argv, chardev->tree, "backend");
	argv_set(argv, node, "socket", argv_take(argv, chardev->tree, "path"));
	argv_set(argv, node, "socket-mode",
		 argv_truth(argv, chardev->tree, "server", false) ? "LISTEN" : "CONNECT");
	(void)argv_take(argv, chardev->tree, "wait");
	argv_set(argv, node, "reconnect", argv_take(argv, chardev->tree, "reconnect"));
	argv_lost(argv, chardev, "", chardev->tree, no_setting);
}

/* A passt listens on a socket, or has the other end of a descriptor; kiln-run starts one of its own. */
static void read_stream(struct argv *argv, xmlNodePtr node, const struct argv_option *option)
{
	struct node *tree = option->tree, *address = argv_take_tree(tree, "addr");
	const char *type =
		argv_take(argv, address ? address : tree, address ? "type" : "addr.type");
	const char *path =
		argv_take(argv, address ? address : tree, address ? "path" : "addr.path");
	const char *fd = argv_take(argv, address ? address : tree, address ? "str" : "addr.str");
	bool server = argv_truth(argv, tree, "server", false);
	struct arena *arena = argv->arena;

	argv_set(argv, node, "kind", "USER");
	(void)argv_take(argv, tree, "reconnect");
	(void)argv_take(argv, tree, "reconnect-ms");
	if (server || (!path && !fd)) {
		argv_note(argv, option, IMPORT_LOST,
			  arena_fmt(arena, "addr.type=%s%s", type ? type : "",
				    server ? ",server=on" : ""),
			  "Kiln has no such network; the card is on user networking instead");
		return;
	}
	argv_set(argv, node, "backend", "PASST");
	argv_set(argv, node, "passt", "/usr/bin/passt");
	argv_note(argv, option, IMPORT_LOST,
		  path ? arena_fmt(arena, "addr.path=%s", path)
		       : arena_fmt(arena, "addr.str=%s", fd),
		  "whose socket it is is not said, nor which ports lead to the guest; kiln-run "
		  "starts a passt of its own: CONFIG_NETn_FORWARDS");
}

void argv_netdev(struct argv *argv, xmlNodePtr node, const char *id)
{
	struct argv_option *option = argv_find(argv, "-netdev", "id", id);
	const char *type;

	if (!option)
		return;
	option->done = true;
	(void)argv_take(argv, option->tree, "id");
	type = argv_take(argv, option->tree, "type");
	type = type ? type : "";
	if (strcmp(type, "user") == 0) {
		argv_set(argv, node, "kind", "USER");
		argv_forwards(argv, node, option);
	} else if (strcmp(type, "stream") == 0) {
		read_stream(argv, node, option);
	} else if (strcmp(type, "tap") == 0) {
		read_tap(argv, node, option);
	} else if (strcmp(type, "bridge") == 0) {
		const char *bridge = argv_take(argv, option->tree, "br");

		argv_set(argv, node, "kind", "BRIDGE");
		/* DEFAULT_BRIDGE_INTERFACE, include/net/net.h */
		argv_set(argv, node, "bridge", bridge ? bridge : "br0");
		(void)argv_take(argv, option->tree, "helper");
	} else if (strcmp(type, "vhost-user") == 0) {
		read_vhost_user(argv, node, option->tree);
	} else if (strcmp(type, "vhost-vdpa") == 0) {
		argv_set(argv, node, "kind", "VDPA");
		argv_set_path(argv, node, option, "vdpa",
			      argv_take(argv, option->tree, "vhostdev"));
		argv_set(argv, node, "queues", argv_take(argv, option->tree, "queues"));
	} else {
		argv_set(argv, node, "kind", "USER");
		argv_note(argv, option, IMPORT_LOST, arena_fmt(argv->arena, "type=%s", type),
			  "Kiln has no such network; the card is on user networking instead");
	}
	argv_lost(argv, option, "", option->tree, no_setting);
}
