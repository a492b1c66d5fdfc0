/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv.c - stage fixup: the command line of QEMU, its segments joined with the facts of this host.
 */
#include <string.h>

#include "run/run.h"

static char argv_text[ARGV_BYTES_MAX + SITE_VALUE_MAX];
static char *argv_list[ARGV_MAX + 3]; /* argv[0], -S, NULL */

static int too_long(struct run *run, struct err *err)
{
	err_set(err, ERR_HOST, "%s: the command line of QEMU is too long", run->img.path);
	err_why(err,
		"One argument may have %d bytes and all together %u; values of the target "
		"went over it.",
		ARG_BYTES_MAX, ARGV_BYTES_MAX);
	err_fix(err, "Bind shorter values.");
	return -1;
}

static int argument_add(struct run *run, struct buf *buf, struct img_text text, enum argv_form form,
			char **ret_arg, struct err *err)
{
	size_t start = buf->len;

	*ret_arg = buf->data + start;
	if (text_render(run, text, form, buf, err))
		return -1;
	buf_add_char(buf, '\0');
	if (buf->overflow || buf->len - start > ARG_BYTES_MAX)
		return too_long(run, err);
	return 0;
}

char **argv_build(struct run *run, enum argv_form form, struct err *err)
{
	struct img_cursor cursor = {0};
	struct img_arg arg;
	struct buf buf;
	size_t count = 0;

	buf_init(&buf, argv_text, sizeof(argv_text));
	argv_list[count++] = buf.data;
	buf_add_str(&buf, run->img.meta[META_QEMU]);
	buf_add_char(&buf, '\0');
	while (img_arg_next(&run->img, &cursor, &arg)) {
		if (form == ARGV_SHELL && (arg.flags & ARG_LOADER_ONLY))
			continue;
		if (argument_add(run, &buf, arg.text, form, &argv_list[count++], err))
			return NULL;
	}
	if (run->options->paused) {
		argv_list[count++] = buf.data + buf.len;
		buf_add_str(&buf, "-S");
		buf_add_char(&buf, '\0');
		if (buf.overflow) {
			(void)too_long(run, err);
			return NULL;
		}
	}
	argv_list[count] = NULL;
	return argv_list;
}

/*
 * Should: build the whole command line in memory of fixed size.
 * Mustn't: decide anything; each fact was decided by the image, the site values or a step.
 */
int stage_fixup(struct run *run, struct err *err)
{
	run->argv = argv_build(run, ARGV_EXEC, err);
	return run->argv ? 0 : -1;
}
