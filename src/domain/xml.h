/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xml.h - set and find a value at a path of elements; for domain/ and import/ alone.
 */
#ifndef KILN_DOMAIN_XML_H
#define KILN_DOMAIN_XML_H

#include <stdbool.h>

#include <libxml/tree.h>

#include "base/attr.h"
#include "model/arena.h"

/** xml_chars() - a string as libxml2 calls it. */
static inline const xmlChar *xml_chars(const char *text)
{
	return (const xmlChar *)text;
}

/** xml_document() - a new document; returns its root element, released with xml_free(). */
xmlNodePtr xml_document(const char *name);

/** xml_free() - release the document of @root. */
void xml_free(xmlNodePtr root);

/** xml_namespace() - declare a namespace at @node and put @node into it. */
void xml_namespace(xmlNodePtr node, const char *uri, const char *prefix);

/** xml_child() - a new element at the end of @parent, in its namespace. */
xmlNodePtr xml_child(xmlNodePtr parent, const char *name);

/** xml_text() - a new element with text. */
void xml_text(xmlNodePtr parent, const char *name, const char *text);

/** xml_attr() - an attribute. */
void xml_attr(xmlNodePtr node, const char *name, const char *value);

/** xml_attr_fmt() - an attribute of up to 63 bytes, formatted. */
void xml_attr_fmt(xmlNodePtr node, const char *name, const char *fmt, ...) PRINTF(3, 4);

/**
 * xml_set() - set a value below an element.
 * @node: where @path begins.
 * @path: elements with '/' between, made where they are not there; "@name" at the end is an
 *        attribute, else @value is the text of the last element. "name[2]" is the second element of that name, "name[key=word]" the one
 *        of that name whose attribute has that value.
 * @value: NULL = only make the element.
 */
void xml_set(xmlNodePtr node, const char *path, const char *value);

/** xml_at() - the element at such a path without "@", made where it is not there. */
xmlNodePtr xml_at(xmlNodePtr node, const char *path);

/**
 * xml_find() - the value at a path of xml_set().
 * @arena: owns the answer.
 *
 * Return: the attribute, or the text of the element, "" where it has none; NULL = not there.
 */
const char *xml_find(struct arena *arena, xmlNodePtr node, const char *path);

/** xml_find_element() - the element at such a path, whose "@" part is left out; NULL = not there. */
xmlNodePtr xml_find_element(xmlNodePtr node, const char *path);

/** xml_attr_text() - an attribute of an element itself; NULL = not there. */
const char *xml_attr_text(struct arena *arena, xmlNodePtr node, const char *name);

/** xml_own_text() - the text of an element without that of its children; NULL = blanks alone. */
const char *xml_own_text(struct arena *arena, xmlNodePtr node);

/** xml_is_valid() - whether XML can hold the text: UTF-8 without control characters. */
bool xml_is_valid(const char *text);

/**
 * xml_parse() - the document that somebody wrote with xml_write().
 *
 * Return: its root element, released with xml_free(); NULL where it is none, or declares a document type.
 */
xmlNodePtr xml_parse(const char *data, size_t len);

/** xml_remove() - take an element, or with @name one of its attributes, out of its document. */
void xml_remove(xmlNodePtr node, const char *name);

/** xml_replace() - another value of an attribute, or with @name NULL of the text of an element. */
void xml_replace(xmlNodePtr node, const char *name, const char *value);

/** xml_insert() - a new element in @parent, behind its child @before, or with NULL as the first one. */
xmlNodePtr xml_insert(xmlNodePtr parent, xmlNodePtr before, const char *name);

/** xml_write() - append the formatted document below @root to @out. */
void xml_write(xmlNodePtr root, struct text *out);

#endif
