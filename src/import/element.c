/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * element.c - read the rows of a device backwards, and try what they do not show.
 *
 * Knows no device. Everything that is decided is decided by writing the device and comparing.
 */
#include "import/element.h"

#include <string.h>

#include "config/rows.h"
#include "domain/devices.h"
#include "import/argv/argv.h"
#include "import/row.h"

/** struct state - the values of a device, to go back to. */
struct state {
	const struct dev_class *class;
	void *data;
	unsigned char *is_set;
	unsigned missing, extra;
};

static size_t count_rows(const struct dev_family *family)
{
	size_t rows = 0;

	prop_for_each(row, family->props) rows++;
	return rows;
}

static struct state state_new(struct arena *arena, const struct element *element)
{
	const struct dev_family *family = element->dev->family;

	return (struct state){.data = arena_alloc(arena, family->size + 1),
			      .is_set = arena_alloc(arena, count_rows(family) + 1)};
}

static void state_save(struct state *state, const struct element *element)
{
	const struct dev_family *family = element->dev->family;

	state->class = element->dev->class;
	if (family->size)
		memcpy(state->data, element->dev->data, family->size);
	memcpy(state->is_set, element->is_set, count_rows(family));
}

static void state_restore(const struct state *state, struct element *element)
{
	const struct dev_family *family = element->dev->family;

	element->dev->class = state->class;
	if (family->size)
		memcpy(element->dev->data, state->data, family->size);
	memcpy(element->is_set, state->is_set, count_rows(family));
}

static bool is_better(const struct difference *found, const struct state *best)
{
	if (found->missing != best->missing)
		return found->missing < best->missing;
	return found->extra < best->extra;
}

/* ---- writing and comparing -------------------------------------------------------------------- */

static void compare_xml(struct element *element, struct difference *ret, struct err_list *errs)
{
	struct vm_dev *dev = element->dev;
	xmlNodePtr root = xml_document("domain");
	bool machine = dev == dev->vm->guest_dev;
	xmlNodePtr node = machine ? root : xml_child(root, (const char *)element->node->name);

	domain_add_rows(dev, node, errs);
	ret->texts = element->scratch;
	tree_compare(element->node, node, ret);
	ret->texts = NULL;
	xml_free(root);
}

/*
 * What is written for the device as it stands. A prepare hook may change the machine and add companions,
 * so all is put back.
 */
static void compare(struct element *element, struct difference *ret)
{
	struct vm_dev *dev = element->dev;
	struct vm *vm = dev->vm;
	struct err_list errs = {.arena = element->scratch};
	struct state now = state_new(element->scratch, element);

	struct vm whole = *vm;
	struct vm_dev *next = dev->next;

	state_save(&now, element);
	vm->arena = element->scratch;
	if (dev->family->prepare)
		dev->family->prepare(vm, dev);
	if (argv_item(element->node))
		argv_compare(element, ret);
	else
		compare_xml(element, ret, &errs);
	*vm = whole;
	dev->next = next;
	/* What a hook appended stands behind the last one. */
	if (vm->last_dev)
		vm->last_dev->next = NULL;
	state_restore(&now, element);
	arena_clear(element->scratch);
}

/* A text that cannot be left out and is not there: such a state would be refused. */
static unsigned count_empty(const struct vm_dev *dev)
{
	unsigned count = 0;

	prop_for_each(row, dev->family->props) count +=
		row->flags & PROP_REQUIRED && row->kind == PROP_STRING && dev_applies(dev, row) &&
		!dev_string(dev, row);
	return count;
}

static void judge(struct element *element, struct difference *ret)
{
	*ret = (struct difference){.arena = element->dev->vm->arena, .quiet = true};
	compare(element, ret);
	/* Of a command line a path is known by its option, never by its look. */
	if (!argv_item(element->node))
		ret->extra += count_empty(element->dev);
}

/* ---- what is not written as itself -------------------------------------------------------------- */

/** struct search - values that nothing matched so far; the best state. */
struct search {
	struct element *element;
	struct state best, before;
	const char *values[64];
	size_t value_count;
};

static void read_rows(struct element *element)
{
	if (argv_item(element->node))
		argv_read_rows(element);
	else
		row_read_all(element);
}

static bool keep_if_better(struct search *search)
{
	struct difference found;

	judge(search->element, &found);
	if (!is_better(&found, &search->best)) {
		state_restore(&search->best, search->element);
		return false;
	}
	state_save(&search->best, search->element);
	search->best.missing = found.missing;
	search->best.extra = found.extra;
	return true;
}

static bool is_fixed(const struct element *element, const struct prop *row)
{
	return element->is_fixed[row - element->dev->family->props];
}

/* Whether what is read shows the row as itself. */
static bool is_shown(const struct element *element, const struct prop *row)
{
	return argv_item(element->node) ? row->qemu : row->xml;
}

static bool is_hidden(const struct element *element, const struct prop *row)
{
	return row->sym && !is_shown(element, row) && dev_applies(element->dev, row);
}

static void add_value(struct search *search, const char *value)
{
	if (search->value_count < ARRAY_SIZE(search->values) && *value)
		search->values[search->value_count++] = value;
}

static void collect_values(struct search *search)
{
	const struct vm *vm = search->element->dev->vm;
	struct difference found = {.arena = vm->arena};
	const char *prefix = vm_payload_target(vm, "");

	search->value_count = 0;
	compare(search->element, &found);
	for (const struct missed *missed = found.list; missed; missed = missed->next) {
		const char *value = tree_value(vm->arena, missed);
		size_t len = strlen(prefix);

		/* What is below the folder of payload was put there from a file in the image. */
		add_value(search, strncmp(value, prefix, len) == 0 ? value + len : value);
	}
}

static bool take(struct element *element, const struct prop *row, const char *value)
{
	return argv_item(element->node) && row->kind == PROP_UINT
		       ? argv_take_number(element, row, value)
		       : row_take(element, row, value);
}

/* Texts and numbers that stand in XML under another form. */
static bool try_values(struct search *search)
{
	struct element *element = search->element;
	bool better = false;

	prop_for_each(row, element->dev->family->props)
	{
		if (!is_hidden(element, row) || is_fixed(element, row) ||
		    (row->kind != PROP_STRING && row->kind != PROP_UINT))
			continue;
		for (size_t i = 0; i < search->value_count; i++) {
			if (take(element, row, search->values[i]))
				better |= keep_if_better(search);
		}
		if (row->kind == PROP_STRING && dev_string(element->dev, row) &&
		    row_clear(element, row))
			better |= keep_if_better(search);
	}
	return better;
}

/* A choice may only show once what belongs to it is there, so both are tried together. */
static bool try_with_values(struct search *search)
{
	struct element *element = search->element;
	struct state best = search->best, changed = search->before;
	struct difference found;
	bool better;

	judge(element, &found);
	state_save(&changed, element);
	changed.missing = found.missing;
	changed.extra = found.extra;
	better = is_better(&found, &best);
	search->best = changed;
	search->before = best;
	collect_values(search);
	if (search->value_count)
		(void)try_values(search);
	better |= search->best.missing < best.missing ||
		  (search->best.missing == best.missing && search->best.extra < best.extra);
	if (!better) {
		search->before = search->best;
		search->best = best;
		state_restore(&best, element);
		return false;
	}
	state_restore(&search->best, element);
	return true;
}

/* Rows of a command line may apply only now; those of XML are read where they stand, whenever. */
static void read_more(struct element *element)
{
	if (argv_item(element->node))
		argv_read_rows(element);
}

static bool try_words(struct search *search, const struct prop *row)
{
	bool better = false;

	for (const struct prop_word *word = row->words; word->sym; word++) {
		if (dev_word(search->element->dev, row) == word)
			continue;
		row_set_word(search->element, row, word);
		read_more(search->element);
		better |= try_with_values(search);
	}
	return better;
}

static bool try_classes(struct search *search, const struct prop *row)
{
	struct element *element = search->element;
	bool better = false;

	for (const struct dev_class *class = element->dev->family->classes; class->name; class ++) {
		if (class == element->dev->class || !class->sym)
			continue;
		row_set_class(element, row, class);
		read_rows(element);
		better |= try_with_values(search);
	}
	return better;
}

static bool same_words(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_ambiguous(const struct element *element, const struct prop *row)
{
	bool argv = argv_item(element->node);

	for (const struct prop_word *a = row->words; a->sym; a++) {
		for (const struct prop_word *b = row->words; b < a; b++) {
			if (argv ? same_words(a->qemu, b->qemu) : same_words(a->xml, b->xml))
				return true;
		}
	}
	return false;
}

static bool try_row(struct search *search, const struct prop *row)
{
	struct element *element = search->element;

	if (!row->sym || is_fixed(element, row) ||
	    (row->kind != PROP_CLASS && !dev_applies(element->dev, row)))
		return false;
	if (row->kind == PROP_CLASS)
		return try_classes(search, row);
	if (row->kind == PROP_ENUM && (!is_shown(element, row) || is_ambiguous(element, row)))
		return try_words(search, row);
	if (row->kind == PROP_BOOL && !is_shown(element, row)) {
		row_flip(element, row);
		read_more(element);
		return try_with_values(search);
	}
	return false;
}

#define ROUNDS_MAX 8

static void search_hidden(struct element *element)
{
	struct arena *arena = element->dev->vm->arena;
	struct search search = {.element = element,
				.best = state_new(arena, element),
				.before = state_new(arena, element)};
	struct difference found;
	bool better = true;

	judge(element, &found);
	state_save(&search.best, element);
	search.best.missing = found.missing;
	search.best.extra = found.extra;
	for (unsigned round = 0; better && round < ROUNDS_MAX; round++) {
		collect_values(&search);
		better = try_values(&search);
		if (better)
			collect_values(&search);
		prop_for_each(row, element->dev->family->props) better |= try_row(&search, row);
	}
	state_restore(&search.best, element);
}

/* A row that no longer applies has no line: .config refuses one that does nothing. */
static void drop_unused(struct element *element)
{
	size_t i = 0;

	prop_for_each(row, element->dev->family->props)
	{
		if (!row->sym || !dev_applies(element->dev, row))
			element->is_set[i] = ROW_DEFAULT;
		i++;
	}
}

static void make_flags(struct element *element)
{
	size_t count = count_rows(element->dev->family) + 1;

	if (element->is_set)
		return;
	element->is_set = arena_alloc(element->dev->vm->arena, count);
	element->is_fixed = arena_alloc(element->dev->vm->arena, count);
}

void element_read(struct element *element, struct difference *ret)
{
	struct arena scratch = {0};

	element->scratch = &scratch;
	make_flags(element);
	read_rows(element);
	search_hidden(element);
	if (argv_item(element->node))
		argv_say_sizes(element);
	drop_unused(element);
	compare(element, ret);
	element->scratch = NULL;
	arena_free(&scratch);
}

bool element_set(struct element *element, const char *row_name, const char *text)
{
	const struct prop *row = dev_prop(element->dev->family, row_name);

	if (!row || !dev_applies(element->dev, row) || row_set_text(element->dev, row, text) != 0)
		return false;
	make_flags(element);
	element->is_set[row - element->dev->family->props] = ROW_SAID;
	element->is_fixed[row - element->dev->family->props] = true;
	return true;
}
