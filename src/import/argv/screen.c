/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * screen.c - -vnc, -spice, -display and -k as screens; and the graphics adapter without what no screen here shows.
 */
#include "import/argv/argv.h"

#include <inttypes.h>
#include <string.h>

#include "base/num.h"

static const char no_setting[] = "Kiln has no setting that says it";

/* ---- screens and sound -------------------------------------------------------------------------- */

static void read_listen(struct argv *argv, xmlNodePtr node, const char *path, const char *address)
{
	argv_set(argv, node, "listen", path ? "UNIX" : "ADDRESS");
	argv_set(argv, node, "socket", path);
	argv_set(argv, node, "address", path ? NULL : address && *address ? address : "0.0.0.0");
}

static void set_keymap(struct argv *argv, xmlNodePtr node)
{
	argv_for_each(option, argv)
	{
		if (option->done || strcmp(option->name, "-k") != 0)
			continue;
		option->done = true;
		argv_set(argv, node, "keymap", option->value);
		return;
	}
}

/* "unix:PATH", "HOST:DISPLAY" and "[V6]:DISPLAY"; a display is a port from 5900 (F29). */
static void read_vnc_display(struct argv *argv, xmlNodePtr node, struct argv_option *option,
			     const char *display)
{
	const char *colon = strrchr(display, ':');
	uint64_t number;

	if (strncmp(display, "unix:", 5) == 0) {
		read_listen(argv, node, display + 5, NULL);
		return;
	}
	if (!colon || num_parse(colon + 1, 0, 59635, &number) != 0) {
		argv_note(argv, option, IMPORT_LOST, display, no_setting);
		return;
	}
	size_t len = (size_t)(colon - display);
	bool six = len > 1 && display[0] == '[';

	read_listen(argv, node, NULL, arena_dup(argv->arena, display + six, len - (six ? 2 : 0)));
	argv_set(argv, node, "port", arena_fmt(argv->arena, "%" PRIu64, number + 5900));
}

static xmlNodePtr add_screen(struct argv *argv, struct argv_option *option, const char *family)
{
	xmlNodePtr node = argv_element(argv, option, argv_family(argv, family), "graphics");

	option->done = true;
	xml_attr(node, "type", family);
	return node;
}

static void read_vnc(struct argv *argv)
{
	struct argv_option *option = argv_last(argv, "-vnc");
	const char *display;
	xmlNodePtr node;

	if (!option || strcmp(option->value, "none") == 0) {
		if (option)
			option->done = true;
		return;
	}
	node = add_screen(argv, option, "vnc");
	display = argv_peek(argv, option->tree, "vnc");
	read_vnc_display(argv, node, option, display ? display : "");
	argv_set_yes(argv, node, "automatic", argv_peek(argv, option->tree, "to") != NULL);
	if (argv_peek(argv, option->tree, "to")) {
		uint64_t to;

		if (tree_number(argv_peek(argv, option->tree, "to"), &to))
			argv_set(argv, node, "last-port",
				 arena_fmt(argv->arena, "%" PRIu64, to + 5900));
	}
	argv_tls(argv, node, argv_take(argv, option->tree, "tls-creds"));
	argv_set(argv, node, "password",
		 argv_secret(argv, argv_take(argv, option->tree, "password-secret")));
	set_keymap(argv, node);
	argv_audio(argv, node, option->tree);
	(void)argv_take(argv, option->tree, "vnc");
	argv_facts(argv, node, "-vnc", option->tree);
}

static void read_channels(struct argv *argv, xmlNodePtr node, struct node *tree, const char *key,
			  const char *word)
{
	node_for_each(item, tree) {
		const char *name = item->key && strcmp(item->key, key) == 0
					   ? argument_text(argv->arena, item)
					   : NULL;

		if (name)
			argv_set(argv, node,
				 strcmp(name, "default") == 0
					 ? "mode"
					 : arena_fmt(argv->arena, "channel-%s", name),
				 word);
	}
	(void)argv_take(argv, tree, key);
}

/* A viewer gets a descriptor from who started QEMU: GNOME Boxes, virt-viewer --attach. */
static void read_unheard(struct argv *argv, xmlNodePtr node, struct argv_option *option)
{
	const char *socket = arena_fmt(argv->arena, "/run/%s-spice.sock", argv->name);

	read_listen(argv, node, socket, NULL);
	argv_note(argv, option, IMPORT_DROPPED, option->value,
		  arena_fmt(argv->arena,
			    "it listens nowhere, and a monitor hands it its viewers; theirs is the "
			    "socket %s here",
			    socket));
}

static void read_spice(struct argv *argv)
{
	struct argv_option *option = argv_last(argv, "-spice");
	const char *address;
	xmlNodePtr node;

	if (!option)
		return;
	node = add_screen(argv, option, "spice");
	address = argv_peek(argv, option->tree, "addr");
	if (argv_peek(argv, option->tree, "unix") &&
	    tree_truth(argv_peek(argv, option->tree, "unix")) > 0)
		read_listen(argv, node, address, NULL);
	else if (argv_peek(argv, option->tree, "port") || argv_peek(argv, option->tree, "tls-port"))
		read_listen(argv, node, NULL, address);
	else
		read_unheard(argv, node, option);
	(void)argv_take_if(argv, option->tree, "gl", "off");
	argv_set(argv, node, "automatic", "n");
	argv_set(argv, node, "port", argv_peek(argv, option->tree, "port"));
	argv_set(argv, node, "tls-port", argv_peek(argv, option->tree, "tls-port"));
	argv_set(argv, node, "tls-directory", argv_peek(argv, option->tree, "x509-dir"));
	argv_set_yes(argv, node, "copy-paste",
		     !(argv_peek(argv, option->tree, "disable-copy-paste") &&
		       tree_truth(argv_peek(argv, option->tree, "disable-copy-paste")) > 0));
	argv_set_yes(argv, node, "file-transfer",
		     !(argv_peek(argv, option->tree, "disable-agent-file-xfer") &&
		       tree_truth(argv_peek(argv, option->tree, "disable-agent-file-xfer")) > 0));
	argv_set(argv, node, "password",
		 argv_secret(argv, argv_take(argv, option->tree, "password-secret")));
	set_keymap(argv, node);
	read_channels(argv, node, option->tree, "tls-channel", "SECURE");
	read_channels(argv, node, option->tree, "plaintext-channel", "INSECURE");
	argv_facts(argv, node, "-spice", option->tree);
}

static void read_displays(struct argv *argv)
{
	argv_for_each(option, argv)
	{
		const char *type = argv_is_open(option, "-display")
					   ? argv_peek(argv, option->tree, "type")
					   : NULL;

		if (!type)
			continue;
		option->done = true;
		if (strcmp(type, "egl-headless") == 0) {
			xmlNodePtr node = add_screen(argv, option, "egl-headless");

			argv_facts(argv, node, "-display", option->tree);
		} else if (strcmp(type, "none") != 0) {
			argv_note(argv, option, IMPORT_LOST, type,
				  "Kiln opens no window; -vnc and -spice are what it has");
		}
	}
}

void argv_screens(struct argv *argv)
{
	read_spice(argv);
	read_vnc(argv);
	read_displays(argv);
}

/* Without an adapter that has them the first one has the ports of a VGA here, as libvirt's has. */
static void widen_first(struct argv *argv)
{
	static const struct {
		const char *second, *first;
	} adapters[] = {{"virtio-gpu-pci", "virtio-vga"}, {"qxl", "qxl-vga"}};
	struct argv_option *found = NULL;
	const char *wide = NULL;

	if (strncmp(argv->type, "virt", 4) == 0)
		return;
	argv_for_each(option, argv)
	{
		const char *driver = argv_is_open(option, "-device")
					     ? argv_peek(argv, option->tree, "driver")
					     : NULL;

		if (driver && argv_is_first_screen(driver))
			return;
		for (size_t i = 0; driver && !found && i < ARRAY_SIZE(adapters); i++) {
			if (strcmp(argv_driver(driver), adapters[i].second) != 0)
				continue;
			found = option;
			wide = adapters[i].first;
		}
	}
	if (!found)
		return;
	argv_note(
		argv, found, IMPORT_LOST, argv_take(argv, found->tree, "driver"),
		arena_fmt(
			argv->arena,
			"the first adapter of a PC has the ports of a VGA here; the guest gets %s",
			wide));
	node_add_string(argv->arena, found->tree, "driver", wide);
	found->settled = true;
}

/* Adapters whose 3D needs OpenGL on the host, which no family here has (hw/display/virtio-vga-gl.c). */
void argv_plain_adapters(struct argv *argv)
{
	static const struct {
		const char *accelerated, *plain;
	} adapters[] = {
		{"virtio-vga-gl", "virtio-vga"},
		{"virtio-gpu-gl-pci", "virtio-gpu-pci"},
		{"virtio-gpu-gl", "virtio-gpu-pci"},
	};

	argv_for_each(option, argv)
	{
		for (size_t i = 0; i < ARRAY_SIZE(adapters); i++) {
			if (!argv_is_open(option, "-device") ||
			    !argv_take_if(argv, option->tree, "driver", adapters[i].accelerated))
				continue;
			argv_note(argv, option, IMPORT_LOST, adapters[i].accelerated,
				  arena_fmt(argv->arena,
					    "Kiln has no 3D of the host; the guest gets %s, which "
					    "is the same adapter without it",
					    adapters[i].plain));
			node_add_string(argv->arena, option->tree, "driver", adapters[i].plain);
			option->settled = true;
			break;
		}
	}
	widen_first(argv);
}
