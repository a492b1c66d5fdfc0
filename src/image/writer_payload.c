/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * writer_payload.c - pack a file as independent blocks, or store it as it is when that saves little.
 *
 * In: a regular file. Out: its blocks, their index and the table entry, at the writer's place.
 */
#include <lz4hc.h>

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "base/fd.h"
#include "image/checksum.h"
#include "image/writer_pack.h"

#define PACK_BLOCK    262144
#define PACK_LEVEL    LZ4HC_CLEVEL_DEFAULT
#define SAVED_PERCENT 5 /* below this a payload is stored: copying is faster than unpacking */

struct job {
	struct pack *pack;
	const struct img_source_payload *source;
	int fd;
	uint64_t raw, stored, offset;
	uint32_t blocks;
	struct img_disk_block *index;
	unsigned char *in, *out; /* PACK_BLOCK bytes each */
};

/* One message for each way in which a source file is no payload. */
static int refuse_file(const struct job *job, int sys_errno, const char *fact)
{
	struct err *err = job->pack->err;

	if (sys_errno)
		(void)err_sys(err, ERR_CONFIG, sys_errno, "payload file cannot be %s", fact);
	else
		(void)err_set(err, ERR_CONFIG, "payload file %s", fact);
	err_at(err, job->source->path, 0);
	err_why(err,
		"The whole file goes into the image as \"%s\", so it must be a readable file "
		"of 1 byte to 1 TiB that nobody changes meanwhile.",
		job->source->name);
	err_fix(err, "Check the path in the configuration, and the file's permissions.");
	return -1;
}

/* Compress one block; what does not get smaller stays as it is. */
static uint32_t pack_block(const struct job *job, uint32_t len, const unsigned char **ret_data)
{
	int n = len > 1 ? LZ4_compress_HC((const char *)job->in, (char *)job->out, (int)len,
					  (int)len - 1, PACK_LEVEL)
			: 0;

	*ret_data = n > 0 ? job->out : job->in;
	return n > 0 ? (uint32_t)n : len;
}

static int write_blocks(struct job *job, enum img_encoding encoding)
{
	const unsigned char *data = job->in;

	job->stored = 0;
	for (uint32_t i = 0; i < job->blocks; i++) {
		uint64_t from = (uint64_t)i * PACK_BLOCK, left = job->raw - from;
		uint32_t len = left < PACK_BLOCK ? (uint32_t)left : PACK_BLOCK;
		ssize_t n = fd_pread_all(job->fd, job->in, len, (off_t)from);

		if (n < 0)
			return refuse_file(job, errno, "read");
		if ((size_t)n < len)
			return refuse_file(job, 0, "became shorter while it was packed");
		if (encoding == ENCODING_LZ4)
			len = pack_block(job, len, &data);
		job->index[i] = (struct img_disk_block){
			.stored = htole32(len),
			.checksum = htole64(img_checksum(data, len)),
		};
		if (pack_write(job->pack, job->offset + job->stored, data, len) < 0)
			return -1;
		job->stored += len;
	}
	return 0;
}

static int write_entry(struct job *job, struct img_disk_section *entry, enum img_encoding encoding)
{
	size_t index_bytes = job->blocks * sizeof(*job->index);
	uint64_t index_at = img_align_up(job->offset + job->stored, IMG_SECTION_ALIGN);

	memcpy(entry->name, job->source->name, strlen(job->source->name));
	entry->kind = htole32(IMG_KIND_PAYLOAD);
	entry->encoding = htole32(encoding);
	entry->offset = htole64(job->offset);
	entry->stored = htole64(job->stored);
	entry->raw = htole64(job->raw);
	entry->checksum = htole64(img_checksum(job->index, index_bytes));
	entry->block = htole32(encoding == ENCODING_LZ4 ? PACK_BLOCK : 0);
	entry->blocks = htole32(job->blocks);
	job->pack->at = index_at + index_bytes;
	return pack_write(job->pack, index_at, job->index, index_bytes);
}

/* What QEMU reads out of the image itself must stand in it as it is. */
static bool is_in_place(const struct img_source *src, size_t index)
{
	for (size_t i = 0; i < src->op_count; i++) {
		const struct op *op = &src->ops[i];

		if (op->code == OP_PAYLOAD && op->payload.index == index &&
		    op->payload.flags & PAYLOAD_IN_PLACE)
			return true;
	}
	return false;
}

static int refuse_sectors(const struct job *job)
{
	struct err *err = job->pack->err;

	(void)err_set(err, ERR_CONFIG, "payload file has %llu bytes, which is no multiple of %d",
		      (unsigned long long)job->raw, IMG_SECTOR);
	err_at(err, job->source->path, 0);
	err_why(err,
		"A disk that is read from the image file itself (IN_PLACE) has whole sectors.");
	err_fix(err, "truncate -s %%%d %s", IMG_SECTOR, job->source->path);
	return -1;
}

static int write_job(struct job *job, struct img_disk_section *entry, enum img_encoding encoding)
{
	job->in = malloc(PACK_BLOCK);
	job->out = malloc(PACK_BLOCK);
	job->index = malloc(job->blocks * sizeof(*job->index));
	if (!job->in || !job->out || !job->index)
		return pack_memory(job->pack->err);
	if (write_blocks(job, encoding) < 0)
		return -1;
	/* Stored, it covers what was written for it packed: no packed block is longer than its raw one. */
	if (encoding == ENCODING_LZ4 && job->stored > job->raw / 100 * (100 - SAVED_PERCENT)) {
		encoding = ENCODING_STORED;
		if (write_blocks(job, encoding) < 0)
			return -1;
	}
	return write_entry(job, entry, encoding);
}

int pack_payload(struct pack *pack, size_t index)
{
	const struct img_source_payload *source = &pack->src->payload[index];
	struct job job = {.pack = pack, .source = source};
	CLEANUP_FD int fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int ret;

	_Static_assert(PACK_BLOCK == IMG_STORED_CHUNK, "one block size for both encodings");
	if (fd < 0)
		return refuse_file(&job, errno, "opened");
	if (fstat(fd, &st) < 0)
		return refuse_file(&job, errno, "examined");
	if (!S_ISREG(st.st_mode))
		return refuse_file(&job, 0, "is not a regular file");
	if (st.st_size == 0 || (uint64_t)st.st_size > IMG_PAYLOAD_RAWMAX)
		return refuse_file(&job, 0, st.st_size ? "is larger than 1 TiB" : "is empty");
	job.fd = fd;
	job.raw = (uint64_t)st.st_size;
	job.offset = pack->at = img_align_up(pack->at, IMG_ALIGN);
	job.blocks = (uint32_t)((job.raw + PACK_BLOCK - 1) / PACK_BLOCK);
	if (is_in_place(pack->src, index) && job.raw % IMG_SECTOR)
		return refuse_sectors(&job);
	ret = write_job(&job, &pack->table[SECTION_COUNT + index],
			is_in_place(pack->src, index) ? ENCODING_STORED : ENCODING_LZ4);
	free(job.in);
	free(job.out);
	free(job.index);
	return ret;
}
