/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv_shell.c - the baked arguments with names in place of descriptors, for `kiln show --argv`.
 *
 * What a shell cannot hand over, QEMU can mostly open by name: a file by its path, a tap by its
 * interface, a listening socket by its path.
 */
#include "qemu/argv.h"

#include <string.h>

#include "qemu/render.h"

static void add_tap(struct text *out, const struct segment *seg, const char *name)
{
	bool json = seg->escape == ESCAPE_JSON;

	text_add(out, json ? "\"ifname\":\"" : "ifname=");
	render_quote(out, name, strlen(name), seg->escape);
	text_add(out,
		 json ? "\",\"script\":\"no\",\"downscript\":\"no\"" : ",script=no,downscript=no");
	if (seg->b > 1)
		text_fmt(out, json ? ",\"queues\":%u" : ",queues=%u", seg->b);
}

static void add_socket(struct text *out, const char *path)
{
	static const char fd[] = "fd=";
	size_t len = sizeof(fd) - 1;

	if (out->len >= len && strcmp(out->data + out->len - len, fd) == 0) {
		out->len -= len;
		text_add(out, "path=");
	}
	render_quote(out, path, strlen(path), ESCAPE_KV);
}

const char *argv_shell_text(struct arena *arena, struct img_text text, argv_fact_fn *fact,
			    void *arg)
{
	struct text out = {.arena = arena};
	struct segment seg;

	while (img_text_next(&text, &seg)) {
		if (seg.kind == FIX_LITERAL) {
			text_add_len(&out, seg.text, seg.len);
			continue;
		}
		const char *value = fact(arg, &seg);

		if (seg.kind == FIX_TAP)
			add_tap(&out, &seg, value);
		else if (seg.kind == FIX_FD)
			add_socket(&out, value);
		else
			render_quote(&out, value, strlen(value), seg.escape);
	}
	return text_str(&out);
}
