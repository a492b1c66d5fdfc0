/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.c - the configuration as text, each line with the line of the file that it comes from.
 *
 * A symbol is written when the file says its value; what is left out is Kconfig's default. Minimal it
 * becomes only when it is loaded (cfg_defconfig()).
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/num.h"
#include "config/rows.h"
#include "import/items.h"
#include "import/places.h"
#include "model/machine.h"

/** struct lines - the text so far. @from: line of the file for what is written. */
struct lines {
	struct import *import;
	struct text text;
	unsigned from;
};

static void remember(struct import *import, unsigned line)
{
	if (import->line_count == import->line_room) {
		size_t room = import->line_room ? import->line_room * 2 : 256;
		unsigned *more = arena_alloc(import->arena, room * sizeof(*more));

		if (import->line_count)
			memcpy(more, import->lines, import->line_count * sizeof(*more));
		import->lines = more;
		import->line_room = room;
	}
	import->lines[import->line_count++] = line;
}

static PRINTF(2, 3) void add(struct lines *lines, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_add(&lines->text, arena_vfmt(lines->import->arena, fmt, args));
	va_end(args);
	text_add(&lines->text, "\n");
	remember(lines->import, lines->from);
}

static struct lines begin(struct import *import)
{
	import->line_count = 0;
	return (struct lines){.import = import, .text.arena = import->arena};
}

/* ---- board, machine, which slots there are ------------------------------------------------------- */

static const char *symbol_of(struct arena *arena, const char *name)
{
	char *symbol = arena_str(arena, name);

	for (char *at = symbol; *at; at++)
		*at = isalnum((unsigned char)*at) ? (char)toupper((unsigned char)*at) : '_';
	return symbol;
}

static void add_machine(struct lines *lines)
{
	struct import *import = lines->import;

	if (import->board)
		add(lines, "CONFIG_BOARD_%s=y", symbol_of(import->arena, import->board));
	for (const struct machine *const *entry = machine_table; *entry; entry++) {
		if (strcmp((*entry)->name, import->machine->name) == 0)
			add(lines, "CONFIG_%s=y", (*entry)->sym);
		if (*entry == import->machine)
			break;
	}
}

static bool has_gap(const struct import *import, const struct dev_family *family, unsigned slot)
{
	return !items_first(import, family, slot);
}

/* There is nothing to switch off that this board or machine does not have. */
static bool is_known(const struct import *import, const char *symbol)
{
	const struct cfg_sym *sym = import->cfg ? cfg_find(import->cfg, symbol) : NULL;

	return sym && sym->visible;
}

static void add_gates(struct lines *lines, const struct dev_family *family)
{
	struct import *import = lines->import;
	unsigned count = items_count(import, family);
	const struct import_item *first = items_first(import, family, 0);

	lines->from = first ? (unsigned)xmlGetLineNo(first->element.node) : 0;
	if (family->flags & FAMILY_INTERNAL)
		return;
	if (family->flags & FAMILY_SINGLE) {
		if (count)
			add(lines, "CONFIG_%s=y", family->sym);
		else if (is_known(import, family->sym))
			add(lines, "# CONFIG_%s is not set", family->sym);
		return;
	}
	if (count || is_known(import, arena_fmt(import->arena, "%s_COUNT", family->sym)))
		add(lines, "CONFIG_%s_COUNT=%u", family->sym, count);
	for (unsigned slot = 0; slot < count; slot++) {
		unsigned repeats = items_repeats(import, family, slot);

		if (has_gap(import, family, slot))
			add(lines, "# CONFIG_%s%u is not set", family->sym, slot);
		if (repeats)
			add(lines, "CONFIG_%s%u_REPEAT=%u", family->sym, slot, repeats);
	}
}

const char *import_skeleton(struct import *import)
{
	struct lines lines = begin(import);

	/* That of an earlier time is gone. */
	import->cfg = NULL;
	add_machine(&lines);
	add(&lines, "CONFIG_VM_NAME=\"import\"");
	for (const struct dev_family *const *entry = import->families; *entry; entry++)
		add_gates(&lines, *entry);
	return text_str(&lines.text);
}

/* ---- values -------------------------------------------------------------------------------------- */

static const char *quoted(struct arena *arena, const char *value)
{
	struct text text = {.arena = arena};

	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add(&text, "\\");
		text_add_len(&text, value, 1);
	}
	return text_str(&text);
}

static void add_number(struct lines *lines, const char *symbol, uint64_t number)
{
	const struct cfg_sym *sym = cfg_find(lines->import->cfg, symbol);

	if (sym && sym->type == CFG_HEX)
		add(lines, "CONFIG_%s=0x%" PRIx64, symbol, number);
	else
		add(lines, "CONFIG_%s=%" PRIu64, symbol, number);
}

/* What the file does not say, of a symbol that is not there until something else is set. */
static bool is_idle(const struct lines *lines, const struct vm_dev *dev, const struct prop *row)
{
	const char *symbol = row_symbol(dev, row);
	const struct cfg_sym *sym = cfg_find(lines->import->cfg, symbol);

	if (row->kind == PROP_CLASS || row->kind == PROP_ENUM)
		sym = NULL;
	if (row->kind == PROP_ENUM)
		sym = cfg_find(lines->import->cfg, arena_fmt(lines->import->arena, "%s_%s", symbol,
							     dev_word(dev, row)->sym));
	if (!sym || sym->visible)
		return false;
	return row->kind == PROP_BOOL     ? !dev_bool(dev, row)
	       : row->kind == PROP_UINT   ? dev_uint(dev, row) == row->absent
	       : row->kind == PROP_STRING ? !dev_string(dev, row)
					  : row->kind == PROP_ENUM && !dev_word(dev, row)->xml;
}

static void add_row(struct lines *lines, const struct vm_dev *dev, const struct prop *row)
{
	struct arena *arena = lines->import->arena;
	const char *symbol = row_symbol(dev, row), *text;

	switch (row->kind) {
	case PROP_BOOL:
		if (dev_bool(dev, row))
			add(lines, "CONFIG_%s=y", symbol);
		else
			add(lines, "# CONFIG_%s is not set", symbol);
		break;
	case PROP_UINT:
		add_number(lines, symbol, dev_uint(dev, row));
		break;
	case PROP_STRING:
		text = dev_string(dev, row);
		add(lines, "CONFIG_%s=\"%s\"", symbol, quoted(arena, text ? text : ""));
		break;
	case PROP_ENUM:
		add(lines, "CONFIG_%s_%s=y", symbol, dev_word(dev, row)->sym);
		break;
	case PROP_CLASS:
		if (dev->class->sym)
			add(lines, "CONFIG_%s_%s=y", symbol, dev->class->sym);
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

static void add_element(struct lines *lines, const struct element *element)
{
	const struct vm_dev *dev = element->dev;
	size_t i = 0;

	lines->from = (unsigned)xmlGetLineNo(element->node);
	prop_for_each(row, dev->family->props)
	{
		if (row->sym && (element->is_set[i] == ROW_SAID ||
				 (element->is_set[i] == ROW_ABSENT && !is_idle(lines, dev, row))))
			add_row(lines, dev, row);
		i++;
	}
}

static void add_address(struct lines *lines, const struct import_item *item)
{
	const struct vm_dev *dev = item->element.dev;
	const char *text = places_text(lines->import, item);

	prop_for_each(row, dev->family->props)
	{
		if ((row->kind == PROP_PCI || row->kind == PROP_PLACE) && row->sym && text &&
		    dev_applies(dev, row))
			add(lines, "CONFIG_%s=\"%s\"", row_symbol(dev, row), text);
	}
}

/** struct names - of one family, by which others refer to its devices. */
struct names {
	const char **names;
	size_t count;
};

/* A network whose bridge the file tells; of the others the target has to know what they are. */
static void add_bridge(struct lines *lines, const struct dev_family *family, unsigned slot,
		       const char *name)
{
	const struct import_network *network = lines->import->networks;

	if (!dev_prop(family, "bridge"))
		return;
	while (network && strcmp(network->name, name) != 0)
		network = network->next;
	if (!network)
		return;
	add(lines, "CONFIG_%s%u_KIND_BRIDGE=y", family->sym, slot);
	add(lines, "CONFIG_%s%u_BRIDGE=\"%s\"", family->sym, slot,
	    quoted(lines->import->arena, network->bridge));
}

static void add_name(struct lines *lines, struct names *names, const struct element *element,
		     const struct prop *row)
{
	const char *name = dev_applies(element->dev, row) ? dev_string(element->dev, row) : NULL;

	for (size_t i = 0; name && i < names->count; i++) {
		if (strcmp(names->names[i], name) == 0)
			return;
	}
	if (!name)
		return;
	lines->from = (unsigned)xmlGetLineNo(element->node);
	add(lines, "CONFIG_%s%zu_NAME=\"%s\"", row->refers->sym, names->count,
	    quoted(lines->import->arena, name));
	add_bridge(lines, row->refers, (unsigned)names->count, name);
	names->names[names->count++] = name;
}

/* What the file names and does not hold, such as a secret: by its name, for the target to bring. */
static void add_named(struct lines *lines, const struct dev_family *family)
{
	const struct import *import = lines->import;
	struct names names = {.names = arena_alloc(import->arena, (import->item_count + 1) * 8 *
									  sizeof(*names.names))};

	for (size_t i = 0; i < import->item_count; i++) {
		const struct element *element = &import->items[i].element;

		if (!import->items[i].in_config || !element->dev)
			continue;
		prop_for_each(row, element->dev->family->props)
		{
			if (row->refers == family)
				add_name(lines, &names, element, row);
		}
	}
	if (names.count)
		add(lines, "CONFIG_%s_COUNT=%zu", family->sym, names.count);
}

static bool has_no_element(const struct dev_family *family)
{
	return !family->xml && !family->options;
}

/* A word as a shell takes it; nothing in single quotes means anything. */
static const char *shell_word(struct arena *arena, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_-+=,.:/@%";
	struct text text = {.arena = arena};

	if (*word && !word[strspn(word, plain)])
		return word;
	text_add(&text, "'");
	for (; *word; word++) {
		if (*word == '\'')
			text_add(&text, "'\\''");
		else
			text_add_len(&text, word, 1);
	}
	text_add(&text, "'");
	return text_str(&text);
}

/* What the composer writes into a device itself, where another function shares its slot. */
static const char *without_multifunction(struct arena *arena, const char *word)
{
	static const char member[] = "\"multifunction\":true,";
	const char *at = *word == '{' ? strstr(word, member) : NULL;

	if (!at)
		return word;
	return arena_fmt(arena, "%.*s%s", (int)(at - word), word, at + strlen(member));
}

/** struct extra - slots of options that are filled one after the other. @device: this one has its own. */
struct extra {
	struct lines *lines;
	const struct dev_family *family;
	struct text text;
	unsigned slot, device_slot;
	bool device;
};

/* A slot has one -device (devices/extra.c), which may have its name from it: "extra3". */
static void end_slot(struct extra *extra)
{
	struct arena *arena = extra->lines->import->arena;

	if (!extra->text.len)
		return;
	/* That there are too many their number says, and the helper reads each line. */
	if (extra->slot >= extra->family->max) {
		extra->slot++;
		extra->text = (struct text){.arena = arena};
		extra->device = false;
		return;
	}
	for (; extra->slot < extra->device_slot; extra->slot++)
		add(extra->lines, "# CONFIG_%s%u is not set", extra->family->sym, extra->slot);
	add(extra->lines, "CONFIG_%s%u_ARGS=\"%s\"", extra->family->sym, extra->slot++,
	    quoted(arena, text_str(&extra->text)));
	extra->text = (struct text){.arena = arena};
	extra->device = false;
}

static void take_name(struct extra *extra, const char *word)
{
	struct arena *arena = extra->lines->import->arena;
	const char *at = strstr(word, arena_fmt(arena, "\"id\":\"%s", extra->family->name));
	size_t skip = strlen("\"id\":\"") + strlen(extra->family->name);
	uint64_t slot;

	if (at && num_parse_n(at + skip, strspn(at + skip, "0123456789"), extra->slot,
			      extra->family->max - 1, &slot) == 0)
		extra->device_slot = (unsigned)slot;
}

/* libvirt hands these words to QEMU as they are. */
static void add_extra(struct lines *lines, const struct dev_family *family)
{
	struct import *import = lines->import;
	xmlNodePtr line = xml_find_element(import->root, "commandline");
	struct extra extra = {.lines = lines, .family = family, .text.arena = import->arena};

	if (!line || !is_known(import, arena_fmt(import->arena, "%s_COUNT", family->sym)))
		return;
	tree_for_each(node, line)
	{
		const char *word =
			tree_is(node, "arg") ? xml_attr_text(import->arena, node, "value") : NULL;
		bool device = word && strcmp(word, "-device") == 0;

		if (!word)
			continue;
		if (device && extra.device)
			end_slot(&extra);
		extra.device |= device;
		if (extra.device)
			take_name(&extra, word);
		lines->from = (unsigned)xmlGetLineNo(node);
		word = without_multifunction(import->arena, word);
		text_fmt(&extra.text, "%s%s", extra.text.len ? " " : "",
			 shell_word(import->arena, word));
	}
	end_slot(&extra);
	if (extra.slot)
		add(lines, "CONFIG_%s_COUNT=%u", family->sym, extra.slot);
}

const char *import_config(struct import *import)
{
	struct lines lines = begin(import);

	add_machine(&lines);
	add_element(&lines, &import->head);
	for (const struct dev_family *const *entry = import->families; *entry; entry++) {
		unsigned count = items_count(import, *entry);

		if (has_no_element(*entry) && !count) {
			add_named(&lines, *entry);
			continue;
		}
		if ((*entry)->options) {
			add_extra(&lines, *entry);
			continue;
		}
		add_gates(&lines, *entry);
		for (unsigned slot = 0; slot < count; slot++) {
			const struct import_item *item = items_first(import, *entry, slot);

			if (!item || !item->element.dev || !item->element.is_set)
				continue;
			add_element(&lines, &item->element);
			if (item->addressed)
				add_address(&lines, item);
		}
	}
	return text_str(&lines.text);
}
