/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * writer.c - write an image: frame, metadata sections, and what comes first, the checks.
 *
 * The sections are checked by the reader's own functions before a byte is written, so that an image
 * that this writer finishes is one that the reader takes. Composer only: allocates.
 */
#include "image/writer.h"

#include <lz4.h>

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/fd.h"
#include "image/checksum.h"
#include "image/reader.h"
#include "image/writer_pack.h"

int pack_memory(struct err *err)
{
	(void)err_sys(err, ERR_HOST, ENOMEM, "the image cannot be built");
	err_why(err, "Packing needs a few MiB of memory, and this host gives no more.");
	err_fix(err, "Stop other programs, or raise the memory limit of this shell (ulimit -v).");
	return -1;
}

int pack_write(const struct pack *pack, uint64_t offset, const void *bytes, size_t len)
{
	if (fd_pwrite_all(pack->fd, bytes, len, (off_t)offset) == 0)
		return 0;
	bool limit = errno == EFBIG;

	(void)err_sys(pack->err, ERR_HOST, errno, "writing %zu bytes of the image failed", len);
	err_why(pack->err, limit ? "The file may not grow that far."
				 : "The disk under the output folder does not take them.");
	err_fix(pack->err, limit ? "Raise the limit of a file's size (ulimit -f)."
				 : "Free disk space, or build elsewhere with O=DIR.");
	return -1;
}

/* What the reader's checks cannot be asked about, because nothing would be built for it. */
static int check_counts(const struct img_source *src, struct err *err)
{
	const struct {
		const char *what;
		size_t value, limit;
	} counts[] = {
		{"operations", src->op_count, OP_MAX},
		{"arguments", src->arg_count, ARGV_MAX},
		{"site slots", src->site_count, SITE_MAX},
		{"payload files", src->payload_count, PAYLOAD_MAX},
	};

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		if (counts[i].value <= counts[i].limit)
			continue;
		(void)err_set(err, ERR_CONFIG, "%zu %s, at most %zu are possible", counts[i].value,
			      counts[i].what, counts[i].limit);
		err_why(err, "The loader has tables of fixed sizes.");
		err_fix(err, "Configure fewer devices.");
		return -1;
	}
	for (size_t i = 0; i < src->payload_count; i++) {
		const char *name = src->payload[i].name;
		size_t same = 0;

		while (strcmp(src->payload[same].name, name) != 0)
			same++;
		if (same == i && ident_is_valid(IDENT_FILE_NAME, name))
			continue;
		(void)err_set(err, ERR_CONFIG, "payload name \"%s\" is %s", name,
			      same == i ? "no file name" : "used twice");
		err_why(err, "%s Each payload has its own.", ident_rule(IDENT_FILE_NAME));
		err_fix(err, "Rename the file %s.", src->payload[i].path);
		return -1;
	}
	return 0;
}

/* Ask the reader. Its refusal is about the configuration here, not about a file. */
static int check_sections(const struct img_source *src, const struct pack_out out[SECTION_COUNT],
			  struct err *err)
{
	struct img img = {.path = "", .payload_count = (uint32_t)src->payload_count};
	uint64_t sum = 0;
	char *meta;
	int ret;

	for (enum img_section i = 0; i < SECTION_COUNT; i++) {
		if (out[i].failed)
			return pack_memory(err);
		img.section[i] = (struct img_span){.data = out[i].data, .len = out[i].len};
		sum += out[i].len;
	}
	if (sum > META_BYTES_MAX || out[SECTION_META].len > IMG_META_LEN_MAX) {
		(void)err_set(err, ERR_CONFIG,
			      "%llu bytes of metadata, of which META has %zu; at most %u and %d "
			      "are possible",
			      (unsigned long long)sum, out[SECTION_META].len, META_BYTES_MAX,
			      IMG_META_LEN_MAX);
		err_why(err, "The loader unpacks the metadata into a buffer of a fixed size.");
		err_fix(err, "Configure fewer devices or shorter values.");
		return -1;
	}
	meta = malloc(out[SECTION_META].len);
	if (!meta)
		return pack_memory(err);
	ret = img_check_content(&img, meta, err);
	free(meta);
	if (ret < 0)
		err->kind = ERR_CONFIG;
	return ret;
}

/* The slow compressor takes nine times as long for a fifth less: 9 ms of 80 for 1,900 disks. */
static int write_section(struct pack *pack, enum img_section section, const struct pack_out *out)
{
	struct img_disk_section *entry = &pack->table[section];
	const unsigned char *stored = out->data;
	size_t len = out->len;
	char *packed = malloc(len + 1);
	int n, ret;

	if (!packed)
		return pack_memory(pack->err);
	/* A target of len - 1 bytes: what does not get smaller is not packed. */
	n = len > 1 ? LZ4_compress_default((const char *)out->data, packed, (int)len, (int)len - 1)
		    : 0;
	if (n > 0) {
		stored = (const unsigned char *)packed;
		len = (size_t)n;
	}
	pack->at = img_align_up(pack->at, IMG_SECTION_ALIGN);
	memcpy(entry->name, img_section_name(section), strlen(img_section_name(section)));
	entry->kind = htole32(section);
	entry->encoding = htole32(n > 0 ? ENCODING_LZ4 : ENCODING_STORED);
	entry->offset = htole64(pack->at);
	entry->stored = htole64(len);
	entry->raw = htole64(out->len);
	entry->checksum = htole64(img_checksum(stored, len));
	ret = pack_write(pack, pack->at, stored, len);
	pack->at += len;
	free(packed);
	return ret;
}

/* Header and trailer are written last: a file that was not finished is no image. */
static int write_frame(struct pack *pack, uint32_t count)
{
	size_t table_bytes = count * sizeof(pack->table[0]);
	struct img_disk_header header = {
		.magic = IMG_MAGIC,
		.version = htole32(IMG_VERSION),
		.header_bytes = htole32(sizeof(header)),
		.section_count = htole32(count),
		.entry_bytes = htole32(sizeof(pack->table[0])),
		.table_checksum = htole64(img_checksum(pack->table, table_bytes)),
	};
	struct img_disk_trailer trailer = {
		.trailer_bytes = htole32(sizeof(trailer)),
		.version = htole32(IMG_VERSION),
		.magic = IMG_TRAILER_MAGIC,
	};
	uint64_t trailer_at = img_align_up(pack->at, IMG_SECTION_ALIGN);

	header.size = trailer.size = htole64(trailer_at + sizeof(trailer));
	header.checksum = htole64(img_checksum(&header, sizeof(header)));
	trailer.header_checksum = header.checksum;
	trailer.checksum = htole64(img_checksum(&trailer, sizeof(trailer)));
	if (pack_write(pack, sizeof(header), pack->table, table_bytes) < 0 ||
	    pack_write(pack, trailer_at, &trailer, sizeof(trailer)) < 0)
		return -1;
	return pack_write(pack, 0, &header, sizeof(header));
}

static int write_all(struct pack *pack, const struct pack_out out[SECTION_COUNT])
{
	uint32_t count = SECTION_COUNT + (uint32_t)pack->src->payload_count;

	if (check_sections(pack->src, out, pack->err) < 0)
		return -1;
	pack->at = sizeof(struct img_disk_header) + count * sizeof(pack->table[0]);
	for (enum img_section i = 0; i < SECTION_COUNT; i++)
		if (write_section(pack, i, &out[i]) < 0)
			return -1;
	for (size_t i = 0; i < pack->src->payload_count; i++)
		if (pack_payload(pack, i) < 0)
			return -1;
	return write_frame(pack, count);
}

int img_write(const struct img_source *src, int fd, struct err *err)
{
	struct pack_out out[SECTION_COUNT] = {0};
	struct pack pack = {.src = src, .fd = fd, .err = err};
	int ret;

	if (check_counts(src, err) < 0)
		return -1;
	pack_sections(src, out);
	ret = write_all(&pack, out);
	for (size_t i = 0; i < SECTION_COUNT; i++)
		free(out[i].data);
	return ret;
}
