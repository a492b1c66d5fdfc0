/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader_bytes.c - bounds, reads and refusals of the reader.
 */
#include <endian.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "base/fd.h"
#include "image/reader.h"

bool img_span_fits(uint64_t offset, uint64_t len, uint64_t size)
{
	uint64_t end;

	return !__builtin_add_overflow(offset, len, &end) && end <= size;
}

int img_refuse_damage(const struct img *img, struct err *err, const char *fmt, ...)
{
	char what[ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	(void)err_set(err, ERR_IMAGE, "%s", what);
	err_at(err, img->path, 0);
	err_why(err, "The file is not a Kiln image, or it was damaged or cut after it was written; "
		     "every byte of it is covered by a checksum.");
	err_fix(err, "Copy the image again, and compare sha256sum on both sides.");
	return -1;
}

int img_refuse_content(const struct img *img, enum img_section section, size_t at, struct err *err,
		       const char *fmt, ...)
{
	char what[ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	(void)err_set(err, ERR_IMAGE, "section %s, offset %zu: %s", img_section_name(section), at,
		      what);
	err_at(err, img->path, 0);
	err_why(err, "Every part of an image must keep the rules of the format (FORMAT.md), "
		     "whoever wrote it.");
	err_fix(err, "Build the image again with the kiln that this program belongs to.");
	return -1;
}

int img_refuse_limit(const struct img *img, enum img_section section, const char *what,
		     uint64_t value, uint64_t limit, struct err *err)
{
	(void)err_set(err, ERR_IMAGE, "section %s: %llu %s, at most %llu are possible",
		      img_section_name(section), (unsigned long long)value, what,
		      (unsigned long long)limit);
	err_at(err, img->path, 0);
	err_why(err,
		"The loader works with buffers of fixed sizes, and Linux bounds what a program "
		"can be given.");
	err_fix(err, "Configure fewer devices or shorter values, and build the image again.");
	return -1;
}

int img_read_at(const struct img *img, uint64_t offset, void *buf, size_t len, struct err *err)
{
	unsigned long long at = img->start + offset; /* in the file */
	ssize_t n;

	BUG_IF(!img_span_fits(offset, len, img->size));
	if (len == 0)
		return 0;
	n = fd_pread_all(img->fd, buf, len, (off_t)at);
	if (n < 0) {
		(void)err_sys(err, ERR_HOST, errno, "reading %zu bytes at offset %llu failed", len,
			      at);
		err_at(err, img->path, 0);
		err_why(err, "The image was opened, but the file system or the disk under it "
			     "does not give its bytes.");
		err_fix(err, "Look into the kernel log (dmesg), or copy the image to another "
			     "disk.");
		return -1;
	}
	if ((size_t)n < len)
		return img_refuse_damage(img, err,
					 "the file was cut at offset %llu while it was "
					 "read",
					 at + (size_t)n);
	return 0;
}

const unsigned char *img_take(struct img_bytes *bytes, size_t len)
{
	const unsigned char *data = bytes->span.data + bytes->at;

	if (!img_span_fits(bytes->at, len, bytes->span.len))
		return NULL;
	bytes->at += len;
	return data;
}

int img_take_u32(struct img_bytes *bytes, uint32_t *ret)
{
	const unsigned char *data = img_take(bytes, sizeof(*ret));

	if (!data)
		return -1;
	memcpy(ret, data, sizeof(*ret));
	*ret = le32toh(*ret);
	return 0;
}

int img_take_segment(struct img_bytes *bytes, struct img_disk_segment *ret)
{
	const unsigned char *data = img_take(bytes, sizeof(*ret));

	if (!data)
		return -1;
	memcpy(ret, data, sizeof(*ret));
	ret->zero = le16toh(ret->zero);
	ret->a = le32toh(ret->a);
	ret->b = le32toh(ret->b);
	ret->len = le32toh(ret->len);
	return 0;
}

int img_take_plan(struct img_bytes *bytes, struct img_disk_plan *ret)
{
	const unsigned char *data = img_take(bytes, sizeof(*ret));

	if (!data)
		return -1;
	memcpy(ret, data, sizeof(*ret));
	ret->site_count = le32toh(ret->site_count);
	ret->op_count = le32toh(ret->op_count);
	ret->fd_count = le32toh(ret->fd_count);
	ret->ops_at = le32toh(ret->ops_at);
	return 0;
}
