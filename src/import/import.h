/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import.h - from a libvirt domain to a configuration and a lock.
 *
 * In four steps, because only a loaded configuration knows Kconfig's defaults and the board:
 * import_open() reads the file and says which devices there are; with the machine that config_build() makes
 * of import_skeleton(), import_values() reads every row; import_config() and import_lock() are the result;
 * and import_result() holds the domain that is composed of it against the one that was read. What the
 * composed one does not say was not taken over, and is listed: nothing is skipped in silence.
 */
#ifndef KILN_IMPORT_IMPORT_H
#define KILN_IMPORT_IMPORT_H

#include "config/cfg.h"
#include "model/vm.h"

struct import;

/** struct import_note - something that is not taken over: a line of the file, what, why. */
struct import_note {
	unsigned line;
	const char *what, *why;
	struct import_note *next;
};

/**
 * enum import_loss - what a guest or a person would miss; what means nothing to the guest; what is not
 * understood, and handed to QEMU as it is.
 */
enum import_loss { IMPORT_LOST, IMPORT_DROPPED, IMPORT_KEPT, IMPORT_LOSS_COUNT };

/**
 * struct import_source - what is read, and for which board.
 * @argv: the file is a QEMU command line, and no domain XML.
 * @by_rules: of a command line: a device that it gives no place is placed by Kiln's rules, not as by QEMU.
 * @path: the file; "-" is standard input. @board: name, or NULL for the menu's default.
 * @layout_lock: what CONFIG_LAYOUT_LOCK shall say; of a folder, "" or with a slash at its end, it is the file
 *               of the domain's name there.
 * @families: all families, ended by NULL.
 */
struct import_source {
	const char *path, *board, *layout_lock;
	const struct dev_family *const *families;
	bool argv, by_rules;
};

/**
 * import_open() - read the file and find its devices.
 * @arena: owns the import. @errs: gets what is wrong.
 *
 * Return: ended with import_close(); NULL with errors.
 */
struct import *import_open(struct arena *arena, const struct import_source *source,
			   struct err_list *errs) MUST_CHECK;

/** import_arch() - the guest's architecture: "x86_64". */
const char *import_arch(const struct import *import);

/** import_has_kvm() - whether the guest is to run under KVM. */
bool import_has_kvm(const struct import *import);

/** import_set_board() - the board where none was given; it is noted. */
void import_set_board(struct import *import, const char *board);

/** import_skeleton() - a configuration with the board, the machine and every slot, and no values. */
const char *import_skeleton(struct import *import);

/**
 * import_values() - read every value.
 * @import: the import.
 * @vm: what config_build() made of the skeleton, with its board.
 * @cfg: the skeleton, loaded.
 */
void import_values(struct import *import, struct vm *vm, const struct cfg *cfg);

/** import_config() - the whole configuration. */
const char *import_config(struct import *import);

/** import_lock() - a lock with every address of the file. */
const char *import_lock(struct import *import);

/**
 * import_result() - note what the composed domain does not say.
 * @import: after import_lock().
 * @xml: the domain that was composed.
 */
void import_result(struct import *import, const char *xml);

/**
 * import_lock_refused() - the lock cannot hold the address of a line.
 *
 * Such a place is one that only a configured address may have, so it is put into the configuration.
 * Return: whether that helps, and import_config() and import_lock() differ now.
 */
bool import_lock_refused(struct import *import, unsigned line);

/**
 * import_move() - a place that QEMU chose is none that Kiln has: the device gets another, and that is noted.
 * @symbol: of .config, CONFIG_NET0_PCI_ADDRESS or the like, whose place is refused.
 * @why: the reason, a sentence.
 *
 * Return: whether the place was QEMU's choice, and import_config() and import_lock() differ now.
 */
bool import_move(struct import *import, const char *symbol, const char *why);

/**
 * import_again() - whether all steps behind import_open() are to be done once more, because a controller
 *                  that Kiln would add by itself has to be configured; the notes are taken back.
 */
bool import_again(struct import *import);

/** import_lock_line() - the line of the file for a line of the last lock, or 0. */
unsigned import_lock_line(const struct import *import, unsigned line);

/** import_line() - the line of the file for a line of the last configuration, or 0. */
unsigned import_line(const struct import *import, unsigned line);

/** import_notes() - the first of the notes, or NULL. */
const struct import_note *import_notes(const struct import *import, enum import_loss loss);

/** import_close() - release the tree; NULL is allowed. */
void import_close(struct import *import);

#endif
