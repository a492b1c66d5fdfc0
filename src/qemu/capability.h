/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capability.h - the one table of capabilities: what proves each.
 *
 * What QEMU contains needs no row. Every device that -device can make, every object, machine type,
 * netdev, chardev, blockdev, audiodev, display, accelerator and option is a line of qemu.caps by
 * itself, with the properties of devices and objects, and a Kconfig symbol QEMU_KIND_NAME.
 *
 * A row is for what QEMU understands rather than contains (a syntax, a flag), and for a property,
 * option or version that a menu shall depend on. Each row gives the line "feature NAME" where it is
 * proven, and the Kconfig symbol QEMU_FEATURE_NAME, which is defined also where it is not. No other
 * symbol begins with QEMU_; of all these the Kconfig tree has those that some menu names.
 *
 * Proven by what QEMU says, never by its version where anything else tells: distributions carry
 * patches back.
 */
#ifndef KILN_QEMU_CAPABILITY_H
#define KILN_QEMU_CAPABILITY_H

#include <stdbool.h>

#include "model/caps.h"

enum proof {
	PROOF_SCHEMA, /* the QMP schema has the path @what (image/needs.h) */
	PROOF_LINE, /* the capabilities have the line @what: "property virtio-net-pci rss" */
	PROOF_SINCE, /* the version is @what, "7.1", or newer */
	PROOF_BEFORE, /* the version is older than @what */
};

/** struct capability - a row; the table ends with a NULL @name. */
struct capability {
	const char *name;
	enum proof proof;
	const char *what;
};

/* Names for what the composer itself asks. */
#define CAP_DEVICE_JSON "device-json"
#define CAP_ENABLE_FIPS "enable-fips"
#define CAP_NETDEV_JSON "netdev-json"
#define CAP_OBJECT_JSON "object-json"

extern const struct capability capabilities[];

/** capability_find() - the row of that name, or NULL. */
const struct capability *capability_find(const char *name);

/** capability_has() - whether the QEMU of @caps has the row's line "feature NAME". */
bool capability_has(const struct caps *caps, const char *name);

/** capability_reached() - whether @caps is of version @version, "MAJOR.MINOR", or newer. */
bool capability_reached(const struct caps *caps, const char *version);

/** capability_kinds - kinds of lines that have a Kconfig symbol, in order, ended by NULL. */
extern const char *const capability_kinds[];

#endif
