/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader.c - find the image in its file, check its frame, unpack the metadata.
 *
 * In: a descriptor that nobody vouches for. Out: sections in the caller's buffer, or a refusal that
 * says where. Must not allocate, map, or use a number from the file before it is checked.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/fd.h"
#include "image/checksum.h"
#include "image/reader.h"
#include "image/unpack.h"

/* Beyond the sections: a NUL behind each, the margin to unpack in place, and META once more. */
#define BUFFER_SLACK 65536

/* What the functions of this file hand on; the table is the largest part. */
struct frame {
	struct img_disk_header header;
	struct img_disk_section table[IMG_SECTION_MAX];
	unsigned char *buf;
	size_t used;
	uint64_t end; /* image offset behind the last part seen */
	uint64_t raw_sum;
};

/* Padding is part of what every bit of is checked: it must be zero. */
static int check_zero(const struct img *img, uint64_t from, uint64_t to, struct err *err)
{
	unsigned char pad[IMG_ALIGN];

	BUG_IF(to < from || to - from > sizeof(pad));
	if (img_read_at(img, from, pad, (size_t)(to - from), err) < 0)
		return -1;
	for (size_t i = 0; i < to - from; i++)
		if (pad[i])
			return img_refuse_damage(img, err, "padding at offset %llu is not zero",
						 (unsigned long long)from + i);
	return 0;
}

/* A part must begin at the one place that its predecessor leaves, behind zeros, and must fit. */
static int check_place(const struct img *img, struct frame *frame, const char *what,
		       uint64_t offset, uint64_t len, uint64_t align, struct err *err)
{
	uint64_t expected = img_align_up(frame->end, align);

	if (offset != expected)
		return img_refuse_damage(img, err, "%s begins at offset %llu instead of %llu", what,
					 (unsigned long long)offset, (unsigned long long)expected);
	if (!img_span_fits(offset, len, img->size - sizeof(struct img_disk_trailer)))
		return img_refuse_damage(
			img, err, "%s with %llu bytes at offset %llu does not fit in %llu bytes",
			what, (unsigned long long)len, (unsigned long long)offset,
			(unsigned long long)img->size);
	if (check_zero(img, frame->end, offset, err) < 0)
		return -1;
	frame->end = offset + len;
	return 0;
}

static int refuse_version(const struct img *img, uint32_t version, struct err *err)
{
	(void)err_set(err, ERR_IMAGE, "format %u is %s than this program (%d)", version,
		      version > IMG_VERSION ? "newer" : "older", IMG_VERSION);
	err_at(err, img->path, 0);
	err_why(err, "A program reads exactly one version of the image format, and this image was "
		     "written by another version of kiln.");
	err_fix(err, version > IMG_VERSION ? "Install the kiln-run that was built together with "
					     "this image, or build the image again with this kiln."
					   : "Build the image again with this version of kiln.");
	return -1;
}

bool img_ends(int fd)
{
	uint8_t magic[IMG_MAGIC_BYTES];
	off_t at = lseek(fd, -(off_t)sizeof(magic), SEEK_END);

	return at >= 0 && fd_pread_all(fd, magic, sizeof(magic), at) == (ssize_t)sizeof(magic) &&
	       memcmp(magic, IMG_TRAILER_MAGIC, sizeof(magic)) == 0;
}

/* A file that begins like an image and does not end like one was cut: say by how much. */
static int refuse_end(const struct img *img, uint64_t file_size, struct err *err)
{
	struct img_disk_header header;
	ssize_t n = fd_pread_all(img->fd, &header, sizeof(header), 0);
	unsigned long long have = file_size, should;

	if (n == (ssize_t)sizeof(header) && !memcmp(header.magic, IMG_MAGIC, IMG_MAGIC_BYTES)) {
		should = le64toh(header.size);
		if (should != have)
			return img_refuse_damage(img, err,
						 "the file has %llu bytes and its header says %llu",
						 have, should);
	}
	return img_refuse_damage(img, err,
				 "no trailer of a Kiln image at the end of its %llu bytes", have);
}

static int open_trailer(struct img *img, uint64_t file_size, struct img_disk_trailer *trailer,
			struct err *err)
{
	uint64_t sum;

	if (file_size < sizeof(struct img_disk_header) + sizeof(*trailer))
		return img_refuse_damage(img, err, "%llu bytes are too few for a Kiln image",
					 (unsigned long long)file_size);
	img->size = file_size; /* until the trailer says how much of the file is the image */
	if (img_read_at(img, file_size - sizeof(*trailer), trailer, sizeof(*trailer), err) < 0)
		return -1;
	if (memcmp(trailer->magic, IMG_TRAILER_MAGIC, IMG_MAGIC_BYTES) != 0)
		return refuse_end(img, file_size, err);
	if (le32toh(trailer->version) != IMG_VERSION)
		return refuse_version(img, le32toh(trailer->version), err);
	sum = le64toh(trailer->checksum);
	trailer->checksum = 0;
	if (img_checksum(trailer, sizeof(*trailer)) != sum)
		return img_refuse_damage(img, err, "the trailer's checksum does not match");
	img->size = le64toh(trailer->size);
	if (le32toh(trailer->trailer_bytes) != sizeof(*trailer) || img->size > file_size ||
	    img->size < sizeof(struct img_disk_header) + sizeof(*trailer))
		return img_refuse_damage(img, err, "the trailer says %llu bytes, the file has %llu",
					 (unsigned long long)img->size,
					 (unsigned long long)file_size);
	img->start = file_size - img->size;
	if (img->start % IMG_ALIGN)
		return img_refuse_damage(
			img, err, "the image begins at offset %llu, which is no multiple of %d",
			(unsigned long long)img->start, IMG_ALIGN);
	return 0;
}

static int open_header(struct img *img, const struct img_disk_trailer *trailer, struct frame *frame,
		       struct err *err)
{
	struct img_disk_header *header = &frame->header;
	uint64_t sum;

	if (img_read_at(img, 0, header, sizeof(*header), err) < 0)
		return -1;
	if (memcmp(header->magic, IMG_MAGIC, IMG_MAGIC_BYTES) != 0)
		return img_refuse_damage(img, err, "no header of a Kiln image at offset %llu",
					 (unsigned long long)img->start);
	if (le32toh(header->version) != IMG_VERSION)
		return refuse_version(img, le32toh(header->version), err);
	sum = le64toh(header->checksum);
	header->checksum = 0;
	if (img_checksum(header, sizeof(*header)) != sum)
		return img_refuse_damage(img, err, "the header's checksum does not match");
	if (le64toh(trailer->header_checksum) != sum || le64toh(header->size) != img->size)
		return img_refuse_damage(img, err,
					 "header and trailer do not belong to the same image");
	if (le32toh(header->header_bytes) != sizeof(*header) ||
	    le32toh(header->entry_bytes) != sizeof(struct img_disk_section))
		return img_refuse_damage(img, err, "the header has wrong structure sizes");
	return 0;
}

static int open_table(const struct img *img, struct frame *frame, struct err *err)
{
	uint32_t count = le32toh(frame->header.section_count);
	size_t bytes = count * sizeof(struct img_disk_section);

	if (count < SECTION_COUNT || count > IMG_SECTION_MAX)
		return img_refuse_damage(img, err, "%u sections; %d to %d are possible", count,
					 SECTION_COUNT, IMG_SECTION_MAX);
	frame->end = sizeof(frame->header);
	if (check_place(img, frame, "the section table", frame->end, bytes, 1, err) < 0 ||
	    img_read_at(img, sizeof(frame->header), frame->table, bytes, err) < 0)
		return -1;
	if (img_checksum(frame->table, bytes) != le64toh(frame->header.table_checksum))
		return img_refuse_damage(img, err, "the section table's checksum does not match");
	for (uint32_t i = 0; i < count; i++) {
		struct img_disk_section *entry = &frame->table[i];

		for (size_t k = 0; k < sizeof(entry->zero); k++)
			if (entry->zero[k])
				return img_refuse_damage(img, err,
							 "section %u: reserved bytes are "
							 "not zero",
							 i);
		if (entry->name[IMG_NAME_BYTES - 1])
			return img_refuse_damage(img, err, "section %u: its name has no end", i);
		size_t len = strlen((const char *)entry->name);

		for (size_t k = len; k < IMG_NAME_BYTES; k++)
			if (entry->name[k])
				return img_refuse_damage(img, err,
							 "section %u: bytes behind its "
							 "name are not zero",
							 i);
		entry->kind = le32toh(entry->kind);
		entry->encoding = le32toh(entry->encoding);
		entry->offset = le64toh(entry->offset);
		entry->stored = le64toh(entry->stored);
		entry->raw = le64toh(entry->raw);
		entry->checksum = le64toh(entry->checksum);
		entry->block = le32toh(entry->block);
		entry->blocks = le32toh(entry->blocks);
	}
	return 0;
}

/* The figures of a metadata section, before a byte of it is read. */
static int check_section(const struct img *img, struct frame *frame, enum img_section section,
			 struct err *err)
{
	const struct img_disk_section *entry = &frame->table[section];
	const char *name = img_section_name(section);

	if (entry->kind != section || strcmp((const char *)entry->name, name) != 0)
		return img_refuse_damage(img, err, "section %d is not %s", section, name);
	if (entry->block || entry->blocks || entry->encoding >= ENCODING_COUNT)
		return img_refuse_damage(img, err, "section %s: unknown encoding", name);
	if (entry->encoding == ENCODING_STORED ? entry->stored != entry->raw
					       : entry->stored >= entry->raw)
		return img_refuse_damage(img, err, "section %s: %llu bytes cannot hold %llu", name,
					 (unsigned long long)entry->stored,
					 (unsigned long long)entry->raw);
	if (entry->raw > META_BYTES_MAX - frame->raw_sum)
		return img_refuse_limit(img, section, "bytes of metadata",
					frame->raw_sum + entry->raw, META_BYTES_MAX, err);
	frame->raw_sum += entry->raw;
	return 0;
}

/*
 * Unpacked in place: the packed bytes are read to the end of where the unpacked ones will be plus
 * a margin, so that 4 MiB of metadata need no second buffer. img_unpack() keeps within its bounds
 * whatever it reads, also from bytes that it has overwritten.
 */
static int open_section(struct img *img, struct frame *frame, enum img_section section,
			struct err *err)
{
	const struct img_disk_section *entry = &frame->table[section];
	const char *name = img_section_name(section);
	unsigned char *dst, *src;

	if (check_section(img, frame, section, err) < 0 ||
	    check_place(img, frame, name, entry->offset, entry->stored, IMG_SECTION_ALIGN, err) < 0)
		return -1;
	dst = src = frame->buf + frame->used;
	if (entry->encoding == ENCODING_LZ4)
		src += entry->raw + IMG_UNPACK_MARGIN(entry->stored) - entry->stored;
	if (img_read_at(img, entry->offset, src, (size_t)entry->stored, err) < 0)
		return -1;
	if (img_checksum(src, (size_t)entry->stored) != entry->checksum)
		return img_refuse_damage(img, err,
					 "section %s at offset %llu: its checksum does "
					 "not match",
					 name, (unsigned long long)entry->offset);
	if (entry->encoding == ENCODING_LZ4 &&
	    !img_unpack(src, (size_t)entry->stored, dst, (size_t)entry->raw))
		return img_refuse_damage(img, err, "section %s at offset %llu cannot be unpacked",
					 name, (unsigned long long)entry->offset);
	dst[entry->raw] = '\0';
	img->section[section] = (struct img_span){.data = dst, .len = (size_t)entry->raw};
	frame->used += (size_t)img_align_up(entry->raw + 1, IMG_SECTION_ALIGN);
	return 0;
}

/* The figures of a payload, before its index is read. */
static int check_payload(const struct img *img, const struct img_disk_section *entry,
			 const struct img_payload *payload, struct err *err)
{
	uint64_t chunk = img_payload_chunk(payload);
	bool packed = entry->encoding == ENCODING_LZ4;

	if (entry->kind != IMG_KIND_PAYLOAD || !ident_is_valid(IDENT_FILE_NAME, payload->name))
		return img_refuse_damage(img, err,
					 "section %u behind the metadata is no payload "
					 "with a file name",
					 entry->kind);
	for (uint32_t i = 0; i < img->payload_count; i++)
		if (!strcmp(img->payload[i].name, payload->name))
			return img_refuse_damage(img, err, "payload %s is there twice",
						 payload->name);
	if (entry->encoding >= ENCODING_COUNT || packed != (entry->block != 0) ||
	    (packed && (entry->block < IMG_BLOCK_MIN || entry->block > IMG_BLOCK_MAX ||
			(entry->block & (entry->block - 1)))))
		return img_refuse_damage(img, err, "payload %s: unknown encoding", payload->name);
	if (entry->raw == 0 || entry->raw > IMG_PAYLOAD_RAWMAX || entry->stored > entry->raw ||
	    (!packed && entry->stored != entry->raw) ||
	    entry->blocks != (entry->raw + chunk - 1) / chunk)
		return img_refuse_damage(img, err,
					 "payload %s: %llu bytes in %u blocks cannot hold %llu",
					 payload->name, (unsigned long long)entry->stored,
					 entry->blocks, (unsigned long long)entry->raw);
	return 0;
}

static int open_payload(struct img *img, struct frame *frame, const struct img_disk_section *entry,
			struct err *err)
{
	struct img_payload *payload = &img->payload[img->payload_count];

	*payload = (struct img_payload){.offset = img->start + entry->offset,
					.stored = entry->stored,
					.raw = entry->raw,
					.block = entry->block,
					.blocks = entry->blocks};
	memcpy(payload->name, entry->name, sizeof(payload->name));
	if (check_payload(img, entry, payload, err) < 0 ||
	    check_place(img, frame, payload->name, entry->offset, entry->stored, IMG_ALIGN, err) <
		    0)
		return -1;
	if (check_place(img, frame, "a block index", img_align_up(frame->end, IMG_SECTION_ALIGN),
			(uint64_t)entry->blocks * sizeof(struct img_disk_block), IMG_SECTION_ALIGN,
			err) < 0)
		return -1;
	return img_check_index(img, img->payload_count++, entry->checksum, err);
}

static int open_sections(struct img *img, struct frame *frame, struct err *err)
{
	uint32_t count = le32toh(frame->header.section_count);
	uint64_t trailer_at = img->size - sizeof(struct img_disk_trailer);

	for (enum img_section section = 0; section < SECTION_COUNT; section++)
		if (open_section(img, frame, section, err) < 0)
			return -1;
	for (uint32_t i = SECTION_COUNT; i < count; i++)
		if (open_payload(img, frame, &frame->table[i], err) < 0)
			return -1;
	if (img_align_up(frame->end, IMG_SECTION_ALIGN) != trailer_at)
		return img_refuse_damage(img, err, "the trailer is at offset %llu instead of %llu",
					 (unsigned long long)trailer_at,
					 (unsigned long long)img_align_up(frame->end,
									  IMG_SECTION_ALIGN));
	return check_zero(img, frame->end, trailer_at, err);
}

int img_open(struct img *img, int fd, const char *path, void *buf, size_t size, struct err *err)
{
	struct frame frame = {.buf = buf};
	struct img_disk_trailer trailer = {0};
	struct stat st;

	BUG_IF(size < META_BYTES_MAX + BUFFER_SLACK);
	memset(img, 0, sizeof(*img));
	img->fd = fd;
	img->path = path;
	if (fstat(fd, &st) < 0) {
		(void)err_sys(err, ERR_HOST, errno, "%s cannot be examined", path);
		err_why(err, "The image must be a file that can be read.");
		err_fix(err, "Check the path and the file's permissions.");
		return -1;
	}
	if (!S_ISREG(st.st_mode))
		return img_refuse_damage(img, err, "not a regular file");
	if (open_trailer(img, (uint64_t)st.st_size, &trailer, err) < 0 ||
	    open_header(img, &trailer, &frame, err) < 0 || open_table(img, &frame, err) < 0 ||
	    open_sections(img, &frame, err) < 0)
		return -1;
	/* META once more, for its values as strings; the slack has room for it. */
	if (img->section[SECTION_META].len > IMG_META_LEN_MAX)
		return img_refuse_limit(img, SECTION_META, "bytes", img->section[SECTION_META].len,
					IMG_META_LEN_MAX, err);
	return img_check_content(img, (char *)buf + frame.used, err);
}
