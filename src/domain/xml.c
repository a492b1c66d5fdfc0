/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml.c - a thin layer on libxml2's tree. Out of memory ends the program, as in model/arena.h.
 */
#include "domain/xml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "base/err.h"

#define NAME_MAX_BYTES 64

static void need(const void *made)
{
	if (made)
		return;
	(void)fprintf(stderr, "kiln: out of memory for the domain XML\n");
	exit(ERR_HOST);
}

xmlNodePtr xml_document(const char *name)
{
	xmlDocPtr doc = xmlNewDoc(xml_chars("1.0"));
	xmlNodePtr root = xmlNewNode(NULL, xml_chars(name));

	need(doc);
	need(root);
	/* The same twenty names come thousands of times. */
	doc->dict = xmlDictCreate();
	need(doc->dict);
	(void)xmlDocSetRootElement(doc, root);
	return root;
}

void xml_free(xmlNodePtr root)
{
	xmlFreeDoc(root->doc);
}

void xml_namespace(xmlNodePtr node, const char *uri, const char *prefix)
{
	xmlNsPtr ns = xmlNewNs(node, xml_chars(uri), xml_chars(prefix));

	need(ns);
	xmlSetNs(node, ns);
}

xmlNodePtr xml_child(xmlNodePtr parent, const char *name)
{
	xmlNodePtr node = xmlNewChild(parent, NULL, xml_chars(name), NULL);

	need(node);
	return node;
}

static void set_text(xmlNodePtr node, const char *text)
{
	xmlNodePtr content = xmlNewText(xml_chars(text));

	need(content);
	need(xmlAddChild(node, content));
}

void xml_text(xmlNodePtr parent, const char *name, const char *text)
{
	set_text(xml_child(parent, name), text);
}

void xml_attr(xmlNodePtr node, const char *name, const char *value)
{
	need(xmlNewProp(node, xml_chars(name), xml_chars(value)));
}

void xml_attr_fmt(xmlNodePtr node, const char *name, const char *fmt, ...)
{
	char value[NAME_MAX_BYTES];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	xml_attr(node, name, value);
}

/* One element of a path, taken apart; a @word without a @key is the number among those of the name. */
struct step {
	char name[NAME_MAX_BYTES], key[NAME_MAX_BYTES], word[NAME_MAX_BYTES];
};

static bool is_step(xmlNodePtr node, const struct step *step)
{
	if (node->type != XML_ELEMENT_NODE || !xmlStrEqual(node->name, xml_chars(step->name)))
		return false;
	if (!step->key[0])
		return true;
	xmlChar *word = xmlGetNoNsProp(node, xml_chars(step->key));
	bool same = word && xmlStrEqual(word, xml_chars(step->word));

	xmlFree(word);
	return same;
}

static xmlNodePtr find_step(xmlNodePtr parent, const struct step *step)
{
	unsigned long skip = step->word[0] && !step->key[0] ? strtoul(step->word, NULL, 10) - 1 : 0;

	for (xmlNodePtr node = parent->children; node; node = node->next) {
		if (is_step(node, step) && !skip--)
			return node;
	}
	return NULL;
}

static xmlNodePtr find_or_add(xmlNodePtr parent, const struct step *step)
{
	xmlNodePtr node = find_step(parent, step);

	if (node)
		return node;
	node = xml_child(parent, step->name);

	if (step->key[0])
		xml_attr(node, step->key, step->word);
	return node;
}

static void copy_part(char out[static NAME_MAX_BYTES], const char **text, const char *stop)
{
	size_t len = strcspn(*text, stop);

	(void)snprintf(out, NAME_MAX_BYTES, "%.*s", (int)len, *text);
	*text += len;
}

/* Takes "name", "name[key=word]" or "name[2]" and the '/' behind it. */
static struct step take_step(const char **path)
{
	struct step step = {0};

	copy_part(step.name, path, "/[");
	if (**path == '[') {
		(*path)++;
		if (strcspn(*path, "=") < strcspn(*path, "]")) {
			copy_part(step.key, path, "=");
			(*path)++;
		}
		copy_part(step.word, path, "]");
		(*path)++;
	}
	*path += **path == '/';
	return step;
}

void xml_set(xmlNodePtr node, const char *path, const char *value)
{
	while (*path && *path != '@') {
		struct step step = take_step(&path);

		node = find_or_add(node, &step);
	}
	if (*path)
		xml_attr(node, path + 1, value);
	else if (value)
		set_text(node, value);
}

xmlNodePtr xml_at(xmlNodePtr node, const char *path)
{
	while (*path) {
		struct step step = take_step(&path);

		node = find_or_add(node, &step);
	}
	return node;
}

xmlNodePtr xml_find_element(xmlNodePtr node, const char *path)
{
	while (node && *path && *path != '@') {
		struct step step = take_step(&path);

		node = find_step(node, &step);
	}
	return node;
}

const char *xml_attr_text(struct arena *arena, xmlNodePtr node, const char *name)
{
	xmlChar *value = xmlGetNoNsProp(node, xml_chars(name));
	const char *text = value ? arena_str(arena, (const char *)value) : NULL;

	xmlFree(value);
	return text;
}

const char *xml_own_text(struct arena *arena, xmlNodePtr node)
{
	static const char blanks[] = " \t\r\n";
	struct text text = {.arena = arena};

	for (xmlNodePtr part = node->children; part; part = part->next) {
		if ((part->type == XML_TEXT_NODE || part->type == XML_CDATA_SECTION_NODE) &&
		    part->content)
			text_add(&text, (const char *)part->content);
	}
	const char *all = text_str(&text);

	return all[strspn(all, blanks)] ? all : NULL;
}

const char *xml_find(struct arena *arena, xmlNodePtr node, const char *path)
{
	const char *name = strrchr(path, '/');

	node = xml_find_element(node, path);
	if (!node)
		return NULL;
	name = name ? name + 1 : path;
	if (*name == '@')
		return xml_attr_text(arena, node, name + 1);
	const char *text = xml_own_text(arena, node);

	return text ? text : "";
}

bool xml_is_valid(const char *text)
{
	for (const char *at = text; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return false;
	}
	return xmlCheckUTF8(xml_chars(text));
}

xmlNodePtr xml_parse(const char *data, size_t len)
{
	xmlDocPtr doc = xmlReadMemory(data, (int)len, NULL, NULL,
				      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
					      XML_PARSE_NOBLANKS);
	xmlNodePtr root = doc && !doc->intSubset ? xmlDocGetRootElement(doc) : NULL;

	if (doc && !root)
		xmlFreeDoc(doc);
	return root;
}

void xml_remove(xmlNodePtr node, const char *name)
{
	if (name) {
		(void)xmlUnsetProp(node, xml_chars(name));
		return;
	}
	xmlUnlinkNode(node);
	xmlFreeNode(node);
}

void xml_replace(xmlNodePtr node, const char *name, const char *value)
{
	if (name) {
		need(xmlSetProp(node, xml_chars(name), xml_chars(value)));
		return;
	}
	while (node->children)
		xml_remove(node->children, NULL);
	set_text(node, value);
}

xmlNodePtr xml_insert(xmlNodePtr parent, xmlNodePtr before, const char *name)
{
	xmlNodePtr node = xmlNewDocNode(parent->doc, NULL, xml_chars(name), NULL);

	need(node);
	if (before)
		return xmlAddNextSibling(before, node);
	return parent->children ? xmlAddPrevSibling(parent->children, node)
				: xmlAddChild(parent, node);
}

void xml_write(xmlNodePtr root, struct text *out)
{
	xmlBufferPtr buffer = xmlBufferCreate();

	need(buffer);
	xmlBufferSetAllocationScheme(buffer, XML_BUFFER_ALLOC_DOUBLEIT);
	if (xmlNodeDump(buffer, root->doc, root, 0, 1) < 0)
		need(NULL);
	text_add_len(out, (const char *)xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
	text_add(out, "\n");
	xmlBufferFree(buffer);
}
