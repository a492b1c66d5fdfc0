/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * emit.h - what the passes that write collect: arguments, host operations, site slots, payload.
 *
 * A family's back hook calls these; qemu/ renders the arguments, plan/ orders the operations, and
 * kiln/ packs the result. Descriptor slots are numbered in the order of the calls, which is the
 * order of the devices, so that the numbers are the same every time.
 */
#ifndef KILN_MODEL_EMIT_H
#define KILN_MODEL_EMIT_H

#include "image/ops.h"
#include "image/text.h"
#include "model/node.h"
#include "model/vm.h"

/**
 * struct emit_arg - an option of the command line, unrendered.
 * @option: "-device"; @tree: its value as a property tree, or NULL; @text: its value as marked
 *          text, or NULL (an option without value has neither).
 * @flags: ARG_LOADER_ONLY.
 */
struct emit_arg {
	const char *option;
	struct node *tree;
	const char *text;
	unsigned flags;
	struct emit_arg *next;
};

struct emit_op {
	struct op op;
	struct emit_op *next;
};

struct emit_site {
	struct site_slot slot;
	unsigned number;
	struct emit_site *next, *same_hash;
};

#define EMIT_SITE_HASH 1024

struct emit_payload {
	const char *name, *path;
	struct emit_payload *next;
};

/**
 * enum emit_lock - what makes QEMU lock the guest's memory, and how often the memory counts for the limit
 * (behaviours F54).
 */
enum emit_lock {
	EMIT_LOCK_VFIO, /* once for all of them, which see it alike; with an IOMMU for each */
	EMIT_LOCK_VDPA, /* for each */
	EMIT_LOCK_IOMMU, /* locks nothing: with it devices see different memory */
	EMIT_LOCK_COUNT,
};

/** struct emit - set @arena and @vm, the rest zero. */
struct emit {
	struct arena *arena;
	const struct vm *vm;
	struct emit_arg *args, *last_arg;
	struct emit_op *ops, *last_op;
	struct emit_site *sites, *last_site, *site_hash[EMIT_SITE_HASH];
	struct emit_payload *payload, *last_payload;
	uint32_t fd_count, site_count, payload_count;
	size_t op_count, arg_count;
	unsigned locks[EMIT_LOCK_COUNT];
	struct err_list *errs;
};

/** emit_lock() - this device makes QEMU lock the guest's memory, or decides how often it counts. */
static inline void emit_lock(struct emit *emit, enum emit_lock kind)
{
	emit->locks[kind]++;
}

/** emit_tree() - an option whose value is a property tree; returns the tree to be filled. */
struct node *emit_tree(struct emit *emit, const char *option, unsigned flags);

/** emit_text() - an option with marked text as value, or without a value when @text is NULL. */
void emit_text(struct emit *emit, const char *option, const char *text, unsigned flags);

/**
 * emit_row() - add the value of a row to a property tree, under the key @row->qemu.
 *
 * A key with dots is a member of objects in the tree, which are made: "in.voices". Nothing is added where
 * the value is not to be written.
 */
void emit_row(const struct vm_dev *dev, const struct prop *row, struct arena *arena,
	      struct node *tree);

/** emit_option() - an option whose value is what those rows of the device say that name it. */
struct node *emit_option(struct emit *emit, const struct vm_dev *dev, const char *option);

/**
 * emit_op() - add a host operation.
 * @emit: the collection.
 * @op: copied; its FD field, if any, is filled in with fresh slots.
 *
 * Return: the first descriptor slot, or 0 when it has none.
 */
uint32_t emit_op(struct emit *emit, const struct op *op);

/** emit_mark() - a mark as a string (image/text.h). */
const char *emit_mark(struct emit *emit, enum fixup_kind kind, unsigned a, unsigned b,
		      const char *key);

/**
 * emit_fd_set() - hand a descriptor over as a set of its own, for what the block layer opens.
 * @emit: the collection.
 * @fd: the slot.
 *
 * Return: a FIX_FDSET_PATH mark, for the file name.
 */
const char *emit_fd_set(struct emit *emit, uint32_t fd);

/**
 * emit_site_value() - the text for a value that the target may bind.
 * @emit: the collection.
 * @dev: the device; its row @prop_name has PROP_SITE.
 * @prop_name: the row; the key is "ID.NAME".
 *
 * Return: a FIX_SITE mark; the slot is declared once and holds the configured value.
 */
const char *emit_site_value(struct emit *emit, const struct vm_dev *dev, const char *prop_name);

/**
 * emit_payload_file() - put a file of the build host into the image.
 * @emit: the collection; a path that cannot be read is an error in @emit->errs.
 * @dev: for the message; @prop_name: the row with the path.
 * @path: as configured.
 *
 * Return: the payload's index; the name in the image is the last component.
 */
uint32_t emit_payload_file(struct emit *emit, const struct vm_dev *dev, const char *prop_name,
			   const char *path);

#endif
