/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_img.c - any bytes as an image: open, walk, copy. Must refuse or work, and never misbehave.
 *
 * Checksums keep a fuzzer out of what is behind them, so the same bytes are also tried as sections:
 * two bytes of length, PLAN, and the rest ARGV; as section GUEST; and as section NEEDS.
 * With -fsanitize=fuzzer it is a fuzz target; replay.c replays its corpus.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "image/reader.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static unsigned char buf[META_BYTES_MAX + 65536];

static const char *resolve(void *arg, struct img_text text, struct err *err)
{
	struct segment seg;

	(void)arg;
	(void)err;
	while (img_text_next(&text, &seg))
		if (seg.len && memchr(seg.text, '\0', seg.len))
			__builtin_trap();
	return "";
}

static void walk(const struct img *img)
{
	struct img_cursor cursor = {0};
	struct img_site site;
	struct img_arg arg;
	struct err err;
	struct op op;

	while (img_arg_next(img, &cursor, &arg))
		(void)resolve(NULL, arg.text, &err);
	cursor = (struct img_cursor){0};
	while (img_site_next(img, &cursor, &site))
		if (strlen(site.key) == 0)
			__builtin_trap();
	cursor = (struct img_cursor){0};
	while (img_op_next(img, &cursor, resolve, NULL, &op, &err) == 1)
		if (op_fd_count(&op) && op_fd_first(&op) >= img->fd_count)
			__builtin_trap();
}

static void check_message(const struct err *err)
{
	if (!err->what[0] || !err->why[0] || !err->fix[0])
		__builtin_trap();
}

static void try_file(const unsigned char *data, size_t size)
{
	CLEANUP_FD int fd = memfd_create("in", MFD_CLOEXEC);
	CLEANUP_FD int out = memfd_create("out", MFD_CLOEXEC);
	struct err err;
	struct img img;

	if (fd < 0 || out < 0 || fd_write_all(fd, data, size) < 0)
		return;
	if (img_open(&img, fd, "fuzz", buf, sizeof(buf), &err) < 0) {
		check_message(&err);
		return;
	}
	walk(&img);
	for (uint32_t i = 0; i < img.payload_count; i++)
		if (img_payload_copy(&img, i, out, &err) < 0)
			check_message(&err);
}

static void try_sections(const unsigned char *data, size_t size)
{
	static const char meta[] = "name=n\nkiln=1\nboard=b\nhost-arch=h\nguest-arch=g\n"
				   "machine=m\nqemu=/q\nqemu-version=7.2\nrun-user=u\n"
				   "payload-dir=/p\nlayout=l\n";
	static char copy[sizeof(meta)];
	struct img img = {.path = "fuzz", .payload_count = 4};
	size_t plan;
	struct err err;

	if (size < 2)
		return;
	plan = (size_t)data[0] | (size_t)data[1] << 8;
	if (plan > size - 2)
		plan = size - 2;
	img.section[SECTION_META] =
		(struct img_span){(const unsigned char *)meta, sizeof(meta) - 1};
	img.section[SECTION_PLAN] = (struct img_span){data + 2, plan};
	img.section[SECTION_ARGV] = (struct img_span){data + 2 + plan, size - 2 - plan};
	if (img_check_content(&img, copy, &err) < 0)
		check_message(&err);
	else
		walk(&img);
}

static void try_facts(const unsigned char *data, size_t size)
{
	struct img img = {.path = "fuzz"};
	struct img_fact before = {0}, fact;
	struct img_cursor cursor = {0};
	struct err err;

	img.section[SECTION_GUEST] = (struct img_span){data, size};
	if (size && img_check_guest(&img, &err) < 0) {
		check_message(&err);
		return;
	}
	while (img_fact_next(&img, &cursor, &fact)) {
		if (before.id && img_fact_compare(&before, &fact) >= 0)
			__builtin_trap();
		before = fact;
	}
}

static void try_needs(const unsigned char *data, size_t size)
{
	struct img img = {.path = "fuzz"};
	struct img_cursor cursor = {0};
	struct need need;
	struct err err;
	uint32_t count = 0;

	img.section[SECTION_NEEDS] = (struct img_span){data, size};
	if (size && img_check_needs(&img, &err) < 0) {
		check_message(&err);
		return;
	}
	while (img_need_next(&img, &cursor, &need)) {
		if (need.first_len > need.name_len || need.name_len > NEED_NAME_MAX)
			__builtin_trap();
		count++;
	}
	if (count != img.need_count || count > NEED_MAX)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	try_file(data, size);
	try_sections(data, size);
	try_facts(data, size);
	try_needs(data, size);
	return 0;
}
