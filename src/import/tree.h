/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.h - two elements side by side: what the one says and the other does not.
 *
 * What a device's rows write is held against what was read, so that nothing counts as taken over which
 * would not be written again.
 */
#ifndef KILN_IMPORT_TREE_H
#define KILN_IMPORT_TREE_H

#include <stdint.h>

#include "domain/xml.h"

/**
 * struct missed - an attribute (@attr), or an element's own text (@attr NULL), that is not matched.
 * @text: the value itself where it stands in no element; @node is NULL then.
 */
struct missed {
	xmlNodePtr node;
	xmlAttrPtr attr;
	const char *text;
	struct missed *next;
};

/**
 * struct difference - what tree_compare() found.
 * @arena: owns @list. @texts: for what is compared, if that is not to stay; or NULL.
 * @list: what @missing counts, in order, unless @quiet.
 * @missing: values of the first that the second lacks, what says the kind of device for two.
 * @extra: the other way round.
 */
struct difference {
	struct arena *arena, *texts;
	bool quiet;
	unsigned missing, extra;
	struct missed *list, *last;
};

/**
 * tree_compare() - hold one element against another, attributes, texts and children.
 * @read: the element that was read.
 * @made: the element that was written, or NULL for none.
 * @difference: added to.
 *
 * Numbers are compared as numbers, and yes is on. Children of one name find their most alike partner.
 */
void tree_compare(xmlNodePtr read, xmlNodePtr made, struct difference *difference);

/** tree_miss() - a value that stands in no element is not matched. */
void tree_miss(struct difference *difference, const char *text);

/** tree_value() - the value that is not matched. */
const char *tree_value(struct arena *arena, const struct missed *missed);

/** tree_path() - where it is: "devices/disk/driver/@io". */
const char *tree_path(struct arena *arena, const struct missed *missed);

/** tree_truth() - 1 for yes and on, 0 for no and off, -1 for another word. */
int tree_truth(const char *text);

/** tree_number() - a number in decimal or, behind 0x, hexadecimal digits. Return: whether it is one. */
bool tree_number(const char *text, uint64_t *ret);

/** tree_attr() - an attribute, as long as nobody changes it; NULL = not there. */
const char *tree_attr(struct arena *arena, xmlNodePtr node, const char *name);

/** tree_is() - whether it is an element of that name. */
bool tree_is(const xmlNode *node, const char *name);

#define tree_for_each(child, parent)                                            \
	for (xmlNodePtr child = (parent)->children; child; child = child->next) \
		if (child->type == XML_ELEMENT_NODE)

#endif
