/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * caps.h - read boards/NAME/qemu.caps, and decide by it which syntax an option takes.
 *
 * The file is text that people review: lines "KIND NAME" in the order of strcmp, comments with '#'.
 * It is written by `kiln probe` (qemu/probe.h), never by hand.
 */
#ifndef KILN_QEMU_CAPS_H
#define KILN_QEMU_CAPS_H

#include "model/arena.h"
#include "model/caps.h"
#include "model/node.h"

#include "base/err.h"

/**
 * caps_load() - read a capabilities file.
 * @arena: owns what is read.
 * @path: the file.
 * @ret_caps: filled on success.
 * @err: ERR_CONFIG with file and line: not readable, not sorted, a malformed line, no version.
 *
 * Return: 0, or -1.
 */
int caps_load(struct arena *arena, const char *path, struct caps *ret_caps,
	      struct err *err) MUST_CHECK;

/**
 * caps_parse() - the same for a text in memory.
 * @arena: owns what is read; @data is not kept.
 * @path: for messages.
 * @data: the text.
 * @len: its bytes.
 * @ret_caps: filled on success.
 * @err: as caps_load().
 *
 * Return: 0, or -1.
 */
int caps_parse(struct arena *arena, const char *path, const char *data, size_t len,
	       struct caps *ret_caps, struct err *err) MUST_CHECK;

/**
 * caps_render() - render the value of an option in the syntax that this QEMU takes.
 * @caps: the board's QEMU.
 * @arena: owns the text.
 * @option: "-device".
 * @tree: its value.
 *
 * JSON where QEMU reads it, because QEMU then checks the type of every property; else key=value.
 *
 * Return: marked text.
 */
const char *caps_render(const struct caps *caps, struct arena *arena, const char *option,
			const struct node *tree);

/**
 * caps_syntax() - the capability that made caps_render() choose the syntax of an option.
 *
 * Return: its name in the table of qemu/capability.h, or NULL: every QEMU takes that syntax.
 */
const char *caps_syntax(const struct caps *caps, const char *option);

#endif
