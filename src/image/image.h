/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image.h - read a Kiln image. Allocates nothing, trusts no byte. FORMAT.md is the specification.
 *
 * The reader works on a descriptor with pread(2), not on a mapping: a file that is truncated while
 * it is read must be an error, not a SIGBUS.
 */
#ifndef KILN_IMAGE_IMAGE_H
#define KILN_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/ident.h"
#include "image/needs.h"
#include "image/ops.h"
#include "image/text.h"

/* Metadata sections, in file order; SECTION(ENUM, "NAME"). Payload sections follow them. */
#define IMAGE_SECTIONS(SECTION)                                                   \
	SECTION(META, "META") /* key=value lines: what the loader asks by name */ \
	SECTION(CONFIG, "CONFIG") /* the minimal defconfig */                     \
	SECTION(DOMAIN, "DOMAIN") /* libvirt domain XML */                        \
	SECTION(LAYOUT, "LAYOUT") /* the resolved layout, JSON */                 \
	SECTION(GUEST, "GUEST") /* what a guest notices, fact by fact */          \
	SECTION(NEEDS, "NEEDS") /* what the arguments need of QEMU */             \
	SECTION(ARGV, "ARGV") /* arguments as segments */                         \
	SECTION(PLAN, "PLAN") /* site slots and operations */

#define SECTION_ENUM(ENUM, name) SECTION_##ENUM,
enum img_section { IMAGE_SECTIONS(SECTION_ENUM) SECTION_COUNT };
#undef SECTION_ENUM

/* struct img_arg flags */
#define ARG_LOADER_ONLY (1u << 0) /* left out of `kiln show --argv`: refers to descriptors only */
#define ARG_FIPS        (1u << 2) /* only where the host is in FIPS mode */
#define ARG_SHELL_ONLY  (1u << 1) /* left out by the loader: stands in for what a shell cannot do */

/* Keys of META, in the order in which they are written; all are required and non-empty. */
#define IMAGE_META_KEYS(KEY)                                                                     \
	KEY(NAME, "name") /* CONFIG_VM_NAME */                                                   \
	KEY(VERSION, "kiln") /* version of the composer */                                       \
	KEY(BOARD, "board")                                                                      \
	KEY(HOST_ARCH, "host-arch")                                                              \
	KEY(GUEST_ARCH, "guest-arch")                                                            \
	KEY(MACHINE, "machine") /* versioned machine type */                                     \
	KEY(QEMU, "qemu") /* absolute path of QEMU on the target */                              \
	KEY(QEMU_VERSION, "qemu-version") /* what the board was probed with: "7.2" */            \
	KEY(RUN_USER, "run-user") /* account for QEMU when started by root; "kiln" by default */ \
	KEY(PAYLOAD_DIR, "payload-dir") /* PREFIX/NAME, where DOMAIN says that payload is */     \
	KEY(LAYOUT_ALGO, "layout") /* layout algorithm, e.g. "libvirt-9" */

#define META_ENUM(ENUM, name) META_##ENUM,
enum img_meta_key { IMAGE_META_KEYS(META_ENUM) META_KEY_COUNT };
#undef META_ENUM

#define PAYLOAD_NAME_MAX 64

/** struct img_payload - a payload section: @name is a file name without '/', @raw its unpacked size. */
struct img_payload {
	char name[PAYLOAD_NAME_MAX];
	uint64_t offset, stored, raw; /* absolute file offset and stored bytes; unpacked bytes */
	uint32_t block; /* unpacked bytes of a block; 0 = stored as it is */
	uint32_t blocks;
};

struct img_span {
	const unsigned char *data;
	size_t len;
};

/** struct img - an open image. Filled by img_open(); read-only after. */
struct img {
	int fd;
	const char *path;
	uint64_t start; /* where the image begins in the file: after a runtime in front */
	uint64_t size;
	struct img_span section[SECTION_COUNT]; /* unpacked, inside the caller's buffer */
	const char *meta[META_KEY_COUNT]; /* NUL-terminated, inside the caller's buffer */
	uint32_t payload_count;
	struct img_payload payload[PAYLOAD_MAX];
	uint32_t site_count, op_count, arg_count, need_count;
	uint32_t fd_count; /* slots used */
};

/** img_ends() - whether the file ends as an image does, by its last bytes alone. */
bool img_ends(int fd);

/**
 * img_open() - read, check and unpack the metadata of an image.
 * @img: filled.
 * @fd: readable, seekable; not closed by this library.
 * @path: for messages; must outlive @img.
 * @buf: receives the unpacked sections; must outlive @img.
 * @size: at least META_BYTES_MAX + 64 KiB.
 * @err: on failure ERR_IMAGE with the reason, or ERR_HOST when reading itself failed.
 *
 * Everything is checked here: magic, version, checksums, each offset and length, every operation,
 * site slot, argument and segment (kinds, slot numbers, limits, text rules). A caller may use what
 * the functions below return without checking again, except values of site slots.
 *
 * Return: 0, or -1.
 */
int img_open(struct img *img, int fd, const char *path, void *buf, size_t size,
	     struct err *err) MUST_CHECK;

/** img_section_name() - the name of a metadata section, e.g. "META". */
const char *img_section_name(enum img_section section);

/** img_meta_name() - the name of a key of META, e.g. "host-arch". */
const char *img_meta_name(enum img_meta_key key);

/** struct img_cursor - a place in a list of the image; zero-initialise to begin. */
struct img_cursor {
	size_t at;
	uint32_t index;
};

/** struct img_text - an undecoded text of the image. */
struct img_text {
	const unsigned char *data;
	uint32_t segments;
};

/**
 * img_text_next() - take the next segment off a text.
 * @text: advanced.
 * @seg: the segment; its text points into the image's buffer.
 *
 * Return: 1 a segment, 0 the end.
 */
int img_text_next(struct img_text *text, struct segment *seg);

/** struct img_arg - one argument: @flags of ARG_*, @text its segments. */
struct img_arg {
	uint32_t flags;
	struct img_text text;
};

/** img_arg_next() - the next argument of ARGV, without argv[0]. Return: 1, or 0 at the end. */
int img_arg_next(const struct img *img, struct img_cursor *cursor, struct img_arg *arg);

/** struct img_site - one site slot as stored; strings are NUL-terminated. */
struct img_site {
	const char *key, *value;
	enum site_kind kind;
};

/** img_site_next() - the next site slot. Return: 1, or 0 at the end. */
int img_site_next(const struct img *img, struct img_cursor *cursor, struct img_site *site);

/**
 * struct img_fact - one line of GUEST: what a guest sees of one device, or of the machine.
 * @id: identity of the device: "net0"; @id_len its bytes. Nothing is NUL-terminated.
 * @key: what about it: "queues"; @key_len.
 * @value: 1 byte or more; @value_len.
 * @promised: a change breaks the guest's ABI; else it is only worth telling.
 */
struct img_fact {
	const char *id, *key, *value;
	size_t id_len, key_len, value_len;
	bool promised;
};

/** img_fact_next() - the next fact, in ascending order of id and key. Return: 1, or 0 at the end. */
int img_fact_next(const struct img *img, struct img_cursor *cursor, struct img_fact *fact);

/** img_need_next() - the next line of NEEDS, in their order. Return: 1, or 0 at the end. */
int img_need_next(const struct img *img, struct img_cursor *cursor, struct need *need);

/**
 * img_fact_compare() - the order of facts: by identity, then by key, byte by byte.
 *
 * Return: below, equal to or above 0, as strcmp().
 */
int img_fact_compare(const struct img_fact *a, const struct img_fact *b);

/**
 * typedef img_resolve_fn - turn a text of an operation into a string.
 * @arg: the caller's.
 * @text: the text.
 * @err: set on failure.
 *
 * Return: a NUL-terminated string that outlives the operation, or NULL.
 */
typedef const char *img_resolve_fn(void *arg, struct img_text text, struct err *err);

/**
 * img_op_next() - the next operation of the plan, its texts resolved.
 * @img: the image.
 * @cursor: advanced.
 * @resolve: called once for each TEXT field, in order.
 * @arg: for @resolve.
 * @op: filled.
 * @err: set when @resolve fails.
 *
 * Return: 1 an operation, 0 the end, -1 @resolve failed.
 */
int img_op_next(const struct img *img, struct img_cursor *cursor, img_resolve_fn *resolve,
		void *arg, struct op *op, struct err *err) MUST_CHECK;

/** op_name() - "tap" for OP_TAP. */
const char *op_name(enum op_code code);

/** op_phase() - the phase of an operation. */
enum op_phase op_phase(enum op_code code);

/** op_life() - the lifetime of this operation, with its flags taken into account. */
enum op_life op_life(const struct op *op);

/** op_fd_count() - how many descriptor slots it fills, from its FD field on; 0 when it has none. */
uint32_t op_fd_count(const struct op *op);

/** op_fd_first() - its first slot; only where op_fd_count() is not 0. */
uint32_t op_fd_first(const struct op *op);

/** struct op_field - one field of an operation, for showing and storing it without a switch. */
struct op_field {
	const char *name;
	enum { FIELD_TEXT, FIELD_U32, FIELD_FLAGS, FIELD_FD } kind;
	size_t offset; /* in struct op */
	uint32_t limit; /* U32: the largest value; FLAGS: the known bits */
};

/** op_fields() - the fields of an operation in declared order; @ret_count how many. */
const struct op_field *op_fields(enum op_code code, size_t *ret_count);

/** op_number() - the value of a field that is not FIELD_TEXT. */
uint32_t op_number(const struct op *op, const struct op_field *field);

/** macvtap_mode_word() - "vepa" for MACVTAP_VEPA. */
const char *macvtap_mode_word(enum macvtap_mode mode);

/** macvtap_mode_find() - the mode of that word, or MACVTAP_MODE_COUNT. */
enum macvtap_mode macvtap_mode_find(const char *word);

/** site_word() - "ifname" for SITE_IFNAME. */
const char *site_word(enum site_kind kind);

/** site_rule() - the rule that a value of this kind must keep. */
enum ident_kind site_rule(enum site_kind kind);

/** site_bytes_max() - the most bytes that a value of this kind has, without the NUL. */
size_t site_bytes_max(enum site_kind kind);

/** fixup_word() - "fd" for FIX_FD. */
const char *fixup_word(enum fixup_kind kind);

/**
 * img_payload_copy() - unpack a payload into a descriptor.
 * @img: the image.
 * @index: below @img->payload_count.
 * @out_fd: written from its current position with write(2); block by block into a reused buffer,
 *          which is faster than a mapping (qemu-facts.md section 5).
 * @err: ERR_IMAGE for damage (each block has a checksum), ERR_HOST for a failing write.
 *
 * Return: 0, or -1; what was written before a failure stays in @out_fd.
 */
int img_payload_copy(const struct img *img, uint32_t index, int out_fd, struct err *err) MUST_CHECK;

#endif
