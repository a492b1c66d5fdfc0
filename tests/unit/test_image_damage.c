/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_image_damage.c - every truncation and every single-bit flip of an image is refused: in the
 * metadata, the block indexes and the padding by img_open(), in payload bytes by the copy.
 */
#include "image_fixture.h"

#include <endian.h>
#include <fcntl.h>

#include "image/checksum.h"

struct small {
	struct fixture fix;
	struct img img; /* of the undamaged image */
	int fd;
	unsigned char *bytes;
	size_t len;
};

/* Payloads of a few bytes: each bit of the whole image is tried. */
static int setup(void **state)
{
	struct small *small = malloc(sizeof(*small));
	struct err err;
	char text[300];

	assert_non_null(small);
	fixture_init(&small->fix);
	fixture_close(&small->fix);
	memset(text, 'k', sizeof(text));
	fixture_set_payload(&small->fix, 0, "kernel", text, sizeof(text));
	fixture_set_payload(&small->fix, 1, "initrd.gz", "0123456789", 10);
	fixture_set_payload(&small->fix, 2, "tiny", "x", 1);
	small->fd = fixture_write(&small->fix.src);
	small->bytes = fixture_bytes(small->fd, &small->len);
	assert_int_equal(fixture_open(&small->img, small->fd, &err), 0);
	assert_int_not_equal(small->img.payload[0].block, 0);
	*state = small;
	return 0;
}

static int teardown(void **state)
{
	struct small *small = *state;

	fixture_close(&small->fix);
	assert_int_equal(close(small->fd), 0);
	free(small->bytes);
	free(small);
	return 0;
}

static void test_every_truncation_is_refused(void **state)
{
	struct small *small = *state;
	struct err err;
	struct img img;

	for (size_t len = small->len; len-- > 0;) {
		assert_int_equal(ftruncate(small->fd, (off_t)len), 0);
		if (fixture_open(&img, small->fd, &err) == 0)
			fail_msg("cut at %zu of %zu: taken", len, small->len);
		assert_refused(&err, ERR_IMAGE, "");
	}
}

static void test_cut_image_says_by_how_much(void **state)
{
	struct small *small = *state;
	char part[64];
	struct err err;
	struct img img;

	assert_int_equal(ftruncate(small->fd, (off_t)small->len / 2), 0);
	assert_int_equal(fixture_open(&img, small->fd, &err), -1);
	snprintf(part, sizeof(part), "the file has %zu bytes and its header says %zu",
		 small->len / 2, small->len);
	assert_refused(&err, ERR_IMAGE, part);
}

/* The payload whose bytes include @at, or -1: metadata, index or padding. */
static int payload_of(const struct img *img, size_t at)
{
	for (uint32_t i = 0; i < img->payload_count; i++)
		if (at >= img->payload[i].offset &&
		    at < img->payload[i].offset + img->payload[i].stored)
			return (int)i;
	return -1;
}

static void check_flip(const struct small *small, size_t at, int bit, int out)
{
	int payload = payload_of(&small->img, at);
	struct err err;
	struct img img;

	if (payload < 0) {
		if (fixture_open(&img, small->fd, &err) == 0)
			fail_msg("bit %d of byte %zu: taken", bit, at);
	} else {
		assert_int_equal(fixture_open(&img, small->fd, &err), 0);
		if (img_payload_copy(&img, (uint32_t)payload, out, &err) == 0)
			fail_msg("bit %d of byte %zu: copied", bit, at);
	}
	assert_refused(&err, ERR_IMAGE, "");
}

static void test_every_flipped_bit_is_refused(void **state)
{
	struct small *small = *state;
	int out = memfd_create("out", MFD_CLOEXEC);

	for (size_t at = 0; at < small->len; at++) {
		for (int bit = 0; bit < 8; bit++) {
			unsigned char byte = small->bytes[at] ^ (unsigned char)(1u << bit);

			assert_int_equal(fd_pwrite_all(small->fd, &byte, 1, (off_t)at), 0);
			check_flip(small, at, bit, out);
		}
		assert_int_equal(fd_pwrite_all(small->fd, &small->bytes[at], 1, (off_t)at), 0);
	}
	assert_int_equal(lseek(out, 0, SEEK_CUR), 0); /* no damaged byte was passed on */
	assert_int_equal(close(out), 0);
}

static void test_bytes_behind_the_image_are_refused(void **state)
{
	struct small *small = *state;
	struct err err;
	struct img img;

	assert_int_equal(fd_pwrite_all(small->fd, "", 1, (off_t)small->len), 0);
	assert_int_equal(fixture_open(&img, small->fd, &err), -1);
	assert_refused(&err, ERR_IMAGE, "");
}

static void test_front_that_is_not_aligned_is_refused(void **state)
{
	struct small *small = *state;
	int fd = fixture_memfd("#!", 2);
	struct err err;
	struct img img;

	assert_int_equal(fd_write_all(fd, small->bytes, small->len), 0);
	assert_int_equal(fixture_open(&img, fd, &err), -1);
	assert_refused(&err, ERR_IMAGE, "begins at offset 2");
	assert_int_equal(close(fd), 0);
}

/* Put another version number where every version has it. */
static void set_version(const struct small *small, uint32_t version)
{
	off_t at = (off_t)(small->len - sizeof(struct img_disk_trailer) +
			   offsetof(struct img_disk_trailer, version));

	version = htole32(version);
	assert_int_equal(fd_pwrite_all(small->fd, &version, sizeof(version), at), 0);
}

static void test_another_format_is_named(void **state)
{
	struct small *small = *state;
	char text[80];
	struct err err;
	struct img img;

	(void)snprintf(text, sizeof(text), "format %d is newer than this program (%d)",
		       IMG_VERSION + 1, IMG_VERSION);
	set_version(small, IMG_VERSION + 1);
	assert_int_equal(fixture_open(&img, small->fd, &err), -1);
	assert_refused(&err, ERR_IMAGE, text);
	assert_non_null(strstr(err.fix, "kiln-run"));
	(void)snprintf(text, sizeof(text), "format %d is older than this program (%d)",
		       IMG_VERSION - 1, IMG_VERSION);
	set_version(small, IMG_VERSION - 1);
	assert_int_equal(fixture_open(&img, small->fd, &err), -1);
	assert_refused(&err, ERR_IMAGE, text);
	assert_non_null(strstr(err.fix, "Build the image again"));
}

static void test_other_files_are_refused(void **state)
{
	static const char *const paths[] = {"/proc/self/exe", "/dev/null", "/"};
	struct err err;
	struct img img;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		CLEANUP_FD int fd = open(paths[i], O_RDONLY | O_CLOEXEC);

		assert_int_equal(fixture_open(&img, fd, &err), -1);
		assert_refused(&err, ERR_IMAGE, "");
	}
	assert_int_equal(fixture_open(&img, -1, &err), -1);
	assert_refused(&err, ERR_HOST, "Bad file descriptor");
}

/*
 * An attacker, or a bug, can make checksums that match. Change a field of the frame and seal the
 * frame again: it must be refused for what it says.
 */
static void seal(unsigned char *bytes, size_t len)
{
	struct img_disk_header header;
	struct img_disk_trailer trailer;

	memcpy(&header, bytes, sizeof(header));
	memcpy(&trailer, bytes + len - sizeof(trailer), sizeof(trailer));
	header.table_checksum = htole64(
		img_checksum(bytes + sizeof(header),
			     le32toh(header.section_count) * sizeof(struct img_disk_section)));
	header.checksum = 0;
	header.checksum = htole64(img_checksum(&header, sizeof(header)));
	trailer.header_checksum = header.checksum;
	trailer.checksum = 0;
	trailer.checksum = htole64(img_checksum(&trailer, sizeof(trailer)));
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + len - sizeof(trailer), &trailer, sizeof(trailer));
}

/* Refused when it is opened; what only the unpacked length can tell, when it is copied. */
static void assert_sealed_is_refused(unsigned char *bytes, size_t len, size_t at, const char *how)
{
	int fd, out = memfd_create("out", MFD_CLOEXEC);
	struct err err;
	struct img img;

	seal(bytes, len);
	fd = fixture_memfd(bytes, len);
	if (fixture_open(&img, fd, &err) == 0 && img_payload_copy(&img, 0, out, &err) == 0)
		fail_msg("byte %zu %s and sealed: taken", at, how);
	assert_refused(&err, ERR_IMAGE, "");
	assert_int_equal(close(fd), 0);
	assert_int_equal(close(out), 0);
}

static void test_every_wrong_figure_of_the_table_is_refused(void **state)
{
	struct small *small = *state;
	size_t begin = sizeof(struct img_disk_header);
	size_t end = begin + (SECTION_COUNT + FIXTURE_PAYLOADS) * sizeof(struct img_disk_section);
	size_t name_at = offsetof(struct img_disk_section, name);
	unsigned char *bytes = malloc(small->len);

	assert_non_null(bytes);
	for (size_t at = begin; at < end; at++) {
		size_t in_entry = (at - begin) % sizeof(struct img_disk_section);
		bool payload = (at - begin) / sizeof(struct img_disk_section) >= SECTION_COUNT;

		/* Another or a longer name of a payload is as good; so is another block size. */
		if (payload && in_entry >= name_at && (small->bytes[at] || small->bytes[at - 1]))
			continue;
		if (payload && in_entry >= offsetof(struct img_disk_section, block) &&
		    in_entry < offsetof(struct img_disk_section, blocks))
			continue;
		memcpy(bytes, small->bytes, small->len);
		bytes[at] ^= 0x80;
		assert_sealed_is_refused(bytes, small->len, at, "changed");
		bytes[at] = 0xff;
		if (small->bytes[at] != 0xff)
			assert_sealed_is_refused(bytes, small->len, at, "set to 0xff");
	}
	free(bytes);
}

static void test_wrong_figures_of_the_header_are_refused(void **state)
{
	static const size_t fields[] = {offsetof(struct img_disk_header, header_bytes),
					offsetof(struct img_disk_header, size),
					offsetof(struct img_disk_header, section_count),
					offsetof(struct img_disk_header, entry_bytes)};
	struct small *small = *state;
	unsigned char *bytes = malloc(small->len);

	assert_non_null(bytes);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		memcpy(bytes, small->bytes, small->len);
		bytes[fields[i]] ^=
			0x40; /* 73 or 57 sections: the table does not fit or is damaged */
		if (fields[i] == offsetof(struct img_disk_header, section_count))
			bytes[fields[i]] = SECTION_COUNT - 1;
		assert_sealed_is_refused(bytes, small->len, fields[i], "changed");
	}
	free(bytes);
}

static void test_two_payloads_of_one_name_are_refused(void **state)
{
	struct small *small = *state;
	size_t entry = sizeof(struct img_disk_header) +
		       SECTION_COUNT * sizeof(struct img_disk_section) +
		       offsetof(struct img_disk_section, name);

	memcpy(small->bytes + entry + sizeof(struct img_disk_section), small->bytes + entry,
	       IMG_NAME_BYTES);
	assert_sealed_is_refused(small->bytes, small->len, entry, "repeated");
}

/* A name from the image becomes a file name when it is exported. */
static void test_payload_names_that_leave_the_folder_are_refused(void **state)
{
	static const char *const names[] = {"..", ".", "a/b", "", "a\nb"};
	struct small *small = *state;
	size_t entry = sizeof(struct img_disk_header) +
		       SECTION_COUNT * sizeof(struct img_disk_section) +
		       offsetof(struct img_disk_section, name);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		memset(small->bytes + entry, 0, IMG_NAME_BYTES);
		memcpy(small->bytes + entry, names[i], strlen(names[i]));
		assert_sealed_is_refused(small->bytes, small->len, entry, names[i]);
	}
}

static void test_full_output_is_the_hosts_fault(void **state)
{
	struct small *small = *state;
	CLEANUP_FD int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct err err;

	assert_int_equal(img_payload_copy(&small->img, 0, full, &err), -1);
	assert_refused(&err, ERR_HOST, "No space left");
}

/* The file changes between img_open() and the copy: refused, never past a buffer. */
static void test_index_that_changes_after_opening_is_refused(void **state)
{
	struct small *small = *state;
	const struct img_payload *payload = &small->img.payload[0];
	off_t index = (off_t)img_align_up(payload->offset + payload->stored, IMG_SECTION_ALIGN);
	struct img_disk_block entry = {.stored = htole32(IMG_BLOCK_MAX * 2)};
	CLEANUP_FD int out = memfd_create("out", MFD_CLOEXEC);
	struct err err;

	assert_int_equal(fd_pwrite_all(small->fd, &entry, sizeof(entry), index), 0);
	assert_int_equal(img_payload_copy(&small->img, 0, out, &err), -1);
	assert_refused(&err, ERR_IMAGE, "changed while it was read");
	assert_int_equal(ftruncate(small->fd, index), 0);
	assert_int_equal(img_payload_copy(&small->img, 0, out, &err), -1);
	assert_refused(&err, ERR_IMAGE, "was cut");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_every_truncation_is_refused),
		TEST(test_cut_image_says_by_how_much),
		TEST(test_every_flipped_bit_is_refused),
		TEST(test_bytes_behind_the_image_are_refused),
		TEST(test_front_that_is_not_aligned_is_refused),
		TEST(test_another_format_is_named),
		TEST(test_other_files_are_refused),
		TEST(test_every_wrong_figure_of_the_table_is_refused),
		TEST(test_wrong_figures_of_the_header_are_refused),
		TEST(test_two_payloads_of_one_name_are_refused),
		TEST(test_payload_names_that_leave_the_folder_are_refused),
		TEST(test_full_output_is_the_hosts_fault),
		TEST(test_index_that_changes_after_opening_is_refused),
	};

	return cmocka_run_group_tests_name("image_damage", tests, NULL, NULL);
}
