/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prop.h - one row describes a property (DESIGN.md rule 3).
 *
 * The same row reads `.config`, fills the model, writes libvirt XML, emits the QEMU property, pins
 * the value in the lock and declares the site slot. What a row cannot say is a hook of the family
 * (model/device.h); more than a few hooks mean that a column is missing here.
 */
#ifndef KILN_MODEL_PROP_H
#define KILN_MODEL_PROP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ident.h"
#include "image/ops.h"

struct vm_dev;
struct dev_family;

enum prop_kind {
	PROP_BOOL, /* field: bool */
	PROP_UINT, /* field: uint64_t */
	PROP_STRING, /* field: const char *; NULL when the symbol is empty */
	PROP_NUMBER, /* field: const char *: digits, or a mark that becomes such; no symbol */
	PROP_ENUM, /* field: const struct prop_word *; a choice with members SYM_WORD */
	PROP_CLASS, /* field: vm_dev.class; a choice with members SYM_CLASS */
	PROP_PCI, /* field: vm_dev.want; a string "bb:ss.f" or empty */
	PROP_PLACE, /* field: vm_dev.want_place; a string in the form of model/place.h, or empty */
	PROP_CONST, /* no symbol: @text is written as it is to @xml and @qemu */
	PROP_ALIAS, /* no symbol: @text is a format with one %s for the alias */
	PROP_MADE, /* no symbol: @make gives the text, after the layout */
	PROP_ADDRESS, /* no symbol: bus, multifunction and addr go here; XML <address> */
	PROP_KIND_COUNT,
};

/* struct prop flags */
#define PROP_PIN        (1u << 0) /* the lock pins it: the guest would notice another default */
#define PROP_ABI        (1u << 1) /* the guest notices a change: `kiln diff` breaks on it */
#define PROP_ALWAYS     (1u << 2) /* written to XML and QEMU even where it equals @absent or false */
#define PROP_XML_ONOFF  (1u << 3) /* a bool in XML is on/off instead of yes/no */
#define PROP_XML_KIB    (1u << 4) /* number of MiB that XML wants in KiB */
#define PROP_SITE       (1u << 5) /* may be bound on the target as ID.NAME; rule: @site */
#define PROP_REPEAT_FMT (1u << 6) /* "%d" in the string stands for the repeat number */
#define PROP_REQUIRED   (1u << 7) /* a string that must be set where the row applies */
#define PROP_UNIQUE     (1u << 8) /* no two devices may have the same value; letters of any case */

#define PROP_XML_LIST \
	(1u           \
	 << 20) /* a string with commas between items: "%u" in @xml is an item's number, from 0, in "[%u]" from 1 */

#define PROP_DESCRIPTOR \
	(1u << 13) /* a number of a descriptor: a -device for a shell is written without it */

/* A number that libvirt lets QEMU count by position; in XML <qemu:override> says another one. */
#define PROP_COUNTED (1u << 14)

#define PROP_TELL (1u << 12) /* no promise to the guest, but `kiln diff` tells a change */

/* prop.rule of a string: RULE(IFNAME) = base/ident.h's rule of that name; 0 = any text. */
#define RULE(kind) (IDENT_##kind + 1)

/** struct prop_word - a word of a choice: Kconfig member suffix, XML and QEMU spelling (or NULL). */
struct prop_word {
	const char *sym, *xml, *qemu;
};

/**
 * struct prop - a row. A table of rows ends with a row whose @name is NULL.
 * @name: key in the lock, the site overlay, reports: "queues". Unique in its family.
 * @sym: Kconfig suffix behind the slot's prefix: "QUEUES" -> NET0_QUEUES; NULL = no symbol.
 * @kind: what it is; says what @field is.
 * @flags: PROP_*.
 * @field: offset in the family's struct (not for CLASS, PCI, PLACE, CONST, ALIAS, ADDRESS).
 * @words: of an ENUM, ended by a NULL sym.
 * @xml: path below the device's element: "driver/@queues", "source/@file", "timer[name=rtc]/@present"
 *       (of the elements of one name the one with that attribute), "" = the element's own text; NULL
 *       = not in XML. Of a row of the machine itself: below <domain>.
 *       A path that begins with '/' counts from <domain>; "%s" in it is the number of the device's slot.
 * @joined: of a STRING that XML shows in parts alone: what reads it back, with each part as {PATH FORM}, a
 *          form being x or d with a width as of printf, 4 or 6 an address of IP, or a text that the part begins
 *          with and that is left out: "{source/adapter/@name scsi_host}:{source/address/@unit d}"; {PATH} is
 *          the part as it is, and {!PATH} must not be there. '|' separates forms of the text; the first whose
 *          parts are all there is it. With PROP_XML_LIST of each item, "%u" in the paths as in @xml.
 * @qemu: property of -device; NULL = the back end's, or none.
 * @option: of a row of the machine itself: the option in which @qemu is a word: "-cpu", "-rtc",
 *          "-smbios type=1"; "-global" stands once for each row. NULL = -machine.
 *          Of a device's: the option of its back end in which @qemu is a member, "in.voices" of -audiodev
 *          (emit_option()); "-machine" for what the machine has already. NULL = -device.
 * @text: of CONST and ALIAS; of PCI without a symbol of its own the one in whose text the address stands.
 * @make: of MADE; NULL from it = nothing is written.
 * @absent: a UINT of this value is not written (unless PROP_ALWAYS).
 * @min: smallest UINT; the Kconfig range says the same, a test compares.
 * @max: largest UINT; 0 with @min 0 = no range.
 * @rule: RULE() that a STRING keeps.
 * @refers: a STRING that names a device of this family by its row "name": the device must be there, and
 *          -device gets its QEMU id.
 * @site: rule for a value bound on the target (PROP_SITE).
 * @when: applies only if true; NULL = always. A row that does not apply is neither written nor
 *        required, and its symbol must be at its default.
 */
struct prop {
	const char *name;
	const char *sym;
	enum prop_kind kind;
	unsigned flags;
	size_t field;
	const struct prop_word *words;
	const char *xml;
	const char *joined;
	const char *qemu;
	const char *option;
	const char *text;
	const char *(*make)(const struct vm_dev *dev);
	uint64_t absent, min, max;
	unsigned rule;
	const struct dev_family *refers;
	enum site_kind site;
	bool (*when)(const struct vm_dev *dev);
};

/** struct place - a line of a file; @file NULL = no place. */
struct place {
	const char *file;
	unsigned line;
};

#define prop_for_each(row, table) for (const struct prop *row = (table); row && row->name; row++)

#endif
