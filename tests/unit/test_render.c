/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_render.c - one property tree in each of its renderings (behaviours F06, F07).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "image/text.h"
#include "model/node.h"
#include "qemu/render.h"

struct fixture {
	struct arena arena;
};

static int setup(void **state)
{
	static struct fixture fix;

	memset(&fix, 0, sizeof(fix));
	*state = &fix;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fix = *state;

	arena_free(&fix->arena);
	return 0;
}

/* ---- trees, one function a row of the table below ---------------------------------------------- */

static void build_empty(struct arena *arena, struct node *tree)
{
	(void)arena;
	(void)tree;
}

static void build_scalars(struct arena *arena, struct node *tree)
{
	node_add_string(arena, tree, "driver", "virtio-blk-pci");
	node_add_uint(arena, tree, "bootindex", 1);
	node_add_bool(arena, tree, "multifunction", true);
	node_add_bool(arena, tree, "packed", false);
	node_add_uint(arena, tree, "size", UINT64_MAX);
	node_add_string(arena, tree, "empty", "");
}

static void build_quoting(struct arena *arena, struct node *tree)
{
	node_add_string(arena, tree, "file", "/a,b,,c=d \"e\"\\f\n\t\x01f");
}

static void build_utf8(struct arena *arena, struct node *tree)
{
	node_add_string(arena, tree, "serial",
			"Gr\xc3\xbc\xc3\x9f"
			"e");
}

static void build_nested(struct arena *arena, struct node *tree)
{
	node_add_string(arena, tree, "driver", "raw");
	struct node *cache = node_add(arena, tree, "cache", NODE_OBJECT);

	node_add_bool(arena, cache, "direct", true);
	node_add_bool(arena, cache, "no-flush", false);
	struct node *file = node_add(arena, tree, "file", NODE_OBJECT);
	struct node *server = node_add(arena, file, "server", NODE_ARRAY);
	struct node *first = node_add(arena, server, NULL, NODE_OBJECT);

	node_add_string(arena, first, "host", "a,b");
	node_add_uint(arena, server, NULL, 7);
	(void)node_add(arena, tree, "none", NODE_ARRAY);
}

static void build_head_not_first(struct arena *arena, struct node *tree)
{
	node_add_string(arena, tree, "id", "x");
	node_add_string(arena, tree, "driver", "e1000");
}

static const struct {
	const char *name;
	void (*build)(struct arena *arena, struct node *tree);
	const char *head, *json, *kv;
} cases[] = {
	{"empty", build_empty, "driver", "{}", ""},
	{"scalars", build_scalars, "driver",
	 "{\"driver\":\"virtio-blk-pci\",\"bootindex\":1,\"multifunction\":true,\"packed\":false,"
	 "\"size\":18446744073709551615,\"empty\":\"\"}",
	 "virtio-blk-pci,bootindex=1,multifunction=on,packed=off,size=18446744073709551615,empty="},
	{"without head", build_scalars, NULL,
	 "{\"driver\":\"virtio-blk-pci\",\"bootindex\":1,\"multifunction\":true,\"packed\":false,"
	 "\"size\":18446744073709551615,\"empty\":\"\"}",
	 "driver=virtio-blk-pci,bootindex=1,multifunction=on,packed=off,size=18446744073709551615,"
	 "empty="},
	{"quoting", build_quoting, "driver", "{\"file\":\"/a,b,,c=d \\\"e\\\"\\\\f\\n\\t\\u001f\"}",
	 "file=/a,,b,,,,c=d \"e\"\\f\n\t\x1f"},
	{"utf-8", build_utf8, NULL,
	 "{\"serial\":\"Gr\xc3\xbc\xc3\x9f"
	 "e\"}",
	 "serial=Gr\xc3\xbc\xc3\x9f"
	 "e"},
	{"nested", build_nested, "driver",
	 "{\"driver\":\"raw\",\"cache\":{\"direct\":true,\"no-flush\":false},"
	 "\"file\":{\"server\":[{\"host\":\"a,b\"},7]},\"none\":[]}",
	 "raw,cache.direct=on,cache.no-flush=off,file.server.0.host=a,,b,file.server.1=7"},
	{"head not first", build_head_not_first, "driver", "{\"id\":\"x\",\"driver\":\"e1000\"}",
	 "id=x,driver=e1000"},
};

static void test_render_gives_each_syntax_of_a_tree(void **state)
{
	struct fixture *fix = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct node *tree = node_new(&fix->arena, NODE_OBJECT);

		cases[i].build(&fix->arena, tree);
		print_message("%s\n", cases[i].name);
		assert_string_equal(render_json(&fix->arena, tree), cases[i].json);
		assert_string_equal(render_kv(&fix->arena, tree, cases[i].head), cases[i].kv);
	}
}

/* ---- marks ------------------------------------------------------------------------------------ */

static void assert_segment(const char **cursor, enum fixup_kind kind, enum text_escape escape,
			   const char *text)
{
	struct segment seg;

	assert_int_equal(text_next(cursor, &seg), 1);
	assert_int_equal(seg.kind, kind);
	assert_int_equal(seg.escape, escape);
	assert_int_equal(seg.len, strlen(text));
	assert_memory_equal(seg.text, text, seg.len);
}

static struct node *marked_tree(struct arena *arena)
{
	struct node *tree = node_new(arena, NODE_OBJECT);
	char mark[MARK_MAX];

	text_mark(mark, FIX_MAC, 0, 0, "net0");
	node_add_string(arena, tree, "mac", arena_fmt(arena, "a,%s\"", mark));
	text_mark(mark, FIX_TAP, 3, 2, "");
	node_add_string(arena, tree, "fd", arena_str(arena, mark));
	node_add_string(arena, tree, "id", "x");
	return tree;
}

static void test_render_gives_each_syntax_of_a_set(void **state)
{
	struct arena *arena = *state;
	struct node *tree = node_new(arena, NODE_OBJECT);
	char mark[MARK_MAX];

	node_add_string(arena, tree, "id", "m");
	node_add_set(arena, tree, "host-nodes", "5,0-2");
	assert_string_equal(render_json(arena, tree), "{\"id\":\"m\",\"host-nodes\":[0,1,2,5]}");
	assert_string_equal(render_kv(arena, tree, NULL), "id=m,host-nodes=0-2,host-nodes=5");
	text_mark(mark, FIX_NODES, 0, 0, "bind");
	tree = node_new(arena, NODE_OBJECT);
	node_add_string(arena, tree, "id", "m");
	node_add_string(arena, tree, "host-nodes", mark);
	assert_string_equal(render_json(arena, tree), "{\"id\":\"m\",\0019:1:0:0:bind\002}");
	assert_string_equal(render_kv(arena, tree, NULL), "id=m,\0019:2:0:0:bind\002");
}

static void test_render_json_keeps_marks_and_tells_them_json(void **state)
{
	struct fixture *fix = *state;
	const char *text = render_json(&fix->arena, marked_tree(&fix->arena));

	assert_segment(&text, FIX_LITERAL, ESCAPE_RAW, "{\"mac\":\"a,");
	assert_segment(&text, FIX_MAC, ESCAPE_JSON, "net0");
	assert_segment(&text, FIX_LITERAL, ESCAPE_RAW, "\\\"\",");
	assert_segment(&text, FIX_TAP, ESCAPE_JSON, "");
	assert_segment(&text, FIX_LITERAL, ESCAPE_RAW, ",\"id\":\"x\"}");
	assert_string_equal(text, "");
}

static void test_render_kv_keeps_marks_and_tells_them_kv(void **state)
{
	struct fixture *fix = *state;
	const char *text = render_kv(&fix->arena, marked_tree(&fix->arena), "type");

	assert_segment(&text, FIX_LITERAL, ESCAPE_RAW, "mac=a,,");
	assert_segment(&text, FIX_MAC, ESCAPE_KV, "net0");
	assert_segment(&text, FIX_LITERAL, ESCAPE_RAW, "\",");
	assert_segment(&text, FIX_TAP, ESCAPE_KV, "");
	assert_segment(&text, FIX_LITERAL, ESCAPE_RAW, ",id=x");
	assert_string_equal(text, "");
}

static void test_render_keeps_the_numbers_of_a_mark(void **state)
{
	struct fixture *fix = *state;
	struct node *tree = node_new(&fix->arena, NODE_OBJECT);
	struct segment seg;
	char mark[MARK_MAX];

	text_mark(mark, FIX_TAP, 4095, 256, "");
	node_add_string(&fix->arena, tree, "fd", mark);
	const char *text = render_kv(&fix->arena, tree, NULL);

	assert_int_equal(text_next(&text, &seg), 1);
	assert_int_equal(seg.a, 4095);
	assert_int_equal(seg.b, 256);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_render_gives_each_syntax_of_a_tree),
		TEST(test_render_gives_each_syntax_of_a_set),
		TEST(test_render_json_keeps_marks_and_tells_them_json),
		TEST(test_render_kv_keeps_marks_and_tells_them_kv),
		TEST(test_render_keeps_the_numbers_of_a_mark),
	};
	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
