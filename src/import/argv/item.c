/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * item.c - the elements of a command line, and what stands behind each.
 */
#include "import/argv/argv.h"

#include <ctype.h>
#include <string.h>

struct argv_item *argv_item(const xmlNode *node)
{
	return node->doc && node->doc->_private ? node->_private : NULL;
}

const struct dev_family *argv_family(const struct argv *argv, const char *name)
{
	for (const struct dev_family *const *entry = argv->import->families; *entry; entry++) {
		if (strcmp((*entry)->name, name) == 0)
			return *entry;
	}
	return NULL;
}

xmlNodePtr argv_element(struct argv *argv, struct argv_option *option,
			const struct dev_family *family, const char *element)
{
	struct argv_item *item = arena_alloc(argv->arena, sizeof(*item));
	xmlNodePtr parent = argv->devices;

	if (family->under)
		parent = *family->under ? xml_at(argv->import->root, family->under)
					: argv->import->root;
	xmlNodePtr node = xml_child(parent, element ? element : family->name);

	*item = (struct argv_item){.option = option, .family = family};
	node->_private = item;
	node->line =
		(unsigned short)(option->word->at.line < 65535 ? option->word->at.line : 65535);
	return node;
}

void argv_set(struct argv *argv, xmlNodePtr node, const char *row, const char *text)
{
	struct argv_setting *setting = arena_alloc(argv->arena, sizeof(*setting)), **at;

	if (!text)
		return;
	*setting = (struct argv_setting){.row = row, .text = text};
	for (at = &argv_item(node)->settings; *at; at = &(*at)->next)
		;
	*at = setting;
}

void argv_set_yes(struct argv *argv, xmlNodePtr node, const char *row, bool yes)
{
	argv_set(argv, node, row, yes ? "y" : "n");
}

void argv_word(struct argv *argv, xmlNodePtr node, const char *row, const char *word)
{
	char *sym = word ? arena_str(argv->arena, word) : NULL;

	for (char *at = sym; at && *at; at++) {
		if (*at == '-')
			*at = '_';
		else
			*at = (char)toupper((unsigned char)*at);
	}
	argv_set(argv, node, row, sym);
}

void argv_fact(struct argv *argv, xmlNodePtr node, const char *option, const char *key,
	       const char *value)
{
	struct argv_item *item = argv_item(node);
	struct argv_fact *fact = arena_alloc(argv->arena, sizeof(*fact));

	/* What QEMU does by itself is told of the first option. */
	*fact = (struct argv_fact){.option = option,
				   .key = key,
				   .value = value,
				   .from = node == argv->import->root && argv->now ? argv->now
										   : item->option};
	if (item->last_fact)
		item->last_fact->next = fact;
	else
		item->facts = fact;
	item->last_fact = fact;
}

static void add_facts(struct argv *argv, xmlNodePtr node, const char *option, const char *prefix,
		      const struct node *tree)
{
	unsigned index = 0;

	node_for_each(item, tree) {
		const char *name = item->key ? item->key : arena_fmt(argv->arena, "%u", index);
		const char *key =
			arena_fmt(argv->arena, "%s%s%s", prefix, *prefix ? "." : "", name);
		const char *text = argument_text(argv->arena, item);

		index++;
		if (text)
			argv_fact(argv, node, option, key, text);
		else if (item->child)
			add_facts(argv, node, option, key, item);
	}
}

void argv_facts(struct argv *argv, xmlNodePtr node, const char *option, struct node *tree)
{
	if (!tree)
		return;
	add_facts(argv, node, option, "", tree);
	tree->child = tree->last_child = NULL;
}
