/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * forwards.c - the ports that lead to a guest through passt, each range in a <portForward> of its own.
 *
 * In: <interface>, with ranges as libvirt takes them. Out: the same ports without what is left out of a range
 * (exclude='yes'), which makes two of it; with the guest's first port said. A <portForward> that only leaves
 * ports out, or has no range at all, forwards all others of the host; it stays as it is, and is then told.
 */
#include "import/defaults.h"

#include <arpa/inet.h>

#include "domain/xml.h"
#include "import/tree.h"
#include "model/arena.h"

#define PORT_MAX 65535

/** struct range - the ports of a <range>, and the guest's first. */
struct range {
	uint64_t first, last, guest;
};

static bool read_range(struct import *import, xmlNodePtr node, struct range *ret)
{
	const char *start = xml_attr_text(import->arena, node, "start");
	const char *end = xml_attr_text(import->arena, node, "end");
	const char *to = xml_attr_text(import->arena, node, "to");

	return start && tree_number(start, &ret->first) &&
	       tree_number(end ? end : start, &ret->last) &&
	       tree_number(to ? to : start, &ret->guest) && ret->first <= ret->last &&
	       ret->last <= PORT_MAX && ret->guest <= PORT_MAX;
}

static void write_port(struct import *import, xmlNodePtr node, const char *name, uint64_t port)
{
	xml_remove(node, name);
	xml_attr(node, name, arena_fmt(import->arena, "%u", (unsigned)port));
}

static void write_range(struct import *import, xmlNodePtr node, const struct range *range)
{
	write_port(import, node, "start", range->first);
	xml_remove(node, "end");
	if (range->last > range->first)
		write_port(import, node, "end", range->last);
	write_port(import, node, "to", range->guest);
}

static bool is_hole(struct import *import, xmlNodePtr node)
{
	const char *exclude = xml_attr_text(import->arena, node, "exclude");

	return exclude && tree_truth(exclude) == 1;
}

/* What is left of @node without the ports of @hole: itself, a part, two, or nothing. */
static void cut(struct import *import, xmlNodePtr node, const struct range *hole)
{
	struct range range, above;

	if (!read_range(import, node, &range) || range.last < hole->first ||
	    range.first > hole->last)
		return;
	above = (struct range){.first = hole->last + 1,
			       .last = range.last,
			       .guest = range.guest + hole->last + 1 - range.first};
	if (above.first <= above.last)
		write_range(import, xmlAddNextSibling(node, xmlCopyNode(node, 2)), &above);
	range.last = hole->first - 1;
	if (range.first < hole->first)
		write_range(import, node, &range);
	else
		xml_remove(node, NULL);
}

/* Return: whether every range can be read, and one of them is to be forwarded. */
static bool can_cut(struct import *import, xmlNodePtr forward)
{
	struct range range;
	bool some = false;

	tree_for_each(node, forward)
	{
		if (!tree_is(node, "range") || !read_range(import, node, &range))
			return false;
		some |= !is_hole(import, node);
	}
	return some;
}

static xmlNodePtr find_hole(struct import *import, xmlNodePtr forward)
{
	tree_for_each(node, forward)
	{
		if (is_hole(import, node))
			return node;
	}
	return NULL;
}

static void cut_holes(struct import *import, xmlNodePtr forward)
{
	struct range range;
	xmlNodePtr hole;

	while ((hole = find_hole(import, forward))) {
		bool is_read = read_range(import, hole, &range);

		xml_remove(hole, NULL);
		for (xmlNodePtr node = forward->children, next; is_read && node; node = next) {
			next = node->next;
			if (tree_is(node, "range") && !is_hole(import, node))
				cut(import, node, &range);
		}
	}
}

static void complete(struct import *import, xmlNodePtr node)
{
	struct range range;

	if (read_range(import, node, &range))
		write_range(import, node, &range);
	xml_remove(node, "exclude");
}

static xmlNodePtr last_range(xmlNodePtr forward)
{
	xmlNodePtr last = NULL;

	tree_for_each(node, forward) last = node;
	return last;
}

/* Each range alone, in their order. */
static void part(struct import *import, xmlNodePtr forward)
{
	while (xml_find_element(forward, "range[2]")) {
		xmlNodePtr last = last_range(forward);
		xmlNodePtr alone = xmlDocCopyNode(forward, forward->doc, 2);

		(void)xmlAddNextSibling(forward, alone);
		xmlUnlinkNode(last);
		(void)xmlAddChild(alone, last);
		complete(import, last);
	}
	complete(import, last_range(forward));
}

/* As Kiln and libvirt write it. */
static void canonical_address(struct import *import, xmlNodePtr forward)
{
	const char *address = xml_attr_text(import->arena, forward, "address");
	char name[INET6_ADDRSTRLEN];
	unsigned char bytes[16];

	if (address && inet_pton(AF_INET6, address, bytes) == 1 &&
	    inet_ntop(AF_INET6, bytes, name, sizeof(name)))
		xml_replace(forward, "address", name);
}

void defaults_forwards(struct import *import, xmlNodePtr node)
{
	for (xmlNodePtr forward = node->children, next; forward; forward = next) {
		next = forward->next;
		if (!tree_is(forward, "portForward") || !can_cut(import, forward))
			continue;
		canonical_address(import, forward);
		cut_holes(import, forward);
		if (xml_find_element(forward, "range"))
			part(import, forward);
		else
			xml_remove(forward, NULL);
	}
}
