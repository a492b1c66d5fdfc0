/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * needs.h - facts about a QEMU as lines "KIND NAME": what a board's QEMU has (boards/NAME/qemu.caps), and
 * what the arguments of an image need (section NEEDS).
 *
 * Shared by the composer, which writes such lines, and by the loader, which asks the QEMU of the target
 * for them. Allocates nothing.
 */
#ifndef KILN_IMAGE_NEEDS_H
#define KILN_IMAGE_NEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Kinds of section NEEDS: NEED(ENUM, WORD, NAMES), NAMES how many words the name has. All but "schema"
 * are kinds of qemu.caps too. "version" is the oldest that will do, "MAJOR.MINOR"; "schema" is a path.
 */
#define NEED_KINDS(NEED)                              \
	NEED(ACCEL, "accel", 1)                       \
	NEED(ARCH, "arch", 1)                         \
	NEED(AUDIODEV, "audiodev", 1)                 \
	NEED(BLOCKDEV, "blockdev", 1)                 \
	NEED(CHARDEV, "chardev", 1)                   \
	NEED(CPU, "cpu", 1)                           \
	NEED(CPU_PROPERTY, "cpu-property", 1)         \
	NEED(DEVICE, "device", 1)                     \
	NEED(DISPLAY, "display", 1)                   \
	NEED(MACHINE, "machine", 1)                   \
	NEED(MACHINE_PROPERTY, "machine-property", 2) \
	NEED(NETDEV, "netdev", 1)                     \
	NEED(OBJECT, "object", 1)                     \
	NEED(OBJECT_PROPERTY, "object-property", 2)   \
	NEED(OPTION, "option", 1)                     \
	NEED(OPTION_PARAMETER, "option-parameter", 2) \
	NEED(PROPERTY, "property", 2)                 \
	NEED(SCHEMA, "schema", 1)                     \
	NEED(TPM, "tpm", 1)                           \
	NEED(VERSION, "version", 1)

#define NEED_ENUM(ENUM, word, names) NEED_##ENUM,
enum need_kind { NEED_KINDS(NEED_ENUM) NEED_KIND_COUNT };
#undef NEED_ENUM

#define NEED_NAME_MAX 255 /* bytes of a name: one or two words of 1 byte or more, a space between */
#define NEED_MAX      8192 /* lines of section NEEDS */

/** struct need - a line; @name is not NUL-terminated; of two words @first_len is the first one's. */
struct need {
	enum need_kind kind;
	const char *name;
	size_t name_len, first_len;
};

/** need_word() - "machine-property" for NEED_MACHINE_PROPERTY. */
const char *need_word(enum need_kind kind);

/** need_schema() - the path of the enumeration that has the names of this kind, or NULL. */
const char *need_schema(enum need_kind kind);

/**
 * need_parse() - one line.
 * @line: without its line feed, @len bytes.
 * @need: filled; points into @line.
 *
 * Return: 0; -1 when it is no line of section NEEDS.
 */
int need_parse(const char *line, size_t len, struct need *need);

/** need_version() - the two numbers of a NEED_VERSION. */
void need_version(const struct need *need, unsigned *ret_major, unsigned *ret_minor);

/*
 * Kinds whose names are the values of an enumeration in QEMU's QMP schema: KIND(NAME, PATH).
 *
 * A path begins with a command or event; "arg-type" and "ret-type" lead to its arguments and its
 * result, NAME to the type of a member, "+CASE" to the type of a variant. "^VALUE" demands a value of
 * an enumeration, "$FLAG" a feature flag. A list is its element.
 *
 * The enumerations say what QEMU was compiled with. Modules that are not installed are in them too.
 */
#define NEEDS_SCHEMA_KINDS(KIND)                                                 \
	KIND("audiodev", "query-audiodevs/ret-type/driver") /* since QEMU 8.0 */ \
	KIND("blockdev", "blockdev-add/arg-type/driver")                         \
	KIND("chardev", "chardev-add/arg-type/backend/type")                     \
	KIND("display", "query-display-options/ret-type/type")                   \
	KIND("netdev", "netdev_add/arg-type/type")                               \
	KIND("tpm", "query-tpm-types/ret-type")

#endif
