/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.c - compare an element that was read with one that was written.
 */
#include "import/tree.h"

#include <inttypes.h>
#include <string.h>

#include "base/num.h"

/* Children of the written element that have found a partner carry this in the field for applications. */
static char taken_mark;

bool tree_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, xml_chars(name));
}

int tree_truth(const char *text)
{
	if (strcmp(text, "yes") == 0 || strcmp(text, "on") == 0)
		return 1;
	return strcmp(text, "no") == 0 || strcmp(text, "off") == 0 ? 0 : -1;
}

bool tree_number(const char *text, uint64_t *ret)
{
	size_t len = strlen(text);

	if (len > 2 && len <= 18 && strncmp(text, "0x", 2) == 0)
		return num_parse_hex(text + 2, len - 2, ret) == 0;
	return num_parse(text, 0, UINT64_MAX, ret) == 0;
}

static bool same_text(const char *a, const char *b)
{
	uint64_t x, y;
	int truth = tree_truth(a);

	if (strcmp(a, b) == 0)
		return true;
	if (truth >= 0)
		return truth == tree_truth(b);
	return tree_number(a, &x) && tree_number(b, &y) && x == y;
}

static struct arena *texts_of(const struct difference *difference)
{
	return difference->texts ? difference->texts : difference->arena;
}

/* A disk that is taken for a CD has more against it than one that shows no <readonly> so far. */
static bool is_kind(const xmlAttr *attr)
{
	return attr && xmlStrEqual(attr->name, xml_chars("device"));
}

static void miss(struct difference *difference, xmlNodePtr node, xmlAttrPtr attr)
{
	difference->missing += is_kind(attr) ? 2 : 1;
	if (difference->quiet)
		return;
	struct missed *missed = arena_alloc(difference->arena, sizeof(*missed));

	missed->node = node;
	missed->attr = attr;
	if (difference->last)
		difference->last->next = missed;
	else
		difference->list = missed;
	difference->last = missed;
}

void tree_miss(struct difference *difference, const char *text)
{
	miss(difference, NULL, NULL);
	if (!difference->quiet)
		difference->last->text = text;
}

/* An attribute's text without a copy, where it is one plain piece, as nearly always. */
static const char *attr_value(struct arena *arena, xmlAttrPtr attr)
{
	if (attr->children && !attr->children->next && attr->children->type == XML_TEXT_NODE)
		return (const char *)attr->children->content;
	return xml_attr_text(arena, attr->parent, (const char *)attr->name);
}

static xmlAttrPtr find_attr(xmlNodePtr node, const xmlChar *name)
{
	for (xmlAttrPtr attr = node->properties; attr; attr = attr->next) {
		if (xmlStrEqual(attr->name, name))
			return attr;
	}
	return NULL;
}

const char *tree_attr(struct arena *arena, xmlNodePtr node, const char *name)
{
	xmlAttrPtr attr = find_attr(node, xml_chars(name));

	return attr ? attr_value(arena, attr) : NULL;
}

static bool same_attr(struct arena *arena, xmlAttrPtr a, xmlNodePtr other)
{
	xmlAttrPtr b = find_attr(other, a->name);
	const char *x = attr_value(arena, a), *y = b ? attr_value(arena, b) : NULL;

	return b && same_text(x ? x : "", y ? y : "");
}

static bool is_bare(xmlNodePtr node)
{
	return !node->properties && !node->children;
}

/* A bare element says something by being there. */
static unsigned count_values(struct arena *arena, xmlNodePtr node)
{
	unsigned count = is_bare(node) || xml_own_text(arena, node);

	for (xmlAttrPtr attr = node->properties; attr; attr = attr->next)
		count++;
	tree_for_each(child, node) count += count_values(arena, child);
	return count;
}

static void miss_all(struct difference *difference, xmlNodePtr node)
{
	if (is_bare(node) || xml_own_text(texts_of(difference), node))
		miss(difference, node, NULL);
	for (xmlAttrPtr attr = node->properties; attr; attr = attr->next)
		miss(difference, node, attr);
	tree_for_each(child, node) miss_all(difference, child);
}

/* How much of @read is not in @made, which is NULL where there is none; stops counting at @most. */
static unsigned distance(struct arena *arena, xmlNodePtr read, xmlNodePtr made, unsigned most)
{
	unsigned count = 0;
	const char *text = xml_own_text(arena, read);
	const char *other = made ? xml_own_text(arena, made) : NULL;

	count += text && !(other && same_text(text, other));
	for (xmlAttrPtr attr = read->properties; attr && count < most; attr = attr->next)
		count += !made || !same_attr(arena, attr, made);
	tree_for_each(child, read)
	{
		unsigned best = most;

		if (count >= most)
			return most;
		for (xmlNodePtr mate = made ? made->children : NULL; mate; mate = mate->next) {
			if (best && mate->type == XML_ELEMENT_NODE &&
			    xmlStrEqual(mate->name, child->name)) {
				unsigned found = distance(arena, child, mate, best);

				best = found < best ? found : best;
			}
		}
		/* What has no counterpart is as far away as it says things, and not farther than all. */
		if (best == most)
			best = distance(arena, child, NULL, most);
		count += best;
	}
	return count < most ? count : most;
}

#define DISTANCE_MOST 64

/* The nearest element of that name which no other has taken; NULL = none is nearer than @most. */
static xmlNodePtr nearest(struct arena *arena, xmlNodePtr child, xmlNodePtr made, unsigned most)
{
	xmlNodePtr found = NULL;
	unsigned best = most;

	for (xmlNodePtr mate = made->children; mate && best; mate = mate->next) {
		if (mate->type != XML_ELEMENT_NODE || mate->_private == &taken_mark ||
		    !xmlStrEqual(mate->name, child->name))
			continue;
		unsigned far =
			distance(arena, child, mate, best < DISTANCE_MOST ? best : DISTANCE_MOST);

		if (far < best) {
			best = far;
			found = mate;
		}
	}
	return found;
}

/*
 * Who is held against whom, NULL = nobody. Those that are repeated whole come first: what is lost must not
 * take the counterpart of one behind it.
 */
static xmlNodePtr *find_partners(struct arena *arena, xmlNodePtr read, xmlNodePtr made)
{
	static const unsigned passes[] = {1, DISTANCE_MOST + 1};
	xmlNodePtr *mates = arena_alloc(arena, xmlChildElementCount(read) * sizeof(xmlNodePtr));

	for (size_t pass = 0; mates && pass < ARRAY_SIZE(passes); pass++) {
		size_t at = 0;

		tree_for_each(child, read)
		{
			xmlNodePtr *mate = &mates[at++];

			if (!*mate)
				*mate = nearest(arena, child, made, passes[pass]);
			if (*mate)
				(*mate)->_private = &taken_mark;
		}
	}
	return mates;
}

void tree_compare(xmlNodePtr read, xmlNodePtr made, struct difference *difference)
{
	struct arena *arena = texts_of(difference);
	const char *text = xml_own_text(arena, read), *other;
	xmlNodePtr *mates;

	if (!made) {
		/* An element that is there says something, whatever is in it. */
		difference->extra++;
		miss_all(difference, read);
		return;
	}
	other = xml_own_text(arena, made);
	if (text && !(other && same_text(text, other)))
		miss(difference, read, NULL);
	difference->extra += other && !text;
	for (xmlAttrPtr attr = read->properties; attr; attr = attr->next) {
		if (!same_attr(arena, attr, made))
			miss(difference, read, attr);
	}
	for (xmlAttrPtr attr = made->properties; attr; attr = attr->next)
		difference->extra += !find_attr(read, attr->name);
	mates = find_partners(arena, read, made);
	tree_for_each(child, read) tree_compare(child, mates ? *mates++ : NULL, difference);
	tree_for_each(mate, made)
	{
		if (mate->_private != &taken_mark)
			difference->extra += count_values(arena, mate);
		mate->_private = NULL;
	}
}

const char *tree_value(struct arena *arena, const struct missed *missed)
{
	if (missed->text)
		return missed->text;
	const char *text =
		missed->attr ? attr_value(arena, missed->attr) : xml_own_text(arena, missed->node);

	return text ? text : "";
}

static void add_path(struct text *text, const xmlNode *node)
{
	if (!node->parent || node->parent->type != XML_ELEMENT_NODE)
		return;
	add_path(text, node->parent);
	text_fmt(text, "%s%s", text->len ? "/" : "", (const char *)node->name);
}

const char *tree_path(struct arena *arena, const struct missed *missed)
{
	struct text text = {.arena = arena};

	add_path(&text, missed->node);
	if (missed->attr)
		text_fmt(&text, "%s@%s", text.len ? "/" : "", (const char *)missed->attr->name);
	return text_str(&text);
}
