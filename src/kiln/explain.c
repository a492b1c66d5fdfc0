/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain.c - from section LAYOUT to sentences; what a configuration and an image say is the same.
 */
#include "kiln/explain.h"

#include <stdbool.h>
#include <string.h>

#include "base/bug.h"

static const struct {
	const char *word, *sentence;
} rules[] = {
	{"configured",
	 "The configuration gives this address. Kiln only checks that the bus exists and takes "
	 "endpoints, that the slot is one of the bus, and that the function is free; conventional and "
	 "PCI Express devices may then be mixed."},
	{"configured-bus",
	 "The configuration gives the bus alone: it has the first slot there without any function in "
	 "use. Conventional and PCI Express devices may be mixed, as at a configured address."},
	{"locked",
	 "The lock keeps this address, because a guest knows the device there; nothing was "
	 "searched."},
	{"chipset", "The machine has a place for such a device, and it comes before every search."},
	{"next-slot",
	 "Nobody gives it an address, so it has the first slot without any function in use, on the "
	 "first bus from 0 upward that takes such a device by itself. It shares the slot with nobody: "
	 "functions 1 to 7 are for configured addresses."},
	{"shared-slot",
	 "Ports come eight to a slot: it has the lowest free function of the first slot that such a "
	 "port began, and begins the next free slot when all eight are in use."},
	{"set",
	 "It is one function of a device with several, such as the companions of a USB controller: each "
	 "has its own function of the slot that the set has, and the first one to come takes the slot."},
	{"gone",
	 "Nothing else was free, or it is back: it has a place that the lock kept for a device "
	 "that was removed."},
	{"letter",
	 "It is where libvirt puts a drive by the letter of its target: so many to a controller, in "
	 "order; the controllers for it are added."},
	{"configured-controller",
	 "The configuration gives the controller alone: it has the first free place there."},
	{"next-place",
	 "Nobody gives it a place, so it has the first free one: on a disk controller the units, then "
	 "the targets, on USB the ports of the bus, then those of its hubs, from the first controller "
	 "on."},
};

static const char port_rule[] =
	"It has the lowest free port of the first virtio-serial controller that has one; a controller "
	"has 31, and one is added when all are in use.";

static const char transport_rule[] =
	"It has the highest free transport when its turn comes; the turn is that of libvirt's "
	"arguments (virtio-serial, disks, networks, balloon, random numbers), so that it is the one "
	"that QEMU gives a device of which nothing is said. The lock's come first.";

const char *explain_rule(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (strcmp(rules[i].word, word) == 0)
			return rules[i].sentence;
	}
	return NULL;
}

static const char *member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool is_built_in(const json_t *object)
{
	return json_is_true(json_object_get(object, "built_in"));
}

/* Without a name the chipset's own functions are left out: nobody gave them a place. */
static bool is_meant(const json_t *object, const char *name)
{
	static const char *const keys[] = {"id", "alias", "address", "path"};

	if (!name)
		return !is_built_in(object);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *value = member(object, keys[i]);

		if (value && strcmp(value, name) == 0)
			return true;
	}
	return false;
}

static const char *because(const json_t *object)
{
	const char *rule = member(object, "rule");

	if (is_built_in(object))
		return "It is part of the machine; its place cannot be chosen.";
	if (json_object_get(object, "controller"))
		return port_rule;
	if (json_object_get(object, "transport"))
		return transport_rule;
	return rule ? explain_rule(rule) : NULL;
}

static void add_line(struct text *out, const char *head, const char *value)
{
	if (value)
		text_fmt(out, "  %-8s %s\n", head, value);
}

static void add_place(struct text *out, const json_t *object)
{
	const json_t *controller = json_object_get(object, "controller");
	const char *id = member(object, "id"), *driver = member(object, "driver");

	text_fmt(out, "%s", id ? id : member(object, "name") ? member(object, "name") : "?");
	if (driver)
		text_fmt(out, " (%s)", driver);
	if (controller)
		text_fmt(out, ": port %d of virtio-serial%d\n",
			 (int)json_integer_value(json_object_get(object, "port")),
			 (int)json_integer_value(controller));
	else if (json_object_get(object, "on"))
		text_fmt(out, ": %s %s on %s\n", member(object, "type"), member(object, "address"),
			 member(object, "on"));
	else if (json_object_get(object, "transport"))
		text_fmt(out, ": %s at %s\n", member(object, "bus") ? member(object, "bus") : "?",
			 member(object, "address") ? member(object, "address") : "?");
	else
		text_fmt(out, ": PCI %s on %s, path from the root %s\n",
			 member(object, "address") ? member(object, "address") : "?",
			 member(object, "bus") ? member(object, "bus") : "?",
			 member(object, "path") ? member(object, "path") : "?");
}

static const char *lock_sentence(const json_t *object)
{
	const char *lock = member(object, "lock");

	if (!lock)
		return NULL;
	if (strcmp(lock, "kept") == 0)
		return "the lock has it";
	return "not in the lock yet; `make layout-lock` keeps it where it is";
}

/* "03 with seabios, 05 with qboot". */
static const char *numbers_text(struct arena *arena, json_t *numbers)
{
	struct text text = {.arena = arena};
	const json_t *number;
	const char *firmware;

	json_object_foreach(numbers, firmware, number)
	{
		text_fmt(&text, "%s%02x with %s", text.len ? ", " : "",
			 (unsigned)json_integer_value(number), firmware);
	}
	return text.len ? text_str(&text) : "found by no firmware";
}

/* By QEMU's id of the bus: its numbers in the guest. The caller releases it. */
static json_t *numbers_of(const json_t *layout)
{
	json_t *all = json_object();
	const json_t *object;
	size_t i;

	json_array_foreach(json_object_get(layout, "functions"), i, object)
	{
		const char *alias = member(object, "alias");
		json_t *numbers = json_object_get(object, "bus_numbers");

		if (alias && numbers)
			BUG_IF(json_object_set(all, alias, numbers) != 0);
	}
	return all;
}

/* In a list the sentences of the rules stand once, at the end. */
struct explanation {
	struct text *out;
	bool is_list;
	json_t *numbers;
	bool used[ARRAY_SIZE(rules)];
};

static void add_rule(struct explanation *to, const json_t *object)
{
	const char *rule = member(object, "rule"), *why = because(object);

	if (!rule) {
		add_line(to->out, "rule", why);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		to->used[i] |= strcmp(rules[i].word, rule) == 0;
	add_line(to->out, "rule",
		 why && !to->is_list ? arena_fmt(to->out->arena, "%s. %s", rule, why) : rule);
}

static void add_numbers(struct explanation *to, const json_t *object)
{
	const char *bus = member(object, "bus");
	json_t *on = bus ? json_object_get(to->numbers, bus) : NULL;
	json_t *makes = json_object_get(object, "bus_numbers");

	if (on)
		add_line(to->out, "guest",
			 arena_fmt(to->out->arena, "counts its bus as %s",
				   numbers_text(to->out->arena, on)));
	if (makes)
		add_line(to->out, on ? "" : "guest",
			 arena_fmt(to->out->arena, "counts the bus behind it as %s",
				   numbers_text(to->out->arena, makes)));
}

static void explain_one(void *arg, const json_t *object)
{
	struct explanation *to = arg;
	struct text *out = to->out;
	const json_t *before = json_object_get(object, "before"), *line;
	const char *head = "before";
	size_t i;

	add_place(out, object);
	add_numbers(to, object);
	add_line(out, "asked", member(object, "asked_by"));
	add_line(out, "wanted", member(object, "asked_for"));
	add_rule(to, object);
	add_line(out, "machine", member(object, "chipset"));
	add_line(out, "tried", member(object, "tried"));
	json_array_foreach(before, i, line)
	{
		add_line(out, head, json_string_value(line));
		head = "";
	}
	add_line(out, "lock", lock_sentence(object));
}

/* Calls for each that is meant: the tree, then ports, transports and places on other controllers. */
static size_t for_each(const json_t *layout, const char *name,
		       void (*call)(void *arg, const json_t *object), void *arg)
{
	static const char *const lists[] = {"functions", "serial_ports", "transports", "attached"};
	const json_t *object;
	size_t count = 0, i;

	for (size_t list = 0; list < ARRAY_SIZE(lists); list++) {
		json_array_foreach(json_object_get(layout, lists[list]), i, object)
		{
			if (!is_meant(object, name))
				continue;
			call(arg, object);
			count++;
		}
	}
	return count;
}

size_t explain_text(const json_t *layout, const char *name, struct text *ret)
{
	struct explanation to = {.out = ret, .is_list = !name, .numbers = numbers_of(layout)};
	size_t count = for_each(layout, name, explain_one, &to);

	for (size_t i = 0; i < ARRAY_SIZE(rules) && to.is_list; i++) {
		if (to.used[i])
			text_fmt(ret, "\nrule %s\n  %s\n", rules[i].word, rules[i].sentence);
	}
	json_decref(to.numbers);
	return count;
}

struct explained {
	json_t *array, *numbers;
};

static void call_json(void *arg, const json_t *object)
{
	struct explained *to = arg;
	json_t *copy = json_deep_copy(object);
	const char *why = because(object), *bus = member(object, "bus");
	json_t *on = bus ? json_object_get(to->numbers, bus) : NULL;

	BUG_IF(!copy);
	if (why)
		BUG_IF(json_object_set_new(copy, "because", json_string(why)) != 0);
	if (on)
		BUG_IF(json_object_set(copy, "guest_bus", on) != 0);
	BUG_IF(json_array_append_new(to->array, copy) != 0);
}

json_t *explain_json(const json_t *layout, const char *name)
{
	struct explained to = {.array = json_array(), .numbers = numbers_of(layout)};

	(void)for_each(layout, name, call_json, &to);
	json_decref(to.numbers);
	return to.array;
}
