/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * defaults_memory.c - sizes: their units, and what libvirt hands to QEMU of them.
 */
#include "import/defaults.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* ---- units ---------------------------------------------------------------------------------------- */

/** struct prefix - a letter before "B" or "iB": that power of 1000 or of 1024. */
static const struct prefix {
	char letter;
	unsigned power;
} prefixes[] = {{'k', 1}, {'m', 2}, {'g', 3}, {'t', 4}, {'p', 5}, {'e', 6}};

/* A word for bytes, as libvirt reads it (virScaleInteger()): in any case, a letter alone is one of 1024. */
static uint64_t bytes_of(const char *word)
{
	bool binary = !word[0] || !word[1] || strcasecmp(word + 1, "iB") == 0;
	uint64_t base = binary ? 1024 : 1000, bytes = 1;

	if (strcasecmp(word, "b") == 0 || strcasecmp(word, "byte") == 0 ||
	    strcasecmp(word, "bytes") == 0)
		return 1;
	if (!word[0] || (!binary && strcasecmp(word + 1, "B") != 0))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (prefixes[i].letter != tolower((unsigned char)word[0]))
			continue;
		for (unsigned power = 0; power < prefixes[i].power; power++)
			bytes *= base;
		return bytes;
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
	uint64_t from = bytes_of(unit && *unit ? unit : sized->absent), to = bytes_of(sized->want),
		 value, all;

	if (!text || !from || !to || !tree_number(text, &value) ||
	    __builtin_mul_overflow(value, from, &all))
		return;
	/* libvirt rounds bytes up to KiB (virDomainParseMemory()); other units are whole ones of Kiln's. */
	if (all % to && to != 1024)
		return;
	set_value(node, sized->attr, arena_fmt(arena, "%" PRIu64, all / to + !!(all % to)));
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

/* ---- memory --------------------------------------------------------------------------------------- */

static uint64_t sum_of(struct import *import, xmlNodePtr parent, const char *element,
		       const char *path)
{
	uint64_t all = 0, value;

	if (!parent)
		return 0;
	tree_for_each(node, parent)
	{
		const char *text =
			tree_is(node, element) ? xml_find(import->arena, node, path) : NULL;

		if (text && tree_number(text, &value))
			all += value;
	}
	return all;
}

/* Where the guest has cells, their memory and that of devices is all that there is. */
static void sum_memory(struct import *import, xmlNodePtr devices)
{
	uint64_t cells =
		sum_of(import, xml_find_element(import->root, "cpu/numa"), "cell", "@memory");
	uint64_t all = cells + sum_of(import, devices, "memory", "target/size");
	const char *was = xml_find(import->arena, import->root, "memory");
	const char *now = xml_find(import->arena, import->root, "currentMemory");
	const char *text = arena_fmt(import->arena, "%" PRIu64, all);

	if (!cells || !was)
		return;
	if (now && strcmp(now, was) == 0)
		set_value(xml_find_element(import->root, "currentMemory"), NULL, text);
	set_value(xml_find_element(import->root, "memory"), NULL, text);
}

/* ---- whole MiB ------------------------------------------------------------------------------------ */

/* libvirt gives QEMU whole MiB, and modules of memory whole pages of 2 MiB (qemuDomainAlignMemorySizes()). */
#define ALIGN_KIB        1024
#define ALIGN_MODULE_KIB 2048

static void round_up(struct import *import, xmlNodePtr node, const char *attr, unsigned align)
{
	const char *text =
		attr ? xml_attr_text(import->arena, node, attr) : xml_own_text(import->arena, node);
	const char *name = (const char *)node->name;
	uint64_t kib, more;

	if (!text || !tree_number(text, &kib) || kib % align == 0 ||
	    __builtin_add_overflow(kib, align - kib % align, &more))
		return;
	import_note(import, IMPORT_DROPPED, node,
		    attr ? arena_fmt(import->arena, "%s/@%s \"%s\"", name, attr, text)
			 : arena_fmt(import->arena, "%s \"%s\"", name, text),
		    arena_fmt(import->arena, "libvirt rounds it up to %" PRIu64 " KiB", more));
	set_value(node, attr, arena_fmt(import->arena, "%" PRIu64, more));
}

/* What the guest starts with is all but the modules; both are rounded by themselves. */
static void round_memory(struct import *import, xmlNodePtr devices)
{
	xmlNodePtr cells = xml_find_element(import->root, "cpu/numa");
	xmlNodePtr memory = xml_find_element(import->root, "memory");
	xmlNodePtr now = xml_find_element(import->root, "currentMemory");
	xmlNodePtr most = xml_find_element(import->root, "maxMemory");
	uint64_t modules = sum_of(import, devices, "memory", "target/size"), kib = 0;
	const char *was = memory ? xml_own_text(import->arena, memory) : NULL;
	bool same = was && now && strcmp(was, xml_own_text(import->arena, now)) == 0;

	if (!was || !tree_number(was, &kib) || kib < modules)
		return;
	if (cells)
		tree_for_each(cell, cells) round_up(import, cell, "memory", ALIGN_KIB);
	tree_for_each(module, devices)
	{
		xmlNodePtr size =
			tree_is(module, "memory") ? xml_find_element(module, "target/size") : NULL;

		if (size)
			round_up(import, size, NULL, ALIGN_MODULE_KIB);
	}
	set_value(memory, NULL, arena_fmt(import->arena, "%" PRIu64, kib - modules));
	round_up(import, memory, NULL, ALIGN_KIB);
	if (tree_number(xml_own_text(import->arena, memory), &kib))
		set_value(memory, NULL,
			  arena_fmt(import->arena, "%" PRIu64,
				    kib + sum_of(import, devices, "memory", "target/size")));
	if (same)
		set_value(now, NULL, xml_own_text(import->arena, memory));
	else if (now)
		round_up(import, now, NULL, ALIGN_KIB);
	if (most)
		round_up(import, most, NULL, ALIGN_KIB);
}

void defaults_memory(struct import *import, xmlNodePtr devices)
{
	convert_units(import, import->root);
	round_memory(import, devices);
	sum_memory(import, devices);
}
