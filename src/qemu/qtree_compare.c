/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qtree_compare.c - read the wanted places from a layout, and hold QEMU's devices against them.
 */
#include "qemu/qtree.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ---- the layout ------------------------------------------------------------------------------- */

static int bad_layout(struct err *err, const char *what)
{
	(void)err_set(err, ERR_IMAGE, "the layout %s", what);
	err_why(err, "Section LAYOUT lists every PCI function with address and driver, as this "
		     "version of kiln writes it.");
	err_fix(err, "Compose the image again.");
	return -1;
}

static const char *copy_member(struct arena *arena, const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? arena_str(arena, value) : NULL;
}

/* "BUS:SLOT.FUNCTION" in hexadecimal; the bus is known by its name. */
static int parse_address(const char *text, struct qtree_want *want)
{
	char *end;

	(void)strtoul(text, &end, 16);
	if (end == text || *end != ':')
		return -1;
	text = end + 1;
	want->slot = (unsigned)strtoul(text, &end, 16);
	if (end == text || *end != '.')
		return -1;
	text = end + 1;
	want->function = (unsigned)strtoul(text, &end, 16);
	return end == text || *end ? -1 : 0;
}

static int load_function(struct arena *arena, const json_t *object, struct qtree_want *want)
{
	const char *address = json_string_value(json_object_get(object, "address"));

	*want = (struct qtree_want){
		.id = copy_member(arena, object, "alias"),
		.driver = copy_member(arena, object, "driver"),
		.bus = copy_member(arena, object, "bus"),
	};
	if (!want->bus || !address || parse_address(address, want) < 0)
		return -1;
	return want->id || json_is_true(json_object_get(object, "built_in")) ||
			       json_is_true(json_object_get(object, "anonymous"))
		       ? 0
		       : -1;
}

static int load_port(struct arena *arena, const json_t *object, struct qtree_want *want)
{
	const json_t *controller = json_object_get(object, "controller");
	const json_t *port = json_object_get(object, "port");

	*want = (struct qtree_want){
		.id = copy_member(arena, object, "alias"),
		.bus = arena_fmt(arena, "virtio-serial%d.0", (int)json_integer_value(controller)),
		.is_port = true,
		.port = (unsigned)json_integer_value(port),
	};
	return want->id && json_is_integer(controller) && json_is_integer(port) ? 0 : -1;
}

static int load_transport(struct arena *arena, const json_t *object, struct qtree_want *want)
{
	*want = (struct qtree_want){
		.id = copy_member(arena, object, "alias"),
		.driver = copy_member(arena, object, "driver"),
		.bus = copy_member(arena, object, "bus"),
		.is_alone = true,
	};
	return want->id && want->bus && want->driver ? 0 : -1;
}

static int load_attached(struct arena *arena, const json_t *object, struct qtree_want *want)
{
	json_t *props = json_object_get(object, "properties"), *value;
	const char *name;
	size_t count = 0;

	*want = (struct qtree_want){
		.id = copy_member(arena, object, "alias"),
		.driver = copy_member(arena, object, "driver"),
		.bus = copy_member(arena, object, "bus"),
	};
	if (!want->id || !want->bus || json_object_size(props) > QTREE_PLACES - 2)
		return -1;
	/* Its bus, at least, so that there is a place. */
	want->place[count++] = "";
	json_object_foreach(props, name, value)
	{
		if (json_is_string(value))
			want->place[count++] =
				arena_fmt(arena, "%s %s ", name, json_string_value(value));
		else
			want->place[count++] =
				arena_fmt(arena, "%s %d ", name, (int)json_integer_value(value));
	}
	return 0;
}

/* Written by hand, with a place or without: the layout knows of it, and no more. */
static int load_elsewhere(struct arena *arena, const json_t *object, struct qtree_want *want)
{
	*want = (struct qtree_want){
		.id = copy_member(arena, object, "alias"),
		.driver = copy_member(arena, object, "driver"),
		.is_anywhere = true,
	};
	return want->id && want->driver ? 0 : -1;
}

int qtree_wants_load(struct arena *arena, const char *json, size_t len,
		     struct qtree_want **ret_wants, size_t *ret_count, struct err *err)
{
	json_t *root = json_loadb(json, len, 0, NULL), *item;
	const json_t *functions = json_object_get(root, "functions");
	const json_t *ports = json_object_get(root, "serial_ports");
	const json_t *transports = json_object_get(root, "transports");
	const json_t *attached = json_object_get(root, "attached");
	const json_t *elsewhere = json_object_get(root, "elsewhere");
	size_t count = json_array_size(functions) + json_array_size(ports) +
		       json_array_size(transports) + json_array_size(attached) +
		       json_array_size(elsewhere);
	size_t i, n = 0;
	struct qtree_want *wants = arena_alloc(arena, (count + 1) * sizeof(*wants));
	/* Images of a kiln that knew no transports, or no places, have no such list. */
	bool whole = json_is_array(functions) && json_is_array(ports) &&
		     (!transports || json_is_array(transports)) &&
		     (!attached || json_is_array(attached));
	int result = whole ? 0 : -1;

	json_array_foreach(functions, i, item)
	{
		if (result == 0)
			result = load_function(arena, item, &wants[n++]);
	}
	json_array_foreach(ports, i, item)
	{
		if (result == 0)
			result = load_port(arena, item, &wants[n++]);
	}
	json_array_foreach(transports, i, item)
	{
		if (result == 0)
			result = load_transport(arena, item, &wants[n++]);
	}
	json_array_foreach(attached, i, item)
	{
		if (result == 0)
			result = load_attached(arena, item, &wants[n++]);
	}
	json_array_foreach(elsewhere, i, item)
	{
		if (result == 0)
			result = load_elsewhere(arena, item, &wants[n++]);
	}
	json_decref(root);
	if (result < 0)
		return bad_layout(err, "cannot be read");
	*ret_wants = wants;
	*ret_count = n;
	return 0;
}

/* ---- comparison ------------------------------------------------------------------------------- */

/* By id, then what has none by its place, so that either is found by bsearch. */
static int compare_want(const void *a, const void *b)
{
	const struct qtree_want *x = *(const struct qtree_want *const *)a;
	const struct qtree_want *y = *(const struct qtree_want *const *)b;

	if (x->id && y->id)
		return strcmp(x->id, y->id);
	if (x->id || y->id)
		return x->id ? -1 : 1;
	int diff = strcmp(x->bus, y->bus);

	if (diff)
		return diff;
	return (int)(x->slot * 8 + x->function) - (int)(y->slot * 8 + y->function);
}

static const struct qtree_want *const *find_want(const struct qtree_dev *dev,
						 const struct qtree_want *const *sorted,
						 size_t count)
{
	const struct qtree_want key = {
		.id = dev->id[0] ? dev->id : NULL,
		.bus = dev->bus,
		.slot = dev->slot,
		.function = dev->function,
	};
	const struct qtree_want *const key_at = &key;

	if (!key.id && !dev->has_pci)
		return NULL;
	return bsearch(&key_at, sorted, count, sizeof(*sorted), compare_want);
}

static void add_place(struct text *out, const char *bus, bool is_port, unsigned slot,
		      unsigned function, unsigned port)
{
	if (is_port)
		text_fmt(out, "%s port %u", bus, port);
	else
		text_fmt(out, "%s %02x.%x", bus, slot, function);
}

static void add_want(struct text *out, const struct qtree_want *want)
{
	if (want->is_anywhere) {
		text_add(out, "some place");
		return;
	}
	if (want->is_alone || want->place[0])
		text_add(out, want->bus);
	for (size_t i = 1; want->place[0] && i < QTREE_PLACES && want->place[i]; i++)
		text_fmt(out, " %.*s", (int)strlen(want->place[i]) - 1, want->place[i]);
	if (!want->is_alone && !want->place[0])
		add_place(out, want->bus, want->is_port, want->slot, want->function, want->port);
}

static bool is_on_transport(const struct qtree_dev *dev)
{
	return strcmp(dev->bus_type, "virtio-mmio-bus") == 0;
}

static void add_dev(struct text *out, const struct qtree_dev *dev)
{
	if (is_on_transport(dev))
		text_add(out, dev->bus);
	else if (dev->is_placed)
		text_fmt(out, "%s%s%.*s", dev->bus, *dev->place ? " " : "",
			 *dev->place ? (int)strlen(dev->place) - 1 : 0, dev->place);
	else
		add_place(out, dev->bus, dev->has_port, dev->slot, dev->function, dev->port);
}

static const char *want_name(const struct qtree_want *want)
{
	return want->id ? want->id : "chipset";
}

static bool has_place(const struct qtree_dev *dev, const struct qtree_want *want)
{
	for (size_t i = 1; i < QTREE_PLACES && want->place[i]; i++) {
		const char *found = strstr(dev->place, want->place[i]);

		/* At the beginning of a word. */
		if (!found || (found != dev->place && found[-1] != ' '))
			return false;
	}
	return true;
}

static bool same_place(const struct qtree_dev *dev, const struct qtree_want *want)
{
	if (want->is_anywhere)
		return true;
	if (strcmp(dev->bus, want->bus) != 0)
		return false;
	if (want->is_alone)
		return true;
	if (want->place[0])
		return dev->is_placed && has_place(dev, want);
	if (want->is_port)
		return dev->has_port && dev->port == want->port;
	return dev->has_pci && dev->slot == want->slot && dev->function == want->function;
}

static size_t compare_one(const struct qtree_dev *dev, const struct qtree_want *want,
			  struct text *out)
{
	size_t differ = 0;

	if (want->driver && strcmp(dev->driver, want->driver) != 0) {
		text_fmt(out, "%s: is a %s, should be a %s, at ", want_name(want), dev->driver,
			 want->driver);
		add_want(out, want);
		text_add(out, "\n");
		differ++;
	}
	if (same_place(dev, want))
		return differ;
	text_fmt(out, "%s: is at ", want_name(want));
	add_dev(out, dev);
	text_add(out, ", should be at ");
	add_want(out, want);
	text_add(out, "\n");
	return differ + 1;
}

size_t qtree_compare(const struct qtree *tree, const struct qtree_want *wants, size_t count,
		     struct text *ret_diff)
{
	struct arena *arena = ret_diff->arena;
	const struct qtree_want **sorted = arena_alloc(arena, (count + 1) * sizeof(*sorted));
	bool *seen = arena_alloc(arena, count + 1);
	size_t differ = 0;

	for (size_t i = 0; i < count; i++)
		sorted[i] = &wants[i];
	qsort(sorted, count, sizeof(*sorted), compare_want);
	for (size_t i = 0; i < tree->count; i++) {
		const struct qtree_dev *dev = &tree->devs[i];
		const struct qtree_want *const *want = find_want(dev, sorted, count);

		/* A pxb has a bridge of its own inside, with the id of the pxb. */
		if (strcmp(dev->bus_type, "pxb-bus") == 0)
			continue;
		if (want) {
			seen[want - sorted] = true;
			differ += compare_one(dev, *want, ret_diff);
		} else if (dev->has_pci || is_on_transport(dev) ||
			   ((dev->has_port || dev->is_placed) && dev->id[0])) {
			text_fmt(ret_diff, "%s \"%s\": is at ", dev->driver, dev->id);
			add_dev(ret_diff, dev);
			text_add(ret_diff, ", should not be there\n");
			differ++;
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (seen[i])
			continue;
		text_fmt(ret_diff, "%s: is not there, should be at ", want_name(sorted[i]));
		add_want(ret_diff, sorted[i]);
		text_add(ret_diff, "\n");
		differ++;
	}
	return differ;
}
