/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * row.c - the inverse of what domain/ does with a row: XML text to a field.
 *
 * Knows the kinds of rows and no row. A text that is no value of the row leaves it as it was; the
 * comparison then finds that it is not written again.
 */
#include "import/row.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/vlan.h"
#include "domain/devices.h"

static void *field_of(const struct vm_dev *dev, const struct prop *row)
{
	return (char *)dev->data + row->field;
}

static void mark(struct element *element, const struct prop *row)
{
	element->is_set[row - element->dev->family->props] = ROW_SAID;
}

static void mark_absent(struct element *element, const struct prop *row)
{
	element->is_set[row - element->dev->family->props] = ROW_ABSENT;
}

void row_set_word(struct element *element, const struct prop *row, const struct prop_word *word)
{
	*(const struct prop_word **)field_of(element->dev, row) = word;
	mark(element, row);
}

void row_set_class(struct element *element, const struct prop *row, const struct dev_class *class)
{
	element->dev->class = class;
	mark(element, row);
}

void row_flip(struct element *element, const struct prop *row)
{
	bool *field = field_of(element->dev, row);

	*field = !*field;
	mark(element, row);
}

static bool take_uint(struct element *element, const struct prop *row, const char *text)
{
	uint64_t value, *field = field_of(element->dev, row);

	if (!tree_number(text, &value))
		return false;
	if (row->flags & PROP_XML_KIB) {
		if (value & 1023)
			return false;
		value >>= 10;
	}
	if ((row->min || row->max) && (value < row->min || value > row->max))
		return false;
	if (value == *field && element->is_set[row - element->dev->family->props])
		return false;
	*field = value;
	mark(element, row);
	return true;
}

bool row_take(struct element *element, const struct prop *row, const char *text)
{
	struct vm_dev *dev = element->dev;

	if (row->kind == PROP_UINT)
		return take_uint(element, row, text);
	const char **field = field_of(dev, row);

	if (!xml_is_valid(text) || (*field && strcmp(*field, text) == 0))
		return false;
	if (row->rule && !ident_is_valid((enum ident_kind)(row->rule - 1), text))
		return false;
	*field = text;
	mark(element, row);
	return true;
}

bool row_clear(struct element *element, const struct prop *row)
{
	*(const char **)field_of(element->dev, row) = NULL;
	mark_absent(element, row);
	return true;
}

/* ---- rows that XML shows ------------------------------------------------------------------------ */

static const struct prop_word *word_of(const struct prop *row, const char *text)
{
	for (const struct prop_word *word = row->words; word->sym; word++) {
		if (word->xml ? text && strcmp(word->xml, text) == 0 : !text)
			return word;
	}
	return NULL;
}

static void read_bool(struct element *element, const struct prop *row, const char *text)
{
	bool *field = field_of(element->dev, row);
	int truth = text ? tree_truth(text) : 0;

	if (!strchr(row->xml, '@'))
		truth = text != NULL;
	if (truth < 0 || (!text && row->flags & PROP_ALWAYS))
		return;
	*field = truth;
	if (text)
		mark(element, row);
	else
		mark_absent(element, row);
}

static void read_class(struct element *element, const struct prop *row, const char *text)
{
	const struct vm_dev *dev = element->dev;

	for (const struct dev_class *class = dev->family->classes; text && class->name; class ++) {
		if (class->sym && strcmp(class->name, text) == 0) {
			/* One of several of that name may already be chosen. */
			if (strcmp(dev->class->name, text) != 0 || !dev->class->sym)
				row_set_class(element, row, class);
			mark(element, row);
			return;
		}
	}
}

static const char *items_text(struct arena *arena, xmlNodePtr node, const char *path)
{
	struct text items = {.arena = arena};
	const char *item;

	for (unsigned i = 0; i < 256; i++) {
		item = xml_find(arena, node, domain_item_path(arena, path, i));
		if (!item)
			break;
		text_fmt(&items, "%s%s", items.len ? "," : "", item);
	}
	return items.len ? text_str(&items) : NULL;
}

/* XML has a VLAN an item; consecutive ones are a range here. */
static const char *vlans_text(struct arena *arena, const char *list)
{
	struct text ranges = {.arena = arena};
	unsigned first = 0, last = 0, next, same;
	int ret;

	do {
		ret = vlan_next(&list, &next, &same);
		if (ret == 1 && first && next == last + 1) {
			last = next;
			continue;
		}
		if (first)
			text_fmt(&ranges, first < last ? "%s%u-%u" : "%s%u", ranges.len ? "," : "",
				 first, last);
		if (ret == 1)
			first = last = next;
	} while (ret == 1);
	return text_str(&ranges);
}

static void read_row(struct element *element, const struct prop *row)
{
	struct vm_dev *dev = element->dev;
	struct arena *arena = dev->vm->arena;
	xmlNodePtr node = element->node;
	const char *path = domain_row_path(dev, row, &node), *text;
	const struct prop_word *word;

	text = row->flags & PROP_XML_LIST ? items_text(arena, node, path)
					  : xml_find(arena, node, path);
	if (text && row->rule == RULE(VLANS) && vlan_is_list(text))
		text = vlans_text(arena, text);
	switch (row->kind) {
	case PROP_BOOL:
		read_bool(element, row, text);
		break;
	case PROP_UINT:
		if (text)
			(void)take_uint(element, row, text);
		else if (!(row->flags & PROP_ALWAYS) && row->absent >= row->min)
			*(uint64_t *)field_of(dev, row) = row->absent, mark_absent(element, row);
		break;
	case PROP_STRING:
		if (text)
			(void)row_take(element, row, text);
		else if (dev_string(dev, row))
			(void)row_clear(element, row);
		break;
	case PROP_ENUM:
		word = word_of(row, text);
		/* Several words may be written alike: which one is found by trying. */
		if (word && (!text || !dev_word(dev, row)->xml ||
			     strcmp(dev_word(dev, row)->xml, text) != 0))
			row_set_word(element, row, word);
		else if (word)
			mark(element, row);
		if (word && !text)
			mark_absent(element, row);
		break;
	case PROP_CLASS:
		read_class(element, row, text);
		break;
	case PROP_NUMBER:
	case PROP_PCI:
	case PROP_PLACE:
	case PROP_CONST:
	case PROP_ALIAS:
	case PROP_MADE:
	case PROP_ADDRESS:
	case PROP_KIND_COUNT:
		break;
	}
}

/** struct parts - where the parts of a text are. @item: of a list its number, from 0. */
struct parts {
	struct arena *arena;
	xmlNodePtr node;
	unsigned item;
};

static const char *path_text(const struct parts *parts, const char *path)
{
	if (strstr(path, "%u"))
		path = domain_item_path(parts->arena, path, parts->item);
	return xml_find(parts->arena, parts->node, path);
}

/* One part, "{PATH FORM}", from behind the brace; NULL = it is not there. */
static const char *part_text(const struct parts *parts, const char *part, size_t len)
{
	struct arena *arena = parts->arena;
	const char *space = memchr(part, ' ', len);
	const char *form =
		space ? arena_dup(arena, space + 1, len - (size_t)(space + 1 - part)) : "";
	bool absent = *part == '!';
	const char *text =
		path_text(parts, arena_dup(arena, part + absent,
					   (space ? (size_t)(space - part) : len) - absent));
	size_t skip = strlen(form);
	unsigned char address[16];
	uint64_t value;

	if (absent)
		return text ? NULL : "";
	if (!text || !skip)
		return text;
	if (strcmp(form, "4") == 0)
		return inet_pton(AF_INET, text, address) == 1 ? text : NULL;
	if (strcmp(form, "6") == 0)
		return inet_pton(AF_INET6, text, address) == 1 ? text : NULL;
	if (strcmp(form, "d") != 0 && form[skip - 1] != 'x' && form[skip - 1] != 'd')
		return strncmp(text, form, skip) == 0 ? text + skip : NULL;
	if (!tree_number(text, &value) || value > UINT32_MAX)
		return NULL;
	int width = form[0] == '0' ? form[1] - '0' : 1;

	return form[skip - 1] == 'x' ? arena_fmt(arena, "%0*x", width, (unsigned)value)
				     : arena_fmt(arena, "%0*u", width, (unsigned)value);
}

static const char *joined_text(const struct parts *parts, const char *form)
{
	struct text text = {.arena = parts->arena};

	for (; *form && *form != '|'; form++) {
		if (*form != '{') {
			text_add_len(&text, form, 1);
			continue;
		}
		size_t len = strcspn(form + 1, "}");
		const char *part = part_text(parts, form + 1, len);

		if (!part)
			return NULL;
		text_add(&text, part);
		form += len + 1;
	}
	return text_str(&text);
}

static const char *any_text(const struct parts *parts, const struct prop *row)
{
	const char *text = NULL;

	for (const char *form = row->joined; form && !text; form = strchr(form, '|')) {
		form += *form == '|';
		text = joined_text(parts, form);
	}
	return text;
}

/* An item that has no form is not read; the comparison then finds that it is not written again. */
static const char *list_text(struct parts *parts, const struct prop *row)
{
	struct text list = {.arena = parts->arena};

	for (; parts->item < 256; parts->item++) {
		const char *text = any_text(parts, row);

		if (text)
			text_fmt(&list, "%s%s", list.len ? "," : "", text);
	}
	return list.len ? text_str(&list) : NULL;
}

/* A text that XML has in parts. */
static void join_row(struct element *element, const struct prop *row)
{
	struct parts parts = {.arena = element->dev->vm->arena, .node = element->node};
	const char *text =
		row->flags & PROP_XML_LIST ? list_text(&parts, row) : any_text(&parts, row);

	if (text)
		(void)row_take(element, row, text);
}

void row_read_all(struct element *element)
{
	/* Two rows may have one field and one path, and apply in turn. */
	prop_for_each(row, element->dev->family->props)
	{
		if (row->sym && row->joined)
			join_row(element, row);
		if (row->sym && row->xml && !element->is_fixed[row - element->dev->family->props])
			read_row(element, row);
	}
}
