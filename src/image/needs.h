/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * needs.h - facts about a QEMU as lines "KIND NAME": what a board's QEMU has (boards/NAME/qemu.caps).
 *
 * Shared by the composer, which writes such lines down, and by the loader, which asks for them.
 */
#ifndef KILN_IMAGE_NEEDS_H
#define KILN_IMAGE_NEEDS_H

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
