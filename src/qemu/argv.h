/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * argv.h - QEMU's command line, in libvirt's order and conventions.
 *
 * In goes the finished machine, out come arguments as marked text, and in struct emit the host
 * operations and payload that they refer to. What only the target knows stays a mark. No I/O but
 * the look for payload files, no decision about addresses.
 */
#ifndef KILN_QEMU_ARGV_H
#define KILN_QEMU_ARGV_H

#include "image/image.h"
#include "image/writer.h"
#include "model/emit.h"

/**
 * argv_build() - write the command line.
 * @vm: complete: checked, laid out, aliases given.
 * @emit: collects the options; operations of monitors, payload and devices are added to it.
 * @ret_args: the arguments without argv[0], in @emit's arena.
 * @ret_count: how many.
 * @errs: payload that cannot be read.
 *
 * Return: 0, or -1 when errors were added.
 */
int argv_build(const struct vm *vm, struct emit *emit, struct img_source_arg **ret_args,
	       size_t *ret_count, struct err_list *errs) MUST_CHECK;

#endif
