/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * render.c - write a property tree as JSON or as key=value.
 *
 * QEMU reads an argument as JSON when it begins with '{'. In its key=value syntax a comma ends a
 * value and two commas are one; nothing else has a meaning there (qemu: util/keyval.c).
 */
#include "qemu/render.h"

#include <inttypes.h>
#include <string.h>

#include "base/bug.h"
#include "base/numset.h"
#include "image/text.h"

static void add_mark(struct text *out, const struct segment *seg, enum text_escape escape)
{
	text_fmt(out, "%c%u:%u:%u:%u:%.*s%c", MARK_OPEN, (unsigned)seg->kind, (unsigned)escape,
		 seg->a, seg->b, (int)seg->len, seg->text, MARK_CLOSE);
}

static void add_json_char(struct text *out, char c)
{
	static const char names[] = "\b\f\n\r\t", letters[] = "bfnrt";
	const char *name = c ? strchr(names, c) : NULL;

	if (name) {
		text_fmt(out, "\\%c", letters[name - names]);
	} else if ((unsigned char)c < 0x20) {
		text_fmt(out, "\\u%04x", (unsigned char)c);
	} else {
		if (c == '"' || c == '\\')
			text_add(out, "\\");
		text_add_len(out, &c, 1);
	}
}

static bool is_quoted(char c, enum text_escape escape)
{
	if (escape == ESCAPE_JSON)
		return (unsigned char)c < 0x20 || c == '"' || c == '\\';
	return escape == ESCAPE_KV && c == ',';
}

void render_quote(struct text *out, const char *string, size_t len, enum text_escape escape)
{
	size_t plain = 0;

	for (size_t i = 0; i < len; i++) {
		if (!is_quoted(string[i], escape))
			continue;
		text_add_len(out, string + plain, i - plain);
		plain = i + 1;
		if (escape == ESCAPE_JSON)
			add_json_char(out, string[i]);
		else
			text_add(out, ",,");
	}
	text_add_len(out, string + plain, len - plain);
}

/* A string's literals quoted for where it stands, its marks told the same. */
static void add_string(struct text *out, const char *string, enum text_escape escape)
{
	const char *cursor = string;
	struct segment seg;

	while (text_next(&cursor, &seg)) {
		if (seg.kind == FIX_LITERAL)
			render_quote(out, seg.text, seg.len, escape);
		else
			add_mark(out, &seg, escape);
	}
}

/* [0,1,3] */
static void add_json_set(struct text *out, const char *string)
{
	struct numset set;
	const char *gap = "";

	BUG_IF(numset_parse(string, NUMSET_MAX - 1, &set) < 0);
	text_add(out, "[");
	for (unsigned i = 0; i < NUMSET_MAX; i++) {
		if (!numset_has(&set, i))
			continue;
		text_fmt(out, "%s%u", gap, i);
		gap = ",";
	}
	text_add(out, "]");
}

/* key=0-1,key=3 */
static void add_kv_set(struct text *out, const char *key, const char *string)
{
	struct numset set;
	unsigned first, last;

	BUG_IF(numset_parse(string, NUMSET_MAX - 1, &set) < 0);
	for (unsigned from = 0; numset_run(&set, from, &first, &last); from = last + 1)
		text_fmt(out, first == last ? "%s%s=%u" : "%s%s=%u-%u", from ? "," : "", key, first,
			 last);
}

/* These stand for whole members, key and all: which, and how many, is known on the target. */
static bool is_member_mark(const struct node *node)
{
	const char *cursor = node->string;
	struct segment seg;

	return node->kind == NODE_STRING && text_next(&cursor, &seg) &&
	       (seg.kind == FIX_TAP || seg.kind == FIX_VHOST || seg.kind == FIX_NODES ||
		seg.kind == FIX_PLACE);
}

static void add_json(struct text *out, const struct node *node);

static void add_json_members(struct text *out, const struct node *parent)
{
	const char *gap = "";

	node_for_each(item, parent) {
		text_add(out, gap);
		gap = ",";
		if (is_member_mark(item)) {
			add_string(out, item->string, ESCAPE_JSON);
			continue;
		}
		if (item->key) {
			text_add(out, "\"");
			add_string(out, item->key, ESCAPE_JSON);
			text_add(out, "\":");
		}
		add_json(out, item);
	}
}

static void add_json(struct text *out, const struct node *node)
{
	switch (node->kind) {
	case NODE_NUMBER:
		add_string(out, node->string, ESCAPE_RAW);
		break;
	case NODE_STRING:
		text_add(out, "\"");
		add_string(out, node->string, ESCAPE_JSON);
		text_add(out, "\"");
		break;
	case NODE_UINT:
		text_fmt(out, "%" PRIu64, node->number);
		break;
	case NODE_BOOL:
		text_add(out, node->yes ? "true" : "false");
		break;
	case NODE_SET:
		add_json_set(out, node->string);
		break;
	case NODE_OBJECT:
		text_add(out, "{");
		add_json_members(out, node);
		text_add(out, "}");
		break;
	case NODE_ARRAY:
		text_add(out, "[");
		add_json_members(out, node);
		text_add(out, "]");
		break;
	case NODE_KIND_COUNT:
		break;
	}
}

const char *render_json(struct arena *arena, const struct node *tree)
{
	struct text out = {.arena = arena};

	add_json(&out, tree);
	return text_str(&out);
}

/* "file.0.sub": @prefix is "" at the top. */
static const char *kv_key(struct arena *arena, const char *prefix, const struct node *parent,
			  const struct node *item, unsigned index)
{
	const char *gap = *prefix ? "." : "";

	if (parent->kind == NODE_ARRAY)
		return arena_fmt(arena, "%s%s%u", prefix, gap, index);
	return arena_fmt(arena, "%s%s%s", prefix, gap, item->key);
}

static void add_kv(struct text *out, const char *prefix, const struct node *parent,
		   const char *head)
{
	unsigned index = 0;

	node_for_each(item, parent) {
		const char *key = kv_key(out->arena, prefix, parent, item, index);

		if (item->kind == NODE_OBJECT || item->kind == NODE_ARRAY) {
			add_kv(out, key, item, NULL);
			index++;
			continue;
		}
		if (out->len)
			text_add(out, ",");
		bool implied = head && index == 0 && item->key && strcmp(item->key, head) == 0;

		if (!implied && !is_member_mark(item) && item->kind != NODE_SET)
			text_fmt(out, "%s=", key);
		if (item->kind == NODE_SET)
			add_kv_set(out, key, item->string);
		else if (item->kind == NODE_STRING || item->kind == NODE_NUMBER)
			add_string(out, item->string, ESCAPE_KV);
		else if (item->kind == NODE_UINT)
			text_fmt(out, "%" PRIu64, item->number);
		else
			text_add(out, item->yes ? "on" : "off");
		index++;
	}
}

const char *render_kv(struct arena *arena, const struct node *tree, const char *head)
{
	struct text out = {.arena = arena};

	add_kv(&out, "", tree, head);
	return text_str(&out);
}
