/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qtree.c - start a QEMU with the arguments of an image and hold its devices against the layout.
 *
 * usage: qemu-qtree QEMU IMAGE DIR
 *
 * QEMU stays paused. What the loader would hand over gets a stand-in in DIR, an empty folder: the
 * payload is unpacked, disks are small new files of the right format, taps are made by QEMU (run
 * this in a network namespace of its own). KVM becomes TCG, which changes no device.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/image.h"
#include "qemu/argv.h"
#include "qemu/qtree.h"

#define TIMEOUT_S 120

struct stage {
	struct arena arena;
	struct img img;
	const char *dir;
	const char *argument; /* the one being written, its facts left out */
	struct err err;
};

static NORETURN void stop(const struct err *err)
{
	char message[4 * ERR_TEXT_MAX];

	(void)err_format(err, message, sizeof(message));
	(void)fputs(message, stdout);
	exit(1);
}

static NORETURN void stop_errno(const char *what, const char *which)
{
	(void)printf("%s %s: %s\n", what, which, strerror(errno));
	exit(1);
}

static const char *resolve(void *arg, struct img_text text, struct err *err)
{
	(void)arg;
	(void)text;
	(void)err;
	return "";
}

/* The operation that fills a descriptor slot. */
static struct op find_op(struct stage *stage, uint32_t slot)
{
	struct img_cursor cursor = {0};
	struct op op;

	while (img_op_next(&stage->img, &cursor, resolve, NULL, &op, &stage->err) > 0) {
		if (op_fd_count(&op) && slot >= op_fd_first(&op) &&
		    slot - op_fd_first(&op) < op_fd_count(&op))
			return op;
	}
	(void)printf("no operation fills descriptor slot %u\n", slot);
	exit(1);
}

static int create(const char *path)
{
	int fd = open(path, O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		stop_errno("create", path);
	return fd;
}

static void put_be32(unsigned char *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* An empty qcow2 of 1 MiB, version 2: docs/interop/qcow2.txt of QEMU. Clusters of 64 KiB: header,
 * refcount table, refcount block, L1 table. */
static void write_qcow2(int fd, const char *path)
{
	static unsigned char image[4 << 16];

	memcpy(image, "QFI\xfb", 4);
	put_be32(image + 4, 2); /* version */
	put_be32(image + 20, 16); /* cluster bits */
	put_be32(image + 28, 1u << 20); /* size, low half */
	put_be32(image + 36, 1); /* entries of L1 */
	put_be32(image + 44, 3u << 16); /* L1 table */
	put_be32(image + 52, 1u << 16); /* refcount table */
	put_be32(image + 56, 1); /* its clusters */
	put_be32(image + (1u << 16) + 4, 2u << 16); /* the refcount block */
	for (size_t i = 0; i < 4; i++)
		image[(2u << 16) + 2 * i + 1] = 1;
	if (write(fd, image, sizeof(image)) != (ssize_t)sizeof(image))
		stop_errno("write", path);
}

/* The format node says what is in the file, and it follows the node of the file. */
static bool next_is_qcow2(struct stage *stage)
{
	return strstr(stage->argument, "\"driver\":\"qcow2\"") != NULL;
}

static const char *stand_in(struct stage *stage, uint32_t slot)
{
	struct op op = find_op(stage, slot);
	const char *path = arena_fmt(&stage->arena, "%s/slot%u", stage->dir, slot);

	if (op.code == OP_MONITOR)
		return path;
	if (op.code == OP_FILE && op.file.flags & FILE_BLOCK_DEVICE)
		return "/dev/null";
	int fd = create(path);

	if (op.code == OP_PAYLOAD) {
		if (img_payload_copy(&stage->img, op.payload.index, fd, &stage->err) < 0)
			stop(&stage->err);
	} else if (next_is_qcow2(stage)) {
		write_qcow2(fd, path);
	} else if (ftruncate(fd, 1 << 20) < 0) {
		stop_errno("ftruncate", path);
	}
	(void)close(fd);
	return path;
}

static const char *fact(void *arg, const struct segment *seg)
{
	struct stage *stage = arg;

	switch (seg->kind) {
	case FIX_FD:
	case FIX_FD_PATH:
	case FIX_FDSET_PATH:
		return stand_in(stage, seg->a);
	case FIX_TAP:
		return arena_fmt(&stage->arena, "tap%u", seg->a);
	case FIX_MAC:
		return "52:54:00:12:34:56";
	case FIX_UUID:
		return "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
	case FIX_ACCEL:
		return "tcg";
	case FIX_LITERAL:
	case FIX_SITE:
	case FIX_COUNT:
		break;
	}
	(void)printf("no stand-in for a fact of kind %u\n", (unsigned)seg->kind);
	exit(1);
}

/* The next argument after @cursor as far as it is literal; "" at the end. */
static const char *peek(struct stage *stage, struct img_cursor cursor)
{
	struct text out = {.arena = &stage->arena};
	struct img_arg arg;
	struct segment seg;

	/* Past the option's own name to its value. */
	if (!img_arg_next(&stage->img, &cursor, &arg) || !img_arg_next(&stage->img, &cursor, &arg))
		return "";
	while (img_text_next(&arg.text, &seg)) {
		if (seg.kind == FIX_LITERAL)
			text_add_len(&out, seg.text, seg.len);
	}
	return text_str(&out);
}

static const char **arguments(struct stage *stage, const char *qemu)
{
	const char **args = arena_alloc(&stage->arena, (stage->img.arg_count + 4) * sizeof(*args));
	struct img_cursor cursor = {0};
	struct img_arg arg;
	size_t count = 0;

	args[count++] = qemu;
	args[count++] = "-S";
	while (img_arg_next(&stage->img, &cursor, &arg)) {
		if (arg.flags & ARG_LOADER_ONLY)
			continue;
		stage->argument = peek(stage, cursor);
		const char *text = argv_shell_text(&stage->arena, arg.text, fact, stage);

		if (strcmp(args[count - 1], "-accel") == 0)
			text = "tcg";
		if (strcmp(args[count - 1], "-cpu") == 0 && strncmp(text, "host", 4) == 0)
			text = "max";
		args[count++] = text;
	}
	return args;
}

static void open_image(struct stage *stage, const char *path)
{
	size_t size = META_BYTES_MAX + (64u << 10);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		stop_errno("open", path);
	if (img_open(&stage->img, fd, path, arena_alloc(&stage->arena, size), size, &stage->err) <
	    0)
		stop(&stage->err);
}

int main(int argc, char **argv)
{
	static struct stage stage;
	struct qtree_want *wants;
	struct qtree tree;
	struct qmp qmp;
	size_t count;

	if (argc != 4) {
		(void)fputs("usage: qemu-qtree QEMU IMAGE DIR\n", stderr);
		return 2;
	}
	stage.dir = argv[3];
	open_image(&stage, argv[2]);
	const struct img_span *layout = &stage.img.section[SECTION_LAYOUT];

	if (qtree_wants_load(&stage.arena, (const char *)layout->data, layout->len, &wants, &count,
			     &stage.err) < 0)
		stop(&stage.err);
	int result =
		qmp_start(&qmp, &stage.arena, arguments(&stage, argv[1]), TIMEOUT_S, &stage.err);

	if (result == 0)
		result = qtree_read(&qmp, &tree, &stage.err);
	qmp_stop(&qmp);
	if (result < 0)
		stop(&stage.err);
	struct text diff = {.arena = &stage.arena};
	size_t differ = qtree_compare(&tree, wants, count, &diff);

	(void)printf("%s%zu of %zu as baked\n", text_str(&diff),
		     count - (differ < count ? differ : count), count);
	arena_free(&stage.arena);
	return differ ? 1 : 0;
}
