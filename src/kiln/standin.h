/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * standin.h - the command line of an image in a form that starts on any desk, without privilege.
 *
 * What a guest sees of it stays: every -device, the machine, the memory's size. What only the target
 * has is replaced, and each kind of replacement is said:
 *	disks        small new files of the right format; no real disk is opened
 *	taps         hubs that lead nowhere; user networking forwards no port
 *	chardevs     null
 *	folders      an empty one
 *	VNC          none
 *	host devices one without back end at the same place: pci-testdev, or another one of virtio
 *	memory       plain and not reserved
 *	KVM          TCG, and with it CPU model "host" becomes "max"
 */
#ifndef KILN_KILN_STANDIN_H
#define KILN_KILN_STANDIN_H

#include "image/image.h"
#include "kiln/scratch.h"

#define STANDIN_NOTES 16

/**
 * struct standin - set @img and @scratch (open), the rest zero.
 * @argv: by standin_args(): the baked arguments, as they were before.
 * @notes: a sentence for each kind of replacement, in the order in which it first happened.
 */
struct standin {
	const struct img *img;
	struct scratch *scratch;
	char *const *argv;
	const char *notes[STANDIN_NOTES];
	size_t note_count, disks, hubs;
};

/**
 * standin_args() - the arguments for qmp_start(), paused.
 * @standin: as above.
 * @qemu: argv[0].
 * @ret_args: ended by NULL, in the arena of @standin->scratch.
 * @err: ERR_IMAGE for a disk format that nothing can stand in for, ERR_HOST for the scratch folder.
 *
 * Return: 0, or -1.
 */
int standin_args(struct standin *standin, const char *qemu, const char *const **ret_args,
		 struct err *err) MUST_CHECK;

/**
 * standin_driver() - the type of device that stands in for one of that type, or NULL.
 *
 * It sits where the other one would.
 */
const char *standin_driver(const char *driver);

#endif
