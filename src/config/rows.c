/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rows.c - read one row of a device from the configuration, and turn its value to text and back.
 *
 * Works for any family: it knows the kinds of rows and no row. In: struct cfg. Out: the field of
 * the device that the row names, its place, errors.
 */
#include "config/rows.h"

#include <string.h>

#include "base/bug.h"
#include "base/num.h"
#include "base/utf8.h"
#include "config/build.h"

const char *row_symbol(const struct vm_dev *dev, const struct prop *row)
{
	return dev_row_symbol(dev, row) + strlen("CONFIG_");
}

static void *field_of(struct vm_dev *dev, const struct prop *row)
{
	return (char *)dev->data + row->field;
}

static const struct cfg_sym *chosen_word(const struct cfg *cfg, const struct vm_dev *dev,
					 const struct prop *row, const struct prop_word **ret_word)
{
	const char *prefix = row_symbol(dev, row);
	const struct cfg_sym *chosen = NULL;

	/* All members are asked for, so that each counts as read. */
	for (const struct prop_word *word = row->words; word->sym; word++) {
		const struct cfg_sym *sym =
			cfg_find(cfg, arena_fmt(cfg->arena, "%s_%s", prefix, word->sym));

		if (!sym || strcmp(sym->value, "y") != 0)
			continue;
		chosen = sym;
		*ret_word = word;
	}
	return chosen;
}

static const struct cfg_sym *chosen_class(const struct cfg *cfg, const struct vm_dev *dev,
					  const struct prop *row,
					  const struct dev_class **ret_class)
{
	const char *prefix = row_symbol(dev, row);
	const struct cfg_sym *chosen = NULL;

	for (const struct dev_class *class = dev->family->classes; class->name; class ++) {
		const struct cfg_sym *sym =
			class->sym
				? cfg_find(cfg, arena_fmt(cfg->arena, "%s_%s", prefix, class->sym))
				: NULL;

		if (!sym || strcmp(sym->value, "y") != 0)
			continue;
		chosen = sym;
		*ret_class = class;
	}
	return chosen;
}

const struct cfg_sym *row_chosen(const struct cfg *cfg, const struct vm_dev *dev,
				 const struct prop *row)
{
	const struct prop_word *word;
	const struct dev_class *class;

	if (row->kind == PROP_ENUM)
		return chosen_word(cfg, dev, row, &word);
	if (row->kind == PROP_CLASS)
		return chosen_class(cfg, dev, row, &class);
	return cfg_find(cfg, row_symbol(dev, row));
}

static struct err *refuse(struct err_list *errs, const struct vm_dev *dev, const struct prop *row,
			  const char *check, const char *what)
{
	return dev_error(errs, dev, row->name, check, "%s", what);
}

/* A hidden number has no value; its row does not apply, and this is what changes nothing. */
static uint64_t neutral(const struct prop *row)
{
	return row->absent > row->min ? row->absent : row->min;
}

static void read_uint(const struct cfg_sym *sym, struct vm_dev *dev, const struct prop *row,
		      struct err_list *errs)
{
	uint64_t *field = field_of(dev, row), value = 0;
	bool ranged = row->min || row->max;
	const char *text = sym->value;
	bool is_hex = sym->type == CFG_HEX && !strncmp(text, "0x", 2);
	size_t digits = strlen(text) - (is_hex ? 2 : 0);

	*field = neutral(row);
	if (!*text)
		return;
	bool good = is_hex ? digits && digits <= 16 && num_parse_hex(text + 2, digits, &value) == 0
			   : num_parse(text, 0, UINT64_MAX, &value) == 0;

	if (good && (!ranged || (value >= row->min && value <= row->max))) {
		*field = value;
		return;
	}
	struct err *err =
		refuse(errs, dev, row, "config-range",
		       arena_fmt(errs->arena, "%s is not between %llu and %llu", sym->value,
				 (unsigned long long)row->min, (unsigned long long)row->max));

	err_why(err, "That is the range of %s of %s.", row->name, dev->id);
	err_fix(err, "Set %s to a number in the range.", dev_row_symbol(dev, row));
}

/* "%d" becomes the number of the repeated device; nothing else in the string means anything. */
static const char *put_number(struct vm_dev *dev, const char *value)
{
	struct text text = {.arena = dev->vm->arena};
	const char *next;

	while ((next = strstr(value, "%d"))) {
		text_add_len(&text, value, (size_t)(next - value));
		text_fmt(&text, "%u", dev->repeat);
		value = next + 2;
	}
	text_add(&text, value);
	return text_str(&text);
}

static bool is_utf8(const char *text)
{
	for (size_t left = strlen(text), len; left; left -= len, text += len) {
		len = utf8_len(text, left);
		if (!len)
			return false;
	}
	return true;
}

static void read_string(const struct cfg_sym *sym, struct vm_dev *dev, const struct prop *row,
			struct err_list *errs)
{
	const char **field = field_of(dev, row);

	*field = NULL;
	if (!*sym->value)
		return;
	bool text = ident_is_text(sym->value, strlen(sym->value));

	if (!text || !is_utf8(sym->value)) {
		struct err *err = refuse(errs, dev, row, "config-text",
					 text ? "the value is not UTF-8"
					      : "the value holds a control character");

		err_why(err, "%s",
			text ? "XML, JSON and the image hold text in UTF-8."
			     : ident_rule(IDENT_TEXT));
		err_fix(err, text ? "Write %s again in UTF-8." : "Write %s again without it.",
			dev_row_symbol(dev, row));
		return;
	}
	*field = sym->value;
	if (dev->repeats && (row->flags & PROP_REPEAT_FMT))
		*field = put_number(dev, sym->value);
}

static bool parse_part(const char **text, size_t min_len, size_t max_len, uint64_t max,
		       uint64_t *ret)
{
	size_t len = strspn(*text, "0123456789abcdefABCDEF");

	if (len < min_len || len > max_len || num_parse_hex(*text, len, ret) != 0 || *ret > max)
		return false;
	*text += len;
	return true;
}

static bool parse_pci(const char *text, struct pci_addr *ret)
{
	uint64_t bus, slot, function;

	if (!parse_part(&text, 1, 3, UINT16_MAX, &bus) || *text++ != ':' ||
	    !parse_part(&text, 1, 2, 0x1f, &slot) || *text++ != '.' ||
	    !parse_part(&text, 1, 1, 7, &function) || *text)
		return false;
	*ret = (struct pci_addr){
		.bus = (uint16_t)bus, .slot = (uint8_t)slot, .function = (uint8_t)function};
	return true;
}

/* "03:" is a bus on which any free place will do. */
static bool parse_bus(const char *text, struct pci_addr *ret)
{
	uint64_t bus;

	if (!parse_part(&text, 1, 3, UINT16_MAX, &bus) || strcmp(text, ":") != 0)
		return false;
	*ret = (struct pci_addr){.bus = (uint16_t)bus};
	return true;
}

static void refuse_repeated(struct vm_dev *dev, const struct prop *row, const char *check,
			    const char *holder, struct err_list *errs)
{
	struct err *err;

	if (dev->repeats < 2 || dev->repeat)
		return;
	err = refuse(errs, dev, row, check,
		     arena_fmt(errs->arena, "one address for %u devices", dev->repeats));
	err_why(err, "The slot is repeated, and %s holds one device.", holder);
	err_fix(err, "Set %s=\"\" to let Kiln choose.", dev_row_symbol(dev, row));
}

static void read_pci(const struct cfg_sym *sym, struct vm_dev *dev, const struct prop *row,
		     struct err_list *errs)
{
	struct err *err;

	dev->has_want = false;
	dev->has_want_bus = false;
	if (!*sym->value)
		return;
	if (parse_bus(sym->value, &dev->want)) {
		dev->has_want_bus = true;
		return;
	}
	if (!parse_pci(sym->value, &dev->want)) {
		err = refuse(errs, dev, row, "pci-address-form",
			     arena_fmt(errs->arena, "\"%s\" is no PCI address", sym->value));
		err_why(err, "An address is bb:ss.f in hexadecimal: index of the PCI controller, "
			     "slot from 00 to 1f, function from 0 to 7, as in 00:05.0; bb: alone "
			     "leaves slot and function to Kiln.");
		err_fix(err, "Write %s in that form, or \"\" to let Kiln choose.",
			dev_row_symbol(dev, row));
		return;
	}
	dev->has_want = true;
	refuse_repeated(dev, row, "pci-address-repeated", "a PCI function", errs);
}

/* Its form is that of the class, which may not be read yet: a check of the model looks at it. */
static void read_place(const struct cfg_sym *sym, struct vm_dev *dev, const struct prop *row,
		       struct err_list *errs)
{
	if (!*sym->value)
		return;
	dev->want_place = sym->value;
	refuse_repeated(dev, row, "place-repeated", "a place on a controller", errs);
}

static void read_choice(const struct cfg *cfg, struct vm_dev *dev, const struct prop *row)
{
	const struct prop_word *word = row->words;
	const struct dev_class *class = dev->family->classes;

	if (row->kind == PROP_CLASS) {
		(void)chosen_class(cfg, dev, row, &class);
		dev->class = class;
		return;
	}
	const struct prop_word **field = field_of(dev, row);

	(void)chosen_word(cfg, dev, row, &word);
	*field = word;
}

void row_read(const struct cfg *cfg, struct vm_dev *dev, const struct prop *row,
	      struct err_list *errs)
{
	const struct cfg_sym *sym = row_chosen(cfg, dev, row);
	bool choice = row->kind == PROP_ENUM || row->kind == PROP_CLASS;

	if (sym)
		dev->prop_at[row - dev->family->props] = sym->at;
	if (choice) {
		/* A hidden choice has no member; build.c looks whether its row applies. */
		read_choice(cfg, dev, row);
		return;
	}
	if (!sym) {
		struct err *err =
			refuse(errs, dev, row, "config-row", "the Kconfig tree has no such symbol");

		err_why(err, "The row %s of %s needs it.", row->name, dev->family->name);
		err_fix(err, "Use the Kconfig tree that belongs to this kiln: make kconfig-tree.");
		return;
	}
	switch (row->kind) {
	case PROP_BOOL:
		*(bool *)field_of(dev, row) = !strcmp(sym->value, "y");
		break;
	case PROP_UINT:
		read_uint(sym, dev, row, errs);
		break;
	case PROP_STRING:
		read_string(sym, dev, row, errs);
		break;
	case PROP_PCI:
		read_pci(sym, dev, row, errs);
		break;
	case PROP_PLACE:
		read_place(sym, dev, row, errs);
		break;
	case PROP_ENUM:
	case PROP_CLASS:
	case PROP_CONST:
	case PROP_ALIAS:
	case PROP_MADE:
	case PROP_NUMBER:
	case PROP_ADDRESS:
	case PROP_KIND_COUNT:
		BUG_IF(true);
	}
}

const char *config_row_text(const struct vm_dev *dev, const struct prop *row)
{
	const char *text = "";

	switch (row->kind) {
	case PROP_BOOL:
		text = dev_bool(dev, row) ? "y" : "n";
		break;
	case PROP_UINT:
		text = arena_fmt(dev->vm->arena, "%llu", (unsigned long long)dev_uint(dev, row));
		break;
	case PROP_STRING:
		text = dev_string(dev, row);
		break;
	case PROP_ENUM:
		text = dev_word(dev, row)->sym;
		break;
	case PROP_CLASS:
		text = dev->class->name;
		break;
	case PROP_PCI:
	case PROP_PLACE:
	case PROP_CONST:
	case PROP_ALIAS:
	case PROP_MADE:
	case PROP_NUMBER:
	case PROP_ADDRESS:
	case PROP_KIND_COUNT:
		BUG_IF(true);
	}
	return text ? text : "";
}

static int set_word(struct vm_dev *dev, const struct prop *row, const char *text)
{
	for (const struct prop_word *word = row->words; word->sym; word++) {
		if (!strcmp(word->sym, text)) {
			*(const struct prop_word **)field_of(dev, row) = word;
			return 0;
		}
	}
	return -1;
}

int row_set_text(struct vm_dev *dev, const struct prop *row, const char *text)
{
	const struct dev_class *class;

	switch (row->kind) {
	case PROP_BOOL:
		if (strcmp(text, "y") != 0 && strcmp(text, "n") != 0)
			return -1;
		*(bool *)field_of(dev, row) = *text == 'y';
		return 0;
	case PROP_UINT:
		return num_parse(text, row->min, row->max ? row->max : UINT64_MAX,
				 field_of(dev, row));
	case PROP_STRING:
		*(const char **)field_of(dev, row) = *text ? arena_str(dev->vm->arena, text) : NULL;
		return 0;
	case PROP_ENUM:
		return set_word(dev, row, text);
	case PROP_CLASS:
		class = dev_class_find(dev->family, text);
		if (!class)
			return -1;
		dev->class = class;
		return 0;
	case PROP_PCI:
	case PROP_PLACE:
	case PROP_CONST:
	case PROP_ALIAS:
	case PROP_MADE:
	case PROP_NUMBER:
	case PROP_ADDRESS:
	case PROP_KIND_COUNT:
		break;
	}
	return -1;
}
