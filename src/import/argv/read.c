/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read.c - the rows of a device from what the command line says of it.
 *
 * The rows that write -device and its like are read backwards, as row.c does with those that write XML.
 */
#include "import/argv/argv.h"

#include <inttypes.h>
#include <string.h>

#include "import/row.h"

/* The option of a row as facts have it. */
static const char *option_of(const struct vm_dev *dev, const struct prop *row)
{
	if (row->option && strcmp(row->option, "-object") == 0)
		return NULL;
	if (!row->option && dev == dev->vm->guest_dev)
		return "-machine";
	return row->option;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_value(const char *a, const char *b)
{
	uint64_t x, y;

	if (strcmp(a, b) == 0)
		return true;
	if (tree_truth(a) >= 0 && tree_truth(b) >= 0)
		return tree_truth(a) == tree_truth(b);
	return (tree_number(a, &x) || argv_bytes(a, 1, &x)) &&
	       (tree_number(b, &y) || argv_bytes(b, 1, &y)) && x == y;
}

static struct argv_fact *find_fact(struct argv_item *item, const struct vm_dev *dev,
				   const struct prop *row)
{
	struct argv_fact *found = NULL;

	for (struct argv_fact *fact = item->facts; fact; fact = fact->next) {
		if (strcmp(fact->key, row->qemu) == 0 && same(fact->option, option_of(dev, row)))
			found = fact;
	}
	return found;
}

/* ---- what a device says of another one ----------------------------------------------------------- */

const char *argv_name_in(struct arena *arena, xmlNodePtr parent, const struct dev_family *family,
			 const char *id)
{
	for (xmlNodePtr node = parent ? parent->children : NULL; node; node = node->next) {
		const struct argv_item *item = argv_item(node);
		const char *alias = item && item->family == family
					    ? xml_find(arena, node, "alias/@name")
					    : NULL;

		if (!alias || strcmp(alias, id) != 0)
			continue;
		for (const struct argv_setting *set = item->settings; set; set = set->next) {
			if (strcmp(set->row, "name") == 0)
				return set->text;
		}
		return xml_attr_text(arena, node, "id");
	}
	return NULL;
}

static const char *referred(const struct element *element, const struct prop *row, const char *id)
{
	struct arena *arena = element->dev->vm->arena;
	xmlNodePtr root = xmlDocGetRootElement(element->node->doc);
	const char *under = row->refers->under ? row->refers->under : "devices";

	return argv_name_in(arena, xml_find_element(root, under), row->refers, id);
}

/* ---- a fact to a field --------------------------------------------------------------------------- */

static const struct prop_word *word_of(const struct prop *row, const char *value)
{
	for (const struct prop_word *word = row->words; word->sym; word++) {
		if (value ? word->qemu && same_value(word->qemu, value) : !word->qemu)
			return word;
	}
	return NULL;
}

static void *field_of(const struct element *element, const struct prop *row)
{
	return (char *)element->dev->data + row->field;
}

bool argv_take_number(struct element *element, const struct prop *row, const char *value)
{
	uint64_t number;

	if (!tree_number(value, &number) && !argv_bytes(value, 1, &number))
		return false;
	if ((row->min || row->max) && (number < row->min || number > row->max))
		return false;
	*(uint64_t *)field_of(element, row) = number;
	element->is_set[row - element->dev->family->props] = ROW_SAID;
	return true;
}

static void read_fact(struct element *element, const struct prop *row, const char *value)
{
	const struct prop_word *word;

	switch (row->kind) {
	case PROP_BOOL:
		if (tree_truth(value) >= 0 && dev_bool(element->dev, row) != tree_truth(value))
			row_flip(element, row);
		break;
	case PROP_UINT:
		if (!argv_take_number(element, row, value))
			return;
		break;
	case PROP_STRING:
		if (row->refers)
			value = referred(element, row, value);
		if (value)
			(void)row_take(element, row, value);
		break;
	case PROP_ENUM:
		word = word_of(row, value);
		if (word && !same_value(dev_word(element->dev, row)->qemu
						? dev_word(element->dev, row)->qemu
						: "",
					value))
			row_set_word(element, row, word);
		break;
	case PROP_CLASS:
	case PROP_NUMBER:
	case PROP_PCI:
	case PROP_PLACE:
	case PROP_CONST:
	case PROP_ALIAS:
	case PROP_MADE:
	case PROP_ADDRESS:
	case PROP_KIND_COUNT:
		return;
	}
	element->is_set[row - element->dev->family->props] = ROW_SAID;
}

/* What is not on the command line is what nothing is written for. */
static void read_absent(struct element *element, const struct prop *row)
{
	const struct prop_word *word;

	if (row->flags & PROP_ALWAYS)
		return;
	if (row->kind == PROP_BOOL)
		*(bool *)field_of(element, row) = false;
	else if (row->kind == PROP_UINT && row->absent >= row->min)
		*(uint64_t *)field_of(element, row) = row->absent;
	else if (row->kind == PROP_STRING)
		*(const char **)field_of(element, row) = NULL;
	else if (row->kind == PROP_ENUM && (word = word_of(row, NULL)))
		*(const struct prop_word **)field_of(element, row) = word;
	else
		return;
	element->is_set[row - element->dev->family->props] = ROW_ABSENT;
}

/* The first class of that driver; how many there are. */
static unsigned count_classes(struct vm_dev *dev, const char *driver,
			      const struct dev_class **ret_first)
{
	const struct dev_class *before = dev->class;
	unsigned count = 0;

	for (const struct dev_class *class = dev->family->classes; class->name; class ++) {
		dev->class = class;
		if (!dev_driver(dev) || !argv_is_driver(dev_driver(dev), driver))
			continue;
		if (!count++)
			*ret_first = class;
	}
	dev->class = before;
	return count;
}

/* What the second of a kind is has the symbol of the first (video adapters). */
static const struct dev_class *with_symbol(const struct dev_class *class,
					   const struct dev_family *family)
{
	for (const struct dev_class *other = family->classes; !class->sym && other->name; other++) {
		if (other->sym && strcmp(other->name, class->name) == 0)
			return other;
	}
	return class;
}

/* Of several with one driver the search finds the one that fits best. */
static void read_class(struct element *element, struct argv_item *item)
{
	struct vm_dev *dev = element->dev;
	const struct dev_class *found = item->class;
	bool certain = found && !item->ambiguous;

	prop_for_each(row, dev->family->props)
	{
		if (row->kind == PROP_CLASS && row->sym &&
		    element->is_set[row - dev->family->props])
			return;
	}
	if (!found && item->driver)
		certain = count_classes(dev, item->driver, &found) == 1;
	if (!found)
		return;
	found = with_symbol(found, dev->family);
	dev->class = found;
	prop_for_each(row, dev->family->props)
	{
		if (row->kind != PROP_CLASS || !row->sym || !found->sym)
			continue;
		row_set_class(element, row, found);
		element->is_fixed[row - dev->family->props] |= certain;
	}
}

#define PASSES 4 /* a row may apply only when another one is set */

void argv_read_rows(struct element *element)
{
	const struct vm_dev *dev = element->dev;
	struct argv_item *item = argv_item(element->node);

	read_class(element, item);
	for (unsigned pass = 0; pass < PASSES; pass++) {
		for (struct argv_setting *set = item->settings; set; set = set->next)
			(void)element_set(element, set->row, set->text);
		prop_for_each(row, dev->family->props)
		{
			struct argv_fact *fact;

			if (!row->sym || !row->qemu || !dev_applies(dev, row) ||
			    element->is_fixed[row - dev->family->props])
				continue;
			fact = find_fact(item, dev, row);
			if (fact)
				read_fact(element, row, fact->value);
			else
				read_absent(element, row);
		}
	}
}

void argv_say_sizes(struct element *element)
{
	const struct vm_dev *dev = element->dev;
	uint64_t bytes;

	prop_for_each(row, dev->family->props)
	{
		unsigned char *is_set = &element->is_set[row - dev->family->props];

		if (!row->sym || row->qemu || row->kind != PROP_UINT || !dev_applies(dev, row) ||
		    *is_set != ROW_DEFAULT)
			continue;
		for (struct argv_fact *fact = argv_item(element->node)->facts; fact;
		     fact = fact->next) {
			if (argv_bytes(fact->value, 1, &bytes) && bytes &&
			    bytes == dev_uint(dev, row) << 20)
				*is_set = ROW_SAID;
		}
	}
}

/* ---- what the rows say again --------------------------------------------------------------------- */

/* NULL: nothing is written. Texts that only the layout can give are not among them. */
static const char *fact_text(const struct vm_dev *dev, const struct prop *row)
{
	bool always = row->flags & PROP_ALWAYS;

	switch (row->kind) {
	case PROP_BOOL:
		return dev_bool(dev, row) || always ? (dev_bool(dev, row) ? "on" : "off") : NULL;
	case PROP_UINT:
		return dev_uint(dev, row) != row->absent || always
			       ? arena_fmt(dev->vm->arena, "%" PRIu64, dev_uint(dev, row))
			       : NULL;
	case PROP_STRING:
	case PROP_NUMBER:
		return dev_string(dev, row);
	case PROP_ENUM:
		return dev_word(dev, row) ? dev_word(dev, row)->qemu : NULL;
	case PROP_CONST:
		return row->text;
	case PROP_CLASS:
		return dev->class->name;
	case PROP_PCI:
	case PROP_PLACE:
	case PROP_ALIAS:
	case PROP_MADE:
	case PROP_ADDRESS:
	case PROP_KIND_COUNT:
		break;
	}
	return NULL;
}

static bool match(struct argv_item *item, const struct vm_dev *dev, const struct prop *row,
		  const char *text)
{
	for (struct argv_fact *fact = item->facts; fact; fact = fact->next) {
		if (!fact->found && strcmp(fact->key, row->qemu) == 0 &&
		    same(fact->option, option_of(dev, row)) &&
		    (row->refers || same_value(fact->value, text))) {
			fact->found = true;
			return true;
		}
	}
	return false;
}

/* As it is, and in the units of .config: KiB, MiB, the hexadecimal digits of a name in the world. */
static void miss(struct difference *ret, const char *value)
{
	unsigned missing = ret->missing;
	uint64_t number;

	tree_miss(ret, value);
	if (ret->quiet || !(tree_number(value, &number) || argv_bytes(value, 1, &number)))
		return;
	if (number && !(number & 1023))
		tree_miss(ret, arena_fmt(ret->arena, "%" PRIu64, number >> 10));
	if (number && !(number & 1048575))
		tree_miss(ret, arena_fmt(ret->arena, "%" PRIu64, number >> 20));
	if (number >> 60)
		tree_miss(ret, arena_fmt(ret->arena, "%016" PRIx64, number));
	ret->missing = missing + 1;
}

void argv_compare(struct element *element, struct difference *ret)
{
	const struct vm_dev *dev = element->dev;
	struct argv_item *item = argv_item(element->node);

	for (struct argv_fact *fact = item->facts; fact; fact = fact->next)
		fact->found = false;
	prop_for_each(row, dev->family->props)
	{
		const char *text = row->qemu && dev_applies(dev, row) ? fact_text(dev, row) : NULL;

		if (text && !match(item, dev, row, text))
			ret->extra++;
	}
	for (struct argv_fact *fact = item->facts; fact; fact = fact->next) {
		if (!fact->found)
			miss(ret, fact->value);
	}
}
