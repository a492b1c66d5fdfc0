/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * defaults.c - libvirt's reading of what a domain leaves out.
 */
#include "import/defaults.h"

#include <inttypes.h>
#include <string.h>

/* ---- units ---------------------------------------------------------------------------------------- */

/** struct unit - a word for bytes, as libvirt reads them (virScaleInteger()). */
static const struct unit {
	const char *word;
	uint64_t bytes;
} units[] = {
	{"b", 1},           {"bytes", 1},        {"KB", 1000},      {"k", 1u << 10},
	{"KiB", 1u << 10},  {"MB", 1000000},     {"M", 1u << 20},   {"MiB", 1u << 20},
	{"GB", 1000000000}, {"G", 1u << 30},     {"GiB", 1u << 30}, {"TB", 1000000000000},
	{"T", 1ull << 40},  {"TiB", 1ull << 40},
};

static uint64_t bytes_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(units[i].word, word) == 0)
			return units[i].bytes;
	}
	return 0;
}

/**
 * struct sized - a value that has a unit: the element, the one around it where others have one of that
 * name too, its attribute, libvirt's default, and Kiln's unit.
 */
static const struct sized {
	const char *element, *parent, *attr, *absent, *want;
} sizes[] = {
	{"memory", NULL, NULL, "KiB", "KiB"},       {"currentMemory", NULL, NULL, "KiB", "KiB"},
	{"maxMemory", NULL, NULL, "KiB", "KiB"},    {"page", NULL, "size", "KiB", "KiB"},
	{"cell", NULL, "memory", "KiB", "KiB"},     {"tseg", NULL, NULL, "MiB", "MiB"},
	{"tb-cache", NULL, NULL, "KiB", "MiB"},     {"size", "shmem", NULL, "M", "M"},
	{"size", "target", NULL, "KiB", "KiB"},     {"size", "label", NULL, "KiB", "KiB"},
	{"block", "target", NULL, "KiB", "KiB"},    {"requested", "target", NULL, "KiB", "KiB"},
	{"pagesize", "source", NULL, "KiB", "KiB"}, {"alignsize", "source", NULL, "KiB", "KiB"},
};

static void set_value(xmlNodePtr node, const char *attr, const char *value)
{
	if (attr)
		(void)xmlSetProp(node, xml_chars(attr), xml_chars(value));
	else
		xmlNodeSetContent(node, xml_chars(value));
}

static void convert(struct import *import, xmlNodePtr node, const struct sized *sized)
{
	struct arena *arena = import->arena;
	const char *unit = xml_attr_text(arena, node, "unit");
	const char *text =
		sized->attr ? xml_attr_text(arena, node, sized->attr) : xml_own_text(arena, node);
	uint64_t from = bytes_of(unit ? unit : sized->absent), to = bytes_of(sized->want), value,
		 all;

	if (!text || !from || !tree_number(text, &value) ||
	    __builtin_mul_overflow(value, from, &all) || all % to)
		return;
	set_value(node, sized->attr, arena_fmt(arena, "%" PRIu64, all / to));
	(void)xmlSetProp(node, xml_chars("unit"), xml_chars(sized->want));
}

static void convert_units(struct import *import, xmlNodePtr node)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (tree_is(node, sizes[i].element) &&
		    (!sizes[i].parent || tree_is(node->parent, sizes[i].parent)) &&
		    (!sizes[i].attr || xml_attr_text(import->arena, node, sizes[i].attr)))
			convert(import, node, &sizes[i]);
	}
	tree_for_each(child, node) convert_units(import, child);
}

void defaults_apply(struct import *import)
{
	convert_units(import, import->root);
}
