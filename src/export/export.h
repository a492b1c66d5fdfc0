/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * export.h - an image in the words of another system: libvirt, a shell, KubeVirt.
 *
 * What the other system cannot take is collected as a note and left out; who asked decides whether that
 * is a failure. Nothing is written and no host is asked here.
 */
#ifndef KILN_EXPORT_EXPORT_H
#define KILN_EXPORT_EXPORT_H

#include "image/facts.h"
#include "model/errlist.h"

/** enum export_loss - how much it matters. */
enum export_loss {
	EXPORT_LOST, /* the guest or its owner would miss it */
	EXPORT_LEFT, /* done by kiln-run, and here somebody's own work */
	EXPORT_LOSS_COUNT
};

/** struct export_note - @what is not taken over, and @why: what to do about it. */
struct export_note {
	enum export_loss loss;
	const char *what, *why;
	struct export_note *next;
};

/* libvirt's own form of a version: 9.1.0 is 9001000. */
#define EXPORT_VERSION(major, minor) ((major)*1000000u + (minor)*1000u)
#define EXPORT_VERSION_OLDEST        EXPORT_VERSION(9, 0)

/**
 * struct export - an image and where it goes.
 * @arena: owns every text.
 * @facts: the image; its unit id, or "".
 * @payload_dir: the folder in which the other system finds the payload; an absolute path. NULL for a
 *               script: where it stands itself.
 * @libvirt: EXPORT_LIBVIRT: its version.
 * @container: EXPORT_KUBEVIRT: the container image that holds the payload.
 * @more_name, @more: filled: another file, beside the description; NULL = none.
 * @notes, @last_note: filled.
 */
struct export
{
	struct arena *arena;
	const struct facts *facts;
	const char *payload_dir;
	unsigned libvirt;
	const char *container, *more_name;
	struct text more;
	struct export_note *notes, *last_note;
};

/** export_note() - add a note; one that says the same stands only once. */
void export_note(struct export *export, enum export_loss loss, const char *what, const char *why);

/** export_has_lost() - whether something is lost. */
bool export_has_lost(const struct export *export);

/** export_mac() - the MAC address of a device on this unit; NULL where the unit is not known. */
const char *export_mac(const struct export *export, const char *device);

/** export_uuid() - the UUID of the machine on this unit, likewise. */
const char *export_uuid(const struct export *export);

/** export_cid() - the number of a device among the guests of a host, likewise. */
const char *export_cid(const struct export *export, const char *device);

/** export_payload() - the file name of the payload that a path of DOMAIN names; NULL: it is another file. */
const char *export_payload(const struct export *export, const char *path);

/**
 * export_libvirt() - a domain XML for a libvirt.
 * @export: as above.
 * @ret: receives the text.
 * @err: ERR_IMAGE when the image holds no domain, ERR_USAGE for a folder that XML cannot hold.
 *
 * Return: 0, or -1.
 */
int export_libvirt(struct export *export, struct text *ret, struct err *err) MUST_CHECK;

/**
 * export_script() - a POSIX shell script with the command line of QEMU.
 * @export: as above; @payload_dir NULL = the folder of the script.
 * @ret: receives the text.
 * @err: when the plan cannot be read.
 *
 * Return: 0, or -1.
 */
int export_script(struct export *export, struct text *ret, struct err *err) MUST_CHECK;

/**
 * export_kubevirt() - a VirtualMachine of KubeVirt, in YAML.
 * @export: as above; @container NULL = one of this machine's name.
 * @ret: receives the text.
 * @err: ERR_IMAGE when the image holds no domain.
 *
 * Return: 0, or -1.
 */
int export_kubevirt(struct export *export, struct text *ret, struct err *err) MUST_CHECK;

#endif
