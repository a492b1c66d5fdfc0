/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * payload.c - check the block index of a payload, and unpack the payload into a descriptor.
 *
 * Block by block through two reused buffers and write(2): the buffers stay in the cache, and a
 * write to a memfd costs less than the page faults of a mapping. Not for two threads at once.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "image/checksum.h"
#include "image/reader.h"
#include "image/unpack.h"

#define INDEX_BATCH 256 /* entries read at once */

static unsigned char packed_block[IMG_BLOCK_MAX], raw_block[IMG_BLOCK_MAX];

uint32_t img_payload_chunk(const struct img_payload *payload)
{
	return payload->block ? payload->block : IMG_STORED_CHUNK;
}

/* Unpacked bytes of a block: all alike but the last. */
static uint32_t block_raw(const struct img_payload *payload, uint32_t block)
{
	uint64_t chunk = img_payload_chunk(payload), left = payload->raw - block * chunk;

	return (uint32_t)(left < chunk ? left : chunk);
}

/* Read the entries from @first on; returns how many, or 0 with @err set. */
static uint32_t read_index(const struct img *img, const struct img_payload *payload, uint32_t first,
			   struct img_disk_block entry[INDEX_BATCH], struct err *err)
{
	uint64_t at =
		img_align_up(payload->offset - img->start + payload->stored, IMG_SECTION_ALIGN) +
		(uint64_t)first * sizeof(*entry);
	uint32_t count = payload->blocks - first;

	if (count > INDEX_BATCH)
		count = INDEX_BATCH;
	return img_read_at(img, at, entry, count * sizeof(*entry), err) < 0 ? 0 : count;
}

int img_check_index(const struct img *img, uint32_t index, uint64_t checksum, struct err *err)
{
	const struct img_payload *payload = &img->payload[index];
	struct img_disk_block entry[INDEX_BATCH];
	struct img_checksum sum;
	uint64_t stored = 0;
	uint32_t count;
	bool valid = true;

	img_checksum_begin(&sum);
	for (uint32_t first = 0; first < payload->blocks; first += count) {
		count = read_index(img, payload, first, entry, err);
		if (count == 0)
			return -1;
		img_checksum_add(&sum, entry, count * sizeof(*entry));
		for (uint32_t i = 0; i < count; i++) {
			uint32_t len = le32toh(entry[i].stored);
			uint32_t raw = block_raw(payload, first + i);

			valid &= entry[i].zero == 0 && len > 0 && len <= raw;
			valid &= payload->block != 0 || len == raw;
			stored += len;
		}
	}
	if (img_checksum_end(&sum) != checksum)
		return img_refuse_damage(img, err,
					 "payload %s: its block index' checksum does not "
					 "match",
					 payload->name);
	if (!valid || stored != payload->stored)
		return img_refuse_damage(img, err, "payload %s: its block index does not add up",
					 payload->name);
	return 0;
}

/* Read and check one block; returns its unpacked bytes, or NULL with @err set. */
static const unsigned char *read_block(const struct img *img, const struct img_payload *payload,
				       uint64_t offset, const struct img_disk_block *entry,
				       uint32_t raw, struct err *err)
{
	uint32_t stored = le32toh(entry->stored);

	/* The index is read again after img_open(): a file that changes must not overflow this. */
	if (stored == 0 || stored > raw ||
	    !img_span_fits(offset, stored, payload->offset + payload->stored)) {
		(void)img_refuse_damage(img, err,
					"payload %s: its block index changed while it "
					"was read",
					payload->name);
		return NULL;
	}
	if (img_read_at(img, offset - img->start, packed_block, stored, err) < 0)
		return NULL;
	if (img_checksum(packed_block, stored) != le64toh(entry->checksum)) {
		(void)img_refuse_damage(img, err,
					"payload %s: the checksum of %u bytes at offset "
					"%llu does not match",
					payload->name, stored, (unsigned long long)offset);
		return NULL;
	}
	if (stored == raw)
		return packed_block;
	if (!img_unpack(packed_block, stored, raw_block, raw)) {
		(void)img_refuse_damage(img, err,
					"payload %s: %u bytes at offset %llu cannot be "
					"unpacked",
					payload->name, stored, (unsigned long long)offset);
		return NULL;
	}
	return raw_block;
}

static int refuse_write(const struct img *img, const struct img_payload *payload, int sys_errno,
			struct err *err)
{
	(void)err_sys(err, ERR_HOST, sys_errno, "payload %s of %s cannot be written", payload->name,
		      img->path);
	err_why(err,
		"It has %llu bytes unpacked, which must fit into memory, or on the disk that "
		"it is exported to.",
		(unsigned long long)payload->raw);
	err_fix(err, "Free memory or disk space, or give the VM's service a larger memory limit.");
	return -1;
}

int img_payload_copy(const struct img *img, uint32_t index, int out_fd, struct err *err)
{
	const struct img_payload *payload = &img->payload[index];
	struct img_disk_block entry[INDEX_BATCH];
	uint64_t offset = payload->offset;
	uint32_t count;

	for (uint32_t first = 0; first < payload->blocks; first += count) {
		count = read_index(img, payload, first, entry, err);
		if (count == 0)
			return -1;
		for (uint32_t i = 0; i < count; i++) {
			uint32_t raw = block_raw(payload, first + i);
			const unsigned char *data =
				read_block(img, payload, offset, &entry[i], raw, err);

			if (!data)
				return -1;
			if (fd_write_all(out_fd, data, raw) < 0)
				return refuse_write(img, payload, errno, err);
			offset += le32toh(entry[i].stored);
		}
	}
	return 0;
}
