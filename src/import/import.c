/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import.c - the steps of an import, and its notes.
 */
#include "import/state.h"

#include <string.h>

#include "import/argv/argv.h"
#include "import/defaults.h"
#include "import/head.h"
#include "import/items.h"
#include "import/places.h"
#include "import/read.h"
#include "model/machine.h"

void import_note(struct import *import, enum import_loss loss, const xmlNode *node,
		 const char *what, const char *why)
{
	import_note_at(import, loss, (unsigned)xmlGetLineNo(node), what, why);
}

void import_note_at(struct import *import, enum import_loss loss, unsigned line, const char *what,
		    const char *why)
{
	struct import_note *note = arena_alloc(import->arena, sizeof(*note));
	struct import_notes *notes = &import->notes[loss];

	*note = (struct import_note){.line = line, .what = what, .why = why};
	if (notes->last)
		notes->last->next = note;
	else
		notes->first = note;
	notes->last = note;
}

const struct import_note *import_notes(const struct import *import, enum import_loss loss)
{
	return import->notes[loss].first;
}

struct import *import_open(struct arena *arena, const struct import_source *source,
			   struct err_list *errs)
{
	struct import *import = arena_alloc(arena, sizeof(*import));

	import->arena = arena;
	import->errs = errs;
	import->path = source->path;
	import->board = source->board;
	import->layout_lock = source->layout_lock;
	import->families = source->families;
	import->by_rules = source->by_rules;
	if (source->argv) {
		if (argv_open(import, source->path) < 0) {
			import_close(import);
			return NULL;
		}
	} else {
		import->root = read_domain(arena, source->path, errs);
	}
	if (import->root && head_machine(import) == 0) {
		if (!source->argv)
			defaults_apply(import);
		memcpy(import->early, import->notes, sizeof(import->early));
		if (items_find(import) == 0)
			return import;
	}
	import_close(import);
	return NULL;
}

/* One that is not taken back: what it is of is not found again. */
static void note_early(struct import *import, const xmlNode *node, const char *what,
		       const char *why)
{
	struct import_notes *early = &import->early[IMPORT_DROPPED];
	struct import_notes *notes = &import->notes[IMPORT_DROPPED];
	struct import_note *note = arena_alloc(import->arena, sizeof(*note));

	*note = (struct import_note){
		.line = (unsigned)xmlGetLineNo(node), .what = what, .why = why};
	note->next = early->last ? early->last->next : notes->first;
	if (early->last)
		early->last->next = note;
	else
		early->first = note;
	if (!notes->last || notes->last == early->last)
		notes->last = note;
	notes->first = early->first;
	early->last = note;
}

const char *import_arch(const struct import *import)
{
	return import->machine->guest_arch;
}

bool import_has_kvm(const struct import *import)
{
	const char *type = xml_attr_text(import->arena, import->root, "type");

	return type && strcmp(type, "kvm") == 0;
}

void import_set_board(struct import *import, const char *board)
{
	import->board = board;
	note_early(import, import->root, "the menu's default board",
		   arena_fmt(import->arena, "it has no %s guests; %s is the one that fits",
			     import_arch(import), board));
}

void import_values(struct import *import, struct vm *vm, const struct cfg *cfg)
{
	import->vm = vm;
	import->cfg = cfg;
	head_read(import);
	items_read(import);
	items_configure_addresses(import);
}

unsigned import_lock_line(const struct import *import, unsigned line)
{
	const struct import_item *item =
		line && line <= import->lock_count ? import->lock_items[line - 1] : NULL;

	return item ? (unsigned)xmlGetLineNo(item->element.node) : 0;
}

bool import_lock_refused(struct import *import, unsigned line)
{
	struct import_item *item =
		line && line <= import->lock_count ? import->lock_items[line - 1] : NULL;

	if (!item || item->addressed || !items_has_address(item->family))
		return false;
	/* It stands beside its master, and what the file says otherwise is told as lost. */
	if (!item->in_config && !items_is_companion(import, item) &&
	    items_promote(import, item) < 0)
		return false;
	item->addressed = true;
	return true;
}

static bool is_of(const struct import *import, const struct import_item *item, const char *symbol)
{
	const struct dev_family *family = item->family;
	const char *own =
		family->flags & FAMILY_SINGLE
			? arena_fmt(import->arena, "CONFIG_%s", family->sym)
			: arena_fmt(import->arena, "CONFIG_%s%u", family->sym, item->slot);
	size_t len = strlen(own);

	return item->in_config && strncmp(symbol, own, len) == 0 &&
	       (!symbol[len] || symbol[len] == '_');
}

bool import_move(struct import *import, const char *symbol, const char *why)
{
	struct import_item *item = NULL;

	for (size_t i = 0; i < import->item_count; i++) {
		if (import->items[i].family->sym && is_of(import, &import->items[i], symbol))
			item = &import->items[i];
	}

	const struct argv_item *from = item ? argv_item(item->element.node) : NULL;
	xmlNodePtr address = item ? xml_find_element(item->element.node, "address") : NULL;
	const char *place = item ? places_text(import, item) : NULL;

	if (!from || !from->option->settled || !address || !place)
		return false;
	note_early(import, item->element.node,
		   arena_fmt(import->arena, "-device: %s: %s, where QEMU puts it", from->driver,
			     place),
		   arena_fmt(import->arena, "it is placed anew: %s", why));
	xmlUnlinkNode(address);
	xmlFreeNode(address);
	item->addressed = false;
	return true;
}

bool import_again(struct import *import)
{
	if (!import->again)
		return false;
	import->again = false;
	/* What import_open() noted is not found again. */
	for (unsigned loss = 0; loss < IMPORT_LOSS_COUNT; loss++) {
		struct import_notes *notes = &import->notes[loss];

		*notes = import->early[loss];
		if (notes->last)
			notes->last->next = NULL;
	}
	return true;
}

unsigned import_line(const struct import *import, unsigned line)
{
	return line && line <= import->line_count ? import->lines[line - 1] : 0;
}

/* Those that import_result() has set aside. */
static void free_refused(struct import *import)
{
	for (size_t i = 0; i < import->item_count; i++) {
		xmlNodePtr node = import->items[i].element.node;

		if (import->items[i].refused && !node->parent)
			xmlFreeNode(node);
	}
}

void import_close(struct import *import)
{
	if (import)
		free_refused(import);
	if (import && import->root)
		xml_free(import->root);
}
