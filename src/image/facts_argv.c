/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts_argv.c - operations and the command line of QEMU with their facts, in static memory.
 */
#include <stdint.h>
#include <string.h>

#include "image/facts.h"

/* Resolved texts of one operation; the reader bounds each by SITE_VALUE_MAX, longest fact included. */
#define OP_TEXTS_MAX 8

static char texts[OP_TEXTS_MAX * SITE_VALUE_MAX];
static size_t texts_used;

static const char *text_resolve(void *arg, struct img_text text, struct err *err)
{
	const struct facts *facts = arg;
	struct buf buf;

	if (texts_used == sizeof(texts)) {
		err_set(err, ERR_IMAGE, "an operation has more than %d texts", OP_TEXTS_MAX);
		return NULL;
	}
	buf_init(&buf, texts + texts_used, SITE_VALUE_MAX);
	texts_used += SITE_VALUE_MAX;
	if (facts_text(facts, text, ARGV_EXEC, &buf, err))
		return NULL;
	if (!buf.overflow)
		return buf.data;
	err_set(err, ERR_HOST, "a value in the plan is longer than %d bytes", SITE_VALUE_MAX - 1);
	err_why(err, "Values of the target are put into it, and together they are too long.");
	err_fix(err, "Bind shorter values.");
	return NULL;
}

int facts_op_next(const struct facts *facts, struct img_cursor *cursor, struct op *op,
		  struct err *err)
{
	texts_used = 0;
	/* The resolver only reads what it is given. */
	return img_op_next(facts->img, cursor, text_resolve, (void *)(uintptr_t)facts, op, err);
}

static char argv_text[ARGV_BYTES_MAX + SITE_VALUE_MAX];
static char *argv_list[ARGV_MAX + 3]; /* argv[0], the extra one, NULL */

static int too_long(const struct facts *facts, struct err *err)
{
	err_set(err, ERR_HOST, "%s: the command line of QEMU is too long", facts->img->path);
	err_why(err,
		"One argument may have %d bytes and all together %u; values of the target "
		"went over it.",
		ARG_BYTES_MAX, ARGV_BYTES_MAX);
	err_fix(err, "Bind shorter values.");
	return -1;
}

static int argument_add(const struct facts *facts, struct buf *buf, struct img_text text,
			enum argv_form form, char **ret_arg, struct err *err)
{
	size_t start = buf->len;

	*ret_arg = buf->data + start;
	if (facts_text(facts, text, form, buf, err))
		return -1;
	buf_add_char(buf, '\0');
	if (buf->overflow || buf->len - start > ARG_BYTES_MAX)
		return too_long(facts, err);
	return 0;
}

/* Whether an argument is about a device that is not there. */
static bool is_absent(const struct facts *facts, struct img_text text)
{
	struct segment seg;

	while (facts->absent.count && img_text_next(&text, &seg)) {
		if (seg.kind != FIX_FD && seg.kind != FIX_FD_PATH && seg.kind != FIX_FDSET_PATH)
			continue;
		if (slot_set_has(&facts->absent, seg.a))
			return true;
	}
	return false;
}

char **facts_argv(const struct facts *facts, enum argv_form form, struct err *err)
{
	struct img_cursor cursor = {0};
	struct img_arg arg;
	struct buf buf;
	size_t count = 0;

	buf_init(&buf, argv_text, sizeof(argv_text));
	argv_list[count++] = buf.data;
	buf_add_str(&buf, facts->img->meta[META_QEMU]);
	buf_add_char(&buf, '\0');
	while (img_arg_next(facts->img, &cursor, &arg)) {
		if (arg.flags & (form == ARGV_SHELL ? ARG_LOADER_ONLY : ARG_SHELL_ONLY))
			continue;
		if (arg.flags & ARG_FIPS && !facts->fips)
			continue;
		if (form == ARGV_EXEC && is_absent(facts, arg.text)) {
			count -= count > 1; /* the option whose value it is, never argv[0] */
			continue;
		}
		if (argument_add(facts, &buf, arg.text, form, &argv_list[count++], err))
			return NULL;
	}
	if (facts->extra) {
		argv_list[count++] = buf.data + buf.len;
		buf_add_str(&buf, facts->extra);
		buf_add_char(&buf, '\0');
		if (buf.overflow) {
			(void)too_long(facts, err);
			return NULL;
		}
	}
	argv_list[count] = NULL;
	return argv_list;
}
