/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qtree.c - parse `info qtree` by its indentation and compare it with a layout.
 *
 * The form, seen with QEMU 7.2 and 10.0, two spaces a level:
 *   bus: NAME
 *     type TYPE
 *     dev: DRIVER, id "ID"
 *       PROPERTY = VALUE
 *       bus: NAME
 */
#include "qemu/qtree.h"

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#define DEPTH_MAX 64

struct parser {
	struct arena *arena;
	struct qtree *tree;
	size_t room;
	unsigned line;
	struct {
		const char *bus, *type; /* a bus at this indentation */
		bool is_dev;
		size_t dev; /* a device at this indentation: its number */
	} level[DEPTH_MAX];
	struct err *err;
};

static int malformed(struct parser *parser, const char *what)
{
	(void)err_set(parser->err, ERR_HOST, "line %u of QEMU's device tree: %s", parser->line,
		      what);
	err_why(parser->err, "The form of `info qtree` is that of QEMU 7.2 to 10.0.");
	err_fix(parser->err, "Use a QEMU of these versions, or report its output.");
	return -1;
}

/* The nearest level above @depth that holds a bus; -1 when there is none. */
static int bus_above(const struct parser *parser, int depth)
{
	while (--depth >= 0) {
		if (parser->level[depth].bus)
			return depth;
	}
	return -1;
}

static void level_set(struct parser *parser, int depth)
{
	for (int i = depth; i < DEPTH_MAX; i++)
		memset(&parser->level[i], 0, sizeof(parser->level[i]));
}

/* Buses that devices with a place of their own sit on, other than PCI. */
static bool is_placed(const char *bus_type)
{
	static const char *const types[] = {"SCSI", "IDE", "floppy-bus", "usb-bus", "ccid-bus"};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(types[i], bus_type) == 0)
			return true;
	}
	return false;
}

/* DRIVER, id "ID" */
static int parse_dev(struct parser *parser, int depth, const char *at, size_t len)
{
	static const char separator[] = ", id \"";
	const char *gap = memmem(at, len, separator, sizeof(separator) - 1);
	int bus = bus_above(parser, depth);

	if (!gap || at[len - 1] != '"')
		return malformed(parser, "a device without type and id");
	if (bus < 0)
		return malformed(parser, "a device outside of a bus");
	struct qtree *tree = parser->tree;

	if (tree->count == parser->room) {
		struct qtree_dev *old = tree->devs;

		parser->room = parser->room ? parser->room * 2 : 64;
		tree->devs = arena_alloc(parser->arena, parser->room * sizeof(*old));
		if (old)
			memcpy(tree->devs, old, tree->count * sizeof(*old));
	}
	const char *id = gap + sizeof(separator) - 1;

	const char *type = parser->level[bus].type ? parser->level[bus].type : "";

	tree->devs[tree->count] = (struct qtree_dev){
		.driver = arena_dup(parser->arena, at, (size_t)(gap - at)),
		.id = arena_dup(parser->arena, id, (size_t)(at + len - 1 - id)),
		.bus = parser->level[bus].bus,
		.bus_type = type,
		.is_placed = is_placed(type),
		.place = "",
	};
	level_set(parser, depth);
	parser->level[depth].is_dev = true;
	parser->level[depth].dev = tree->count++;
	return 0;
}

static bool is_pci(const struct qtree_dev *dev)
{
	return strcmp(dev->bus_type, "PCI") == 0 || strcmp(dev->bus_type, "PCIE") == 0 ||
	       strcmp(dev->bus_type, "pxb-pcie-bus") == 0;
}

/* "02.0": slot and function in hexadecimal, as hw/core/qdev-properties-system.c prints it. */
static int parse_addr(struct parser *parser, struct qtree_dev *dev, const char *value)
{
	char *end;

	dev->slot = (unsigned)strtoul(value, &end, 16);
	if (end == value || *end != '.')
		return malformed(parser, "an address that is not SLOT.FUNCTION");
	value = end + 1;
	dev->function = (unsigned)strtoul(value, &end, 16);
	if (end == value || (*end && *end != '\n') || dev->slot > 0x1f || dev->function > 7)
		return malformed(parser, "an address that is not SLOT.FUNCTION");
	dev->has_pci = true;
	return 0;
}

/* NULL when the line is no part of a place. */
static const char *place_value(const char *at, const char **ret_name)
{
	static const char *const names[] = {"channel", "scsi-id", "lun", "unit", "port"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t len = strlen(names[i]);

		if (strncmp(at, names[i], len) == 0 && strncmp(at + len, " = ", 3) == 0) {
			*ret_name = names[i];
			return at + len + 3 + (at[len + 3] == '"');
		}
	}
	return NULL;
}

static int parse_property(struct parser *parser, int depth, const char *at)
{
	static const char addr[] = "addr = ", port[] = "nr = ";
	const char *name, *value;

	if (!parser->level[depth - 1].is_dev)
		return 0;
	struct qtree_dev *dev = &parser->tree->devs[parser->level[depth - 1].dev];

	if (is_pci(dev) && strncmp(at, addr, sizeof(addr) - 1) == 0)
		return parse_addr(parser, dev, at + sizeof(addr) - 1);
	if (strcmp(dev->bus_type, "virtio-serial-bus") == 0 &&
	    strncmp(at, port, sizeof(port) - 1) == 0) {
		dev->port = (unsigned)strtoul(at + sizeof(port) - 1, NULL, 10);
		dev->has_port = true;
	}
	value = dev->is_placed ? place_value(at, &name) : NULL;
	if (value)
		dev->place = arena_fmt(parser->arena, "%s%s %.*s ", dev->place, name,
				       (int)strcspn(value, "\" ("), value);
	return 0;
}

static int parse_line(struct parser *parser, const char *line, size_t len)
{
	size_t spaces = strspn(line, " ");
	int depth = (int)(spaces / 2);
	const char *at = line + spaces;

	if (spaces >= len)
		return 0;
	len -= spaces;
	if (depth >= DEPTH_MAX)
		return malformed(parser, "nested too deep");
	if (strncmp(at, "bus: ", 5) == 0) {
		level_set(parser, depth);
		parser->level[depth].bus = arena_dup(parser->arena, at + 5, len - 5);
		parser->level[depth].type = "";
		return 0;
	}
	if (strncmp(at, "dev: ", 5) == 0)
		return parse_dev(parser, depth, at + 5, len - 5);
	if (depth == 0)
		return malformed(parser, "neither a bus nor a device");
	if (strncmp(at, "type ", 5) == 0 && parser->level[depth - 1].bus) {
		parser->level[depth - 1].type = arena_dup(parser->arena, at + 5, len - 5);
		return 0;
	}
	return parse_property(parser, depth, at);
}

int qtree_parse(struct arena *arena, const char *text, struct qtree *ret_tree, struct err *err)
{
	struct parser parser = {.arena = arena, .tree = ret_tree, .err = err};

	memset(ret_tree, 0, sizeof(*ret_tree));
	while (*text) {
		size_t len = strcspn(text, "\n"), end = len;

		parser.line++;
		/* HMP ends its lines as a terminal wants them. */
		if (end && text[end - 1] == '\r')
			end--;
		const char *line = arena_dup(arena, text, end);

		if (parse_line(&parser, line, end) < 0)
			return -1;
		text += len + (text[len] == '\n');
	}
	if (ret_tree->count)
		return 0;
	return malformed(&parser, "no device at all");
}

int qtree_read(struct qmp *qmp, struct qtree *ret_tree, struct err *err)
{
	json_t *reply = qmp_command(qmp, "human-monitor-command",
				    json_pack("{s:s}", "command-line", "info qtree"), err);
	const char *text = json_string_value(reply);

	if (!reply)
		return -1;
	int result = qtree_parse(qmp->arena, text ? text : "", ret_tree, err);

	json_decref(reply);
	return result;
}
