/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * writer.h - write a Kiln image; composer only (allocates). FORMAT.md is the specification.
 */
#ifndef KILN_IMAGE_WRITER_H
#define KILN_IMAGE_WRITER_H

#include "image/image.h"

/** struct img_source_arg - an argument: @flags of ARG_*, @text a marked text (image/text.h). */
struct img_source_arg {
	unsigned flags;
	const char *text;
};

/** struct img_source_payload - a payload: @name in the image, @path of the file to pack. */
struct img_source_payload {
	const char *name;
	const char *path;
};

/**
 * struct img_source - everything that goes into an image.
 * @meta: one value a key, none NULL or empty.
 * @config: text of section CONFIG; likewise @domain, @layout.
 * @guest: text of section GUEST, in the form of FORMAT.md.
 * @needs: text of section NEEDS, likewise; may be "".
 * @args: arguments without argv[0].
 * @ops: operations in the order in which they are acquired; texts may hold marks.
 * @sites: site slots; FIX_SITE's number is the index here.
 * @payload: payload files; op_payload's index is the index here.
 */
struct img_source {
	const char *meta[META_KEY_COUNT];
	const char *config, *domain, *layout, *guest, *needs;
	const struct img_source_arg *args;
	size_t arg_count;
	const struct op *ops;
	size_t op_count;
	const struct site_slot *sites;
	size_t site_count;
	const struct img_source_payload *payload;
	size_t payload_count;
};

/**
 * img_write() - write an image to a descriptor.
 * @src: what to write.
 * @fd: an empty, writable, seekable file; the caller syncs and renames it.
 * @err: ERR_CONFIG when a limit of ops.h is exceeded or a payload cannot be read, ERR_HOST when
 *       writing fails (disk full).
 *
 * The same source gives the same bytes: no clock, no host facts.
 *
 * Return: 0, or -1.
 */
int img_write(const struct img_source *src, int fd, struct err *err) MUST_CHECK;

#endif
