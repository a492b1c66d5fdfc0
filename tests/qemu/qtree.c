/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qtree.c - start a QEMU with the arguments of an image and hold its devices against the layout.
 *
 * usage: qemu-qtree QEMU IMAGE DIR
 *
 * QEMU stays paused. The arguments are those for a shell (`kiln show --argv`). What they name gets
 * a stand-in in DIR, an empty folder: the payload is unpacked, files are small new ones of the right
 * format, taps are made by QEMU (run this in a network namespace of its own). KVM becomes TCG, which
 * changes no device.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/facts.h"
#include "qemu/qtree.h"

#define TIMEOUT_S 120

struct stage {
	struct arena arena;
	struct img img;
	struct facts facts;
	const char *dir;
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

static void unpack_payload(struct stage *stage)
{
	for (uint32_t i = 0; i < stage->img.payload_count; i++) {
		const char *path =
			arena_fmt(&stage->arena, "%s/%s", stage->dir, stage->img.payload[i].name);
		int fd = create(path);

		if (img_payload_copy(&stage->img, i, fd, &stage->err) < 0)
			stop(&stage->err);
		(void)close(fd);
	}
	stage->facts.payload_dir = stage->dir;
}

static bool is_block_device(struct stage *stage, const char *path)
{
	struct img_cursor cursor = {0};
	struct op op;

	while (facts_op_next(&stage->facts, &cursor, &op, &stage->err) > 0) {
		if (op.code == OP_FILE && strcmp(op.file.path, path) == 0)
			return op.file.flags & FILE_BLOCK_DEVICE;
	}
	return false;
}

/* Each path that a target may bind is bound to a stand-in. */
static void bind_paths(struct stage *stage)
{
	struct img_cursor cursor = {0};
	struct img_site site;

	for (uint32_t i = 0; img_site_next(&stage->img, &cursor, &site); i++) {
		if (site.kind != SITE_PATH)
			continue;
		stage->facts.site[i] = arena_fmt(&stage->arena, "%s/site%u", stage->dir, i);
		if (is_block_device(stage, stage->facts.site[i]))
			stage->facts.site[i] = "/dev/null";
	}
}

/* The node of the format follows that of the file. */
static void make_file(const char *path, char *const *args)
{
	bool qcow2 = args[1] && args[2] && strstr(args[2], "\"driver\":\"qcow2\"");
	int fd = create(path);

	if (qcow2)
		write_qcow2(fd, path);
	else if (ftruncate(fd, 1 << 20) < 0)
		stop_errno("ftruncate", path);
	(void)close(fd);
}

static void make_files(struct stage *stage, char *const *args)
{
	for (uint32_t i = 0; i < stage->img.site_count; i++) {
		const char *path = stage->facts.site[i];

		if (strncmp(path, stage->dir, strlen(stage->dir)) != 0)
			continue;
		const char *quoted = arena_fmt(&stage->arena, "\"%s\"", path);

		for (char *const *arg = args; *arg; arg++) {
			if (strstr(*arg, quoted))
				make_file(path, arg);
		}
	}
}

static const char **arguments(struct stage *stage, const char *qemu)
{
	facts_init(&stage->facts, &stage->img);
	stage->facts.accel = ACCEL_TCG;
	unpack_payload(stage);
	bind_paths(stage);
	char **baked = facts_argv(&stage->facts, ARGV_SHELL, &stage->err);

	if (!baked)
		stop(&stage->err);
	make_files(stage, baked);
	const char **args = arena_alloc(&stage->arena, (stage->img.arg_count + 4) * sizeof(*args));
	size_t count = 0;

	args[count++] = qemu;
	args[count++] = "-S";
	for (size_t i = 1; baked[i]; i++) {
		const char *text = baked[i];

		if (strcmp(baked[i - 1], "-accel") == 0)
			text = "tcg";
		if (strcmp(baked[i - 1], "-cpu") == 0 && strncmp(text, "host", 4) == 0)
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
